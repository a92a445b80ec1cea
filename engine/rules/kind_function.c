/*
 * kind_function.c - function: the hits of an eval function, called with fixed arguments
 */
#include "engine/rules/eval.h"
#include "engine/rules/kinds.h"

bool
kind_function_compile(struct ruleset *ruleset, struct rule *rule, struct err *err)
{
	return eval_compile(ruleset, rule->def.expression, &rule->call, err);
}

void
kind_function_eval(const struct rule *rule, struct views *views, struct outcome *outcome)
{
	const struct eval_function *function = rule->call.function;
	bool unasked = (rule->def.tags & RULE_NET) != 0 && !facts_on(views->facts);
	bool waits = function->run == NULL || (rule->def.tags & RULE_LEARN) != 0 || unasked;
	unsigned hits = waits ? 0 : function->run(rule, views);
	bool multiple = (rule->def.tags & RULE_MULTIPLE) != 0;
	unsigned most = rule->def.maxhits == 0 ? RULE_HITS_MAX : rule->def.maxhits;

	if (hits == EVAL_OPEN || hits == EVAL_UNKNOWN) {
		outcome->state = hits == EVAL_OPEN ? OUTCOME_OPEN : OUTCOME_UNKNOWN;
		return;
	}
	if (hits == 0 || views->spent)
		return;
	outcome->value = hits;
	outcome->count = !multiple ? 1 : hits < most ? hits : most;
	outcome->view = SLICE("function");
}
