/*
 * link_wait.h - waiting for a socket, until a deadline or until somebody wakes us
 */
#ifndef STEELYARD_SHARED_SYNC_LINK_WAIT_H
#define STEELYARD_SHARED_SYNC_LINK_WAIT_H

#include <stdint.h>

#include "shared-sync/link_outcome.h"

struct link_wait {
	int64_t deadline_ms; /* on the monotonic clock */
	int wake_fd; /* readable: no more waiting; never read. -1: none */
};

/* A wait that ends in `ms` from now. */
struct link_wait link_wait_start(unsigned ms, int wake_fd);

/* Milliseconds to its end; 0 when it is over. */
unsigned link_wait_left(const struct link_wait *wait);

/* The part of it that is fair for the next of `count` attempts. */
struct link_wait link_wait_share(const struct link_wait *wait, unsigned count);

/*
 * Waits for poll(2) events on fd (-1: for none). LINK_OK when there are some (errors of the
 * socket are events too), LINK_TIMEOUT, or LINK_INTERRUPTED, which comes first.
 */
enum link_outcome link_wait_for(const struct link_wait *wait, int fd, short events);

#endif
