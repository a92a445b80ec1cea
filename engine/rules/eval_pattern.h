/*
 * eval_pattern.h - the regular expressions of eval functions themselves (eval_pattern.def)
 */
#ifndef STEELYARD_ENGINE_RULES_EVAL_PATTERN_H
#define STEELYARD_ENGINE_RULES_EVAL_PATTERN_H

#include <stdbool.h>

#include "engine/rules/rule.h"
#include "engine/rules/views.h"
#include "engine/util/err.h"
#include "engine/util/slice.h"

enum eval_pattern {
#define EVAL_PATTERN(family, name, pattern) PATTERN_##name,
#include "engine/rules/eval_pattern.def"
#undef EVAL_PATTERN
	EVAL_PATTERN_COUNT
};

/* Compiles them all, once for a ruleset, if functions of this family need any. False with *err. */
bool eval_pattern_prepare(struct ruleset *ruleset, const char *family, struct err *err);

/* Whether one matches somewhere in text, at the rule's expense. */
bool eval_pattern_in(
    struct views *views, const struct rule *rule, enum eval_pattern pattern, struct slice text);

/* Its first match in text; absent: none. */
struct slice eval_pattern_find(
    struct views *views, const struct rule *rule, enum eval_pattern pattern, struct slice text);

#endif
