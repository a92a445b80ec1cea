/* test_host.c - host.c: names back and forth, where a name leads, whether a domain takes mail */
#include "engine/net/host.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "engine/net/dns_table.h"
#include "engine/util/err.h"

static const char zone[] =
    "1.2.0.192.in-addr.arpa PTR mail.a.example.\n"
    "mail.a.example A 192.0.2.1\n"
    "2.2.0.192.in-addr.arpa PTR mail.a.example.\n"
    "3.2.0.192.in-addr.arpa PTR gone.example.\n"
    "3.2.0.192.in-addr.arpa PTR three.example.\n"
    "three.example A 192.0.2.9\n"
    "three.example A 192.0.2.3\n"
    "4.2.0.192.in-addr.arpa PTR slow.example.\n"
    "5.2.0.192.in-addr.arpa PTR slow.example.\n"
    "5.2.0.192.in-addr.arpa PTR five.example.\n"
    "five.example A 192.0.2.5\n"
    "6.2.0.192.in-addr.arpa PTR !SERVFAIL\n"
    "7.2.0.192.in-addr.arpa PTR !NODATA\n"
    "slow.example ANY !TIMEOUT\n"
    "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa "
    "PTR six.example.\n"
    "six.example AAAA 2001:db8::1\n"
    "six.example AAAA 2001:db8:1::1\n"
    "half.example A 192.0.2.1\n"
    "half.example AAAA !SERVFAIL\n"
    "other.example A !SERVFAIL\n"
    "other.example AAAA 2001:db8::1\n"
    "mx.example MX 10 mail.a.example.\n"
    "null.example MX 0 .\n"
    "two.example MX 0 .\n"
    "two.example MX 10 mail.a.example.\n"
    "text.example TXT \"x\"\n"
    "failed.example MX !SERVFAIL\n"
    "halfway.example MX !NODATA\n"
    "halfway.example A !TIMEOUT\n"
    "halfway.example AAAA !NODATA\n";

struct lookup {
	struct arena *arena;
	struct facts *facts;
	const struct dns_table *table;
	unsigned rounds;
};

static struct lookup
lookup_of(const char *text)
{
	struct lookup lookup = { .arena = arena_new(1 << 20) };
	struct err err;

	lookup.facts = facts_new(lookup.arena, true, 1);
	lookup.table = dns_table_read(lookup.arena, slice_of(text), &err);
	if (lookup.table == NULL)
		fail_msg("line %u: %s", err.line, err.text);
	return lookup;
}

/* One more round; false: there was nothing to answer. */
static bool
answer_all(struct lookup *lookup)
{
	const struct dns_question *question;
	struct dns_answer answer;
	bool any = false;

	while ((question = facts_next(lookup->facts)) != NULL) {
		dns_table_answer(lookup->table, question, &answer);
		facts_answer(lookup->facts, question, &answer);
		any = true;
	}
	lookup->rounds += any;
	return any;
}

static struct ip
ip_of(const char *text)
{
	struct ip ip;

	assert_true(ip_parse(slice_of(text), &ip));
	return ip;
}

