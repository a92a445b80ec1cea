/*
 * feed_crowd.c - many subscribers of a channel in one process, for feed_fanout.py
 *
 * usage: feed_crowd HOST:PORT CHANNEL COUNT LAST
 *
 * Each has a connection of its own and asks what subscribe.c asks once it has caught up: it waits
 * for the entry behind LAST, and looks at keyset and head at each entry and every few
 * seconds. Sockets, commands and the reading of replies are the subscriber's own. Nothing is
 * verified, since that is work for as many machines. For the same reason an entry's time is that
 * at which the kernel had it for the socket, not that of our coming to read it.
 *
 * Prints "following" when all wait for the first time, and, when all have an entry and wait
 * again, its number and when each of them had it, in microseconds since 1970. Ends with its
 * standard input.
 */
#include "config.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "engine/util/buf.h"
#include "shared-sync/channel_keys.h"
#include "shared-sync/carrier.h"
#include "shared-sync/redis_reader.h"
#include "shared-sync/redis_socket.h"
#include "shared-sync/subscribe.h"

#define EVENTS 256
#define CHUNK 16384
#define CONNECT_MS 60000
#define NUMBER_SIZE 32
#define CONTROL_SIZE 128
/* A stamp that is older is none: then the time of our reading counts. */
#define STAMP_AGE_MAX_US INT64_C(60000000)

enum question {
	ASK_KEYS,
	ASK_HEAD,
	ASK_LOG,
};

struct member {
	int fd;
	enum question asked;
	uint64_t last; /* the entry that it has */
	bool waits; /* has asked for the one behind the crowd's last */
	int64_t look_us; /* on the monotonic clock */
	int64_t received_us; /* the entry; since 1970 */
	struct redis_reader *reader; /* of the reply that is awaited */
};

struct crowd {
	struct channel_keys keys;
	uint64_t last; /* the entry that all have, or are getting */
	bool published; /* and that we saw come */
	struct member *members;
	size_t count;
	size_t waiting; /* members that wait for the next one */
	struct buf commands[ASK_LOG + 2]; /* ASK_LOG has two: behind even entries and odd ones */
};

static void fail(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));

static void
fail(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fputs("feed_crowd: ", stderr);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
	va_end(args);
	exit(2);
}

