/*
 * kind_meta.c - meta: arithmetic and logic over the hits of other rules
 *
 * Hits when the value is true. Other metas read the value if it is above 0,
 * else 1; the score counts once. Compiled by ruleset.c once all names are
 * known; what runs before what is decided there too. A meta waits for all that
 * it reads.
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

/* Whether a rule that the meta reads is still to be run again. */
static bool
reads_open(const struct rule *rule, const struct views *views)
{
	if (views->open_count == 0)
		return false;
	for (size_t i = 0; i < rule->meta.use_count; i++) {
		const struct outcome *outcome = views->outcomes[rule->meta.uses[i]];

		if (outcome != NULL && outcome->state == OUTCOME_OPEN)
			return true;
	}
	return false;
}

void
kind_meta_eval(const struct rule *rule, struct views *views, struct outcome *outcome)
{
	/* SpamAssassin knows no third value: to its metas, what failed did not hit */
	double unknown = rule->def.imported && !views->early ? 0 : META_UNKNOWN;
	double value;

	if (reads_open(rule, views)) {
		outcome->state = OUTCOME_OPEN;
		return;
	}
	if (!meta_value(&rule->meta, views->values, unknown, &value)) {
		views_note(views, "rule %.*s: division by zero", SLICE_ARG(rule->def.name));
		return;
	}
	if (isnan(value))
		outcome->state = OUTCOME_UNKNOWN;
	if (isnan(value) || value == 0)
		return;
	outcome->count = 1;
	outcome->value = value > 0 ? value : 1;
}
