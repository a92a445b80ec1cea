/* test_dns_list.c - dns_list.c: zones and keys, what answers mean, what never is a listing */
#include "engine/net/dns_list.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static bool
text_is(struct slice got, const char *want)
{
	if (want == NULL ? got.p == NULL : slice_eq(got, slice_of(want)))
		return true;
	print_error("got \"%.*s\", want \"%s\"\n", SLICE_ARG(got), want == NULL ? "" : want);
	return false;
}

static struct dns_list
list_of(struct arena *arena, const char *zone, unsigned takes)
{
	struct dns_list list = { .name = SLICE("l"), .zone = slice_of(zone), .takes = takes };
	struct err err;

	assert_true(dns_list_settle(arena, &list, true, &err));
	return list;
}

static void
test_settle(void **state)
{
	static const struct {
		const char *zone;
		unsigned takes;
		const char *settled, *listed, *unlisted;
	} rows[] = {
		{ "Zen.Spamhaus.ORG.", DNS_LIST_IP, "zen.spamhaus.org", "2.0.0.127", "1.0.0.127" },
		{ "d.example", DNS_LIST_DOMAIN, "d.example", "test", "invalid" },
		{ "b.example", DNS_LIST_IP | DNS_LIST_DOMAIN, "b.example", "2.0.0.127",
		    "1.0.0.127" },
		{ "h.example", DNS_LIST_HASH, "h.example", NULL, NULL },
		{ "{key}.zen.dq.example", DNS_LIST_IP, "{key:l}.zen.dq.example", "2.0.0.127",
		    "1.0.0.127" },
		{ "org", DNS_LIST_IP, NULL, NULL, NULL },
		{ "", DNS_LIST_IP, NULL, NULL, NULL },
		{ "a..b", DNS_LIST_IP, NULL, NULL, NULL },
		{ "a b.c", DNS_LIST_IP, NULL, NULL, NULL },
	};
	struct arena *arena = arena_new(1 << 20);

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct dns_list list = {
			.name = SLICE("l"), .zone = slice_of(rows[i].zone), .takes = rows[i].takes
		};
		struct err err;

		if (dns_list_settle(arena, &list, true, &err) != (rows[i].settled != NULL))
			fail_msg("\"%s\": wrong verdict", rows[i].zone);
		if (rows[i].settled == NULL)
			continue;
		assert_true(text_is(list.zone, rows[i].settled));
		assert_true(text_is(list.listed, rows[i].listed));
		assert_true(text_is(list.unlisted, rows[i].unlisted));
	}
	arena_free(&arena);
}

/* Addresses as an answer, ended by 0. */
static struct dns_answer
answer_of(struct arena *arena, const uint32_t *v)
{
	struct dns_record *records = arena_array(arena, 8, sizeof(*records));
	struct dns_answer answer = { DNS_FOUND, records, 0, 60 };

	for (size_t i = 0; v[i] != 0; i++) {
		const unsigned char bytes[] = { v[i] >> 24, v[i] >> 16 & 0xff, v[i] >> 8 & 0xff,
			v[i] & 0xff };

		records[i].data = arena_copy(arena, (struct slice){ (const char *)bytes, 4 });
		answer.record_count++;
	}
	return answer;
}

#define A(a, b, c, d) ((uint32_t)(a) << 24 | (b) << 16 | (c) << 8 | (d))

