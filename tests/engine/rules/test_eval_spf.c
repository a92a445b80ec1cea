/* test_eval_spf.c - eval_spf.c and spf_facts.c: whose SPF is checked, and who tells it */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/engine/rules/eval_rows.h"

#define MAIL "From: a@sender.example\nSubject: x\n\nx\n"
#define VIA(helo, ip, more)                                                                     \
	"Received: from " helo " (unknown [" ip "])" more " by mx.home.example (Postfix) with " \
	"ESMTP id 4ABC; Mon, 1 Jan 2024 10:00:00 +0000\n"
#define OUTER VIA("mail.helo.example", "198.51.100.10", "")
#define RETURN "Return-Path: <joe@sender.example>\n"
/* An internal host's field stands above the Received field that tells of the outer host. */
#define FIELD(field) field "\n" RETURN OUTER MAIL
#define INNER                                                                                      \
	"Received: from relay.home.example (relay.home.example [192.168.1.1]) by mx.home.example " \
	"(Postfix) with ESMTP id 4ABD; Mon, 1 Jan 2024 10:00:01 +0000\n"

static const char zone[] =
    "sender.example TXT \"v=spf1 ip4:198.51.100.10 ip4:198.51.100.11 -all exp=why.%{d}\"\n"
    "why.sender.example TXT \"%{c} is none of ours\"\n"
    "mail.helo.example TXT \"v=spf1 include:sender.example ~all\"\n"
    "soft.example TXT \"v=spf1 ~all\"\n"
    "neutral.example TXT \"v=spf1 ?all\"\n"
    "broken.example TXT \"v=spf1 nonsense\"\n"
    "failed.example TXT !SERVFAIL\n"
    "none.example A 192.0.2.1\n";

#define CLIENT(ip, hello, from)                                                            \
	{                                                                                  \
		.known = true, .smtp = true, .client_ip = SLICE(ip), .helo = SLICE(hello), \
		.mail_from = SLICE(from), .my_name = SLICE("mx.home.example")              \
	}

static const struct envelope good = CLIENT(
    "198.51.100.10", "mail.helo.example", "Joe@Sender.Example");
static const struct envelope bad = CLIENT("203.0.113.1", "mail.helo.example", "joe@sender.example");
static const struct envelope soft = CLIENT("198.51.100.10", "soft.example", "joe@soft.example");
static const struct envelope neutral = CLIENT(
    "198.51.100.10", "neutral.example", "joe@neutral.example");
static const struct envelope broken = CLIENT(
    "198.51.100.10", "broken.example", "joe@broken.example");
static const struct envelope failed = CLIENT(
    "198.51.100.10", "failed.example", "joe@failed.example");
static const struct envelope none = CLIENT("198.51.100.10", "none.example", "joe@none.example");
static const struct envelope bounce = CLIENT("198.51.100.10", "mail.helo.example", "");
static const struct envelope literal = CLIENT("198.51.100.10", "[198.51.100.10]", "joe");
static const struct envelope dotless = CLIENT("198.51.100.10", "localhost", "joe@localhost");
static const struct envelope private = CLIENT("192.168.1.1", "none.example", "joe@sender.example");

#define ROW(function, from, want_, ...)                                                         \
	{                                                                                       \
		.call = function "()", .message = from, .want = want_, .dns = zone, __VA_ARGS__ \
	}
#define ON(who) .envelope = &(who)
#define PASS "check_for_spf_pass"
#define HELO_PASS "check_for_spf_helo_pass"

