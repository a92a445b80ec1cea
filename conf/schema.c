/*
 * schema.c - from nodes to values, by what the key says they are
 *
 * The key decides the type, never the look of the text: NO, ON and 1e3 are
 * texts where a text belongs, and true and false the only booleans. Where
 * YAML's reading of a file is likely not its writer's, the message says what
 * happened and how to write it.
 */
#include "conf/schema.h"

#include <stdarg.h>
#include <stdio.h>

#include "conf/suggest.h"
#include "engine/rules/ruleset.h"
#include "engine/rules/score.h"
#include "engine/util/ascii.h"

/* Names are shown in logs and fields: longer is a mistake. */
#define NAME_MAX_BYTES 100
/* So much of a wrong text is quoted. */
#define QUOTE_MAX 60

bool
schema_error(const struct schema *schema, const struct yaml_node *node, const char *format, ...)
{
	struct err err;
	va_list args;

	va_start(args, format);
	vsnprintf(err.text, sizeof(err.text), format, args);
	va_end(args);
	diagnostics_add(schema->diagnostics, SEVERITY_ERROR, schema->file, node->line, node->column,
	    "%s", err.text);
	return false;
}

void
schema_warn(const struct schema *schema, const struct yaml_node *node, const char *format, ...)
{
	struct err err;
	va_list args;

	va_start(args, format);
	vsnprintf(err.text, sizeof(err.text), format, args);
	va_end(args);
	diagnostics_add(schema->diagnostics, SEVERITY_WARNING, schema->file, node->line,
	    node->column, "%s", err.text);
}

bool
schema_no_memory(const struct schema *schema, const struct yaml_node *node)
{
	return schema_error(schema, node, "out of memory for configuration");
}

struct origin
schema_origin(const struct schema *schema, const struct yaml_node *node)
{
	if (schema->file == NULL)
		return (struct origin){ .layer = schema->layer };
	return (struct origin){ schema->file, node->line, node->column, schema->layer };
}

static bool
is_nothing(const struct yaml_node *node)
{
	return node->kind == YAML_TEXT && node->style == YAML_PLAIN && node->text.n == 0;
}

/* Tells that `what` was expected and something else found. */
static bool
not_expected(const struct schema *schema, const struct yaml_node *node, const char *what)
{
	if (is_nothing(node) && node->comment_follows)
		return schema_error(schema, node,
		    "expected %s, found nothing: ' #' begins a comment; put the text in single quotes",
		    what);
	if (node->kind == YAML_TEXT && !is_nothing(node))
		return schema_error(schema, node, "expected %s, found \"%.*s\"", what,
		    SLICE_ARG(slice_cut(node->text, 0, QUOTE_MAX)));
	return schema_error(schema, node, "expected %s, found %s", what, yaml_kind_name(node));
}

bool
schema_list(const struct schema *schema, const struct yaml_node *node, const char *what)
{
	return node->kind == YAML_LIST || not_expected(schema, node, what);
}

bool
schema_mapping(const struct schema *schema, const struct yaml_node *node, const char *what)
{
	return node->kind == YAML_MAPPING || not_expected(schema, node, what);
}

bool
schema_text(const struct schema *schema, const struct yaml_node *node, struct slice *text_r)
{
	if (node->kind == YAML_MAPPING)
		return schema_error(schema, node,
		    "expected text, found a mapping: put text that begins with { or holds ': ' in single quotes");
	if (node->kind == YAML_LIST)
		return schema_error(schema, node,
		    "expected text, found a list: put text that begins with [ or '- ' in single quotes");
	if (is_nothing(node))
		return not_expected(schema, node, "text");
	*text_r = node->text;
	return true;
}

const struct slice *
schema_texts(const struct schema *schema, const struct yaml_node *node, const char *what,
    bool (*fits)(struct slice text), const char *expected)
{
	struct slice *texts = arena_array(schema->arena, node->n + 1, sizeof(*texts));
	bool good = true;

	if (!schema_list(schema, node, what))
		return NULL;
	if (texts == NULL) {
		schema_no_memory(schema, node);
		return NULL;
	}
	for (size_t i = 0; i < node->n; i++) {
		const struct yaml_node *value = node->entries[i].value;

		if (!schema_text(schema, value, &texts[i]))
			good = false;
		else if (!fits(texts[i]))
			good = schema_error(schema, value, "expected %s", expected);
	}
	return good ? texts : NULL;
}

bool
schema_expression(const struct schema *schema, const struct yaml_node *node, struct slice *text_r)
{
	if (!schema_text(schema, node, text_r))
		return false;
	if (node->style == YAML_DOUBLE)
		return schema_error(schema, node,
		    "double quotes: YAML would eat the backslashes: use single quotes");
	if (node->style == YAML_FOLDED)
		return schema_error(
		    schema, node, "folded text (>) changes line ends: use single quotes or |-");
	if (node->many_lines)
		return schema_error(schema, node,
		    "a text over several lines is folded by YAML: write it on one line, or use |-");
	if (node->style == YAML_LITERAL && slice_ends(node->text, SLICE("\n")))
		return schema_error(
		    schema, node, "| keeps the line end behind the text: use |- instead");
	if (node->text.n == 0)
		return schema_error(schema, node, "empty");
	return true;
}

bool
schema_bool(const struct schema *schema, const struct yaml_node *node, bool *value_r)
{
	if (node->kind != YAML_TEXT ||
	    (!slice_eq(node->text, SLICE("true")) && !slice_eq(node->text, SLICE("false"))))
		return not_expected(schema, node, "true or false");
	*value_r = node->text.n == 4;
	return true;
}