static void
test_read(void **state)
{
	static const struct {
		const char *zone;
		uint32_t records[4];
		enum dns_list_says says;
		uint32_t code;
	} rows[] = {
		{ "zen.spamhaus.org", { A(127, 0, 0, 2) }, DNS_LIST_SAYS_LISTED, A(127, 0, 0, 2) },
		{ "zen.spamhaus.org", { A(127, 0, 0, 4), A(127, 255, 255, 254) },
		    DNS_LIST_SAYS_REFUSED, A(127, 255, 255, 254) },
		{ "any.example", { A(127, 255, 255, 1) }, DNS_LIST_SAYS_REFUSED,
		    A(127, 255, 255, 1) },
		{ "any.example", { A(203, 0, 113, 9) }, DNS_LIST_SAYS_STRANGE, A(203, 0, 113, 9) },
		{ "any.example", { A(203, 0, 113, 9), A(127, 0, 0, 2) }, DNS_LIST_SAYS_LISTED,
		    A(127, 0, 0, 2) },
		{ "multi.uribl.com", { A(127, 0, 0, 1) }, DNS_LIST_SAYS_REFUSED, A(127, 0, 0, 1) },
		{ "multi.surbl.org", { A(127, 0, 0, 1) }, DNS_LIST_SAYS_REFUSED, A(127, 0, 0, 1) },
		{ "bl.notsurbl.org", { A(127, 0, 0, 1) }, DNS_LIST_SAYS_LISTED, A(127, 0, 0, 1) },
		{ "list.dnswl.org", { A(127, 0, 0, 255) }, DNS_LIST_SAYS_REFUSED,
		    A(127, 0, 0, 255) },
		{ "list.dnswl.org", { A(127, 0, 10, 3) }, DNS_LIST_SAYS_REFUSED, A(127, 0, 10, 3) },
		{ "list.dnswl.org", { A(127, 0, 5, 3) }, DNS_LIST_SAYS_LISTED, A(127, 0, 5, 3) },
		{ "dbl.spamhaus.org", { A(127, 0, 1, 255) }, DNS_LIST_SAYS_REFUSED,
		    A(127, 0, 1, 255) },
		{ "{key}.dbl.dq.spamhaus.net", { A(127, 0, 1, 255) }, DNS_LIST_SAYS_REFUSED,
		    A(127, 0, 1, 255) },
	};
	struct arena *arena = arena_new(1 << 20);

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct dns_list list = list_of(arena, rows[i].zone, DNS_LIST_IP);
		const struct dns_answer answer = answer_of(arena, rows[i].records);
		const struct dns_code all = { DNS_CODE_RANGE, A(127, 0, 0, 0),
			A(127, 255, 255, 255) };
		uint32_t code;
		enum dns_list_says says = dns_list_read(&list, &answer, &code);

		if (says != rows[i].says || code != rows[i].code)
			fail_msg("row %zu: got %s %08x, want %s %08x", i, dns_list_says_word(says),
			    code, dns_list_says_word(rows[i].says), rows[i].code);
		/* whatever a rule takes for an answer, an error code is none */
		assert_int_equal(dns_list_has(&list, &answer, &(struct dns_codes){ &all, 1 }),
		    says == DNS_LIST_SAYS_LISTED);
	}
	arena_free(&arena);
}

static void
test_outcomes(void **state)
{
	static const struct {
		enum dns_outcome outcome;
		enum dns_list_says says;
	} rows[] = {
		{ DNS_OPEN, DNS_LIST_SAYS_OPEN },
		{ DNS_NODATA, DNS_LIST_SAYS_CLEAR },
		{ DNS_NXDOMAIN, DNS_LIST_SAYS_CLEAR },
		{ DNS_SERVFAIL, DNS_LIST_SAYS_FAILED },
		{ DNS_TIMEOUT, DNS_LIST_SAYS_FAILED },
		{ DNS_UNASKED, DNS_LIST_SAYS_UNASKED },
	};
	struct arena *arena = arena_new(1 << 20);
	const struct dns_list list = list_of(arena, "a.example", DNS_LIST_IP);
	uint32_t code;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct dns_answer answer = { .outcome = rows[i].outcome };

		assert_int_equal(dns_list_read(&list, &answer, &code), rows[i].says);
		assert_int_equal(code, 0);
	}
	arena_free(&arena);
}

