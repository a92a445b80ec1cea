/*
 * control_client.c - one request and its answer over a unix socket
 *
 * The wait is for each read, so a daemon that works (a reload compiles rules)
 * has all of it. Limit: ANSWER_MAX bytes of answer.
 */
#include "config.h"

#include "milter/control_client.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "engine/util/slice.h"
#include "milter/control_protocol.h"

/* Far more than a status or a list of rule errors takes. */
#define ANSWER_MAX ((size_t)16 << 20)
#define READ_BYTES 65536

/* A connected socket, or -1 with *err. */
static int
control_connect(const char *path, unsigned wait_s, struct err *err)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct timeval wait = { .tv_sec = wait_s };
	int fd;

	if (path[0] == '\0' || strlen(path) >= sizeof(address.sun_path)) {
		err_set(
		    err, path[0] == '\0' ? "control_socket is not set" : "%s: path too long", path);
		return -1;
	}
	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0) {
		err_set(err, "socket: %s", strerror(errno));
		return -1;
	}
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof(wait));
	if (connect(fd, (const struct sockaddr *)&address, sizeof(address)) != 0) {
		err_set(err, "%s: %s (is steelyardd running?)", path, strerror(errno));
		close(fd);
		return -1;
	}
	return fd;
}

static bool
control_send(int fd, const char *request, struct err *err)
{
	char line[CONTROL_LINE_MAX];
	int n = snprintf(line, sizeof(line), "%s\n", request);

	if (n > 0 && (size_t)n < sizeof(line) &&
	    send(fd, line, (size_t)n, MSG_NOSIGNAL) == (ssize_t)n)
		return true;
	err_set(err, "cannot send the request: %s", strerror(errno));
	return false;
}

static bool
control_receive(int fd, struct buf *answer, struct err *err)
{
	for (;;) {
		ssize_t n = recv(fd, buf_reserve(answer, READ_BYTES), READ_BYTES, 0);

		if (n < 0 && errno == EINTR)
			continue;
		if (n == 0)
			return true;
		if (n < 0) {
			err_set(err, "no answer: %s", strerror(errno));
			return false;
		}
		answer->n += (size_t)n;
		if (answer->n > ANSWER_MAX) {
			err_set(err, "the answer is longer than %zu bytes", ANSWER_MAX);
			return false;
		}
	}
}

/* What the first line says, as control_ask returns it; *rest is what follows. */
static int
answer_kind(struct slice *rest, struct err *err)
{
	struct slice line = SLICE("");

	slice_next_line(rest, &line);
	if (slice_eq(line, SLICE(CONTROL_OK)))
		return 1;
	if (slice_eq(line, SLICE(CONTROL_ERROR)))
		return 0;
	err_set(err, line.n == 0 ? "the daemon hung up" : "not an answer of steelyardd's");
	return -1;
}

int
control_ask(
    const char *path, const char *request, unsigned wait_s, struct buf *text_r, struct err *err)
{
	struct buf answer = { 0 };
	struct slice rest;
	int kind = -1, fd = control_connect(path, wait_s, err);

	*text_r = (struct buf){ 0 };
	if (fd < 0)
		return -1;
	if (control_send(fd, request, err) && control_receive(fd, &answer, err)) {
		rest = buf_slice(&answer);
		kind = answer_kind(&rest, err);
		if (kind >= 0)
			buf_add(text_r, rest);
	}
	close(fd);
	buf_clear(&answer);
	return kind;
}
