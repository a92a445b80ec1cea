/*
 * test_list_rules.c - kind_dnsbl.c, kind_uribl.c, kind_dns.c: whom they ask, what hits
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "engine/net/dns_table.h"
#include "tests/engine/scan_helper.h"

#define ASK(id, k, l, ...)                                                         \
	{                                                                          \
		.name = SLICE(id), .kind = RULE_##k, .list = SLICE(l), __VA_ARGS__ \
	}
#define DNS(id, question, ...)                                                                  \
	{                                                                                       \
		.name = SLICE(id), .kind = RULE_DNS, .expression = SLICE(question), __VA_ARGS__ \
	}
#define ANSWERS(...)                                      \
	.answers = (const struct slice[]){ __VA_ARGS__ }, \
	.answer_count = sizeof((const struct slice[]){ __VA_ARGS__ }) / sizeof(struct slice)
#define OF(word) .of = SLICE(word)
#define BY(word) .by = SLICE(word)
#define T(text)                        \
	{                              \
		text, sizeof(text) - 1 \
	}
#define ONE T("127.0.0.2")

static const struct network internal[] = {
	{ { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 10, 0, 0, 0 }, 104, false }
};

/* Three relays: the client, 192.0.2.1 before it, and a private one. */
static const char mail[] =
    "Received: from b.example (b.example [192.0.2.1]) by mx.client.example (Postfix) with ESMTP id 1;\n"
    "\tMon, 1 Jan 2024 00:00:00 +0000\n"
    "Received: from c.example (c.example [10.9.9.9]) by b.example (Postfix) with ESMTP id 2;\n"
    "\tMon, 1 Jan 2024 00:00:00 +0000\n"
    "DKIM-Signature: v=1; a=rsa-sha256; d=sub.signer.com; s=x; b=aa\n"
    "From: A <Joe@Sub.Author.com>\n"
    "Reply-To: r@reply.net\n"
    "MIME-Version: 1.0\n"
    "Content-Type: text/plain\n"
    "\n"
    "see http://www.bad.co.uk/x and https://198.51.100.7/y and http://rcpt.org/\n"
    "http://in.local/ http://www.site.com/\n";