static int64_t
now_us(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static void
write_get(struct buf *command, const char *key)
{
	const struct slice args[] = { SLICE("GET"), slice_of(key) };

	redis_command_write(args, 2, command);
}

/* What waits for the entry behind `last`: some still have the one before it. */
static struct buf *
wait_command(struct crowd *crowd, uint64_t last)
{
	return &crowd->commands[ASK_LOG + last % 2];
}

static void
write_wait(struct crowd *crowd)
{
	char most[NUMBER_SIZE], wait[NUMBER_SIZE], last[NUMBER_SIZE];
	const struct slice args[] = { SLICE("XREAD"), SLICE("COUNT"),
		{ most, (size_t)snprintf(most, sizeof(most), "%d", CARRIER_BATCH) }, SLICE("BLOCK"),
		{ wait, (size_t)snprintf(wait, sizeof(wait), "%d", SUBSCRIBER_WAIT_MS) },
		SLICE("STREAMS"), slice_of(crowd->keys.log),
		{ last, (size_t)snprintf(last, sizeof(last), "%" PRIu64 "-0", crowd->last) } };

	buf_clear(wait_command(crowd, crowd->last));
	redis_command_write(args, 8, wait_command(crowd, crowd->last));
}

/* Tells of the entry that all have. */
static void
report(struct crowd *crowd)
{
	if (!crowd->published) {
		puts("following");
	} else {
		printf("%" PRIu64, crowd->last);
		for (size_t i = 0; i < crowd->count; i++)
			printf(" %" PRId64, crowd->members[i].received_us);
		putchar('\n');
	}
	fflush(stdout);
}

static void
ask(struct crowd *crowd, struct member *member, enum question question)
{
	struct link_wait wait = link_wait_start(CONNECT_MS, -1);
	const struct buf *command = question == ASK_LOG ? wait_command(crowd, member->last)
							: &crowd->commands[question];
	struct err err;

	member->asked = question;
	member->reader = redis_reader_new();
	if (redis_socket_send(member->fd, buf_slice(command), &wait, &err) != LINK_OK)
		fail("%s", err.text);
	if (question != ASK_LOG || member->waits || member->last != crowd->last)
		return;
	member->waits = true;
	if (++crowd->waiting == crowd->count)
		report(crowd);
}

/* [[key, [[id, [field, value]]]]]: the id's number. */
static uint64_t
entry_number(const struct redis_value *value)
{
	const struct redis_value *entries;

	if (value->kind != REDIS_KIND_ARRAY || value->count != 1 || value->items[0].count != 2)
		fail("an answer that is no stream");
	entries = &value->items[0].items[1];
	if (entries->count != 1 || entries->items[0].count != 2)
		fail("%zu entries at once", entries->count);
	return strtoull(entries->items[0].items[0].text.p, NULL, 10);
}

/* The first of all has a new entry. */
static void
begin_entry(struct crowd *crowd)
{
	crowd->last++;
	crowd->published = true;
	crowd->waiting = 0;
	for (size_t i = 0; i < crowd->count; i++)
		crowd->members[i].waits = false;
	write_wait(crowd);
}

static void
take_entry(struct crowd *crowd, struct member *member, uint64_t number, int64_t arrived_us)
{
	int64_t read_us = now_us(CLOCK_REALTIME);

	if (number == crowd->last + 1 && crowd->waiting == crowd->count)
		begin_entry(crowd);
	if (number != crowd->last || number != member->last + 1)
		fail("entry %" PRIu64 " came, others are at %" PRIu64, number, crowd->last);
	if (arrived_us > read_us || arrived_us < read_us - STAMP_AGE_MAX_US)
		arrived_us = read_us;
	member->last = number;
	member->received_us = arrived_us;
	member->look_us = now_us(CLOCK_MONOTONIC);
}

/* The reply has come: the next question, as subscriber_step asks it. */
static void
go_on(
    struct crowd *crowd, struct member *member, const struct redis_value *value, int64_t arrived_us)
{
	switch (member->asked) {
	case ASK_KEYS:
		if (value->kind != REDIS_KIND_TEXT)
			fail("there is no keyset");
		member->look_us = now_us(CLOCK_MONOTONIC) + SUBSCRIBER_LOOK_MS * INT64_C(1000);
		ask(crowd, member, ASK_HEAD);
		return;
	case ASK_HEAD:
		ask(crowd, member, ASK_LOG);
		return;
	case ASK_LOG:
		if (value->kind != REDIS_KIND_NIL)
			take_entry(crowd, member, entry_number(value), arrived_us);
		ask(crowd, member, now_us(CLOCK_MONOTONIC) >= member->look_us ? ASK_KEYS : ASK_LOG);
		return;
	}
}

/* Receives what there is, and tells when the kernel had it, which it may not know. */
static ssize_t
receive_stamped(int fd, char *p, size_t room, int64_t *arrived_us_r)
{
	struct iovec vector = { p, room };
	_Alignas(struct cmsghdr) char control[CONTROL_SIZE];
	struct msghdr message = { .msg_iov = &vector,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control) };
	ssize_t n = recvmsg(fd, &message, 0);
	struct cmsghdr *c = n > 0 ? CMSG_FIRSTHDR(&message) : NULL;
	struct timespec when;

	for (; c != NULL; c = CMSG_NXTHDR(&message, c))
		if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_TIMESTAMPNS) {
			memcpy(&when, CMSG_DATA(c), sizeof(when));
			*arrived_us_r = (int64_t)when.tv_sec * 1000000 + when.tv_nsec / 1000;
		}
	return n;
}

