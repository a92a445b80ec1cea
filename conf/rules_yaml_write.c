/*
 * rules_yaml_write.c - rule definitions and lists -> a rule file in YAML
 *
 * Texts stand in single quotes, in which YAML changes nothing, or, with
 * controls, in double quotes. Patterns are brought to ASCII by \xHH, descriptions
 * that are not UTF-8 are taken for Latin-1, and any other text that is not
 * UTF-8 fails.
 */
#include "conf/rules_yaml_write.h"

#include <stdint.h>

#include "conf/yaml.h"
#include "engine/rules/score.h"
#include "engine/util/ascii.h"
#include "engine/util/map.h"
#include "engine/util/utf8.h"

/* Longer ones are not read back: room for the quotes that are doubled. */
#define TEXT_MAX (YAML_TEXT_MAX / 2)

struct writer {
	struct buf *out;
	struct diagnostics *diagnostics;
	bool failed;
};

static void
fail(struct writer *writer, const struct origin *origin, struct slice name, const char *why)
{
	diagnostics_add(writer->diagnostics, SEVERITY_ERROR, origin->file, origin->line,
	    origin->column, "%.*s: %s", SLICE_ARG(slice_cut(name, 0, 128)), why);
	writer->failed = true;
}

static bool
has_controls(struct slice text)
{
	for (size_t i = 0; i < text.n; i++)
		if (ascii_is_control(text.p[i]))
			return true;
	return false;
}

/* In double quotes, where \xHH is a control. */
static void
write_escaped(struct writer *writer, struct slice text)
{
	buf_add_byte(writer->out, '"');
	for (size_t i = 0; i < text.n; i++) {
		if (ascii_is_control(text.p[i]))
			buf_printf(writer->out, "\\x%02x", (unsigned char)text.p[i]);
		else if (text.p[i] == '"' || text.p[i] == '\\')
			buf_printf(writer->out, "\\%c", text.p[i]);
		else
			buf_add_byte(writer->out, text.p[i]);
	}
	buf_add_byte(writer->out, '"');
}

static void
write_quoted(struct writer *writer, struct slice text)
{
	buf_add_byte(writer->out, '\'');
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == '\'')
			buf_add_byte(writer->out, '\'');
		buf_add_byte(writer->out, text.p[i]);
	}
	buf_add_byte(writer->out, '\'');
}

/* A text of a rule; one that cannot be written fails. */
static void
write_text(struct writer *writer, const struct origin *origin, struct slice name, struct slice text)
{
	if (!utf8_valid(text))
		fail(writer, origin, name, "bytes that are not UTF-8 have no form in YAML here");
	else if (text.n > TEXT_MAX)
		fail(writer, origin, name, "a text too long for YAML");
	else if (has_controls(text))
		write_escaped(writer, text);
	else
		write_quoted(writer, text);
}

/* Whether the pattern's flags, behind its last '/', have an x. */
static bool
is_extended(struct slice pattern)
{
	for (size_t i = pattern.n; i > 0 && ascii_is_alpha(pattern.p[i - 1]); i--)
		if (pattern.p[i - 1] == 'x')
			return true;
	return false;
}

/* A pattern in ASCII: other bytes as \xHH, and a backslash before such a byte goes. */
static void
ascii_pattern(struct buf *out, struct slice pattern)
{
	bool extended = is_extended(pattern), escaped = false;

	for (size_t i = 0; i < pattern.n; i++) {
		char c = pattern.p[i];

		if (!ascii_is_control(c) && !ascii_is_high(c)) {
			buf_add_byte(out, c);
			escaped = c == '\\' && !escaped;
			continue;
		}
		if (extended && ascii_is_space(c) && !escaped) {
			buf_add_byte(out, ' ');
			continue;
		}
		if (escaped)
			out->n--;
		buf_printf(out, "\\x%02x", (unsigned char)c);
		escaped = false;
	}
}

/* "FIELD =~ " and the pattern, in one text. */
static void
write_pattern(
    struct writer *writer, const struct rule_def *def, struct slice before, struct slice pattern)
{
	struct buf text = { 0 };

	buf_add(&text, before);
	ascii_pattern(&text, pattern);
	write_text(writer, &def->origin, def->name, buf_slice(&text));
	buf_clear(&text);
}

