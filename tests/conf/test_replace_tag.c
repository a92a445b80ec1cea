/*
 * test_replace_tag.c - replacement tags in place and as DEFINE, against tables
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "conf/replace_tag.h"
#include "engine/util/buf.h"

struct tag_case {
	const char *text;
	const char *in_place, *define;
	const char *error; /* begins it, though a pattern comes out; NULL: none */
};

static const struct tag_case cases[] = {
	{ "/x/", "/x/", "/x/", NULL },
	{ "/x<A>y/i", "/x[a4]y/il", "/(?(DEFINE)(?<tag_A>[a4]))x(?&tag_A)y/il", NULL },
	{ "/<A><A>/", "/[a4][a4]/", "/(?(DEFINE)(?<tag_A>[a4]))(?&tag_A)(?&tag_A)/", NULL },
	{ "/<UNKNOWN><A>/", "/<UNKNOWN>[a4]/", "/(?(DEFINE)(?<tag_A>[a4]))<UNKNOWN>(?&tag_A)/",
	    NULL },
	{ "/<inter W><A><B>c<A>/", "/[a4]\\W?b+c[a4]/",
	    "/(?(DEFINE)(?<tag_A>[a4]))(?(DEFINE)(?<tag_B>b+))"
	    "(?&tag_A)\\W?(?&tag_B)c(?&tag_A)/",
	    NULL },
	{ "/<post P><A><A>/", "/[a4]{1,2}[a4]{1,2}/",
	    "/(?(DEFINE)(?<tag_A>[a4]))(?&tag_A){1,2}(?&tag_A){1,2}/", NULL },
	{ "/<pre Q><A>/", "/-[a4]/", "/(?(DEFINE)(?<tag_A>[a4]))-(?&tag_A)/", NULL },
	/* tags in tags */
	{ "/<N>/", "/(?:[a4]|n)/",
	    "/(?(DEFINE)(?<tag_A>[a4]))(?(DEFINE)(?<tag_N>(?:(?&tag_A)|n)))(?&tag_N)/", NULL },
	{ "/<LOOP>/", "/x?x?x?x?x?x?<LOOP>/", "/x?x?x?x?x?x?<LOOP>/", NULL },
	/* what cannot be called stands in place */
	{ "/<B>*/", "/<B>*/", "/<B>*/", "a quantifier on a quantifier" },
	{ "/<B>?<A>/", "/b+?[a4]/", "/(?(DEFINE)(?<tag_A>[a4]))b+?(?&tag_A)/", NULL },
	{ "/<BAR>/", "/a|b/", "/a|b/", NULL },
	{ "/(c)\\1<A>/", "/(c)\\1[a4]/", "/(c)\\1[a4]/", NULL },
	{ "/(?i:<A>)<A>/", "/(?i:[a4])[a4]/l", "/(?i:[a4])[a4]/l", NULL },
	{ "/(?<=<A>)b/", "/(?<=[a4])b/", "/(?<=[a4])b/", NULL },
	{ "/<inter W><A><T><B>/", "/[a4]\\W?[a4]\\W?b+\\W?b+/", "/[a4]\\W?[a4]\\W?b+\\W?b+/",
	    NULL },
	/* the replaced one does not compile: the other stays */
	{ "/<BROKEN>x/", "/<BROKEN>x/", "/<BROKEN>x/", "the ( is not closed" },
};

static struct replace_tags *
make_tags(struct arena *arena)
{
	struct replace_tags *tags = replace_tags_new(arena);

	replace_tags_set(tags, REPLACE_TAG, SLICE("A"), SLICE("[a4]"));
	replace_tags_set(tags, REPLACE_TAG, SLICE("B"), SLICE("b+"));
	replace_tags_set(tags, REPLACE_TAG, SLICE("N"), SLICE("(?:<A>|n)"));
	replace_tags_set(tags, REPLACE_TAG, SLICE("BAR"), SLICE("a|b"));
	replace_tags_set(tags, REPLACE_TAG, SLICE("LOOP"), SLICE("x?<LOOP>"));
	replace_tags_set(tags, REPLACE_TAG, SLICE("BROKEN"), SLICE("(a"));
	replace_tags_set(tags, REPLACE_TAG, SLICE("T"), SLICE("<inter W><A><B>"));
	replace_tags_set(tags, REPLACE_INTER, SLICE("W"), SLICE("\\W?"));
	replace_tags_set(tags, REPLACE_POST, SLICE("P"), SLICE("{1,2}"));
	replace_tags_set(tags, REPLACE_PRE, SLICE("Q"), SLICE("-"));
	return tags;
}

