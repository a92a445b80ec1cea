/*
 * dns_reply.h - a question with its answer, kept by whoever still needs it
 *
 * Const from birth but for its count of references: cache and messages share
 * it without a copy.
 */
#ifndef STEELYARD_MILTER_DNS_REPLY_H
#define STEELYARD_MILTER_DNS_REPLY_H

#include <stddef.h>

#include "engine/net/dns.h"

struct dns_reply {
	struct dns_question question;
	struct dns_answer answer;
	size_t size; /* bytes of memory, all that it holds included */
};

/* A copy of both, with one reference: the caller's. Never NULL. */
const struct dns_reply *
dns_reply_new(const struct dns_question *question, const struct dns_answer *answer);

const struct dns_reply *dns_reply_ref(const struct dns_reply *reply);

/* Gives a reference back and nulls *reply; NULL inside is fine. */
void dns_reply_unref(const struct dns_reply **reply);

#endif
