/*
 * shortcircuit.c - rules whose hit ends the scan, as SpamAssassin's Shortcircuit plugin has it
 *
 * A rule of type ham or spam, or `on`, whose way its own score tells, ends the
 * scan behind its class at its priority: SpamAssassin looks between classes
 * only. What is put on the sum stands under the name of SHORTCIRCUIT, in
 * millionths: shortcircuit_ham_score or _spam_score, and for `on` a trace that
 * rounds away. The sum itself ends the scan where it has passed
 * shortcircuit_min_ham_score or _max_spam_score; it is looked at when a rule
 * hits, before that rule's own score is added. That is where SpamAssassin looks.
 */
#include "engine/shortcircuit.h"

#include "engine/rules/order.h"

#define TRACE_OF_RULE (SCORE_ONE / 10000)
#define TRACE_OF_SUM (SCORE_ONE / 1000)

/* The sum has gone too far one way. */
static void
end_by_sum(struct shortcircuit *ended, const struct shortcircuit_limits *limits, int64_t sum)
{
	if (!(limits->has_min_ham && sum < limits->min_ham) &&
	    !(limits->has_max_spam && sum > limits->max_spam))
		return;
	ended->ended = true;
	ended->spam = sum >= 0;
	ended->score = ended->spam ? TRACE_OF_SUM : -TRACE_OF_SUM;
}

static void
end_by_rule(
    struct shortcircuit *ended, const struct shortcircuit_limits *limits, const struct rule *rule)
{
	int64_t score = 0;

	switch (rule->def.shortcircuit) {
	case SHORTCIRCUIT_OFF:
		return;
	case SHORTCIRCUIT_ON:
		ended->spam = rule->def.score >= 0;
		score = ended->spam ? TRACE_OF_RULE : -TRACE_OF_RULE;
		break;
	case SHORTCIRCUIT_HAM:
		ended->spam = false;
		score = limits->ham_score;
		break;
	case SHORTCIRCUIT_SPAM:
		ended->spam = true;
		score = limits->spam_score;
		break;
	}
	ended->rule = rule;
	if (!ended->ended)
		ended->score = score;
	ended->ended = true;
}

void
shortcircuit_hit(struct shortcircuit *ended, const struct ruleset *ruleset, const struct rule *rule,
    unsigned count, int64_t sum)
{
	if (ended->ended)
		return;
	/* a rule that counts each match is looked at before each: the last says most */
	if (!rule->subrule)
		sum += rule->def.score * (count - 1);
	end_by_sum(ended, &ruleset->shortcircuit, sum);
	end_by_rule(ended, &ruleset->shortcircuit, rule);
	if (ended->ended)
		ended->at = rule;
}

bool
shortcircuit_skips(const struct shortcircuit *ended, const struct rule *next)
{
	return ended->ended && (next->priority != ended->at->priority ||
				   order_class(next) != order_class(ended->at));
}
