/* test_eval_askdns.c - eval_askdns.c, dns_tag.c, asn.c: names made of what the message says */
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
#define MESSAGE                                                                                   \
	"Return-Path: <me@sender.example.org>\n"                                                  \
	"Received: from helo.example.com (rdns.example.com [192.0.2.1]) by us.example (Postfix) " \
	"with ESMTP id 1\n"                                                                       \
	"From: a@author.example.org, b@second.example.net\nX-Tag: one.example.org\n\n"            \
	"http://link.example.info/\n"

/* One entry of askdns, and what is asked and found. */
struct row {
	const char *entry;
	const char *dns;
	bool want;
	const char *asked;
	bool unknown;
};

static const struct row rows[] = {
	{ "F _AUTHORDOMAIN_.l.example. A /^127\\.2\\.0\\.2$/",
	    "second.example.net.l.example A 127.2.0.2\n", true,
	    "A author.example.org.l.example\nA second.example.net.l.example\n", false },
	{ "F _AUTHORDOMAIN_.l.example. A /^127\\.2\\.0\\.2$/",
	    "second.example.net.l.example A 127.2.0.3\n", false, NULL, false },
	{ "F _SENDERDOMAIN_ TXT /^v=spf1 \\+all$/", "sender.example.org TXT \"v=spf1 +all\"\n",
	    true, "TXT sender.example.org\n", false },
	{ "F _LASTEXTERNALHELO_ A /./", "helo.example.com A 192.0.2.9\n", true, NULL, false },
	{ "F _LASTEXTERNALREVIP_.l.example A 127.0.0.2", "1.2.0.192.l.example A 127.0.0.2\n", true,
	    "A 1.2.0.192.l.example\n", false },
	{ "F _LASTEXTERNALRDNS_", "rdns.example.com A 192.0.2.9\n", true, "A rdns.example.com\n",
	    false },
	{ "F _URIDOMAINS_.l.example A 4", "example.info.l.example A 127.0.0.6\n", true, NULL,
	    false },
	{ "F _URIHOSTS_.l.example TXT \"bad\"", "link.example.info.l.example TXT \"bad\"\n", true,
	    NULL, false },
	{ "F _HEADER(X-Tag)_.l.example", "one.example.org.l.example A 127.0.0.6\n", true, NULL,
	    false },
	{ "F _HEADER(X-None)_.l.example", "", false, "", false },
	{ "F _NOSUCHTAG_.l.example", "", false, "", false },
	{ "F plain.example.org A,TXT [NXDOMAIN]", "", true,
	    "A plain.example.org\nTXT plain.example.org\n", false },
	{ "F plain.example.org A [NXDOMAIN,7]", "plain.example.org A 192.0.2.1\n", false, NULL,
	    false },
	{ "F plain.example.org A [SERVFAIL]", "plain.example.org A !SERVFAIL\n", true, NULL,
	    false },
	{ "F plain.example.org A", "plain.example.org A !SERVFAIL\n", false, NULL, true },
	{ "F plain.example.org MX \"10 mx.example.org.\"",
	    "plain.example.org MX 10 mx.example.org\n", true, NULL, false },
	{ "F plain.example.org AAAA /^2001:db8::1$/", "plain.example.org AAAA 2001:db8::1\n", true,
	    NULL, false },
	{ "F plain.example.org A 192.0.2.1-192.0.2.9", "plain.example.org A 192.0.2.5\n", true,
	    NULL, false },
	{ "F plain.example.org A 0.0.0.16/0x30", "plain.example.org A 127.0.0.17\n", true, NULL,
	    false },
	{ "F plain.example.org A 0.0.0.16/0x30", "plain.example.org A 127.0.0.48\n", false, NULL,
	    false },
	{ "F plain A", "", false, "", false },
	/* an error code is no hit, by whatever filter */
	{ "F _LASTEXTERNALREVIP_.l.example A /^127\\./", "1.2.0.192.l.example A 127.255.255.255\n",
	    false, NULL, true },
	{ "F _LASTEXTERNALREVIP_.l.example A [NOERROR]", "1.2.0.192.l.example A 127.255.255.255\n",
	    false, NULL, true },
	{ "F _LASTEXTERNALREVIP_.l.example A [NOERROR]", "1.2.0.192.l.example A 127.0.0.2\n", true,
	    NULL, false },
	{ "F _URIDOMAINS_.multi.surbl.org", "example.info.multi.surbl.org A 127.0.0.1\n", false,
	    "A example.info.multi.surbl.org\n", true },
	{ "F _URIDOMAINS_.multi.surbl.org TXT",
	    "example.info.multi.surbl.org TXT \"blocked\"\n"
	    "example.info.multi.surbl.org A 127.0.0.1\n",
	    false, "TXT example.info.multi.surbl.org\nA example.info.multi.surbl.org\n", true },
	{ "F plain.surbl.org A /./", "plain.surbl.org A 127.0.0.1\n", false, NULL, true },
	{ "OTHER plain.example.org A", "plain.example.org A 192.0.2.5\n", false, "", false },
};

