/*
 * redis_ping.c - a link at the end of a pipe, for test_redis_link.py
 *
 * usage: redis_ping [-l LOGIN-FILE] [-c CA-FILE] [-t CONNECT-MS] ADDRESS...
 *
 * Each line of standard input is one step, and each prints one line "OUTCOME MS TEXT": "connect";
 * "close"; "next"; "peer"; or a command, "TIMEOUT-MS WORD...", in which @N stands for N bytes.
 * TEXT is the reply, or what was wrong. SIGUSR1 makes wake_fd readable, SIGUSR2 quiet again.
 */
#include "config.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "engine/util/arena.h"
#include "engine/util/buf.h"
#include "shared-sync/redis_link.h"

#define ADDRESSES_MAX 8
#define SHOWN_MAX 200

static int wake_fd;

static void
on_signal(int number)
{
	uint64_t count = 1;
	ssize_t n = number == SIGUSR1 ? write(wake_fd, &count, sizeof(count))
				      : read(wake_fd, &count, sizeof(count));

	(void)n;
}

static long
now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (long)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void
show(const struct redis_value *value, struct buf *out)
{
	switch (value->kind) {
	case REDIS_KIND_NIL:
		buf_add(out, SLICE("nil"));
		break;
	case REDIS_KIND_INTEGER:
		buf_printf(out, "%lld", (long long)value->integer);
		break;
	case REDIS_KIND_ERROR:
	case REDIS_KIND_TEXT:
		if (value->text.n > SHOWN_MAX)
			buf_printf(out, "<%zu bytes>", value->text.n);
		else
			buf_printf(out, "\"%.*s\"", SLICE_ARG(value->text));
		break;
	case REDIS_KIND_ARRAY:
		buf_add_byte(out, '[');
		for (size_t i = 0; i < value->count; i++) {
			if (i > 0)
				buf_add_byte(out, ' ');
			show(&value->items[i], out);
		}
		buf_add_byte(out, ']');
	}
}

/* Runs "TIMEOUT-MS WORD...". */
static enum link_outcome
run_command(struct redis_link *link, struct arena *arena, struct slice line, struct buf *text)
{
	struct slice args[REDIS_ARGS_MAX], timeout = SLICE("");
	struct redis_reply *reply;
	struct err err;
	enum link_outcome outcome;
	size_t count = 0;

	slice_next_word(&line, &timeout);
	while (count < REDIS_ARGS_MAX && slice_next_word(&line, &args[count])) {
		struct slice *arg = &args[count++];

		if (arg->p[0] == '@') {
			size_t n = strtoul(arg->p + 1, NULL, 10);

			*arg = (struct slice){ arena_alloc(arena, n), n };
		}
	}
	outcome = redis_link_command(
	    link, args, count, (unsigned)strtoul(timeout.p, NULL, 10), &reply, &err);
	if (outcome == LINK_OK)
		show(redis_reply_value(reply), text);
	else
		buf_add(text, slice_of(err.text));
	redis_reply_free(&reply);
	return outcome;
}

static void
run_line(struct redis_link *link, struct slice line)
{
	struct arena *arena = arena_new((size_t)128 << 20);
	enum link_outcome outcome = LINK_OK;
	struct buf text = { 0 };
	long start = now_ms();
	struct err err;

	if (slice_eq(line, SLICE("connect"))) {
		outcome = redis_link_connect(link, &err);
		buf_add(&text, slice_of(outcome == LINK_OK ? redis_link_peer(link) : err.text));
	} else if (slice_eq(line, SLICE("peer"))) {
		buf_printf(&text, "%s %s", redis_link_peer(link),
		    redis_link_connected(link) ? "connected" : "closed");
	} else if (slice_eq(line, SLICE("close"))) {
		redis_link_close(link);
	} else if (slice_eq(line, SLICE("next"))) {
		redis_link_next_address(link);
	} else {
		outcome = run_command(link, arena, line, &text);
	}
	printf("%s %ld %s\n", link_outcome_word(outcome), now_ms() - start, buf_text(&text));
	fflush(stdout);
	buf_clear(&text);
	arena_free(&arena);
}

static void
fail(const char *what, const char *why)
{
	fprintf(stderr, "redis_ping: %s: %s\n", what, why);
	exit(2);
}

/* Reads the command line; the addresses' number. */
static size_t
read_options(int argc, char **argv, struct arena *arena, struct redis_options *options,
    struct redis_address *addresses)
{
	size_t count = 0;
	struct err err;
	int option;

	while ((option = getopt(argc, argv, "l:c:t:")) != -1) {
		if (option == 'l' && redis_login_read(arena, optarg, &options->login, &err) != 1)
			fail(optarg, err.text);
		else if (option == 'c')
			options->ca_file = optarg;
		else if (option == 't')
			options->connect_ms = (unsigned)strtoul(optarg, NULL, 10);
		else if (option == '?')
			exit(2);
	}
	for (; optind < argc && count < ADDRESSES_MAX; optind++)
		if (!redis_address_parse(slice_of(argv[optind]), &addresses[count++], &err))
			fail(argv[optind], err.text);
	if (count == 0)
		fail("addresses", "none given");
	return count;
}

int
main(int argc, char **argv)
{
	static struct redis_address addresses[ADDRESSES_MAX];
	struct arena *arena = arena_new((size_t)1 << 20);
	struct sigaction action = { .sa_handler = on_signal };
	struct redis_options options = { .wake_fd = -1 };
	struct redis_link *link;
	char *line = NULL;
	size_t count, room = 0;
	ssize_t n;

	wake_fd = options.wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	action.sa_flags = SA_RESTART;
	sigaction(SIGUSR1, &action, NULL);
	sigaction(SIGUSR2, &action, NULL);
	count = read_options(argc, argv, arena, &options, addresses);
	link = redis_link_new(addresses, count, &options);
	while ((n = getline(&line, &room, stdin)) > 0)
		run_line(link, slice_trim((struct slice){ line, (size_t)n }));
	redis_link_free(&link);
	free(line);
	arena_free(&arena);
	return 0;
}
