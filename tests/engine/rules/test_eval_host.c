/* test_eval_host.c - eval_host.c and askable.c: what the DNS says of the client and the sender */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/engine/rules/eval_rows.h"

#define MAIL "From: a@sender.example\nSubject: x\n\nx\n"
#define VIA(helo, ip)                                                                   \
	"Received: from " helo " (unknown [" ip "]) by mx.home.example (Postfix) with " \
	"ESMTP id 4ABC; Mon, 1 Jan 2024 10:00:00 +0000\n"

static const char zone[] = "10.100.51.198.in-addr.arpa PTR mail.sender.example.\n"
			   "11.100.51.198.in-addr.arpa PTR mail.sender.example.\n"
			   "13.100.51.198.in-addr.arpa PTR !SERVFAIL\n"
			   "mail.sender.example A 198.51.100.10\n"
			   "far.example A 203.0.113.1\n"
			   "sender.example MX 10 mail.sender.example.\n"
			   "null.example MX 0 .\n"
			   "failed.example MX !SERVFAIL\n"
			   "failed.example A !TIMEOUT\n"
			   "xn--bcher-kva.example MX 10 mail.sender.example.\n";

#define CLIENT(ip, name, hello)                                                                \
	{                                                                                      \
		.known = true, .smtp = true, .client_ip = SLICE(ip), .rdns = name,             \
		.helo = SLICE(hello), .mail_from = SLICE("b@nowhere.example"), .rcpts = rcpts, \
		.rcpt_count = 1, .my_name = SLICE("mx.home.example")                           \
	}

static const struct slice rcpts[] = { { "c@Sub.rcpt.example", 18 } };
static const struct envelope good = CLIENT("198.51.100.10", SLICE_ABSENT, "mail.sender.example");
static const struct envelope named = CLIENT("198.51.100.12", SLICE("x.example"), "far.example");
static const struct envelope unnamed = CLIENT("198.51.100.12", SLICE_ABSENT, "gone.example");
static const struct envelope liar = CLIENT("198.51.100.11", SLICE_ABSENT, "far.example.");
static const struct envelope failed = CLIENT("198.51.100.13", SLICE_ABSENT, "failed.example");
static const struct envelope private = CLIENT("10.1.2.3", SLICE_ABSENT, "gone.example");
static const struct envelope ours = CLIENT("198.51.100.12", SLICE_ABSENT, "www.rcpt.example");
static const struct envelope host = CLIENT("198.51.100.12", SLICE_ABSENT, "mx2.home.example");
static const struct envelope literal = CLIENT("198.51.100.12", SLICE_ABSENT, "[198.51.100.12]");
static const struct envelope dotless = CLIENT("198.51.100.12", SLICE_ABSENT, "gone");
static const struct envelope home = CLIENT("198.51.100.12", SLICE_ABSENT, "gone.lan");
static const struct envelope near = CLIENT("198.51.100.77", SLICE_ABSENT, "mail.sender.example");
static const struct envelope bounce = {
	.known = true, .smtp = true, .client_ip = { "198.51.100.10", 13 }, .mail_from = { "", 0 }
};
static const struct envelope user = { .known = true,
	.smtp = true,
	.client_ip = { "198.51.100.12", 13 },
	.helo = { "gone.example", 12 },
	.auth_user = { "joe", 3 } };

#define ROW(function, from, want_, ...)                                                    \
	{                                                                                  \
		.call = function, .message = from, .want = want_, .dns = zone, __VA_ARGS__ \
	}
#define ON(who) .envelope = &(who)