static const struct dns_row rows[] = {
	ROW(PASS, MAIL, true, ON(good), .asked = "TXT sender.example\n"),
	ROW(PASS, MAIL, false, ON(bad), .asked = "TXT sender.example\nTXT why.sender.example\n"),
	ROW("check_for_spf_fail", MAIL, true, ON(bad)),
	ROW("check_for_spf_fail", MAIL, false, ON(good)),
	ROW("check_for_spf_softfail", MAIL, true, ON(soft)),
	ROW("check_for_spf_neutral", MAIL, true, ON(neutral)),
	ROW("check_for_spf_permerror", MAIL, true, ON(broken)),
	ROW("check_for_spf_none", MAIL, true, ON(none)),
	ROW("check_for_spf_none", MAIL, false, ON(good)),
	/* What the DNS fails: itself, and nothing else. */
	ROW("check_for_spf_temperror", MAIL, true, ON(failed)),
	ROW("check_for_spf_none", MAIL, false, ON(failed), .unknown = true),
	ROW(PASS, MAIL, false, ON(failed), .unknown = true),
	{ .call = "check_for_spf_temperror()",
	    .message = MAIL,
	    .envelope = &good }, /* the DNS is off */
	/* HELO. */
	ROW(HELO_PASS, MAIL, true, ON(good),
	    .asked = "TXT mail.helo.example\nTXT sender.example\n"),
	ROW("check_for_spf_helo_softfail", MAIL, true, ON(bad)),
	ROW("check_for_spf_helo_neutral", MAIL, true, ON(neutral)),
	ROW("check_for_spf_helo_permerror", MAIL, true, ON(broken)),
	ROW("check_for_spf_helo_temperror", MAIL, true, ON(failed)),
	ROW("check_for_spf_helo_fail", MAIL, false, ON(good)),
	ROW("check_for_spf_helo_none", MAIL, true, ON(none)),
	ROW("check_for_spf_helo_none", MAIL, false, ON(literal), .asked = ""),
	ROW("check_for_spf_helo_none", MAIL, false, ON(dotless), .asked = ""),
	/* The null sender, and senders that are none. */
	ROW(PASS, MAIL, false, ON(bounce)),
	ROW("check_for_spf_none", MAIL, false, ON(bounce)),
	ROW("check_for_spf_none", MAIL, true, ON(literal), .asked = ""),
	ROW("check_for_spf_none", MAIL, true, ON(dotless), .asked = ""),
	ROW("check_spf_skipped_noenvfrom", MAIL, false, ON(good), .asked = ""),
	ROW("check_spf_skipped_noenvfrom", OUTER MAIL, true),
	/* Who is looked at, where no envelope tells. */
	ROW(PASS, RETURN OUTER MAIL, true),
	ROW(HELO_PASS, RETURN OUTER MAIL, true),
	ROW(PASS, OUTER MAIL, false, .asked = ""),
	ROW(PASS, MAIL, false, .asked = ""),
	ROW(PASS, RETURN INNER OUTER MAIL, false, .asked = ""),
	ROW(HELO_PASS, RETURN INNER OUTER MAIL, true),
	ROW(PASS,
	    INNER VIA("mail.helo.example", "198.51.100.10", " (envelope-from <joe@sender.example>)")
		MAIL,
	    true),
	ROW(HELO_PASS, VIA("[198.51.100.10]", "198.51.100.10", "") MAIL, false, .asked = ""),
	ROW("check_for_spf_none", MAIL, false, ON(private), .asked = ""),
	ROW(HELO_PASS, OUTER MAIL, true, ON(private)),
};

/* Fields of internal hosts; none of these rows asks for the MAIL FROM. */
static const struct dns_row field_rows[] = {
	ROW(PASS, FIELD("Received-SPF: pass (x: y)"), true, .asked = ""),
	ROW(PASS, FIELD("Received-SPF:  Pass identity=mailfrom; client-ip=1"), true, .asked = ""),
	ROW("check_for_spf_softfail", FIELD("Received-SPF: softfail x identity=MFROM"), true,
	    .asked = ""),
	ROW("check_for_spf_permerror", FIELD("Received-SPF: permerror"), true, .asked = ""),
	ROW(PASS, FIELD("Received-SPF: fail"), false, .asked = ""),
	ROW("check_for_spf_none", FIELD("Received-SPF: none; identity=mailfrom"), true,
	    .asked = ""),
	ROW("check_for_spf_temperror", FIELD("Received-SPF: temperror"), true, .asked = ""),
	ROW(PASS, FIELD("Received-SPF: temperror"), false, .asked = "", .unknown = true),
	ROW("check_for_spf_helo_fail", FIELD("Received-SPF: fail identity=helo; x"), true,
	    .asked = ""),
	/* Of the other identity, of one that nobody knows, or no result: we ask. */
	ROW(PASS, FIELD("Received-SPF: fail identity=helo; x"), true),
	ROW(PASS, FIELD("Received-SPF: fail identity=pra; x"), true),
	ROW(PASS, FIELD("Received-SPF: failure"), true),
	ROW(PASS, FIELD("Received-SPF: unknown"), true),
	ROW("check_for_spf_fail", FIELD("Received-SPF: fail x_identity=helo"), true, .asked = ""),
	ROW("check_for_spf_fail", FIELD("Received-SPF: fail identity=helo identity=mfrom"), true,
	    .asked = ""),
	/* The oldest one. */
	ROW("check_for_spf_fail", FIELD("Received-SPF: pass\nReceived-SPF: fail"), true,
	    .asked = ""),
	/* Authentication-Results, by SpamAssassin's reading. */
	ROW("check_for_spf_fail", FIELD("Authentication-Results: mx; spf=fail"), true, .asked = ""),
	ROW("check_for_spf_fail", FIELD("ARC-Authentication-Results: i=1; mx; SPF = hardfail x"),
	    true, .asked = ""),
	ROW("check_for_spf_helo_fail",
	    FIELD("Authentication-Results: mx; dkim=pass; spf=fail smtp.helo=a.example"), true,
	    .asked = ""),
	ROW("check_for_spf_fail",
	    FIELD("Authentication-Results: mx; spf=fail smtp.mailfrom=a@b.example; x=y"), true,
	    .asked = ""),
	ROW("check_for_spf_fail",
	    FIELD("Authentication-Results: mx; spf=fail smtp.mailfrom = a@b.example"), true,
	    .asked = ""),
	ROW(PASS, FIELD("Authentication-Results: mx; spf=fail smtp.mailfrom=a=b@c.example"), true),
	ROW(PASS, FIELD("Authentication-Results: mx; spf=fail smtp.rcpt=a@b.example"), true),
	ROW("check_for_spf_fail", FIELD("Authentication-Results: mx; spf=fail smtp.mailfrom="),
	    true, .asked = ""),
	ROW(PASS, FIELD("Authentication-Results: mx; spf=bad"), true),
	ROW(PASS, FIELD("Authentication-Results: spf=fail"), true),
	/* What stands below the outer host's field may be forged. */
	ROW("check_for_spf_fail", RETURN OUTER "Received-SPF: fail\n" MAIL, false),
	ROW("check_for_spf_fail", "Received-SPF: fail\n" MAIL, false, ON(good)),
};