static void
receive(struct crowd *crowd, struct member *member)
{
	char chunk[CHUNK];
	int64_t arrived_us = 0;
	ssize_t n = receive_stamped(member->fd, chunk, sizeof(chunk), &arrived_us);
	struct redis_reply *reply;
	struct err err;

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0)
		fail("lost a connection: %s", n == 0 ? "the server hung up" : strerror(errno));
	if (redis_reader_feed(member->reader, (struct slice){ chunk, (size_t)n }, &reply, &err) !=
	    LINK_OK)
		fail("%s", err.text);
	if (reply == NULL)
		return;
	redis_reader_free(&member->reader);
	if (redis_reply_value(reply)->kind == REDIS_KIND_ERROR)
		fail("Redis: %.*s", SLICE_ARG(redis_reply_value(reply)->text));
	go_on(crowd, member, redis_reply_value(reply), arrived_us);
	redis_reply_free(&reply);
}

static void
watch(int poll_fd, int fd, void *p)
{
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = p };

	if (epoll_ctl(poll_fd, EPOLL_CTL_ADD, fd, &event) != 0)
		fail("epoll_ctl: %s", strerror(errno));
}

static void
connect_all(struct crowd *crowd, int poll_fd, const struct redis_host *host)
{
	for (size_t i = 0; i < crowd->count; i++) {
		struct link_wait wait = link_wait_start(CONNECT_MS, -1);
		struct member *member = &crowd->members[i];
		int on = 1;
		struct err err;

		if (redis_socket_tcp(host, &wait, &member->fd, &err) != LINK_OK)
			fail("connection %zu: %s", i + 1, err.text);
		if (setsockopt(member->fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof(on)) != 0)
			fail("SO_TIMESTAMPNS: %s", strerror(errno));
		watch(poll_fd, member->fd, member);
		member->last = crowd->last;
		ask(crowd, member, ASK_KEYS);
	}
}

/* Serves all until standard input ends. */
static void
run(struct crowd *crowd, int poll_fd)
{
	struct epoll_event events[EVENTS];

	for (;;) {
		int n = epoll_wait(poll_fd, events, EVENTS, -1);

		if (n < 0 && errno != EINTR)
			fail("epoll_wait: %s", strerror(errno));
		for (int i = 0; i < n; i++) {
			if (events[i].data.ptr == NULL)
				return;
			receive(crowd, events[i].data.ptr);
		}
	}
}

static void
raise_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		fail("getrlimit: %s", strerror(errno));
	limit.rlim_cur = limit.rlim_max;
	(void)setrlimit(RLIMIT_NOFILE, &limit);
}

int
main(int argc, char **argv)
{
	struct crowd crowd = { 0 };
	int poll_fd = epoll_create1(EPOLL_CLOEXEC);
	struct redis_host host;

	if (argc != 5 || !redis_host_parse(slice_of(argv[1]), &host) ||
	    !channel_keys_init(&crowd.keys, slice_of(argv[2])))
		fail("usage: feed_crowd HOST:PORT CHANNEL COUNT LAST");
	crowd.count = strtoul(argv[3], NULL, 10);
	crowd.last = strtoull(argv[4], NULL, 10);
	crowd.members = calloc(crowd.count, sizeof(*crowd.members));
	if (crowd.members == NULL || poll_fd < 0)
		fail("%s", strerror(errno));
	raise_limit();
	write_get(&crowd.commands[ASK_KEYS], crowd.keys.keys);
	write_get(&crowd.commands[ASK_HEAD], crowd.keys.head);
	write_wait(&crowd);
	watch(poll_fd, STDIN_FILENO, NULL);
	connect_all(&crowd, poll_fd, &host);
	run(&crowd, poll_fd);
	for (size_t i = 0; i < crowd.count; i++) {
		redis_reader_free(&crowd.members[i].reader);
		close(crowd.members[i].fd);
	}
	for (size_t i = 0; i <= ASK_LOG + 1; i++)
		buf_clear(&crowd.commands[i]);
	free(crowd.members);
	close(poll_fd);
	return 0;
}
