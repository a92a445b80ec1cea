/* test_header.c - header.c: which lines are fields, how they are found, unfolded and cut */
#include "engine/mime/header.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "engine/util/buf.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))
#define S(literal)                           \
	{                                    \
		literal, sizeof(literal) - 1 \
	}

/* A field list is written "name=raw|name=raw|". */
static const struct {
	const char *what;
	enum header_kind kind;
	struct slice text;
	const char *want;
	struct slice want_body;
	bool missing_header, missing_separator, truncated;
} cases[] = {
	{ "plain", HEADER_OF_MESSAGE, S("A: b\nC:d\n\nbody\n"), "A= b\n|C=d\n|", S("body\n"), false,
	    false, false },
	{ "folds", HEADER_OF_MESSAGE, S("A: b\n c\n\td\nE: f\n\n"), "A= b\n c\n\td\n|E= f\n|",
	    S(""), false, false, false },
	{ "blank before the colon", HEADER_OF_MESSAGE, S("A \t: b\n\n"), "A= b\n|", S(""), false,
	    false, false },
	{ "no body", HEADER_OF_MESSAGE, S("A: b\n"), "A= b\n|", S(""), false, true, false },
	{ "no line end", HEADER_OF_MESSAGE, S("A: b"), "A= b|", S(""), false, true, false },
	{ "colon at the end", HEADER_OF_MESSAGE, S("A:"), "A=|", S(""), false, true, false },
	{ "no header", HEADER_OF_MESSAGE, S("\nbody\n"), "", S("body\n"), false, false, false },
	{ "empty", HEADER_OF_MESSAGE, S(""), "", S(""), false, true, false },
	{ "a fold of blanks", HEADER_OF_MESSAGE, S("A: b\n   \nC: d\n\nx"), "A= b\n   \n|C= d\n|",
	    S("x"), false, false, false },
	{ "begins with a fold", HEADER_OF_MESSAGE, S(" fold\nA: b\n\nx"), "A= b\n|", S("x"), false,
	    false, false },
	{ "three lines of junk", HEADER_OF_MESSAGE, S("A: b\nj\nk\nl\nC: d\n\nx"), "A= b\n|C= d\n|",
	    S("x"), false, false, false },
	{ "the fourth is body", HEADER_OF_MESSAGE, S("A: b\nj\nk\nl\nm\nC: d\n\nx"), "A= b\n|",
	    S("m\nC: d\n\nx"), false, true, false },
	{ "junk with a colon is kept", HEADER_OF_MESSAGE, S("A B: c\n\xe9: d\nE: f\n\n"),
	    "A B= c\n|\xe9= d\n|E= f\n|", S(""), false, false, false },
	{ "a boundary is body", HEADER_OF_MESSAGE, S("A: b\n--x\nC: d\n"), "A= b\n|",
	    S("--x\nC: d\n"), false, true, false },
	{ "CR is no line end", HEADER_OF_MESSAGE, S("A: b\rC: d\n\nx"), "A= b\rC: d\n|", S("x"),
	    false, false, false },
	{ "NUL in a value", HEADER_OF_MESSAGE, S("A: b\0c\n\nx"), "A= b\0c\n|", S("x"), false,
	    false, false },
	{ "part", HEADER_OF_PART, S("A: b\nC:  d\n\nbody\n"), "A=b\n|C=d\n|", S("body\n"), false,
	    false, false },
	{ "part, CRLF blank line", HEADER_OF_PART, S("A: b\n\r\nx"), "A=b\n|", S("x"), false, false,
	    false },
	{ "part without a header", HEADER_OF_PART, S("\nbody\n"), "", S("body\n"), true, false,
	    false },
	{ "part without a separator", HEADER_OF_PART, S("A: b\nbody\n"), "A=b\n|", S("body\n"),
	    false, true, false },
	{ "part with neither", HEADER_OF_PART, S("body\nA: b\n\n"), "", S("body\nA: b\n\n"), true,
	    true, false },
	{ "part, name with a blank", HEADER_OF_PART, S("A B: c\n\nx"), "", S("A B: c\n\nx"), true,
	    true, false },
	{ "part, blank before the colon stays", HEADER_OF_PART, S("A : c\n\nx"), "A =c\n|", S("x"),
	    true, false, false },
	{ "part, the last field is lost", HEADER_OF_PART, S("A: b\nC: d\n"), "A=b\n|", S(""), false,
	    false, false },
	{ "part, value on the next line", HEADER_OF_PART, S("A:\n b\n\nx"), "A=b\n|", S("x"), false,
	    false, false },
};

static struct slice
show(struct buf *out, const struct header_list *list)
{
	for (size_t i = 0; i < list->n; i++) {
		buf_add(out, list->v[i].name);
		buf_add(out, SLICE("="));
		buf_add(out, list->v[i].raw);
		buf_add(out, SLICE("|"));
	}
	return buf_slice(out);
}

