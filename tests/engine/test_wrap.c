/* test_wrap.c - wrap.c: where lines are broken */
#include "engine/wrap.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(v) (sizeof(v) / sizeof((v)[0]))

#define AT(n, ...)                                                 \
	{                                                          \
		.columns = (n), .prefix = SLICE("> "), __VA_ARGS__ \
	}

static const struct {
	const char *text;
	struct wrap how;
	const char *want;
} cases[] = {
	{ "", AT(10), "" },
	{ "", AT(10, .first = SLICE("x ")), "x " },
	{ "one two", AT(10), "one two" },
	{ "one two three", AT(8), "one two\n> three" },
	{ "one two three", AT(7), "one two\n>\n> three" },
	{ "one two three", AT(6), "one\n> two\n> three" },
	{ "one two three", AT(6, .overflow = true), "one two\n>  three" },
	{ "one  two", AT(5), "one\n> two" },
	{ "one two ", AT(20), "one two " },
	{ "longerthanthat two", AT(5), "longerthanthat\n>\n> two" },
	{ "a\tb c", AT(10), "a\tb\n>  c" },
	{ "one two", AT(12, .first = SLICE("    ")), "    one two" },
	{ "one two", AT(8, .first = SLICE("    ")), "    one\n> two" },
	{ "one two", AT(5, .first = SLICE("    ")), "    one\n>\n> two" },
	{ "a,b,c d", AT(3, .behind_commas = true), "a,\n> b,\n>\n> c\n> d" },
	{ "a,b,c d", AT(4, .behind_commas = true), "a,b,\n> c\n> d" },
	{ "a, b", AT(100, .behind_commas = true), "a, b" },
	{ "aaaaaaaa,b,c", AT(4, .behind_commas = true), "aaaaaaaa,\n> b,\n> c" },
	/* a prefix that is wider than the line does not go on for ever */
	{ "a b", { .columns = 1, .prefix = { "      ", 6 } }, "a\n      b" },
};

static void
test_table(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct buf out = { 0 };

		wrap_text(&out, slice_of(cases[i].text), &cases[i].how);
		if (strcmp(buf_text(&out), cases[i].want) != 0)
			fail_msg("\"%s\" at %zu: got \"%s\", want \"%s\"", cases[i].text,
			    cases[i].how.columns, buf_text(&out), cases[i].want);
		buf_clear(&out);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
