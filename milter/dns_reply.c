/*
 * dns_reply.c - a question with its answer, kept by whoever still needs it
 *
 * One block of the heap holds the reply, its records, and behind them the
 * bytes that they point to.
 */
#include "config.h"

#include "milter/dns_reply.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

struct counted_reply {
	struct dns_reply reply; /* first: its address is the block's */
	atomic_uint refs;
	struct dns_record records[];
};

static size_t
bytes_of(const struct dns_question *question, const struct dns_answer *answer)
{
	size_t n = question->name.n;

	for (size_t i = 0; i < answer->record_count; i++)
		n += answer->records[i].data.n;
	return n;
}

/* Copies bytes to *end and moves it on. */
static struct slice
put(char **end, struct slice bytes)
{
	struct slice put = { *end, bytes.n };

	if (bytes.n > 0)
		memcpy(*end, bytes.p, bytes.n);
	*end += bytes.n;
	return put;
}

const struct dns_reply *
dns_reply_new(const struct dns_question *question, const struct dns_answer *answer)
{
	size_t size = sizeof(struct counted_reply) +
		      answer->record_count * sizeof(struct dns_record) + bytes_of(question, answer);
	struct counted_reply *counted = malloc(size);
	char *end;

	if (counted == NULL)
		abort();
	end = (char *)&counted->records[answer->record_count];
	atomic_init(&counted->refs, 1);
	counted->reply = (struct dns_reply){ *question, *answer, size };
	counted->reply.question.name = put(&end, question->name);
	counted->reply.answer.records = counted->records;
	for (size_t i = 0; i < answer->record_count; i++) {
		counted->records[i] = answer->records[i];
		counted->records[i].data = put(&end, answer->records[i].data);
	}
	return &counted->reply;
}

const struct dns_reply *
dns_reply_ref(const struct dns_reply *reply)
{
	atomic_fetch_add(&((struct counted_reply *)reply)->refs, 1);
	return reply;
}

void
dns_reply_unref(const struct dns_reply **reply_p)
{
	struct counted_reply *counted = (struct counted_reply *)*reply_p;

	*reply_p = NULL;
	if (counted != NULL && atomic_fetch_sub(&counted->refs, 1) == 1)
		free(counted);
}
