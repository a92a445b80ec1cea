/* test_lines.c - lines.c: mbox lines, line ends, runs of blank lines, very long lines */
#include "engine/mime/lines.h"

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

static void
test_mbox(void **state)
{
	static const struct {
		struct slice bytes, taken;
	} table[] = {
		{ S("From a@b Mon\nTo: x\n"), S("From a@b Mon\n") },
		{ S("From a"), S("From a") },
		{ S("From: a\n"), SLICE_ABSENT },
		{ S("From : a\n"), SLICE_ABSENT },
		{ S("From  : a\n"), SLICE_ABSENT },
		{ S("from a\n"), SLICE_ABSENT },
		{ S(">From a\n"), SLICE_ABSENT },
		{ S(""), SLICE_ABSENT },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		struct slice rest = table[i].bytes, taken = lines_take_mbox(&rest);

		assert_true(slice_eq(taken, table[i].taken));
		assert_int_equal(taken.p == NULL, table[i].taken.p == NULL);
		assert_int_equal(taken.n + rest.n, table[i].bytes.n);
	}
}

static void
test_to_lf(void **state)
{
	static const struct {
		struct slice bytes, want;
	} table[] = {
		{ S(""), S("") },
		{ S("a\nb\n"), S("a\nb\n") },
		{ S("a\r\nb\nc"), S("a\nb\nc") },
		{ S("a\nb\r\n"), S("a\nb\n") },
		{ S("a\nb\r\nc\n"), S("a\nb\r\nc\n") },
		{ S("a\r\nb\rc\r\r\n"), S("a\nb\rc\r\n") },
		{ S("a\r"), S("a\r") },
		{ S("\r\n"), S("\n") },
	};
	struct arena *arena = arena_new(1 << 20), *none = arena_new(0);

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		struct slice got = lines_to_lf(arena, table[i].bytes);

		if (!slice_eq(got, table[i].want))
			fail_msg("%zu: got \"%.*s\", want \"%.*s\"", i, SLICE_ARG(got),
			    SLICE_ARG(table[i].want));
		if (slice_eq(table[i].bytes, table[i].want))
			assert_ptr_equal(got.p, table[i].bytes.p);
	}
	assert_null(lines_to_lf(none, SLICE("a\r\n")).p);
	arena_free(&arena);
	arena_free(&none);
}

static size_t
count_lines(struct slice text)
{
	size_t n = 0;

	for (size_t i = 0; i < text.n; i++)
		n += text.p[i] == '\n';
	return n;
}

/* Runs of `blank` lines at the top, in the middle and at the end of a body. */
static void
test_blank_runs(void **state)
{
	static const struct {
		size_t blank, top, middle;
	} table[] = {
		{ 0, 0, 0 },
		{ 1, 1, 1 },
		{ 20, 20, 20 },
		{ 21, 21, 20 },
		{ 22, 21, 20 },
		{ 1000, 21, 20 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		struct arena *arena = arena_new(1 << 20);
		struct buf top = { .arena = arena }, middle = { .arena = arena };

		buf_add(&middle, SLICE("a\n"));
		for (size_t k = 0; k < table[i].blank; k++) {
			buf_add(&top, SLICE(" \t\n"));
			buf_add(&middle, SLICE("\n"));
		}
		buf_add(&top, SLICE("b\n"));
		assert_int_equal(
		    count_lines(lines_squash_blank(arena, buf_slice(&top))), table[i].top + 1);
		assert_int_equal(count_lines(lines_squash_blank(arena, buf_slice(&middle))),
		    table[i].middle + 1);
		buf_add(&middle, SLICE("b\n"));
		assert_int_equal(count_lines(lines_squash_blank(arena, buf_slice(&middle))),
		    table[i].middle + 2);
		arena_free(&arena);
	}
}

static void
test_long_lines(void **state)
{
	static const struct {
		size_t bytes, levels, want;
	} table[] = {
		{ 2047, 1, 2048 },
		{ 2048, 1, 2050 },
		{ 7000, 1, 7004 },
		{ 7000, 2, 7007 },
		{ 0, 1, 1 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		struct arena *arena = arena_new(1 << 20);
		struct buf line = { .arena = arena };
		struct slice got;

		for (size_t k = 0; k < table[i].bytes; k++)
			buf_add_byte(&line, 'x');
		buf_add_byte(&line, '\n');
		got = lines_break_long(arena, buf_slice(&line), table[i].levels);
		if (got.n != table[i].want)
			fail_msg("%zu: got %zu, want %zu", i, got.n, table[i].want);
		arena_free(&arena);
	}
	assert_true(slice_eq(lines_without_last_end(SLICE("a\n\n")), SLICE("a\n")));
	assert_true(slice_eq(lines_without_last_end(SLICE("a")), SLICE("a")));
	assert_true(slice_eq(lines_without_last_end(SLICE("")), SLICE("")));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_mbox),
		cmocka_unit_test(test_to_lf),
		cmocka_unit_test(test_blank_runs),
		cmocka_unit_test(test_long_lines),
	};

	return cmocka_run_group_tests_name("lines", tests, NULL, NULL);
}
