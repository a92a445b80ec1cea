/* test_channel_keys.c - channel_keys.c: names that are valid, names that are not, and the keys */
#include "shared-sync/channel_keys.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#define LETTERS_63 "abcdefghijklmnopqrstuvwxyz0123456789abcdefghijklmnopqrstuvwxyz0"

static void
test_names(void **state)
{
	const struct {
		struct slice name;
		bool valid;
	} rows[] = {
		{ SLICE("community"), true },
		{ SLICE("a"), true },
		{ SLICE("0"), true },
		{ SLICE("a.b-c"), true },
		{ SLICE("a..b--"), true },
		{ SLICE(LETTERS_63), true },
		{ SLICE(LETTERS_63 "1"), false },
		{ SLICE(""), false },
		{ SLICE(".hidden"), false },
		{ SLICE("-option"), false },
		{ SLICE("Community"), false },
		{ SLICE("a b"), false },
		{ SLICE("a/b"), false },
		{ SLICE("a_b"), false },
		{ SLICE("a}b"), false },
		{ SLICE("a\n"), false },
		{ SLICE("a\0b"), false },
		{ SLICE("gr\303\274n"), false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		bool valid = channel_name_valid(rows[i].name);

		if (valid != rows[i].valid)
			fail_msg("\"%.*s\": got %d, want %d", SLICE_ARG(rows[i].name), valid,
			    rows[i].valid);
	}
}

static void
test_keys(void **state)
{
	struct channel_keys keys;

	(void)state;
	assert_false(channel_keys_init(&keys, SLICE("no name")));
	assert_true(channel_keys_init(&keys, SLICE("community")));
	assert_string_equal(keys.log, "steelyard:{community}:log");
	assert_string_equal(keys.snapshot, "steelyard:{community}:snapshot");
	assert_string_equal(keys.head, "steelyard:{community}:head");
	assert_string_equal(keys.keys, "steelyard:{community}:keys");
	assert_true(channel_keys_init(&keys, SLICE(LETTERS_63)));
	assert_string_equal(keys.snapshot, "steelyard:{" LETTERS_63 "}:snapshot");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_keys),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
