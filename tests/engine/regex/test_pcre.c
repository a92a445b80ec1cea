/* test_pcre.c - pcre.c: delimiters, flags, folding, counting, limits and windows */
#include "engine/regex/pcre.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "engine/util/buf.h"

static const struct {
	const char *pattern;
	struct slice text;
	int want; /* matches; -1: it does not compile */
} cases[] = {
	{ "/a/", SLICE("banana"), 3 },
	{ "/A/i", SLICE("banana"), 3 },
	{ "m{a{1,2}}", SLICE("baa a"), 2 },
	{ "m!a/b!", SLICE("a/b"), 1 },
	{ "!a/b!i", SLICE("A/B"), 1 },
	{ "m(a(b))", SLICE("ab"), 1 },
	{ "qr<a>", SLICE("a"), 1 },
	{ "m|a\\|b|", SLICE("a|b"), 1 },
	{ "/a\\/b/", SLICE("a/b"), 1 },
	{ "/x*/", SLICE("axb"), 4 }, /* "", x, "", "" as Perl counts */
	{ "/^b/", SLICE("a\nb"), 0 },
	{ "/^b/m", SLICE("a\nb"), 1 },
	{ "/a.b/", SLICE("a\nb"), 0 },
	{ "/a.b/s", SLICE("a\nb"), 1 },
	{ "/a b # c/x", SLICE("ab"), 1 },
	{ "/a$/", SLICE("a\n"), 1 },
	{ "/a\\z/", SLICE("a\n"), 0 },
	{ "/\\x00/", SLICE("a\0b"), 1 },
	/* classes are ASCII */
	{ "/\\w/", SLICE("\xc3\xa9"), 0 },
	{ "/\\s/", SLICE("\xa0\x85\x0b"), 1 },
	{ "/\xc9/i", SLICE("\xe9"), 0 },
	{ "/\xc9/il", SLICE("\xe9"), 1 },
	{ "/\xe9/il", SLICE("\xc9"), 1 },
	{ "/\xd7/il", SLICE("\xf7"), 0 },
	{ "/[\xc0-\xc5]/il", SLICE("\xe3"), 1 },
	{ "/\xc3\x89/iu", SLICE("\xc3\xa9"), 1 },
	{ "/\\x{e9}/u", SLICE("\xc3\xa9"), 1 },
	{ "/^.$/u", SLICE("\xc3\xa9"), 1 },
	{ "/^.$/", SLICE("\xc3\xa9"), 0 },
	{ "/\\p{Lu}/u", SLICE("\xc3\x89"), 1 },
	{ "/b/u", SLICE("a\xff\xfe b"), 1 },
	{ "/\\xff/u", SLICE("\xff"), 0 },
	/* Perl's Latin-1 look of a byte pattern */
	{ "/\\xc3\\xa9/", SLICE("\xc3\xa9"), 1 },
	{ "//", SLICE("ab"), 3 },
	/* texts shorter than any match are not looked at; these are not */
	{ "/abc/", SLICE("ab"), 0 },
	{ "/a?$/", SLICE(""), 1 },
	{ "/(?<=a)b/", SLICE("ab"), 1 },
	{ "/(?=ab)/", SLICE("ab"), 1 },
	{ "/a(?=b)|bcd/", SLICE("ab"), 1 },
	{ "/(?:ab){0}c/", SLICE("c"), 1 },
	{ "/\\x{e9}{2}/u", SLICE("\xc3\xa9\xc3\xa9"), 1 },
	/* what does not compile */
	{ "a", SLICE(""), -1 },
	{ "", SLICE(""), -1 },
	{ "m", SLICE(""), -1 },
	{ "/a", SLICE(""), -1 },
	{ "/a/b/", SLICE(""), -1 },
	{ "/a/e", SLICE(""), -1 },
	{ "/a/lu", SLICE(""), -1 },
	{ "/(/", SLICE(""), -1 },
	{ "/(?{ 1 })/", SLICE(""), -1 },
	{ "/(*UTF)a/", SLICE(""), -1 },
	{ "/a\\Cb/u", SLICE(""), -1 },
	{ "m a a", SLICE(""), -1 },
};

struct fixture {
	struct regex_compiler *compiler;
	struct regex_scratch *scratch;
};

static int
set_up(void **state)
{
	static struct fixture fixture;

	fixture.compiler = regex_compiler_new();
	fixture.scratch = regex_scratch_new();
	*state = &fixture;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *fixture = *state;

	regex_scratch_free(&fixture->scratch);
	regex_compiler_free(&fixture->compiler);
	return 0;
}

