/* test_eval_dnsbl.c - eval_dnsbl.c, dnsbl.c: DNS lists of addresses and of senders' hosts */
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

/* Newest first: 192.0.2.1 handed it to us, 192.0.2.3 began. */
#define THREE                                                                                 \
	"Received: from c.example ([192.0.2.1]) by us.example with ESMTP id 1\n"              \
	"Received: from b.example ([192.0.2.2]) by c.example with ESMTP id 2\n"               \
	"Received: from inner.example ([10.0.0.7]) by b.example with ESMTP id 3\n"            \
	"Received: from a.example.net (a.example.net [192.0.2.3]) by b.example with SMTP id " \
	"4\n"                                                                                 \
	"From: Somebody <me@Sender.Example.ORG>\nReply-To: you@reply.example.com\n"           \
	"X-Source-IP: 192.0.2.9\nAccreditor: best , x=1, other\n\n"
#define ENVELOPE "Return-Path: <me@a..b.example.org>\n"

static const struct dns_row rows[] = {
	/* a set without a suffix: all untrusted ones, oldest first */
	{ "check_rbl('zen', 'zen.example.org.')", THREE,
	    .dns = "2.2.0.192.zen.example.org A 127.0.0.2\n", .want = true,
	    .asked = "A 3.2.0.192.zen.example.org\nA 2.2.0.192.zen.example.org\n"
		     "A 1.2.0.192.zen.example.org\n" },
	{ "check_rbl('zen', 'zen.example.org.')", THREE, .dns = "" },
	{ "check_rbl('zen', 'zen.example.org')", THREE,
	    .dns = "2.2.0.192.zen.example.org A 192.0.2.1\n" },
	{ "check_rbl('zen', 'zen.example.org')", THREE,
	    .dns = "2.2.0.192.zen.example.org A !SERVFAIL\n", .unknown = true },
	{ "check_rbl('zen', 'zen.example.org')", THREE,
	    .dns = "2.2.0.192.zen.example.org A !TIMEOUT\n"
		   "3.2.0.192.zen.example.org A 127.0.0.4\n",
	    .want = true },
	{ "check_rbl('zen', 'zen.example.org')", THREE, .tags = RULE_NET },
	{ "check_rbl('zen', 'zen.example.org')", "\nno relay\n", .dns = "", .asked = "" },
	{ "check_rbl('zen', 'zen.example.org')",
	    "Received: from c.example ([10.0.0.1]) by us.example with ESMTP id 1\n\n", .dns = "",
	    .asked = "" },
	/* suffixes */
	{ "check_rbl('zen-lastexternal', 'z.example')", THREE, .dns = "",
	    .asked = "A 1.2.0.192.z.example\n" },
	{ "check_rbl('zen-firsttrusted', 'z.example')", THREE, .dns = "",
	    .asked = "A 1.2.0.192.z.example\n" },
	{ "check_rbl('zen-untrusted', 'z.example')", THREE, .dns = "",
	    .asked = "A 2.2.0.192.z.example\nA 3.2.0.192.z.example\n" },
	{ "check_rbl('zen-notfirsthop', 'z.example')", THREE, .dns = "",
	    .asked = "A 1.2.0.192.z.example\nA 2.2.0.192.z.example\n" },
	/* what an answer must be */
	{ "check_rbl('z', 'z.example', '127.0.0.3')", THREE,
	    .dns = "3.2.0.192.z.example A 127.0.0.2\n" },
	{ "check_rbl('z', 'z.example', '127.0.0.3')", THREE,
	    .dns = "3.2.0.192.z.example A 127.0.0.2\n3.2.0.192.z.example A 127.0.0.3\n",
	    .want = true },
	{ "check_rbl('z', 'z.example', '4')", THREE, .dns = "3.2.0.192.z.example A 127.0.0.6\n",
	    .want = true },
	{ "check_rbl('z', 'z.example', '8')", THREE, .dns = "3.2.0.192.z.example A 127.0.0.6\n" },
	{ "check_rbl('z', 'z.example', '^127\\.0\\.0\\.1[01]$')", THREE,
	    .dns = "3.2.0.192.z.example A 127.0.0.10\n", .want = true },
	/* the error codes of a list are no listing, whatever a rule wants: nothing is known */
	{ "check_rbl('z', 'z.example')", THREE, .dns = "3.2.0.192.z.example A 127.255.255.254\n",
	    .unknown = true },
	{ "check_rbl('z', 'z.example', '^127\\.')", THREE,
	    .dns = "3.2.0.192.z.example A 127.255.255.254\n", .unknown = true },
	{ "check_rbl('z', 'list.dnswl.org', '^127\\.0\\.\\d+\\.3$')", THREE,
	    .dns = "3.2.0.192.list.dnswl.org A 127.0.10.3\n", .unknown = true },
	{ "check_rbl('z', 'z.example', '127.0.0.2')", THREE,
	    .dns = "3.2.0.192.z.example A 127.0.0.2\n3.2.0.192.z.example A 127.255.255.254\n",
	    .unknown = true },
	{ "check_rbl('z', 'z.example')", THREE,
	    .dns = "3.2.0.192.z.example A 127.255.255.254\n1.2.0.192.z.example A 127.0.0.2\n",
	    .want = true },
	{ "check_rbl('z', 'z.example', 'sb:x')", THREE, .dns = "3.2.0.192.z.example A 127.0.0.10\n",
	    .asked = "" },
	{ "check_rbl_txt('z', 'z.example', '(?i:spamcop)')", THREE,
	    .dns = "3.2.0.192.z.example TXT \"Blocked by Spam\" \"Cop\"\n", .want = true },
	{ "check_rbl_txt('z', 'z.example')", THREE, .dns = "3.2.0.192.z.example A 127.0.0.2\n" },
	/* words of a list count by its codes */
	{ "check_rbl_txt('z-lastexternal', 'z.example')", THREE,
	    .dns = "1.2.0.192.z.example TXT \"see there\"\n1.2.0.192.z.example A 127.0.0.2\n",
	    .want = true, .asked = "TXT 1.2.0.192.z.example\nA 1.2.0.192.z.example\n" },
	{ "check_rbl_txt('z', 'z.example')", THREE,
	    .dns = "3.2.0.192.z.example TXT \"you ask too much\"\n"
		   "3.2.0.192.z.example A 127.255.255.255\n",
	    .unknown = true },
	{ "check_rbl_txt('z', 'list.dnswl.org', '.')", THREE,
	    .dns = "3.2.0.192.list.dnswl.org TXT \"blocked\"\n"
		   "3.2.0.192.list.dnswl.org A 127.0.0.255\n",
	    .unknown = true },
	{ "check_rbl_txt('z', 'z.example')", THREE,
	    .dns = "3.2.0.192.z.example TXT \"domain for sale\"\n"
		   "3.2.0.192.z.example A 203.0.113.9\n" },
	{ "check_rbl_txt('z', 'z.example')", THREE,
	    .dns = "3.2.0.192.z.example TXT \"see there\"\n3.2.0.192.z.example A !TIMEOUT\n",
	    .unknown = true },
	/* hosts of senders */
	{ "check_rbl_from_host('z', 'z.example')", THREE ENVELOPE,
	    .dns = "sender.example.org.z.example A 127.0.0.2\n", .want = true,
	    .asked = "A sender.example.org.z.example\n" },
	{ "check_rbl_from_domain('z', 'z.example')", THREE, .dns = "",
	    .asked = "A example.org.z.example\n" },
	{ "check_rbl_envfrom('z', 'z.example')", ENVELOPE "From: x@y.example.org\n\n", .dns = "",
	    .asked = "A a.b.example.org.z.example\n" },
	{ "check_rbl_envfrom('z', 'z.example')", ENVELOPE "\n", .dns = "", .tags = RULE_IPS_ONLY,
	    .asked = "" },
	{ "check_rbl_headers('z', 'z.example')", THREE, .dns = "9.2.0.192.z.example A 127.0.0.2\n",
	    .want = true, .asked = "A reply.example.com.z.example\nA 9.2.0.192.z.example\n" },
	{ "check_rbl_headers('z', 'z.example', '127.0.0.2', 'From,X-Source-IP')", THREE, .dns = "",
	    .tags = RULE_DOMAINS_ONLY, .asked = "A sender.example.org.z.example\n" },
	{ "check_rbl_rcvd('z', 'z.example')", THREE, .dns = "",
	    .asked = "A 3.2.0.192.z.example\nA a.example.net.z.example\n" },
	{ "check_rbl_ns_from('z', 'z.example')", ENVELOPE "\n",
	    .dns = "a.b.example.org NS ns1.example.net\n"
		   "ns1.example.net.z.example A 127.0.0.2\n",
	    .want = true, .asked = "NS a.b.example.org\nA ns1.example.net.z.example\n" },
	{ "check_rbl_ns_from('z', 'z.example')", ENVELOPE "\n",
	    .dns = "a.b.example.org NS !TIMEOUT\n", .unknown = true },
	{ "check_rbl_accreditor('z-firsttrusted', 'z.example', '127.0.0.2', 'other')", THREE,
	    .dns = "1.2.0.192.z.example A 127.0.0.2\n", .want = true },
	{ "check_rbl_accreditor('z-firsttrusted', 'z.example', '127.0.0.2', 'third')", THREE,
	    .dns = "1.2.0.192.z.example A 127.0.0.2\n" },
	{ "check_rbl_accreditor('z-firsttrusted', 'z.example', '127.0.0.2', 'nice')",
	    "Return-Path: <o@a--NICE.mail.example.com>\n"
	    "Received: from c.example ([192.0.2.1]) by us.example with ESMTP id 1\n\n",
	    .dns = "1.2.0.192.z.example A 127.0.0.2\n", .want = true },
	/* whether a sender's domain is there */
	{ "check_dns_sender()", ENVELOPE "\n", .dns = "", .want = true,
	    .asked = "A a.b.example.org\nMX a.b.example.org\n" },
	{ "check_dns_sender()", ENVELOPE "\n", .dns = "a.b.example.org A 192.0.2.1\n" },
	{ "check_dns_sender()", ENVELOPE "\n", .dns = "x.a.b.example.org A 192.0.2.1\n" },
	{ "check_dns_sender()", ENVELOPE "\n", .dns = "a.b.example.org MX !SERVFAIL\n",
	    .unknown = true },
	{ "check_dns_sender()", "\nnobody\n", .dns = "", .asked = "" },
};

