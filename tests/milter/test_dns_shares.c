/*
 * test_dns_shares.c - dns_shares.c: nobody takes the last places
 */
#include "config.h"

#include "milter/dns_shares.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#define MOST ((size_t)1600)
#define OF_MESSAGES ((size_t)1100)
#define OF_LISTS ((size_t)400)
#define OF_TESTS ((size_t)100)

/* How many places one message of the client's can take. */
static size_t
take_all(struct dns_shares *shares, enum dns_purpose purpose, uint64_t client)
{
	size_t n = 0;

	while (dns_shares_take(shares, purpose, client, n))
		n++;
	return n;
}

/* Whoever comes finds places, however many have taken all that they could. */
static void
test_clients(void **state)
{
	struct dns_shares *shares = dns_shares_new(MOST);
	size_t before = OF_MESSAGES;

	(void)state;
	for (uint64_t client = 1; client < 6; client++) {
		size_t got = take_all(shares, DNS_FOR_MESSAGES, client);

		assert_in_range(got, 1, before);
		before = got;
	}
	/* nor is there more for a client with many messages than half of what was free */
	dns_shares_free(&shares);
	shares = dns_shares_new(MOST);
	for (int message = 0; message < 1000; message++)
		take_all(shares, DNS_FOR_MESSAGES, 7);
	assert_int_equal(take_all(shares, DNS_FOR_MESSAGES, 7), 0);
	assert_in_range(
	    take_all(shares, DNS_FOR_MESSAGES, 8), OF_MESSAGES / 8, OF_MESSAGES / 4 + 1);
	dns_shares_free(&shares);
}

/* Messages whose client is not known share with each other. */
static void
test_nobody(void **state)
{
	struct dns_shares *shares = dns_shares_new(MOST);

	(void)state;
	assert_int_equal(take_all(shares, DNS_FOR_MESSAGES, 0), OF_MESSAGES / 2);
	assert_int_equal(take_all(shares, DNS_FOR_MESSAGES, 0), OF_MESSAGES / 4);
	dns_shares_free(&shares);
}

/* One purpose takes nothing from another, and tests have all of theirs. */
static void
test_purposes(void **state)
{
	struct dns_shares *shares = dns_shares_new(MOST);

	(void)state;
	for (int i = 0; i < 100; i++)
		take_all(shares, DNS_FOR_MESSAGES, 0);
	assert_false(dns_shares_take(shares, DNS_FOR_MESSAGES, 0, 0));
	assert_int_equal(take_all(shares, DNS_FOR_LISTS, 0), OF_LISTS / 2);
	assert_int_equal(take_all(shares, DNS_FOR_TESTS, 0), OF_TESTS);
	dns_shares_free(&shares);
}

/* What is given back can be taken again, to the last. */
static void
test_give(void **state)
{
	struct dns_shares *shares = dns_shares_new(MOST);

	(void)state;
	for (int round = 0; round < 3; round++) {
		size_t got[5000];

		for (uint64_t client = 0; client < 5000; client++)
			got[client] = take_all(shares, DNS_FOR_MESSAGES, client);
		assert_false(dns_shares_take(shares, DNS_FOR_MESSAGES, 6000, 0));
		assert_true(dns_shares_take(shares, DNS_FOR_LISTS, 4, 0));
		for (uint64_t client = 0; client < 5000; client++)
			for (; got[client] > 0; got[client]--)
				dns_shares_give(shares, DNS_FOR_MESSAGES, client);
		dns_shares_give(shares, DNS_FOR_LISTS, 4);
	}
	assert_int_equal(take_all(shares, DNS_FOR_MESSAGES, 0), OF_MESSAGES / 2);
	dns_shares_free(&shares);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_clients),
		cmocka_unit_test(test_nobody),
		cmocka_unit_test(test_purposes),
		cmocka_unit_test(test_give),
	};

	return cmocka_run_group_tests_name("dns_shares", tests, NULL, NULL);
}
