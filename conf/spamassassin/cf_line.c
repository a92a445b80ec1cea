/*
 * cf_line.c - the lines of a SpamAssassin configuration file
 */
#include "conf/spamassassin/cf_line.h"

#include <stdlib.h>

#include "engine/util/ascii.h"

/* Up to the first '#' that no backslash stands before. */
static struct slice
without_comment(struct slice line, bool *escaped_r)
{
	*escaped_r = false;
	for (size_t i = 0; i < line.n; i++) {
		if (line.p[i] != '#')
			continue;
		if (i == 0 || line.p[i - 1] != '\\')
			return slice_cut(line, 0, i);
		*escaped_r = true;
	}
	return line;
}

/* With "\#" as "#". */
static struct slice
without_escapes(struct arena *arena, struct slice line)
{
	char *text = arena_alloc(arena, line.n + 1);
	size_t n = 0;

	if (text == NULL)
		return SLICE_ABSENT;
	for (size_t i = 0; i < line.n; i++) {
		if (line.p[i] == '\\' && i + 1 < line.n && line.p[i + 1] == '#')
			continue;
		text[n++] = line.p[i];
	}
	text[n] = '\0';
	return (struct slice){ text, n };
}

/* Takes "lang xx " off the line; false: it is of another language. */
static bool
in_language(struct slice *line, struct slice language)
{
	struct slice rest = *line, lang, code;

	if (!slice_starts(rest, SLICE("lang")))
		return true;
	if (!slice_next_word(&rest, &lang) || lang.n != 4 || !slice_next_word(&rest, &code) ||
	    rest.n == 0)
		return true;
	*line = slice_trim(rest);
	return slice_istarts(language, code);
}

static struct slice
key_of(struct arena *arena, struct slice word)
{
	bool plain = true;
	char *key;

	for (size_t i = 0; i < word.n; i++)
		if (word.p[i] == '-' || ascii_is_upper(word.p[i]))
			plain = false;
	if (plain)
		return word;
	key = arena_alloc(arena, word.n + 1);
	if (key == NULL)
		return SLICE_ABSENT;
	for (size_t i = 0; i < word.n; i++)
		key[i] = word.p[i] == '-' ? '_' : ascii_lower(word.p[i]);
	key[word.n] = '\0';
	return (struct slice){ key, word.n };
}

/* The comment in which sa-update tells the version of what it fetched. */
static void
note_version(struct cf_lines *lines, struct slice line)
{
	struct slice mark = SLICE("# UPDATE version "), version = slice_from(line, mark.n);

	if (!slice_starts(line, mark) || version.n == 0)
		return;
	for (size_t i = 0; i < version.n; i++)
		if (!ascii_is_digit(version.p[i]))
			return;
	lines->update_version = version;
}

bool
cf_line_next(struct cf_lines *lines, struct cf_line *line_r)
{
	struct slice line;

	while (slice_next_line(&lines->rest, &line)) {
		struct slice word, rest;
		bool escaped;

		lines->number++;
		note_version(lines, line);
		line = without_comment(line, &escaped);
		if (escaped)
			line = without_escapes(lines->arena, line);
		line = slice_trim(line);
		if (line.n == 0 || slice_eq(line, SLICE("0")) ||
		    !in_language(&line, lines->language))
			continue;
		rest = line;
		slice_next_word(&rest, &word);
		line_r->key = key_of(lines->arena, word);
		line_r->value = slice_trim(rest);
		line_r->text = line;
		line_r->number = lines->number;
		if (line_r->key.p != NULL)
			return true;
	}
	return false;
}

struct slice
cf_language(void)
{
	static const char *const variables[] = { "LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG" };
	struct slice language = SLICE("C");

	for (size_t i = 0; i < sizeof(variables) / sizeof(variables[0]); i++) {
		const char *value = getenv(variables[i]);

		if (value == NULL || value[0] == '\0')
			continue;
		language = slice_of(value);
		if (i == 0)
			language = slice_cut(language, 0, slice_find_byte(language, 0, ':'));
		if (language.n > 0)
			break;
	}
	if (slice_eq(language, SLICE("C")) || slice_eq(language, SLICE("POSIX")))
		return SLICE("en_US");
	for (size_t i = 0; i < language.n; i++)
		if (strchr("@.+,", language.p[i]) != NULL)
			return slice_cut(language, 0, i);
	return language;
}