static void
test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct slice entry = slice_of(rows[i].entry);
		const struct rule_list list = { S("askdns"), &entry, 1, { 0 } };
		const struct dns_row row = { .call = "check_askdns()",
			.message = MESSAGE,
			.dns = rows[i].dns,
			.want = rows[i].want,
			.asked = rows[i].asked,
			.unknown = rows[i].unknown };

		dns_rows_check(&row, 1, &list, 1);
	}
}

/* A tag that a rule sets later than the rule runs that reads it. */
static void
test_captured(void **state)
{
	static const struct slice entry = S("F _WORD_.l.example A 127.0.0.2");
	static const struct rule_list list = { S("askdns"), &entry, 1, { 0 } };
	static const struct rule_def defs[] = {
		{ .name = S("F"),
		    .kind = RULE_FUNCTION,
		    .expression = S("check_askdns()"),
		    .priority = -20000 },
		{ .name = S("__SET"),
		    .kind = RULE_HEADER,
		    .selector = S("X-Tag"),
		    .pattern = S("/^(?<WORD>\\S+)/") },
	};
	const struct ruleset_source source = {
		.defs = defs, .def_count = 2, .lists = &list, .list_count = 1
	};
	const struct ruleset_report report = { helper_keep, NULL };
	struct ruleset *ruleset = ruleset_build(&source, &report);
	struct slot *slot = helper_slot();
	struct arena *arena = arena_new((size_t)1 << 24);
	struct buf names = { 0 };
	struct err err;

	(void)state;
	helper_scan_dns(arena, ruleset, slot, SLICE(MESSAGE), NULL,
	    dns_table_read(arena, SLICE("one.example.org.l.example A 127.0.0.2\n"), &err), &names,
	    NULL);
	assert_string_equal(buf_text(&names), "F,__SET");
	buf_clear(&names);
	ruleset_unref(&ruleset);
	arena_free(&arena);
	slot_free(&slot);
}

static void
test_asn(void **state)
{
	static const struct slice entries[] = { S("origin.example. _ASN_ _ASNCIDR_"),
		S("other.example _MYASN_ _MYCIDR_") };
	static const struct rule_list list = { S("asn_lookup"), entries, 2, { 0 } };
	static const struct dns_row asn[] = {
		{ "check_asn('^AS64500$')", MESSAGE,
		    .dns = "1.2.0.192.origin.example TXT \"64500 | 192.0.2.0/24 | ZZ | x\"\n",
		    .want = true, .asked = "TXT 1.2.0.192.origin.example\n" },
		{ "check_asn('/^192\\.0\\.2\\.0/', ASNCIDR)", MESSAGE,
		    .dns = "1.2.0.192.origin.example TXT \"192.0.2.0/24 | AS64500\"\n",
		    .want = true },
		{ "check_asn('/./', MYASN)", MESSAGE,
		    .dns = "1.2.0.192.other.example TXT \"0 | 192.0.2.0/24\"\n",
		    .asked = "TXT 1.2.0.192.other.example\n" },
		{ "check_asn('/./')", MESSAGE, .dns = "1.2.0.192.origin.example TXT !TIMEOUT\n",
		    .unknown = true },
		{ "check_asn('/./', NOTAG)", MESSAGE, .dns = "", .asked = "" },
	};

	(void)state;
	dns_rows_check(asn, ROWS(asn), &list, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_captured),
		cmocka_unit_test(test_asn),
	};

	return cmocka_run_group_tests_name("eval_askdns", tests, NULL, NULL);
}
