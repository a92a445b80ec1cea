/*
 * feed_judge.h - whether a rule of a feed may go live here
 *
 * The journal keeps a channel's fold as it was signed; what its rules may do is the
 * subscriber's policy, and is asked of each rule when it is loaded. A refused rule costs that
 * rule alone. Outcomes are kept by name and bytes, so that only what is new costs.
 *
 * SYNOPSIS
 *	struct feed_judge *judge = feed_judge_new(&feed->policy);
 *	struct rule_source source = RULE_SOURCE_INIT;
 *	struct refusal refusal;
 *
 *	if (!feed_judge_rule(judge, rule, "feed:community", &source, &refusal))
 *		tell(refusal_word(refusal.reason), refusal.text);
 *	... ruleset of the definitions in source ...
 *	if (!feed_judge_examples(judge, rule, ruleset, slot, &refusal))
 *		...
 */
#ifndef STEELYARD_SHARED_SYNC_FEED_JUDGE_H
#define STEELYARD_SHARED_SYNC_FEED_JUDGE_H

#include <stdbool.h>
#include <stddef.h>

#include "conf/rules_yaml.h"
#include "conf/settings.h"
#include "engine/rules/ruleset.h"
#include "engine/slot.h"
#include "shared-sync/fold.h"

#define REFUSAL_TEXT_MAX 256
/* Bytes of a rule as YAML that are looked at; more is refused. */
#define FEED_RULE_MAX ((size_t)64 * 1024)

/* REFUSAL(id, "word", "what it is about") */
#define REFUSAL_TABLE(X)                                                     \
	X(NONE, "none", "it is taken")                                       \
	X(NAME, "name", "its name is not one that the channel may use")      \
	X(MANY, "max-rules", "the channel has more rules than it may have")  \
	X(FORM, "form", "it is no rule that is known here")                  \
	X(KIND, "kind", "its kind is not among those that the policy names") \
	X(SCORE, "score", "its score is outside the policy")                 \
	X(MEANS, "means", "it asks for what a feed may not do")              \
	X(TEXT, "text", "its text holds control characters")                 \
	X(PATTERN, "pattern", "its pattern is not taken from a feed")        \
	X(STEPS, "steps", "its pattern takes too many steps")                \
	X(COMPILE, "compile", "it does not compile here")                    \
	X(EXAMPLES, "examples", "its own examples fail")

enum refusal_reason {
#define REFUSAL_ENUM(id, word, text) REFUSAL_##id,
	REFUSAL_TABLE(REFUSAL_ENUM)
#undef REFUSAL_ENUM
	    REFUSAL_COUNT
};

struct refusal {
	enum refusal_reason reason;
	char text[REFUSAL_TEXT_MAX]; /* what is wrong, for people; foreign bytes perhaps */
};

/* "score"; for people: "its score ...". */
const char *refusal_word(enum refusal_reason reason);
const char *refusal_text(enum refusal_reason reason);

struct feed_judge;

/* The policy must outlive the judge. Of one thread at a time. Never NULL. */
struct feed_judge *feed_judge_new(const struct feed_policy *policy);

/* Another policy, equal to the former, takes its place: outcomes are kept. */
void feed_judge_move(struct feed_judge *judge, const struct feed_policy *policy);

/* Frees it and nulls *judge; NULL inside is fine. */
void feed_judge_free(struct feed_judge **judge);

/*
 * Reads the rule and pushes its definition, with the score in force, to source->defs; its
 * origin is `name` and layer "feed". False with *refusal_r: nothing was pushed.
 */
bool feed_judge_rule(struct feed_judge *judge, const struct fold_rule *rule, const char *name,
    struct rule_source *source, struct refusal *refusal_r);

/*
 * Whether the rule compiled, as `ruleset` has it, and its examples do what they say. False with
 * *refusal_r, and from then on feed_judge_rule refuses it too, unless it is a meta.
 */
bool feed_judge_examples(struct feed_judge *judge, const struct fold_rule *rule,
    struct ruleset *ruleset, struct slot *slot, struct refusal *refusal_r);

/*
 * Whether the rule was refused for what other rules are, or for their absence: a meta whose
 * examples fail or that does not compile. Once another rule has changed it is to be judged anew.
 */
bool feed_judge_waits(const struct feed_judge *judge, struct slice name);

/* Forgets outcomes of rules that the fold no longer holds. */
void feed_judge_forget(struct feed_judge *judge, const struct fold *fold);

#endif
