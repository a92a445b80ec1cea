/* dns_server.c - tests/dns/responder.py or nsd.py as a process, for tests in C */
#include "config.h"

#include "tests/dns/dns_server.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "engine/util/ascii.h"

static void
write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fputs(text, file);
	assert_int_equal(fclose(file), 0);
}

static void
run_script(const int input[2], const int output[2], const char *script, const char *file)
{
	const char *top = getenv("TOP_SRCDIR");
	char path[4096];

	snprintf(path, sizeof(path), "%s/tests/dns/%s", top == NULL ? "." : top, script);
	dup2(input[0], 0);
	dup2(output[1], 1);
	close(input[1]);
	close(output[0]);
	execlp("python3", "python3", path, file, (char *)NULL);
	_exit(127);
}

/* Up to its end: a writer that finds the pipe closed behind the number would end. */
static void
read_line(int fd, const char *script, char *line, size_t size)
{
	size_t n = 0;

	do {
		if (n == size - 1 || read(fd, &line[n], 1) != 1)
			fail_msg("%s does not start", script);
	} while (line[n++] != '\n');
	line[n - 1] = '\0';
}

bool
dns_server_start(struct dns_server *server, const char *script, const char *file, const char *text)
{
	char folder[] = "/tmp/dns_server.XXXXXX", path[256], line[80];
	int input[2], output[2];

	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/%s", folder, file);
	write_file(path, text);
	assert_int_equal(pipe(input), 0);
	assert_int_equal(pipe(output), 0);
	server->pid = fork();
	if (server->pid == 0)
		run_script(input, output, script, path);
	close(input[0]);
	close(output[1]);
	/* no other server's, which would hold it open */
	assert_int_equal(fcntl(input[1], F_SETFD, FD_CLOEXEC), 0);
	server->input = input[1];
	read_line(output[0], script, line, sizeof(line));
	close(output[0]);
	unlink(path);
	rmdir(folder);
	snprintf(server->address, sizeof(server->address), "127.0.0.1:%.5s", line);
	if (ascii_is_digit(line[0]))
		return true;
	print_message("# %s\n", line);
	dns_server_stop(server);
	return false;
}

void
dns_server_stop(struct dns_server *server)
{
	close(server->input);
	waitpid(server->pid, NULL, 0);
}
