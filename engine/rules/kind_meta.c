/*
 * kind_meta.c - meta: arithmetic and logic over the hits of other rules
 *
 * Hits when the value is true. Other metas read the value if it is above 0,
 * else 1; the score counts once. Compiled by ruleset.c once all names are
 * known; what runs before what is decided there too.
 */
#include "engine/rules/kinds.h"

bool
kind_meta_compile(struct ruleset *ruleset, struct rule *rule, struct err *err)
{
	(void)ruleset;
	if (slice_trim(rule->def.expression).n > 0)
		return true;
	err_set(err, "a meta needs an expression");
	return false;
}

void
kind_meta_eval(const struct rule *rule, struct views *views, struct outcome *outcome)
{
	double value;

	if (!meta_value(&rule->meta, views->values, &value)) {
		views_note(views, "rule %.*s: division by zero", SLICE_ARG(rule->def.name));
		return;
	}
	if (value == 0)
		return;
	outcome->count = 1;
	outcome->value = value > 0 ? value : 1;
}
