/*
 * list_watch.c - the daemon's thread that tests DNS lists and saves their budgets
 *
 * It looks once a second whether a reload has brought other lists; tests run
 * when they are due (list_health.h), all that are due at the same time.
 */
#include "config.h"

#include "milter/list_watch.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "milter/clock.h"
#include "milter/list_test.h"
#include "milter/log.h"

/* The longest wait until the next look. */
#define LOOK_US CLOCK_SECOND_US
/* Budgets are saved so often at most. */
#define SAVE_US (5 * CLOCK_SECOND_US)

struct list_watch {
	struct live *live;
	struct list_health *health;
	atomic_bool stop;
	int64_t saved_us;
	bool save_failed;
	pthread_t thread;
};

static void
log_status(const struct list_status *status)
{
	struct log_line line;

	log_begin(&line, status->condition == DNS_LIST_SICK ? LOG_LEVEL_WARNING : LOG_LEVEL_INFO,
	    "dns-list");
	log_cstr(&line, "list", status->name);
	log_cstr(&line, "zone", status->zone);
	log_cstr(&line, "state", dns_list_condition_word(status->condition));
	if (status->reason[0] != '\0')
		log_cstr(&line, "reason", status->reason);
	log_end(&line);
}

/* Tests what is due; the time until the next is due. */
static int64_t
test_due(struct list_watch *watch, const struct generation *generation)
{
	const struct dns_lists *lists = ruleset_dns_lists(generation->ruleset);
	struct list_finding findings[LIST_TESTS_MAX];
	struct list_status status;
	size_t numbers[LIST_TESTS_MAX], n;
	int64_t wait_us;

	list_health_use(watch->health, generation->ruleset, generation->settings->dns_list_tests);
	n = list_health_due(watch->health, generation->ruleset, numbers, LIST_TESTS_MAX, &wait_us);
	if (n == 0)
		return wait_us;
	list_test_run(
	    generation->resolver, lists, numbers, n, generation->settings->dns_deadline, findings);
	for (size_t i = 0; i < n; i++)
		if (list_health_tested(watch->health, &lists->v[numbers[i]], &findings[i], &status))
			log_status(&status);
	return 0;
}

/* A folder that cannot be written is told of once. */
static void
save(struct list_watch *watch)
{
	struct err err;

	if (clock_monotonic_us() - watch->saved_us < SAVE_US)
		return;
	watch->saved_us = clock_monotonic_us();
	if (!list_health_save(watch->health, &err) && !watch->save_failed) {
		watch->save_failed = true;
		log_event(LOG_LEVEL_WARNING, "dns-list",
		    "budgets of DNS lists are not kept over restarts: %s", err.text);
	}
}

static void *
watch_thread(void *p)
{
	struct list_watch *watch = p;

	while (!atomic_load(&watch->stop)) {
		const struct generation *generation = live_take(watch->live);
		int64_t wait_us = LOOK_US;

		if (generation->resolver != NULL)
			wait_us = test_due(watch, generation);
		generation_unref(&generation);
		save(watch);
		if (wait_us > 0)
			list_health_sleep(watch->health, wait_us < LOOK_US ? wait_us : LOOK_US);
	}
	return NULL;
}

struct list_watch *
list_watch_start(struct live *live, struct list_health *health)
{
	struct list_watch *watch = calloc(1, sizeof(*watch));

	if (watch == NULL)
		abort();
	watch->live = live;
	watch->health = health;
	if (pthread_create(&watch->thread, NULL, watch_thread, watch) != 0)
		abort();
	return watch;
}

void
list_watch_stop(struct list_watch **watch_p)
{
	struct list_watch *watch = *watch_p;

	if (watch == NULL)
		return;
	*watch_p = NULL;
	atomic_store(&watch->stop, true);
	list_health_wake(watch->health);
	pthread_join(watch->thread, NULL);
	free(watch);
}
