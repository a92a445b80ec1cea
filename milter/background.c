/*
 * background.c - leaving the terminal
 *
 * The parent reads one byte from a pipe: it comes when the daemon serves, and
 * the end of the pipe without it means that the daemon died and has told why
 * on standard error, which is therefore left open until then.
 */
#include "config.h"

#include "milter/background.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

/* EX_TEMPFAIL, when the daemon left no status of its own. */
#define STATUS_UNKNOWN 75

/* In the parent: the status to exit with. */
static int
background_parent(pid_t child, int fd)
{
	char byte;
	int status;

	if (read(fd, &byte, 1) == 1)
		return 0;
	if (waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) != 0)
		return WEXITSTATUS(status);
	return STATUS_UNKNOWN;
}

int
background_enter(struct background *background, bool keep_stderr)
{
	int ends[2];
	pid_t child;

	if (pipe(ends) != 0 || (child = fork()) < 0) {
		fprintf(stderr, "steelyardd: cannot fork: %s\n", strerror(errno));
		return STATUS_UNKNOWN;
	}
	if (child > 0) {
		close(ends[1]);
		return background_parent(child, ends[0]);
	}
	close(ends[0]);
	setsid();
	background->ready = ends[1];
	background->keep_stderr = keep_stderr;
	return -1;
}

void
background_ready(struct background *background)
{
	int null;

	if (background->ready < 0)
		return;
	if (chdir("/") != 0)
		fprintf(stderr, "steelyardd: chdir /: %s\n", strerror(errno));
	null = open("/dev/null", O_RDWR);
	if (null >= 0) {
		dup2(null, STDIN_FILENO);
		dup2(null, STDOUT_FILENO);
		if (!background->keep_stderr)
			dup2(null, STDERR_FILENO);
		if (null > STDERR_FILENO)
			close(null);
	}
	if (write(background->ready, "", 1) == 1)
		close(background->ready);
	background->ready = -1;
}
