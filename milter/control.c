/*
 * control.c - the thread behind the control socket
 *
 * It is told to stop by a pipe, so that waiting for a client needs no
 * timeout. A client has CONTROL_WAIT_S for its line, however it comes, and as
 * long to take its answer: there is one at a time, and the daemon's end waits.
 */
#include "config.h"

#include "milter/control.h"

#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "milter/clock.h"
#include "milter/control_protocol.h"

struct control {
	int fd;
	int stop[2];
	void (*answer)(void *p, struct slice request, struct buf *out);
	void *p;
	pthread_t thread;
};

/* Whether bytes or the end come by the deadline. */
static bool
control_wait(int fd, int64_t deadline_us)
{
	struct pollfd wanted = { .fd = fd, .events = POLLIN };
	int64_t left_us = deadline_us - clock_monotonic_us();

	return left_us > 0 && poll(&wanted, 1, (int)(left_us / 1000) + 1) > 0;
}

/* Reads up to the LF, or to the end of what the client sends within CONTROL_WAIT_S. */
static struct slice
control_read(int fd, char line[CONTROL_LINE_MAX])
{
	int64_t deadline_us = clock_monotonic_us() + CONTROL_WAIT_S * CLOCK_SECOND_US;
	size_t n = 0;

	while (n < CONTROL_LINE_MAX && control_wait(fd, deadline_us)) {
		ssize_t got = read(fd, line + n, CONTROL_LINE_MAX - n);

		if (got <= 0)
			break;
		n += (size_t)got;
		if (memchr(line, '\n', n) != NULL)
			break;
	}
	n = slice_find_byte((struct slice){ line, n }, 0, '\n');
	return slice_trim((struct slice){ line, n });
}

static void
control_write(int fd, struct slice out)
{
	while (out.n > 0) {
		ssize_t n = send(fd, out.p, out.n, MSG_NOSIGNAL);

		if (n <= 0)
			return;
		out = slice_from(out, (size_t)n);
	}
}

static void
control_serve(struct control *control, int fd)
{
	struct timeval wait = { .tv_sec = CONTROL_WAIT_S };
	struct buf out = { 0 };
	char line[CONTROL_LINE_MAX];

	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof(wait));
	control->answer(control->p, control_read(fd, line), &out);
	control_write(fd, buf_slice(&out));
	buf_clear(&out);
}

static void *
control_thread(void *p)
{
	struct control *control = p;
	struct pollfd wanted[2] = { { .fd = control->fd, .events = POLLIN },
		{ .fd = control->stop[0], .events = POLLIN } };

	for (;;) {
		int fd;

		if (poll(wanted, 2, -1) < 0)
			continue;
		if (wanted[1].revents != 0)
			return NULL;
		fd = accept(control->fd, NULL, NULL);
		if (fd < 0) {
			/* Out of descriptors: the client still waits, so poll would not. */
			poll(&wanted[1], 1, 1000);
			continue;
		}
		control_serve(control, fd);
		close(fd);
	}
}

struct control *
control_start(int fd, void (*answer)(void *p, struct slice request, struct buf *out), void *p)
{
	struct control *control = calloc(1, sizeof(*control));

	if (control == NULL || pipe(control->stop) != 0)
		abort();
	control->fd = fd;
	control->answer = answer;
	control->p = p;
	if (pthread_create(&control->thread, NULL, control_thread, control) != 0)
		abort();
	return control;
}

void
control_stop(struct control **control_p)
{
	struct control *control = *control_p;

	if (control == NULL)
		return;
	close(control->stop[1]);
	pthread_join(control->thread, NULL);
	close(control->stop[0]);
	free(control);
	*control_p = NULL;
}
