/*
 * pattern_cost.h - which way a rule's pattern goes to PCRE2, why, and what that may cost
 *
 * For people who look for what makes their rules dear: `steelyard lint --cost`. What it tells of
 * cost is a guess, from how seldom the pattern's literals are in mail, how long the texts of its
 * view are, and how long PCRE2 takes for an ordinary text here and now.
 */
#ifndef STEELYARD_ENGINE_RULES_PATTERN_COST_H
#define STEELYARD_ENGINE_RULES_PATTERN_COST_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/regex/pcre.h"
#include "engine/rules/ruleset.h"
#include "engine/util/arena.h"
#include "engine/util/slice.h"

/* Ways and the words for them, the cheapest first. */
#define PATTERN_WAY_TABLE(X)                                                                  \
	X(LITERALS, "literals") /* tried on texts that hold what it requires */               \
	X(BOTH, "literals+beginnings") /* of these, where a match may begin */                \
	X(BEGINNINGS, "beginnings") /* requires nothing: tried on texts where it may begin */ \
	X(PCRE2, "PCRE2 alone") /* tried on every text of its view */

enum pattern_way {
#define PATTERN_WAY_ENUM(id, word) PATTERN_WAY_##id,
	PATTERN_WAY_TABLE(PATTERN_WAY_ENUM)
#undef PATTERN_WAY_ENUM
	    PATTERN_WAY_COUNT
};

struct pattern_cost {
	const struct rule *rule;
	enum pattern_way way;
	const char *why; /* what keeps it from a cheaper way; NULL: nothing does */
	struct slice requires; /* its literals, for people; empty: none. In the arena */
	double us; /* guessed, of CPU a message */
};

/* Nanoseconds of a clock that never goes back. */
struct pattern_clock {
	int64_t (*ns)(void *p);
	void *p;
};

/* "literals", ... */
const char *pattern_way_name(enum pattern_way way);

/* False: the rule is off, or has no pattern that PCRE2 is asked about. */
bool pattern_cost_guess(const struct ruleset *ruleset, const struct rule *rule,
    const struct pattern_clock *clock, struct regex_scratch *scratch, struct arena *arena,
    struct pattern_cost *cost_r);

#endif
