/*
 * scanner.c - messages through the engine from a program without an MTA
 *
 * Each worker has a slot of its own, so there is no pool to wait for. The hash
 * seed is drawn once from the system: names come from hostile mail.
 */
#include "config.h"

#include "milter/scanner.h"

#include <stdlib.h>
#include <unistd.h>

#include "engine/slot.h"
#include "milter/clock.h"
#include "milter/converters.h"

struct scanner {
	struct ruleset *ruleset;
	int64_t time_limit_us;
	uint64_t hash_seed;
	struct slot **slots;
	struct converters **converters;
	unsigned workers;
};

static int64_t
scanner_clock(void *p)
{
	(void)p;
	return clock_monotonic_us();
}

/* p: when time is up, monotonic. */
static bool
scanner_spent(void *p)
{
	return clock_monotonic_us() >= *(const int64_t *)p;
}

struct scanner *
scanner_new(struct ruleset *ruleset, int64_t time_limit_us, unsigned workers)
{
	struct scanner *scanner = calloc(1, sizeof(*scanner));

	if (scanner == NULL)
		abort();
	scanner->ruleset = ruleset_ref(ruleset);
	scanner->time_limit_us = time_limit_us;
	scanner->workers = workers;
	scanner->slots = calloc(workers, sizeof(struct slot *));
	scanner->converters = calloc(workers, sizeof(struct converters *));
	if (scanner->slots == NULL || scanner->converters == NULL)
		abort();
	/* Without a seed a scan is as right, only easier to slow down. */
	if (getentropy(&scanner->hash_seed, sizeof(scanner->hash_seed)) != 0)
		scanner->hash_seed = (uint64_t)clock_monotonic_us();
	for (unsigned i = 0; i < workers; i++) {
		scanner->converters[i] = converters_open();
		scanner->slots[i] = slot_new(scanner->converters[i]);
	}
	return scanner;
}

void
scanner_free(struct scanner **scanner)
{
	if (*scanner == NULL)
		return;
	for (unsigned i = 0; i < (*scanner)->workers; i++) {
		slot_free(&(*scanner)->slots[i]);
		converters_close(&(*scanner)->converters[i]);
	}
	free((*scanner)->slots);
	free((*scanner)->converters);
	ruleset_unref(&(*scanner)->ruleset);
	free(*scanner);
	*scanner = NULL;
}

static size_t
arena_bytes(const struct scanner *scanner, struct slice bytes)
{
	size_t limit = ruleset_policy(scanner->ruleset)->size_limit;
	size_t scanned = bytes.n < limit ? bytes.n : limit;

	return SCANNER_ARENA_BASE + SCANNER_ARENA_FACTOR * scanned;
}

const struct verdict *
scanner_scan(struct scanner *scanner, unsigned worker, const struct envelope *envelope,
    const struct scan_options *options, struct slice bytes, struct arena **arena_r)
{
	int64_t deadline = clock_monotonic_us() + scanner->time_limit_us;
	const struct budget budget = { scanner_spent, &deadline };
	struct arena *arena = arena_new(arena_bytes(scanner, bytes));
	struct scan_options all = *options;
	const struct verdict *verdict;
	struct scan *scan;

	all.hash_seed = scanner->hash_seed;
	all.clock_us = scanner_clock;
	scan = scan_open(arena, scanner->ruleset, envelope, &all);
	if (scan != NULL)
		scan_message(scan, scanner->slots[worker], bytes, &budget);
	verdict = scan_verdict(scan);
	scan_close(&scan);
	*arena_r = arena;
	return verdict;
}