static void
test_rows(void **state)
{
	(void)state;
	dns_rows_check(rows, ROWS(rows), NULL, 0);
}

/* What the rule set forbids to ask. */
static void
test_forbidden(void **state)
{
	static const struct slice restrictions[] = { S("deny example example.net"),
		S("allow good.example") };
	static const struct slice yes[] = { S("1") };
	static const struct rule_list denied[] = { { S("dns_query_restriction"), restrictions, 2,
	    { 0 } } };
	static const struct rule_list skipped[] = { { S("skip_rbl_checks"), yes, 1, { 0 } } };
	static const struct dns_row deny[] = {
		{ "check_rbl('z', 'z.example')", THREE, .dns = "", .asked = "" },
		{ "check_rbl('z-lastexternal', 'z.good.example')", THREE, .dns = "",
		    .asked = "A 1.2.0.192.z.good.example\n" },
		{ "check_rbl('z-lastexternal', 'z.other.org')", THREE, .dns = "",
		    .asked = "A 1.2.0.192.z.other.org\n" },
	};
	static const struct dns_row skip[] = {
		{ "check_rbl('z', 'z.example')", THREE, .dns = "", .asked = "" },
	};

	(void)state;
	dns_rows_check(deny, ROWS(deny), denied, 1);
	dns_rows_check(skip, ROWS(skip), skipped, 1);
}

