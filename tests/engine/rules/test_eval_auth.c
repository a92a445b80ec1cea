/* test_eval_auth.c - eval_auth.c, eval_dmarc.c and eval_sender.c: what rules hear of senders */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "tests/engine/rules/eval_rows.h"
#include "tests/engine/scan_helper.h"

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

#define SIGNER "a=rsa-sha256; b=fClw; d=%s%d.EXAMPLE; "
#define COVERS "h=from; bh=s14J; "

/* Signatures, sets and authors, all well-formed, all of other domains, whose names need work. */
static struct slice
busy_message(struct buf *out)
{
	static const char *const names[] = { "Mail", "M\xc3\xa4il" };

	for (int i = 0; i < 20; i++)
		buf_printf(
		    out, "DKIM-Signature: v=1; s=Dkim; " COVERS SIGNER "\n", names[i % 2], i);
	for (int i = 1; i <= 50; i++) {
		buf_printf(out, "ARC-Authentication-Results: i=%d; x.example; none\n", i);
		buf_printf(out, "ARC-Message-Signature: i=%d; s=Arc; " COVERS SIGNER "\n", i,
		    names[i % 2], i);
		buf_printf(out, "ARC-Seal: i=%d; cv=%s; s=Seal; " SIGNER "\n", i,
		    i == 1 ? "none" : "pass", names[i % 2], i);
	}
	buf_printf(out, "From: \"Bank.EXAMPLE.org\" <a@Sender.EXAMPLE>");
	for (int i = 0; i < 6; i++)
		buf_printf(out, ", b@%s%d.EXAMPLE", names[i % 2], i);
	buf_printf(out, "\n\nx\n");
	return buf_slice(out);
}

static struct ruleset *
busy_rules(void)
{
	static const char *const calls[] = { "spf_result(pass)", "spf_helo_result(pass)",
		"spf_aligned()", "dkim_result(pass)", "dkim_aligned()", "dkim_signed_by(x.example)",
		"arc_result(pass)", "arc_sealed_by('x.example')", "dmarc_result(pass)",
		"dmarc_policy(reject)", "check_dmarc_reject()", "check_from_spf_pass()",
		"check_from_dkim_broken()", "check_fromname_protected()", "check_dkim_adsp('*')",
		"check_dkim_valid_author_sig()", "check_spf_skipped_noenvfrom()", WELCOME };
	static const struct slice entry = SLICE("dkim *@Sender.EXAMPLE");
	static const struct rule_list list = {
		.name = SLICE("welcome_senders"), .entries = &entry, .entry_count = 1
	};
	static const struct ruleset_report report = { helper_keep, NULL };
	char names[ROWS(calls)][16];
	struct rule_def defs[ROWS(calls)] = { 0 };
	const struct ruleset_source source = {
		.defs = defs, .def_count = ROWS(calls), .lists = &list, .list_count = 1
	};

	for (size_t i = 0; i < ROWS(calls); i++) {
		snprintf(names[i], sizeof(names[i]), "R%d", (int)i);
		defs[i].name = slice_of(names[i]);
		defs[i].kind = RULE_FUNCTION;
		defs[i].expression = slice_of(calls[i]);
		defs[i].score = SCORE_ONE;
	}
	return ruleset_build(&source, &report);
}

/* How many names that are asked about begin so. */
static size_t
count_starts(const struct buf *asked, struct slice start)
{
	struct slice rest = buf_slice(asked), line;
	size_t count = 0;

	while (slice_next_line(&rest, &line))
		count += slice_starts(line, start);
	return count;
}

/*
 * Whoever answers slowly makes many rounds: they cost no memory. And the keys of a long chain
 * leave all who are to be asked about the author their questions.
 */
static void
test_rounds(void **state)
{
	static const struct envelope sender = CLIENT(
	    "198.51.100.10", "H\xc3\xa4lo.EXAMPLE", "joe@S\xc3\xa4nder.EXAMPLE");
	static const struct budget endless = { NULL, NULL };
	const struct scan_options options = { .now = 1700000000, .dns = true };
	struct arena *arena = arena_new((size_t)64 << 20);
	struct ruleset *ruleset = busy_rules();
	struct slot *slot = helper_slot();
	struct scan *scan = scan_open(arena, ruleset, &sender, &options);
	struct buf message = { 0 }, asked = { 0 };
	const struct dns_question *question;
	size_t used;

	(void)state;
	scan_message(scan, slot, busy_message(&message), &endless);
	while ((question = scan_wants(scan)) != NULL)
		buf_printf(&asked, "%.*s\n", SLICE_ARG(question->name));
	assert_int_equal(count_starts(&asked, SLICE("dkim._domainkey.")), 8);
	assert_int_equal(count_starts(&asked, SLICE("arc._domainkey.")), 25);
	assert_int_equal(count_starts(&asked, SLICE("seal._domainkey.")), 25);
	assert_int_equal(count_starts(&asked, SLICE("_dmarc.")), 2 + 7);
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
	buf_clear(&asked);
	arena_free(&arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_functions),
		cmocka_unit_test(test_welcome),
		cmocka_unit_test(test_rounds),
	};

	return cmocka_run_group_tests_name("eval_auth", tests, NULL, NULL);
}