/* Reads decimal digits with an optional minus; false: not that, or beyond 18 digits. */
static bool
integer_parse(struct slice text, int64_t *value_r)
{
	bool negative = slice_starts(text, SLICE("-"));
	struct slice digits = slice_from(text, negative ? 1 : 0);
	int64_t value = 0;

	if (digits.n == 0 || digits.n > 18)
		return false;
	for (size_t i = 0; i < digits.n; i++) {
		if (!ascii_is_digit(digits.p[i]))
			return false;
		value = value * 10 + (digits.p[i] - '0');
	}
	*value_r = negative ? -value : value;
	return true;
}

bool
schema_integer(const struct schema *schema, const struct yaml_node *node, int64_t min, int64_t max,
    int64_t *value_r)
{
	if (node->kind != YAML_TEXT || !integer_parse(node->text, value_r))
		return not_expected(schema, node, "a whole number");
	if (*value_r < min || *value_r > max)
		return schema_error(schema, node, "out of range: expected %lld to %lld",
		    (long long)min, (long long)max);
	return true;
}

bool
schema_score(const struct schema *schema, const struct yaml_node *node, int64_t *score_r)
{
	if (node->kind != YAML_TEXT || !score_parse(node->text, score_r))
		return not_expected(
		    schema, node, "a number from -1000 to 1000 with at most 6 decimals");
	return true;
}

bool
schema_word(const struct schema *schema, const struct yaml_node *node, const struct slice *words,
    size_t n, size_t *index_r)
{
	char all[256] = "";
	size_t used = 0;

	for (size_t i = 0; i < n; i++) {
		if (node->kind == YAML_TEXT && slice_eq(node->text, words[i])) {
			*index_r = i;
			return true;
		}
		if (used < sizeof(all))
			used += (size_t)snprintf(all + used, sizeof(all) - used, "%s%.*s",
			    i == 0       ? ""
			    : i + 1 == n ? " or "
					 : ", ",
			    SLICE_ARG(words[i]));
	}
	return not_expected(schema, node, all);
}

bool
schema_unknown_key(
    const struct schema *schema, const struct yaml_node *key, const struct slice *known, size_t n)
{
	struct suggest suggest = SUGGEST_INIT(key->text);
	struct slice shown = slice_cut(key->text, 0, QUOTE_MAX);

	for (size_t i = 0; i < n; i++)
		suggest_offer(&suggest, known[i]);
	if (suggest.best.p != NULL)
		return schema_error(schema, key, "unknown key \"%.*s\": did you mean \"%.*s\"?",
		    SLICE_ARG(shown), SLICE_ARG(suggest.best));
	return schema_error(schema, key, "unknown key \"%.*s\"", SLICE_ARG(shown));
}

bool
schema_name(const struct schema *schema, const struct yaml_node *key)
{
	struct slice name = key->text;
	bool good = name.n > 0 && name.n <= NAME_MAX_BYTES && !ascii_is_digit(name.p[0]);

	for (size_t i = 0; good && i < name.n; i++)
		good = ascii_is_word(name.p[i]);
	if (good)
		return true;
	return schema_error(schema, key,
	    "\"%.*s\" is no name: expected up to %d letters, digits and underscores, no digit first",
	    SLICE_ARG(slice_cut(name, 0, QUOTE_MAX)), NAME_MAX_BYTES);
}

void
schema_scores(const struct schema *schema, const struct yaml_node *node, struct vec *scores)
{
	if (!schema_mapping(schema, node, "a mapping of rule names to scores"))
		return;
	for (size_t i = 0; i < node->n; i++) {
		const struct yaml_entry *entry = &node->entries[i];
		struct score_override *override;
		int64_t score;

		if (!schema_name(schema, entry->key) || !schema_score(schema, entry->value, &score))
			continue;
		if (slice_starts(entry->key->text, SLICE("__"))) {
			schema_error(schema, entry->key,
			    "names that begin with __ are sub-rules: they have no score");
			continue;
		}
		override = vec_push(scores);
		if (override == NULL)
			return;
		override->name = entry->key->text;
		override->score = score;
		override->origin = schema_origin(schema, entry->key);
	}
}

/* The texts of one list into list->entries. */
static bool
list_entries(const struct schema *schema, const struct yaml_node *node, struct rule_list *list)
{
	struct vec entries = VEC_OF(struct slice, schema->arena);

	if (!schema_list(schema, node, "a list of texts"))
		return false;
	for (size_t i = 0; i < node->n; i++) {
		struct slice text, *entry;

		if (!schema_text(schema, node->entries[i].value, &text))
			return false;
		if (text.n == 0)
			return schema_error(schema, node->entries[i].value, "an empty entry");
		entry = vec_push(&entries);
		if (entry == NULL)
			return schema_no_memory(schema, node);
		*entry = text;
	}
	list->entries = entries.p;
	list->entry_count = entries.n;
	return true;
}

void
schema_lists(const struct schema *schema, const struct yaml_node *node, struct vec *lists)
{
	if (!schema_mapping(schema, node, "a mapping of list names to lists"))
		return;
	for (size_t i = 0; i < node->n; i++) {
		const struct yaml_entry *entry = &node->entries[i];
		struct rule_list list = { 0 }, *kept;

		if (!schema_name(schema, entry->key) || !list_entries(schema, entry->value, &list))
			continue;
		list.name = entry->key->text;
		list.origin = schema_origin(schema, entry->key);
		kept = vec_push(lists);
		if (kept == NULL)
			return;
		*kept = list;
	}
}
