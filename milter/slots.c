/*
 * slots.c - a bounded pool of scan slots
 *
 * A stack of the free ones under a mutex: the slot used last, whose memory is
 * still in the cache, goes out first. Waiting is fair enough for the purpose:
 * a scan is short, and whoever waits does so until its own deadline.
 */
#include "config.h"

#include "milter/slots.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "engine/slot.h"
#include "milter/clock.h"
#include "milter/converters.h"

struct slots {
	pthread_mutex_t lock;
	pthread_cond_t given;
	struct slot **free; /* the first free_count are free */
	struct converters **converters; /* of all slots, for closing */
	size_t free_count;
	size_t count;
};

static size_t
slots_default_count(void)
{
	long online = sysconf(_SC_NPROCESSORS_ONLN);

	return online > 0 ? (size_t)online : 1;
}

struct slots *
slots_new(size_t count)
{
	struct slots *slots = calloc(1, sizeof(*slots));

	if (count == 0)
		count = slots_default_count();
	if (slots == NULL)
		abort();
	slots->free = calloc(count, sizeof(*slots->free));
	slots->converters = calloc(count, sizeof(*slots->converters));
	if (slots->free == NULL || slots->converters == NULL)
		abort();
	pthread_mutex_init(&slots->lock, NULL);
	clock_cond_init(&slots->given);
	for (size_t i = 0; i < count; i++) {
		slots->converters[i] = converters_open();
		slots->free[i] = slot_new(slots->converters[i]);
	}
	slots->count = count;
	slots->free_count = count;
	return slots;
}

void
slots_free(struct slots **slots_p)
{
	struct slots *slots = *slots_p;

	if (slots == NULL)
		return;
	assert(slots->free_count == slots->count);
	for (size_t i = 0; i < slots->count; i++) {
		slot_free(&slots->free[i]);
		converters_close(&slots->converters[i]);
	}
	free(slots->free);
	free(slots->converters);
	pthread_cond_destroy(&slots->given);
	pthread_mutex_destroy(&slots->lock);
	free(slots);
	*slots_p = NULL;
}

struct slot *
slots_take(struct slots *slots, int64_t deadline_us)
{
	struct slot *slot = NULL;
	bool in_time = true;

	pthread_mutex_lock(&slots->lock);
	while (slots->free_count == 0 && in_time)
		in_time = clock_cond_wait(&slots->given, &slots->lock, deadline_us);
	if (slots->free_count > 0)
		slot = slots->free[--slots->free_count];
	pthread_mutex_unlock(&slots->lock);
	return slot;
}

void
slots_give(struct slots *slots, struct slot *slot)
{
	pthread_mutex_lock(&slots->lock);
	assert(slots->free_count < slots->count);
	slots->free[slots->free_count++] = slot;
	pthread_cond_signal(&slots->given);
	pthread_mutex_unlock(&slots->lock);
}

size_t
slots_count(const struct slots *slots)
{
	return slots->count;
}

bool
slots_have_jit(void)
{
	return slot_jit_works();
}
