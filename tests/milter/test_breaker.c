/* test_breaker.c - breaker.c: when it opens, what it lets through, what closes it */
#include "config.h"

#include "milter/breaker.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define SECOND INT64_C(1000000)

static void
test_opens_and_probes(void **state)
{
	struct breaker breaker = { 0 };

	(void)state;
	for (unsigned i = 0; i < BREAKER_SILENCES; i++) {
		assert_false(breaker_is_open(&breaker));
		assert_true(breaker_allows(&breaker, 10 * SECOND));
		breaker_silent(&breaker, 10 * SECOND, 15 * SECOND);
	}
	assert_true(breaker_is_open(&breaker));
	assert_false(breaker_allows(&breaker, 15 * SECOND));
	assert_false(breaker_allows(&breaker, 16 * SECOND - 1));
	assert_true(breaker_allows(&breaker, 16 * SECOND));
	assert_false(breaker_allows(&breaker, 16 * SECOND));
	breaker_silent(&breaker, 16 * SECOND, 21 * SECOND);
	assert_true(breaker_allows(&breaker, 21 * SECOND));
	breaker_answered(&breaker, 22 * SECOND);
	assert_false(breaker_is_open(&breaker));
	assert_true(breaker_allows(&breaker, 22 * SECOND));
}

/* An answer in between begins the row anew. */
static void
test_in_a_row(void **state)
{
	struct breaker breaker = { 0 };

	(void)state;
	for (int i = 0; i < 100; i++) {
		if (i % 4 == 3)
			breaker_answered(&breaker, i * SECOND);
		else
			breaker_silent(&breaker, i * SECOND, (i + 5) * SECOND);
		assert_false(breaker_is_open(&breaker));
	}
}

/* Many names whose own servers are silent, asked before others were answered. */
static void
test_silent_names(void **state)
{
	struct breaker breaker = { 0 };

	(void)state;
	breaker_answered(&breaker, 11 * SECOND);
	for (int i = 0; i < 100; i++)
		breaker_silent(&breaker, 10 * SECOND, 15 * SECOND);
	assert_false(breaker_is_open(&breaker));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_opens_and_probes),
		cmocka_unit_test(test_in_a_row),
		cmocka_unit_test(test_silent_names),
	};

	return cmocka_run_group_tests_name("breaker", tests, NULL, NULL);
}
