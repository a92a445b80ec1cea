/* test_buf.c - buf.c: bytes that grow, on the heap and in an arena */
#include "engine/util/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void
test_heap(void **state)
{
	struct buf buf = { .arena = NULL };

	(void)state;
	assert_string_equal(buf_text(&buf), "");
	buf_clear(&buf);
	for (int i = 0; i < 10000; i++)
		buf_add_byte(&buf, (char)('a' + i % 26));
	buf_add(&buf, SLICE("xyz"));
	buf_add(&buf, SLICE_ABSENT);
	buf_printf(&buf, "%d-%s", 42, "end");
	assert_int_equal(buf.n, 10009);
	assert_memory_equal(buf.p + 10000, "xyz42-end", 9);
	assert_string_equal(buf_text(&buf) + 10000, "xyz42-end");
	assert_int_equal(buf_slice(&buf).n, 10009);
	buf_clear(&buf);
	assert_int_equal(buf.n, 0);
	assert_int_equal(buf_slice(&buf).n, 0);
	assert_non_null(buf_slice(&buf).p);
}

static void
test_reserve(void **state)
{
	struct buf buf = { .arena = NULL };
	char *p = buf_reserve(&buf, 1000);

	(void)state;
	memset(p, 'x', 1000);
	assert_int_equal(buf.n, 0);
	buf.n += 1000;
	assert_int_equal(buf_slice(&buf).p[999], 'x');
	assert_null(buf_reserve(&buf, SIZE_MAX / 2));
	assert_true(buf.failed);
	buf_clear(&buf);
}

/* Once it cannot grow it keeps what it has and ignores the rest. */
static void
test_cap(void **state)
{
	(void)state;
	for (size_t cap = 0; cap < 20000; cap += 173) {
		struct arena *arena = arena_new(cap);
		struct buf buf = { .arena = arena };
		size_t n;

		while (!buf.failed)
			buf_add(&buf, SLICE("12345678"));
		n = buf.n;
		buf_add_byte(&buf, 'x');
		buf_printf(&buf, "%d", 1);
		assert_int_equal(buf.n, n);
		assert_true(n <= cap);
		assert_true(arena_overflowed(arena));
		assert_string_equal(buf_text(&buf), "");
		arena_free(&arena);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_heap),
		cmocka_unit_test(test_reserve),
		cmocka_unit_test(test_cap),
	};

	return cmocka_run_group_tests_name("buf", tests, NULL, NULL);
}