static const struct dns_row rows[] = {
	ROW("check_fcrdns_confirmed()", MAIL, true, ON(good),
	    .asked = "PTR 10.100.51.198.in-addr.arpa\nA mail.sender.example\n"),
	ROW("check_fcrdns_none()", MAIL, false, ON(good)),
	ROW("check_fcrdns_unconfirmed()", MAIL, false, ON(good)),
	ROW("check_fcrdns_unconfirmed()", MAIL, true, ON(liar)),
	ROW("check_fcrdns_confirmed()", MAIL, false, ON(liar)),
	ROW("check_fcrdns_none()", MAIL, true, ON(unnamed)),
	ROW("check_fcrdns_unconfirmed()", MAIL, false, ON(unnamed)),
	/* the MTA has confirmed the name */
	ROW("check_fcrdns_confirmed()", MAIL, true, ON(named), .asked = ""),
	ROW("check_fcrdns_none()", MAIL, false, ON(failed), .unknown = true),
	ROW("check_fcrdns_none()", MAIL, false, ON(private), .asked = ""),
	ROW("check_fcrdns_none()", MAIL, false, ON(user), .asked = ""),
	/* without an envelope the message's own fields tell of the client */
	ROW("check_fcrdns_none()", VIA("x.example", "198.51.100.12") MAIL, true),
	ROW("check_fcrdns_none()", VIA("x.example", "192.168.1.1") MAIL, false, .asked = ""),
	ROW("check_fcrdns_none()", MAIL, false, .asked = ""),
	{ .call = "check_fcrdns_none()",
	    .message = MAIL,
	    .envelope = &unnamed }, /* the DNS is off */

	ROW("check_helo_nowhere()", MAIL, true, ON(unnamed)),
	ROW("check_helo_nowhere()", MAIL, false, ON(good)),
	ROW("check_helo_nowhere()", MAIL, false, ON(failed), .unknown = true),
	ROW("check_helo_nowhere()", MAIL, false, ON(ours), .asked = ""),
	ROW("check_helo_nowhere()", MAIL, false, ON(host), .asked = ""),
	ROW("check_helo_nowhere()", MAIL, false, ON(literal), .asked = ""),
	ROW("check_helo_nowhere()", MAIL, false, ON(dotless), .asked = ""),
	ROW("check_helo_nowhere()", MAIL, false, ON(home), .asked = ""),
	ROW("check_helo_nowhere()", MAIL, false, ON(private), .asked = ""),
	ROW("check_helo_nowhere()", MAIL, false, ON(user), .asked = ""),
	ROW("check_helo_elsewhere()", MAIL, true, ON(liar),
	    .asked = "A far.example\nAAAA far.example\n"),
	ROW("check_helo_elsewhere()", MAIL, true, ON(named)),
	ROW("check_helo_elsewhere()", MAIL, false, ON(good)),
	ROW("check_helo_elsewhere()", MAIL, false, ON(near)),
	ROW("check_helo_elsewhere()", MAIL, false, ON(unnamed)),

	ROW("check_from_no_mail()", MAIL, false, ON(good), .asked = "MX sender.example\n"),
	ROW("check_from_no_mail()", "From: a@gone.example\n\nx\n", true, ON(good),
	    .asked = "MX gone.example\n"),
	ROW("check_from_no_mail()", "From: a@null.example\n\nx\n", true, ON(good)),
	ROW("check_from_no_mail()", "From: a@far.example\n\nx\n", false, ON(good)),
	ROW("check_from_no_mail()", "From: a@mail.sender.example\n\nx\n", false, ON(good)),
	ROW("check_from_no_mail()", "From: a@failed.example\n\nx\n", false, ON(good),
	    .unknown = true),
	ROW("check_from_no_mail()",
	    "From: a@b\xc3\xbc"
	    "cher.example\n\nx\n",
	    false, ON(good), .asked = "MX xn--bcher-kva.example\n"),
	ROW("check_from_no_mail()", "From: a@rcpt.example\n\nx\n", false, ON(good), .asked = ""),
	ROW("check_from_no_mail()", "From: a@localhost\n\nx\n", false, ON(good), .asked = ""),
	ROW("check_from_no_mail()", "From: a@[192.0.2.1]\n\nx\n", false, ON(good), .asked = ""),
	ROW("check_from_no_mail()", "From: nobody\n\nx\n", false, ON(good), .asked = ""),
	ROW("check_from_no_mail()", "Subject: x\n\nx\n", false, ON(good), .asked = ""),
	/* whoever is written to, when no envelope tells */
	ROW("check_from_no_mail()", "From: a@gone.example\nTo: b@gone.example\n\nx\n", false,
	    .asked = ""),
	ROW("check_from_no_mail()", "From: a@gone.example\nTo: b@sender.example\n\nx\n", true),
	ROW("check_envfrom_no_mail()", MAIL, true, ON(good), .asked = "MX nowhere.example\n"),
	ROW("check_envfrom_no_mail()", MAIL, false, ON(bounce), .asked = ""),
};

static void
test_rows(void **state)
{
	(void)state;
	dns_rows_check(rows, ROWS(rows), NULL, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_rows) };

	return cmocka_run_group_tests_name("eval_host", tests, NULL, NULL);
}