static void
write_match(struct writer *writer, const struct rule_def *def)
{
	struct buf before = { 0 };

	buf_printf(&before, "%.*s %s ", SLICE_ARG(def->selector), def->negated ? "!~" : "=~");
	write_pattern(writer, def, buf_slice(&before), def->pattern);
	buf_clear(&before);
	if (def->if_unset.p == NULL)
		return;
	buf_add(writer->out, SLICE("\n    if-unset: "));
	write_text(writer, &def->origin, def->name, def->if_unset);
}

static void
write_parts(struct writer *writer, const struct rule_def *def)
{
	buf_add_byte(writer->out, '{');
	for (size_t i = 0; i < def->condition_count; i++) {
		const struct uri_condition *condition = &def->conditions[i];

		buf_printf(writer->out, "%s%.*s: ", i == 0 ? "" : ", ", SLICE_ARG(condition->key));
		write_pattern(
		    writer, def, condition->negated ? SLICE("!~ ") : SLICE(""), condition->pattern);
	}
	buf_add_byte(writer->out, '}');
}

/* An expression or a call. Blanks of other kinds become spaces, but for those in quotes. */
static void
write_expression(struct writer *writer, const struct rule_def *def)
{
	struct buf text = { 0 };
	char quote = '\0';

	for (size_t i = 0; i < def->expression.n; i++) {
		char c = def->expression.p[i];

		if (quote == '\0' && ascii_is_space(c))
			c = ' ';
		else if (c == quote)
			quote = '\0';
		else if (quote == '\0' && (c == '\'' || c == '"'))
			quote = c;
		buf_add_byte(&text, c);
	}
	if (has_controls(buf_slice(&text)))
		fail(writer, &def->origin, def->name,
		    "a control character has no form in YAML here");
	else
		write_text(writer, &def->origin, def->name, buf_slice(&text));
	buf_clear(&text);
}

static void
write_kind(struct writer *writer, const struct rule_def *def)
{
	buf_printf(writer->out, "    %s: ", def->exists ? "exists" : rule_kind_name(def->kind));
	if (def->exists)
		write_text(writer, &def->origin, def->name, def->selector);
	else if (def->kind == RULE_HEADER || def->kind == RULE_MIME)
		write_match(writer, def);
	else if (def->condition_count > 0)
		write_parts(writer, def);
	else if (def->kind == RULE_META || def->kind == RULE_FUNCTION)
		write_expression(writer, def);
	else
		write_pattern(writer, def, SLICE(""), def->pattern);
	buf_add_byte(writer->out, '\n');
	if (def->kind == RULE_FUNCTION && def->call_kind != RULE_HEADER)
		buf_printf(writer->out, "    called-as: %s\n", rule_kind_name(def->call_kind));
}

static void
write_tags(struct writer *writer, const struct rule_def *def)
{
	static const char *const words[] = {
#define TAG_WORD(id, word) word,
		RULE_TAG_TABLE(TAG_WORD)
#undef TAG_WORD
	};
	const char *before = "    tags: [";

	for (size_t i = 0; i < RULE_TAG_COUNT; i++) {
		if (!(def->tags & 1U << i))
			continue;
		buf_printf(writer->out, "%s%s", before, words[i]);
		before = ", ";
	}
	if (def->tags != 0)
		buf_add(writer->out, SLICE("]\n"));
}

/* Which parts a mime rule looks at. */
static void
write_parts_seen(struct writer *writer, const struct rule_def *def)
{
	if (def->mime_first > 0)
		buf_printf(writer->out, "    mime_first: %u\n", def->mime_first);
	if (def->mime_last > 0)
		buf_printf(writer->out, "    mime_last: %u\n", def->mime_last);
	if (def->concat)
		buf_add(writer->out, SLICE("    concat: true\n"));
}

/* Latin-1 becomes UTF-8; controls become blanks, and what is no character there "?". */
static void
write_describe(struct writer *writer, const struct rule_def *def)
{
	bool latin = !utf8_valid(def->describe);
	struct buf text = { 0 };

	for (size_t i = 0; i < def->describe.n; i++) {
		unsigned char c = (unsigned char)def->describe.p[i];

		if (ascii_is_control((char)c))
			buf_add_byte(&text, ' ');
		else if (latin && c >= 0x80 && c < 0xa0)
			buf_add_byte(&text, '?');
		else if (latin && c >= 0x80)
			buf_printf(&text, "%c%c", 0xc0 | c >> 6, 0x80 | (c & 0x3f));
		else
			buf_add_byte(&text, (char)c);
	}
	buf_add(writer->out, SLICE("    describe: "));
	write_text(writer, &def->origin, def->name, buf_slice(&text));
	buf_add_byte(writer->out, '\n');
	buf_clear(&text);
}

