/*
 * test_resolver.c - resolver.c against a DNS server that misbehaves
 *
 * Waits end by conditions; the times given here are bounds, not measures.
 */
#include "config.h"

#include "milter/resolver.h"

#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "milter/breaker.h"
#include "milter/clock.h"
#include "tests/dns/dns_server.h"

#define FOREVER_US (30 * CLOCK_SECOND_US)
#define LABEL_63 "123456789012345678901234567890123456789012345678901234567890123"

static const char table[] = "a.example. A 192.0.2.1\n"
			    "a.example. A 192.0.2.2\n"
			    "a.example. MX 10 mx.a.example.\n"
			    "a.example. MX 20 .\n"
			    "a.example. NS ns.a.example.\n"
			    "a.example. AAAA 2001:db8::1\n"
			    "a.example. TXT \"v=spf1 \" \"-all\"\n"
			    "alias.example. CNAME a.example.\n"
			    "dangling.example. CNAME nowhere.example.\n"
			    "1.2.0.192.in-addr.arpa. PTR Host.A.example.\n"
			    "*.wild.example. A 127.0.0.3\n"
			    "odd\\092name\\032x.example. A 127.0.0.4\n" LABEL_63 "." LABEL_63
			    "." LABEL_63 ".example. A 127.0.0.5\n";

static struct dns_server responder;

/* How far the wall clock of this process is ahead of the machine's, in seconds. */
static atomic_llong wall_ahead_s;

/* These stand before the C library's, for c-ares too. */
int
clock_gettime(clockid_t which, struct timespec *now)
{
	if (syscall(SYS_clock_gettime, which, now) != 0)
		return -1;
	if (which == CLOCK_REALTIME)
		now->tv_sec += (time_t)atomic_load(&wall_ahead_s);
	return 0;
}

int
gettimeofday(struct timeval *restrict now, void *restrict zone)
{
	struct timespec wall;

	(void)zone;
	if (clock_gettime(CLOCK_REALTIME, &wall) != 0)
		return -1;
	*now = (struct timeval){ .tv_sec = wall.tv_sec, .tv_usec = wall.tv_nsec / 1000 };
	return 0;
}

time_t
time(time_t *now_r)
{
	struct timespec wall;
	time_t now = clock_gettime(CLOCK_REALTIME, &wall) == 0 ? wall.tv_sec : -1;

	if (now_r != NULL)
		*now_r = now;
	return now;
}

/* Whether those are the servers asked. */
static bool
asks(struct resolver *resolver, const char *servers)
{
	struct buf text = { 0 };
	bool same;

	resolver_servers(resolver, &text);
	same = slice_eq(buf_slice(&text), slice_of(servers));
	buf_clear(&text);
	return same;
}

static struct resolver *
resolver_at(const char *address, int64_t timeout_us)
{
	const char *servers[] = { address };
	struct resolver_options options = { .servers = servers,
		.server_count = 1,
		.timeout_us = timeout_us,
		.cache_entries = 1000,
		.cache_size = 1 << 20,
		.cache_ttl_us = 3600 * CLOCK_SECOND_US,
		.cache_negative_ttl_us = 300 * CLOCK_SECOND_US };
	struct err err;
	struct resolver *resolver = resolver_new(&options, &err);

	if (resolver == NULL)
		fail_msg("%s", err.text);
	assert_true(asks(resolver, address));
	return resolver;
}

static struct resolver_counters
count(struct resolver *resolver)
{
	struct resolver_counters counters;

	resolver_count(resolver, &counters);
	return counters;
}

/* Asks one question and waits; the answer lives until lookup_free. */
static const struct dns_answer *
ask(struct lookup *lookup, enum dns_type type, struct slice name)
{
	const struct dns_question *question;
	const struct dns_answer *answer;

	lookup_add(lookup, &(struct dns_question){ type, name }, DNS_FOR_MESSAGES);
	assert_true(lookup_wait(lookup, clock_monotonic_us() + FOREVER_US));
	assert_true(lookup_next(lookup, &question, &answer));
	assert_int_equal(question->type, type);
	assert_true(slice_eq(question->name, name));
	assert_int_equal(lookup_open(lookup), 0);
	return answer;
}

