/*
 * feed_rules.h - the rules of a channel as they stand here: live, in shadow or refused
 *
 * Between what was signed (fold.h) and what scans use (ruleset_extend): each change of the fold,
 * or of what the guard holds of a rule, is judged and put over the ruleset in force in
 * proportion to itself.
 *
 * SYNOPSIS
 *	struct feed_rules *rules = feed_rules_new(setting);
 *	struct feed_change change = { .fold = fold, .guard = guard, .now = now, .slot = slot };
 *	struct ruleset *next = feed_rules_apply(rules, &change, ruleset);
 */
#ifndef STEELYARD_SHARED_SYNC_FEED_RULES_H
#define STEELYARD_SHARED_SYNC_FEED_RULES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "conf/settings.h"
#include "engine/rules/ruleset.h"
#include "engine/slot.h"
#include "shared-sync/feed_judge.h"
#include "shared-sync/fold.h"
#include "shared-sync/guard.h"

/* A rule of the channel as it was applied. */
struct feed_rule {
	struct slice name;
	uint64_t seq, put_seq; /* of the fold's */
	enum guard_state state; /* LIVE, or why it only counts */
	struct refusal *refusal; /* NULL: it was taken */
};

struct feed_counts {
	size_t live, shadow, refused;
};

struct feed_change {
	const struct fold *fold;
	const struct guard *guard;
	int64_t now; /* seconds since 1970 */
	struct slot *slot; /* for examples */
	/* Told of each rule whose standing has changed; NULL: nobody. */
	void (*tell)(void *p, const struct feed_rule *rule);
	void *tell_p;
};

struct feed_rules;

/* The setting must outlive it. Never NULL. */
struct feed_rules *feed_rules_new(const struct feed_setting *setting);
void feed_rules_free(struct feed_rules **rules);

/*
 * A ruleset like `on`, in which the channel's rules are those of the fold that are taken, with
 * shadow as the guard has it; the caller's reference. NULL: nothing differs from what was applied.
 * A rule that fails its own examples is out again before anybody sees the ruleset.
 */
struct ruleset *
feed_rules_apply(struct feed_rules *rules, const struct feed_change *change, struct ruleset *on);

/* Nothing is applied any more: the next ruleset is another base. What was judged stays judged. */
void feed_rules_restart(struct feed_rules *rules);

/* Another setting, equal to the former, takes its place. */
void feed_rules_move(struct feed_rules *rules, const struct feed_setting *setting);

struct feed_counts feed_rules_counts(const struct feed_rules *rules);

/* All of them, in no order; NULL: not known. */
size_t feed_rules_count(const struct feed_rules *rules);
const struct feed_rule *feed_rules_at(const struct feed_rules *rules, size_t i);
const struct feed_rule *feed_rules_find(const struct feed_rules *rules, struct slice name);

#endif
