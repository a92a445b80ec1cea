/* test_field_encode.c - field_encode.c: what becomes an encoded word, and how */
#include "engine/field_encode.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(v) (sizeof(v) / sizeof((v)[0]))

static const struct {
	const char *value;
	const char *want;
} cases[] = {
	{ "", "" },
	{ "plain\ttext", "plain\ttext" },
	{ "a\n\tb\n", "a\n\tb\n" },
	{ "\n\t* 1.0 A", "\n\t* 1.0 A" },
	{ "b\xc3\xa4ume wachsen", "=?UTF-8?Q?b=C3=A4ume?= wachsen" },
	{ "zwei b\xc3\xa4ume", "zwei =?UTF-8?Q?b=C3=A4ume?=" },
	{ "x \xc3\xa4 mittendrin y \xc3\xb6 z", "x =?UTF-8?Q?=C3=A4_mittendrin_y_=C3=B6?= z" },
	{ "\xc3\xa4\xc3\xb6\xc3\xbc", "=?UTF-8?B?w6TDtsO8?=" },
	{ "\xc3\xa4\xc3\xb6", "=?UTF-8?B?w6TDtg==?=" },
	{ "one\ntwo \xc3\xa4nd\n\tthree", "one\ntwo =?UTF-8?Q?=C3=A4nd?=\n\tthree" },
	{ "a\rX-Evil: \x01", "=?UTF-8?Q?a=0DX-Evil:_=01?=" },
	{ "a=b_c?", "a=b_c?" },
	{ "a=b_c\xc3\xa4 long enough for q", "=?UTF-8?B?YT1iX2PDpA==?= long enough for q" },
};

static void
test_table(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct buf out = { 0 };

		field_encode(&out, slice_of(cases[i].value));
		if (strcmp(buf_text(&out), cases[i].want) != 0)
			fail_msg("\"%s\": got \"%s\", want \"%s\"", cases[i].value, buf_text(&out),
			    cases[i].want);
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
