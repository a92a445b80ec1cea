/* test_map.c - map.c: what is found, in which order it is walked, whatever the seed */
#include "engine/util/map.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static void
test_find(void **state)
{
	(void)state;
	for (uint64_t seed = 0; seed < 3; seed++) {
		struct map *map = map_new(NULL, MAP_FOLDED, seed);
		static char names[200][8];
		size_t n[200];

		for (size_t i = 0; i < 200; i++) {
			n[i] = i;
			snprintf(names[i], sizeof(names[i]), "Key%zu", i);
			assert_true(map_add(map, slice_of(names[i]), &n[i]));
		}
		assert_ptr_equal(map_find(map, SLICE("kEY17")), &n[17]);
		assert_null(map_find(map, SLICE("key200")));
		assert_true(map_add(map, SLICE("KEY17"), &n[3]));
		assert_ptr_equal(map_find(map, SLICE("key17")), &n[3]);
		assert_int_equal(map_count(map), 200);
		for (size_t i = 0; i < 200; i++)
			assert_true(slice_eq(map_key(map, i), slice_of(names[i])));
		map_free(&map);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_find),
	};

	return cmocka_run_group_tests_name("map", tests, NULL, NULL);
}
