/*
 * eval_help.h - small readings of addresses that several families of eval functions share
 */
#ifndef STEELYARD_ENGINE_RULES_EVAL_HELP_H
#define STEELYARD_ENGINE_RULES_EVAL_HELP_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/rules/views.h"
#include "engine/util/slice.h"

/* Fields, parts or addresses compared with one another: the work is quadratic. */
#define EVAL_FIELDS_MAX 100

/* The first line of a value that has one address or name a line. */
struct slice eval_first_line(struct slice value);

/* The last field of that name as rules read it; absent: none, or the arena's cap. */
struct slice eval_part_field(struct views *views, const struct part *part, struct slice name);

/*
 * What SpamAssassin takes for the name of a part's file: the first "name=" in
 * Content-Disposition, else the name of Content-Type. Empty: none. Not what a
 * mail reader shows (RFC 2231 is not undone in the former): that is part->filename.
 */
struct slice eval_part_name(struct views *views, const struct part *part);

/* The number that a setting of that name has, or `otherwise` if there is none. */
double eval_option(const struct ruleset *ruleset, const char *name, double otherwise);

/* Whether SpamAssassin takes it for a link: an <a> in HTML or in text, to a host. */
bool eval_is_link(const struct uri *uri);

/*
 * As SpamAssassin reads them off a Content-Type field: the value of a
 * parameter, absent when there is none; and a part's name, empty for none.
 */
struct slice eval_type_param(struct slice text, struct slice name);
struct slice eval_type_name(const struct part *part, struct slice text);

/* The charset that a Content-Type says by "charset=", in quotes or not; empty: none. */
struct slice eval_line_charset(struct slice text);

/* Bytes of all texts together. */
double eval_text_bytes(struct slice_list texts);

/* "min <= value <= max", either of which may be left out; the arguments i and i + 1. */
bool eval_in_range(const struct rule *rule, size_t i, double value);

/* What follows the last @; empty without one. */
struct slice eval_domain(struct slice address);

/* Whether text ends with `word`, any case, and no letter, digit or _ stands right before it. */
bool eval_ends_with_word(struct slice text, struct slice word);

/* The last n labels of a host name ("b.c" of "a.b.c"). */
struct slice eval_last_labels(struct slice host, size_t n);

/* Whether two addresses or hosts have one organisational domain. */
bool eval_same_organisation(struct views *views, struct slice a, struct slice b);

/* The organisational domain of a host or address; the host itself where there is none. */
struct slice eval_organisation(struct views *views, struct slice host);

#endif
