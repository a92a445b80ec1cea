/* test_dns_cache.c - dns_cache.c: what it keeps, how long, and what goes first */
#include "config.h"

#include "milter/dns_cache.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>

#include <cmocka.h>

static const struct dns_record record = { .data = { "\x7f\0\0\2", 4 } };

static void
keep(struct dns_cache *cache, enum dns_type type, const char *name, int64_t expires_us)
{
	const struct dns_reply *reply = dns_reply_new(
	    &(struct dns_question){ type, slice_of(name) },
	    &(struct dns_answer){ DNS_FOUND, &record, 1, 60 });

	dns_cache_add(cache, reply, expires_us);
	dns_reply_unref(&reply);
}

static bool
has(struct dns_cache *cache, enum dns_type type, const char *name, int64_t now_us)
{
	const struct dns_reply *reply = dns_cache_find(
	    cache, &(struct dns_question){ type, slice_of(name) }, now_us);

	if (reply == NULL)
		return false;
	assert_true(slice_eq(reply->question.name, slice_of(name)));
	assert_int_equal(reply->question.type, type);
	assert_int_equal(reply->answer.record_count, 1);
	assert_true(slice_eq(reply->answer.records[0].data, record.data));
	return true;
}

static void
test_keeps(void **state)
{
	struct dns_cache *cache = dns_cache_new(10, 1 << 20, 1);

	(void)state;
	keep(cache, DNS_A, "a.example", 100);
	keep(cache, DNS_TXT, "a.example", 200);
	assert_true(has(cache, DNS_A, "a.example", 99));
	assert_true(has(cache, DNS_TXT, "a.example", 99));
	assert_false(has(cache, DNS_A, "b.example", 99));
	assert_false(has(cache, DNS_MX, "a.example", 99));
	assert_false(has(cache, DNS_A, "a.example", 100));
	assert_int_equal(dns_cache_entries(cache), 1);
	keep(cache, DNS_TXT, "a.example", 300);
	assert_int_equal(dns_cache_entries(cache), 1);
	assert_true(has(cache, DNS_TXT, "a.example", 299));
	dns_cache_free(&cache);
	assert_null(cache);
}

static void
test_bounds(void **state)
{
	struct dns_cache *cache = dns_cache_new(3, 1 << 20, 1);
	char name[32];

	(void)state;
	for (int i = 0; i < 3; i++) {
		snprintf(name, sizeof(name), "h%d.example", i);
		keep(cache, DNS_A, name, 100);
	}
	assert_true(has(cache, DNS_A, "h0.example", 1)); /* so h1 is the oldest now */
	keep(cache, DNS_A, "h3.example", 100);
	assert_false(has(cache, DNS_A, "h1.example", 1));
	assert_true(has(cache, DNS_A, "h0.example", 1));
	assert_true(has(cache, DNS_A, "h2.example", 1));
	assert_true(has(cache, DNS_A, "h3.example", 1));
	dns_cache_free(&cache);

	cache = dns_cache_new(100000, 10000, 1);
	for (int i = 0; i < 1000; i++) {
		snprintf(name, sizeof(name), "h%d.example", i);
		keep(cache, DNS_A, name, 100);
		assert_true(dns_cache_bytes(cache) <= 10000);
		assert_true(has(cache, DNS_A, name, 1));
	}
	assert_true(dns_cache_entries(cache) > 20);
	dns_cache_free(&cache);
}

static void
test_nothing(void **state)
{
	struct dns_cache *cache = dns_cache_new(0, 0, 1);

	(void)state;
	keep(cache, DNS_A, "a.example", 100);
	assert_false(has(cache, DNS_A, "a.example", 1));
	assert_int_equal(dns_cache_entries(cache), 0);
	assert_int_equal(dns_cache_bytes(cache), 0);
	dns_cache_free(&cache);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_keeps),
		cmocka_unit_test(test_bounds),
		cmocka_unit_test(test_nothing),
	};

	return cmocka_run_group_tests_name("dns_cache", tests, NULL, NULL);
}
