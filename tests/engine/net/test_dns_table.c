/* test_dns_table.c - dns_table.c: what a table says, what it refuses, reading what it wrote */
#include "engine/net/dns_table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define LABEL_64 "1234567890123456789012345678901234567890123456789012345678901234"

static const char text[] = "; a comment\n"
			   "\n"
			   "2.0.0.127.zen.example. A 127.0.0.2\n"
			   "2.0.0.127.zen.example. a 127.0.0.4 ; and why\r\n"
			   "2.0.0.127.ZEN.example\tTXT \"listed; \\\"why\\\"\" \"\\\\\\059\\255\"\n"
			   "example.org. MX 10 Mail.Example.ORG.\n"
			   "example.org. MX 0 .\n"
			   "example.org. NS ns.example.org.\n"
			   "example.org. AAAA 2001:db8::1\n"
			   "example.org. TXT \"\"\n"
			   "1.2.0.192.in-addr.arpa. PTR host\\032one.example.org.\n"
			   "www.example.org. CNAME web.example.org.\n"
			   "web.example.org. CNAME 2.0.0.127.zen.example.\n"
			   "gone.example.org. CNAME nowhere.example.\n"
			   "slow-alias.example.org. CNAME slow.example.\n"
			   "loop.example. CNAME loop.example.\n"
			   "both.example. CNAME web.example.org.\n"
			   "both.example. A 192.0.2.9\n"
			   "slow.example. TXT !TIMEOUT\n"
			   "slow.example. A !servfail\n"
			   "ill.example. ANY !SERVFAIL\n"
			   "not.there.example. A !NXDOMAIN\n"
			   "empty.example. A !NODATA\n"
			   "*.wild.example. A 127.0.0.3\n"
			   "*.wild.example. TXT \"wild\"\n"
			   "deep.host.wild.example. A 127.0.0.9\n"
			   "no.wild.example. A !NXDOMAIN\n"
			   "*.alias.example. CNAME x.wild.example.";

/* What the answer is, written as a table again. */
static const struct {
	enum dns_type type;
	const char *name;
	const char *want;
} answers[] = {
	{ DNS_A, "2.0.0.127.zen.example",
	    "2.0.0.127.zen.example. A 127.0.0.2\n2.0.0.127.zen.example. A 127.0.0.4\n" },
	{ DNS_TXT, "2.0.0.127.zen.example",
	    "2.0.0.127.zen.example. TXT \"listed; \\034why\\034\\092;\\255\"\n" },
	{ DNS_AAAA, "2.0.0.127.zen.example", "2.0.0.127.zen.example. AAAA !NODATA\n" },
	{ DNS_A, "0.0.127.zen.example", "0.0.127.zen.example. A !NODATA\n" },
	{ DNS_A, "example", "example. A !NODATA\n" },
	{ DNS_A, "3.0.0.127.zen.example", "3.0.0.127.zen.example. A !NXDOMAIN\n" },
	{ DNS_A, "elsewhere", "elsewhere. A !NXDOMAIN\n" },
	{ DNS_MX, "example.org", "example.org. MX 10 mail.example.org.\nexample.org. MX 0 .\n" },
	{ DNS_NS, "example.org", "example.org. NS ns.example.org.\n" },
	{ DNS_AAAA, "example.org", "example.org. AAAA 2001:db8:0:0:0:0:0:1\n" },
	{ DNS_TXT, "example.org", "example.org. TXT \"\"\n" },
	{ DNS_PTR, "1.2.0.192.in-addr.arpa",
	    "1.2.0.192.in-addr.arpa. PTR host\\032one.example.org.\n" },
	{ DNS_A, "www.example.org",
	    "www.example.org. A 127.0.0.2\nwww.example.org. A 127.0.0.4\n" },
	{ DNS_MX, "www.example.org", "www.example.org. MX !NODATA\n" },
	{ DNS_A, "gone.example.org", "gone.example.org. A !NXDOMAIN\n" },
	{ DNS_TXT, "slow-alias.example.org", "slow-alias.example.org. TXT !TIMEOUT\n" },
	{ DNS_A, "loop.example", "loop.example. A !SERVFAIL\n" },
	{ DNS_A, "both.example", "both.example. A 192.0.2.9\n" },
	{ DNS_TXT, "slow.example", "slow.example. TXT !TIMEOUT\n" },
	{ DNS_A, "slow.example", "slow.example. A !SERVFAIL\n" },
	{ DNS_MX, "slow.example", "slow.example. MX !NODATA\n" },
	{ DNS_MX, "ill.example", "ill.example. MX !SERVFAIL\n" },
	{ DNS_A, "not.there.example", "not.there.example. A !NXDOMAIN\n" },
	{ DNS_TXT, "not.there.example", "not.there.example. TXT !NXDOMAIN\n" },
	{ DNS_TXT, "there.example", "there.example. TXT !NXDOMAIN\n" },
	{ DNS_A, "empty.example", "empty.example. A !NODATA\n" },
	{ DNS_A, "a.wild.example", "a.wild.example. A 127.0.0.3\n" },
	{ DNS_TXT, "b.a.wild.example", "b.a.wild.example. TXT \"wild\"\n" },
	{ DNS_MX, "a.wild.example", "a.wild.example. MX !NODATA\n" },
	{ DNS_A, "wild.example", "wild.example. A !NODATA\n" },
	{ DNS_A, "host.wild.example", "host.wild.example. A !NODATA\n" },
	{ DNS_A, "other.host.wild.example", "other.host.wild.example. A !NXDOMAIN\n" },
	{ DNS_A, "no.wild.example", "no.wild.example. A !NXDOMAIN\n" },
	{ DNS_TXT, "no.wild.example", "no.wild.example. TXT \"wild\"\n" },
	{ DNS_A, "1.alias.example", "1.alias.example. A 127.0.0.3\n" },
};

