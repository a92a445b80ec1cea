/* test_slice.c - slice.c: comparing, cutting and searching bytes */
#include "engine/util/slice.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))
#define S(literal)                           \
	{                                    \
		literal, sizeof(literal) - 1 \
	}

static void
test_cut(void **state)
{
	struct slice s = SLICE("abcdef");

	(void)state;
	assert_true(slice_eq(slice_cut(s, 1, 3), SLICE("bc")));
	assert_true(slice_eq(slice_cut(s, 4, 99), SLICE("ef")));
	assert_true(slice_eq(slice_cut(s, 4, 2), SLICE("")));
	assert_true(slice_eq(slice_cut(s, 99, 100), SLICE("")));
	assert_true(slice_eq(slice_from(s, 5), SLICE("f")));
	assert_true(slice_eq(slice_from(s, 99), SLICE("")));
	assert_int_equal(slice_of(NULL).n, 0);
	assert_null(slice_of(NULL).p);
	assert_int_equal(slice_of("ab").n, 2);
}

static void
test_compare(void **state)
{
	static const struct {
		struct slice a, b;
		int order;
		bool folded;
	} pairs[] = {
		{ S(""), S(""), 0, true },
		{ S("a"), S("a"), 0, true },
		{ S("a"), S("A"), 1, true },
		{ S("a"), S("b"), -1, false },
		{ S("a"), S("ab"), -1, false },
		{ S("b"), S("ab"), 1, false },
		{ S("\xff"), S("a"), 1, false },
		{ S("\xe9"), S("\xc9"), 1, false },
		{ S("a\0b"), S("a\0c"), -1, false },
		{ S("["), S("{"), -1, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(pairs); i++) {
		int order = slice_compare(pairs[i].a, pairs[i].b);

		order = (order > 0) - (order < 0);
		if (order != pairs[i].order || slice_eq(pairs[i].a, pairs[i].b) != (order == 0) ||
		    slice_ieq(pairs[i].a, pairs[i].b) != pairs[i].folded ||
		    (slice_icompare(pairs[i].a, pairs[i].b) == 0) != pairs[i].folded)
			fail_msg("%zu: got %d, want %d", i, order, pairs[i].order);
	}
}

static void
test_ends(void **state)
{
	struct slice s = SLICE("Subject");

	(void)state;
	assert_true(slice_starts(s, SLICE("Sub")));
	assert_true(slice_starts(s, SLICE("")));
	assert_false(slice_starts(s, SLICE("sub")));
	assert_false(slice_starts(s, SLICE("Subjects")));
	assert_true(slice_istarts(s, SLICE("sUB")));
	assert_true(slice_ends(s, SLICE("ject")));
	assert_false(slice_ends(s, SLICE("JECT")));
	assert_true(slice_iends(s, SLICE("JECT")));
	assert_false(slice_iends(s, SLICE("xSubject")));
}

static void
test_find(void **state)
{
	static const struct {
		struct slice s, needle;
		size_t from, at, at_folded;
	} finds[] = {
		{ S("abcabc"), S("c"), 0, 2, 2 },
		{ S("abcabc"), S("c"), 3, 5, 5 },
		{ S("abcabc"), S("c"), 6, 6, 6 },
		{ S("abcabc"), S("c"), 99, 6, 6 },
		{ S("aab"), S("ab"), 0, 1, 1 },
		{ S("ab"), S("abc"), 0, 2, 2 },
		{ S("xAB"), S("ab"), 0, 3, 1 },
		{ S("a\0b"), S("\0b"), 0, 1, 1 },
		{ S(""), S("a"), 0, 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(finds); i++) {
		size_t at = slice_find(finds[i].s, finds[i].from, finds[i].needle);
		size_t folded = slice_ifind(finds[i].s, finds[i].from, finds[i].needle);

		if (at != finds[i].at || folded != finds[i].at_folded)
			fail_msg("%zu: got %zu and %zu, want %zu and %zu", i, at, folded,
			    finds[i].at, finds[i].at_folded);
		if (finds[i].needle.n == 1)
			assert_int_equal(
			    slice_find_byte(finds[i].s, finds[i].from, finds[i].needle.p[0]), at);
	}
}

static void
test_trim(void **state)
{
	(void)state;
	assert_true(slice_eq(slice_trim(SLICE(" \t\r\n\v\f a b \n")), SLICE("a b")));
	assert_true(slice_eq(slice_trim(SLICE("  ")), SLICE("")));
	assert_true(slice_eq(slice_trim(SLICE("")), SLICE("")));
	assert_true(slice_eq(slice_trim(SLICE("\xa0")), SLICE("\xa0")));
}

static void
test_lines(void **state)
{
	static const struct {
		struct slice text;
		const char *want;
	} texts[] = {
		{ S(""), "" },
		{ S("a"), "a|" },
		{ S("a\n"), "a|" },
		{ S("a\nb"), "a|b|" },
		{ S("a\r\n\r\nb\r"), "a||b\r|" },
		{ S("\n\n"), "||" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++) {
		struct slice rest = texts[i].text, line;
		char got[100] = "";

		while (slice_next_line(&rest, &line)) {
			strncat(got, line.p, line.n);
			strcat(got, "|");
		}
		assert_string_equal(got, texts[i].want);
	}
}

static void
test_words(void **state)
{
	static const struct {
		struct slice text;
		const char *want;
	} texts[] = {
		{ S(""), "" },
		{ S(" \t\n"), "" },
		{ S("a"), "a|" },
		{ S(" a\tbc\n\nd "), "a|bc|d|" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++) {
		struct slice rest = texts[i].text, word;
		char got[100] = "";

		while (slice_next_word(&rest, &word)) {
			strncat(got, word.p, word.n);
			strcat(got, "|");
		}
		assert_string_equal(got, texts[i].want);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_compare),
		cmocka_unit_test(test_ends),
		cmocka_unit_test(test_find),
		cmocka_unit_test(test_trim),
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_words),
	};

	return cmocka_run_group_tests_name("slice", tests, NULL, NULL);
}