static void
write_rule(struct writer *writer, const struct rule_def *def)
{
	static const char *const ways[] = { [SHORTCIRCUIT_ON] = "score",
		[SHORTCIRCUIT_HAM] = "ham",
		[SHORTCIRCUIT_SPAM] = "spam" };

	buf_printf(writer->out, "  %.*s:\n", SLICE_ARG(def->name));
	write_kind(writer, def);
	if (def->imported)
		buf_add(writer->out, SLICE("    imported: true\n"));
	write_tags(writer, def);
	write_parts_seen(writer, def);
	if (def->maxhits > 0)
		buf_printf(writer->out, "    maxhits: %u\n", def->maxhits);
	if (def->priority != 0)
		buf_printf(writer->out, "    priority: %d\n", def->priority);
	if (def->shortcircuit != SHORTCIRCUIT_OFF)
		buf_printf(writer->out, "    shortcircuit: %s\n", ways[def->shortcircuit]);
	if (def->has_score) {
		buf_add(writer->out, SLICE("    score: "));
		score_print_exact(writer->out, def->score);
		buf_add_byte(writer->out, '\n');
	}
	if (def->subjprefix.p != NULL) {
		buf_add(writer->out, SLICE("    subjprefix: "));
		write_text(writer, &def->origin, def->name, def->subjprefix);
		buf_add_byte(writer->out, '\n');
	}
	if (def->describe.n > 0)
		write_describe(writer, def);
}

/* Entries of a list of patterns are in ASCII, as patterns are. */
static void
write_entry(struct writer *writer, const struct rule_list *list, struct slice entry)
{
	struct buf text = { 0 };

	if (slice_eq(list->name, SLICE("redirector_pattern")))
		ascii_pattern(&text, entry);
	else
		buf_add(&text, entry);
	buf_add(writer->out, SLICE("    - "));
	write_text(writer, &list->origin, list->name, buf_slice(&text));
	buf_add_byte(writer->out, '\n');
	buf_clear(&text);
}

static void
write_list(struct writer *writer, const struct rule_list *list)
{
	bool good = list->name.n > 0 && !ascii_is_digit(list->name.p[0]);

	for (size_t i = 0; i < list->name.n; i++)
		good = good && ascii_is_word(list->name.p[i]);
	if (!good) {
		fail(writer, &list->origin, list->name,
		    "a list's name in YAML has letters, digits and _, not a digit first");
		return;
	}
	buf_printf(
	    writer->out, "  %.*s:%s\n", SLICE_ARG(list->name), list->entry_count == 0 ? " []" : "");
	for (size_t i = 0; i < list->entry_count; i++)
		write_entry(writer, list, list->entries[i]);
}

/* Settings are steelyard.yaml's: told in comments. */
static void
write_settings(struct writer *writer, const struct rule_source *source)
{
	for (size_t i = 0; i < source->settings.n; i++) {
		const struct source_setting *setting = vec_at(&source->settings, i);

		buf_printf(writer->out, "# for steelyard.yaml: %.*s: %.*s\n",
		    SLICE_ARG(setting->key), SLICE_ARG(setting->value));
	}
}

/* Headers and reports have no place in a rule file: each directive is told of once. */
static void
tell_markup(const struct writer *writer, const struct rule_source *source)
{
	struct map *told = map_new(NULL, MAP_EXACT, 0);

	for (size_t i = 0; i < source->markup.n; i++) {
		struct markup_line *line = vec_at(&source->markup, i);

		if (map_find(told, line->directive) != NULL)
			continue;
		map_add(told, line->directive, line);
		diagnostics_add(writer->diagnostics, SEVERITY_WARNING, line->origin.file,
		    line->origin.line, line->origin.column,
		    "%.*s is not written: it has no place in a rule file",
		    SLICE_ARG(line->directive));
	}
	map_free(&told);
}

bool
rules_yaml_write(const struct rule_source *source, struct buf *out, struct diagnostics *diagnostics)
{
	struct writer writer = { .out = out, .diagnostics = diagnostics };

	write_settings(&writer, source);
	tell_markup(&writer, source);
	if (source->lists.n > 0)
		buf_add(out, SLICE("lists:\n"));
	for (size_t i = 0; i < source->lists.n; i++)
		write_list(&writer, vec_at(&source->lists, i));
	if (source->defs.n > 0)
		buf_add(out, SLICE("rules:\n"));
	for (size_t i = 0; i < source->defs.n; i++)
		write_rule(&writer, vec_at(&source->defs, i));
	return !writer.failed;
}
