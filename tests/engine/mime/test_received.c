/* test_received.c - received.c: a field of each dialect, and the client's own field both ways */
#include "config.h"

#include "engine/mime/received.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#include "engine/mime/received_pattern.h"
#include "engine/util/buf.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static const struct {
	const char *field;
	const char *want; /* "ip rdns helo by ident envfrom id auth flags", "-" for nothing */
} parsed[] = {
	/* Postfix */
	{ "from mx.example (host.example [192.0.2.1])\n\tby mail.example.net (Postfix) with ESMTPS id "
	  "4F040440F0\n\tfor <a@b.example>; Tue, 30 Jul 2002 03:30:03 -0400",
	    "192.0.2.1 host.example mx.example mail.example.net - - 4F040440F0 - -" },
	{ "from mx.example (unknown [IPv6:2001:db8::1]) by mail.example.net (Postfix) with ESMTPSA id "
	  "4F040440F0",
	    "2001:db8::1 - mx.example mail.example.net - - 4F040440F0 ESMTPSA n" },
	{ "from pc (host.example [192.0.2.1]) (Authenticated sender: joe) by mail.example.net (Postfix) "
	  "with ESMTP id 44A8959ED6",
	    "192.0.2.1 host.example pc mail.example.net - - 44A8959ED6 Postfix -" },
	/* Sendmail */
	{ "from mx.example (root@host.example [192.0.2.1] (may be forged)) by mail.example.net "
	  "(8.17.1/8.17.1) with ESMTP id kB3G26P6019032 (envelope-from x@y.example)",
	    "192.0.2.1 host.example mx.example mail.example.net root x@y.example kB3G26P6019032 - -" },
	{ "from pc ([192.0.2.1]) (authenticated bits=0) by mail.example.net (8.17.1/8.17.1) with ESMTP id "
	  "i8ND9v0N017746",
	    "192.0.2.1 - pc mail.example.net - - i8ND9v0N017746 Sendmail n" },
	/* Exim */
	{ "from host.example ([192.0.2.1]:25000 helo=mx.example ident=joe) by mail.example.net with esmtps "
	  "(TLS1.3) (Exim 4.96) (envelope-from <x@y.example>) id 1CJaZW-0006rU-00",
	    "192.0.2.1 host.example mx.example mail.example.net joe x@y.example 1CJaZW-0006rU-00 - -" },
	{ "from [192.0.2.1] (port=4711 helo=mx.example) by mail.example.net with esmtpa (Exim 4.96) id "
	  "1CJaZW-0006rU-00",
	    "192.0.2.1 - mx.example mail.example.net - - 1CJaZW-0006rU-00 esmtpa -" },
	/* qmail */
	{ "from host.example (HELO mx.example) (joe@192.0.2.1) by mail.example.net with SMTP; 1 Jan 2020",
	    "192.0.2.1 host.example mx.example mail.example.net joe - - - -" },
	{ "from unknown (HELO mx.example) (192.0.2.1) by mail.example.net with SMTP; 1 Jan 2020",
	    "192.0.2.1 - mx.example mail.example.net - - - - -" },
	{ "from host.example (192.0.2.1) by mail.example.net with SMTP; 1 Jan 2020",
	    "192.0.2.1 host.example host.example mail.example.net - - - - -" },
	/* Exchange and Outlook 365 */
	{ "from mx.example ([192.0.2.1]) by mail.example.net with Microsoft SMTPSVC(5.0.2195.6713); 1 Jan",
	    "192.0.2.1 - mx.example mail.example.net - - - - -" },
	{ "from AB1.prod.outlook.com (2001:db8:10::14) by AB2.prod.outlook.com (2001:db8:20::8) with "
	  "Microsoft SMTP Server (version=TLS1_2, cipher=X) id 15.20.5612.14; Mon, 1 Jan 2024",
	    "2001:db8:10::14 AB1.prod.outlook.com AB1.prod.outlook.com AB2.prod.outlook.com - - "
	    "15.20.5612.14 - -" },
	{ "from AB1.prod.outlook.com ([fe80::1]) by AB1.prod.outlook.com ([fe80::1%3]) with mapi id "
	  "15.20.4909.012; Fri, 21 Jan 2022",
	    "fe80::1 - AB1.prod.outlook.com AB1.prod.outlook.com - - - - -" },
	/* Gmail */
	{ "from mail-x.google.com (mail-x.google.com. [192.0.2.1]) by mx.google.com with SMTPS id "
	  "d1sor1.2020.01 for <a@b.example> (Google Transport Security)",
	    "192.0.2.1 mail-x.google.com mail-x.google.com mx.google.com - - d1sor1.2020.01 - -" },
	{ "from [192.168.1.2] ([192.0.2.1]) by smtp.gmail.com with ESMTPSA id d1.2.2020.01",
	    "192.0.2.1 - !192.168.1.2! smtp.gmail.com - - d1.2.2020.01 ESMTPSA n" },
	/* Courier, CommuniGate, Critical Path, GMX, ecelerity, vger */
	{ "from pc (host.example [::ffff:192.0.2.1]) (AUTH: LOGIN joe) by mail.example.net with esmtp; 1",
	    "192.0.2.1 host.example pc mail.example.net - - - LOGIN -" },
	{ "from [192.0.2.1] (account joe HELO pc) by mail.example.net (CommuniGate Pro SMTP 5.1) with ESMTP "
	  "id 53327",
	    "192.0.2.1 - pc mail.example.net - - 53327 Communigate -" },
	{ "from [10.0.0.1] (192.0.2.1) by mail.example.net (5.8.716.04) (authenticated as joe) id "
	  "613A8CC314A977E6",
	    "192.0.2.1 - !10.0.0.1! mail.example.net - - 613A8CC314A977E6 CriticalPath n" },
	{ "from host.example (EHLO pc) [192.0.2.1] by mail.gmx.net (mp033) with SMTP; 1 Jan 2020",
	    "192.0.2.1 host.example pc mail.gmx.net - - - GMX(SMTP/mail.gmx.net) -" },
	{ "from ([192.0.2.1:53798] helo=mx.example) by mail.example.net (ecelerity 2.1 r(10620)) with ESMTP "
	  "id 5A/F0",
	    "192.0.2.1 - mx.example mail.example.net - - 5A/F0 - -" },
	{ "from host.example ([192.0.2.1]:4711 \"EHLO mx.example\" rhost-flags-OK-OK-OK-OK) by "
	  "mail.example.net with ESMTP id S229531",
	    "192.0.2.1 - mx.example mail.example.net - - S229531 - -" },
	/* Webmail and bare addresses */
	{ "from 192.0.2.1 (SquirrelMail authenticated user joe); by mail.example.net with HTTP; 1 Jan",
	    "192.0.2.1 - - mail.example.net - - - HTTP -" },
	/* A date with a comment behind it is part of the line. */
	{ "from [192.0.2.1] by mail.example.net; Thu, 2 Aug 2007 10:00:00 +0000",
	    "192.0.2.1 - !192.0.2.1! mail.example.net - - - - -" },
	{ "from [192.0.2.1] by mail.example.net; Thu, 2 Aug 2007 10:00:00 +0000 (UTC)",
	    "192.0.2.1 - - mail.example.net - - - - -" },
	{ "from pc ([192.0.2.1]) by mail.example.net;Thu, 2 Aug 2007 10:00 GMT",
	    "192.0.2.1 - pc mail.example.net - - - - -" },
	{ "from pc ([192.0.2.1]) by mail.example.net; Thu, 2 Aug 2007 10:00 GMT (x)",
	    "192.0.2.1 - pc mail.example.net - - - - n" },
	/* No known shape: the first address in brackets and the first "by" */
	{ "From pc ([192.0.2.1]) by mail.example.net [198.51.100.1] ;Wed",
	    "192.0.2.1 - - mail.example.net - - - - -" },
	{ "from a b c ([192.0.2.1]) by mail.example.net with SMTP id 12345 (envelope-from x@y)",
	    "192.0.2.1 - a mail.example.net - x@y 12345 - -" },
	{ "from 192.0.2.1([198.51.100.1]) by (AIMC 2.9) with HELO pc",
	    "198.51.100.1 - pc !AIMC - - - - -" },
	{ "from 192.0.2.1 by mail.example.net with Mail2000 (envelope-from <a@b.example>)",
	    "192.0.2.1 - - mail.example.net - a@b.example - - -" },
	{ "from [a] (unknown [192.0.2.1]) (Authenticated sender: x) by b.example (Mailer) with ESMTP",
	    "192.0.2.1 - !a! b.example - - - Postfix(Mailer) n" },
	{ "from (HELO pc) [192.0.2.1] by mail.example.net id ABC1",
	    "192.0.2.1 - pc mail.example.net - - "
	    "ABC1 - -" },
	/* Names that look like an MTA's words make no relay trusted and none forgotten. */
	{ "from with (authenticated.example [192.0.2.1]) by m.example (Postfix) with SMTP id 12345",
	    "192.0.2.1 authenticated.example with m.example - - 12345 - -" },
	{ "from (authenticated) (fetchmail-6.example [192.0.2.1]) by m.example (Postfix) with SMTP id 12345",
	    "192.0.2.1 fetchmail-6.example !authenticated! m.example - - 12345 - -" },
	{ "from (AUTH: (qmail-.example [192.0.2.1]) by m.example (Postfix) with SMTP id 12345",
	    "192.0.2.1 qmail-.example !AUTH: m.example - - 12345 - -" },
	/* Bytes that could be mistaken in the text form of relays */
	{ "from a|b#c (x<y>z [192.0.2.1]) by mail.example.net (Postfix) with SMTP id 12345",
	    "192.0.2.1 x!y!z a!b!c mail.example.net - - 12345 - -" },
};