static const struct {
	const char *name;
	struct rule_def def;
	const char *dns;
	const char *want; /* hits, and what lists were asked about */
} cases[] = {
	{ "last external is the usual", ASK("R", DNSBL, "bl", ANSWERS(ONE)),
	    "9.113.0.203.bl.test A 127.0.0.2", "R | 203.0.113.9 listed" },
	{ "codes of the list", ASK("R", DNSBL, "bl", .tags = 0), "9.113.0.203.bl.test A 127.0.0.2",
	    "R | 203.0.113.9 listed" },
	{ "another code", ASK("R", DNSBL, "bl", ANSWERS(ONE)), "9.113.0.203.bl.test A 127.0.0.3",
	    " | 203.0.113.9 listed | list bl: answer 127.0.0.3 is not declared, no hit" },
	{ "one of several codes", ASK("R", DNSBL, "bl", ANSWERS(ONE, T("127.0.0.4-127.0.0.7"))),
	    "9.113.0.203.bl.test A 127.0.0.7\n9.113.0.203.bl.test A 127.0.0.5",
	    "R | 203.0.113.9 listed" },
	{ "a bit", ASK("R", DNSBL, "bl", ANSWERS(T("&8"))), "9.113.0.203.bl.test A 127.0.0.12",
	    "R | 203.0.113.9 listed" },
	{ "outside 127/8", ASK("R", DNSBL, "bl", ANSWERS(T("127.0.0.0/8"))),
	    "9.113.0.203.bl.test A 203.0.113.1",
	    " | 203.0.113.9 no code | list bl: answer 203.0.113.1 is no code, no hit" },
	{ "an error code", ASK("R", DNSBL, "bl", ANSWERS(T("127.0.0.0/8"))),
	    "9.113.0.203.bl.test A 127.255.255.254\n9.113.0.203.bl.test A 127.0.0.2",
	    " | 203.0.113.9 error code | list bl refuses to answer (error code "
	    "127.255.255.254) | the DNS gave no answer for R" },
	{ "timeout", ASK("R", DNSBL, "bl", ANSWERS(ONE)), "9.113.0.203.bl.test A !TIMEOUT",
	    " | 203.0.113.9 no answer | the DNS gave no answer for R" },
	{ "all external, none private", ASK("R", DNSBL, "bl", OF("all-external")),
	    "1.2.0.192.bl.test A 127.0.0.2", "R | 203.0.113.9 not listed, 192.0.2.1 listed" },
	{ "all untrusted", ASK("R", DNSBL, "bl", OF("all-untrusted"), .tags = RULE_MULTIPLE),
	    "*.192.bl.test A 127.0.0.2\n*.203.bl.test A 127.0.0.2",
	    "R=2 | 203.0.113.9 listed, 192.0.2.1 listed" },
	{ "first external", ASK("R", DNSBL, "bl", OF("first-external")), "", " | " },
	{ "first trusted", ASK("R", DNSBL, "bl", OF("first-trusted")), "",
	    " | 203.0.113.9 not listed" },
	{ "client", ASK("R", DNSBL, "bl", OF("client")), "", " | 203.0.113.9 not listed" },
	{ "helo", ASK("R", DNSBL, "dom", OF("helo")), "client.example.dom.test A 127.0.0.2",
	    " | helo.com not listed" },
	{ "helo whole", ASK("R", DNSBL, "dom", OF("helo"), BY("host")),
	    "a.b.helo.com.dom.test A 127.0.0.2", "R | a.b.helo.com listed" },
	{ "envelope from", ASK("R", DNSBL, "dom", OF("envelope-from")), "",
	    " | sender.net not listed" },
	{ "from", ASK("R", DNSBL, "dom", OF("from")), "author.com.dom.test A 127.0.0.2",
	    "R | author.com listed" },
	{ "reply to", ASK("R", DNSBL, "dom", OF("reply-to")), "", " | reply.net not listed" },
	{ "a bad signature's domain is not asked about", ASK("R", DNSBL, "dom", OF("dkim")),
	    "signer.com.dom.test A 127.0.0.2", " | " },
	{ "md5 of an address",
	    ASK("R", DNSBL, "hash", OF("from"), BY("address"), .hash = SLICE("md5")),
	    "502e99612eef4a503f66e1b69b586ed3.hash.test A 127.0.0.2",
	    "R | joe@sub.author.com listed" },
	{ "sha1 of URIs' domains", ASK("R", URIBL, "hash", .hash = SLICE("sha1")),
	    "7970e6f3b1124c05cfc0804796c54a2b090410a6.hash.test A 127.0.0.2",
	    "R | bad.co.uk not listed, site.com listed" },
	{ "sha256 of URIs as written", ASK("R", URIBL, "hash", BY("uri"), .hash = SLICE("sha256")),
	    "fxzpeiln5nzoxmmuspnrxuutttjtso5pkkjs3qaeivcbhlxl4bvq.hash.test A 127.0.0.2",
	    "R | http://www.bad.co.uk/x not listed, http://www.site.com/ listed" },
	{ "uri domains: no recipients, no inner names", ASK("R", URIBL, "dom", .tags = 0),
	    "bad.co.uk.dom.test A 127.0.0.2", "R | bad.co.uk listed, site.com not listed" },
	{ "uri hosts", ASK("R", URIBL, "dom", BY("host")), "",
	    " | www.bad.co.uk not listed, www.site.com not listed" },
	{ "uri addresses where they are taken", ASK("R", URIBL, "both", .tags = 0),
	    "7.100.51.198.both.test A 127.0.0.2",
	    "R | bad.co.uk not listed, site.com not listed, 198.51.100.7 listed" },
	{ "uri addresses alone", ASK("R", URIBL, "bl", BY("ip")), "",
	    " | 198.51.100.7 not listed" },
	{ "words", ASK("R", DNSBL, "bl", .list_text = true),
	    "9.113.0.203.bl.test A 127.0.0.2\n9.113.0.203.bl.test TXT \"see there\"",
	    "R | 203.0.113.9 listed" },
	{ "dns: any", DNS("R", "{from-domain}", .question_type = SLICE("MX")),
	    "author.com MX 10 mx.author.com", "R | " },
	{ "dns: pattern",
	    DNS("R", "_dmarc.{from-domain}", .question_type = SLICE("TXT"),
		ANSWERS(T("/^v=DMARC1\\b.*p=none/"))),
	    "_dmarc.author.com TXT \"v=DMARC1; p=none\"", "R | " },
	{ "dns: pattern, no match",
	    DNS("R", "_dmarc.{from-domain}", .question_type = SLICE("TXT"), ANSWERS(T("/p=none/"))),
	    "_dmarc.author.com TXT \"v=DMARC1; p=reject\"", " | " },
	{ "dns: none", DNS("R", "{from-domain}", .question_type = SLICE("MX"), ANSWERS(T("NONE"))),
	    "author.com A 192.0.2.3", "R | " },
	{ "dns: a failure is not none",
	    DNS("R", "{from-domain}", .question_type = SLICE("MX"), ANSWERS(T("NONE"))),
	    "author.com MX !SERVFAIL", " |  | the DNS gave no answer for R" },
	{ "dns: address of another net", DNS("R", "{rdns}", ANSWERS(T("203.0.113.77"))),
	    "host.rdns.com A 203.0.113.77", "R | " },
	{ "dns: reversed address",
	    DNS("R", "{last-external}.in-addr.arpa", .question_type = SLICE("PTR"),
		ANSWERS(T("/dyn/"))),
	    "9.113.0.203.in-addr.arpa PTR dyn-9.example.", "R | " },
	{ "dns: an error code is no hit", DNS("R", "{from-domain}.any.test", ANSWERS(T("/./"))),
	    "author.com.any.test A 127.255.255.254",
	    " |  | author.com.any.test: the answer 127.255.255.254 is an error code, no hit | "
	    "the DNS gave no answer for R" },
	{ "dns: an operator's error code is no hit", DNS("R", "{from-domain}.uribl.com", .tags = 0),
	    "author.com.uribl.com A 127.0.0.1",
	    " | author.com error code | list uribl.com refuses to answer (error code "
	    "127.0.0.1) | the DNS gave no answer for R" },
	{ "dns: words beside an error code are no hit",
	    DNS("R", "{from-domain}.multi.uribl.com", .question_type = SLICE("TXT"),
		ANSWERS(T("/./"))),
	    "author.com.multi.uribl.com TXT \"refused\"\nauthor.com.multi.uribl.com A 127.0.0.1",
	    " | author.com error code | list multi.uribl.com refuses to answer (error code "
	    "127.0.0.1) | the DNS gave no answer for R" },
	{ "dns: an error code of a list that is described",
	    DNS("R", "{from-domain}.dom.test", .tags = 0), "author.com.dom.test A 127.0.0.99",
	    " | author.com error code | list dom refuses to answer (error code 127.0.0.99) | "
	    "the DNS gave no answer for R" },
	{ "dns: several fields", DNS("R", "{reply-to-domain}.{from-host}.t.test", .tags = 0),
	    "reply.net.sub.author.com.t.test A 192.0.2.1", "R | " },
};

