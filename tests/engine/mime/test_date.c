/* test_date.c - date.c: what is wanted is what SpamAssassin 4.0.1 read; -1: no date */
#include "engine/mime/date.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "engine/util/buf.h"
#include "tests/shared_data.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static const struct {
	const char *text;
	int64_t want;
} cases[] = {
	{ "Mon, 31 Oct 2005 18:44:29 -0800", 1130813069 },
	{ "31 Oct 2005 18:44:29 -0800", 1130813069 },
	{ "31 Oct 2005 18:44 -0800", 1130813040 },
	{ "Mon, 31 Oct 2005 18:44:29", 1130784269 },
	{ "31 Oct 2005", 1130716800 },
	{ "31 Oct 2005 18:44:29 MET", 1130780669 },
	{ "31 Oct 2005 18:44:29 MET-DST", 1130784269 },
	{ "Oct 31 18:44:29 2005 1 Jan 99", 1130716800 },
	{ "1 Jan 99 31 Oct 2005 18:44:29", 1130784269 },
	{ "31 Oct 05 18:44:29 +0000", 1130784269 },
	{ "31 Oct 99 18:44:29 +0000", 941395469 },
	{ "31 Oct 69 18:44:29 +0000", 26246669 },
	{ "31 Oct 70 18:44:29 +0000", 26246669 },
	{ "31 Oct 49 18:44:29 +0000", 2140627469 },
	{ "31 Oct 105 18:44:29 +0000", 1130784269 },
	{ "31 Oct 005 18:44:29 +0000", 26246669 },
	{ "31 October 2005 18:44:29 +0000", -1 },
	{ "31 Octob 2005 18:44:29 +0000", -1 },
	{ "Monday, 31 Oct 2005 18:44:29 +0000", 1130784269 },
	{ "Mon 31 Oct 2005 18:44:29 +0000", 1130784269 },
	{ "Mon,31 Oct 2005 18:44:29 +0000", 1130784269 },
	{ "Mon, 31-Oct-2005 18:44:29 +0000", -1 },
	{ "Mon Oct 31 18:44:29 2005", 1130716800 },
	{ "Mon Oct 31 18:44:29 2005 +0100", 1130713200 },
	{ "Mon Oct 31 18:44:29 EST 2005", -1 },
	{ "Mon Oct 31 18:44:29 -0500 2005", -1 },
	{ "Oct 31 2005 18:44:29", -1 },
	{ "Oct 31, 2005 18:44:29 +0000", -1 },
	{ "Mon, 31 Oct 2005 18:44:29 GMT", 1130784269 },
	{ "Mon, 31 Oct 2005 18:44:29 UT", 1130784269 },
	{ "Mon, 31 Oct 2005 18:44:29 UTC", 1130784269 },
	{ "Mon, 31 Oct 2005 18:44:29 Z", 1130784269 },
	{ "Mon, 31 Oct 2005 18:44:29 EST", 1130802269 },
	{ "Mon, 31 Oct 2005 18:44:29 EDT", 1130798669 },
	{ "Mon, 31 Oct 2005 18:44:29 CST", 1130805869 },
	{ "Mon, 31 Oct 2005 18:44:29 CDT", 1130802269 },
	{ "Mon, 31 Oct 2005 18:44:29 MST", 1130809469 },
	{ "Mon, 31 Oct 2005 18:44:29 MDT", 1130805869 },
	{ "Mon, 31 Oct 2005 18:44:29 PST", 1130813069 },
	{ "Mon, 31 Oct 2005 18:44:29 PDT", 1130809469 },
	{ "Mon, 31 Oct 2005 18:44:29 A", 1130784269 },
	{ "Mon, 31 Oct 2005 18:44:29 M", 1130784269 },
	{ "Mon, 31 Oct 2005 18:44:29 J", 1130784269 },
	{ "Mon, 31 Oct 2005 18:44:29 N", 1130784269 },
	{ "Mon, 31 Oct 2005 18:44:29 Y", 1130784269 },
	{ "Mon, 31 Oct 2005 18:44:29 CET", 1130780669 },
	{ "Mon, 31 Oct 2005 18:44:29 CEST", 1130777069 },
	{ "Mon, 31 Oct 2005 18:44:29 BST", 1130780669 },
	{ "Mon, 31 Oct 2005 18:44:29 JST", 1130751869 },
	{ "Mon, 31 Oct 2005 18:44:29 MSK", 1130773469 },
	{ "Mon, 31 Oct 2005 18:44:29 XYZ", 1130784269 },
	{ "Mon, 31 Oct 2005 18:44:29 AST", 1130798669 },
	{ "Mon, 31 Oct 2005 18:44:29 HST", 1130820269 },
	{ "Mon, 31 Oct 2005 18:44:29 \"EST\"", 1130802269 },
	{ "Mon, 31 Oct 2005 18:44:29 +0100 (CET)", 1130780669 },
	{ "Mon, 31 Oct 2005 18:44:29 (CET)", 1130780669 },
	{ "Mon, 31 Oct 2005 18:44:29 GMT+1", 1130784269 },
	{ "Mon, 31 Oct 2005 18:44:29 GMT+0100", 1130784269 },
	{ "Mon, 31 Oct 2005 18:44:29 +01:00", 1130784269 },
	{ "Mon, 31 Oct 2005 18:44:29 +1", 1130784269 },
	{ "Mon, 31 Oct 2005 18:44:29 +01", 1130784269 },
	{ "Mon, 31 Oct 2005 18:44:29 +100", 1130784269 },
	{ "Mon, 31 Oct 2005 18:44:29 0100", 1130784269 },
	{ "Mon, 31 Oct 2005 18:44:29 -0000", 1130784269 },
	{ "Mon, 31 Oct 2005 18:44:29 +9999", 1130421929 },
	{ "Mon, 31 Oct 2005 18:44:29 -1260", 1130831069 },
	{ "Mon, 31 Oct 2005 18:44:29+0100", 1130716800 },
	{ "Mon, 31 Oct 2005 18:44:29 +0100 +0200", 1130780669 },
	{ "Mon, 31 Oct 2005 18:44:29 +01000", 1130784269 },
	{ "Mon, 31 Oct 2005 24:00:00 +0000", 1130799600 },
	{ "Mon, 31 Oct 2005 25:00:00 +0000", 1130799600 },
	{ "Mon, 31 Oct 2005 18:60:00 +0000", 1130785140 },
	{ "Mon, 31 Oct 2005 18:61:00 +0000", 1130785140 },
	{ "Mon, 31 Oct 2005 18:44:60 +0000", 1130784299 },
	{ "Mon, 31 Oct 2005 18:44:61 +0000", 1130784299 },
	{ "Mon, 31 Oct 2005 18:44:99 +0000", 1130784299 },
	{ "Mon, 31 Oct 2005 8:4:9 +0000", 1130716800 },
	{ "Mon, 31 Oct 2005 18.44.29 +0000", 1130716800 },
	{ "Mon, 31 Oct 2005 1844 +0000", 1130716800 },
	{ "Mon, 31 Oct 2005 06:44:29 PM +0000", 1130741069 },
	{ "Mon, 31 Oct 2005 06:44:29 PM", 1130741069 },
	{ "Mon, 31 Oct 2005 18:44:29.123 +0000", 1130716800 },
	{ "Mon, 0 Oct 2005 18:44:29 +0000", -1 },
	{ "Mon, 32 Oct 2005 18:44:29 +0000", 1130870669 },
	{ "Mon, 31 Feb 2005 18:44:29 +0000", 1109702669 },
	{ "Mon, 30 Feb 2004 18:44:29 +0000", 1078166669 },
	{ "Mon, 29 Feb 2004 18:44:29 +0000", 1078080269 },
	{ "Mon, 29 Feb 2005 18:44:29 +0000", 1109702669 },
	{ "Mon, 31 Foo 2005 18:44:29 +0000", -1 },
	{ "31 10 2005 18:44:29 +0000", -1 },
	{ "2005-10-31 18:44:29", -1 },
	{ "2005-10-31T18:44:29Z", -1 },
	{ "2005-10-31T18:44:29+01:00", -1 },
	{ "10/31/2005 18:44:29", -1 },
	{ "Mon, 1 Jan 1900 00:00:00 +0000", 0 },
	{ "Mon, 1 Jan 1970 00:00:00 +0000", 0 },
	{ "Thu, 1 Jan 1970 00:00:00 +0100", 0 },
	{ "Mon, 1 Jan 1969 00:00:00 +0000", 0 },
	{ "Mon, 1 Jan 2038 00:00:00 +0000", 2114380800 },
	{ "Mon, 1 Jan 2040 00:00:00 +0000", 2114380800 },
	{ "Mon, 1 Jan 9999 00:00:00 +0000", 2114380800 },
	{ "Mon, 1 Jan 20050 00:00:00 +0000", -1 },
	{ "Mon, 1 Jan 0000 00:00:00 +0000", 0 },
	{ "1 jan 2005 00:00:00 +0000", 1104537600 },
	{ "1 JAN 2005 00:00:00 +0000", 1104537600 },
	{ "foo 1 Jan 2005 00:00:00 +0000", 1104537600 },
	{ "from x by y; Mon, 31 Oct 2005 18:44:29 -0800", 1130813069 },
	{ "(comment) Mon, 31 Oct 2005 18:44:29 -0800", 1130813069 },
	{ "Mon, 31 (c) Oct 2005 18:44:29 -0800", -1 },
	{ "Mon, 31 Oct 2005 18:44:29 -0800 foo", 1130813069 },
	{ "Mon, 31 Oct 2005  18:44:29   -0800", 1130813069 },
	{ "", -1 },
	{ "foo", -1 },
	{ "Date: Mon, 31 Oct 2005 18:44:29 -0800", 1130813069 },
	{ "=?utf-8?Q?Mon=2C_31_Oct_2005_18:44:29_-0800?=", -1 },
	{ "Mo, 31 Okt 2005 18:44:29 +0100", -1 },
	{ "lun, 31 oct 2005 18:44:29 +0100", 1130780669 },
	{ "Mon, 031 Oct 2005 18:44:29 +0000", 1130784269 },
	{ "Mon, 31 Oct 2005, 18:44:29 +0000", 1130784269 },
	{ "Mon, 31 Oct, 2005 18:44:29 +0000", 1130784269 },
	{ "Mon, 31. Oct 2005 18:44:29 +0000", -1 },
	{ "18:44:29 31 Oct 2005 +0000", 1130784269 },
	{ "31Oct2005 18:44:29 +0000", -1 },
	{ "Mon, 31 Oct 2005 18:44:29 -08:00", 1130784269 },
	{ "Mon, 31 Oct 2005 18:44:29 - 0800", 1130784269 },
	{ "Mon, 31 Oct 2005 18 : 44 : 29 -0800", 1130745600 },
	{ "Mon, 31 Oct 2005 18:44:29 EASTERN", 1130784269 },
	{ "Mon, 31 Oct 2005 18:44:29 WET", 1130784269 },
	{ "Mon, 31 Oct 2005 18:44:29 EET", 1130777069 },
	{ "Mon, 31 Oct 2005 18:44:29 NZST", 1130741069 },
	{ "Mon, 31 Oct 2005 18:44:29 IST", 1130780669 },
	{ "Mon, 31 Oct 2005 18:44:29 AKST", 1130816669 },
	{ "Mon, 31 Oct 2005 18:44:29 est", 1130784269 },
	{ "Mon, 31 Oct 2005 18:44:29 +0530", 1130764469 },
	{ "Mon, 31 Oct 2005 18:44:29 -0330", 1130796869 },
	{ "Mon, 31 Oct 2005 18:44:29 +1400", 1130733869 },
	{ "Mon, 31 Oct 2005 18:44:29 +1500", 1130730269 },
	{ "Mon, 31 Oct 2005 18:44:29 +1360", 1130733869 },
	{ "Sun, 31 Oct 2005 18:44:29 +0000", 1130784269 },
	{ "MON, 31 Oct 2005 18:44:29 EST", 1130784269 },
	{ "from EXAMPLE by MX; Mon, 31 Oct 2005 18:44:29 EST", 1130784269 },
	{ "XX, 31 Oct 2005 18:44:29 EST", 1130784269 },
	{ "31 Oct 50", 26179200 },
	{ "31 Oct 2005 18:44:29 (+0100)", 1130784269 },
	{ "31 Oct 2005 18:44:29,+0100", 1130780669 },
	{ "31 Oct 2005 18:44:29 +0100,", 1130780669 },
	{ "31 Oct 2005 18:44:29 +0100)", 1130784269 },
	{ "31 Oct 2005 18:44:29 EST +0100", 1130780669 },
	{ "31 Oct 2005 18:44:29 +0100EST", 1130784269 },
	{ "31 Oct 2005 +0100 18:44:29", 1130780669 },
	{ "+0200 +0300 31 Oct 2005 +0100 18:44:29", 1130777069 },
	{ "31 Oct 2005 18:44:29 Est", 1130784269 },
	{ "31 Oct 20055", -1 },
	{ "31 Oct 2005 18:44:29 1:2:3", 1130784269 },
	{ "99999999999999999999 Oct 2005", 1130803200 },
	{ "31 Oct 2005 99:99:99", 1130803199 },
	{ "31 Oct 2005 18:44:29 --0100", 1130784269 },
	{ "31 Oct 1969 23:00:00 -0800", 26290800 },
	{ "31 Dec 2037 23:59:59 -0800", 2145945599 },
	{ "1 Jan 1970 00:00:00 -0800", 28800 },
	{ "29 Feb 2000", 951782400 },
	{ "29 Feb 2036 01:01:01", 2087859661 },
	{ "Mon Oct 31 18:44:29 +0100 2005", -1 },
	{ "31 Oct 2005 18:44:29 EST5EDT PST", 1130813069 },
	{ "31 Sept 2005", -1 },
};