static const struct {
	const char *field;
	enum received_outcome want;
} others[] = {
	{ "by mail.example.net (Postfix, from userid 501) id 4F040440F0", RECEIVED_IGNORED },
	{ "(qmail 10681 invoked by uid 404); 14 Nov 2003 08:05:52 -0000", RECEIVED_IGNORED },
	{ "(from joe@localhost) by mail.example.net (8.9.3/8.9.3) id QAA1", RECEIVED_IGNORED },
	{ "from mail pickup service by mail.example.net with Microsoft SMTPSVC; 1",
	    RECEIVED_IGNORED },
	{ "from localhost (joe@localhost) by mail.example.net (8.9.3/8.9.3) id QAA1",
	    RECEIVED_IGNORED },
	{ "from pc by mail.example.net with local (Exim 4.96) id 17eM4h-0000lp-00",
	    RECEIVED_IGNORED },
	{ "from pop.example [192.0.2.1] by localhost with POP3 (fetchmail-6.4) for x",
	    RECEIVED_FETCHED },
	{ "from 192.0.2.1 by b.example (envelope-from <a@b.example>, uid 502) with qmail-scanner-1.24",
	    RECEIVED_SCANNED },
	{ "From a@b.example by mail.example.net;Sun", RECEIVED_IGNORED },
	{ "from a.example by mail.example.net ; Sun", RECEIVED_IGNORED },
	{ "from a.example by mail.example.net for b@b.example", RECEIVED_IGNORED },
	{ "from a ([unix socket]) by mail.example.net (Cyrus v2.3.14) with LMTPA; 1",
	    RECEIVED_IGNORED },
	{ "from a ([unix socket]) by mail.example.net (Cyrus v2.3-Debian) with LMTPA; 1",
	    RECEIVED_UNPARSEABLE },
	{ "from a (helo=b) by mail.example.net with local-esmtp (Exim 4.9) id 1",
	    RECEIVED_IGNORED },
	{ "(from joe@example.org) by mail.example.net (8.9.3/8.9.3) id QAA1",
	    RECEIVED_UNPARSEABLE },
	{ "from nowhere in particular", RECEIVED_UNPARSEABLE },
	{ "from mx.example (host.example [192.0.2.1])", RECEIVED_UNPARSEABLE },
	{ "from mx.example (host.example [192.0.2.999]) by mail.example.net",
	    RECEIVED_UNPARSEABLE },
	{ "", RECEIVED_IGNORED },
	{ "from", RECEIVED_IGNORED },
	{ "from ", RECEIVED_IGNORED },
	{ ";;; ;", RECEIVED_IGNORED },
};

