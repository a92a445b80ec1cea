/*
 * test_ruleset_threads.c - scans go on in threads while rules of a feed come and go
 *
 * Each thread takes the live ruleset for a message, as the daemon does; the
 * verdicts must be those of the rules that were live when it was taken. What
 * threads touch, the thread sanitizer sees.
 */
#define _POSIX_C_SOURCE 200809L

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "engine/rules/ruleset.h"
#include "tests/engine/scan_helper.h"

#define THREADS 3
#define CHANGES 300

struct live {
	pthread_mutex_t lock;
	struct ruleset *ruleset;
	bool ended;
};

struct scanner {
	struct live *live;
	struct slot *slot;
};

static const struct feed_origin feed = { .channel = "one", .sequence = 1 };

/* The live ruleset, counted; NULL at the end. */
static struct ruleset *
take(struct live *live)
{
	struct ruleset *ruleset = NULL;

	pthread_mutex_lock(&live->lock);
	if (!live->ended)
		ruleset = ruleset_ref(live->ruleset);
	pthread_mutex_unlock(&live->lock);
	return ruleset;
}

static void
put(struct live *live, struct ruleset *next, bool ended)
{
	struct ruleset *former;

	pthread_mutex_lock(&live->lock);
	former = live->ruleset;
	live->ruleset = next;
	live->ended = ended;
	pthread_mutex_unlock(&live->lock);
	ruleset_unref(&former);
}

/* Every rule of the feed hits, and so does each meta that counts them: returns the mistakes. */
static void *
scan_on(void *p)
{
	const struct scanner *scanner = p;
	struct ruleset *ruleset;
	size_t wrong = 0;

	while ((ruleset = take(scanner->live)) != NULL) {
		struct arena *arena = arena_new((size_t)1 << 22);
		const struct verdict *verdict = helper_scan(arena, ruleset, scanner->slot,
		    SLICE("From: a@example.org\n\nred green blue\n"), NULL);

		wrong += verdict->hit_count != ruleset_count(ruleset);
		arena_free(&arena);
		ruleset_unref(&ruleset);
	}
	return (void *)(uintptr_t)wrong;
}

/* One rule comes or goes, at random but the same each time. */
static struct ruleset *
change_one(struct ruleset *on, unsigned *dice)
{
	char name[16];
	struct rule_def def = {
		.kind = RULE_BODY, .pattern = SLICE("/green blue/"), .feed = &feed
	};
	struct ruleset_change change = { .puts = &def, .removals = &def.name, .work_max = 8 };

	*dice = *dice * 1103515245U + 12345U;
	def.name = (struct slice){ name,
		(size_t)snprintf(name, sizeof(name), "F_%u", (*dice >> 16) % 60) };
	change.put_count = (*dice >> 24) % 3 != 0;
	change.removal_count = change.put_count == 0;
	return ruleset_extend(on, &change, NULL);
}

static void
test_threads(void **state)
{
	static const struct rule_def base[] = { BODY("B", "/red/"),
		META("M", "rules_matching(F_*) + B"), META("N", "M && B") };
	struct live live = { .lock = PTHREAD_MUTEX_INITIALIZER,
		.ruleset = helper_build(base, 3, NULL, NULL) };
	struct scanner scanners[THREADS];
	pthread_t threads[THREADS];
	unsigned dice = 7;

	(void)state;
	for (unsigned i = 0; i < THREADS; i++)
		scanners[i] = (struct scanner){ &live, helper_slot() };
	for (unsigned i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, scan_on, &scanners[i]), 0);
	for (unsigned i = 0; i < CHANGES; i++) {
		struct ruleset *folded;

		put(&live, change_one(live.ruleset, &dice), false);
		folded = i % 10 == 0 ? ruleset_fold(live.ruleset) : NULL;
		if (folded != NULL)
			put(&live, folded, false);
	}
	put(&live, NULL, true);
	for (unsigned i = 0; i < THREADS; i++) {
		void *wrong;

		pthread_join(threads[i], &wrong);
		assert_int_equal((uintptr_t)wrong, 0);
		slot_free(&scanners[i].slot);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_threads) };

	return cmocka_run_group_tests_name("ruleset_threads", tests, NULL, NULL);
}