static enum dns_outcome
outcome_of(struct resolver *resolver, enum dns_type type, const char *name)
{
	struct lookup *lookup = lookup_new(resolver, 0);
	enum dns_outcome outcome = ask(lookup, type, slice_of(name))->outcome;

	lookup_free(&lookup);
	return outcome;
}

static const struct {
	enum dns_type type;
	struct slice name;
	const char *want; /* as a table, or the outcome alone */
} answers[] = {
	{ DNS_A, { "a.example", 9 }, "a.example. A 192.0.2.1\na.example. A 192.0.2.2\n" },
	{ DNS_MX, { "a.example", 9 }, "a.example. MX 10 mx.a.example.\na.example. MX 20 .\n" },
	{ DNS_NS, { "a.example", 9 }, "a.example. NS ns.a.example.\n" },
	{ DNS_AAAA, { "a.example", 9 }, "a.example. AAAA 2001:db8:0:0:0:0:0:1\n" },
	{ DNS_TXT, { "a.example", 9 }, "a.example. TXT \"v=spf1 -all\"\n" },
	{ DNS_PTR, { "a.example", 9 }, "a.example. PTR !NODATA\n" },
	{ DNS_PTR, { "1.2.0.192.in-addr.arpa", 22 },
	    "1.2.0.192.in-addr.arpa. PTR host.a.example.\n" },
	{ DNS_A, { "alias.example", 13 },
	    "alias.example. A 192.0.2.1\nalias.example. A 192.0.2.2\n" },
	{ DNS_PTR, { "alias.example", 13 }, "alias.example. PTR !NODATA\n" },
	{ DNS_A, { "dangling.example", 16 }, "dangling.example. A !NXDOMAIN\n" },
	{ DNS_A, { "nowhere.example", 15 }, "nowhere.example. A !NXDOMAIN\n" },
	{ DNS_A, { "x.y.wild.example", 16 }, "x.y.wild.example. A 127.0.0.3\n" },
	{ DNS_A, { "odd\\name x.example", 18 }, "odd\\092name\\032x.example. A 127.0.0.4\n" },
	{ DNS_A, { LABEL_63 "." LABEL_63 "." LABEL_63 ".example", 199 },
	    LABEL_63 "." LABEL_63 "." LABEL_63 ".example. A 127.0.0.5\n" },
	{ DNS_A, { "a\0b.example", 11 }, "a\\000b.example. A !SERVFAIL\n" },
	{ DNS_A, { "x.onion", 7 }, "x.onion. A !NXDOMAIN\n" },
	{ DNS_A, { "x.slow.test", 11 }, "x.slow.test. A 127.0.0.2\n" },
	{ DNS_A, { "x.servfail.test", 15 }, "x.servfail.test. A !SERVFAIL\n" },
	{ DNS_A, { "x.refused.test", 14 }, "x.refused.test. A !SERVFAIL\n" },
	{ DNS_A, { "x.notimp.test", 13 }, "x.notimp.test. A !SERVFAIL\n" },
	{ DNS_A, { "x.truncated.test", 16 }, "x.truncated.test. A 127.0.0.2\n" },
	{ DNS_A, { "x.always-truncated.test", 23 }, "x.always-truncated.test. A !SERVFAIL\n" },
	{ DNS_A, { "x.cut.test", 10 }, "x.cut.test. A !SERVFAIL\n" },
	{ DNS_A, { "x.wrong-owner.test", 18 }, "x.wrong-owner.test. A !NODATA\n" },
	{ DNS_TXT, { "n7.endless.test", 15 },
	    "n7.endless.test. TXT \"v=spf1 include:n8.endless.test -all\"\n" },
	{ DNS_A, { "x.no-edns.test", 14 }, "x.no-edns.test. A 127.0.0.2\n" },
};

