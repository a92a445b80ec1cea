/*
 * test_traffic.c - bounds that sessions, messages and memory share, and the end of the daemon
 */
#include "config.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "milter/clock.h"
#include "milter/memory.h"
#include "milter/traffic.h"

static void
test_sessions_are_bounded(void **state)
{
	struct traffic *traffic = traffic_new();

	(void)state;
	assert_true(traffic_enter(traffic, 2));
	assert_true(traffic_enter(traffic, 2));
	assert_false(traffic_enter(traffic, 2));
	assert_int_equal(traffic_sessions(traffic), 3);
	traffic_leave(traffic);
	traffic_leave(traffic);
	assert_true(traffic_enter(traffic, 2));
	traffic_free(&traffic);
}

static void *
answer_one(void *p)
{
	struct traffic *traffic = p;

	while (!traffic_draining(traffic))
		;
	traffic_answer(traffic);
	traffic_sent(traffic);
	return NULL;
}

static void
test_drain_waits_for_messages(void **state)
{
	struct traffic *traffic = traffic_new();
	pthread_t thread;

	(void)state;
	assert_true(traffic_begin(traffic));
	assert_int_equal(pthread_create(&thread, NULL, answer_one, traffic), 0);
	assert_int_equal(traffic_drain(traffic, 60 * CLOCK_SECOND_US), 0);
	assert_false(traffic_begin(traffic));
	assert_false(traffic_enter(traffic, 100));
	pthread_join(thread, NULL);
	traffic_free(&traffic);
}

static void
test_drain_ends(void **state)
{
	struct traffic *traffic = traffic_new();

	(void)state;
	assert_true(traffic_begin(traffic));
	assert_true(traffic_begin(traffic));
	traffic_abort(traffic);
	assert_int_equal(traffic_drain(traffic, 1000), 1);
	traffic_free(&traffic);
}

/* An answer that nobody has shown to have been read is given its grace. */
static void
test_drain_gives_grace(void **state)
{
	struct traffic *traffic = traffic_new();
	int64_t start_us = clock_monotonic_us();

	(void)state;
	assert_true(traffic_begin(traffic));
	traffic_answer(traffic);
	assert_int_equal(traffic_drain(traffic, 0), 0);
	assert_true(clock_monotonic_us() - start_us >= TRAFFIC_GRACE_US);
	traffic_free(&traffic);
}

static void
test_memory(void **state)
{
	struct memory *memory = memory_new(100);

	(void)state;
	assert_true(memory_take(memory, 60));
	assert_false(memory_take(memory, 16));
	assert_false(memory_take(memory, SIZE_MAX));
	assert_true(memory_take(memory, 15));
	assert_true(memory_take_by(memory, 25, 0));
	assert_false(memory_take_by(memory, 1, clock_monotonic_us() + 1000));
	memory_give(memory, 100);
	assert_true(memory_take_by(memory, 100, 0));
	memory_set_limit(memory, 50);
	assert_false(memory_take(memory, 0));
	memory_give(memory, 100);
	assert_false(memory_take(memory, 39));
	assert_int_equal(memory_used(memory), 0);
	memory_free(&memory);
}

static void *
give_later(void *p)
{
	memory_give(p, 10);
	return NULL;
}

static void
test_memory_waits(void **state)
{
	struct memory *memory = memory_new(10);
	pthread_t thread;

	(void)state;
	assert_true(memory_take_by(memory, 10, 0));
	assert_int_equal(pthread_create(&thread, NULL, give_later, memory), 0);
	assert_true(memory_take_by(memory, 10, clock_monotonic_us() + 60 * CLOCK_SECOND_US));
	pthread_join(thread, NULL);
	memory_free(&memory);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sessions_are_bounded),
		cmocka_unit_test(test_drain_waits_for_messages),
		cmocka_unit_test(test_drain_ends),
		cmocka_unit_test(test_drain_gives_grace),
		cmocka_unit_test(test_memory),
		cmocka_unit_test(test_memory_waits),
	};

	return cmocka_run_group_tests_name("traffic", tests, NULL, NULL);
}