static const struct dns_table *
read_table(struct arena *arena, struct slice lines)
{
	struct err err = { .line = 0 };
	const struct dns_table *table = dns_table_read(arena, lines, &err);

	if (table == NULL)
		fail_msg("line %u: %s", err.line, err.text);
	return table;
}

static void
check_answers(struct arena *arena, const struct dns_table *table)
{
	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		const struct dns_question question = { answers[i].type, slice_of(answers[i].name) };
		struct buf out = { .arena = arena };
		struct dns_answer answer;

		dns_table_answer(table, &question, &answer);
		assert_int_equal(answer.ttl, DNS_TABLE_TTL);
		dns_table_write_answer(&out, &question, &answer);
		assert_string_equal(buf_text(&out), answers[i].want);
	}
}

static void
test_answers(void **state)
{
	struct arena *arena = arena_new(1 << 20);

	(void)state;
	check_answers(arena, read_table(arena, SLICE(text)));
	arena_free(&arena);
}

/* What is written is read again, as the same answer: all of `answers` as one table. */
static void
test_write_and_read(void **state)
{
	struct arena *arena = arena_new(1 << 20);
	struct buf lines = { .arena = arena };

	(void)state;
	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++)
		buf_add(&lines, slice_of(answers[i].want));
	check_answers(arena, read_table(arena, buf_slice(&lines)));
	arena_free(&arena);
}

/* A text of more than one string, with every byte. */
static void
test_long_text(void **state)
{
	const struct dns_question question = { DNS_TXT, SLICE("long.example") };
	struct arena *arena = arena_new(1 << 20);
	struct buf lines = { .arena = arena };
	struct dns_record record;
	struct dns_answer answer = { DNS_FOUND, &record, 1, 5 };
	char bytes[700];

	(void)state;
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (char)i;
	record.data = (struct slice){ bytes, sizeof(bytes) };
	dns_table_write_answer(&lines, &question, &answer);
	dns_table_answer(read_table(arena, buf_slice(&lines)), &question, &answer);
	assert_int_equal(answer.record_count, 1);
	assert_int_equal(answer.records[0].data.n, sizeof(bytes));
	assert_memory_equal(answer.records[0].data.p, bytes, sizeof(bytes));
	arena_free(&arena);
}