/* Of c-ares 1.34: it asks no such names, and takes what is no response for none. */
static const struct {
	const char *want, *modern;
} changed[] = {
	{ "odd\\092name\\032x.example. A 127.0.0.4\n",
	    "odd\\092name\\032x.example. A !SERVFAIL\n" },
	{ "x.cut.test. A !SERVFAIL\n", "x.cut.test. A !TIMEOUT\n" },
};

static void
check_answer(const char *got, const char *want)
{
	for (size_t i = 0; i < sizeof(changed) / sizeof(changed[0]); i++)
		if (strcmp(changed[i].want, want) == 0 && strcmp(changed[i].modern, got) == 0)
			return;
	assert_string_equal(got, want);
}

static void
test_answers(void **state)
{
	struct resolver *resolver = resolver_at(responder.address, 6 * CLOCK_SECOND_US);

	(void)state;
	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		const struct dns_question question = { answers[i].type, answers[i].name };
		struct lookup *lookup = lookup_new(resolver, 0);
		struct buf out = { .arena = NULL };

		dns_table_write_answer(&out, &question, ask(lookup, question.type, question.name));
		check_answer(buf_text(&out), answers[i].want);
		buf_clear(&out);
		lookup_free(&lookup);
	}
	resolver_unref(&resolver);
}

/* What does not match the question is as if it had not come. */
static void
test_silence(void **state)
{
	static const char *const names[] = { "x.dead.test", "x.wrong-name.test", "x.wrong-id.test",
		"x.garbage.test" };
	struct resolver *resolver = resolver_at(responder.address, CLOCK_SECOND_US / 2);
	struct lookup *lookup = lookup_new(resolver, 0);
	int64_t start_us = clock_monotonic_us();
	const struct dns_question *question;
	const struct dns_answer *answer;
	size_t got = 0;

	(void)state;
	for (size_t i = 0; i < 4; i++)
		lookup_add(
		    lookup, &(struct dns_question){ DNS_A, slice_of(names[i]) }, DNS_FOR_MESSAGES);
	assert_int_equal(lookup_open(lookup), 4);
	while (lookup_wait(lookup, start_us + FOREVER_US))
		for (; lookup_next(lookup, &question, &answer); got++)
			if (answer->outcome != DNS_TIMEOUT)
				fail_msg("%.*s: %s", SLICE_ARG(question->name),
				    dns_outcome_name(answer->outcome));
	assert_int_equal(got, 4);
	assert_true(clock_monotonic_us() - start_us < 5 * CLOCK_SECOND_US);
	assert_int_equal(count(resolver).timeouts, 4);
	lookup_free(&lookup);
	resolver_unref(&resolver);
}

/* Nobody listens there at all. */
static void
test_no_server(void **state)
{
	struct resolver *resolver = resolver_at("127.0.0.1:1", CLOCK_SECOND_US);

	(void)state;
	assert_int_equal(outcome_of(resolver, DNS_A, "a.example"), DNS_SERVFAIL);
	resolver_unref(&resolver);
}

static void
test_huge(void **state)
{
	struct resolver *resolver = resolver_at(responder.address, 6 * CLOCK_SECOND_US);
	struct lookup *lookup = lookup_new(resolver, 0);
	const struct dns_answer *answer = ask(lookup, DNS_TXT, SLICE("x.huge.test"));

	(void)state;
	assert_int_equal(answer->outcome, DNS_FOUND);
	assert_int_equal(answer->record_count, 1);
	assert_int_equal(answer->records[0].data.n, 60000);
	lookup_free(&lookup);
	resolver_unref(&resolver);
}

