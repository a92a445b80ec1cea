/*
 * scan_state.h - what is known while one message goes through one ruleset
 *
 * Private to the scan: scan.c makes and ends it, scan_rules.c runs the rules
 * over it, scan_verdict.c tells what came of it.
 */
#ifndef STEELYARD_ENGINE_SCAN_STATE_H
#define STEELYARD_ENGINE_SCAN_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/judge.h"
#include "engine/mime/message.h"
#include "engine/rules/rule.h"
#include "engine/rules/views.h"
#include "engine/scan.h"
#include "engine/scan_sum.h"
#include "engine/shortcircuit.h"
#include "engine/util/vec.h"

struct scan {
	struct arena *arena;
	struct ruleset *ruleset;
	const struct envelope *envelope;
	struct scan_options options;
	enum sender sender;
	const struct message *message; /* NULL: not yet, or no memory */
	bool scanned, judged;
	bool broken; /* no memory even to begin */
	struct views views;
	struct outcome **outcomes; /* by rule number; NULL: known, and no hit, as most are */
	struct outcome *spare; /* outcomes for those that are not */
	size_t spare_count;
	uint64_t *hits; /* bits by rule number */
	unsigned char *touched; /* by rule number: metas that read what is not 0 */
	struct facts *facts;
	const struct rule **waiting; /* open ones, in the order of the schedule */
	size_t waiting_count;
	bool authenticating; /* who sent it is not known yet, and is wanted */
	int64_t paused_us; /* when the last step ended */
	struct scan_sum sum; /* of the rules that hit so far */
	unsigned turn; /* how many have hit */
	struct shortcircuit shortcircuit;
	struct vec slow; /* struct slow_rule */
	struct verdict verdict;
	struct slice last_note; /* what there is no memory for */
};

/* The caller's clock in microseconds, or one that stands. */
static inline int64_t
scan_clock(const struct scan *scan)
{
	return scan->options.clock_us == NULL ? 0 : scan->options.clock_us(scan->options.clock_p);
}

/* What a hit adds to the sum, in millionths: of a sub-rule nothing. */
static inline int64_t
scan_hit_score(const struct scan *scan, const struct rule *rule, const struct outcome *outcome)
{
	if (scan->shortcircuit.ended && slice_eq(rule->def.name, SHORTCIRCUIT_NAME))
		return scan->shortcircuit.score;
	if (rule->subrule || rule->def.shadow || outcome->mute)
		return 0;
	return rule->def.score * outcome->count;
}

#endif
