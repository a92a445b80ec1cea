/* test_early.c - early.c and scan_early: what is certain of the score before the message comes */
#include "engine/rules/early.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "engine/net/dns_table.h"
#include "tests/engine/scan_helper.h"

#define RULES_MAX 4
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const char zone[] = "1.2.0.192.in-addr.arpa PTR !NXDOMAIN\n"
			   "2.2.0.192.in-addr.arpa PTR !TIMEOUT\n"
			   "3.2.0.192.in-addr.arpa PTR a.example.\n"
			   "a.example A 192.0.2.3\n"
			   "gone.example MX !NXDOMAIN\n"
			   "1.2.0.192.list.example A 127.0.0.2\n";

#define CONNECT ENVELOPE_CLIENT
#define MAIL (ENVELOPE_CLIENT | ENVELOPE_HELO | ENVELOPE_SENDER)
#define RCPT (MAIL | ENVELOPE_RCPT)

static const struct slice rcpts[] = { { "c@home.example", 14 } };
static const struct envelope nameless = { .known = true,
	.smtp = true,
	.client_ip = { "192.0.2.1", 9 },
	.helo = { "helo.example", 12 },
	.mail_from = { "b@gone.example", 14 },
	.rcpts = rcpts,
	.rcpt_count = 1 };
static const struct envelope slow = {
	.known = true, .smtp = true, .client_ip = { "192.0.2.2", 9 }, .mail_from = { "", 0 }
};
static const struct envelope named = {
	.known = true, .smtp = true, .client_ip = { "192.0.2.3", 9 }, .mail_from = { "", 0 }
};
static const struct envelope trusted = {
	.known = true, .smtp = true, .client_ip = { "198.51.100.9", 12 }, .mail_from = { "", 0 }
};
static const struct envelope local = {
	.known = true, .smtp = true, .client_ip = { "127.0.0.1", 9 }, .mail_from = { "", 0 }
};
static const struct envelope queued = {
	.known = true, .smtp = false, .client_ip = { "192.0.2.1", 9 }, .mail_from = { "", 0 }
};
static const struct envelope user = {
	.known = true, .smtp = true, .client_ip = { "192.0.2.1", 9 }, .auth_user = { "joe", 3 }
};

#define RULE(id, kind_, points) \
	.name = SLICE(id), .kind = RULE_##kind_, .has_score = true, .score = (points)*SCORE_ONE
#define NAMELESS(points)                                                                         \
	{                                                                                        \
		RULE("A_NAMELESS", FUNCTION, points), .expression = SLICE("check_fcrdns_none()") \
	}
#define CONFIRMED(points)                                           \
	{                                                           \
		RULE("CONFIRMED", FUNCTION, points),                \
		    .expression = SLICE("check_fcrdns_confirmed()") \
	}
#define WORD(points)                                                \
	{                                                           \
		RULE("WORD", BODY, points), .pattern = SLICE("/x/") \
	}
#define SENDER(points, text)                                                       \
	{                                                                          \
		RULE("SENDER", HEADER, points), .selector = SLICE("EnvelopeFrom"), \
						.pattern = SLICE(text)             \
	}
#define RELAY(points, text, ...)                                                            \
	{                                                                                   \
		RULE("RELAY", HEADER, points), .selector = SLICE("X-Spam-Relays-External"), \
					       .pattern = SLICE(text), __VA_ARGS__          \
	}
#define SUM(points, text, ...)                                                     \
	{                                                                          \
		RULE("META", META, points), .expression = SLICE(text), __VA_ARGS__ \
	}

