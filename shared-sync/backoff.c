/*
 * backoff.c - how long to wait before trying again: longer each time, and not all at once
 */
#include "config.h"

#include "shared-sync/backoff.h"

#include "shared-sync/link_wait.h"

unsigned
backoff_next(struct backoff *backoff, uint64_t random)
{
	unsigned step = BACKOFF_FIRST_MS;

	for (unsigned i = 0; i < backoff->failures && step < BACKOFF_LONGEST_MS; i++)
		step *= 2;
	if (step > BACKOFF_LONGEST_MS)
		step = BACKOFF_LONGEST_MS;
	if (backoff->failures < UINT16_MAX)
		backoff->failures++;
	return step / 4 + (unsigned)(random % (step - step / 4 + 1));
}

void
backoff_reset(struct backoff *backoff)
{
	backoff->failures = 0;
}

bool
backoff_wait(unsigned ms, int wake_fd)
{
	struct link_wait wait = link_wait_start(ms, wake_fd);

	return link_wait_for(&wait, -1, 0) != LINK_INTERRUPTED;
}
