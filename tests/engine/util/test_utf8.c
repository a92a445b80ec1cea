/* test_utf8.c - utf8.c: every character there and back, and every kind of wrong byte */
#include "engine/util/utf8.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))
#define S(literal)                           \
	{                                    \
		literal, sizeof(literal) - 1 \
	}

static void
test_round_trip(void **state)
{
	(void)state;
	for (uint32_t code = 0; code <= 0x10ffff; code++) {
		char bytes[UTF8_MAX];
		size_t n = utf8_write(code, bytes);
		uint32_t got = 0;
		bool surrogate = code >= 0xd800 && code <= 0xdfff;
		size_t read = utf8_read((struct slice){ bytes, n }, &got);

		if (surrogate ? read != 0 : read != n || got != code)
			fail_msg("U+%04x: got U+%04x in %zu bytes of %zu", code, got, read, n);
	}
}

static void
test_wrong(void **state)
{
	static const struct slice wrong[] = {
		S("\x80"),
		S("\xbf"),
		S("\xc0\x80"),
		S("\xc1\xbf"),
		S("\xc3"),
		S("\xc3x"),
		S("\xe0\x80\x80"),
		S("\xe0\x9f\xbf"),
		S("\xe2\x82"),
		S("\xe2\x82x"),
		S("\xed\xa0\x80"),
		S("\xed\xbf\xbf"),
		S("\xf0\x80\x80\x80"),
		S("\xf0\x8f\xbf\xbf"),
		S("\xf0\x9f\x98"),
		S("\xf4\x90\x80\x80"),
		S("\xf5\x80\x80\x80"),
		S("\xf8\x88\x80\x80\x80"),
		S("\xfe"),
		S("\xff"),
	};

	(void)state;
	for (size_t i = 0; i < COUNT(wrong); i++) {
		uint32_t code;

		if (utf8_read(wrong[i], &code) != 0 || utf8_valid(wrong[i]))
			fail_msg("%zu: taken for a character", i);
	}
}

static void
test_valid(void **state)
{
	(void)state;
	assert_true(utf8_valid(SLICE("")));
	assert_true(utf8_valid(SLICE("plain\0text")));
	assert_true(utf8_valid(SLICE("caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80")));
	assert_false(utf8_valid(SLICE("caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98")));
	assert_false(utf8_valid(SLICE("caf\xe9 and more text behind it")));
}

static void
test_length(void **state)
{
	(void)state;
	assert_int_equal(utf8_length(SLICE("")), 0);
	assert_int_equal(utf8_length(SLICE("caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80")), 8);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_wrong),
		cmocka_unit_test(test_valid),
		cmocka_unit_test(test_length),
	};

	return cmocka_run_group_tests_name("utf8", tests, NULL, NULL);
}
