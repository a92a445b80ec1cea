/*
 * setting_headers.c - the setting `headers`: fields of our own, or SpamAssassin's
 *
 * SpamAssassin's are its word alone, or with lines as they would stand in its
 * local.cf. They are read here to tell of mistakes, and again behind what rule
 * files say when a ruleset is loaded.
 */
#include "conf/setting_type.h"

#include "conf/markup_read.h"
#include "engine/markup_tags.h"
#include "engine/template.h"
#include "engine/util/ascii.h"

#define WORD_COUNT(words) (sizeof(words) / sizeof((words)[0]))

/* {when: spam, value: template} */
static bool
header_mapping(
    const struct schema *schema, const struct yaml_node *node, struct field_template *header)
{
	static const struct slice known[] = { { "when", 4 }, { "value", 5 } };
	static const struct slice words[] = {
		[FIELD_ALL] = { "all", 3 }, [FIELD_SPAM] = { "spam", 4 }, [FIELD_HAM] = { "ham", 3 }
	};
	const struct yaml_node *when = yaml_find(node, known[0]);
	const struct yaml_node *value = yaml_find(node, known[1]);
	size_t i;

	for (i = 0; i < node->n; i++)
		if (node->entries[i].value != when && node->entries[i].value != value)
			return schema_unknown_key(schema, node->entries[i].key, known, 2);
	if (value == NULL)
		return schema_error(
		    schema, node, "expected {when: all, spam or ham, value: template}");
	if (when != NULL) {
		if (!schema_word(schema, when, words, WORD_COUNT(words), &i))
			return false;
		header->when = (enum field_when)i;
	}
	return schema_text(schema, value, &header->text);
}

/*
 * Only X- fields: incoming ones of the name are removed, and nobody's Subject
 * or Received should go by a mistake in a configuration.
 */
static bool
header_name(const struct schema *schema, const struct yaml_node *key)
{
	struct slice name = key->text;
	bool good = name.n > 2 && name.n <= FIELD_NAME_MAX && slice_istarts(name, SLICE("X-"));

	for (size_t i = 0; good && i < name.n; i++)
		good = ascii_is_alnum(name.p[i]) || name.p[i] == '-' || name.p[i] == '_';
	if (good)
		return true;
	return schema_error(schema, key,
	    "\"%.*s\" cannot be added: expected X- and up to %d letters, digits and hyphens",
	    SLICE_ARG(slice_cut(name, 0, FIELD_NAME_MAX)), FIELD_NAME_MAX - 2);
}

/* A mistyped tag would stand in every message as it is. */
static void
header_warn_tag(const struct schema *schema, const struct yaml_node *value, struct slice text)
{
	struct slice tag = template_unknown_tag(text);

	if (tag.p != NULL)
		schema_warn(schema, value, "%.*s is no tag: it stays as it is", SLICE_ARG(tag));
}

static bool
field_parse(
    const struct schema *schema, const struct yaml_entry *entry, struct field_template *header)
{
	header->name = entry->key->text;
	if (!header_name(schema, entry->key))
		return false;
	if (entry->value->kind == YAML_MAPPING ? !header_mapping(schema, entry->value, header)
					       : !schema_text(schema, entry->value, &header->text))
		return false;
	if (header->text.n == 0)
		return schema_error(schema, entry->value, "an empty template");
	for (size_t i = 0; i < header->text.n; i++)
		if (ascii_is_control(header->text.p[i]))
			return schema_error(
			    schema, entry->value, "a line end or control character");
	header_warn_tag(schema, entry->value, header->text);
	return true;
}

/* One line of SpamAssassin's, as it would stand in local.cf. */
static bool
markup_line_parse(const struct schema *schema, const struct yaml_node *node,
    struct markup_reader *reader, struct markup_line *line)
{
	struct slice text, tag;
	struct err err;
	size_t end;

	if (!schema_text(schema, node, &text))
		return false;
	text = slice_trim(text);
	for (end = 0; end < text.n && !ascii_is_space(text.p[end]);)
		end++;
	*line = (struct markup_line){ slice_cut(text, 0, end), slice_trim(slice_from(text, end)),
		schema_origin(schema, node) };
	switch (markup_read(reader, line->directive, line->value, &err)) {
	case MARKUP_UNKNOWN:
		return schema_error(schema, node,
		    "\"%.*s\" is none of SpamAssassin's directives on headers and reports",
		    SLICE_ARG(line->directive));
	case MARKUP_WRONG:
		return schema_error(schema, node, "%s", err.text);
	case MARKUP_NOTED:
		schema_warn(schema, node, "%s", err.text);
		break;
	case MARKUP_TAKEN:
		break;
	}
	tag = markup_unknown_tag(line->value);
	if (tag.p != NULL)
		schema_warn(schema, node, "%.*s is no tag: it stays as it is", SLICE_ARG(tag));
	return true;
}

static bool
markup_lines_parse(const struct schema *schema, const struct yaml_node *node,
    struct markup_reader *reader, struct vec *lines)
{
	bool good = true;

	if (!schema_list(schema, node, "a list of lines like ['add_header all Foo _TESTS_']"))
		return false;
	for (size_t i = 0; i < node->n; i++) {
		struct markup_line *line = vec_push(lines);

		if (line == NULL)
			return schema_no_memory(schema, node);
		if (!markup_line_parse(schema, node->entries[i].value, reader, line))
			good = false;
	}
	return good;
}

/* spamassassin, or {spamassassin: [LINE, ...]}; lines NULL: none. */
static bool
headers_spamassassin(const struct schema *schema, const struct yaml_node *node,
    const struct yaml_node *lines, struct markup_reader *reader, setting_headers *headers)
{
	struct vec kept = VEC_OF(struct markup_line, schema->arena);
	bool good = lines == NULL || markup_lines_parse(schema, lines, reader, &kept);

	if (node->kind == YAML_MAPPING && node->n > 1)
		good = schema_error(
		    schema, node, "spamassassin stands alone: add fields by its add_header lines");
	headers->spamassassin = true;
	headers->lines = kept.p;
	headers->line_count = kept.n;
	return good;
}

bool
setting_parse_headers(const struct schema *schema, const struct setting_row *row,
    const struct yaml_node *node, void *field)
{
	static const struct slice word = { "spamassassin", 12 };
	struct markup_reader *reader = markup_reader_new(schema->arena);
	const struct yaml_node *lines = yaml_find(node, word);
	struct vec headers = VEC_OF(struct field_template, schema->arena);
	setting_headers *setting = field;
	bool good = true;

	(void)row;
	if (reader == NULL)
		return schema_no_memory(schema, node);
	*setting = (struct header_setting){ .v = NULL };
	if (lines != NULL || (node->kind == YAML_TEXT && slice_eq(node->text, word)))
		good = headers_spamassassin(schema, node, lines, reader, setting);
	else if (!schema_mapping(
		     schema, node, "spamassassin, or a mapping of field names to templates"))
		return false;
	for (size_t i = 0; i < node->n && !setting->spamassassin; i++) {
		struct field_template *header = vec_push(&headers);

		if (header == NULL)
			return schema_no_memory(schema, node);
		if (!field_parse(schema, &node->entries[i], header))
			good = false;
	}
	setting->v = headers.p;
	setting->n = headers.n;
	markup_reader_view(reader, &setting->markup);
	setting->markup.on = setting->spamassassin;
	return good;
}
