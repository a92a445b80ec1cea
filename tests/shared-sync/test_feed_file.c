/* test_feed_file.c - parts of a channel in a file, and what is no such file */
#include "config.h"

#include "shared-sync/feed_file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#define FIRST "steelyard-feed-1\n"
#define ROW(text)                      \
	{                              \
		text, sizeof(text) - 1 \
	}

static const struct row {
	const char *name;
	struct slice file;
	int parts; /* -1: refused at the start */
	int last; /* what the call behind the last part gives */
} rows[] = {
	{ "nothing but the first line", ROW(FIRST), 0, 0 },
	{ "two parts", ROW(FIRST "entry 3\nabc\nhead 0\n\n"), 2, 0 },
	{ "newlines inside", ROW(FIRST "snapshot 3\n\n\n\n\nkeyset 1\nx\n"), 2, 0 },
	{ "empty", ROW(""), -1, 0 },
	{ "another file", ROW("rules: {}\n"), -1, 0 },
	{ "an unknown part", ROW(FIRST "secret 3\nabc\n"), 0, -1 },
	{ "no size", ROW(FIRST "entry\nabc\n"), 0, -1 },
	{ "no number", ROW(FIRST "entry 3x\nabc\n"), 0, -1 },
	{ "a size below zero", ROW(FIRST "entry -3\nabc\n"), 0, -1 },
	{ "a size past all", ROW(FIRST "entry 9999999999\nabc\n"), 0, -1 },
	{ "a size past the end", ROW(FIRST "entry 4\nabc\n"), 0, -1 },
	{ "cut in its part", ROW(FIRST "entry 3\nab"), 0, -1 },
	{ "cut behind its part", ROW(FIRST "entry 3\nabc"), 0, -1 },
	{ "cut in a line", ROW(FIRST "entry 3\nabc\nent"), 1, -1 },
	{ "no newline behind", ROW(FIRST "entry 3\nabcd\n"), 0, -1 },
};

static void
test_files(void **state)
{
	unsigned failed = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct slice rest = rows[i].file, bytes;
		enum carried_type type;
		struct err err = { 0 };
		int parts = feed_file_start(&rest, &err) ? 0 : -1, last = 0;

		while (parts >= 0 && (last = feed_file_next(&rest, &type, &bytes, &err)) > 0)
			parts++;
		if (parts != rows[i].parts || last != rows[i].last) {
			printf("# %s: got %d parts and %d, want %d and %d\n", rows[i].name, parts,
			    last, rows[i].parts, rows[i].last);
			failed++;
		}
	}
	assert_int_equal(failed, 0);
}

static void
test_round(void **state)
{
	static const enum carried_type types[] = { CARRIED_KEYSET, CARRIED_SNAPSHOT, CARRIED_ENTRY,
		CARRIED_HEAD };
	struct buf out = { 0 };
	struct err err = { 0 };
	struct slice rest, bytes;
	enum carried_type type;

	(void)state;
	feed_file_begin(&out);
	for (size_t i = 0; i < 4; i++)
		feed_file_add(types[i], slice_cut(SLICE("\0\n\xff entry 3\n"), 0, 4 * i), &out);
	rest = buf_slice(&out);
	assert_true(feed_file_start(&rest, &err));
	for (size_t i = 0; i < 4; i++) {
		assert_int_equal(feed_file_next(&rest, &type, &bytes, &err), 1);
		assert_int_equal(type, types[i]);
		assert_true(slice_eq(bytes, slice_cut(SLICE("\0\n\xff entry 3\n"), 0, 4 * i)));
	}
	assert_int_equal(feed_file_next(&rest, &type, &bytes, &err), 0);
	buf_clear(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_files),
		cmocka_unit_test(test_round),
	};

	return cmocka_run_group_tests_name("feed_file", tests, NULL, NULL);
}
