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
	unsigned most = rule_most_hits(rule);

	if (hits == EVAL_OPEN || hits == EVAL_UNKNOWN) {
		outcome->state = hits == EVAL_OPEN ? OUTCOME_OPEN : OUTCOME_UNKNOWN;
		return;
	}
	if (hits == 0 || views->spent)
		return;
	if (hits == EVAL_TOLD) {
		outcome->told = true;
		hits = 1;
	}
	outcome->value = hits;
	outcome->count = hits < most ? hits : most;
	outcome->view = SLICE("function");
}
