/*
 * capture.h - tags that patterns take from a message, and patterns that look for them
 *
 * A named capture whose name begins with a capital, (?<NAME>..), in a header,
 * body, rawbody, uri or full rule sets the tag NAME; such rules run before
 * all others. In patterns of these kinds %{NAME} stands for what the tag
 * holds, %{HEADER(From:addr)} for a header selector's value; while one of
 * them is unset the rule is not run at all. \%{NAME} is literal. Templates of
 * reports and fields show a tag as _NAME_.
 */
#ifndef STEELYARD_ENGINE_RULES_CAPTURE_H
#define STEELYARD_ENGINE_RULES_CAPTURE_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/rules/rule.h"
#include "engine/rules/views.h"

/* The priority of rules that set tags, unless they have one of their own. */
#define CAPTURE_PRIORITY (-10000)
/* A tag holds so many values at most, each of so many bytes; more are left out, with a note. */
#define CAPTURE_VALUES_MAX 100
#define CAPTURE_VALUE_MAX 1024
/* What stands in for a rule's templates, in bytes: a longer pattern is not made. */
#define CAPTURE_PATTERN_MAX ((size_t)32 * 1024)

/* The length of %{NAME} or %{NAME(..)} at the beginning of text; 0: none. */
size_t capture_reference(struct slice text);

/* Whether the rule is of a kind that sets tags and its pattern names one. */
bool capture_declared(const struct rule_def *def);

/* For kinds: compiles the rule's pattern, with captures and templates. False with *err. */
bool capture_compile(struct ruleset *ruleset, struct rule *rule, struct err *err);

/* Before a rule is evaluated: false when it is not to run, for a tag that is unset. */
bool capture_open(struct views *views, const struct rule *rule);

/* The rule's pattern for this message; NULL: it could not be made. */
const struct regex *capture_regex(struct views *views, const struct rule *rule);

/* Keeps what the named groups took in the match just found in `text`. */
void capture_take(struct views *views, const struct rule *rule, struct slice text);

/* After it was evaluated: sets the tags. */
void capture_close(struct views *views, const struct rule *rule);

/*
 * For functions that tell what they found as tags (DKIMDOMAIN): adds a value, which must live
 * as long as the arena, unless the tag holds it. Silently none at the cap and beyond the limits.
 */
void capture_set(struct views *views, const char *name, struct slice value);

/* The values of a tag that a rule has set (struct slice), or NULL. */
const struct vec *capture_tag(struct views *views, struct slice name);

#endif
