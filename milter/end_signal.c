/*
 * end_signal.c - the handler writes to a pipe: a wait ends at once, and no signal is missed
 */
#include "config.h"

#include "milter/end_signal.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "milter/command.h"

static volatile sig_atomic_t end_fd = -1;
static volatile sig_atomic_t ended;

static void
end(int signal)
{
	int error = errno;
	ssize_t n = write(end_fd, "", 1);

	(void)signal;
	(void)n;
	ended = 1;
	errno = error;
}

int
end_signal_catch(void)
{
	struct sigaction action = { .sa_handler = end };
	int fds[2];

	if (pipe(fds) != 0) {
		command_complain("pipe: %s", strerror(errno));
		return -1;
	}
	end_fd = fds[1];
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGINT, &action, NULL);
	return fds[0];
}

bool
end_signal_came(void)
{
	return ended != 0;
}