static void
test_not_written(void **state)
{
	const struct dns_question question = { DNS_A, SLICE("a.example") };
	const struct dns_record bad = { .data = SLICE("123") };
	struct buf out = { .arena = NULL };

	(void)state;
	dns_table_write_answer(&out, &question, &(struct dns_answer){ .outcome = DNS_OPEN });
	dns_table_write_answer(&out, &question, &(struct dns_answer){ .outcome = DNS_UNASKED });
	dns_table_write_answer(&out, &question, &(struct dns_answer){ DNS_FOUND, &bad, 1, 0 });
	assert_int_equal(out.n, 0);
	buf_clear(&out);
}

static const struct {
	const char *text;
	unsigned line;
	const char *want; /* in the error's text */
} errors[] = {
	{ "a.example.", 1, "a type expected" },
	{ "\n\na.example. 300 IN A 127.0.0.2", 3, "neither TTL nor class" },
	{ "a.example. SRV 1", 1, "type \"SRV\"" },
	{ "a.example. A", 1, "an address expected" },
	{ "a.example. A 127.0.0.256", 1, "no IPv4 address" },
	{ "a.example. A ::1", 1, "no IPv4 address" },
	{ "a.example. AAAA 127.0.0.1", 1, "no IPv6 address" },
	{ "a.example. A 127.0.0.1 127.0.0.2", 1, "one record a line" },
	{ "a.example. MX mail.example.", 1, "up to 65535" },
	{ "a.example. MX 65536 mail.example.", 1, "up to 65535" },
	{ "a.example. MX 10", 1, "a name expected" },
	{ "a.example. TXT v=spf1", 1, "double quotes" },
	{ "a.example. TXT", 1, "double quotes" },
	{ "a.example. TXT \"v=spf1", 1, "closing quote" },
	{ "a.example. TXT \"\\25\"", 1, "backslash" },
	{ "a.example. TXT \"\\256\"", 1, "backslash" },
	{ "a..example. A 127.0.0.1", 1, "cannot be a name" },
	{ "a\\.b.example. A 127.0.0.1", 1, "backslash" },
	{ LABEL_64 ".example. A 127.0.0.1", 1, "cannot be a name" },
	{ ". A 127.0.0.1", 1, "root" },
	{ "a.example. A !NOTHING", 1, "!SERVFAIL" },
	{ "a.example. CNAME !TIMEOUT", 1, "no CNAME" },
	{ "a.example. ANY 127.0.0.1", 1, "ANY is for" },
	{ "a.example. A 127.0.0.1\na.example. A !TIMEOUT", 2, "both records and an outcome" },
	{ "a.example. CNAME b.example.\na.example. CNAME c.example.", 2, "a CNAME already" },
};

static void
test_errors(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		struct arena *arena = arena_new(1 << 20);
		struct err err = { .line = 0 };
		const struct dns_table *table = dns_table_read(
		    arena, slice_of(errors[i].text), &err);

		if (table != NULL || err.line != errors[i].line ||
		    strstr(err.text, errors[i].want) == NULL)
			fail_msg("%s: got line %u \"%s\", want line %u \"%s\"", errors[i].text,
			    err.line, table != NULL ? "no error" : err.text, errors[i].line,
			    errors[i].want);
		arena_free(&arena);
	}
}

static void
test_full(void **state)
{
	struct arena *arena = arena_new(9000);
	struct buf many = { .arena = NULL };
	struct err err;

	(void)state;
	for (int i = 0; i < 1000; i++)
		buf_printf(&many, "h%d.example. A 127.0.0.1\n", i);
	assert_null(dns_table_read(arena, buf_slice(&many), &err));
	assert_non_null(strstr(err.text, "needs more than"));
	buf_clear(&many);
	arena_free(&arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_answers),
		cmocka_unit_test(test_write_and_read),
		cmocka_unit_test(test_long_text),
		cmocka_unit_test(test_not_written),
		cmocka_unit_test(test_errors),
		cmocka_unit_test(test_full),
	};

	return cmocka_run_group_tests_name("dns_table", tests, NULL, NULL);
}
