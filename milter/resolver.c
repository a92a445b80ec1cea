/*
 * resolver.c - questions to the DNS and their answers, for all messages together
 *
 * One lock stands over the cache, the questions in flight and what each lookup
 * waits for; nothing under it takes longer than a few look-ups in tables. The
 * waiting happens in lookup_wait, and the asking in the channel's thread.
 *
 * A question in flight is a `struct query` with a list of those who wait for
 * it. A lookup that is freed takes itself off that list; the query goes on,
 * for the cache. When its answer comes, it becomes a dns_reply, of which the
 * cache and each waiting lookup hold a reference.
 *
 * Limits: RESOLVER_IN_FLIGHT_MAX, of which a client and a message have a share
 * (dns_shares.h): whoever first asks a question has it for its own until its
 * answer comes, also when the message is gone by then; the bounds of the cache; a message's own
 * questions are bounded by facts.h.
 */
#include "config.h"

#include "milter/resolver.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "engine/mime/ip.h"
#include "engine/util/buf.h"
#include "engine/util/map.h"
#include "engine/util/vec.h"
#include "milter/breaker.h"
#include "milter/clock.h"
#include "milter/dns_cache.h"
#include "milter/dns_channel.h"
#include "milter/dns_reply.h"

/* Chains of the table of questions in flight: a power of two. */
#define CHAINS 1024

/* A lookup that waits for a query; in the lists of both. */
struct waiter {
	struct lookup *lookup;
	struct query *query;
	struct waiter *query_next, **query_place;
	struct waiter *lookup_next, **lookup_place;
};

struct query {
	struct dns_ask ask; /* first: its address is the query's */
	struct resolver *resolver;
	int64_t asked_us;
	enum dns_purpose purpose;
	uint64_t client; /* whose place it has */
	struct lookup *first; /* that asked it, as long as it waits */
	struct waiter *waiters;
	struct query *next; /* of its chain */
	char name[]; /* of the question */
};

struct resolver {
	struct resolver_options options; /* but for the servers, which are not kept */
	struct dns_channel *channel; /* NULL: a table */
	struct buf warning;

	pthread_mutex_t lock; /* of all that follows */
	unsigned refs;
	struct dns_cache *cache;
	struct dns_shares *shares;
	struct breaker breaker;
	struct resolver_counters counters;
	struct query *chains[CHAINS]; /* in flight */
};

struct lookup {
	struct resolver *resolver;
	uint64_t client;
	/* Under the resolver's lock: */
	pthread_cond_t fresh;
	struct vec replies; /* const struct dns_reply *: all, those given first */
	size_t given, open;
	size_t places[DNS_PURPOSES]; /* of open questions that nobody had asked before */
	struct waiter *waiters;
};

static void
warn_of_port(struct resolver *resolver)
{
	struct buf *warning = &resolver->warning;

	if (resolver->channel == NULL || !dns_channel_is_guessable(resolver->channel))
		return;
	buf_printf(warning,
	    "c-ares %s asks from one port, so answers are easier to forge on the way from ",
	    dns_channel_library());
	dns_channel_servers(resolver->channel, warning);
	buf_add(warning, SLICE(": use a resolver on this host or in a private network, or c-ares "
			       "1.20 or later"));
}

struct resolver *
resolver_new(const struct resolver_options *options, struct err *err)
{
	struct resolver *resolver = calloc(1, sizeof(*resolver));

	if (resolver == NULL)
		abort();
	resolver->options = *options;
	resolver->refs = 1;
	if (options->table == NULL) {
		resolver->channel = dns_channel_new(
		    &(struct dns_channel_options){ .servers = options->servers,
			.server_count = options->server_count,
			.resolv_conf = options->resolv_conf,
			.timeout_us = options->timeout_us },
		    err);
		if (resolver->channel == NULL) {
			free(resolver);
			return NULL;
		}
	}
	resolver->options.servers = NULL;
	resolver->options.server_count = 0;
	resolver->options.resolv_conf = NULL;
	pthread_mutex_init(&resolver->lock, NULL);
	resolver->cache = dns_cache_new(
	    options->cache_entries, options->cache_size, options->hash_seed);
	resolver->shares = dns_shares_new(
	    options->in_flight_max == 0 ? RESOLVER_IN_FLIGHT_MAX : options->in_flight_max);
	warn_of_port(resolver);
	return resolver;
}

