/* test_vec.c - vec.c: arrays that grow, on the heap and in an arena */
#include "engine/util/vec.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

struct element {
	uint64_t number;
	char pad[5];
};

static void
fill(struct arena *arena)
{
	struct vec vec = VEC_OF(struct element, arena);

	for (uint64_t i = 0; i < 5000; i++) {
		struct element *element = vec_push(&vec);

		assert_non_null(element);
		assert_int_equal(element->number, 0);
		assert_int_equal(element->pad[4], 0);
		element->number = i;
		element->pad[4] = 'x';
	}
	assert_int_equal(vec.n, 5000);
	for (size_t i = 0; i < vec.n; i++)
		assert_int_equal(((struct element *)vec_at(&vec, i))->number, i);
	vec_clear(&vec);
	assert_int_equal(vec.n, 0);
	assert_int_equal(((struct element *)vec_push(&vec))->number, 0);
	vec_clear(&vec);
}

static void
test_fill(void **state)
{
	struct arena *arena = arena_new(1 << 20);

	(void)state;
	fill(NULL);
	fill(arena);
	arena_free(&arena);
}

static void
test_cap(void **state)
{
	(void)state;
	for (size_t cap = 0; cap < 20000; cap += 173) {
		struct arena *arena = arena_new(cap);
		struct vec vec = VEC_OF(struct element, arena);
		size_t n = 0;

		while (vec_push(&vec) != NULL)
			n++;
		assert_int_equal(vec.n, n);
		assert_true(n * sizeof(struct element) <= cap);
		assert_null(vec_push(&vec));
		assert_int_equal(vec.n, n);
		arena_free(&arena);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fill),
		cmocka_unit_test(test_cap),
	};

	return cmocka_run_group_tests_name("vec", tests, NULL, NULL);
}
