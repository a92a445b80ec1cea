/*
 * scan_sum.h - what the rules that hit add up to, each channel of a feed within its limit
 *
 * Scores are millionths. A channel's rules count together as what its limit
 * leaves of those above 0 and of those below, so the sum is right after each hit.
 *
 * SYNOPSIS
 *	struct scan_sum sum;
 *
 *	if (!scan_sum_open(&sum, ruleset, arena))
 *		return;
 *	scan_sum_add(&sum, rule, points);
 *	use(sum.points);
 *	scan_sum_counted(&sum, channel);
 */
#ifndef STEELYARD_ENGINE_SCAN_SUM_H
#define STEELYARD_ENGINE_SCAN_SUM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/rules/rule.h"
#include "engine/rules/ruleset.h"
#include "engine/util/arena.h"

/* What the rules of one channel come to, before its limit. */
struct channel_sum {
	int64_t above, below; /* 0 */
};

struct scan_sum {
	const struct ruleset *ruleset;
	int64_t points; /* what counts so far */
	int64_t told; /* of rules that tell of error codes, without their signs */
	struct channel_sum *channels; /* by number */
};

/* Begins at 0. False: the arena's cap. */
bool scan_sum_open(struct scan_sum *sum, const struct ruleset *ruleset, struct arena *arena);

/* Adds what a rule's hit scores. */
void scan_sum_add(struct scan_sum *sum, const struct rule *rule, int64_t points);

/*
 * Whether a rule that tells of an error code may still score: together such
 * rules score no more than one of them may (LIST_TOLD_SCORE), however many hit.
 */
bool scan_sum_takes_told(struct scan_sum *sum, const struct rule *rule);

/* What of a channel's points counts; `channel` is an index of the ruleset's channels. */
int64_t scan_sum_counted(const struct scan_sum *sum, size_t channel);

#endif
