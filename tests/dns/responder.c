/* responder.c - tests/dns/responder.py as a process, for tests in C */
#include "config.h"

#include "tests/dns/responder.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/* The table in a file that is gone as soon as the responder has read it. */
static void
write_table(char path[], const char *table)
{
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, table, strlen(table)), (ssize_t)strlen(table));
	close(fd);
}

static void
run_responder(const int input[2], const int output[2], const char *table)
{
	const char *top = getenv("TOP_SRCDIR");
	char path[4096];

	snprintf(path, sizeof(path), "%s/tests/dns/responder.py", top == NULL ? "." : top);
	dup2(input[0], 0);
	dup2(output[1], 1);
	close(input[1]);
	close(output[0]);
	execlp("python3", "python3", path, table, (char *)NULL);
	_exit(127);
}

/* Up to its end: a writer that finds the pipe closed behind the number would end. */
static void
read_line(int fd, char *line, size_t size)
{
	size_t n = 0;

	do {
		if (n == size - 1 || read(fd, &line[n], 1) != 1)
			fail_msg("responder.py does not start");
	} while (line[n++] != '\n');
	line[n] = '\0';
}

void
responder_start(struct responder *responder, const char *table)
{
	char path[] = "/tmp/dns_table.XXXXXX";
	int input[2], output[2];
	char line[16];

	write_table(path, table);
	assert_int_equal(pipe(input), 0);
	assert_int_equal(pipe(output), 0);
	responder->pid = fork();
	if (responder->pid == 0)
		run_responder(input, output, path);
	close(input[0]);
	close(output[1]);
	responder->input = input[1];
	read_line(output[0], line, sizeof(line));
	close(output[0]);
	unlink(path);
	snprintf(responder->address, sizeof(responder->address), "127.0.0.1:%d", atoi(line));
}

void
responder_silence(const struct responder *responder, int silent)
{
	kill(responder->pid, silent ? SIGUSR1 : SIGUSR2);
}

void
responder_stop(struct responder *responder)
{
	close(responder->input);
	waitpid(responder->pid, NULL, 0);
}