struct resolver *
resolver_ref(struct resolver *resolver)
{
	pthread_mutex_lock(&resolver->lock);
	resolver->refs++;
	pthread_mutex_unlock(&resolver->lock);
	return resolver;
}

void
resolver_unref(struct resolver **resolver_p)
{
	struct resolver *resolver = *resolver_p;
	unsigned left;

	*resolver_p = NULL;
	if (resolver == NULL)
		return;
	pthread_mutex_lock(&resolver->lock);
	left = --resolver->refs;
	pthread_mutex_unlock(&resolver->lock);
	if (left > 0)
		return;
	dns_channel_free(&resolver->channel);
	assert(resolver->counters.in_flight == 0);
	dns_cache_free(&resolver->cache);
	dns_shares_free(&resolver->shares);
	buf_clear(&resolver->warning);
	pthread_mutex_destroy(&resolver->lock);
	free(resolver);
}

bool
resolver_has_table(const struct resolver *resolver)
{
	return resolver->channel == NULL;
}

void
resolver_servers(const struct resolver *resolver, struct buf *out)
{
	if (resolver->channel != NULL)
		dns_channel_servers(resolver->channel, out);
}

void
resolver_look(struct resolver *resolver)
{
	if (resolver->channel != NULL)
		dns_channel_look(resolver->channel);
}

const char *
resolver_warning(const struct resolver *resolver)
{
	return resolver->warning.n == 0 ? NULL : buf_text((struct buf *)&resolver->warning);
}

void
resolver_count(struct resolver *resolver, struct resolver_counters *counters_r)
{
	pthread_mutex_lock(&resolver->lock);
	*counters_r = resolver->counters;
	counters_r->cache_entries = dns_cache_entries(resolver->cache);
	counters_r->cache_bytes = dns_cache_bytes(resolver->cache);
	counters_r->breaker_open = breaker_is_open(&resolver->breaker);
	pthread_mutex_unlock(&resolver->lock);
}

/* Where the query of that question hangs, or the end of its chain. */
static struct query **
query_place(struct resolver *resolver, const struct dns_question *question)
{
	uint64_t hash = map_hash(
	    question->name, MAP_EXACT, resolver->options.hash_seed + question->type);
	struct query **place = &resolver->chains[hash % CHAINS];

	while (*place != NULL && ((*place)->ask.question.type != question->type ||
				     !slice_eq((*place)->ask.question.name, question->name)))
		place = &(*place)->next;
	return place;
}

/* Gives a lookup its answer; it takes over the reference. */
static void
lookup_give(struct lookup *lookup, const struct dns_reply *reply)
{
	*(const struct dns_reply **)vec_push(&lookup->replies) = reply;
	pthread_cond_signal(&lookup->fresh);
}

static void
waiter_new(struct query *query, struct lookup *lookup)
{
	struct waiter *waiter = calloc(1, sizeof(*waiter));

	if (waiter == NULL)
		abort();
	*waiter = (struct waiter){ .lookup = lookup,
		.query = query,
		.query_next = query->waiters,
		.query_place = &query->waiters,
		.lookup_next = lookup->waiters,
		.lookup_place = &lookup->waiters };
	if (waiter->query_next != NULL)
		waiter->query_next->query_place = &waiter->query_next;
	if (waiter->lookup_next != NULL)
		waiter->lookup_next->lookup_place = &waiter->lookup_next;
	query->waiters = lookup->waiters = waiter;
	lookup->open++;
}