static void
test_cache(void **state)
{
	static const struct {
		const char *name;
		bool kept;
		enum dns_outcome outcome;
		uint32_t ttl;
	} rows[] = {
		{ "x.ttl-60.test", true, DNS_FOUND, 60 },
		{ "x.ttl-0.test", false, DNS_FOUND, 0 },
		{ "x.soa-60.test", true, DNS_NXDOMAIN, 60 },
		{ "x.soa.test", true, DNS_NXDOMAIN, 0 },
		{ "x.servfail.test", true, DNS_SERVFAIL, 0 },
	};
	struct resolver *resolver = resolver_at(responder.address, 6 * CLOCK_SECOND_US);

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct resolver_counters before = count(resolver), after;
		struct lookup *lookup = lookup_new(resolver, 0);
		const struct dns_answer *answer = ask(lookup, DNS_A, slice_of(rows[i].name));

		assert_int_equal(answer->outcome, rows[i].outcome);
		assert_int_equal(answer->ttl, rows[i].ttl);
		lookup_free(&lookup);
		assert_int_equal(outcome_of(resolver, DNS_A, rows[i].name), rows[i].outcome);
		after = count(resolver);
		if (after.cached - before.cached != rows[i].kept)
			fail_msg("%s: from the cache %d times", rows[i].name,
			    (int)(after.cached - before.cached));
	}
	assert_int_equal(count(resolver).cache_entries, 4);
	assert_true(count(resolver).cache_bytes > 0);
	resolver_unref(&resolver);
}

/* One question for all who want it, also when they give up. */
static void
test_in_flight(void **state)
{
	struct resolver *resolver = resolver_at(responder.address, 6 * CLOCK_SECOND_US);
	const struct dns_question question = { DNS_A, SLICE("x.slow.test") };
	struct lookup *first = lookup_new(resolver, 0), *second = lookup_new(resolver, 0),
		      *third = lookup_new(resolver, 0);
	const struct dns_question *got;
	const struct dns_answer *answers_got[2];

	(void)state;
	lookup_add(first, &question, DNS_FOR_MESSAGES);
	lookup_add(second, &question, DNS_FOR_MESSAGES);
	lookup_add(third, &question, DNS_FOR_MESSAGES);
	assert_false(lookup_wait(second, clock_monotonic_us() + 1000));
	assert_false(lookup_next(second, &got, &answers_got[0]));
	lookup_free(&second);
	assert_true(lookup_wait(first, clock_monotonic_us() + FOREVER_US));
	assert_true(lookup_wait(third, clock_monotonic_us() + FOREVER_US));
	assert_true(lookup_next(first, &got, &answers_got[0]));
	assert_true(lookup_next(third, &got, &answers_got[1]));
	assert_int_equal(answers_got[0]->outcome, DNS_FOUND);
	assert_ptr_equal(answers_got[0], answers_got[1]);
	assert_false(lookup_wait(first, clock_monotonic_us() + FOREVER_US));
	assert_int_equal(count(resolver).asked, 1);
	assert_int_equal(count(resolver).coalesced, 2);
	lookup_free(&first);
	lookup_free(&third);
	resolver_unref(&resolver);
}

static void
wait_for_found(struct resolver *resolver, uint64_t found)
{
	int64_t end_us = clock_monotonic_us() + FOREVER_US;

	while (count(resolver).found < found)
		assert_true(clock_monotonic_us() < end_us);
}

/* What nobody waits for any more is there for the next one. */
static void
test_given_up(void **state)
{
	struct resolver *resolver = resolver_at(responder.address, 6 * CLOCK_SECOND_US);
	struct lookup *lookup = lookup_new(resolver, 0);

	(void)state;
	lookup_add(lookup, &(struct dns_question){ DNS_A, SLICE("x.slow.test") }, DNS_FOR_MESSAGES);
	lookup_free(&lookup);
	resolver_prefetch(
	    resolver, &(struct dns_question){ DNS_TXT, SLICE("a.example") }, DNS_FOR_MESSAGES, 0);
	wait_for_found(resolver, 2);
	assert_int_equal(outcome_of(resolver, DNS_A, "x.slow.test"), DNS_FOUND);
	assert_int_equal(outcome_of(resolver, DNS_TXT, "a.example"), DNS_FOUND);
	assert_int_equal(count(resolver).asked, 2);
	assert_int_equal(count(resolver).cached, 2);
	resolver_unref(&resolver);
}