static void
test_table(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		int64_t got = -1;

		if (!date_parse(slice_of(cases[i].text), &got))
			got = -1;
		if (got != cases[i].want)
			fail_msg("\"%s\": got %lld, want %lld", cases[i].text, (long long)got,
			    (long long)cases[i].want);
	}
}

/* The value behind `key` in a line of JSON, without its quotes; absent: not there. */
static struct slice
json_value(struct slice line, struct slice key)
{
	size_t at = slice_find(line, 0, key);
	struct slice value = slice_trim(slice_from(line, at + key.n));

	if (at == line.n)
		return SLICE_ABSENT;
	value.n -= slice_ends(value, SLICE(","));
	return slice_starts(value, SLICE("\"")) ? slice_cut(value, 1, value.n - 1) : value;
}

static void
test_oracle(void **state)
{
	struct arena *arena = arena_new(1 << 20);
	struct slice rest = shared_data_read(arena, "oracle/cases/_json/date.json"), line;
	struct slice date = SLICE_ABSENT;

	(void)state;
	if (rest.p == NULL) {
		arena_free(&arena);
		skip();
	}
	while (slice_next_line(&rest, &line)) {
		struct slice text = json_value(line, SLICE("\"date\": "));
		struct slice epoch = json_value(line, SLICE("\"epoch\": "));
		int64_t got = -1;

		if (text.p != NULL)
			date = text;
		if (epoch.p == NULL)
			continue;
		date_parse(date, &got);
		if (got != strtoll(epoch.p, NULL, 10))
			fail_msg("\"%.*s\": got %lld, want %.*s", SLICE_ARG(date), (long long)got,
			    SLICE_ARG(epoch));
	}
	arena_free(&arena);
}

static void
test_long(void **state)
{
	static const char *const pieces[] = { "1 ", "1 Oct ", "12:", "+0100x", "Oct 1 12:12:12 ",
		" ", ",", "A" };

	(void)state;
	for (size_t i = 0; i < COUNT(pieces); i++) {
		struct buf text = { .arena = NULL };
		int64_t epoch;

		while (text.n < 1 << 20)
			buf_add(&text, slice_of(pieces[i]));
		date_parse(buf_slice(&text), &epoch);
		buf_add(&text, SLICE(" 31 Oct 2005"));
		assert_true(date_parse(buf_slice(&text), &epoch));
		buf_clear(&text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_oracle),
		cmocka_unit_test(test_long),
	};

	return cmocka_run_group_tests_name("date", tests, NULL, NULL);
}
