/*
 * live.c - the one cell that changes: the generation in force
 *
 * Counts are atomic; the cell itself is under a mutex, held for the few
 * instructions between reading the pointer and raising its count: without it
 * a swap could free the generation in that gap.
 */
#include "config.h"

#include "milter/live.h"

#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

struct counted {
	struct generation generation; /* first: a generation is a counted */
	struct settings *settings; /* NULL: they are the origin's */
	const struct generation *origin; /* whose settings these are, a reference; NULL: its own */
	atomic_uint references;
};

struct live {
	pthread_mutex_t lock;
	const struct generation *now;
};

const struct generation *
generation_new(struct settings *settings, struct ruleset *ruleset, struct resolver *resolver)
{
	struct counted *counted = calloc(1, sizeof(*counted));

	if (counted == NULL)
		abort();
	counted->settings = settings;
	counted->generation.settings = settings;
	counted->generation.ruleset = ruleset;
	counted->generation.resolver = resolver;
	counted->generation.policy = ruleset_policy(ruleset);
	atomic_init(&counted->references, 1);
	return &counted->generation;
}

const struct generation *
generation_ref(const struct generation *generation)
{
	struct counted *counted = (struct counted *)(uintptr_t)generation;

	atomic_fetch_add(&counted->references, 1);
	return generation;
}

const struct generation *
generation_with_rules(const struct generation *generation, struct ruleset *ruleset)
{
	const struct counted *from = (const struct counted *)generation;
	struct resolver *resolver = generation->resolver;
	const struct generation *next = generation_new(
	    NULL, ruleset, resolver == NULL ? NULL : resolver_ref(resolver));
	struct counted *counted = (struct counted *)(uintptr_t)next;

	/* Not of the one it follows but of the first: else none of them would ever go. */
	counted->origin = generation_ref(from->origin == NULL ? generation : from->origin);
	counted->generation.settings = generation->settings;
	return next;
}

void
generation_unref(const struct generation **generation_p)
{
	struct counted *counted = (struct counted *)(uintptr_t)*generation_p;

	*generation_p = NULL;
	if (counted == NULL || atomic_fetch_sub(&counted->references, 1) != 1)
		return;
	ruleset_unref(&counted->generation.ruleset);
	resolver_unref(&counted->generation.resolver);
	settings_free(&counted->settings);
	generation_unref(&counted->origin);
	free(counted);
}

struct live *
live_new(const struct generation *first)
{
	struct live *live = calloc(1, sizeof(*live));

	if (live == NULL)
		abort();
	pthread_mutex_init(&live->lock, NULL);
	live->now = first;
	return live;
}

void
live_free(struct live **live)
{
	if (*live == NULL)
		return;
	generation_unref(&(*live)->now);
	pthread_mutex_destroy(&(*live)->lock);
	free(*live);
	*live = NULL;
}

const struct generation *
live_take(struct live *live)
{
	const struct generation *now;

	pthread_mutex_lock(&live->lock);
	now = live->now;
	generation_ref(now);
	pthread_mutex_unlock(&live->lock);
	return now;
}

void
live_swap(struct live *live, const struct generation *next)
{
	const struct generation *old;

	pthread_mutex_lock(&live->lock);
	old = live->now;
	live->now = next;
	pthread_mutex_unlock(&live->lock);
	generation_unref(&old);
}