/* The deadline: what is open is a timeout, with its question, and goes on for others. */
static void
test_deadline(void **state)
{
	struct resolver *resolver = resolver_at(responder.address, 6 * CLOCK_SECOND_US);
	struct lookup *lookup = lookup_new(resolver, 0);
	const struct dns_question *question;
	const struct dns_answer *answer;

	(void)state;
	lookup_add(lookup, &(struct dns_question){ DNS_A, SLICE("x.slow.test") }, DNS_FOR_MESSAGES);
	assert_false(lookup_wait(lookup, clock_monotonic_us() + 1000));
	lookup_end(lookup);
	assert_int_equal(lookup_open(lookup), 0);
	assert_true(lookup_next(lookup, &question, &answer));
	assert_true(slice_eq(question->name, SLICE("x.slow.test")));
	assert_int_equal(answer->outcome, DNS_TIMEOUT);
	assert_false(lookup_next(lookup, &question, &answer));
	assert_int_equal(outcome_of(resolver, DNS_A, "x.slow.test"), DNS_FOUND);
	assert_int_equal(count(resolver).asked, 1);
	lookup_free(&lookup);
	resolver_unref(&resolver);
}

/* A wall clock that is set ends no wait, lengthens none, and lets no answer expire. */
static void
test_clock_jumps(void **state)
{
	static const long long jumps_s[] = { 400LL * 86400, -800LL * 86400, 1, 0 };
	struct resolver *resolver = resolver_at(responder.address, 6 * CLOCK_SECOND_US);
	const struct dns_question *question;
	const struct dns_answer *answer;

	(void)state;
	assert_int_equal(outcome_of(resolver, DNS_A, "x.ttl-60.test"), DNS_FOUND);
	for (size_t i = 0; i < sizeof(jumps_s) / sizeof(jumps_s[0]); i++) {
		struct lookup *lookup = lookup_new(resolver, 0);
		int64_t start_us = clock_monotonic_us();
		char name[32];

		snprintf(name, sizeof(name), "x%zu.slow.test", i);
		lookup_add(
		    lookup, &(struct dns_question){ DNS_A, slice_of(name) }, DNS_FOR_MESSAGES);
		assert_false(lookup_wait(lookup, clock_monotonic_us() + CLOCK_SECOND_US / 10));
		atomic_store(&wall_ahead_s, jumps_s[i]);
		assert_true(lookup_wait(lookup, clock_monotonic_us() + FOREVER_US));
		assert_true(lookup_next(lookup, &question, &answer));
		assert_int_equal(answer->outcome, DNS_FOUND);
		assert_true(clock_monotonic_us() - start_us < 6 * CLOCK_SECOND_US);
		lookup_free(&lookup);
		assert_int_equal(outcome_of(resolver, DNS_A, "x.ttl-60.test"), DNS_FOUND);
		assert_int_equal(count(resolver).cached, i + 1);
	}
	resolver_unref(&resolver);
}

/* Ends at once with a question in flight, which a message still waits for. */
static void
test_end_in_flight(void **state)
{
	struct resolver *resolver = resolver_at(responder.address, 60 * CLOCK_SECOND_US);
	int64_t start_us = clock_monotonic_us();

	(void)state;
	resolver_prefetch(
	    resolver, &(struct dns_question){ DNS_A, SLICE("x.dead.test") }, DNS_FOR_MESSAGES, 0);
	resolver_unref(&resolver);
	assert_true(clock_monotonic_us() - start_us < FOREVER_US);
}