/* Scans once: what hits, and what is asked (NULL: whatever); the score, in millionths. */
static int64_t
check_scan(
    const struct rule_def *defs, size_t count, const char *dns, const char *hits, const char *asks)
{
	struct slot *slot = helper_slot();
	struct arena *arena = arena_new((size_t)1 << 24);
	struct ruleset *ruleset = helper_build(defs, count, NULL, NULL);
	struct buf names = { 0 }, asked = { 0 };
	struct err err;
	const struct dns_table *table = dns_table_read(arena, slice_of(dns), &err);
	int64_t score;

	assert_non_null(table);
	score =
	    helper_scan_dns(arena, ruleset, slot, SLICE(THREE), NULL, table, &names, &asked)->score;
	assert_string_equal(buf_text(&names), hits);
	if (asks != NULL)
		assert_string_equal(buf_text(&asked), asks);
	buf_clear(&names);
	buf_clear(&asked);
	ruleset_unref(&ruleset);
	arena_free(&arena);
	slot_free(&slot);
	return score;
}

/* Rules of a set look at what one of them asked; each question goes out once. */
static void
test_sets(void **state)
{
	static const struct rule_def defs[] = {
		FUNCTION("__ALL", "check_rbl('z-lastexternal', 'z.example.')"),
		FUNCTION("BIT", "check_rbl_sub('z-lastexternal', '4')"),
		FUNCTION("OTHER", "check_rbl_sub('y', '4')"),
		FUNCTION("SAME", "check_rbl('z-lastexternal', 'z.example.', '127.0.0.9')"),
		FUNCTION("THREE", "check_rbl_sub('z-lastexternal', '127.0.0.3')"),
		FUNCTION("TWO", "check_rbl_sub('z-lastexternal', '^127\\.0\\.0\\.2$')"),
		META("BOTH", "TWO && !THREE"),
	};

	(void)state;
	check_scan(defs, 7, "1.2.0.192.z.example A 127.0.0.2\n1.2.0.192.z.example A 127.0.0.4\n",
	    "BIT,BOTH,TWO,__ALL", "A 1.2.0.192.z.example\n");
	check_scan(defs + 1, 2, "1.2.0.192.z.example A 127.0.0.4\n", "", "");
}