static void
test_reverse(void **state)
{
	static const struct {
		const char *ip;
		enum host_reverse want;
		unsigned rounds;
	} rows[] = {
		{ "192.0.2.1", HOST_REVERSE_CONFIRMED, 2 },
		{ "192.0.2.2", HOST_REVERSE_UNCONFIRMED, 2 },
		{ "192.0.2.3", HOST_REVERSE_CONFIRMED, 2 },
		{ "192.0.2.4", HOST_REVERSE_UNKNOWN, 2 },
		{ "192.0.2.5", HOST_REVERSE_CONFIRMED, 2 },
		{ "192.0.2.6", HOST_REVERSE_UNKNOWN, 1 },
		{ "192.0.2.7", HOST_REVERSE_NONE, 1 },
		{ "192.0.2.8", HOST_REVERSE_NONE, 1 },
		{ "2001:db8::1", HOST_REVERSE_CONFIRMED, 2 },
		{ "2001:db8::2", HOST_REVERSE_NONE, 1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct lookup lookup = lookup_of(zone);
		struct ip ip = ip_of(rows[i].ip);
		enum host_reverse got;

		do
			got = host_reverse(lookup.arena, lookup.facts, &ip);
		while (got == HOST_REVERSE_OPEN && answer_all(&lookup));
		if (got != rows[i].want || lookup.rounds != rows[i].rounds)
			fail_msg("%s: got %d after %u rounds, want %d after %u", rows[i].ip, got,
			    lookup.rounds, rows[i].want, rows[i].rounds);
		arena_free(&lookup.arena);
	}
}

/* Of an address with very many names no more than HOST_PTR_MAX are looked up. */
static void
test_reverse_many(void **state)
{
	struct ip ip = ip_of("192.0.2.1");
	struct buf text = { 0 };
	struct lookup lookup;

	(void)state;
	for (int i = 0; i < 100; i++)
		buf_printf(&text, "1.2.0.192.in-addr.arpa PTR h%d.example.\n", i);
	buf_printf(&text, "h99.example A 192.0.2.1\n");
	lookup = lookup_of(buf_text(&text));
	while (host_reverse(lookup.arena, lookup.facts, &ip) == HOST_REVERSE_OPEN)
		assert_true(answer_all(&lookup));
	assert_int_equal(host_reverse(lookup.arena, lookup.facts, &ip), HOST_REVERSE_UNCONFIRMED);
	assert_int_equal(facts_asked(lookup.facts), 1 + HOST_PTR_MAX);
	arena_free(&lookup.arena);
	buf_clear(&text);
}

static void
test_place(void **state)
{
	static const struct {
		const char *name, *ip;
		enum host_place want;
	} rows[] = {
		{ "mail.a.example", "192.0.2.1", HOST_PLACE_HERE },
		{ "mail.a.example", "192.0.2.77", HOST_PLACE_NEAR },
		{ "mail.a.example", "192.0.3.1", HOST_PLACE_ELSEWHERE },
		{ "mail.a.example", "2001:db8::1", HOST_PLACE_APART },
		{ "six.example", "2001:db8:1::1", HOST_PLACE_HERE },
		{ "six.example", "2001:db8::2:1", HOST_PLACE_NEAR },
		{ "six.example", "2001:db8:2::1", HOST_PLACE_ELSEWHERE },
		{ "six.example", "192.0.2.1", HOST_PLACE_APART },
		{ "gone.example", "192.0.2.1", HOST_PLACE_NOWHERE },
		{ "text.example", "192.0.2.1", HOST_PLACE_NOWHERE },
		{ "slow.example", "192.0.2.1", HOST_PLACE_UNKNOWN },
		{ "half.example", "192.0.2.1", HOST_PLACE_HERE },
		{ "half.example", "2001:db8::1", HOST_PLACE_UNKNOWN },
		{ "other.example", "192.0.2.1", HOST_PLACE_UNKNOWN },
		{ "a..b", "192.0.2.1", HOST_PLACE_NOWHERE },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct lookup lookup = lookup_of(zone);
		struct ip ip = ip_of(rows[i].ip);
		enum host_place got;

		do
			got = host_place(lookup.facts, slice_of(rows[i].name), &ip);
		while (got == HOST_PLACE_OPEN && answer_all(&lookup));
		if (got != rows[i].want || lookup.rounds > 1)
			fail_msg("%s from %s: got %d, want %d", rows[i].name, rows[i].ip, got,
			    rows[i].want);
		arena_free(&lookup.arena);
	}
}

static void
test_mail(void **state)
{
	static const struct {
		const char *domain;
		enum host_mail want;
	} rows[] = {
		{ "mx.example", HOST_MAIL_TAKEN },
		{ "null.example", HOST_MAIL_REFUSED },
		{ "two.example", HOST_MAIL_TAKEN },
		{ "mail.a.example", HOST_MAIL_TAKEN },
		{ "six.example", HOST_MAIL_TAKEN },
		{ "half.example", HOST_MAIL_TAKEN },
		{ "text.example", HOST_MAIL_NONE },
		{ "gone.example", HOST_MAIL_NONE },
		{ "failed.example", HOST_MAIL_UNKNOWN },
		{ "halfway.example", HOST_MAIL_UNKNOWN },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct lookup lookup = lookup_of(zone);
		enum host_mail got;

		do
			got = host_mail(lookup.facts, slice_of(rows[i].domain));
		while (got == HOST_MAIL_OPEN && answer_all(&lookup));
		if (got != rows[i].want || lookup.rounds > 2)
			fail_msg("%s: got %d, want %d", rows[i].domain, got, rows[i].want);
		arena_free(&lookup.arena);
	}
}

/* With the DNS off, and after the deadline, nothing is said. */
static void
test_unknown(void **state)
{
	struct arena *arena = arena_new(1 << 20);
	struct facts *off = facts_new(arena, false, 1), *late = facts_new(arena, true, 1);
	struct ip ip = ip_of("192.0.2.1");

	(void)state;
	assert_int_equal(host_reverse(arena, off, &ip), HOST_REVERSE_UNKNOWN);
	assert_int_equal(host_place(off, SLICE("a.example"), &ip), HOST_PLACE_UNKNOWN);
	assert_int_equal(host_mail(off, SLICE("a.example")), HOST_MAIL_UNKNOWN);
	assert_int_equal(host_mail(late, SLICE("a.example")), HOST_MAIL_OPEN);
	facts_end(late);
	assert_int_equal(host_mail(late, SLICE("a.example")), HOST_MAIL_UNKNOWN);
	assert_int_equal(host_place(late, SLICE("a.example"), &ip), HOST_PLACE_UNKNOWN);
	arena_free(&arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reverse),
		cmocka_unit_test(test_reverse_many),
		cmocka_unit_test(test_place),
		cmocka_unit_test(test_mail),
		cmocka_unit_test(test_unknown),
	};

	return cmocka_run_group_tests_name("host", tests, NULL, NULL);
}
