/* test_eval_locale.c - eval_locale.c and locales.c: charsets that are far from the reader */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/engine/rules/eval_rows.h"

#define CALL "check_for_faraway_charset_in_headers()"
#define BODY "check_for_faraway_charset()"
#define FAR_FROM "Subject: x\nFrom: =?EUC-KR?B?wLw=?= <a@b.example>\n\nx"

static const struct eval_row unset[] = {
	{ CALL, FAR_FROM, false, false },
};

static const struct eval_row limited[] = {
	{ CALL, FAR_FROM, true, false },
	{ CALL, "Subject: =?iso-8859-7?Q?x?=\n\nx", false, false },
	{ CALL, "Subject: =?koi8-r?Q?x?=\n\nx", false, false },
	{ CALL, "Subject: =?3DWindows-1251?Q?x?=\n\nx", false, false },
	{ CALL, "Subject: =?koi8?r?Q?x?=\n\nx", true, false },
	{ CALL, "Subject: =?utf-8?Q?x?= and =?gb2312?Q?x?=\n\nx", true, false },
	{ CALL, "Subject: =?gb2312\n ?Q?x?=\n\nx", false, false },
	{ CALL, "Comment: =?gb2312?Q?x?=\n\nx", false, false },
	{ BODY, "Content-Type: text/plain; charset=gb2312\n\n\xc4\xe3\xba\xc3\n", true, false },
	{ BODY, "Content-Type: text/plain; charset='gb2312'\n\nabc abc\n", false, false },
	{ BODY, "Content-Type: text/plain; charset=koi8-r\n\n\xc4\xc5\xc6\xc7\n", false, false },
	{ BODY, "Content-Type: text/plain\n\n\xc4\xc5\xc6\xc7\n", false, false },
};

static void
test_unset(void **state)
{
	(void)state;
	eval_rows_check(unset, ROWS(unset), NULL, 0);
}

static void
test_all(void **state)
{
	const struct slice entries[] = { SLICE("en"), SLICE("all") };
	const struct rule_list list = { SLICE("ok_locales"), entries, 2, { 0 } };

	(void)state;
	eval_rows_check(unset, ROWS(unset), &list, 1);
}

static void
test_limited(void **state)
{
	const struct slice entries[] = { SLICE("en ru_RU") };
	const struct rule_list list = { SLICE("ok_locales"), entries, 1, { 0 } };

	(void)state;
	eval_rows_check(limited, ROWS(limited), &list, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_unset),
		cmocka_unit_test(test_all),
		cmocka_unit_test(test_limited),
	};

	return cmocka_run_group_tests_name("eval_locale", tests, NULL, NULL);
}
