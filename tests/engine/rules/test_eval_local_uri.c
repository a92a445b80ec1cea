/* test_eval_local_uri.c - eval_local_uri.c: links to addresses in a rule's networks */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/engine/rules/eval_rows.h"

#define CALL "check_uri_local_bl()"
#define TEXT(text) "MIME-Version: 1.0\nContent-Type: text/plain\n\n" text "\n"
#define S(text)                          \
	{                                \
		(text), sizeof(text) - 1 \
	}

static const struct slice networks[] = { S("F 192.0.2.0/24 203.0.113.7"),
	S("OTHER 198.51.100.0/24"), S("F nonsense"), S("F") };
static const struct slice spared[] = { S("F 192.0.2.9 www.example.com"), S("OTHER 192.0.2.1") };
static const struct rule_list lists[] = {
	{ S("uri_block_cidr"), networks, 4, { 0 } },
	{ S("uri_block_exclude"), spared, 2, { 0 } },
};

static const struct eval_row rows[] = {
	{ CALL, TEXT("http://192.0.2.1/x"), true, false },
	{ CALL, TEXT("http://3221225985/x"), true, false },
	{ CALL, TEXT("http://203.0.113.7/x"), true, false },
	{ CALL, TEXT("http://203.0.113.8/x"), false, false },
	{ CALL, TEXT("http://198.51.100.1/x"), false, false },
	{ CALL, TEXT("http://192.0.2.9/x"), false, false },
	{ CALL, TEXT("http://192.0.2.9/x http://192.0.2.1/x"), true, false },
	{ CALL, TEXT("http://www.example.com/x"), false, false },
	{ CALL,
	    "MIME-Version: 1.0\nContent-Type: text/html\n\n<a href=\"http://192.0.2.1/\">x</a>\n",
	    true, false },
	{ CALL, "MIME-Version: 1.0\nContent-Type: text/html\n\n<img src=\"http://192.0.2.1/\">\n",
	    false, false },
};

static void
test_rows(void **state)
{
	(void)state;
	eval_rows_check(rows, ROWS(rows), lists, 2);
}

/* A rule that nothing is given for never hits. */
static void
test_none(void **state)
{
	static const struct eval_row none[] = {
		{ CALL, TEXT("http://192.0.2.1/x"), false, false },
	};

	(void)state;
	eval_rows_check(none, ROWS(none), NULL, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_none),
	};

	return cmocka_run_group_tests_name("eval_local_uri", tests, NULL, NULL);
}