static unsigned
check(const struct tag_case *row, enum replace_form form, const char *want)
{
	struct arena *arena = arena_new(1 << 22);
	struct slice pattern = SLICE("");
	struct err err;
	bool ok = replace_tags_read(
	    arena, make_tags(arena), slice_of(row->text), form, &pattern, &err);
	bool good = ok && slice_eq(pattern, slice_of(want)) &&
		    (row->error == NULL ? err.text[0] == '\0'
					: strncmp(err.text, row->error, strlen(row->error)) == 0);

	if (!good)
		print_error("%s: got %.*s (%s), want %s (%s)\n", row->text, SLICE_ARG(pattern),
		    err.text, want, row->error == NULL ? "" : row->error);
	arena_free(&arena);
	return good ? 0 : 1;
}

static void
test_forms(void **state)
{
	unsigned failures = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		failures += check(&cases[i], REPLACE_INLINE, cases[i].in_place);
		failures += check(&cases[i], REPLACE_DEFINE, cases[i].define);
	}
	assert_int_equal(failures, 0);
}

/* Other delimiters, as replace_start and replace_end say. */
static void
test_delimiters(void **state)
{
	struct arena *arena = arena_new(1 << 22);
	struct replace_tags *tags = make_tags(arena);
	struct slice pattern;
	struct err err;

	(void)state;
	replace_tags_start(tags, SLICE("@@"));
	replace_tags_end(tags, SLICE("@@"));
	assert_true(
	    replace_tags_read(arena, tags, SLICE("/x@@A@@y<A>/"), REPLACE_AUTO, &pattern, &err));
	assert_true(slice_eq(pattern, SLICE("/x[a4]y<A>/")));
	arena_free(&arena);
}

/* A pattern that PCRE2 could not compile in place takes the other form by itself. */
static void
test_large(void **state)
{
	struct arena *arena = arena_new((size_t)64 << 20);
	struct replace_tags *tags = make_tags(arena);
	struct buf text = { 0 };
	struct slice pattern;
	struct err err;

	(void)state;
	buf_add_byte(&text, '/');
	for (unsigned i = 0; i < 2000; i++)
		buf_add(&text, SLICE("<A>"));
	buf_add_byte(&text, '/');
	assert_true(replace_tags_read(arena, tags, buf_slice(&text), REPLACE_AUTO, &pattern, &err));
	assert_true(slice_starts(pattern, SLICE("/(?(DEFINE)(?<tag_A>[a4]))(?&tag_A)")));
	buf_clear(&text);
	arena_free(&arena);
}

/* Nothing but an error comes of tags that grow without end, and of small arenas. */
static void
test_bounds(void **state)
{
	(void)state;
	for (size_t cap = 4096; cap <= (size_t)256 << 20; cap *= 16) {
		struct arena *arena = arena_new(cap);
		struct replace_tags *tags = replace_tags_new(arena);
		struct buf grow = { 0 };
		struct slice pattern;
		struct err err;

		for (unsigned i = 0; i < 40; i++)
			buf_add(&grow, SLICE("<G>"));
		if (tags != NULL &&
		    replace_tags_set(tags, REPLACE_TAG, SLICE("G"), buf_slice(&grow)) &&
		    replace_tags_read(arena, tags, SLICE("/<G>/"), REPLACE_AUTO, &pattern, &err))
			assert_true(err.text[0] != '\0');
		buf_clear(&grow);
		arena_free(&arena);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_forms),
		cmocka_unit_test(test_delimiters),
		cmocka_unit_test(test_large),
		cmocka_unit_test(test_bounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
