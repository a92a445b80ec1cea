/*
 * clock.c - the wall clock, the one that waits and measures, and the one of a thread's CPU
 *
 * All waits and measures go by CLOCK_MONOTONIC, so that a wall clock which
 * jumps neither cuts a scan nor holds one up. Only log lines, rules about
 * dates and the status show the wall's time.
 */
#include "config.h"

#include "milter/clock.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>

static int64_t
clock_read(clockid_t which)
{
	struct timespec now;

	if (clock_gettime(which, &now) != 0)
		abort();
	return (int64_t)now.tv_sec * CLOCK_SECOND_US + now.tv_nsec / 1000;
}

int64_t
clock_monotonic_us(void)
{
	return clock_read(CLOCK_MONOTONIC);
}

int64_t
clock_thread_us(void)
{
	return clock_read(CLOCK_THREAD_CPUTIME_ID);
}

struct clock_share
clock_share_begin(int64_t limit_us)
{
	return (struct clock_share){ .begun_us = clock_monotonic_us(),
		.begun_cpu_us = clock_thread_us(),
		.limit_us = limit_us };
}

bool
clock_share_spent(const struct clock_share *share, int64_t now_us)
{
	return now_us - share->begun_us >= share->limit_us &&
	       clock_thread_us() - share->begun_cpu_us >= share->limit_us;
}

int64_t
clock_wall_us(void)
{
	return clock_read(CLOCK_REALTIME);
}

void
clock_format(int64_t wall_us, struct buf *out)
{
	time_t seconds = (time_t)(wall_us / CLOCK_SECOND_US);
	struct tm utc;

	if (gmtime_r(&seconds, &utc) == NULL) {
		buf_add(out, SLICE("-"));
		return;
	}
	buf_printf(out, "%04d-%02d-%02dT%02d:%02d:%02d.%06dZ", utc.tm_year + 1900, utc.tm_mon + 1,
	    utc.tm_mday, utc.tm_hour, utc.tm_min, utc.tm_sec, (int)(wall_us % CLOCK_SECOND_US));
}

void
clock_cond_init(pthread_cond_t *cond)
{
	pthread_condattr_t attributes;

	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	if (pthread_cond_init(cond, &attributes) != 0)
		abort();
	pthread_condattr_destroy(&attributes);
}

bool
clock_cond_wait(pthread_cond_t *cond, pthread_mutex_t *lock, int64_t deadline_us)
{
	struct timespec until = { .tv_sec = (time_t)(deadline_us / CLOCK_SECOND_US),
		.tv_nsec = (long)(deadline_us % CLOCK_SECOND_US) * 1000 };

	return pthread_cond_timedwait(cond, lock, &until) != ETIMEDOUT;
}
