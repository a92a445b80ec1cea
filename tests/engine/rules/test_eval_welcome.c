/* test_eval_welcome.c - eval_welcome.c: who is welcome, over which relay, and who is not */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/engine/rules/eval_rows.h"

#define RELAY(rdns, ip)                                                                         \
	"Received: from x (" rdns " [" ip "]) by mx.example.org (Postfix) with ESMTP id 4ABC; " \
	"Mon, 1 Jan 2024 10:00:00 +0000\n"
#define FROM(from, rdns, ip) RELAY(rdns, ip) "From: " from "\n\nx"
#define WELCOME "check_from_in_welcomelist()"
#define FORGED "check_forged_in_welcomelist()"
#define DEF_WELCOME "check_from_in_default_welcomelist()"
#define DEF_FORGED "check_forged_in_default_welcomelist()"
#define V6 "2001:db8::25"

static const struct eval_row rows[] = {
	{ WELCOME, "From: ann@home.example\n\nx", true, false },
	{ "check_from_in_whitelist()", "From: ann@home.example\n\nx", true, false },
	{ WELCOME, "From: bob@home.example\n\nx", false, false },
	/* by name */
	{ WELCOME, FROM("a@n.example", "n.example.com", "192.0.2.9"), true, false },
	{ WELCOME, FROM("a@n.example", "MX.N.example.com", "192.0.2.9"), true, false },
	{ WELCOME, FROM("a@n.example", "xn.example.com", "192.0.2.9"), false, false },
	{ WELCOME, FROM("a@n.example", "unknown", "192.0.2.9"), false, false },
	{ FORGED, FROM("a@n.example", "xn.example.com", "192.0.2.9"), true, false },
	{ "check_forged_in_whitelist()", FROM("a@n.example", "xn.example.com", "192.0.2.9"), true,
	    false },
	{ FORGED, FROM("a@n.example", "n.example.com", "192.0.2.9"), false, false },
	{ FORGED, FROM("b@n.example", "xn.example.com", "192.0.2.9"), false, false },
	{ FORGED, "From: a@n.example\n\nx", false, false },
	/* of several entries one is enough */
	{ WELCOME, FROM("a@n.example", "second.example.com", "192.0.2.9"), true, false },
	{ FORGED, FROM("c@n.example", "xn.example.com", "192.0.2.9"), false, false },
	/* by address */
	{ WELCOME, FROM("a@i.example", "x.example.com", "192.0.2.1"), true, false },
	{ WELCOME, FROM("a@i.example", "x.example.com", "192.0.2.10"), false, false },
	{ WELCOME, FROM("b@i.example", "x.example.com", "198.51.100.77"), true, false },
	{ WELCOME, FROM("b@i.example", "x.example.com", "198.51.101.77"), false, false },
	{ WELCOME, FROM("c@i.example", "x.example.com", "203.0.113.127"), true, false },
	{ WELCOME, FROM("c@i.example", "x.example.com", "203.0.113.128"), false, false },
	{ WELCOME, FROM("d@i.example", "x.example.com", "203.0.113.127"), true, false },
	{ WELCOME, FROM("d@i.example", "x.example.com", "203.0.113.128"), false, false },
	{ WELCOME, FROM("e@i.example", "x.example.com", "IPv6:" V6), true, false },
	{ WELCOME, FROM("e@i.example", "x.example.com", "IPv6:2001:db9::1"), false, false },
	{ WELCOME, FROM("f@i.example", "x.example.com", "192.0.2.1"), false, false },
	{ FORGED, FROM("f@i.example", "x.example.com", "192.0.2.1"), true, false },
	/* both lists */
	{ DEF_WELCOME, FROM("a@d.example", "d.example.com", "192.0.2.9"), true, false },
	{ "check_from_in_default_whitelist()", FROM("a@d.example", "d.example.com", "192.0.2.9"),
	    true, false },
	{ WELCOME, FROM("a@d.example", "d.example.com", "192.0.2.9"), false, false },
	{ DEF_FORGED, FROM("a@d.example", "x.example.com", "192.0.2.9"), true, false },
	{ "check_forged_in_default_whitelist()", FROM("a@d.example", "x.example.com", "192.0.2.9"),
	    true, false },
	{ DEF_FORGED,
	    RELAY("x.example.com", "192.0.2.9") "From: a@d.example, ann@home.example\n\nx", false,
	    false },
	{ FORGED, RELAY("x.example.com", "192.0.2.9") "From: a@d.example, a@n.example\n\nx", false,
	    false },
	{ "check_from_in_blocklist()", "From: x@bad.example\n\nx", true, false },
	{ "check_from_in_blacklist()", "From: x@bad.example\n\nx", true, false },
	{ "check_from_in_blocklist()", "From: x@b.bad.example\n\nx", false, false },
	{ "check_to_in_welcomelist()", "To: w@to.example\n\nx", true, false },
	{ "check_to_in_whitelist()", "To: w@to.example\n\nx", true, false },
	{ "check_to_in_welcomelist()", "To: b@to.example\n\nx", false, false },
	{ "check_to_in_blocklist()", "To: b@to.example\n\nx", true, false },
	{ "check_to_in_blacklist()", "To: b@to.example\n\nx", true, false },
	{ "check_to_in_more_spam()", "To: m@to.example\n\nx", true, false },
	{ "check_to_in_all_spam()", "To: a@to.example\n\nx", true, false },
	{ "check_to_in_all_spam()", "To: m@to.example\n\nx", false, false },
	{ "check_subject_in_welcomelist()", "Subject: Re: [Bug 7] it broke\n\nx", true, false },
	{ "check_subject_in_whitelist()", "Subject: Re: [BUG 7] it broke\n\nx", true, false },
	{ "check_subject_in_welcomelist()", "Subject: bug 7\n\nx", false, false },
	{ "check_subject_in_blocklist()", "Subject: buy some pills now\n\nx", true, false },
	{ "check_subject_in_blacklist()", "Subject: pills to buy\n\nx", false, false },
	{ "check_subject_in_blocklist()", "Subject: buy\nSubject: pills\n\nx", false, false },
	{ "check_subject_in_blocklist()", "Subject:\n\nx", false, false },
};

