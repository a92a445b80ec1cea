/*
 * traffic.c - how many sessions and messages there are, and how they end
 *
 * Counters under one mutex and one condition that tells of every fall. A
 * message is first under way, then answered, then gone: "answered" is the
 * short time in which libmilter's thread writes what the callback returned,
 * and during which the process must not exit.
 */
#include "config.h"

#include "milter/traffic.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>

#include "milter/clock.h"

struct traffic {
	pthread_mutex_t lock;
	pthread_cond_t fewer;
	size_t sessions;
	size_t messages; /* under way */
	size_t answered; /* answer returned, not known to be sent */
	int64_t last_answer_us;
	bool draining;
};

struct traffic *
traffic_new(void)
{
	struct traffic *traffic = calloc(1, sizeof(*traffic));

	if (traffic == NULL)
		abort();
	pthread_mutex_init(&traffic->lock, NULL);
	clock_cond_init(&traffic->fewer);
	return traffic;
}

void
traffic_free(struct traffic **traffic)
{
	if (*traffic == NULL)
		return;
	pthread_cond_destroy(&(*traffic)->fewer);
	pthread_mutex_destroy(&(*traffic)->lock);
	free(*traffic);
	*traffic = NULL;
}

bool
traffic_enter(struct traffic *traffic, size_t max)
{
	bool admitted;

	pthread_mutex_lock(&traffic->lock);
	traffic->sessions++;
	admitted = traffic->sessions <= max && !traffic->draining;
	pthread_mutex_unlock(&traffic->lock);
	return admitted;
}

/* Lowers a counter and tells whoever waits for it. */
static void
traffic_lower(struct traffic *traffic, size_t *counter)
{
	pthread_mutex_lock(&traffic->lock);
	assert(*counter > 0);
	--*counter;
	pthread_cond_broadcast(&traffic->fewer);
	pthread_mutex_unlock(&traffic->lock);
}

void
traffic_leave(struct traffic *traffic)
{
	traffic_lower(traffic, &traffic->sessions);
}

bool
traffic_begin(struct traffic *traffic)
{
	bool begun;

	pthread_mutex_lock(&traffic->lock);
	begun = !traffic->draining;
	traffic->messages += begun;
	pthread_mutex_unlock(&traffic->lock);
	return begun;
}

void
traffic_abort(struct traffic *traffic)
{
	traffic_lower(traffic, &traffic->messages);
}

void
traffic_answer(struct traffic *traffic)
{
	pthread_mutex_lock(&traffic->lock);
	assert(traffic->messages > 0);
	traffic->messages--;
	traffic->answered++;
	traffic->last_answer_us = clock_monotonic_us();
	pthread_cond_broadcast(&traffic->fewer);
	pthread_mutex_unlock(&traffic->lock);
}

void
traffic_sent(struct traffic *traffic)
{
	traffic_lower(traffic, &traffic->answered);
}

size_t
traffic_drain(struct traffic *traffic, int64_t timeout_us)
{
	int64_t deadline_us = clock_monotonic_us() + timeout_us;
	size_t left;

	pthread_mutex_lock(&traffic->lock);
	traffic->draining = true;
	while (traffic->messages > 0 && clock_monotonic_us() < deadline_us)
		clock_cond_wait(&traffic->fewer, &traffic->lock, deadline_us);
	while (traffic->answered > 0 &&
	       clock_monotonic_us() < traffic->last_answer_us + TRAFFIC_GRACE_US)
		clock_cond_wait(
		    &traffic->fewer, &traffic->lock, traffic->last_answer_us + TRAFFIC_GRACE_US);
	left = traffic->messages;
	pthread_mutex_unlock(&traffic->lock);
	return left;
}

bool
traffic_draining(struct traffic *traffic)
{
	bool draining;

	pthread_mutex_lock(&traffic->lock);
	draining = traffic->draining;
	pthread_mutex_unlock(&traffic->lock);
	return draining;
}

size_t
traffic_sessions(struct traffic *traffic)
{
	size_t sessions;

	pthread_mutex_lock(&traffic->lock);
	sessions = traffic->sessions;
	pthread_mutex_unlock(&traffic->lock);
	return sessions;
}

size_t
traffic_messages(struct traffic *traffic)
{
	size_t messages;

	pthread_mutex_lock(&traffic->lock);
	messages = traffic->messages;
	pthread_mutex_unlock(&traffic->lock);
	return messages;
}
