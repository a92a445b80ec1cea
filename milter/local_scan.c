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
#include "milter/scan_dns.h"

struct local_scan {
	struct local_scan_setup setup;
	uint64_t hash_seed;
	struct slot **slots;
	struct converters **converters;
};

static int64_t
local_scan_clock(void *p)
{
	(void)p;
	return clock_monotonic_us();
}

static int64_t
local_scan_cpu(void *p)
{
	(void)p;
	return clock_thread_us();
}

/* How long one scan may take. */
struct time_left {
	int64_t deadline_us; /* monotonic */
	struct clock_share cpu;
};

/* p: a struct time_left. */
static const char *
local_scan_spent(void *p)
{
	const struct time_left *left = p;
	int64_t now_us = clock_monotonic_us();

	if (now_us >= left->deadline_us)
		return BUDGET_TIME;
	return clock_share_spent(&left->cpu, now_us) ? BUDGET_CPU : NULL;
}

struct local_scan *
local_scan_new(const struct local_scan_setup *setup)
{
	struct local_scan *local = calloc(1, sizeof(*local));

	if (local == NULL)
		abort();
	local->setup = *setup;
	ruleset_ref(setup->ruleset);
	if (setup->resolver != NULL)
		resolver_ref(setup->resolver);
	local->slots = calloc(setup->workers, sizeof(struct slot *));
	local->converters = calloc(setup->workers, sizeof(struct converters *));
	if (local->slots == NULL || local->converters == NULL)
		abort();
	/* Without a seed a scan is as right, only easier to slow down. */
	if (getentropy(&local->hash_seed, sizeof(local->hash_seed)) != 0)
		local->hash_seed = (uint64_t)clock_monotonic_us();
	for (unsigned i = 0; i < setup->workers; i++) {
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
	for (unsigned i = 0; i < (*local)->setup.workers; i++) {
		slot_free(&(*local)->slots[i]);
		converters_close(&(*local)->converters[i]);
	}
	free((*local)->slots);
	free((*local)->converters);
	ruleset_unref(&(*local)->setup.ruleset);
	resolver_unref(&(*local)->setup.resolver);
	free(*local);
	*local = NULL;
}

static size_t
arena_bytes(const struct local_scan *local, struct slice bytes)
{
	size_t limit = ruleset_policy(local->setup.ruleset)->size_limit;
	size_t scanned = bytes.n < limit ? bytes.n : limit;

	return LOCAL_ARENA_BASE + LOCAL_ARENA_FACTOR * scanned;
}

/* Runs what waits for the DNS until nothing does; the time that it takes is added to *deadline. */
static void
ask(const struct local_scan *local, struct scan *scan, struct slot *slot,
    const struct budget *budget, int64_t *deadline)
{
	int64_t begun = clock_monotonic_us(), now;
	struct scan_dns dns = { .scan = scan,
		.resolver = local->setup.resolver,
		.lists = ruleset_dns_lists(local->setup.ruleset),
		.deadline_us = begun + local->setup.dns_deadline_us,
		.recorder = local->setup.recorder };

	if (!scan_is_open(scan))
		return;
	dns.lookup = list_lookup_new(dns.resolver, dns.lists, 0);
	while (scan_is_open(scan)) {
		while (!scan_dns_wait(&dns, dns.deadline_us))
			continue;
		now = clock_monotonic_us();
		*deadline += now - begun;
		begun = now;
		scan_resume(scan, slot, budget);
	}
	list_lookup_free(&dns.lookup);
}

const struct verdict *
local_scan_run(struct local_scan *local, unsigned worker, const struct envelope *envelope,
    const struct scan_options *options, struct slice bytes, struct arena **arena_r)
{
	struct time_left left = { .deadline_us = clock_monotonic_us() + local->setup.time_limit_us,
		.cpu = clock_share_begin(local->setup.cpu_limit_us) };
	const struct budget budget = { local_scan_spent, &left };
	struct arena *arena = arena_new(arena_bytes(local, bytes));
	struct scan_options all = *options;
	const struct verdict *verdict;
	struct scan *scan;

	all.hash_seed = local->hash_seed;
	all.clock_us = local_scan_clock;
	all.cpu_us = local_scan_cpu;
	all.dns = local->setup.resolver != NULL;
	if (local->setup.health != NULL)
		all.list_states = list_health_states(
		    local->setup.health, local->setup.ruleset, arena);
	scan = scan_open(arena, local->setup.ruleset, envelope, &all);
	assert(scan != NULL); /* LOCAL_ARENA_BASE holds it */
	scan_message(scan, local->slots[worker], bytes, &budget);
	ask(local, scan, local->slots[worker], &budget, &left.deadline_us);
	verdict = scan_verdict(scan);
	scan_close(&scan);
	*arena_r = arena;
	return verdict;
}
