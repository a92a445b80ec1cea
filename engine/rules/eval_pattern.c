/*
 * eval_pattern.c - the regular expressions of eval functions themselves
 *
 * Some functions ask whether a Received field has the form that one provider
 * gives it: for such forms a regular expression reads better than C. They cost
 * time to compile, so a ruleset that calls no such function has none.
 */
#include "engine/rules/eval_pattern.h"

#include <string.h>

static const struct {
	const char *family;
	const char *pattern;
} rows[] = {
#define EVAL_PATTERN(family, name, pattern) { #family, pattern },
#include "engine/rules/eval_pattern.def"
#undef EVAL_PATTERN
};

static bool
family_has_any(const char *family)
{
	for (size_t i = 0; i < EVAL_PATTERN_COUNT; i++) {
		if (strcmp(rows[i].family, family) == 0)
			return true;
	}
	return false;
}

bool
eval_pattern_prepare(struct ruleset *ruleset, const char *family, struct err *err)
{
	const struct regex **patterns;

	if (ruleset->eval_patterns != NULL || !family_has_any(family))
		return true;
	patterns = arena_array(ruleset->arena, EVAL_PATTERN_COUNT, sizeof(struct regex *));
	for (size_t i = 0; i < EVAL_PATTERN_COUNT; i++) {
		patterns[i] = ruleset_regex(ruleset, slice_of(rows[i].pattern), err);
		if (patterns[i] == NULL)
			return false;
	}
	ruleset->eval_patterns = patterns;
	return true;
}

bool
eval_pattern_in(
    struct views *views, const struct rule *rule, enum eval_pattern pattern, struct slice text)
{
	return views_test(views, rule, views->ruleset->eval_patterns[pattern], text);
}

struct slice
eval_pattern_find(
    struct views *views, const struct rule *rule, enum eval_pattern pattern, struct slice text)
{
	return views_find(views, rule, views->ruleset->eval_patterns[pattern], text);
}