/* A field without its blanks, "-" when there is nothing of it. */
static void
add_field(struct buf *out, struct slice field)
{
	if (out->n > 0)
		buf_add_byte(out, ' ');
	if (field.n == 0)
		buf_add_byte(out, '-');
	for (size_t i = 0; i < field.n; i++)
		if (field.p[i] != ' ')
			buf_add_byte(out, field.p[i]);
}

static struct slice
relay_text(struct arena *arena, const struct relay *relay)
{
	struct buf out = { .arena = arena };

	add_field(&out, relay->ip);
	add_field(&out, relay->rdns);
	add_field(&out, relay->helo);
	add_field(&out, relay->by);
	add_field(&out, relay->ident);
	add_field(&out, relay->envfrom);
	add_field(&out, relay->id);
	add_field(&out, relay->auth);
	add_field(&out, relay->no_reverse_dns ? SLICE("n") : SLICE(""));
	return buf_slice(&out);
}

static void
test_parsed(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(parsed); i++) {
		struct arena *arena = arena_new(1 << 16);
		struct relay relay;
		struct slice got = SLICE("not parsed");

		if (received_parse(arena, slice_of(parsed[i].field), &relay) == RECEIVED_PARSED)
			got = relay_text(arena, &relay);
		if (!slice_eq(got, slice_of(parsed[i].want)))
			fail_msg("%s\n got  %.*s\n want %s", parsed[i].field, SLICE_ARG(got),
			    parsed[i].want);
		arena_free(&arena);
	}
}