static void
test_table(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct arena *arena = arena_new(1 << 20);
		struct header_block block = header_parse(
		    arena, cases[i].kind, cases[i].text, HEADER_FIELDS_MAX);
		struct buf out = { .arena = arena };
		struct slice got = show(&out, &block.list);
		struct slice body = slice_from(cases[i].text, block.body);

		if (strncmp(got.p, cases[i].want, got.n) != 0 ||
		    !slice_eq(body, cases[i].want_body) ||
		    block.missing_header != cases[i].missing_header ||
		    block.missing_separator != cases[i].missing_separator ||
		    block.truncated != cases[i].truncated || block.failed)
			fail_msg("%s: got %.*s and \"%.*s\" (%d %d %d), want %s and \"%.*s\"",
			    cases[i].what, SLICE_ARG(got), SLICE_ARG(body), block.missing_header,
			    block.missing_separator, block.truncated, cases[i].want,
			    SLICE_ARG(cases[i].want_body));
		arena_free(&arena);
	}
}

static void
test_find(void **state)
{
	struct arena *arena = arena_new(1 << 20);
	struct header_block block = header_parse(arena, HEADER_OF_MESSAGE,
	    SLICE("To: 1\nReceived: a\nX: x\nRECEIVED: b\nreceived: c\nXY: y\n\n"),
	    HEADER_FIELDS_MAX);
	const struct header_list *list = &block.list;

	(void)state;
	assert_int_equal(header_count(list, SLICE("received")), 3);
	assert_true(slice_eq(header_find(list, SLICE("Received"), 0)->raw, SLICE(" a\n")));
	assert_true(slice_eq(header_find(list, SLICE("Received"), 1)->raw, SLICE(" b\n")));
	assert_true(slice_eq(header_find(list, SLICE("Received"), 2)->raw, SLICE(" c\n")));
	assert_null(header_find(list, SLICE("Received"), 3));
	assert_true(slice_eq(header_find_last(list, SLICE("RECEIVED"))->raw, SLICE(" c\n")));
	assert_true(slice_eq(header_find(list, SLICE("x"), 0)->raw, SLICE(" x\n")));
	assert_null(header_find(list, SLICE("A"), 0));
	assert_null(header_find(list, SLICE("Z"), 0));
	assert_null(header_find_last(list, SLICE("")));
	assert_int_equal(header_count(list, SLICE("XYZ")), 0);
	arena_free(&arena);
}

/* 100,000 fields of as many names, each found; and the limits on one field. */
static void
test_many(void **state)
{
	struct buf text = { .arena = NULL };
	struct arena *arena = arena_new((size_t)32 << 20);
	struct header_block block;
	char name[32];

	(void)state;
	for (int i = 0; i < 100000; i++)
		buf_printf(&text, "X-%d: %d\n", i * 7919 % 100000, i);
	buf_add(&text, SLICE("\n"));
	block = header_parse(arena, HEADER_OF_MESSAGE, buf_slice(&text), HEADER_FIELDS_MAX);
	assert_false(block.failed);
	assert_int_equal(block.list.n, 100000);
	for (int i = 0; i < 100000; i++) {
		snprintf(name, sizeof(name), "x-%d", i);
		assert_int_equal(header_count(&block.list, slice_of(name)), 1);
	}
	buf_clear(&text);
	arena_free(&arena);
}

static void
test_limits(void **state)
{
	struct buf text = { .arena = NULL };
	struct arena *arena = arena_new((size_t)1 << 20);
	struct header_block block;

	(void)state;
	for (int i = 0; i < HEADER_NAME_MAX + 10; i++)
		buf_add_byte(&text, 'n');
	buf_add(&text, SLICE(":"));
	for (int i = 0; i < HEADER_VALUE_MAX + 10; i++)
		buf_add_byte(&text, 'v');
	buf_add(&text, SLICE("\n\n"));
	block = header_parse(arena, HEADER_OF_MESSAGE, buf_slice(&text), HEADER_FIELDS_MAX);
	assert_true(block.truncated);
	assert_int_equal(block.list.v[0].name.n, HEADER_NAME_MAX);
	assert_int_equal(block.list.v[0].raw.n, HEADER_VALUE_MAX);
	assert_int_equal(block.list.v[0].line.n, text.n - 1);
	block = header_parse(arena, HEADER_OF_PART, buf_slice(&text), HEADER_FIELDS_MAX);
	assert_false(block.truncated);
	assert_int_equal(block.list.v[0].raw.n, HEADER_VALUE_MAX + 11);
	buf_clear(&text);
	arena_free(&arena);
}

static void
test_unfold(void **state)
{
	static const struct {
		struct slice raw, want;
	} folds[] = {
		{ S(" a\n"), S("a") },
		{ S(" a\n b\n"), S("a b") },
		{ S(" a\n\t \tb\n"), S("a b") },
		{ S(" a \n b\n"), S("a  b") },
		{ S(" a\n \n b\n"), S("a  b") },
		{ S("\n a\n"), S("a") },
		{ S(" \n"), S("") },
		{ S(""), S("") },
		{ S(" a\0b\n c"), S("a\0b c") },
	};
	struct arena *arena = arena_new(1 << 20);

	(void)state;
	for (size_t i = 0; i < COUNT(folds); i++) {
		struct header header = { .raw = folds[i].raw };
		struct slice got = header_unfold(arena, &header);

		if (!slice_eq(got, folds[i].want))
			fail_msg("%zu: got \"%.*s\", want \"%.*s\"", i, SLICE_ARG(got),
			    SLICE_ARG(folds[i].want));
	}
	arena_free(&arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_find),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_unfold),
	};

	return cmocka_run_group_tests_name("header", tests, NULL, NULL);
}
