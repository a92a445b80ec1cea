/*
 * kind_header.c - header: a pattern over the value of a selector, or that there is such a field
 *
 * A field that is not there is an empty text, or the rule's if-unset text; so
 * !~ hits then, as in SpamAssassin. exists: asks for the field alone.
 */
#include "engine/rules/kinds.h"

#include "engine/rules/capture.h"

bool
kind_header_compile(struct ruleset *ruleset, struct rule *rule, struct err *err)
{
	if (!ruleset_selector(ruleset, rule->def.selector, &rule->selector, err))
		return false;
	if (rule->def.exists)
		return true;
	return capture_compile(ruleset, rule, err);
}

void
kind_header_eval(const struct rule *rule, struct views *views, struct outcome *outcome)
{
	const struct regex *regex;
	struct slice value;
	bool may_match = true;
	bool present = views_field(views, rule->selector, &value);

	if (rule->def.exists) {
		outcome->count = present != rule->def.negated;
		outcome->matched = present ? value : SLICE_ABSENT;
		outcome->view = rule->def.selector;
		return;
	}
	if (!present)
		value = rule->def.if_unset.p != NULL ? rule->def.if_unset : SLICE("");
	else
		may_match = views_may_hit_field(views, rule, value);
	if (!rule->def.negated) {
		if (may_match)
			views_match(views, rule, value, rule->def.selector, outcome);
		return;
	}
	regex = capture_regex(views, rule);
	if (regex != NULL && !(may_match && views_test(views, rule, regex, value)) &&
	    !views->spent) {
		outcome->count = 1;
		outcome->matched = value;
		outcome->view = rule->def.selector;
	}
}
