/*
 * test_log.c - values of log lines: what stands bare, what is quoted, what is escaped
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "engine/util/buf.h"
#include "milter/clock.h"
#include "milter/log.h"

static const struct {
	struct slice value;
	const char *want;
} cases[] = {
	{ SLICE("user@example.org"), "user@example.org" },
	{ SLICE("2001:db8::1"), "2001:db8::1" },
	{ SLICE("A:1.500,B:-0.100"), "A:1.500,B:-0.100" },
	{ SLICE(""), "\"\"" },
	{ SLICE("two words"), "\"two words\"" },
	{ SLICE("a=b"), "\"a=b\"" },
	{ SLICE("say \"x\""), "\"say \\\"x\\\"\"" },
	{ SLICE("back\\slash"), "\"back\\\\slash\"" },
	{ SLICE("a\nb\rc\td"), "\"a\\nb\\rc\\td\"" },
	{ SLICE("\0\x1b[31m\x7f"), "\"\\x00\\x1b[31m\\x7f\"" },
	{ SLICE("gr\xc3\xbc\xc3\x9f"
		"e@example.org"),
	    "\"gr\xc3\xbc\xc3\x9f"
	    "e@example.org\"" },
	{ SLICE("\xff\xfe"), "\"\\xff\\xfe\"" },
	{ SLICE("cut \xe2\x82"), "\"cut \\xe2\\x82\"" },
	/* next line (C1), right-to-left override, zero width space, byte order mark */
	{ SLICE("\xc2\x85"), "\"\\xc2\\x85\"" },
	{ SLICE("\xe2\x80\xae"), "\"\\xe2\\x80\\xae\"" },
	{ SLICE("\xe2\x80\x8b"), "\"\\xe2\\x80\\x8b\"" },
	{ SLICE("\xef\xbb\xbf"), "\"\\xef\\xbb\\xbf\"" },
};

static void
test_quote(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct buf out = { 0 };

		log_quote(&out, cases[i].value);
		if (strcmp(buf_text(&out), cases[i].want) != 0)
			fail_msg("case %zu: got %s, want %s", i, buf_text(&out), cases[i].want);
		buf_clear(&out);
	}
}

static void
test_long_values_are_cut(void **state)
{
	static char bytes[LOG_VALUE_MAX + 100];
	struct buf out = { 0 };

	(void)state;
	memset(bytes, 'a', sizeof(bytes));
	log_quote(&out, (struct slice){ bytes, sizeof(bytes) });
	assert_int_equal(out.n, LOG_VALUE_MAX + 3);
	assert_true(slice_ends(buf_slice(&out), SLICE("aaa...")));
	buf_clear(&out);
}

/* Keys that no longer fit are left out: the line stays whole. */
static void
test_long_lines_stay_whole(void **state)
{
	static char bytes[LOG_VALUE_MAX];
	struct log_line line;

	(void)state;
	memset(bytes, '\1', sizeof(bytes));
	log_begin(&line, LOG_LEVEL_INFO, "test");
	log_text(&line, "much", (struct slice){ bytes, sizeof(bytes) });
	log_text(&line, "little", SLICE("x"));
	if (slice_find(buf_slice(&line.text), 0, SLICE(" much=")) != line.text.n)
		fail_msg("got a line of %zu bytes, want the value left out", line.text.n);
	assert_true(slice_ends(buf_slice(&line.text), SLICE(" little=x")));
	buf_clear(&line.text);
}

static void
test_fixed_time(void **state)
{
	struct log_line line;

	(void)state;
	log_fix_time(951782400);
	log_begin(&line, LOG_LEVEL_WARNING, "test");
	log_score(&line, "score", -1500);
	log_integer(&line, "n", -3);
	log_bool(&line, "yes", true);
	assert_string_equal(buf_text(&line.text),
	    "time=2000-02-29T00:00:00.000000Z level=warning event=test score=-0.002 n=-3 yes=yes");
	buf_clear(&line.text);
	log_fix_time(0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_quote),
		cmocka_unit_test(test_long_values_are_cut),
		cmocka_unit_test(test_long_lines_stay_whole),
		cmocka_unit_test(test_fixed_time),
	};

	return cmocka_run_group_tests_name("log", tests, NULL, NULL);
}
