/*
 * test_message_scan.c - a scan with slots, memory and time, and without them
 */
#include "config.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "milter/clock.h"
#include "milter/message_scan.h"
#include "tests/milter/generation_fixture.h"

#define TOTAL ((size_t)64 * 1024 * 1024)
#define TOTAL_YAML "memory_total: 64 MB\n"

static const struct envelope nobody = { .known = true, .smtp = true };

static struct scanner
scanner_new(size_t slots)
{
	return (struct scanner){
		.slots = slots_new(slots), .memory = memory_new(TOTAL), .fixed_now = 1000000000
	};
}

/* Whatever came of the scan, nothing may stay taken. */
static void
scanner_end(struct scanner *scanner)
{
	assert_int_equal(memory_used(scanner->memory), 0);
	memory_free(&scanner->memory);
	slots_free(&scanner->slots);
}

static void
count_progress(void *p)
{
	++*(int *)p;
}

static void
test_judged(void **state)
{
	struct scanner scanner = scanner_new(1);
	const struct generation *generation = generation_fixture(TOTAL_YAML);
	struct message_scan scan = { .generation = generation,
		.envelope = &nobody,
		.bytes = SLICE("Subject: x\r\n\r\nbody\r\n") };

	(void)state;
	assert_int_equal(message_scan_run(&scanner, &scan), SCAN_END_JUDGED);
	assert_false(scan.verdict->incomplete);
	assert_int_equal(scan.verdict->action, ACTION_PASS);
	assert_true(memory_used(scanner.memory) > 0);
	message_scan_clear(&scanner, &scan);
	generation_unref(&generation);
	scanner_end(&scanner);
}

static void
test_no_slot(void **state)
{
	struct scanner scanner = scanner_new(1);
	const struct generation *generation = generation_fixture(TOTAL_YAML "time_limit: 50ms");
	int progress = 0;
	struct message_scan scan = { .generation = generation,
		.envelope = &nobody,
		.progress = count_progress,
		.progress_p = &progress,
		.progress_us = 1000 };
	struct slot *slot = slots_take(scanner.slots, 0);

	(void)state;
	assert_non_null(slot);
	assert_int_equal(message_scan_run(&scanner, &scan), SCAN_END_BUSY);
	if (progress < 2)
		fail_msg("got %d progress notices, want several while waiting", progress);
	message_scan_clear(&scanner, &scan);
	slots_give(scanner.slots, slot);
	generation_unref(&generation);
	scanner_end(&scanner);
}

static void
test_no_memory(void **state)
{
	struct scanner scanner = scanner_new(1);
	const struct generation *generation = generation_fixture(TOTAL_YAML "time_limit: 50ms");
	int progress = 0;
	struct message_scan scan = { .generation = generation,
		.envelope = &nobody,
		.progress = count_progress,
		.progress_p = &progress,
		.progress_us = 1000 };

	(void)state;
	assert_true(memory_take_by(scanner.memory, TOTAL, 0));
	assert_int_equal(message_scan_run(&scanner, &scan), SCAN_END_MEMORY);
	assert_true(progress >= 2);
	message_scan_clear(&scanner, &scan);
	memory_give(scanner.memory, TOTAL);
	/* The slot was given back. */
	assert_int_equal(message_scan_run(&scanner, &scan), SCAN_END_JUDGED);
	message_scan_clear(&scanner, &scan);
	generation_unref(&generation);
	scanner_end(&scanner);
}

struct crowd {
	struct scanner *scanner;
	const struct generation *generation;
};

static void *
scan_many(void *p)
{
	struct crowd *crowd = p;

	for (int i = 0; i < 50; i++) {
		struct message_scan scan = { .generation = crowd->generation,
			.envelope = &nobody,
			.bytes = SLICE("Subject: x\r\n\r\nbody\r\n") };

		if (message_scan_run(crowd->scanner, &scan) != SCAN_END_JUDGED ||
		    scan.verdict->incomplete)
			return crowd;
		message_scan_clear(crowd->scanner, &scan);
	}
	return NULL;
}

/* More threads than slots, and more than memory_total has room for at once. */
static void
test_crowd(void **state)
{
	struct scanner scanner = scanner_new(6);
	struct crowd crowd = { &scanner, generation_fixture(TOTAL_YAML) };
	pthread_t threads[12];

	(void)state;
	for (size_t i = 0; i < 12; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, scan_many, &crowd), 0);
	for (size_t i = 0; i < 12; i++) {
		void *failed;

		pthread_join(threads[i], &failed);
		assert_null(failed);
	}
	generation_unref(&crowd.generation);
	scanner_end(&scanner);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_judged),
		cmocka_unit_test(test_no_slot),
		cmocka_unit_test(test_no_memory),
		cmocka_unit_test(test_crowd),
	};

	return cmocka_run_group_tests_name("message_scan", tests, NULL, NULL);
}
