/*
 * resolver.h - questions to the DNS and their answers, for all messages together
 *
 * One resolver serves all threads. It keeps answers as long as they hold,
 * asks a question that is in flight once whoever else wants it, and goes on
 * waiting for what a message has given up, for the next one. When the servers
 * stay silent it says DNS_TIMEOUT at once instead of letting each message find
 * out. A lookup is the questions of one message that waits.
 *
 * SYNOPSIS
 *	struct lookup *lookup = lookup_new(resolver, client);
 *	const struct dns_question *question;
 *	const struct dns_answer *answer;
 *
 *	while ((question = facts_next(facts)) != NULL)
 *		lookup_add(lookup, question, DNS_FOR_MESSAGES);
 *	while (lookup_wait(lookup, deadline_us))
 *		while (lookup_next(lookup, &question, &answer))
 *			facts_answer(facts, question, answer);
 *	lookup_free(&lookup);
 */
#ifndef STEELYARD_MILTER_RESOLVER_H
#define STEELYARD_MILTER_RESOLVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/net/dns.h"
#include "engine/net/dns_table.h"
#include "engine/util/buf.h"
#include "engine/util/err.h"
#include "milter/dns_shares.h"

/* Seconds that a failure (SERVFAIL, TIMEOUT, no SOA behind a negative answer) is kept. */
#define RESOLVER_FAILURE_TTL 5
/* Questions in flight at once, shared as dns_shares.h has it; a further one is DNS_TIMEOUT. */
#define RESOLVER_IN_FLIGHT_MAX 10000

struct resolver_options {
	/* "192.0.2.1", "127.0.0.1:5353", "[2001:db8::1]:53"; none: those of resolv_conf */
	const char *const *servers;
	size_t server_count;
	const char *resolv_conf; /* NULL: /etc/resolv.conf; is read again when it changes */
	int64_t timeout_us; /* of one question: all servers and repeats together */
	size_t cache_entries; /* bounds of the cache; 0: nothing is kept */
	size_t cache_size; /* bytes */
	int64_t cache_ttl_us; /* an answer is kept as long as its TTL, but no longer */
	int64_t cache_negative_ttl_us; /* "no such name" and "no such record" */
	uint64_t hash_seed;
	size_t in_flight_max; /* 0: RESOLVER_IN_FLIGHT_MAX */

	const struct dns_table *table; /* answers are taken from it alone; it must outlive all */
};

/* Counted since the resolver was made; `status` shows them as dns_NAME. */
#define RESOLVER_TABLE(X)                                                               \
	X(asked) /* questions that went out */                                          \
	X(cached) /* answered from the cache */                                         \
	X(coalesced) /* joined one that was in flight */                                \
	X(found) /* what came of those that went out: records, */                       \
	X(absent) /* no such name or record, */                                         \
	X(servfail)                                                                     \
	X(timeouts)                                                                     \
	X(broken) /* answered TIMEOUT by the breaker, */                                \
	X(crowded) /* or for too many in flight, of that client or in all */            \
	X(us_answered) /* sum of the times to an answer, whatever it was but TIMEOUT */ \
	X(us_slowest) /* the longest of them */                                         \
	X(in_flight) /* now, and so are those below */                                  \
	X(cache_entries)                                                                \
	X(cache_bytes)                                                                  \
	X(breaker_open) /* 1: the servers are silent, and messages do not wait for them */

struct resolver_counters {
#define RESOLVER_FIELD(name) uint64_t name;
	RESOLVER_TABLE(RESOLVER_FIELD)
#undef RESOLVER_FIELD
};

struct resolver;
struct lookup;

/*
 * A resolver with one reference, the caller's. Servers and resolv.conf are
 * read now; the thread that asks begins with the first question, so a process
 * may fork before that. NULL with *err.
 */
struct resolver *resolver_new(const struct resolver_options *options, struct err *err);

struct resolver *resolver_ref(struct resolver *resolver);

/* Gives a reference back and nulls *resolver; the last one ends what is in flight. NULL is fine. */
void resolver_unref(struct resolver **resolver);

/* Whether answers come from a table, not from servers. */
bool resolver_has_table(const struct resolver *resolver);

/* Appends the servers that are asked now, "127.0.0.1:53,..."; of a table nothing. */
void resolver_servers(const struct resolver *resolver, struct buf *out);

/* Whether resolv.conf has changed is looked at before the next question. */
void resolver_look(struct resolver *resolver);

/* What whoever runs it should know, once, at the start: a whole sentence, or NULL. */
const char *resolver_warning(const struct resolver *resolver);

void resolver_count(struct resolver *resolver, struct resolver_counters *counters_r);

/* Who a client is to the resolver, by the text of its address: of IPv6 the /64; 0: nobody known. */
uint64_t resolver_client(const struct resolver *resolver, struct slice address);

/*
 * Asks what is not known yet, so that the answer is there when a message wants it; at the
 * client's expense.
 */
void resolver_prefetch(struct resolver *resolver, const struct dns_question *question,
    enum dns_purpose purpose, uint64_t client);

/* Whether a question would be answered without a new one to the servers. */
bool resolver_knows(struct resolver *resolver, const struct dns_question *question);

/*
 * No questions so far; those to come are at the client's expense (resolver_client). It holds
 * a reference to the resolver and belongs to one thread at a time.
 */
struct lookup *lookup_new(struct resolver *resolver, uint64_t client);

/* Adds a question, copied. */
void
lookup_add(struct lookup *lookup, const struct dns_question *question, enum dns_purpose purpose);

/*
 * Waits until there is an answer that lookup_next has not given, or until
 * `until_us` (clock_monotonic_us). False: there is none, for it is too late or
 * nothing is open.
 */
bool lookup_wait(struct lookup *lookup, int64_t until_us);

/*
 * Gives an answer with its question, each once, in the order in which they
 * came. Both live until lookup_free. False: none is there now.
 */
bool lookup_next(struct lookup *lookup, const struct dns_question **question_r,
    const struct dns_answer **answer_r);

/* Questions whose answer is not there. */
size_t lookup_open(struct lookup *lookup);

/* What is open is DNS_TIMEOUT from now on, for lookup_next to give; it is asked on for others. */
void lookup_end(struct lookup *lookup);

/* Gives up what is open, which is asked on for others; nulls *lookup; NULL is fine. */
void lookup_free(struct lookup **lookup);

#endif