/* Five silences open it; an answer to a probe closes it. */
static void
test_breaker(void **state)
{
	struct resolver *resolver = resolver_at(responder.address, CLOCK_SECOND_US / 3);
	struct lookup *lookup = lookup_new(resolver, 0);
	int64_t end_us = clock_monotonic_us() + FOREVER_US;
	struct resolver_counters counters;
	char name[32];

	(void)state;
	for (unsigned i = 0; i < BREAKER_SILENCES; i++) {
		snprintf(name, sizeof(name), "x%u.dead.test", i);
		lookup_add(
		    lookup, &(struct dns_question){ DNS_A, slice_of(name) }, DNS_FOR_MESSAGES);
	}
	while (lookup_open(lookup) > 0)
		assert_true(clock_monotonic_us() < end_us);
	counters = count(resolver);
	assert_true(counters.breaker_open);
	assert_int_equal(outcome_of(resolver, DNS_A, "a.example"), DNS_TIMEOUT);
	assert_int_equal(count(resolver).asked, counters.asked);
	assert_int_equal(count(resolver).broken, 1);
	while (outcome_of(resolver, DNS_A, "a.example") != DNS_FOUND)
		assert_true(clock_monotonic_us() < end_us);
	assert_false(count(resolver).breaker_open);
	lookup_free(&lookup);
	resolver_unref(&resolver);
}

/* Asks for that many names that are never answered; how many of the questions went out. */
static size_t
ask_dead(struct resolver *resolver, uint64_t client, unsigned count, struct lookup **lookup_r)
{
	static unsigned number;
	char name[40];

	*lookup_r = lookup_new(resolver, client);
	for (unsigned i = 0; i < count; i++) {
		snprintf(name, sizeof(name), "x%u.dead.test", number++);
		lookup_add(
		    *lookup_r, &(struct dns_question){ DNS_A, slice_of(name) }, DNS_FOR_MESSAGES);
	}
	return lookup_open(*lookup_r);
}

/* Names that never answer do not keep others from asking, whoever sends them, and however many. */
static void
test_fair_shares(void **state)
{
	static const enum dns_purpose purposes[] = { DNS_FOR_MESSAGES, DNS_FOR_LISTS,
		DNS_FOR_TESTS };
	const char *servers[] = { responder.address };
	struct resolver_options options = { .servers = servers,
		.server_count = 1,
		.timeout_us = FOREVER_US,
		.in_flight_max = 1600 };
	struct err err;
	struct resolver *resolver = resolver_new(&options, &err);
	const uint64_t bad = resolver_client(resolver, SLICE("192.0.2.1"));
	struct lookup *dead[24], *lookup;
	const struct dns_question *question;
	const struct dns_answer *answer;
	size_t n = 0, out = 0;

	(void)state;
	assert_int_not_equal(bad, 0);
	assert_int_equal(resolver_client(resolver, SLICE("2001:db8::1")),
	    resolver_client(resolver, SLICE("2001:db8::ffff:1")));
	assert_int_equal(resolver_client(resolver, SLICE("nobody")), 0);
	while (n < 12) /* of one client, some given up */
		out += ask_dead(resolver, bad, 400, &dead[n++]);
	for (size_t i = 0; i < 12; i += 2)
		lookup_free(&dead[i]);
	assert_in_range(out, 400, 550);
	assert_int_equal(ask_dead(resolver, bad, 1, &dead[n++]), 0);
	while (n < 24) /* of several */
		out += ask_dead(resolver, 100 + n, 400, &dead[n]), n++;
	assert_int_equal(count(resolver).in_flight, out);
	assert_int_equal(count(resolver).crowded + out, 12 * 400 + 1 + 11 * 400);
	for (unsigned i = 0; i < 3; i++) {
		lookup = lookup_new(resolver, 99);
		lookup_add(
		    lookup, &(struct dns_question){ DNS_A, SLICE("a.example") }, purposes[i]);
		assert_true(lookup_wait(lookup, clock_monotonic_us() + FOREVER_US));
		assert_true(lookup_next(lookup, &question, &answer));
		assert_int_equal(answer->outcome, DNS_FOUND);
		lookup_free(&lookup);
	}
	while (n > 0)
		lookup_free(&dead[--n]);
	resolver_unref(&resolver);
}

