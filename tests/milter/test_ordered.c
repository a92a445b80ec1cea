/* test_ordered.c - results come out in the order of intake, whatever the number of workers */
#include "milter/ordered.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define ITEMS 5000

struct counting {
	unsigned taken, put, stop_at;
	unsigned wrong; /* items out of order or not worked on */
};

struct item {
	unsigned number, result;
};

static bool
take(void *p, void *item)
{
	struct counting *counting = p;

	if (counting->taken == ITEMS)
		return false;
	((struct item *)item)->number = counting->taken++;
	return true;
}

static void
work(void *p, unsigned worker, void *item)
{
	struct item *one = item;
	volatile unsigned spin = one->number % 7 * 200;

	(void)p;
	(void)worker;
	while (spin > 0)
		spin--;
	one->result = one->number + 1;
}

static bool
put(void *p, void *item)
{
	struct counting *counting = p;
	const struct item *one = item;

	if (one->number != counting->put || one->result != one->number + 1)
		counting->wrong++;
	counting->put++;
	return counting->put != counting->stop_at;
}

static void
test_order(void **state)
{
	(void)state;
	for (unsigned workers = 1; workers <= 9; workers += 2) {
		struct counting counting = { 0 };
		struct ordered ordered = { sizeof(struct item), take, work, put, &counting };

		ordered_run(&ordered, workers);
		if (counting.put != ITEMS || counting.wrong != 0)
			fail_msg("%u workers: got %u items, %u wrong; want %u, 0", workers,
			    counting.put, counting.wrong, ITEMS);
	}
}

/* Once put says no, nothing new is taken, and what was taken still comes out. */
static void
test_stop(void **state)
{
	struct counting counting = { .stop_at = 10 };
	struct ordered ordered = { sizeof(struct item), take, work, put, &counting };

	(void)state;
	ordered_run(&ordered, 4);
	assert_int_equal(counting.wrong, 0);
	assert_int_equal(counting.put, counting.taken);
	assert_true(counting.taken <= 10 + 4 * ORDERED_WINDOW);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_stop),
	};

	return cmocka_run_group_tests_name("ordered", tests, NULL, NULL);
}
