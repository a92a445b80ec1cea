/*
 * local_scan.c - messages through the engine from a program without an MTA
 *
 * Each worker has a slot of its own, so there is no pool to wait for. The hash
 * seed is drawn once from the system: names come from hostile mail.
 */
#include "config.h"

#include "milter/local_scan.h"

#include <assert.h>
#include <stdlib.h>
#include <unistd.h>

#include "engine/slot.h"
#include "milter/clock.h"
#include "milter/converters.h"

struct local_scan {
	struct ruleset *ruleset;
	int64_t time_limit_us;
	uint64_t hash_seed;
	struct slot **slots;
	struct converters **converters;
	unsigned workers;
};

static int64_t
local_scan_clock(void *p)
{
	(void)p;
	return clock_monotonic_us();
}

/* p: when time is up, monotonic. */
static bool
local_scan_spent(void *p)
{
	return clock_monotonic_us() >= *(const int64_t *)p;
}

struct local_scan *
local_scan_new(struct ruleset *ruleset, int64_t time_limit_us, unsigned workers)
{
	struct local_scan *local = calloc(1, sizeof(*local));

	if (local == NULL)
		abort();
	local->ruleset = ruleset_ref(ruleset);
	local->time_limit_us = time_limit_us;
	local->workers = workers;
	local->slots = calloc(workers, sizeof(struct slot *));
	local->converters = calloc(workers, sizeof(struct converters *));
	if (local->slots == NULL || local->converters == NULL)
		abort();
	/* Without a seed a scan is as right, only easier to slow down. */
	if (getentropy(&local->hash_seed, sizeof(local->hash_seed)) != 0)
		local->hash_seed = (uint64_t)clock_monotonic_us();
	for (unsigned i = 0; i < workers; i++) {
		local->converters[i] = converters_open();
		local->slots[i] = slot_new(local->converters[i]);
	}
	return local;
}

void
local_scan_free(struct local_scan **local)
{
	if (*local == NULL)
		return;
	for (unsigned i = 0; i < (*local)->workers; i++) {
		slot_free(&(*local)->slots[i]);
		converters_close(&(*local)->converters[i]);
	}
	free((*local)->slots);
	free((*local)->converters);
	ruleset_unref(&(*local)->ruleset);
	free(*local);
	*local = NULL;
}

static size_t
arena_bytes(const struct local_scan *local, struct slice bytes)
{
	size_t limit = ruleset_policy(local->ruleset)->size_limit;
	size_t scanned = bytes.n < limit ? bytes.n : limit;

	return LOCAL_ARENA_BASE + LOCAL_ARENA_FACTOR * scanned;
}

const struct verdict *
local_scan_run(struct local_scan *local, unsigned worker, const struct envelope *envelope,
    const struct scan_options *options, struct slice bytes, struct arena **arena_r)
{
	int64_t deadline = clock_monotonic_us() + local->time_limit_us;
	const struct budget budget = { local_scan_spent, &deadline };
	struct arena *arena = arena_new(arena_bytes(local, bytes));
	struct scan_options all = *options;
	const struct verdict *verdict;
	struct scan *scan;

	all.hash_seed = local->hash_seed;
	all.clock_us = local_scan_clock;
	scan = scan_open(arena, local->ruleset, envelope, &all);
	assert(scan != NULL); /* LOCAL_ARENA_BASE holds it */
	scan_message(scan, local->slots[worker], bytes, &budget);
	verdict = scan_verdict(scan);
	scan_close(&scan);
	*arena_r = arena;
	return verdict;
}