static void
test_table(void **state)
{
	struct arena *arena = arena_new(1 << 20);
	struct err err;
	struct resolver_options options = { .table = dns_table_read(arena, SLICE(table), &err) };
	struct resolver *resolver = resolver_new(&options, &err);

	(void)state;
	assert_non_null(options.table);
	assert_true(asks(resolver, ""));
	assert_true(resolver_has_table(resolver));
	assert_null(resolver_warning(resolver));
	resolver_prefetch(
	    resolver, &(struct dns_question){ DNS_A, SLICE("a.example") }, DNS_FOR_MESSAGES, 0);
	assert_int_equal(outcome_of(resolver, DNS_A, "alias.example"), DNS_FOUND);
	assert_int_equal(outcome_of(resolver, DNS_TXT, "alias.example"), DNS_FOUND);
	assert_int_equal(outcome_of(resolver, DNS_TXT, "b.example"), DNS_NXDOMAIN);
	assert_int_equal(count(resolver).found, 2);
	resolver_unref(&resolver);
	arena_free(&arena);
}

/* Writes a resolv.conf at once, as its writers do. */
static void
write_resolv_conf(const char *path, const char *text)
{
	char new[64];
	FILE *file;

	snprintf(new, sizeof(new), "%s.new", path);
	file = fopen(new, "w");
	assert_non_null(file);
	fputs(text, file);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(rename(new, path), 0);
}

/* As write_resolv_conf, of that server. */
static void
write_nameserver(const char *path, const char *address)
{
	char line[64];

	snprintf(line, sizeof(line), "# new\nnameserver %s\n", address);
	write_resolv_conf(path, line);
}

/* Other servers in resolv.conf are asked without a word from us, also what is in flight. */
static void
test_resolv_conf(void **state)
{
	char path[] = "/tmp/resolv-conf-XXXXXX";
	int fd = mkstemp(path);
	struct resolver_options options = { .resolv_conf = path, .timeout_us = 2 * FOREVER_US };
	struct dns_server other;
	struct resolver *resolver;
	struct lookup *lookup;
	const struct dns_question *question;
	const struct dns_answer *answer;
	struct err err;

	(void)state;
	close(fd);
	assert_true(
	    dns_server_start(&other, "responder.py", "table", "other.example. A 192.0.2.9\n"));
	write_nameserver(path, responder.address);
	resolver = resolver_new(&options, &err);
	assert_non_null(resolver);
	assert_true(asks(resolver, responder.address));
	assert_int_equal(outcome_of(resolver, DNS_A, "a.example"), DNS_FOUND);

	/* the file changes while a question waits for servers that are silent */
	kill(responder.pid, SIGUSR1);
	lookup = lookup_new(resolver, 0);
	lookup_add(
	    lookup, &(struct dns_question){ DNS_A, SLICE("other.example") }, DNS_FOR_MESSAGES);
	write_nameserver(path, other.address);
	assert_true(lookup_wait(lookup, clock_monotonic_us() + FOREVER_US));
	assert_true(lookup_next(lookup, &question, &answer));
	assert_int_equal(answer->outcome, DNS_FOUND);
	lookup_free(&lookup);
	assert_true(asks(resolver, other.address));
	kill(responder.pid, SIGUSR2);

	/* without a server in it, or gone, it changes nothing */
	write_resolv_conf(path, "# half\nnameserver\n");
	resolver_look(resolver);
	assert_int_equal(outcome_of(resolver, DNS_A, "b.example"), DNS_NXDOMAIN);
	assert_true(asks(resolver, other.address));
	unlink(path);
	resolver_look(resolver);
	assert_int_equal(outcome_of(resolver, DNS_A, "c.example"), DNS_NXDOMAIN);
	assert_true(asks(resolver, other.address));

	/* looked at when told to: the next question goes to the new ones */
	write_nameserver(path, responder.address);
	resolver_look(resolver);
	assert_int_equal(outcome_of(resolver, DNS_TXT, "a.example"), DNS_FOUND);
	assert_true(asks(resolver, responder.address));
	resolver_unref(&resolver);
	dns_server_stop(&other);
	unlink(path);
}

