/* test_eval_alternative.c - eval_alternative.c: what HTML says that its plain text does not */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/engine/rules/eval_rows.h"

#define MULTI "Content-Type: multipart/alternative; boundary=x\n"
#define BOTH(text, html)                                                \
	MULTI "\n--x\nContent-Type: text/plain; charset=utf-8\n\n" text \
	      "\n--x\nContent-Type: text/html; charset=utf-8\n\n" html "\n--x--\n"

static const struct eval_row rows[] = {
	{ "multipart_alternative_difference('49', '50')", BOTH("one three", "one two"), true,
	    false },
	{ "multipart_alternative_difference('0', '0')", BOTH("two one", "one - <b>two</b>"), true,
	    false },
	{ "multipart_alternative_difference('0', '0')", "Subject: x\n\nx\n", true, false },
	{ "multipart_alternative_difference('1', 'undef')", "Subject: x\n\nx\n", false, false },
	{ "multipart_alternative_difference('99', '100')", BOTH("one", "one one"), true, false },
	{ "multipart_alternative_difference('99', '100')", BOTH("one", "<img> -"), true, false },
	{ "multipart_alternative_difference('99', '100')", BOTH("one", " -"), false, false },
	{ "multipart_alternative_difference('0', '0')", BOTH("one", "\xe2\x80\x9c one"), true,
	    false },
	{ "multipart_alternative_difference('49', '50')", BOTH("one", "\xc3\xa9 one"), true,
	    false },
	{ "multipart_alternative_difference('99', '100')",
	    MULTI
	    "\n--x\nContent-Type: text/html\n\none\n--x\nContent-Type: text/calendar\n\nx\n--x--\n",
	    false, false },
	{ "multipart_alternative_difference('99', '100')",
	    MULTI "\n--x\nContent-Type: text/html\n\none\n--x--\n", true, false },
	{ "multipart_alternative_difference('0', '0')",
	    MULTI
	    "\n--x\n\none\n--x\nContent-Type: multipart/related; boundary=y\n\n--y\nContent-Type: text/html\n\none\n--y--\n--x--\n",
	    true, false },
	{ "multipart_alternative_difference_count('1.9', '1')", BOTH("a b c d", "a b"), true,
	    false },
	{ "multipart_alternative_difference_count('2', '1')", BOTH("a b c d", "a b"), false,
	    false },
	{ "multipart_alternative_difference_count('1', '2')", BOTH("a b c d", "a b"), false,
	    false },
};

static void
test_rows(void **state)
{
	(void)state;
	eval_rows_check(rows, ROWS(rows), NULL, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_rows) };

	return cmocka_run_group_tests_name("eval_alternative", tests, NULL, NULL);
}
