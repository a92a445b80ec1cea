/*
 * host_lookup.c - getaddrinfo(3) that can be given up
 *
 * A name's look-up may block for half a minute where the DNS is ill, and nothing ends
 * it. So it has a thread, and a question that both sides hold: who lets go of it
 * last frees it. A daemon that stops does not wait for the answer. Addresses as
 * numbers need no thread.
 */
#include "config.h"

#include "shared-sync/host_lookup.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

struct question {
	pthread_mutex_t lock;
	unsigned holders;
	int done_fd; /* readable when the answer is there */
	struct redis_host host;
	int status; /* of getaddrinfo */
	struct addrinfo *list;
};

static int
resolve(const struct redis_host *host, int flags, struct addrinfo **list_r)
{
	const struct addrinfo hints = { .ai_socktype = SOCK_STREAM,
		.ai_flags = flags | AI_NUMERICSERV };
	char port[12];

	snprintf(port, sizeof(port), "%u", host->port);
	*list_r = NULL;
	return getaddrinfo(host->name, port, &hints, list_r);
}

static struct question *
question_new(const struct redis_host *host)
{
	struct question *question = calloc(1, sizeof(*question));

	if (question == NULL)
		abort();
	pthread_mutex_init(&question->lock, NULL);
	question->holders = 2;
	question->host = *host;
	question->done_fd = eventfd(0, EFD_CLOEXEC);
	return question;
}

static void
question_free(struct question *question)
{
	if (question->done_fd >= 0)
		close(question->done_fd);
	if (question->list != NULL)
		freeaddrinfo(question->list);
	pthread_mutex_destroy(&question->lock);
	free(question);
}

static void
question_let_go(struct question *question)
{
	bool last;

	pthread_mutex_lock(&question->lock);
	last = --question->holders == 0;
	pthread_mutex_unlock(&question->lock);
	if (last)
		question_free(question);
}

static void *
answer(void *p)
{
	struct question *question = p;
	struct addrinfo *list;
	int status = resolve(&question->host, 0, &list);
	const uint64_t one = 1;

	pthread_mutex_lock(&question->lock);
	question->status = status;
	question->list = list;
	pthread_mutex_unlock(&question->lock);
	if (write(question->done_fd, &one, sizeof(one)) < 0)
		abort(); /* an eventfd at 0 takes a one */
	question_let_go(question);
	return NULL;
}

/* The thread takes no signal of the program's. */
static bool
question_ask(struct question *question)
{
	pthread_attr_t detached;
	pthread_t thread;
	sigset_t all, before;
	int status;

	pthread_attr_init(&detached);
	pthread_attr_setdetachstate(&detached, PTHREAD_CREATE_DETACHED);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	status = pthread_create(&thread, &detached, answer, question);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_attr_destroy(&detached);
	return status == 0;
}

static enum link_outcome
no_such_name(const struct redis_host *host, int status, struct err *err)
{
	err_set(err, "%s: %s", host->name, gai_strerror(status));
	return LINK_LOST;
}

static enum link_outcome
question_wait(struct question *question, const struct link_wait *wait, struct addrinfo **list_r,
    struct err *err)
{
	enum link_outcome outcome = link_wait_for(wait, question->done_fd, POLLIN);

	if (outcome != LINK_OK) {
		err_set(err, "%s: no answer of the DNS yet", question->host.name);
		return outcome;
	}
	pthread_mutex_lock(&question->lock);
	*list_r = question->list;
	question->list = NULL;
	pthread_mutex_unlock(&question->lock);
	return *list_r != NULL ? LINK_OK : no_such_name(&question->host, question->status, err);
}

enum link_outcome
host_lookup(const struct redis_host *host, const struct link_wait *wait, struct addrinfo **list_r,
    struct err *err)
{
	struct question *question;
	enum link_outcome outcome;
	int status = resolve(host, AI_NUMERICHOST, list_r);

	if (status == 0)
		return LINK_OK;
	if (status != EAI_NONAME)
		return no_such_name(host, status, err);
	question = question_new(host);
	if (question->done_fd < 0 || !question_ask(question)) {
		err_set(err, "%s: cannot ask the DNS: %s", host->name, strerror(errno));
		question_free(question);
		return LINK_LOST;
	}
	outcome = question_wait(question, wait, list_r, err);
	question_let_go(question);
	return outcome;
}
