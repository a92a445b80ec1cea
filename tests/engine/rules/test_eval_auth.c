/* test_eval_auth.c - eval_auth.c, eval_dmarc.c and eval_sender.c: what rules hear of senders */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/engine/rules/eval_rows.h"

#define MAIL "From: a@sender.example\nSubject: x\n\nx\n"
#define SIGNED                                                                                   \
	"DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed; d=mail.sender.example; s=k; " \
	"h=from:subject; bh=s14J+iztnrytnRYzb7lhFG/jS/vrxWJnnahfijFMnco=; "                      \
	"b=fClwiZn2mly+YXvankxAwzl8nIdj96alW0w0VXu3XbynedCvywc3QHzwyB0rUarzLtSGHySwPAJCzVJ22Y1"  \
	"cAQ==\n" MAIL
#define FROM(domain) "From: a@" domain "\nSubject: x\n\nx\n"

static const char zone[] = "sender.example TXT \"v=spf1 ip4:198.51.100.10 -all\"\n"
			   "sender.example MX 10 mail.sender.example\n"
			   "_dmarc.sender.example TXT \"v=DMARC1; p=reject; sp=quarantine\"\n"
			   "k._domainkey.mail.sender.example TXT \"v=DKIM1; k=ed25519; "
			   "p=rr0VGjt8W/4DQ0CcrDKcQFmE3PIeNNLYsKSYqJl0SMQ=\"\n"
			   "helo.sender.example TXT \"v=spf1 ip4:203.0.113.1 -all\"\n"
			   "other.example TXT \"v=spf1 ip4:198.51.100.10 -all\"\n"
			   "other.example A 192.0.2.1\n"
			   "mild.example A 192.0.2.1\n"
			   "_dmarc.mild.example TXT \"v=DMARC1; p=none\"\n"
			   "broken.example A 192.0.2.1\n"
			   "_dmarc.broken.example TXT \"v=DMARC1; p=often\"\n"
			   "_dmarc.nowhere.example TXT \"v=DMARC1; p=reject\"\n"
			   "failed.example TXT !SERVFAIL\n"
			   "failed.example A 192.0.2.1\n"
			   "_dmarc.failed.example TXT !TIMEOUT\n";

#define CLIENT(ip, hello, from)                                                            \
	{                                                                                  \
		.known = true, .smtp = true, .client_ip = SLICE(ip), .helo = SLICE(hello), \
		.mail_from = SLICE(from), .my_name = SLICE("mx.home.example")              \
	}

static const struct envelope good = CLIENT("198.51.100.10", "x.example", "joe@sender.example");
static const struct envelope other = CLIENT("198.51.100.10", "x.example", "joe@other.example");
static const struct envelope bad = CLIENT("203.0.113.1", "x.example", "joe@sender.example");
static const struct envelope helo = CLIENT(
    "203.0.113.1", "helo.sender.example", "joe@other.example");
static const struct envelope failed = CLIENT("198.51.100.10", "x.example", "joe@failed.example");
static const struct envelope user = { .known = true,
	.smtp = true,
	.client_ip = SLICE("203.0.113.1"),
	.helo = SLICE("x.example"),
	.mail_from = SLICE("joe@sender.example"),
	.auth_user = SLICE("joe") };

#define ROW(call_, from, want_, who, ...)                                                       \
	{                                                                                       \
		.call = call_, .message = from, .want = want_, .dns = zone, .envelope = &(who), \
		__VA_ARGS__                                                                     \
	}
#define UNKNOWN .unknown = true

