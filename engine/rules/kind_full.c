/*
 * kind_full.c - full: a pattern over the message's bytes as they came, as one text
 */
#include "engine/rules/kinds.h"

#include "engine/rules/capture.h"

bool
kind_full_compile(struct ruleset *ruleset, struct rule *rule, struct err *err)
{
	return capture_compile(ruleset, rule, err);
}

void
kind_full_eval(const struct rule *rule, struct views *views, struct outcome *outcome)
{
	const struct slice_list texts = { &views->message->bytes, 1 };
	size_t at = 0;

	if (views_next_text(views, rule, PREFILTER_FULL, texts, &at))
		views_match(views, rule, views->message->bytes, SLICE("full"), outcome);
}
