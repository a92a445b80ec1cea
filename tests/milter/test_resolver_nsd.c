/*
 * test_resolver_nsd.c - resolver.c against a real name server: how a list, a site and a key look
 */
#include "config.h"

#include "milter/resolver.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "milter/clock.h"
#include "tests/dns/dns_server.h"

#define FOREVER_US (30 * CLOCK_SECOND_US)
#define TEXT_200                                             \
	"12345678901234567890123456789012345678901234567890" \
	"12345678901234567890123456789012345678901234567890" \
	"12345678901234567890123456789012345678901234567890" \
	"12345678901234567890123456789012345678901234567890"

static const char zone[] = "2.0.0.127 A 127.0.0.2\n"
			   "2.0.0.127 TXT \"listed; see https://list.example/?2\"\n"
			   "9.9.9.9 A 127.255.255.254\n"
			   "*.everything 60 A 127.0.0.3\n"
			   "alias CNAME 2.0.0.127\n"
			   "@ MX 10 mail\n@ MX 20 mail2\n"
			   "mail AAAA 2001:db8::25\n"
			   "10.2.0.192 PTR Mail.LIST.example.\n"
			   "key._domainkey TXT \"v=DKIM1; p=" TEXT_200 "\" \"" TEXT_200 "\"\n"
			   "many TXT \"1" TEXT_200 "\"\nmany TXT \"2" TEXT_200 "\"\n"
			   "many TXT \"3" TEXT_200 "\"\nmany TXT \"4" TEXT_200 "\"\n"
			   "many TXT \"5" TEXT_200 "\"\nmany TXT \"6" TEXT_200 "\"\n"
			   "many TXT \"7" TEXT_200 "\"\nmany TXT \"8" TEXT_200 "\"\n";

static const struct {
	enum dns_type type;
	const char *name;
	enum dns_outcome outcome;
	uint32_t ttl;
	size_t records;
	size_t bytes; /* of the first record; 0: not looked at */
} rows[] = {
	{ DNS_A, "2.0.0.127.list.example", DNS_FOUND, 300, 1, 4 },
	{ DNS_TXT, "2.0.0.127.list.example", DNS_FOUND, 300, 1, 35 },
	{ DNS_A, "1.0.0.127.list.example", DNS_NXDOMAIN, 120, 0, 0 },
	{ DNS_A, "0.0.127.list.example", DNS_NODATA, 120, 0, 0 }, /* an empty non-terminal */
	{ DNS_MX, "2.0.0.127.list.example", DNS_NODATA, 120, 0, 0 },
	{ DNS_A, "9.9.9.9.list.example", DNS_FOUND, 300, 1, 4 },
	{ DNS_A, "a7f.everything.list.example", DNS_FOUND, 60, 1, 4 },
	{ DNS_A, "alias.list.example", DNS_FOUND, 300, 1, 4 },
	{ DNS_MX, "alias.list.example", DNS_NODATA, 120, 0, 0 },
	{ DNS_MX, "list.example", DNS_FOUND, 300, 2, 0 },
	{ DNS_NS, "list.example", DNS_FOUND, 300, 1, 18 },
	{ DNS_AAAA, "mail.list.example", DNS_FOUND, 300, 1, 16 },
	{ DNS_PTR, "10.2.0.192.list.example", DNS_FOUND, 300, 1, 17 },
	{ DNS_TXT, "key._domainkey.list.example", DNS_FOUND, 300, 1, 411 },
	{ DNS_TXT, "many.list.example", DNS_FOUND, 300, 8, 201 }, /* by TCP */
	{ DNS_A, "elsewhere.example", DNS_SERVFAIL, 0, 0, 0 }, /* REFUSED */
};

static struct dns_server nsd;
static bool there;

/* Holds an answer to the row of its question. */
static void
check(const struct dns_question *question, const struct dns_answer *answer)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t bytes = rows[i].bytes;

		if (rows[i].type != question->type ||
		    !slice_eq(slice_of(rows[i].name), question->name))
			continue;
		if (bytes > 0 && answer->record_count > 0)
			bytes = answer->records[0].data.n;
		if (answer->outcome != rows[i].outcome || answer->ttl != rows[i].ttl ||
		    answer->record_count != rows[i].records || bytes != rows[i].bytes)
			fail_msg("%s %s: got %s, TTL %u, %zu records, %zu bytes", rows[i].name,
			    dns_type_name(rows[i].type), dns_outcome_name(answer->outcome),
			    answer->ttl, answer->record_count, bytes);
	}
}

/* All at once. */
static void
test_rows(void **state)
{
	const char *servers[] = { nsd.address };
	struct resolver_options options = {
		.servers = servers, .server_count = 1, .timeout_us = 6 * CLOCK_SECOND_US
	};
	const struct dns_question *question;
	const struct dns_answer *answer;
	struct resolver *resolver;
	struct lookup *lookup;
	struct err err;
	size_t got = 0;

	(void)state;
	if (!there)
		skip();
	resolver = resolver_new(&options, &err);
	lookup = lookup_new(resolver, 0);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		lookup_add(lookup, &(struct dns_question){ rows[i].type, slice_of(rows[i].name) },
		    DNS_FOR_MESSAGES);
	while (lookup_wait(lookup, clock_monotonic_us() + FOREVER_US))
		for (; lookup_next(lookup, &question, &answer); got++)
			check(question, answer);
	assert_int_equal(got, sizeof(rows) / sizeof(rows[0]));
	lookup_free(&lookup);
	resolver_unref(&resolver);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
	};
	int failed;

	there = dns_server_start(&nsd, "nsd.py", "list.example", zone);
	failed = cmocka_run_group_tests_name("resolver_nsd", tests, NULL, NULL);
	if (there)
		dns_server_stop(&nsd);
	return failed;
}