static const struct {
	const char *name;
	struct rule_def def;
	const char *want;
} broken[] = {
	{ "unknown list", ASK("R", DNSBL, "nobody", .tags = 0), "there is no DNS list nobody" },
	{ "error code", ASK("R", DNSBL, "bl", ANSWERS(T("127.255.255.252"))),
	    "is an error code of list bl" },
	{ "error code of its own", ASK("R", DNSBL, "dom", OF("helo"), ANSWERS(T("127.0.0.99"))),
	    "is an error code of list dom" },
	{ "no code", ASK("R", DNSBL, "bl", ANSWERS(T("10.0.0.1"))), "127.0.0.0/8" },
	{ "takes no domains", ASK("R", DNSBL, "bl", OF("helo")), "list bl takes no domains" },
	{ "takes no addresses", ASK("R", DNSBL, "dom", .tags = 0), "list dom takes no addresses" },
	{ "takes no hashes", ASK("R", URIBL, "dom", .hash = SLICE("md5")), "takes no hashes" },
	{ "of what", ASK("R", DNSBL, "bl", OF("everybody")), "of: expected" },
	{ "of URIs", ASK("R", DNSBL, "bl", OF("uri")), "of: expected" },
	{ "by what", ASK("R", URIBL, "dom", BY("colour")), "by: expected" },
	{ "by of relays", ASK("R", DNSBL, "bl", BY("host")), "by: relays" },
	{ "by address without hash", ASK("R", DNSBL, "dom", OF("from"), BY("address")),
	    "want a hash" },
	{ "hash of what", ASK("R", URIBL, "hash", .hash = SLICE("crc32")), "hash: expected" },
	{ "dns without field", DNS("R", "example.com", .tags = 0), "has no {field}" },
	{ "dns with a strange field", DNS("R", "{to-domain}.x", .tags = 0),
	    "{to-domain}: expected" },
	{ "dns with a recipient", DNS("R", "{rcpt}", .tags = 0), "{rcpt}: expected" },
	{ "dns unclosed", DNS("R", "a.{helo", .tags = 0), "expected a field" },
	{ "dns of addresses' domains", DNS("R", "{client-domain}", .tags = 0), "expected a field" },
	{ "dns answer", DNS("R", "{helo}", ANSWERS(T("hello"))), "expected a pattern" },
	{ "dns pattern", DNS("R", "{helo}", ANSWERS(T("/(/"))), "" },
};

