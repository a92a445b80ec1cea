/* test_backoff.c - backoff.c: the waits grow, are spread, and stay below the longest */
#include "shared-sync/backoff.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cmocka.h>

static void
test_steps(void **state)
{
	const unsigned steps[] = { 250, 500, 1000, 2000, 4000, 8000, 16000, 30000, 30000, 30000 };
	struct backoff low = { 0 }, high = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		unsigned least = steps[i] / 4, most = steps[i], got;

		got = backoff_next(&low, 0);
		if (got != least)
			fail_msg("step %zu: got %u, want %u", i, got, least);
		got = backoff_next(
		    &high, (uint64_t)(most - least) + (most - least + 1) * UINT64_C(1000));
		if (got != most)
			fail_msg("step %zu: got %u, want %u", i, got, most);
	}
	for (unsigned i = 0; i < 100000; i++)
		backoff_next(&low, i);
	assert_true(backoff_next(&low, UINT64_MAX) <= BACKOFF_LONGEST_MS);
	backoff_reset(&low);
	assert_int_equal(backoff_next(&low, 0), BACKOFF_FIRST_MS / 4);
}

static void
test_wait(void **state)
{
	int woken = eventfd(1, EFD_CLOEXEC), asleep = eventfd(0, EFD_CLOEXEC);

	(void)state;
	assert_false(backoff_wait(60000, woken));
	assert_true(backoff_wait(1, asleep));
	assert_true(backoff_wait(1, -1));
	close(woken);
	close(asleep);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_steps),
		cmocka_unit_test(test_wait),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