/* Takes a waiter out of both lists and frees it. */
static void
waiter_free(struct waiter *waiter)
{
	*waiter->query_place = waiter->query_next;
	if (waiter->query_next != NULL)
		waiter->query_next->query_place = waiter->query_place;
	*waiter->lookup_place = waiter->lookup_next;
	if (waiter->lookup_next != NULL)
		waiter->lookup_next->lookup_place = waiter->lookup_place;
	waiter->lookup->open--;
	if (waiter->query->first == waiter->lookup) {
		waiter->query->first = NULL;
		waiter->lookup->places[waiter->query->purpose]--;
	}
	free(waiter);
}

/* How long an answer may be kept: its TTL, up to the bound of its kind. */
static int64_t
time_to_keep(const struct resolver *resolver, const struct dns_answer *answer)
{
	int64_t ttl_us = (int64_t)answer->ttl * CLOCK_SECOND_US;
	int64_t most_us = answer->outcome == DNS_FOUND ? resolver->options.cache_ttl_us
						       : resolver->options.cache_negative_ttl_us;
	bool negative = answer->outcome == DNS_NODATA || answer->outcome == DNS_NXDOMAIN;

	if (dns_may_pass(answer->outcome) || (negative && answer->ttl == 0))
		return RESOLVER_FAILURE_TTL * CLOCK_SECOND_US;
	return ttl_us < most_us ? ttl_us : most_us;
}

static void
count_latency(struct resolver_counters *counters, uint64_t us)
{
	counters->us_answered += us;
	if (us > counters->us_slowest)
		counters->us_slowest = us;
}

/* Counts what came of a query, and tells the breaker. */
static void
note_outcome(
    struct resolver *resolver, const struct query *query, enum dns_outcome outcome, int64_t now_us)
{
	struct resolver_counters *counters = &resolver->counters;

	counters->found += outcome == DNS_FOUND;
	counters->absent += outcome == DNS_NODATA || outcome == DNS_NXDOMAIN;
	counters->servfail += outcome == DNS_SERVFAIL;
	counters->timeouts += outcome == DNS_TIMEOUT;
	if (outcome == DNS_TIMEOUT) {
		breaker_silent(&resolver->breaker, query->asked_us, now_us);
		return;
	}
	breaker_answered(&resolver->breaker, now_us);
	count_latency(counters, (uint64_t)(now_us - query->asked_us));
}

/* In the channel's thread: an answer has come. */
static void
on_done(struct dns_ask *ask, const struct dns_answer *answer)
{
	struct query *query = (struct query *)ask;
	struct resolver *resolver = query->resolver;
	const struct dns_reply *reply = dns_reply_new(&ask->question, answer);
	int64_t now_us = clock_monotonic_us();
	int64_t keep_us = time_to_keep(resolver, answer);
	struct query **place;

	pthread_mutex_lock(&resolver->lock);
	place = query_place(resolver, &ask->question);
	assert(*place == query);
	*place = query->next;
	resolver->counters.in_flight--;
	dns_shares_give(resolver->shares, query->purpose, query->client);
	note_outcome(resolver, query, answer->outcome, now_us);
	if (keep_us > 0)
		dns_cache_add(resolver->cache, reply, now_us + keep_us);
	while (query->waiters != NULL) {
		struct lookup *lookup = query->waiters->lookup;

		waiter_free(query->waiters);
		lookup_give(lookup, dns_reply_ref(reply));
	}
	pthread_mutex_unlock(&resolver->lock);
	dns_reply_unref(&reply);
	free(query);
}

/* Who asks what, and for what. */
struct asker {
	const struct dns_question *question;
	enum dns_purpose purpose;
	uint64_t client;
	struct lookup *lookup; /* NULL: nobody waits */
};

