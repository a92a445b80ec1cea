/*
 * redis_socket.c - a non-blocking stream socket to a Redis: connecting, sending, receiving
 *
 * A host's addresses are tried in turn, each with its share of the time that is left. Of a
 * peer that has gone without a word, keepalive tells after about a minute (KEEP_*): a subscriber
 * that waits for news sends nothing by which he would notice.
 */
#include "config.h"

#include "shared-sync/redis_socket.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "shared-sync/host_lookup.h"

/* Seconds of silence before keepalive asks, between its questions, and how many it asks. */
#define KEEP_IDLE_S 30
#define KEEP_INTERVAL_S 10
#define KEEP_COUNT 3
/* What was sent must be acknowledged by then. */
#define SENT_MS 60000

static enum link_outcome
lost(struct err *err, const char *what, int error)
{
	err_set(err, "%s: %s", what, strerror(error));
	return LINK_LOST;
}

/* Sets *err for an outcome of waiting. */
static enum link_outcome
waited(enum link_outcome outcome, struct err *err, const char *what)
{
	if (outcome == LINK_TIMEOUT)
		err_set(err, "%s: no answer in time", what);
	else if (outcome == LINK_INTERRUPTED)
		err_set(err, "%s: interrupted", what);
	else if (outcome == LINK_LOST)
		lost(err, what, errno);
	return outcome;
}

static void
set_option(int fd, int level, int option, int value)
{
	/* Each only makes things better: a system that has it not is no reason to give up. */
	(void)setsockopt(fd, level, option, &value, sizeof(value));
}

static void
set_tcp_options(int fd)
{
	set_option(fd, IPPROTO_TCP, TCP_NODELAY, 1);
	set_option(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
	set_option(fd, IPPROTO_TCP, TCP_KEEPIDLE, KEEP_IDLE_S);
	set_option(fd, IPPROTO_TCP, TCP_KEEPINTVL, KEEP_INTERVAL_S);
	set_option(fd, IPPROTO_TCP, TCP_KEEPCNT, KEEP_COUNT);
	set_option(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, SENT_MS);
}

/* Connects the open socket; a socket that was not connected is the caller's to close. */
static enum link_outcome
socket_connect(int fd, const struct sockaddr *address, socklen_t n, const struct link_wait *wait,
    struct err *err)
{
	enum link_outcome outcome;
	socklen_t size = sizeof(int);
	int error = 0;

	if (connect(fd, address, n) == 0)
		return LINK_OK;
	/* Of a unix socket EAGAIN says that its backlog is full. */
	if (errno != EINPROGRESS && errno != EINTR)
		return lost(err, "connect", errno);
	outcome = link_wait_for(wait, fd, POLLOUT);
	if (outcome != LINK_OK)
		return waited(outcome, err, "connect");
	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) != 0)
		error = errno;
	return error == 0 ? LINK_OK : lost(err, "connect", error);
}

static enum link_outcome
socket_open(int family, const struct sockaddr *address, socklen_t n, const struct link_wait *wait,
    int *fd_r, struct err *err)
{
	enum link_outcome outcome;

	*fd_r = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (*fd_r < 0)
		return lost(err, "socket", errno);
	if (family != AF_UNIX)
		set_tcp_options(*fd_r);
	outcome = socket_connect(*fd_r, address, n, wait, err);
	if (outcome != LINK_OK) {
		close(*fd_r);
		*fd_r = -1;
	}
	return outcome;
}

enum link_outcome
redis_socket_tcp(
    const struct redis_host *host, const struct link_wait *wait, int *fd_r, struct err *err)
{
	struct addrinfo *list;
	enum link_outcome outcome = host_lookup(host, wait, &list, err);
	unsigned left = 0;

	*fd_r = -1;
	if (outcome != LINK_OK)
		return outcome;
	for (const struct addrinfo *at = list; at != NULL; at = at->ai_next)
		left++;
	for (const struct addrinfo *at = list; at != NULL; at = at->ai_next, left--) {
		struct link_wait share = link_wait_share(wait, left);

		outcome = socket_open(
		    at->ai_family, at->ai_addr, at->ai_addrlen, &share, fd_r, err);
		if (outcome == LINK_OK || outcome == LINK_INTERRUPTED)
			break;
	}
	freeaddrinfo(list);
	return outcome;
}

enum link_outcome
redis_socket_unix(const char *path, const struct link_wait *wait, int *fd_r, struct err *err)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	return socket_open(
	    AF_UNIX, (const struct sockaddr *)&address, sizeof(address), wait, fd_r, err);
}

enum link_outcome
redis_socket_send(int fd, struct slice bytes, const struct link_wait *wait, struct err *err)
{
	while (bytes.n > 0) {
		ssize_t n = send(fd, bytes.p, bytes.n, MSG_NOSIGNAL);
		enum link_outcome outcome;

		if (n > 0)
			bytes = slice_from(bytes, (size_t)n);
		if (n > 0 || errno == EINTR)
			continue;
		if (errno != EAGAIN)
			return lost(err, "send", errno);
		outcome = link_wait_for(wait, fd, POLLOUT);
		if (outcome != LINK_OK)
			return waited(outcome, err, "send");
	}
	return LINK_OK;
}

enum link_outcome
redis_socket_receive(
    int fd, char *p, size_t room, const struct link_wait *wait, size_t *n_r, struct err *err)
{
	for (;;) {
		/* Asked first, also by those who always find bytes: time and wake_fd count. */
		enum link_outcome outcome = link_wait_for(wait, fd, POLLIN);
		ssize_t n;

		*n_r = 0;
		if (outcome != LINK_OK)
			return waited(outcome, err, "receive");
		n = recv(fd, p, room, 0);
		if (n > 0) {
			*n_r = (size_t)n;
			return LINK_OK;
		}
		if (n == 0) {
			err_set(err, "receive: the server has hung up");
			return LINK_LOST;
		}
		if (errno != EINTR && errno != EAGAIN)
			return lost(err, "receive", errno);
	}
}