static struct ruleset *
build(struct arena *arena, const struct rule_def *def, struct problems *problems)
{
	static const struct dns_code mine = { DNS_CODE_RANGE, 0x7f000063, 0x7f000063 };
	struct policy policy = { .spamassassin_quirks = true,
		.trusted_networks = { internal, 1 },
		.internal_networks = { internal, 1 } };
	struct dns_list lists[] = {
		{ .name = SLICE("bl"), .zone = SLICE("bl.test"), .takes = DNS_LIST_IP },
		{ .name = SLICE("dom"),
		    .zone = SLICE("dom.test"),
		    .takes = DNS_LIST_DOMAIN,
		    .errors = { &mine, 1 } },
		{ .name = SLICE("both"),
		    .zone = SLICE("both.test"),
		    .takes = DNS_LIST_DOMAIN | DNS_LIST_IP },
		{ .name = SLICE("hash"), .zone = SLICE("hash.test"), .takes = DNS_LIST_HASH },
	};
	const struct ruleset_report report = { helper_keep, problems };
	struct ruleset_source source = { .defs = def,
		.def_count = 1,
		.dns_lists = lists,
		.dns_list_count = 4,
		.policy = &policy };
	struct err err;

	for (size_t i = 0; i < 4; i++)
		assert_true(dns_list_settle(arena, &lists[i], true, &err));
	for (unsigned i = 0; i < ACTION_COUNT; i++)
		policy.thresholds.at[i] = THRESHOLD_OFF;
	return ruleset_build(&source, &report);
}

static void
answer(struct scan *scan, const struct dns_table *table)
{
	const struct dns_question *question;
	struct dns_answer found;

	while ((question = scan_wants(scan)) != NULL) {
		dns_table_answer(table, question, &found);
		scan_answer(scan, question, &found);
	}
}

/* "hits | uses | notes" */
static void
run(struct arena *arena, struct ruleset *ruleset, const char *dns,
    const struct dns_list_state *states, struct buf *out)
{
	static const struct slice rcpt[] = { SLICE("joe@rcpt.org") };
	const struct envelope envelope = { .known = true,
		.smtp = true,
		.client_ip = SLICE("203.0.113.9"),
		.rdns = SLICE("host.rdns.com"),
		.helo = SLICE("a.b.helo.com"),
		.mail_from = SLICE("s@sender.net"),
		.rcpts = rcpt,
		.rcpt_count = 1 };
	const struct scan_options options = {
		.now = 1700000000, .dns = true, .list_states = states
	};
	const struct budget endless = { NULL, NULL };
	struct scan *scan = scan_open(arena, ruleset, &envelope, &options);
	struct slot *slot = helper_slot();
	const struct dns_table *table;
	const struct verdict *verdict;
	struct err err;

	table = dns_table_read(arena, slice_of(dns), &err);
	assert_non_null(table);
	scan_message(scan, slot, slice_of(mail), &endless);
	for (unsigned round = 0; scan_is_open(scan) && round < 10; round++) {
		answer(scan, table);
		scan_resume(scan, slot, &endless);
	}
	verdict = scan_verdict(scan);
	for (size_t i = 0; i < verdict->hit_count; i++) {
		buf_add(out, verdict->hits[i].name);
		if (verdict->hits[i].count > 1)
			buf_printf(out, "=%u", verdict->hits[i].count);
	}
	buf_add(out, SLICE(" | "));
	for (size_t i = 0; i < verdict->list_use_count; i++)
		buf_printf(out, "%s%.*s %s", i > 0 ? ", " : "",
		    SLICE_ARG(verdict->list_uses[i].subject),
		    dns_list_says_word(verdict->list_uses[i].says));
	for (size_t i = 0; i < verdict->note_count; i++)
		buf_printf(out, " | %.*s", SLICE_ARG(verdict->notes[i]));
	scan_close(&scan);
	slot_free(&slot);
}

static void
test_hits(void **state)
{
	unsigned failures = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct arena *arena = arena_new((size_t)64 << 20);
		struct problems problems = { { 0 } };
		struct ruleset *ruleset = build(arena, &cases[i].def, &problems);
		struct buf got = { 0 };

		run(arena, ruleset, cases[i].dns, NULL, &got);
		if (problems.text.n > 0 || strcmp(buf_text(&got), cases[i].want) != 0) {
			failures++;
			print_error("%s: got \"%s\", want \"%s\" %s\n", cases[i].name,
			    buf_text(&got), cases[i].want, buf_text(&problems.text));
		}
		buf_clear(&got);
		buf_clear(&problems.text);
		ruleset_unref(&ruleset);
		arena_free(&arena);
	}
	assert_int_equal(failures, 0);
}