static const struct dns_row rows[] = {
	ROW("spf_result(pass)", MAIL, true, good, .imported = false),
	ROW("spf_result(fail, 'softfail')", MAIL, true, bad, .imported = false),
	ROW("spf_result(fail, softfail)", MAIL, false, good, .imported = false),
	ROW("spf_result(pass)", MAIL, false, failed, UNKNOWN),
	ROW("spf_result(temperror)", MAIL, true, failed, .imported = false),
	ROW("spf_helo_result(pass)", MAIL, true, helo, .imported = false),
	ROW("spf_aligned()", MAIL, true, good, .imported = false),
	ROW("spf_aligned()", MAIL, false, other, .imported = false),
	ROW("spf_aligned()", MAIL, false, failed, UNKNOWN),
	{ .call = "spf_result(none)", .message = MAIL, .envelope = &good }, /* the DNS is off */
	{ .call = "dkim_result(none)", .message = MAIL, .envelope = &good },
	{ .call = "dmarc_result(none)", .message = MAIL, .envelope = &good },

	ROW("dkim_result(pass)", SIGNED, true, bad, .imported = false),
	ROW("dkim_result(none)", MAIL, true, bad, .imported = false),
	ROW("dkim_result(fail)", SIGNED "more\n", true, bad, .imported = false),
	ROW("dkim_aligned()", SIGNED, true, bad, .imported = false),
	ROW("dkim_aligned()", MAIL, false, good, .imported = false),
	ROW("dkim_aligned()", SIGNED "more\n", false, good, .imported = false),
	ROW("dkim_signed_by('Sender.example')", SIGNED, true, bad, .imported = false),
	ROW("dkim_signed_by(x.example, mail.sender.example)", SIGNED, true, bad, .imported = false),
	ROW("dkim_signed_by('ender.example')", SIGNED, false, bad, .imported = false),
	ROW("arc_result(none)", MAIL, true, bad, .imported = false),
	ROW("arc_result(pass, fail)", MAIL, false, bad, .imported = false),
	ROW("arc_sealed_by('sender.example')", MAIL, false, bad, .imported = false),

	ROW("dmarc_result(pass)", MAIL, true, good, .imported = false),
	ROW("dmarc_result(pass)", SIGNED, true, bad, .imported = false),
	ROW("dmarc_result(fail)", MAIL, true, bad, .imported = false),
	ROW("dmarc_result(fail)", MAIL, true, helo, .imported = false), /* HELO is not MAIL FROM */
	ROW("dmarc_result(none)", FROM("other.example"), true, good, .imported = false),
	ROW("dmarc_result(permerror)", FROM("broken.example"), true, good, .imported = false),
	ROW("dmarc_result(pass)", FROM("failed.example"), false, good, UNKNOWN),
	ROW("dmarc_result(none)", MAIL, true, user, .imported = false), /* one of ours */
	ROW("dmarc_policy(reject)", MAIL, true, good, .imported = false),
	ROW("dmarc_policy(quarantine)", FROM("b.sender.example"), true, good, .imported = false),
	ROW("dmarc_policy(none)", FROM("other.example"), false, good, .imported = false),
	ROW("dmarc_policy(none)", FROM("failed.example"), false, good, UNKNOWN),
	ROW("dmarc_disposition(reject)", MAIL, true, bad, .imported = false),
	ROW("dmarc_disposition(reject)", MAIL, false, good, .imported = false),
	ROW("dmarc_disposition(none)", MAIL, true, good, .imported = false),
	ROW("dmarc_disposition(none, quarantine)", FROM("other.example"), false, good,
	    .imported = false),

	/* SpamAssassin's */
	ROW("check_dmarc_pass()", MAIL, true, good, .imported = true),
	ROW("check_dmarc_pass()", SIGNED, true, bad, .imported = true),
	ROW("check_dmarc_pass()", MAIL, true, helo, .imported = true), /* HELO counts there */
	ROW("check_dmarc_pass()", FROM("other.example"), false, good, .imported = true),
	ROW("check_dmarc_reject()", MAIL, true, bad, .imported = true),
	ROW("check_dmarc_reject()", MAIL, false, good, .imported = true),
	ROW("check_dmarc_quarantine()", FROM("b.sender.example"), true, bad, .imported = true),
	ROW("check_dmarc_none()", FROM("mild.example"), true, good, .imported = true),
	ROW("check_dmarc_none()", FROM("broken.example"), true, good, .imported = true),
	ROW("check_dmarc_missing()", FROM("other.example"), true, good, .imported = true),
	ROW("check_dmarc_missing()", FROM("nowhere.example"), true, good, .imported = true),
	ROW("check_dmarc_reject()", FROM("nowhere.example"), false, good, .imported = true),
	ROW("check_dmarc_reject()", FROM("failed.example"), false, good, UNKNOWN),
	ROW("check_dmarc_missing()", "From: nobody\n\nx\n", false, good, .imported = true),
	ROW("check_dmarc_reject()", "From: a@sender.example, b@mild.example\n\nx\n", true, bad,
	    .imported = true),
	ROW("check_dmarc_none()", "From: a@mild.example, b@sender.example\n\nx\n", true, bad,
	    .imported = true),
};

static const struct slice welcome[] = { { "dkim a@sender.example", 21 },
	{ "spf *@other.example", 19 }, { "either *@mild.example", 21 },
	{ "dmarc *@*.sender.example", 24 }, { "nothing *@known.example", 23 },
	{ "dkim *@broken.example sender.example", 36 }, { "dkim *@failed.example", 21 },
	{ "spf *@failed.example", 20 } };

#define WELCOME "check_welcome_sender()"

static const struct dns_row senders[] = {
	ROW(WELCOME, SIGNED, true, bad, .imported = false),
	ROW(WELCOME, MAIL, false, good, .imported = false), /* unsigned; SPF is no proof for it */
	ROW(WELCOME, "From: b@sender.example\n\nx\n", false, good, .asked = ""),
	ROW(WELCOME, FROM("x.example"), true, other, .imported = false),
	ROW(WELCOME, FROM("other.example"), false, good,
	    .asked = ""), /* From is not the envelope */
	ROW(WELCOME, FROM("mild.example"), false, bad, .imported = false),
	ROW(WELCOME, FROM("b.sender.example"), true, good, .imported = false),
	ROW(WELCOME, FROM("b.sender.example"), false, bad, .imported = false),
	ROW(WELCOME, FROM("known.example"), true, bad, .asked = ""),
	ROW(WELCOME, FROM("broken.example"), false, bad, .imported = false),
	ROW(WELCOME, FROM("x.example"), false, failed, UNKNOWN),
	{ .call = WELCOME, .message = SIGNED, .envelope = &bad }, /* the DNS is off */
	{ .call = WELCOME, .message = FROM("known.example"), .want = true, .envelope = &bad },
};

static void
test_functions(void **state)
{
	(void)state;
	dns_rows_check(rows, ROWS(rows), NULL, 0);
}

static void
test_welcome(void **state)
{
	const struct rule_list list = {
		.name = SLICE("welcome_senders"), .entries = welcome, .entry_count = ROWS(welcome)
	};

	(void)state;
	dns_rows_check(senders, ROWS(senders), &list, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_functions),
		cmocka_unit_test(test_welcome),
	};

	return cmocka_run_group_tests_name("eval_auth", tests, NULL, NULL);
}