static void
test_names(void **state)
{
	struct arena *arena = arena_new(1 << 20);
	struct dns_list two[] = { list_of(arena, "bl.example", DNS_LIST_IP),
		list_of(arena, "deep.bl.example", DNS_LIST_IP) };
	const struct dns_lists lists = { two, 2 };

	(void)state;
	assert_true(
	    text_is(dns_list_name(arena, &two[0], SLICE("1.2.0.192")), "1.2.0.192.bl.example"));
	assert_true(text_is(dns_list_name(arena, &two[0], SLICE_ABSENT), NULL));
	assert_ptr_equal(dns_lists_of_name(&lists, SLICE("1.bl.example")), &two[0]);
	assert_ptr_equal(dns_lists_of_name(&lists, SLICE("1.deep.bl.example")), &two[1]);
	assert_null(dns_lists_of_name(&lists, SLICE("bl.example")));
	assert_null(dns_lists_of_name(&lists, SLICE("1.xbl.example")));
	arena_free(&arena);
}

static void
test_secret(void **state)
{
	struct arena *arena = arena_new(1 << 20);
	struct dns_list list = list_of(arena, "{key}.zen.example", DNS_LIST_IP);
	const struct dns_lists lists = { &list, 1 };
	struct slice name = dns_list_name(arena, &list, SLICE("2.0.0.127"));
	char wire[DNS_NAME_MAX + 1];
	size_t n;

	(void)state;
	assert_true(text_is(name, "2.0.0.127.{key:l}.zen.example"));
	assert_false(dns_lists_wire(&lists, name, wire, &n)); /* without its secret */
	list.secret = SLICE("s3cret");
	assert_true(dns_lists_wire(&lists, name, wire, &n));
	assert_true(text_is((struct slice){ wire, n }, "2.0.0.127.s3cret.zen.example"));
	assert_true(dns_lists_wire(&lists, SLICE("a.example"), wire, &n));
	assert_true(text_is((struct slice){ wire, n }, "a.example"));
	assert_false(dns_lists_wire(&lists, SLICE("a.{key:m}.example"), wire, &n));
	assert_false(dns_lists_wire(&lists, SLICE("a.{key:l"), wire, &n));
	/* names that strangers make: the key goes to its own list alone, in its own place */
	assert_false(dns_lists_wire(&lists, SLICE("{key:l}.evil.example"), wire, &n));
	assert_false(dns_lists_wire(&lists, SLICE("a.{key:l}.xzen.example"), wire, &n));
	assert_false(dns_lists_wire(&lists, SLICE("{key:l}.zen.example.evil.example"), wire, &n));
	assert_false(dns_lists_wire(&lists, SLICE("{key:l}.a.{key:l}.zen.example"), wire, &n));
	assert_false(dns_lists_wire(&lists, SLICE("x{key:l}.zen.example"), wire, &n));
	list.zone = SLICE("zen.example");
	assert_false(dns_lists_wire(&lists, SLICE("a.{key:l}.zen.example"), wire, &n));
	list.zone = SLICE("{key:l}.zen.example");
	assert_true(text_is(dns_lists_hide(arena, &lists, SLICE("see S3CRET and s3cret")),
	    "see {key:l} and {key:l}"));
	assert_true(text_is(dns_lists_hide(arena, &lists, SLICE("nothing")), "nothing"));
	arena_free(&arena);
}

static void
test_of_zone(void **state)
{
	struct arena *arena = arena_new(1 << 20);
	const struct dns_answer refusal = answer_of(
	    arena, (const uint32_t[]){ A(127, 0, 0, 1), 0 });
	struct dns_list list;
	uint32_t code;

	(void)state;
	assert_true(dns_list_of_zone(arena, SLICE("multi.uribl.com."), DNS_LIST_DOMAIN, &list));
	assert_true(list.implied);
	assert_true(text_is(list.name, "multi.uribl.com"));
	assert_null(list.listed.p);
	assert_int_equal(dns_list_read(&list, &refusal, &code), DNS_LIST_SAYS_REFUSED);
	assert_false(dns_list_of_zone(arena, SLICE("nothing"), DNS_LIST_DOMAIN, &list));
	arena_free(&arena);
}

