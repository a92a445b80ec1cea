/* test_json.c - strings and scores against a table, and one nested object */
#include "milter/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const struct {
	struct slice in;
	const char *want;
} strings[] = {
	{ { "", 0 }, "\"\"" },
	{ { "plain", 5 }, "\"plain\"" },
	{ { "a\"b\\c", 5 }, "\"a\\\"b\\\\c\"" },
	{ { "\b\f\n\r\t", 5 }, "\"\\b\\f\\n\\r\\t\"" },
	{ { "\0x\x1b\x7f", 4 }, "\"\\u0000x\\u001b\\u007f\"" },
	{ { "caf\xc3\xa9", 5 }, "\"caf\xc3\xa9\"" },
	{ { "caf\xe9!", 5 }, "\"caf\\u00e9!\"" },
	{ { "\xc3", 1 }, "\"\\u00c3\"" }, /* cut in the middle */
	{ { "\xc0\xaf", 2 }, "\"\\u00c0\\u00af\"" }, /* overlong */
	{ { "\xed\xa0\x80", 3 }, "\"\\u00ed\\u00a0\\u0080\"" }, /* surrogate */
	{ { "\xf0\x9f\x98\x80", 4 }, "\"\xf0\x9f\x98\x80\"" },
};

static void
test_strings(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(strings) / sizeof(strings[0]); i++) {
		struct buf out = { 0 };
		struct json json = { .out = &out };

		json_string(&json, strings[i].in);
		if (strcmp(buf_text(&out), strings[i].want) != 0)
			fail_msg("row %zu: got %s, want %s", i, buf_text(&out), strings[i].want);
		buf_clear(&out);
	}
}

static void
test_nesting(void **state)
{
	struct buf out = { 0 };
	struct json json = { .out = &out };

	(void)state;
	json_open(&json, '{');
	json_key(&json, "none");
	json_open(&json, '[');
	json_close(&json, ']');
	json_key(&json, "two");
	json_open(&json, '[');
	json_integer(&json, -3);
	json_open(&json, '{');
	json_key(&json, "yes");
	json_bool(&json, true);
	json_key(&json, "score");
	json_score(&json, 500000);
	json_close(&json, '}');
	json_close(&json, ']');
	json_key(&json, "last");
	json_bool(&json, false);
	json_close(&json, '}');
	assert_string_equal(buf_text(&out),
	    "{\"none\": [], \"two\": [-3, {\"yes\": true, \"score\": 0.500}], \"last\": false}");
	buf_clear(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_strings),
		cmocka_unit_test(test_nesting),
	};

	return cmocka_run_group_tests_name("json", tests, NULL, NULL);
}
