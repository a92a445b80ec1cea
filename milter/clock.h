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

/* Microseconds since 1970 (UTC). */
int64_t clock_wall_us(void);

/* Appends "2026-11-22T18:00:00.123456Z" (RFC 3339). */
void clock_format(int64_t wall_us, struct buf *out);

/* A condition whose waits are measured by clock_monotonic_us. */
void clock_cond_init(pthread_cond_t *cond);

/* Waits on it until `deadline_us`. Returns false once that has passed. */
bool clock_cond_wait(pthread_cond_t *cond, pthread_mutex_t *lock, int64_t deadline_us);

#endif
