/*
 * memory.c - how much memory the messages in flight may take together
 *
 * One number under a mutex. A session that collects asks and is refused at
 * once: it holds memory itself, and two that wait for each other would wait
 * for ever. A scan, which ends by its deadline whatever happens, may wait for
 * other scans to end; a part of the limit is for scans alone.
 *
 * The number is what was asked for, not what malloc made of it: the daemon's
 * resident memory is a little above it, plus code, rules and scan slots.
 */
#include "config.h"

#include "milter/memory.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>

#include "milter/clock.h"

struct memory {
	pthread_mutex_t lock;
	pthread_cond_t given;
	size_t limit;
	size_t used;
};

struct memory *
memory_new(size_t limit)
{
	struct memory *memory = calloc(1, sizeof(*memory));

	if (memory == NULL)
		abort();
	pthread_mutex_init(&memory->lock, NULL);
	clock_cond_init(&memory->given);
	memory->limit = limit;
	return memory;
}

void
memory_free(struct memory **memory)
{
	if (*memory == NULL)
		return;
	pthread_cond_destroy(&(*memory)->given);
	pthread_mutex_destroy(&(*memory)->lock);
	free(*memory);
	*memory = NULL;
}

void
memory_set_limit(struct memory *memory, size_t limit)
{
	pthread_mutex_lock(&memory->lock);
	memory->limit = limit;
	pthread_cond_broadcast(&memory->given);
	pthread_mutex_unlock(&memory->lock);
}

/* Whether n more bytes fit below `limit`; the lock is held. */
static bool
memory_fits(const struct memory *memory, size_t n, size_t limit)
{
	return memory->used <= limit && n <= limit - memory->used;
}

bool
memory_take(struct memory *memory, size_t n)
{
	bool fits;

	pthread_mutex_lock(&memory->lock);
	fits = memory_fits(memory, n, memory->limit - memory->limit / MEMORY_RESERVE);
	if (fits)
		memory->used += n;
	pthread_mutex_unlock(&memory->lock);
	return fits;
}

bool
memory_take_by(struct memory *memory, size_t n, int64_t deadline_us)
{
	bool fits, in_time = true;

	pthread_mutex_lock(&memory->lock);
	while (!(fits = memory_fits(memory, n, memory->limit)) && in_time)
		in_time = clock_cond_wait(&memory->given, &memory->lock, deadline_us);
	if (fits)
		memory->used += n;
	pthread_mutex_unlock(&memory->lock);
	return fits;
}

void
memory_give(struct memory *memory, size_t n)
{
	pthread_mutex_lock(&memory->lock);
	assert(n <= memory->used);
	memory->used -= n;
	pthread_cond_broadcast(&memory->given);
	pthread_mutex_unlock(&memory->lock);
}

size_t
memory_used(struct memory *memory)
{
	size_t used;

	pthread_mutex_lock(&memory->lock);
	used = memory->used;
	pthread_mutex_unlock(&memory->lock);
	return used;
}
