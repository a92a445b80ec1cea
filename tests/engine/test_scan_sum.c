/* test_scan_sum.c - scan_sum.c: channels within their limits, and rules that tell of error codes */
#include "engine/scan_sum.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "engine/rules/ruleset_view.h"
#include "engine/rules/score.h"

static const struct channel_limit limits[] = {
	{ { "wide", 4 }, 5 * SCORE_ONE, -2 * SCORE_ONE },
	{ { "none", 4 }, 0, 0 },
};
static const struct ruleset ruleset = { .channels = limits, .channel_count = 2 };

/* channel: 0 of none, else its number from 1; whole points. */
struct hit {
	unsigned channel;
	int points;
	int sum; /* after it */
};

static const struct hit cases[] = {
	{ 0, 3, 3 },
	{ 1, 4, 7 },
	{ 1, 4, 8 }, /* 8 of the channel, of which 5 count */
	{ 1, -1, 7 }, /* what is below 0 counts by itself */
	{ 1, -9, 6 },
	{ 2, 7, 6 },
	{ 2, -7, 6 },
	{ 0, -10, -4 },
	{ 1, 100, -4 },
};

static void
test_channels(void **state)
{
	struct arena *arena = arena_new(1 << 16);
	struct scan_sum sum;

	(void)state;
	assert_true(scan_sum_open(&sum, &ruleset, arena));
	assert_true(sum.points == 0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct rule rule = { .channel = cases[i].channel };

		scan_sum_add(&sum, &rule, cases[i].points * SCORE_ONE);
		if (sum.points != cases[i].sum * SCORE_ONE)
			fail_msg("hit %zu: got %lld millionths, want %d points", i,
			    (long long)sum.points, cases[i].sum);
	}
	assert_true(scan_sum_counted(&sum, 0) == 3 * SCORE_ONE);
	assert_true(scan_sum_counted(&sum, 1) == 0);
	arena_free(&arena);
}

/* Together they score a tenth at most, whichever way each goes. */
static void
test_told(void **state)
{
	struct arena *arena = arena_new(1 << 16);
	const struct rule up = { .def = { .score = SCORE_ONE / 20 } };
	const struct rule down = { .def = { .score = -SCORE_ONE / 20 } };
	const struct rule nothing = { .def = { .score = 0 } };
	struct scan_sum sum;

	(void)state;
	assert_true(scan_sum_open(&sum, &ruleset, arena));
	assert_true(scan_sum_takes_told(&sum, &up));
	assert_true(scan_sum_takes_told(&sum, &down));
	assert_false(scan_sum_takes_told(&sum, &up));
	assert_false(scan_sum_takes_told(&sum, &down));
	assert_true(scan_sum_takes_told(&sum, &nothing));
	arena_free(&arena);
}

static void
test_no_memory(void **state)
{
	struct arena *arena = arena_new(1);
	struct scan_sum sum;

	(void)state;
	assert_false(scan_sum_open(&sum, &ruleset, arena));
	arena_free(&arena);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_channels),
		cmocka_unit_test(test_told),
		cmocka_unit_test(test_no_memory),
	};

	return cmocka_run_group_tests_name("scan_sum", tests, NULL, NULL);
}