static void
test_table(void **state)
{
	struct fixture *fixture = *state;
	const struct regex_limits limits = { 0 };

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct err err = { .text = "" };
		struct regex *regex = regex_new(
		    fixture->compiler, slice_of(cases[i].pattern), &err);
		struct regex_match match = { 0 };
		int got = regex == NULL ? -1 : 0;

		if (regex != NULL) {
			while (regex_next(regex, fixture->scratch, cases[i].text, &limits,
				   &match) == REGEX_MATCH)
				got++;
		}
		if (got != cases[i].want || (got < 0 && err.text[0] == '\0'))
			fail_msg("%s: got %d (%s), want %d", cases[i].pattern, got, err.text,
			    cases[i].want);
		regex_free(&regex);
	}
}

/* The first group of a match, whether it took part or not. */
static void
test_group(void **state)
{
	static const struct {
		const char *pattern, *want; /* want NULL: it took no part */
	} rows[] = {
		{ "/b(.)d/", "c" },
		{ "/bcd/", NULL },
		{ "/b(x)?cd/", NULL },
		{ "/b(x)?(c)(d)/", NULL },
		{ "/b()(c)(d)/", "" },
		{ "/(?=b(c))b/", "c" },
	};
	struct fixture *fixture = *state;
	const struct regex_limits limits = { 0 };
	struct slice text = SLICE("abcde");

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct regex_match match = { 0 };
		struct err err;
		struct regex *regex = regex_new(fixture->compiler, slice_of(rows[i].pattern), &err);
		struct slice got;

		assert_int_equal(
		    regex_next(regex, fixture->scratch, text, &limits, &match), REGEX_MATCH);
		got = regex_group(fixture->scratch, text);
		if ((got.p == NULL) != (rows[i].want == NULL) ||
		    (got.p != NULL && !slice_eq(got, slice_of(rows[i].want))))
			fail_msg("%s: got \"%.*s\"", rows[i].pattern, SLICE_ARG(got));
		regex_free(&regex);
	}
}

/* The byte of the pattern that is wrong is told. */
static void
test_column(void **state)
{
	struct fixture *fixture = *state;
	struct err err = { .text = "" };

	assert_null(regex_new(fixture->compiler, SLICE("/ab(c/"), &err));
	if (err.column != 6)
		fail_msg("got column %u (%s), want 6", err.column, err.text);
}

static const char *
spend(void *p)
{
	unsigned *left = p;

	return *left == 0 || --*left == 0 ? BUDGET_TIME : NULL;
}

static void
test_limits(void **state)
{
	static const struct {
		const char *name, *pattern;
		char fill;
		size_t n;
		unsigned asks; /* of the budget that are answered no */
		enum regex_outcome want;
	} rows[] = {
		{ "catastrophe", "/^(a+)+$/", 'a', 200, 1000, REGEX_LIMIT },
		{ "long and harmless", "/b/", 'a', 1000000, 1000, REGEX_NO_MATCH },
		{ "spent between windows", "/b/", 'a', 1000000, 3, REGEX_SPENT },
		{ "short texts do not ask", "/b/", 'a', 4000, 0, REGEX_NO_MATCH },
	};
	struct fixture *fixture = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct err err;
		struct regex *regex = regex_new(fixture->compiler, slice_of(rows[i].pattern), &err);
		unsigned left = rows[i].asks;
		const struct budget budget = { spend, &left };
		const struct regex_limits limits = { .budget = &budget };
		struct regex_match match = { 0 };
		char *text = malloc(rows[i].n);
		enum regex_outcome got;

		memset(text, rows[i].fill, rows[i].n);
		text[rows[i].n - 1] = '!';
		got = regex_next(
		    regex, fixture->scratch, (struct slice){ text, rows[i].n }, &limits, &match);
		if (got != rows[i].want)
			fail_msg("%s: got %d, want %d", rows[i].name, (int)got, (int)rows[i].want);
		free(text);
		regex_free(&regex);
	}
}