static void
test_others(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(others); i++) {
		struct arena *arena = arena_new(1 << 16);
		struct relay relay;
		enum received_outcome got = received_parse(
		    arena, slice_of(others[i].field), &relay);

		if (got != others[i].want)
			fail_msg("\"%s\": got outcome %d, want %d", others[i].field, (int)got,
			    (int)others[i].want);
		arena_free(&arena);
	}
}

static const struct {
	const char *pattern, *text;
	bool want;
	const char *helo, *ip;
} patterns[] = {
	{ "from %h ([%i])", "from a ([192.0.2.1]) by", true, "a", "192.0.2.1" },
	{ "from %h ([%i])", "from a ([192.0.2.1] x) by", false, NULL, NULL },
	{ "from %h{ x|} [%i]", "from a [::1]", true, "a", "::1" },
	{ "from %h{ x|} [%i]", "from a x [::1]", true, "a", "::1" },
	{ "from %h{:%n|.%n|} ", "from a:25 ", true, "a", "" },
	{ "%h %. end", "a b c end", true, "a", "" },
	{ "%i", "::ffff:192.0.2.1", true, "", "192.0.2.1" },
	{ "%i.%n", "192.0.2.1.4711", true, "", "192.0.2.1" },
	{ "%i", "192.0.2", false, NULL, NULL },
	{ "{a|b{c|d}} ", "bd ", true, "", "" },
	{ "{a|b{c|d}} ", "be ", false, NULL, NULL },
	{ "x", "", false, NULL, NULL },
	{ "%h by %w%$", "a by b", true, "a", "" },
	{ "%h by %w%$", "a by b c", false, NULL, NULL },
};

