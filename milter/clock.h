/*
 * clock.h - the clocks: the wall's, which a test may stop, the monotonic one that
 * waits and measures, and the one of a thread's CPU
 */
#ifndef STEELYARD_MILTER_CLOCK_H
#define STEELYARD_MILTER_CLOCK_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "engine/util/buf.h"

#define CLOCK_SECOND_US INT64_C(1000000)

/* Microseconds on a clock that never goes back; its zero means nothing. */
int64_t clock_monotonic_us(void);

/* Microseconds of CPU that the calling thread has used. */
int64_t clock_thread_us(void);

/* What the calling thread may take from now on. */
struct clock_share {
	int64_t begun_us; /* by the wall */
	int64_t begun_cpu_us;
	int64_t limit_us; /* of CPU */
};

struct clock_share clock_share_begin(int64_t limit_us);

/*
 * Whether it is used up, at `now_us` of clock_monotonic_us(): the thread's own clock is a system
 * call, which is not made while the wall's says that it cannot be.
 */
bool clock_share_spent(const struct clock_share *share, int64_t now_us);

/* Microseconds since 1970 (UTC). */
int64_t clock_wall_us(void);

/* Appends "2026-11-22T18:00:00.123456Z" (RFC 3339). */
void clock_format(int64_t wall_us, struct buf *out);

/* A condition whose waits are measured by clock_monotonic_us. */
void clock_cond_init(pthread_cond_t *cond);

/* Waits on it until `deadline_us`. Returns false once that has passed. */
bool clock_cond_wait(pthread_cond_t *cond, pthread_mutex_t *lock, int64_t deadline_us);

#endif