/* Sends a question out, whose place is taken. */
static struct query *
query_new(struct resolver *resolver, const struct asker *asker, int64_t now_us)
{
	const struct dns_question *question = asker->question;
	struct query *query = calloc(1, sizeof(*query) + question->name.n);

	if (query == NULL)
		abort();
	memcpy(query->name, question->name.p, question->name.n);
	query->ask.question = (struct dns_question){ question->type,
		{ query->name, question->name.n } };
	query->ask.done = on_done;
	query->resolver = resolver;
	query->asked_us = now_us;
	query->purpose = asker->purpose;
	query->client = asker->client;
	query->first = asker->lookup;
	if (query->first != NULL)
		query->first->places[query->purpose]++;
	*query_place(resolver, question) = query;
	resolver->counters.asked++;
	resolver->counters.in_flight++;
	dns_channel_ask(resolver->channel, &query->ask);
	return query;
}

/* Sends a question out if it may go; NULL: it may not, as is counted. */
static struct query *
query_try(struct resolver *resolver, const struct asker *asker, int64_t now_us)
{
	size_t of_message = asker->lookup == NULL ? 0 : asker->lookup->places[asker->purpose];

	if (!dns_shares_take(resolver->shares, asker->purpose, asker->client, of_message)) {
		resolver->counters.crowded++;
		return NULL;
	}
	if (breaker_allows(&resolver->breaker, now_us))
		return query_new(resolver, asker, now_us);
	dns_shares_give(resolver->shares, asker->purpose, asker->client);
	resolver->counters.broken++;
	return NULL;
}

/*
 * Asks a question under the lock. Returns the reply when it is known at once:
 * a reference, the caller's.
 */
static const struct dns_reply *
ask(struct resolver *resolver, const struct asker *asker)
{
	const struct dns_question *question = asker->question;
	int64_t now_us = clock_monotonic_us();
	const struct dns_reply *reply = dns_cache_find(resolver->cache, question, now_us);
	struct query *query;

	if (reply != NULL) {
		resolver->counters.cached++;
		return dns_reply_ref(reply);
	}
	query = *query_place(resolver, question);
	if (query != NULL)
		resolver->counters.coalesced++;
	else
		query = query_try(resolver, asker, now_us);
	if (query == NULL)
		return dns_reply_new(question, &(struct dns_answer){ .outcome = DNS_TIMEOUT });
	if (asker->lookup != NULL)
		waiter_new(query, asker->lookup);
	return NULL;
}

/* The answer of the table; a reference, the caller's. */
static const struct dns_reply *
ask_table(struct resolver *resolver, const struct dns_question *question)
{
	struct dns_answer answer;

	dns_table_answer(resolver->options.table, question, &answer);
	resolver->counters.asked++;
	resolver->counters.found += answer.outcome == DNS_FOUND;
	resolver->counters.absent += answer.outcome == DNS_NODATA || answer.outcome == DNS_NXDOMAIN;
	resolver->counters.servfail += answer.outcome == DNS_SERVFAIL;
	resolver->counters.timeouts += answer.outcome == DNS_TIMEOUT;
	return dns_reply_new(question, &answer);
}

uint64_t
resolver_client(const struct resolver *resolver, struct slice address)
{
	struct ip ip;

	if (!ip_parse(address, &ip))
		return 0;
	if (!ip_is_v4(&ip))
		memset(ip.v + 8, 0, 8);
	return map_hash((struct slice){ (const char *)ip.v, sizeof(ip.v) }, MAP_EXACT,
		   resolver->options.hash_seed) |
	       1;
}

void
resolver_prefetch(struct resolver *resolver, const struct dns_question *question,
    enum dns_purpose purpose, uint64_t client)
{
	const struct asker asker = { question, purpose, client, NULL };
	const struct dns_reply *reply;

	if (resolver->options.table != NULL)
		return;
	pthread_mutex_lock(&resolver->lock);
	reply = ask(resolver, &asker);
	pthread_mutex_unlock(&resolver->lock);
	dns_reply_unref(&reply);
}