static void
test_servers(void **state)
{
	const char *servers[] = { "192.0.2.1", "[2001:db8::1]:5353" };
	struct resolver_options options = {
		.servers = servers, .server_count = 2, .timeout_us = CLOCK_SECOND_US
	};
	struct err err;
	struct resolver *resolver = resolver_new(&options, &err);

	(void)state;
	assert_true(asks(resolver, "192.0.2.1:53,[2001:db8::1]:5353"));
	print_message("# %s\n",
	    resolver_warning(resolver) == NULL ? "no warning" : resolver_warning(resolver));
	resolver_unref(&resolver);
	options.server_count = 0; /* those of the machine */
	resolver = resolver_new(&options, &err);
	assert_non_null(resolver);
	assert_false(asks(resolver, ""));
	resolver_unref(&resolver);
}

#define THREADS 6
#define ROUNDS 50
#define NAMES 20

/* Each asks all names, again and again, and sometimes gives up at once. */
static void *
many_lookups(void *p)
{
	struct resolver *resolver = p;
	char name[32];

	for (int round = 0; round < ROUNDS; round++) {
		struct lookup *lookup = lookup_new(resolver, 0);
		const struct dns_question *question;
		const struct dns_answer *answer;
		int got = 0;

		for (int i = 0; i < NAMES; i++) {
			snprintf(name, sizeof(name), "n%d.wild.example", i);
			lookup_add(lookup, &(struct dns_question){ DNS_A, slice_of(name) },
			    DNS_FOR_MESSAGES);
		}
		while (round % 5 != 0 && lookup_wait(lookup, clock_monotonic_us() + FOREVER_US))
			for (; lookup_next(lookup, &question, &answer); got++)
				if (answer->outcome != DNS_FOUND)
					return (void *)"an answer is wrong";
		lookup_free(&lookup);
		if (round % 5 != 0 && got != NAMES)
			return (void *)"answers are missing";
	}
	return NULL;
}

static void
test_threads(void **state)
{
	struct resolver *resolver = resolver_at(responder.address, 6 * CLOCK_SECOND_US);
	struct resolver_counters counters;
	pthread_t threads[THREADS];

	(void)state;
	for (int i = 0; i < THREADS; i++)
		pthread_create(&threads[i], NULL, many_lookups, resolver);
	for (int i = 0; i < THREADS; i++) {
		void *failure;

		pthread_join(threads[i], &failure);
		if (failure != NULL)
			fail_msg("%s", (const char *)failure);
	}
	wait_for_found(resolver, NAMES);
	counters = count(resolver);
	assert_int_equal(counters.asked, NAMES);
	assert_int_equal(counters.asked + counters.cached + counters.coalesced,
	    (uint64_t)THREADS * ROUNDS * NAMES);
	assert_int_equal(counters.in_flight, 0);
	resolver_unref(&resolver);
}

static int
start(void **state)
{
	(void)state;
	return dns_server_start(&responder, "responder.py", "table", table) ? 0 : -1;
}

static int
stop(void **state)
{
	(void)state;
	dns_server_stop(&responder);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_answers),
		cmocka_unit_test(test_silence),
		cmocka_unit_test(test_no_server),
		cmocka_unit_test(test_huge),
		cmocka_unit_test(test_cache),
		cmocka_unit_test(test_in_flight),
		cmocka_unit_test(test_given_up),
		cmocka_unit_test(test_deadline),
		cmocka_unit_test(test_clock_jumps),
		cmocka_unit_test(test_end_in_flight),
		cmocka_unit_test(test_breaker),
		cmocka_unit_test(test_fair_shares),
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_resolv_conf),
		cmocka_unit_test(test_servers),
		cmocka_unit_test(test_threads),
	};

	return cmocka_run_group_tests_name("resolver", tests, start, stop);
}