/* The threshold is 10. */
static const struct early_row {
	const char *name;
	struct rule_def defs[RULES_MAX];
	const struct envelope *envelope;
	unsigned parts;
	bool want;
} rows[] = {
	{ "enough at once", { NAMELESS(10) }, &nameless, CONNECT, true },
	{ "not enough", { NAMELESS(9) }, &nameless, CONNECT, false },
	{ "it has a name", { NAMELESS(10) }, &named, CONNECT, false },
	{ "the DNS says nothing", { NAMELESS(10) }, &slow, CONNECT, false },
	{ "nothing is decided", { WORD(20) }, &nameless, RCPT, false },
	{ "a word may take it back", { NAMELESS(10), WORD(-1) }, &nameless, RCPT, false },
	{ "a word cannot take enough back", { NAMELESS(12), WORD(-2) }, &nameless, RCPT, true },
	{ "many words can",
	    { NAMELESS(12), { RULE("WORD", BODY, -1), .pattern = SLICE("/x/"),
				.tags = RULE_MULTIPLE, .maxhits = 3 } },
	    &nameless, RCPT, false },
	{ "two words cannot",
	    { NAMELESS(12), { RULE("WORD", BODY, -1), .pattern = SLICE("/x/"),
				.tags = RULE_MULTIPLE, .maxhits = 2 } },
	    &nameless, RCPT, true },
	{ "what would take it back has missed", { NAMELESS(10), CONFIRMED(-5) }, &nameless, CONNECT,
	    true },
	{ "or could not be asked", { SENDER(20, "/^$/"), CONFIRMED(-15) }, &slow, RCPT, false },
	{ "a sub-rule scores nothing",
	    { { RULE("__NAMELESS", FUNCTION, 1), .expression = SLICE("check_fcrdns_none()") },
		SUM(10, "__NAMELESS") },
	    &nameless, CONNECT, true },

	{ "the sender is not known yet", { SENDER(10, "/gone/") }, &nameless, CONNECT, false },
	{ "the sender is known", { SENDER(10, "/gone/") }, &nameless, MAIL, true },
	{ "the sender may take it back", { NAMELESS(10), SENDER(-1, "/good/") }, &nameless, CONNECT,
	    false },
	{ "the sender does not", { NAMELESS(10), SENDER(-1, "/good/") }, &nameless, MAIL, true },
	{ "the recipient is not known yet",
	    { { RULE("F", FUNCTION, 10), .expression = SLICE("check_envfrom_no_mail()") } },
	    &nameless, MAIL, false },
	{ "the recipient is known",
	    { { RULE("F", FUNCTION, 10), .expression = SLICE("check_envfrom_no_mail()") } },
	    &nameless, RCPT, true },

	{ "a relay", { RELAY(10, "/ helo=helo\\.example /") }, &nameless, MAIL, true },
	{ "another relay may come", { NAMELESS(10), RELAY(-1, "/ helo=other /") }, &nameless, MAIL,
	    false },
	{ "that it is the only one is not sure", { RELAY(10, "/^\\[ ip=[^\\]]+ \\]$/") }, &nameless,
	    MAIL, false },
	{ "that no other has the name is not sure",
	    { RELAY(10, "/ helo=other /", .negated = true) }, &nameless, MAIL, false },
	{ "nor how many they are",
	    { RELAY(10, "/ ip=/", .tags = RULE_MULTIPLE), SUM(5, "RELAY == 1") }, &nameless, MAIL,
	    false },

	{ "what waits for a service cannot take it back",
	    { NAMELESS(10), { RULE("B", FUNCTION, -5), .expression = SLICE("check_razor2()") } },
	    &nameless, CONNECT, true },
	{ "a list of clients",
	    { { RULE("F", FUNCTION, 10),
		.expression = SLICE("check_rbl('l-lastexternal', 'list.example.')") } },
	    &nameless, CONNECT, true },
	{ "a list of all relays",
	    { { RULE("F", FUNCTION, 10), .expression = SLICE("check_rbl('l', 'list.example.')") } },
	    &nameless, RCPT, false },

	{ "a meta needs the word", { NAMELESS(5), WORD(1), SUM(5, "A_NAMELESS && !WORD") },
	    &nameless, RCPT, false },
	{ "so does one of SpamAssassin's",
	    { NAMELESS(5), WORD(1), SUM(5, "A_NAMELESS && !WORD", .imported = true) }, &nameless,
	    RCPT, false },
	{ "a meta holds without the word", { NAMELESS(5), WORD(1), SUM(5, "A_NAMELESS || WORD") },
	    &nameless, RCPT, true },
	{ "a meta cannot hold any more", { NAMELESS(10), WORD(1), SUM(-5, "!A_NAMELESS && WORD") },
	    &nameless, RCPT, true },
	{ "a meta may still hold", { NAMELESS(10), WORD(1), SUM(-5, "A_NAMELESS && WORD") },
	    &nameless, RCPT, false },
	{ "a tag that the message sets",
	    { { RULE("TAG", HEADER, 1), .selector = SLICE("Subject"),
		  .pattern = SLICE("/(?<T>x)/") },
		RELAY(10, "/%{T}|helo/") },
	    &nameless, RCPT, false },

	{ "a word may end the scan",
	    { NAMELESS(20), { RULE("WORD", BODY, 1), .pattern = SLICE("/x/"),
				.shortcircuit = SHORTCIRCUIT_SPAM } },
	    &nameless, RCPT, false },
	{ "the client of a trusted network", { SENDER(20, "/^$/") }, &trusted, RCPT, false },
	{ "a local client", { SENDER(20, "/^$/") }, &local, RCPT, false },
	{ "not by SMTP", { SENDER(20, "/^$/") }, &queued, RCPT, false },
	{ "a user", { NAMELESS(20) }, &user, RCPT, false },
};