/* A key that stands in the zone, as rules of SpamAssassin's have it, is a secret too. */
static void
test_literal_key(void **state)
{
	struct arena *arena = arena_new(1 << 20);
	struct dns_list list;
	const struct dns_lists lists = { &list, 1 };
	char wire[DNS_NAME_MAX + 1], form[DNS_ZONE_FORM_MAX];
	struct slice name;
	size_t n;

	(void)state;
	assert_true(dns_list_of_zone(
	    arena, SLICE("_email.S3cret.hbl.dq.spamhaus.net."), DNS_LIST_HASH, &list));
	assert_true(text_is(list.name, "_email.hbl.dq.spamhaus.net"));
	assert_true(
	    text_is(list.zone, "_email.{key:_email.hbl.dq.spamhaus.net}.hbl.dq.spamhaus.net"));
	name = dns_list_name(arena, &list, SLICE("abc"));
	assert_true(dns_lists_wire(&lists, name, wire, &n));
	assert_true(text_is((struct slice){ wire, n }, "abc._email.s3cret.hbl.dq.spamhaus.net"));
	assert_true(text_is(dns_zone_form(list.zone, form), "_email.{key}.hbl.dq.spamhaus.net"));
	assert_true(text_is(dns_zone_form(SLICE("_email.other.hbl.dq.spamhaus.net"), form),
	    "_email.{key}.hbl.dq.spamhaus.net"));
	assert_true(text_is(dns_zone_form(SLICE("bl.example"), form), "bl.example"));
	assert_false(dns_lists_wire(
	    &lists, SLICE("{key:_email.hbl.dq.spamhaus.net}.evil.example"), wire, &n));
	list = list_of(arena, "S3cret.zen.dq.spamhaus.net", DNS_LIST_IP);
	assert_true(text_is(list.zone, "{key:l}.zen.dq.spamhaus.net"));
	assert_true(text_is(list.secret, "s3cret"));
	arena_free(&arena);
}

static void
test_undeclared(void **state)
{
	static const struct dns_code two = { DNS_CODE_RANGE, A(127, 0, 0, 2), A(127, 0, 0, 2) };
	struct arena *arena = arena_new(1 << 20);
	struct dns_list list = list_of(arena, "a.example", DNS_LIST_IP);
	const struct dns_answer answer = answer_of(
	    arena, (const uint32_t[]){ A(192, 0, 2, 1), A(127, 0, 0, 2), A(127, 0, 0, 77), 0 });

	(void)state;
	list.declared = (struct dns_codes){ &two, 1 };
	assert_int_equal(dns_list_undeclared(&list, &answer), A(127, 0, 0, 77));
	arena_free(&arena);
}

static void
test_obituary(void **state)
{
	static const struct {
		const char *zone;
		const char *says; /* NULL: it lives */
	} rows[] = {
		{ "relays.ordb.org", "ORDB is dead since December 2006" },
		{ "Dnsbl.SORBS.net.", "SORBS is dead since 5 June 2024" },
		{ "combined.njabl.org", "NJABL is dead since" },
		{ "zen.spamhaus.org", NULL },
		{ "notsorbs.net", NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *got = dns_list_obituary(slice_of(rows[i].zone));

		if ((got == NULL) != (rows[i].says == NULL) ||
		    (got != NULL && !slice_starts(slice_of(got), slice_of(rows[i].says))))
			fail_msg("%s: got %s", rows[i].zone, got == NULL ? "nothing" : got);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_settle),
		cmocka_unit_test(test_read),
		cmocka_unit_test(test_outcomes),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_secret),
		cmocka_unit_test(test_of_zone),
		cmocka_unit_test(test_literal_key),
		cmocka_unit_test(test_undeclared),
		cmocka_unit_test(test_obituary),
	};

	return cmocka_run_group_tests_name("dns_list", tests, NULL, NULL);
}