static const struct slice from[] = { { "Ann@home.example", 16 } };
static const struct slice from_rcvd[] = {
	{ "*@n.example n.example.com", 25 },
	{ "A@N.example second.example.com", 30 },
	{ "a@i.example [192.0.2.1]", 23 },
	{ "b@i.example [198.51.100]", 24 },
	{ "c@i.example [203.0.113.0/25]", 28 },
	{ "d@i.example [203.0.113.0]/25", 28 },
	{ "e@i.example [2001:db8::]/32", 27 },
	{ "f@i.example [nonsense]", 22 },
};
static const struct slice allows_relays[] = { { "b@n.example", 11 }, { "c@*", 3 } };
static const struct slice def_from_rcvd[] = { { "*@d.example d.example.com", 25 } };
static const struct slice block_from[] = { { "*@bad.example", 13 } };
static const struct slice to[] = { { "w@to.example", 12 } };
static const struct slice block_to[] = { { "b@to.example", 12 } };
static const struct slice more_spam_to[] = { { "m@to.example", 12 } };
static const struct slice all_spam_to[] = { { "a@to.example", 12 } };
static const struct slice subject[] = { { "[bug ?]", 7 } };
static const struct slice block_subject[] = { { "buy*pills", 9 } };

static const struct rule_list lists[] = {
	{ { "welcomelist_from", 16 }, from, ROWS(from), { 0 } },
	{ { "welcomelist_from_rcvd", 21 }, from_rcvd, ROWS(from_rcvd), { 0 } },
	{ { "def_welcomelist_from_rcvd", 25 }, def_from_rcvd, ROWS(def_from_rcvd), { 0 } },
	{ { "welcomelist_allows_relays", 25 }, allows_relays, ROWS(allows_relays), { 0 } },
	{ { "blocklist_from", 14 }, block_from, ROWS(block_from), { 0 } },
	{ { "welcomelist_to", 14 }, to, ROWS(to), { 0 } },
	{ { "blocklist_to", 12 }, block_to, ROWS(block_to), { 0 } },
	{ { "more_spam_to", 12 }, more_spam_to, ROWS(more_spam_to), { 0 } },
	{ { "all_spam_to", 11 }, all_spam_to, ROWS(all_spam_to), { 0 } },
	{ { "welcomelist_subject", 19 }, subject, ROWS(subject), { 0 } },
	{ { "blocklist_subject", 17 }, block_subject, ROWS(block_subject), { 0 } },
};

static void
test_rows(void **state)
{
	(void)state;
	eval_rows_check(rows, ROWS(rows), lists, ROWS(lists));
}

/* Without lists nobody is anything. */
static void
test_no_lists(void **state)
{
	static const struct eval_row none[] = {
		{ WELCOME, FROM("a@n.example", "n.example.com", "192.0.2.9"), false, false },
		{ FORGED, FROM("a@n.example", "n.example.com", "192.0.2.9"), false, false },
		{ DEF_FORGED, FROM("a@n.example", "n.example.com", "192.0.2.9"), false, false },
		{ "check_to_in_all_spam()", "To: a@to.example\n\nx", false, false },
		{ "check_subject_in_blocklist()", "Subject: buy pills\n\nx", false, false },
	};

	(void)state;
	eval_rows_check(none, ROWS(none), NULL, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_no_lists),
	};

	return cmocka_run_group_tests_name("eval_welcome", tests, NULL, NULL);
}
