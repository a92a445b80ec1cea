/*
 * test_values.c - durations, sizes, "did you mean" and how diagnostics print, against tables
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "conf/diagnostic.h"
#include "conf/duration.h"
#include "conf/size.h"
#include "conf/suggest.h"

struct value_case {
	const char *text;
	int64_t want; /* -1: an error is wanted */
	unsigned want_column;
	const char *want_text; /* begins the error */
};

static const struct value_case durations[] = {
	{ "90s", INT64_C(90000000), 0, "" },
	{ "5m", INT64_C(300000000), 0, "" },
	{ "1h30m", INT64_C(5400000000), 0, "" },
	{ "250ms", INT64_C(250000), 0, "" },
	{ "1m250ms", INT64_C(60250000), 0, "" },
	{ "1m5s250ms", INT64_C(65250000), 0, "" },
	{ "366d", DURATION_MAX_US, 0, "" },
	{ "0s", 0, 0, "" },
	{ "", -1, 1, "expected a number" },
	{ "s", -1, 1, "expected a number" },
	{ "5", -1, 2, "expected a unit: d, h, m, s or ms" },
	{ "5 m", -1, 2, "expected a unit: d, h, m, s or ms" },
	{ "5w", -1, 2, "expected a unit: d, h, m, s or ms" },
	{ "5m1h", -1, 4, "expected a smaller unit than the one before" },
	{ "5m5m", -1, 4, "expected a smaller unit than the one before" },
	{ "5ms1s", -1, 5, "expected a smaller unit than the one before" },
	{ "367d", -1, 5, "expected at most 366 days" },
	{ "99999999999999999999s", -1, 14, "expected a smaller number" },
	{ "-5m", -1, 1, "expected a number" },
};

static const struct value_case sizes[] = {
	{ "0", 0, 0, "" },
	{ "1048576", 1048576, 0, "" },
	{ "7B", 7, 0, "" },
	{ "64KB", 65536, 0, "" },
	{ "20 MB", 20971520, 0, "" },
	{ "1 GB", 1073741824, 0, "" },
	{ "2TB", INT64_C(2199023255552), 0, "" },
	{ "", -1, 1, "expected a whole number" },
	{ "MB", -1, 1, "expected a whole number" },
	{ "-1", -1, 1, "expected a whole number" },
	{ "1.5 MB", -1, 2, "expected a unit: B, KB, MB, GB or TB" },
	{ "5 ", -1, 2, "expected a unit" },
	{ "5  MB", -1, 3, "expected a unit" },
	{ "5mb", -1, 2, "expected a unit" },
	{ "99999999999999999999", -1, 20, "expected a smaller number" },
	{ "18446744073709551615 KB", -1, 1, "expected a smaller number" },
};

static int64_t
parse_duration(struct slice text, struct err *err)
{
	int64_t us;

	return duration_parse(text, &us, err) < 0 ? -1 : us;
}

static int64_t
parse_size(struct slice text, struct err *err)
{
	uint64_t bytes;

	return size_parse(text, &bytes, err) < 0 ? -1 : (int64_t)bytes;
}

static size_t
check_values(
    const struct value_case *cases, size_t n, int64_t (*parse)(struct slice text, struct err *err))
{
	size_t bad = 0;

	for (size_t i = 0; i < n; i++) {
		struct err err = { 0 };
		int64_t got = parse(slice_of(cases[i].text), &err);

		if (got == cases[i].want && err.column == cases[i].want_column &&
		    strncmp(err.text, cases[i].want_text, strlen(cases[i].want_text)) == 0)
			continue;
		print_message("\"%s\": got %lld, \"%s\" at %u; want %lld, \"%s\" at %u\n",
		    cases[i].text, (long long)got, err.text, err.column, (long long)cases[i].want,
		    cases[i].want_text, cases[i].want_column);
		bad++;
	}
	return bad;
}

static void
test_durations(void **state)
{
	(void)state;
	assert_int_equal(
	    check_values(durations, sizeof(durations) / sizeof(durations[0]), parse_duration), 0);
}

static void
test_sizes(void **state)
{
	(void)state;
	assert_int_equal(check_values(sizes, sizeof(sizes) / sizeof(sizes[0]), parse_size), 0);
}

/* The text is a slice: what stands behind its end must not be read. */
static void
test_slice_end(void **state)
{
	int64_t us;
	uint64_t bytes;
	struct err err;

	(void)state;
	assert_int_equal(duration_parse((struct slice){ "5ms", 2 }, &us, &err), 1);
	assert_int_equal(us, 300000000);
	assert_int_equal(size_parse((struct slice){ "5KB", 1 }, &bytes, &err), 1);
	assert_int_equal(bytes, 5);
}

static const struct {
	const char *a, *b;
	size_t want;
} distances[] = {
	{ "", "", 0 },
	{ "a", "", 1 },
	{ "", "abc", 3 },
	{ "abc", "abc", 0 },
	{ "ABC", "abc", 0 },
	{ "abc", "acb", 1 },
	{ "abcd", "abxd", 1 },
	{ "reject", "rejetc", 1 },
	{ "kitten", "sitting", 3 },
};

static void
test_suggest(void **state)
{
	struct suggest near = SUGGEST_INIT(SLICE("treshold")), far = SUGGEST_INIT(SLICE("xyz"));

	(void)state;
	for (size_t i = 0; i < sizeof(distances) / sizeof(distances[0]); i++)
		assert_int_equal(
		    suggest_distance(slice_of(distances[i].a), slice_of(distances[i].b)),
		    distances[i].want);
	suggest_offer(&near, SLICE("user"));
	suggest_offer(&near, SLICE("thresholds"));
	suggest_offer(&near, SLICE("threshold"));
	assert_true(slice_eq(near.best, SLICE("threshold")));
	suggest_offer(&far, SLICE("user"));
	assert_null(far.best.p);
}

static void
test_diagnostics(void **state)
{
	struct diagnostics *found = diagnostics_new();
	struct ruleset_report report = diagnostics_report(found);
	struct buf out = { 0 };
	struct err err;

	(void)state;
	diagnostics_add(found, SEVERITY_ERROR, "a\x1b", 3, 4, "x\x07%s", "y");
	diagnostics_add(found, SEVERITY_WARNING, NULL, 0, 0, "z");
	err_at(&err, "b", 5, 0, "w");
	report.tell(report.p, 'w', &err);
	report.tell(report.p, 'e', &err);
	assert_int_equal(diagnostics_count(found, SEVERITY_ERROR), 2);
	assert_int_equal(diagnostics_count(found, SEVERITY_WARNING), 2);
	for (size_t i = 0; i < diagnostics_kept(found); i++) {
		diagnostic_format(diagnostics_at(found, i), &out);
		buf_add_byte(&out, '\n');
	}
	assert_string_equal(buf_text(&out),
	    "a\\x1b:3:4: error: x\\x07y\nwarning: z\nb:5: warning: w\nb:5: error: w\n");
	buf_clear(&out);
	for (size_t i = 0; i < DIAGNOSTICS_MAX + 5; i++)
		diagnostics_add(found, SEVERITY_ERROR, "f", 1, 1, "again");
	assert_int_equal(diagnostics_kept(found), DIAGNOSTICS_MAX);
	assert_int_equal(diagnostics_count(found, SEVERITY_ERROR), DIAGNOSTICS_MAX + 7);
	diagnostics_free(&found);
	assert_null(found);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_durations),
		cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_slice_end),
		cmocka_unit_test(test_suggest),
		cmocka_unit_test(test_diagnostics),
	};

	return cmocka_run_group_tests_name("values", tests, NULL, NULL);
}