static void
test_patterns(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(patterns); i++) {
		struct received_match match;
		bool got = received_match(patterns[i].pattern, slice_of(patterns[i].text), &match);

		if (got != patterns[i].want)
			fail_msg("%s on %s: got %d", patterns[i].pattern, patterns[i].text, got);
		if (got && (!slice_eq(match.helo, slice_of(patterns[i].helo)) ||
			       !slice_eq(match.ip, slice_of(patterns[i].ip))))
			fail_msg("%s on %s: helo \"%.*s\", ip \"%.*s\"", patterns[i].pattern,
			    patterns[i].text, SLICE_ARG(match.helo), SLICE_ARG(match.ip));
	}
}

/* Whatever a client says of itself, its field reads back as its address. */
static void
test_render(void **state)
{
	static const struct slice names[] = { { "mx.example", 10 }, { "", 0 }, { NULL, 0 },
		{ "a b", 3 }, { "x) by evil.example (y", 21 }, { "[192.0.2.9]", 11 },
		{ "a (b [192.0.2.9]) by c", 22 }, { "\n\tby x", 6 }, { "a;b", 3 },
		{ "(fetchmail-6)", 13 }, { "with esmtpa", 11 }, { "\0\xff", 2 } };
	static const struct slice ips[] = { { "192.0.2.1", 9 }, { "2001:db8::1", 11 } };

	(void)state;
	for (size_t i = 0; i < COUNT(names) * COUNT(names) * 2; i++) {
		struct arena *arena = arena_new(1 << 16);
		struct slice helo = names[i % COUNT(names)];
		struct slice rdns = names[i / COUNT(names) % COUNT(names)];
		struct envelope envelope = { .known = true,
			.client_ip = ips[i % 2],
			.helo = helo,
			.rdns = rdns,
			.mail_from = helo,
			.auth_user = i % 3 ? rdns : SLICE_ABSENT,
			.my_name = SLICE("mail.example.net"),
			.queue_id = rdns };
		struct slice field = received_render(arena, &envelope);
		struct relay relay;

		if (received_parse(arena, slice_from(field, 9), &relay) != RECEIVED_PARSED ||
		    !slice_eq(relay.ip, envelope.client_ip) ||
		    !slice_eq(relay.by, SLICE("mail.example.net")) ||
		    (relay.auth.n > 0) != (envelope.auth_user.n > 0))
			fail_msg("does not read back: %.*s", SLICE_ARG(field));
		arena_free(&arena);
	}
}

/* No envelope, or no address: no field. */
static void
test_render_nothing(void **state)
{
	struct arena *arena = arena_new(1 << 16);
	struct envelope unknown = { .client_ip = SLICE("192.0.2.1") };
	struct envelope no_address = { .known = true, .client_ip = SLICE("localhost") };

	(void)state;
	assert_null(received_render(arena, &unknown).p);
	assert_null(received_render(arena, &no_address).p);
	arena_free(&arena);
}

/* A full arena gives up and does not crash. */
static void
test_caps(void **state)
{
	(void)state;
	for (size_t cap = 0; cap < 2048; cap += 16)
		for (size_t i = 0; i < COUNT(parsed); i++) {
			struct arena *arena = arena_new(cap);
			struct relay relay;

			(void)received_parse(arena, slice_of(parsed[i].field), &relay);
			arena_free(&arena);
		}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parsed),
		cmocka_unit_test(test_others),
		cmocka_unit_test(test_patterns),
		cmocka_unit_test(test_render),
		cmocka_unit_test(test_render_nothing),
		cmocka_unit_test(test_caps),
	};

	return cmocka_run_group_tests_name("received", tests, NULL, NULL);
}
