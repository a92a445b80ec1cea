/*
 * dump_regex - where patterns of SpamAssassin's rules match, to compare with Perl's answer
 *
 * Reads lines, with texts in hexadecimal: "tag KIND NAME TEXT" gives a replacement tag, "text T"
 * a text for all patterns, "pattern WAY P T,T,.." a pattern, what it is done with (plain, tags or
 * define), and texts for it alone. For each pattern it prints "error REASON", or "ok" and for
 * each text that it matches " NUMBER:FROM-TO,FROM-TO,.." with the first three matches, the
 * pattern's own texts first (sa_regex.pl prints the same). With -p it prints the translations.
 */
#include "config.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#include "conf/perl_regex.h"
#include "conf/replace_tag.h"
#include "engine/regex/pcre.h"
#include "engine/util/ascii.h"
#include "engine/util/vec.h"

#define ARENA_CAP ((size_t)1 << 30)
#define MATCHES 3
/* Perl has none; this is more than any rule needs on a short text. */
#define MATCH_LIMIT 10000000

struct dumper {
	struct arena *arena;
	struct replace_tags *tags;
	struct regex_compiler *compiler;
	struct regex_scratch *scratch;
	struct vec texts; /* struct slice */
	bool print;
};

static struct slice
next_word(struct slice *line)
{
	size_t end = slice_find_byte(*line, 0, ' ');
	struct slice word = slice_cut(*line, 0, end);

	*line = slice_from(*line, end + 1);
	return word;
}

static struct slice
unhex(struct arena *arena, struct slice hex)
{
	char *bytes = arena_alloc(arena, hex.n / 2 + 1);

	assert(bytes != NULL);
	for (size_t i = 0; i + 1 < hex.n; i += 2)
		bytes[i / 2] = (char)(ascii_hex(hex.p[i]) * 16 + ascii_hex(hex.p[i + 1]));
	return (struct slice){ bytes, hex.n / 2 };
}

static void
match(struct dumper *dumper, const struct regex *regex, struct slice text, size_t number)
{
	const struct regex_limits limits = { .match = MATCH_LIMIT };
	struct regex_match match = { 0 };

	for (unsigned i = 0; i < MATCHES; i++) {
		if (regex_next(regex, dumper->scratch, text, &limits, &match) != REGEX_MATCH)
			return;
		if (i == 0)
			printf(" %zu:%zu-%zu", number, match.start, match.end);
		else
			printf(",%zu-%zu", match.start, match.end);
	}
}

static bool
translate(struct dumper *dumper, struct arena *arena, struct slice way, struct slice text,
    struct slice *pattern_r, struct err *err)
{
	if (slice_eq(way, SLICE("plain")))
		return perl_regex_read(arena, text, pattern_r, err);
	return replace_tags_read(arena, dumper->tags, text,
	    slice_eq(way, SLICE("define")) ? REPLACE_DEFINE : REPLACE_AUTO, pattern_r, err);
}

static void
pattern(struct dumper *dumper, struct slice line)
{
	struct arena *arena = arena_new(ARENA_CAP);
	struct slice way = next_word(&line), text = unhex(arena, next_word(&line)), ours;
	struct regex *regex = NULL;
	struct err err;
	size_t number = 0;

	if (translate(dumper, arena, way, text, &ours, &err)) {
		if (dumper->print)
			printf("%.*s\n", SLICE_ARG(ours));
		regex = regex_new(dumper->compiler, ours, &err);
	}
	if (regex == NULL)
		printf("error %s", err.text);
	else
		printf("ok");
	while (regex != NULL && line.n > 0) {
		size_t comma = slice_find_byte(line, 0, ',');

		match(dumper, regex, unhex(arena, slice_cut(line, 0, comma)), number++);
		line = slice_from(line, comma + 1);
	}
	for (size_t i = 0; regex != NULL && i < dumper->texts.n; i++)
		match(dumper, regex, *(struct slice *)vec_at(&dumper->texts, i), number++);
	putchar('\n');
	regex_free(&regex);
	arena_free(&arena);
}

static void
tag(struct dumper *dumper, struct slice line)
{
	static const char *const kinds[REPLACE_KIND_COUNT] = { "tag", "pre", "inter", "post" };
	struct slice kind = next_word(&line), name = unhex(dumper->arena, next_word(&line));
	unsigned i = 0;

	while (i < REPLACE_KIND_COUNT && !slice_eq(kind, slice_of(kinds[i])))
		i++;
	assert(i < REPLACE_KIND_COUNT);
	replace_tags_set(
	    dumper->tags, (enum replace_kind)i, name, unhex(dumper->arena, next_word(&line)));
}

int
main(int argc, char **argv)
{
	struct dumper dumper = { .arena = arena_new(ARENA_CAP),
		.compiler = regex_compiler_new(),
		.scratch = regex_scratch_new(),
		.texts = VEC_OF(struct slice, NULL),
		.print = argc > 1 && strcmp(argv[1], "-p") == 0 };
	char *line = NULL;
	size_t room = 0;
	ssize_t n;

	dumper.tags = replace_tags_new(dumper.arena);
	while ((n = getline(&line, &room, stdin)) > 0) {
		struct slice rest = slice_trim((struct slice){ line, (size_t)n });
		struct slice word = next_word(&rest);

		if (slice_eq(word, SLICE("tag")))
			tag(&dumper, rest);
		else if (slice_eq(word, SLICE("text")))
			*(struct slice *)vec_push(&dumper.texts) = unhex(dumper.arena, rest);
		else if (slice_eq(word, SLICE("pattern")))
			pattern(&dumper, rest);
	}
	free(line);
	vec_clear(&dumper.texts);
	regex_scratch_free(&dumper.scratch);
	regex_compiler_free(&dumper.compiler);
	arena_free(&dumper.arena);
	return 0;
}