/* What PCRE2 would work on for seconds is refused, with its reason. */
static void
test_dear(void **state)
{
	static const struct {
		const char *name, *piece, *flags;
		unsigned times;
		bool want; /* it compiles */
	} rows[] = {
		{ "wide ranges, few", "[\\x{80}-\\x{10ffff}]", "iu", 64, true },
		{ "wide ranges, folded", "[\\x{80}-\\x{10ffff}]", "iu", 65, false },
		{ "folded inside", "(?i)[\\x{80}-\\x{10ffff}]", "u", 65, false },
		{ "without folding", "[\\x{80}-\\x{10ffff}]", "u", 1000, true },
		{ "to a character as it is", "[!-\xf4\x8f\xbf\xbf]", "iu", 65, false },
		{ "behind a blank", "[\\x{80}- \\x{10ffff}]", "iuxx", 65, false },
		{ "ASCII ranges", "[a-z]", "iu", 1000, true },
		{ "no UTF", "[\\x80-\\xff]", "i", 1000, true },
		{ "copies of copies", "(?:[a-z]{1,1000}){1,1000}", "i", 1, true },
		{ "too many of them", "(?:[a-z]{1,1000}){1,1000}", "i", 2, false },
		{ "a long choice", "word|", "i", 20000, false },
	};
	struct fixture *fixture = *state;
	size_t failed = 0;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct buf text = { 0 };
		struct err err = { .text = "" };
		struct regex *regex;

		buf_add(&text, SLICE("/"));
		for (unsigned k = 0; k < rows[i].times; k++)
			buf_add(&text, slice_of(rows[i].piece));
		buf_printf(&text, "/%s", rows[i].flags);
		regex = regex_new(fixture->compiler, buf_slice(&text), &err);
		if ((regex != NULL) != rows[i].want) {
			print_error("%s: got %s, want %s: %s\n", rows[i].name,
			    regex != NULL ? "a regex" : "an error",
			    rows[i].want ? "a regex" : "an error", err.text);
			failed++;
		}
		regex_free(&regex);
		buf_clear(&text);
	}
	assert_int_equal(failed, 0);
}

/* What begins in one window is found whole, with what stands before it in view. */
static void
test_windows(void **state)
{
	static const struct {
		const char *pattern;
		size_t at; /* where "needle" stands among n spaces */
		bool want;
	} rows[] = {
		{ "/needle/", 4093, true },
		{ "/needle/", 4096, true },
		{ "/(?<= )needle/", 4096, true },
		{ "/(?<=x)needle/", 8192, false },
		{ "/^needle/", 4096, false },
		{ "/\\Gneedle/", 4096, false },
		{ "/needle/u", 12288, true },
		{ "/e\\s*$/", 12288, true },
	};
	struct fixture *fixture = *state;
	static char text[20000];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct regex_limits limits = { 0 };
		struct regex_match match = { 0 };
		struct err err;
		struct regex *regex = regex_new(fixture->compiler, slice_of(rows[i].pattern), &err);
		bool got;

		memset(text, ' ', sizeof(text));
		memcpy(text + rows[i].at, "needle", 6);
		got = regex_next(regex, fixture->scratch, (struct slice){ text, sizeof(text) },
			  &limits, &match) == REGEX_MATCH;
		if (got != rows[i].want)
			fail_msg("%s at %zu: got %d, want %d", rows[i].pattern, rows[i].at, got,
			    rows[i].want);
		regex_free(&regex);
	}
}

/* A match that needs more than the JIT's stack is made by the interpreter. */
static void
test_stack(void **state)
{
	struct fixture *fixture = *state;
	const struct regex_limits limits = { .match = 10000000, .heap = 100 * 1024 };
	struct regex_match match = { 0 };
	struct err err;
	struct regex *regex = regex_new(fixture->compiler, SLICE("/^(?:a|ab)+c/"), &err);
	size_t n = 400001;
	char *text = malloc(n);

	memset(text, 'a', n);
	text[n - 1] = 'c';
	assert_int_equal(
	    regex_next(regex, fixture->scratch, (struct slice){ text, n }, &limits, &match),
	    REGEX_MATCH);
	assert_int_equal(match.end, n);
	if (regex_has_jit(regex))
		assert_true(match.fell_back);
	free(text);
	regex_free(&regex);
}

/* An anchored search looks at one place, however long the text is. */
static void
test_anchored(void **state)
{
	struct regex_compiler *compiler = regex_compiler_new();
	struct regex_scratch *scratch = regex_scratch_new();
	const struct regex_limits limits = { .anchored = true, .interpret = true };
	struct buf text = { .arena = NULL };
	struct regex_match match = { 0 };
	struct regex *regex;
	struct err err;

	(void)state;
	for (unsigned i = 0; i < 10000; i++)
		buf_add(&text, SLICE("ab"));
	regex = regex_new(compiler, SLICE("/b/"), &err);
	assert_int_equal(
	    regex_next(regex, scratch, buf_slice(&text), &limits, &match), REGEX_NO_MATCH);
	match = (struct regex_match){ .next = 5001 };
	assert_int_equal(
	    regex_next(regex, scratch, buf_slice(&text), &limits, &match), REGEX_MATCH);
	assert_int_equal(match.start, 5001);
	regex_free(&regex);
	buf_clear(&text);
	regex_scratch_free(&scratch);
	regex_compiler_free(&compiler);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_group),
		cmocka_unit_test(test_column),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_dear),
		cmocka_unit_test(test_windows),
		cmocka_unit_test(test_stack),
		cmocka_unit_test(test_anchored),
	};

	return cmocka_run_group_tests_name("pcre", tests, set_up, tear_down);
}
