/*
 * schema.h - from nodes to values, by what the key says they are
 *
 * Each function reads one node as one type. On a mistake it tells of it at
 * the node's place and returns false; *_r is set only on true. Texts point
 * into the tree.
 */
#ifndef STEELYARD_CONF_SCHEMA_H
#define STEELYARD_CONF_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "conf/diagnostic.h"
#include "conf/yaml.h"
#include "engine/rules/rule_def.h"
#include "engine/util/arena.h"
#include "engine/util/slice.h"
#include "engine/util/vec.h"

/* What is being read. */
struct schema {
	const char *file; /* lives as long as what is made of it; NULL: none, a default is read */
	const char *layer;
	struct arena *arena;
	struct diagnostics *diagnostics;
};

/* Tells of an error at the node; false, for "return schema_error(...)". */
bool schema_error(const struct schema *schema, const struct yaml_node *node, const char *format,
    ...) __attribute__((format(printf, 3, 4)));

/* The same for what need not be mended. */
void schema_warn(const struct schema *schema, const struct yaml_node *node, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Tells that memory for configuration has run out; false. */
bool schema_no_memory(const struct schema *schema, const struct yaml_node *node);

/* The node's place; what is in no file has none. */
struct origin schema_origin(const struct schema *schema, const struct yaml_node *node);

/* Whether it is a list, or a mapping; `what` goes into the message: "a list of networks". */
bool schema_list(const struct schema *schema, const struct yaml_node *node, const char *what);
bool schema_mapping(const struct schema *schema, const struct yaml_node *node, const char *what);

/*
 * The node's n texts, when it is a list of `what` and each fits; what does not is told of as
 * "expected ...". NULL: told of.
 */
const struct slice *schema_texts(const struct schema *schema, const struct yaml_node *node,
    const char *what, bool (*fits)(struct slice text), const char *expected);

/* A text in any style; '' is one, nothing is not. */
bool schema_text(const struct schema *schema, const struct yaml_node *node, struct slice *text_r);

/* A pattern or expression: on one plain line, single-quoted, or a |- block; not empty. */
bool
schema_expression(const struct schema *schema, const struct yaml_node *node, struct slice *text_r);

bool schema_bool(const struct schema *schema, const struct yaml_node *node, bool *value_r);

/* A whole number from min to max. */
bool schema_integer(const struct schema *schema, const struct yaml_node *node, int64_t min,
    int64_t max, int64_t *value_r);

/* A score in millionths. */
bool schema_score(const struct schema *schema, const struct yaml_node *node, int64_t *score_r);

/* One of n words; *index_r is which. */
bool schema_word(const struct schema *schema, const struct yaml_node *node,
    const struct slice *words, size_t n, size_t *index_r);

/* Tells of a key that is not among the n known ones, with "did you mean"; false. */
bool schema_unknown_key(
    const struct schema *schema, const struct yaml_node *key, const struct slice *known, size_t n);

/* The name of a rule or list: letters, digits and underscores, not a digit first. */
bool schema_name(const struct schema *schema, const struct yaml_node *key);

/* `scores:`: name to number, pushed as struct score_override. Bad ones are told of and left out. */
void schema_scores(const struct schema *schema, const struct yaml_node *node, struct vec *scores);

/* `lists:`: name to list of texts, pushed as struct rule_list. Bad ones likewise. */
void schema_lists(const struct schema *schema, const struct yaml_node *node, struct vec *lists);

#endif
