/* test_arena.c - arena.c: zeroed, aligned, capped */
#include "engine/util/arena.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void
test_zeroed(void **state)
{
	struct arena *arena = arena_new(1 << 20);

	(void)state;
	for (size_t n = 0; n < 300; n++) {
		char *p = arena_alloc(arena, n);

		assert_non_null(p);
		assert_int_equal((uintptr_t)p % _Alignof(max_align_t), 0);
		for (size_t i = 0; i < n; i++)
			assert_int_equal(p[i], 0);
		memset(p, 0xff, n);
	}
	assert_false(arena_overflowed(arena));
	arena_free(&arena);
	assert_null(arena);
	arena_free(&arena);
}

/* At every cap: never more from the heap than that, NULL from then on, and the flag stays. */
static void
test_cap(void **state)
{
	(void)state;
	for (size_t cap = 0; cap < 70000; cap += 501) {
		struct arena *arena = arena_new(cap);
		size_t given = 0;

		while (arena_alloc(arena, 100) != NULL)
			given += 100;
		assert_true(arena_overflowed(arena));
		assert_true(given <= cap);
		assert_true(arena_used(arena) <= cap);
		assert_int_equal(arena_cap(arena), cap);
		assert_null(arena_alloc(arena, cap));
		assert_true(arena_overflowed(arena));
		arena_free(&arena);
	}
}

/* Emptied it hands out zeroed bytes again, below the same cap. */
static void
test_empty(void **state)
{
	const size_t cap = (size_t)1 << 20;
	struct arena *arena = arena_new(cap);

	(void)state;
	arena_empty(arena);
	for (unsigned round = 0; round < 5; round++) {
		char *p;

		for (size_t n = 1; (p = arena_alloc(arena, n)) != NULL; n += 97) {
			for (size_t i = 0; i < n; i++)
				assert_int_equal(p[i], 0);
			memset(p, 0xff, n);
		}
		assert_true(arena_overflowed(arena));
		assert_true(arena_used(arena) <= cap);
		arena_empty(arena);
		assert_false(arena_overflowed(arena));
		assert_true(arena_used(arena) <= cap);
	}
	arena_free(&arena);
}

static void
test_huge(void **state)
{
	struct arena *arena = arena_new(1 << 20);

	(void)state;
	assert_null(arena_alloc(arena, SIZE_MAX));
	assert_null(arena_alloc(arena, SIZE_MAX - 8));
	assert_null(arena_array(arena, SIZE_MAX / 2, 3));
	assert_null(arena_alloc(arena, 2 << 20));
	assert_null(arena_copy(arena, (struct slice){ "", SIZE_MAX }).p);
	assert_non_null(arena_alloc(arena, 1000));
	assert_non_null(arena_alloc(arena, 1000000));
	arena_free(&arena);
}

static void
test_grow(void **state)
{
	struct arena *arena = arena_new(1 << 20);
	char *p = arena_alloc(arena, 10), *q;

	(void)state;
	memcpy(p, "0123456789", 10);
	q = arena_grow(arena, p, 10, 100);
	assert_ptr_equal(q, p);
	arena_alloc(arena, 1);
	q = arena_grow(arena, p, 100, 5000);
	assert_ptr_not_equal(q, p);
	assert_memory_equal(q, "0123456789", 10);
	for (size_t i = 10; i < 5000; i++)
		assert_int_equal(q[i], 0);
	assert_null(arena_grow(arena, q, 5000, 2 << 20));
	assert_memory_equal(q, "0123456789", 10);
	assert_non_null(arena_grow(arena, NULL, 0, 10));
	arena_free(&arena);
}

static void
test_copies(void **state)
{
	struct arena *arena = arena_new(1 << 20);
	struct slice copy = arena_copy(arena, SLICE("a\0b"));

	(void)state;
	assert_true(slice_eq(copy, SLICE("a\0b")));
	assert_int_equal(copy.p[3], '\0');
	assert_int_equal(arena_copy(arena, SLICE_ABSENT).n, 0);
	assert_true(slice_eq(arena_printf(arena, "%d %s", 5, "x"), SLICE("5 x")));
	arena_free(&arena);
}

static void
test_lower(void **state)
{
	struct arena *arena = arena_new(4096);
	struct slice copy = arena_lower(arena, SLICE("aZ[\xc4"));

	(void)state;
	assert_int_equal(copy.n, 4);
	assert_string_equal(copy.p, "az[\xc4");
	copy = arena_lower(arena, (struct slice){ copy.p, SIZE_MAX });
	assert_null(copy.p);
	assert_int_equal(copy.n, 0);
	arena_free(&arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lower),
		cmocka_unit_test(test_zeroed),
		cmocka_unit_test(test_cap),
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_huge),
		cmocka_unit_test(test_grow),
		cmocka_unit_test(test_copies),
	};

	return cmocka_run_group_tests_name("arena", tests, NULL, NULL);
}