/* A rule that tells of an error code. */
#define TELLS(id, points, call, ...)                                                   \
	{                                                                              \
		.name = SLICE(id), .kind = RULE_FUNCTION, .expression = SLICE(call),   \
		.has_score = true, .score = (int64_t)((points)*SCORE_ONE), __VA_ARGS__ \
	}

/*
 * One that scores next to nothing may tell of an error code; metas, whoever wrote them, do not
 * know it for a hit, and it ends no scan. However many tell, they score no more than one may.
 */
static void
test_telling(void **state)
{
#define BLOCKED "check_rbl('z-lastexternal', 'z.example.', '^127\\.255\\.255\\.254$')"
	static const char refused[] = "1.2.0.192.z.example A 127.255.255.254\n";
	static const struct rule_def one[] = {
		TELLS("BLOCKED", 0.001, BLOCKED, .shortcircuit = SHORTCIRCUIT_SPAM),
		META("A_OURS", "BLOCKED"),
		META("B_NOT", "!BLOCKED"),
		{ .name = S("C_IMPORTED"),
		    .kind = RULE_META,
		    .expression = S("BLOCKED > 0"),
		    .imported = true },
		FUNCTION("__SUB", BLOCKED),
		META("D_SUB", "__SUB"),
		FUNCTION("LISTED", "check_rbl('z-lastexternal', 'z.example.')"),
		HEADER("LATER", "From", "/./"),
	};
	static const struct rule_def many[] = {
		TELLS("A", 0.06, BLOCKED, .tags = RULE_MULTIPLE),
		TELLS("B", 0.06, BLOCKED, .tags = 0),
		TELLS("C", 0.04, BLOCKED, .tags = 0),
		TELLS("D", 0.11, BLOCKED, .tags = 0),
		TELLS("E", -0.05, BLOCKED, .tags = 0),
	};
	static const struct rule_def dnswl[] = {
		TELLS("BLOCKED", 0.001, "check_rbl_sub('z-lastexternal', '^127\\.0\\.\\d+\\.255$')",
		    .tags = 0),
		FUNCTION("__ASKS", "check_rbl('z-lastexternal', 'list.dnswl.org.')"),
	};
	/* an error code beside a listing takes nothing from it */
	static const struct rule_def beside[] = {
		TELLS(
		    "LISTED", 0.1, "check_rbl('z', 'z.example.', '^127\\.0\\.0\\.2$')", .tags = 0),
		META("A_KNOWS", "LISTED"),
	};

	(void)state;
	check_scan(beside, 2,
	    "3.2.0.192.z.example A 127.255.255.254\n1.2.0.192.z.example A 127.0.0.2\n",
	    "A_KNOWS,LISTED", NULL);
	assert_int_equal(
	    check_scan(one, 8, refused, "BLOCKED,LATER", NULL), SCORE_ONE / 1000 * 1001);
	assert_int_equal(check_scan(many, 5, refused, "A,B,C,E", NULL), SCORE_ONE / 10);
	check_scan(dnswl, 2, "1.2.0.192.list.dnswl.org A 127.0.0.255\n", "BLOCKED", NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_forbidden),
		cmocka_unit_test(test_sets),
		cmocka_unit_test(test_telling),
	};

	return cmocka_run_group_tests_name("eval_dnsbl", tests, NULL, NULL);
}