bool
resolver_knows(struct resolver *resolver, const struct dns_question *question)
{
	bool known;

	pthread_mutex_lock(&resolver->lock);
	known = dns_cache_find(resolver->cache, question, clock_monotonic_us()) != NULL ||
		*query_place(resolver, question) != NULL;
	pthread_mutex_unlock(&resolver->lock);
	return known;
}

struct lookup *
lookup_new(struct resolver *resolver, uint64_t client)
{
	struct lookup *lookup = calloc(1, sizeof(*lookup));

	if (lookup == NULL)
		abort();
	lookup->resolver = resolver_ref(resolver);
	lookup->client = client;
	lookup->replies = VEC_OF(const struct dns_reply *, NULL);
	clock_cond_init(&lookup->fresh);
	return lookup;
}

void
lookup_add(struct lookup *lookup, const struct dns_question *question, enum dns_purpose purpose)
{
	struct resolver *resolver = lookup->resolver;
	const struct asker asker = { question, purpose, lookup->client, lookup };
	const struct dns_reply *reply;

	pthread_mutex_lock(&resolver->lock);
	if (resolver->options.table != NULL)
		reply = ask_table(resolver, question);
	else
		reply = ask(resolver, &asker);
	if (reply != NULL)
		lookup_give(lookup, reply);
	pthread_mutex_unlock(&resolver->lock);
}

bool
lookup_wait(struct lookup *lookup, int64_t until_us)
{
	pthread_mutex_t *lock = &lookup->resolver->lock;
	bool there;

	pthread_mutex_lock(lock);
	while (lookup->given == lookup->replies.n && lookup->open > 0 &&
	       clock_cond_wait(&lookup->fresh, lock, until_us))
		;
	there = lookup->given < lookup->replies.n;
	pthread_mutex_unlock(lock);
	return there;
}

bool
lookup_next(struct lookup *lookup, const struct dns_question **question_r,
    const struct dns_answer **answer_r)
{
	const struct dns_reply *reply = NULL;

	pthread_mutex_lock(&lookup->resolver->lock);
	if (lookup->given < lookup->replies.n)
		reply = *(const struct dns_reply **)vec_at(&lookup->replies, lookup->given++);
	pthread_mutex_unlock(&lookup->resolver->lock);
	if (reply == NULL)
		return false;
	*question_r = &reply->question;
	*answer_r = &reply->answer;
	return true;
}

size_t
lookup_open(struct lookup *lookup)
{
	size_t open;

	pthread_mutex_lock(&lookup->resolver->lock);
	open = lookup->open;
	pthread_mutex_unlock(&lookup->resolver->lock);
	return open;
}

void
lookup_end(struct lookup *lookup)
{
	const struct dns_answer too_late = { .outcome = DNS_TIMEOUT };

	pthread_mutex_lock(&lookup->resolver->lock);
	while (lookup->waiters != NULL) {
		const struct dns_question *question = &lookup->waiters->query->ask.question;

		lookup_give(lookup, dns_reply_new(question, &too_late));
		waiter_free(lookup->waiters);
	}
	pthread_mutex_unlock(&lookup->resolver->lock);
}

void
lookup_free(struct lookup **lookup_p)
{
	struct lookup *lookup = *lookup_p;

	if (lookup == NULL)
		return;
	pthread_mutex_lock(&lookup->resolver->lock);
	while (lookup->waiters != NULL)
		waiter_free(lookup->waiters);
	pthread_mutex_unlock(&lookup->resolver->lock);
	for (size_t i = 0; i < lookup->replies.n; i++)
		dns_reply_unref(vec_at(&lookup->replies, i));
	vec_clear(&lookup->replies);
	pthread_cond_destroy(&lookup->fresh);
	resolver_unref(&lookup->resolver);
	free(lookup);
	*lookup_p = NULL;
}
