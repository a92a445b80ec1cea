/*
 * link_wait.c - waiting for a socket, until a deadline or until somebody wakes us
 */
#include "config.h"

#include "shared-sync/link_wait.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <time.h>

static int64_t
now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

struct link_wait
link_wait_start(unsigned ms, int wake_fd)
{
	return (struct link_wait){ now_ms() + ms, wake_fd };
}

unsigned
link_wait_left(const struct link_wait *wait)
{
	int64_t left = wait->deadline_ms - now_ms();

	return left < 0 ? 0 : left > INT_MAX ? INT_MAX : (unsigned)left;
}

struct link_wait
link_wait_share(const struct link_wait *wait, unsigned count)
{
	return link_wait_start(link_wait_left(wait) / (count > 0 ? count : 1), wait->wake_fd);
}

enum link_outcome
link_wait_for(const struct link_wait *wait, int fd, short events)
{
	struct pollfd fds[] = { { .fd = fd, .events = events },
		{ .fd = wait->wake_fd, .events = POLLIN } };

	for (;;) {
		unsigned left = link_wait_left(wait);
		int n = poll(fds, 2, (int)left);

		if (n < 0 && errno != EINTR && errno != EAGAIN)
			return LINK_LOST;
		if (n > 0 && fds[1].revents != 0)
			return LINK_INTERRUPTED;
		/* Also when there is something: else who sends a byte now and then ends never. */
		if (left == 0)
			return LINK_TIMEOUT;
		if (n > 0)
			return LINK_OK;
	}
}
