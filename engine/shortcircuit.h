/*
 * shortcircuit.h - rules whose hit ends the scan, as SpamAssassin's Shortcircuit plugin has it
 *
 * SYNOPSIS
 *	struct shortcircuit ended = { .ended = false };
 *
 *	shortcircuit_hit(&ended, ruleset, rule, count, sum);	for each rule that hit
 *	if (shortcircuit_skips(&ended, next))			before the next
 *		return;
 */
#ifndef STEELYARD_ENGINE_SHORTCIRCUIT_H
#define STEELYARD_ENGINE_SHORTCIRCUIT_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/rules/rule.h"

struct shortcircuit {
	bool ended;
	bool spam; /* which way */
	const struct rule *rule; /* whose word it was; NULL: the sum's */
	const struct rule *at; /* the rule that ran when it ended */
	int64_t score; /* what SHORTCIRCUIT adds to the sum */
};

/* Told of a rule that hit `count` times, and of the sum before it, in millionths. */
void shortcircuit_hit(struct shortcircuit *ended, const struct ruleset *ruleset,
    const struct rule *rule, unsigned count, int64_t sum);

/* Whether `next` is not run any more: the rules beside the one that ended it still are. */
bool shortcircuit_skips(const struct shortcircuit *ended, const struct rule *next);

#endif
