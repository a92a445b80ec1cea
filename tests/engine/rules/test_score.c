/* test_score.c - score.c: what is read, rounded and printed */
#include "engine/rules/score.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "engine/rules/rule_def.h"

#define NONE INT64_MIN

static void
test_parse(void **state)
{
	static const struct {
		const char *text;
		int64_t want;
	} cases[] = {
		{ "1", 1000000 },
		{ "-1.5", -1500000 },
		{ "+.25", 250000 },
		{ "2.", 2000000 },
		{ "0.000001", 1 },
		{ "0.0000010", 1 },
		{ "0.0000001", NONE },
		{ "1000", 1000000000 },
		{ "1000.001", NONE },
		{ "99999999999999999999", NONE },
		{ "", NONE },
		{ ".", NONE },
		{ "-", NONE },
		{ "1e3", NONE },
		{ "1 ", NONE },
		{ "0x10", NONE },
		{ "--1", NONE },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int64_t got = NONE;

		if (!score_parse(slice_of(cases[i].text), &got))
			got = NONE;
		if (got != cases[i].want)
			fail_msg("\"%s\": got %lld, want %lld", cases[i].text, (long long)got,
			    (long long)cases[i].want);
	}
}

static void
test_print(void **state)
{
	static const struct {
		int64_t score;
		int64_t required;
		const char *want, *want_short;
	} cases[] = {
		{ 0, 5000000, "0.000", "0.0" },
		{ 1, 5000000, "0.001", "0.0" },
		{ -1, 5000000, "-0.001", "0.0" },
		{ 499, 5000000, "0.001", "0.0" },
		{ 1499, 5000000, "0.001", "0.0" },
		{ 1500, 5000000, "0.002", "0.0" },
		{ 7321000, 5000000, "7.321", "7.3" },
		{ -7350000, 5000000, "-7.350", "-7.4" },
		{ 2960000, 3000000, "2.960", "2.9" },
		{ 3000000, 3000000, "3.000", "3.0" },
		{ 2999600, 3000000, "3.000", "3.0" },
		{ 4999000, 5000000, "4.999", "4.9" },
		{ -50000, 0, "-0.050", "-0.1" },
		{ -20000, 0, "-0.020", "-0.1" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct buf out = { 0 }, out_short = { 0 };

		score_print(&out, cases[i].score);
		score_print_short(&out_short, cases[i].score, cases[i].required);
		if (strcmp(buf_text(&out), cases[i].want) != 0 ||
		    strcmp(buf_text(&out_short), cases[i].want_short) != 0)
			fail_msg("%lld: got %s and %s, want %s and %s", (long long)cases[i].score,
			    buf_text(&out), buf_text(&out_short), cases[i].want,
			    cases[i].want_short);
		buf_clear(&out);
		buf_clear(&out_short);
	}
}

static void
test_print_exact(void **state)
{
	static const struct {
		int64_t score;
		const char *want;
	} cases[] = {
		{ 0, "0.000000" },
		{ -1, "-0.000001" },
		{ 1500000, "1.500000" },
		{ -1000000000, "-1000.000000" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct buf out = { 0 };
		int64_t again;

		score_print_exact(&out, cases[i].score);
		assert_string_equal(buf_text(&out), cases[i].want);
		assert_true(score_parse(buf_slice(&out), &again));
		assert_int_equal(again, cases[i].score);
		buf_clear(&out);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse),
		cmocka_unit_test(test_print),
		cmocka_unit_test(test_print_exact),
	};

	return cmocka_run_group_tests_name("score", tests, NULL, NULL);
}
