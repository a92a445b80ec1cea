/*
 * backoff.h - how long to wait before trying again: longer each time, and not all at once
 *
 * The wait is drawn between a quarter of a step and the whole, and steps double up to a
 * longest: when a Redis that thousands follow comes back, they come back one by one.
 */
#ifndef STEELYARD_SHARED_SYNC_BACKOFF_H
#define STEELYARD_SHARED_SYNC_BACKOFF_H

#include <stdbool.h>
#include <stdint.h>

#define BACKOFF_FIRST_MS 250
#define BACKOFF_LONGEST_MS 30000

/* Zeroed: nothing has failed yet. */
struct backoff {
	unsigned failures;
};

/* Counts a failure; the milliseconds to wait now. `random`: any number, a new one each time. */
unsigned backoff_next(struct backoff *backoff, uint64_t random);

/* It worked. */
void backoff_reset(struct backoff *backoff);

/* Waits that long, or until wake_fd (-1: none) is readable: then false. */
bool backoff_wait(unsigned ms, int wake_fd);

#endif