/* The newest one. */
static const struct dns_row newest_rows[] = {
	ROW(PASS, FIELD("Received-SPF: pass\nReceived-SPF: fail"), true, .asked = ""),
};

/* None of them. */
static const struct dns_row ignoring_rows[] = {
	ROW(PASS, FIELD("Received-SPF: fail"), true, .asked = "TXT sender.example\n"),
};

#define WELCOME "check_for_spf_welcomelist_from"
#define DEF_WELCOME "check_for_def_spf_welcomelist_from"

static const struct dns_row welcome_rows[] = {
	ROW(WELCOME, MAIL, true, ON(good), .asked = "TXT sender.example\n"),
	ROW("check_for_spf_whitelist_from", MAIL, true, ON(good)),
	ROW(WELCOME, MAIL, false, ON(bad)),
	ROW(WELCOME, MAIL, false, ON(soft)), /* by welcomelist_auth */
	ROW(WELCOME, MAIL, false, ON(none), .asked = ""),
	ROW(WELCOME, MAIL, false, ON(bounce), .asked = ""),
	ROW(WELCOME, MAIL, false, ON(failed), .unknown = true),
	ROW(DEF_WELCOME, MAIL, false, ON(none), .asked = "TXT none.example\n"),
	ROW(DEF_WELCOME, MAIL, false, ON(soft), .asked = ""),
	ROW("check_for_def_spf_whitelist_from", MAIL, true, ON(good)),
};

static void
test_rows(void **state)
{
	(void)state;
	dns_rows_check(rows, ROWS(rows), NULL, 0);
}

static void
test_fields(void **state)
{
	static const struct slice on[] = { { "1", 1 } };
	static const struct rule_list newest = { { "use_newest_received_spf_header", 30 }, on, 1,
		{ 0 } };
	static const struct rule_list ignoring = { { "ignore_received_spf_header", 26 }, on, 1,
		{ 0 } };

	(void)state;
	dns_rows_check(field_rows, ROWS(field_rows), NULL, 0);
	dns_rows_check(newest_rows, ROWS(newest_rows), &newest, 1);
	dns_rows_check(ignoring_rows, ROWS(ignoring_rows), &ignoring, 1);
}

static void
test_welcome(void **state)
{
	static const struct slice of_spf[] = { { "joe@sender.example", 18 } };
	static const struct slice of_any[] = { { "*@soft.example", 14 },
		{ "*@failed.example", 16 } };
	static const struct slice def[] = { { "*@none.example", 14 }, { "joe@*.example.net", 17 } };
	static const struct slice def_any[] = { { "jo?@sender.example", 18 } };
	static const struct rule_list lists[] = {
		{ { "welcomelist_from_spf", 20 }, of_spf, 1, { 0 } },
		{ { "welcomelist_auth", 16 }, of_any, 2, { 0 } },
		{ { "def_welcomelist_from_spf", 24 }, def, 2, { 0 } },
		{ { "def_welcomelist_auth", 20 }, def_any, 1, { 0 } },
	};

	(void)state;
	dns_rows_check(welcome_rows, ROWS(welcome_rows), lists, 4);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_fields),
		cmocka_unit_test(test_welcome),
	};

	return cmocka_run_group_tests_name("eval_spf", tests, NULL, NULL);
}