static void
test_broken(void **state)
{
	unsigned failures = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++) {
		struct arena *arena = arena_new((size_t)64 << 20);
		struct problems problems = { { 0 } };
		struct ruleset *ruleset = build(arena, &broken[i].def, &problems);

		if (ruleset_count(ruleset) != 0 ||
		    strstr(buf_text(&problems.text), broken[i].want) == NULL) {
			failures++;
			print_error("%s: got \"%s\", want \"%s\"\n", broken[i].name,
			    buf_text(&problems.text), broken[i].want);
		}
		buf_clear(&problems.text);
		ruleset_unref(&ruleset);
		arena_free(&arena);
	}
	assert_int_equal(failures, 0);
}

/* A list that is not well is not asked, and what its rules would say is not known. */
static void
test_states(void **state)
{
	static const struct {
		enum dns_list_condition condition;
		const char *want;
	} rows[] = {
		{ DNS_LIST_WELL, "R | 203.0.113.9 listed" },
		{ DNS_LIST_UNTESTED,
		    " |  | list bl is untested: not asked | the DNS gave no answer for R" },
		{ DNS_LIST_SICK,
		    " |  | list bl is sick: not asked | the DNS gave no answer for R" },
		{ DNS_LIST_SPENT,
		    " |  | list bl is budget used up: not asked | the DNS gave no answer for R" },
	};
	const struct rule_def def = ASK("R", DNSBL, "bl", .tags = 0);

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct arena *arena = arena_new((size_t)64 << 20);
		struct problems problems = { { 0 } };
		struct ruleset *ruleset = build(arena, &def, &problems);
		const struct dns_list_state states[4] = { { rows[i].condition } };
		struct buf got = { 0 };

		run(arena, ruleset, "9.113.0.203.bl.test A 127.0.0.2", states, &got);
		assert_string_equal(buf_text(&got), rows[i].want);
		assert_true(ruleset_asks(ruleset, 0));
		assert_false(ruleset_asks(ruleset, 1));
		buf_clear(&got);
		ruleset_unref(&ruleset);
		arena_free(&arena);
	}
}

/* The same for lists that rules name by their zones: they come after those described. */
static void
test_implied_states(void **state)
{
	static const struct slice entry = { "R _LASTEXTERNALREVIP_.ask.test A 127.0.0.2", 42 };
	static const struct rule_list askdns = { SLICE("askdns"), &entry, 1, { 0 } };
	static const struct rule_def defs[] = {
		{ .name = SLICE("R"),
		    .kind = RULE_FUNCTION,
		    .expression = SLICE("check_hashbl_emails('h.test', 'raw', 'From:addr')") },
		{ .name = SLICE("R"),
		    .kind = RULE_FUNCTION,
		    .expression = SLICE("check_askdns()") },
		{ .name = SLICE("R"),
		    .kind = RULE_DNS,
		    .expression = SLICE("{last-external}.zen.spamhaus.org") },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(defs) / sizeof(defs[0]); i++) {
		struct arena *arena = arena_new((size_t)64 << 20);
		const struct ruleset_report report = { helper_keep, NULL };
		const struct ruleset_source source = {
			.defs = &defs[i], .def_count = 1, .lists = &askdns, .list_count = 1
		};
		struct ruleset *ruleset = ruleset_build(&source, &report);
		const struct dns_list_state sick = { DNS_LIST_SICK };
		struct buf got = { 0 };

		assert_int_equal(ruleset_dns_lists(ruleset)->n, 1);
		assert_true(ruleset_asks(ruleset, 0));
		run(arena, ruleset, "* A 127.0.0.2", &sick, &got);
		if (strstr(buf_text(&got), " is sick: not asked | the DNS gave no answer for R") ==
		    NULL)
			fail_msg("rule %zu: got \"%s\"", i, buf_text(&got));
		buf_clear(&got);
		ruleset_unref(&ruleset);
		arena_free(&arena);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hits),
		cmocka_unit_test(test_broken),
		cmocka_unit_test(test_states),
		cmocka_unit_test(test_implied_states),
	};

	return cmocka_run_group_tests_name("list_rules", tests, NULL, NULL);
}
