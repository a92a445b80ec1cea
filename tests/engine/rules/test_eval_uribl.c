/* test_eval_uribl.c - eval_uribl.c, uribl_hosts.c: DNS lists of what links lead to */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/engine/rules/eval_rows.h"
#include "tests/engine/scan_helper.h"

#define S(text)                          \
	{                                \
		(text), sizeof(text) - 1 \
	}
#define CALL "check_uridnsbl('F')"
#define TEXT(text) "MIME-Version: 1.0\nContent-Type: text/plain\n\n" text "\n"
#define HTML(text) "MIME-Version: 1.0\nContent-Type: text/html\n\n" text "\n"
#define LISTS(name, list, ...)                                              \
	static const struct slice name##_entries[] = { __VA_ARGS__ };       \
	static const struct rule_list name[] = { { S(list), name##_entries, \
	    sizeof(name##_entries) / sizeof(name##_entries[0]), { 0 } } }

/* About domains. */
static void
test_domains(void **state)
{
	LISTS(plain, "urirhsbl", S("F l.example. A"));
	LISTS(sub, "urirhssub", S("OTHER x.example A 2"), S("F l.example A 127.0.1.2"));
	LISTS(mask, "urirhssub", S("F l.example. A   4"));
	LISTS(text, "urirhsbl", S("F l.example TXT"));
	static const struct dns_row plain_rows[] = {
		{ CALL, TEXT("see http://www.spam.example.org/x and http://b.example.com/"),
		    .dns = "example.com.l.example A 127.0.0.2\n", .want = true,
		    .asked = "A example.org.l.example\nA example.com.l.example\n" },
		{ CALL, TEXT("http://www.spam.example.org/x"), .dns = "", .tags = RULE_NOTRIM,
		    .asked = "A www.spam.example.org.l.example\n" },
		{ CALL, TEXT("http://192.0.2.1/x http://10.0.0.1/ http://a.example.org"),
		    .dns = "1.2.0.192.l.example A 127.0.0.2\n", .want = true,
		    .asked = "A 1.2.0.192.l.example\nA example.org.l.example\n" },
		{ CALL, TEXT("http://192.0.2.1/x http://a.example.org"), .dns = "",
		    .tags = RULE_DOMAINS_ONLY, .asked = "A example.org.l.example\n" },
		{ CALL, TEXT("http://192.0.2.1/x http://a.example.org"), .dns = "",
		    .tags = RULE_IPS_ONLY, .asked = "A 1.2.0.192.l.example\n" },
		{ CALL, TEXT("http://a.example.org/"),
		    .dns = "example.org.l.example A 192.0.2.1\n" },
		{ CALL, TEXT("http://a.example.org/"), .dns = "example.org.l.example A !TIMEOUT\n",
		    .unknown = true },
		{ CALL, TEXT("mail me@a.example.org"), .dns = "", .asked = "" },
		{ CALL, TEXT("http://a.example.org/"), .tags = RULE_NET },
		{ CALL, TEXT("http://a.example.org/"),
		    .dns = "example.org.l.example A 127.255.255.254\n", .unknown = true },
		/* signers' domains */
		{ CALL, "DKIM-Signature: v=1; a=rsa-sha256; d=Sig.Example.net; s=x\nSubject: x\n\n",
		    .dns = "", .asked = "A example.net.l.example\n" },
		/* the likeliest first; one that is there twice is asked about once */
		{ CALL,
		    HTML("<p>text.example.info <a href='http://b.example.org'></a>"
			 "<img src='http://c.example.biz/'>"
			 "<a href='http://a.example.com'>here</a>"
			 "<a href='http://x.example.com'>here</a>"),
		    .dns = "",
		    .asked = "A example.com.l.example\nA example.biz.l.example\n"
			     "A example.info.l.example\nA example.org.l.example\n" },
	};
	static const struct dns_row sub_rows[] = {
		{ CALL, TEXT("http://a.example.org/"), .dns = "example.org.l.example A 127.0.1.2\n",
		    .want = true },
		{ CALL, TEXT("http://a.example.org/"),
		    .dns = "example.org.l.example A 127.0.1.3\n" },
		{ CALL, TEXT("http://a.example.org/"),
		    .dns = "example.org.l.example A 127.255.255.254\n", .unknown = true },
	};
	static const struct dns_row mask_rows[] = {
		{ CALL, TEXT("http://a.example.org/"),
		    .dns = "example.org.l.example A 127.0.0.14\n", .want = true },
		{ CALL, TEXT("http://a.example.org/"),
		    .dns = "example.org.l.example A 127.0.0.8\n" },
		{ CALL, TEXT("http://a.example.org/"),
		    .dns = "example.org.l.example A 192.0.0.4\n" },
	};
	static const struct dns_row text_rows[] = {
		{ CALL, TEXT("http://a.example.org/"), .dns = "example.org.l.example TXT \"bad\"\n",
		    .want = true },
	};

	(void)state;
	dns_rows_check(plain_rows, ROWS(plain_rows), plain, 1);
	dns_rows_check(sub_rows, ROWS(sub_rows), sub, 1);
	dns_rows_check(mask_rows, ROWS(mask_rows), mask, 1);
	dns_rows_check(text_rows, ROWS(text_rows), text, 1);
}

#define ZONE                                                                       \
	"example.org NS ns1.dns.example.com\nexample.org NS ns2.dns.example.com\n" \
	"ns1.dns.example.com A 192.0.2.1\nns2.dns.example.com A 192.0.2.2\n"       \
	"www.example.org A 198.51.100.1\n"

/* About name servers and addresses. */
static void
test_chains(void **state)
{
	LISTS(ip, "uridnssub", S("F l.example. A 127.0.0.2"));
	LISTS(domain, "urinsrhsbl", S("F l.example. A"));
	LISTS(server, "urifullnsrhssub", S("F l.example. A 127.0.0.1-127.0.0.3"));
	static const struct dns_row ip_rows[] = {
		{ CALL, TEXT("http://www.example.org/"),
		    .dns = ZONE "2.2.0.192.l.example A 127.0.0.2\n", .want = true,
		    .asked = "NS example.org\nA ns1.dns.example.com\nA ns2.dns.example.com\n"
			     "A 1.2.0.192.l.example\nA 2.2.0.192.l.example\n" },
		{ CALL, TEXT("http://www.example.org/"),
		    .dns = ZONE "1.100.51.198.l.example A 127.0.0.2\n" },
		{ CALL, TEXT("http://www.example.org/"),
		    .dns = ZONE "1.100.51.198.l.example A 127.0.0.2\n", .tags = RULE_A,
		    .want = true, .asked = "A www.example.org\nA 1.100.51.198.l.example\n" },
		{ CALL, TEXT("http://www.example.org/"), .dns = "example.org NS !SERVFAIL\n",
		    .unknown = true },
		{ CALL, TEXT("http://192.0.2.1/"), .dns = ZONE, .asked = "" },
	};
	static const struct dns_row domain_rows[] = {
		{ CALL, TEXT("http://www.example.org/"),
		    .dns = ZONE "example.com.l.example A 127.0.0.2\n", .want = true,
		    .asked = "NS example.org\nA example.com.l.example\n" },
	};
	static const struct dns_row server_rows[] = {
		{ CALL, TEXT("http://www.example.org/"),
		    .dns = ZONE "ns2.dns.example.com.l.example A 127.0.0.3\n", .want = true },
		{ CALL, TEXT("http://www.example.org/"),
		    .dns = ZONE "ns2.dns.example.com.l.example A 127.0.0.4\n" },
	};

	(void)state;
	dns_rows_check(ip_rows, ROWS(ip_rows), ip, 1);
	dns_rows_check(domain_rows, ROWS(domain_rows), domain, 1);
	dns_rows_check(server_rows, ROWS(server_rows), server, 1);
}

/* What is left aside, and how many are asked about. */
static void
test_limits(void **state)
{
	static const struct slice rows_entries[] = { S("F l.example A") };
	static const struct slice skipped[] = { S("example.org"), S("www.example.com") };
	static const struct slice two[] = { S("2") };
	static const struct slice zero[] = { S("0") };
	static const struct slice one[] = { S("1") };
	static const struct rule_list skip_lists[] = { { S("urirhsbl"), rows_entries, 1, { 0 } },
		{ S("uridnsbl_skip_domain"), skipped, 2, { 0 } },
		{ S("uridnsbl_max_domains"), two, 1, { 0 } },
		{ S("uridnsbl_skip_mailto"), zero, 1, { 0 } } };
	static const struct rule_list off_lists[] = { { S("urirhsbl"), rows_entries, 1, { 0 } },
		{ S("skip_uribl_checks"), one, 1, { 0 } } };
	static const struct dns_row skip_rows[] = {
		{ CALL,
		    TEXT("http://a.example.org http://www.example.com http://b.example.com "
			 "mail me@example.net http://c.example.info"),
		    .dns = "", .asked = "A example.net.l.example\nA example.com.l.example\n" },
	};
	static const struct dns_row off_rows[] = {
		{ CALL, TEXT("http://a.example.org"), .dns = "", .asked = "" },
	};

	(void)state;
	dns_rows_check(skip_rows, ROWS(skip_rows), skip_lists, 4);
	dns_rows_check(off_rows, ROWS(off_rows), off_lists, 2);
	dns_rows_check(off_rows, ROWS(off_rows), NULL, 0);
}

/* However often answers come, the same questions take no more memory. */
static void
test_rounds(void **state)
{
	static const struct rule_def defs[] = { FUNCTION("F", CALL) };
	static const struct slice entries[] = { S("F l.example A") };
	static const struct rule_list list = { S("urirhsbl"), entries, 1, { 0 } };
	static const struct ruleset_report report = { helper_keep, NULL };
	const struct ruleset_source source = {
		.defs = defs, .def_count = 1, .lists = &list, .list_count = 1
	};
	static const struct envelope nobody = { .known = false };
	static const struct budget endless = { NULL, NULL };
	const struct scan_options options = { .now = 1700000000, .dns = true };
	struct arena *arena = arena_new((size_t)64 << 20);
	struct ruleset *ruleset = ruleset_build(&source, &report);
	struct slot *slot = helper_slot();
	struct scan *scan = scan_open(arena, ruleset, &nobody, &options);
	struct buf message = { 0 };
	size_t asked = 0, used;

	(void)state;
	for (int i = 0; i < 100; i++)
		buf_printf(&message, "%shttp://Www.Example%d.COM/\n", i == 0 ? TEXT("") : "", i);
	scan_message(scan, slot, buf_slice(&message), &endless);
	while (scan_wants(scan) != NULL)
		asked++;
	assert_int_equal(asked, 20);
	used = arena_used(arena);
	for (int i = 0; i < 5000; i++) {
		assert_true(scan_is_open(scan));
		scan_resume(scan, slot, &endless);
	}
	if (arena_used(arena) != used)
		fail_msg("5000 rounds took %zu bytes", arena_used(arena) - used);
	scan_close(&scan);
	slot_free(&slot);
	ruleset_unref(&ruleset);
	buf_clear(&message);
	arena_free(&arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_domains),
		cmocka_unit_test(test_chains),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_rounds),
	};

	return cmocka_run_group_tests_name("eval_uribl", tests, NULL, NULL);
}
