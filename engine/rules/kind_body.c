/*
 * kind_body.c - body: a pattern over the rendered text, one paragraph at a time, the Subject first
 *
 * The tag nosubject leaves the Subject out. What a paragraph is, text.c says.
 */
#include "engine/rules/kinds.h"

#include "engine/rules/capture.h"

bool
kind_body_compile(struct ruleset *ruleset, struct rule *rule, struct err *err)
{
	return capture_compile(ruleset, rule, err);
}

void
kind_body_eval(const struct rule *rule, struct views *views, struct outcome *outcome)
{
	struct slice_list texts = views_body(views);
	size_t first = (rule->def.tags & RULE_NOSUBJECT) != 0 ? 1 : 0;

	for (size_t i = first; views_next_text(views, rule, PREFILTER_BODY, texts, &i); i++) {
		if (views_match(views, rule, texts.v[i], SLICE("body"), outcome))
			return;
	}
}
