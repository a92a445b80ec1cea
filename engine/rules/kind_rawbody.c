/*
 * kind_rawbody.c - rawbody: a pattern over the decoded, not rendered text, chunk by chunk
 */
#include "engine/rules/kinds.h"

#include "engine/rules/capture.h"

bool
kind_rawbody_compile(struct ruleset *ruleset, struct rule *rule, struct err *err)
{
	return capture_compile(ruleset, rule, err);
}

void
kind_rawbody_eval(const struct rule *rule, struct views *views, struct outcome *outcome)
{
	struct slice_list texts = views_rawbody(views);

	for (size_t i = 0; views_next_text(views, rule, PREFILTER_RAWBODY, texts, &i); i++) {
		if (views_match(views, rule, texts.v[i], SLICE("rawbody"), outcome))
			return;
	}
}