/* Answers all questions of a scan, round by round. */
static void
answer_all(struct scan *scan, struct slot *slot, const struct dns_table *table)
{
	static const struct budget endless = { NULL, NULL };

	while (scan_is_open(scan)) {
		const struct dns_question *question;
		struct dns_answer answer;

		assert_null(scan_early(scan));
		while ((question = scan_wants(scan)) != NULL) {
			dns_table_answer(table, question, &answer);
			scan_answer(scan, question, &answer);
		}
		scan_resume(scan, slot, &endless);
	}
}

static struct ruleset *
build(const struct early_row *row, int64_t discard)
{
	static const struct network networks[] = {
		{ .address = { [10] = 0xff, [11] = 0xff, [12] = 198, [13] = 51, [14] = 100 },
		    .bits = 120 },
	};
	struct policy policy = { .thresholds = { { THRESHOLD_OFF, THRESHOLD_OFF, THRESHOLD_OFF,
				     THRESHOLD_OFF, THRESHOLD_OFF, 10 * SCORE_ONE, discard } },
		.allow_discard = true,
		.reject_text = SLICE("550 5.7.1 no, _SCORE_"),
		.trusted_networks = { networks, 1 },
		.size_limit = 1 << 20,
		.match_limit = 100000,
		.heap_limit = 20000 };
	size_t count = 0;

	while (count < RULES_MAX && row->defs[count].name.n > 0)
		count++;
	return helper_build(row->defs, count, &policy, NULL);
}

/* Whether the row's mail is refused early. */
static bool
refused(const struct early_row *row, int64_t discard, bool dns)
{
	static const struct budget endless = { NULL, NULL };
	const struct scan_options options = { .now = 1700000000, .dns = dns, .early = row->parts };
	struct arena *arena = arena_new(1 << 22);
	struct ruleset *ruleset = build(row, discard);
	struct slot *slot = helper_slot();
	struct scan *scan = scan_open(arena, ruleset, row->envelope, &options);
	const struct verdict *verdict;
	struct err err;
	bool answer;

	scan_message(scan, slot, SLICE(""), &endless);
	answer_all(scan, slot, dns_table_read(arena, SLICE(zone), &err));
	verdict = scan_early(scan);
	answer = verdict != NULL;
	if (answer && !slice_starts(verdict->reply, SLICE("550 5.7.1 no, 1")) &&
	    !slice_starts(verdict->reply, SLICE("550 5.7.1 no, 2")))
		fail_msg("%s: reply \"%.*s\"", row->name, SLICE_ARG(verdict->reply));
	scan_close(&scan);
	slot_free(&slot);
	ruleset_unref(&ruleset);
	arena_free(&arena);
	return answer;
}

static void
test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		if (refused(&rows[i], THRESHOLD_OFF, true) != rows[i].want)
			fail_msg("%s: got %d, want %d", rows[i].name, !rows[i].want, rows[i].want);
	}
}

/* Mail that would be thrown away is not refused instead; without DNS nothing is asked. */
static void
test_policy(void **state)
{
	(void)state;
	assert_true(refused(&rows[0], 11 * SCORE_ONE, true));
	assert_false(refused(&rows[0], 10 * SCORE_ONE, true));
	assert_false(refused(&rows[0], THRESHOLD_OFF, false));
}

/* What hits early hits in the whole message too, whatever stands in it. */
static void
test_same_at_the_end(void **state)
{
	static const char *const messages[] = {
		"Subject: x\n\nx\n",
		"Received: from other (other.example [203.0.113.7]) by y.example (Postfix) with "
		"ESMTP id 1; Mon, 1 Jan 2024 10:00:00 +0000\nSubject: y\n\ny\n",
		"Received: from a b c\nX-Originating-IP: [203.0.113.7]\nReturn-Path: <z@z.example>\n"
		"\nx\n",
	};
	struct slot *slot = helper_slot();

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct ruleset *ruleset = build(&rows[i], THRESHOLD_OFF);

		for (size_t k = 0; rows[i].want && k < COUNT(messages); k++) {
			struct arena *arena = arena_new(1 << 22);
			struct err err;
			const struct dns_table *table = dns_table_read(arena, SLICE(zone), &err);
			const struct verdict *verdict = helper_scan_dns(arena, ruleset, slot,
			    slice_of(messages[k]), rows[i].envelope, table, NULL, NULL);

			if (verdict->action != ACTION_REJECT)
				fail_msg("%s, message %zu: not rejected", rows[i].name, k);
			arena_free(&arena);
		}
		ruleset_unref(&ruleset);
	}
	slot_free(&slot);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_policy),
		cmocka_unit_test(test_same_at_the_end),
	};

	return cmocka_run_group_tests_name("early", tests, NULL, NULL);
}
