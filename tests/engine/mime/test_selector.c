/* test_selector.c - selector.c: what each selector reads from one message, and which are refused */
#include "engine/mime/selector.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "engine/util/buf.h"

static const char message_text[] =
    "Return-Path: <bounce@lists.example.org>\n"
    "Received: from a.example.com (a.example.com [198.51.100.1])\n"
    "\tby mx.example.net (Postfix) with ESMTP id 1; Mon, 1 Jan 2024 10:00:05 +0000\n"
    "X-Between: one\n"
    "X-Spam-Status: Yes\n"
    "Received: from b.example.com ([198.51.100.2]) by a.example.com; Mon, 1 Jan 2024 10:00:00 +0000\n"
    "To: \"Foo, Blah\" <jm@foo.example>, jm@bar.example\n"
    "Cc: 'Quoted Name' <cc@third.example.co.uk>\n"
    "From: =?utf-8?Q?B=C3=A4z?= <baz@mail.sub.example.co.uk> (comment)\n"
    "Subject:   a  \n  folded\n\tone \n"
    "Message-ID: <x@y.example.com>\n"
    "X-Ip: seen from [192.0.2.7] and 10.0.0.1\n"
    "X-Host: see mail.example.org or nothing\n"
    "\n"
    "body\n";

static const struct {
	const char *selector;
	const char *want; /* NULL: no such field */
} cases[] = {
	{ "X-Spam-Status", NULL },
	{ "To:addr", "jm@foo.example\njm@bar.example" },
	{ "To:name", "Foo, Blah" },
	{ "tO:addr:first", "jm@foo.example\njm@bar.example" },
	{ "Cc:name", "Quoted Name" },
	{ "ToCc:addr", "jm@foo.example\njm@bar.example\ncc@third.example.co.uk" },
	{ "From:name", "B\xc3\xa4z" },
	{ "From:raw", " =?utf-8?Q?B=C3=A4z?= <baz@mail.sub.example.co.uk> (comment)\n" },
	{ "From:addr:host", "mail.sub.example.co.uk" },
	{ "From:host", "mail.sub.example.co.uk" },
	{ "From:addr:domain", "example.co.uk" },
	{ "Subject", "a   folded one\n" },
	{ "Subject:raw", "   a  \n  folded\n\tone \n" },
	{ "subject", "a   folded one\n" },
	{ "MESSAGEID", "<x@y.example.com>\n" },
	{ "messageid", NULL },
	{ "X-Ip:ip", "192.0.2.7" },
	{ "X-Ip:revip", "7.2.0.192" },
	{ "X-Host:host", "mail.example.org" },
	{ "X-None", NULL },
	{ "EnvelopeFrom", "bounce@lists.example.org" },
	{ "X-AuthorDomain", "mail.sub.example.co.uk" },
	{ "X-SenderDomain", "lists.example.org" },
	{ "X-Between", "one\n" },
	{ "ALL-TRUSTED",
	    "Return-Path: <bounce@lists.example.org>\n"
	    "Received: from a.example.com (a.example.com [198.51.100.1]) by mx.example.net (Postfix) "
	    "with ESMTP id 1; Mon, 1 Jan 2024 10:00:05 +0000\n" },
};

static const struct {
	const char *selector;
	const char *want; /* in the error */
} refused[] = {
	{ "From:adr", "unknown modifier \":adr\"" },
	{ "From:", "unknown modifier" },
	{ "", "expected a header field's name" },
	{ "X Y", "expected a header field's name" },
};

static void
check_message(const char *message, const char *text, const char *want,
    const struct envelope *envelope, struct slice envelope_sender_header)
{
	struct arena *arena = arena_new(1 << 20);
	struct budget budget = { 0 };
	struct policy policy = { 0 };
	struct converters converters;
	struct selector_source source = { .envelope = envelope };
	struct selector *selector;
	struct slice got;
	struct err err;

	for (size_t i = 0; i < CHARSET_COUNT; i++)
		converters.to_utf8[i] = (iconv_t)-1;
	source.message = message_parse(arena, slice_of(message), 0, &budget);
	source.values = arena_array(arena, source.message->headers.n + 1, sizeof(struct slice));
	source.relays = relays_find(arena, source.message, envelope, &policy);
	source.converters = &converters;
	source.envelope_sender_header = envelope_sender_header;
	selector = selector_compile(arena, slice_of(text), &err);
	assert_non_null(selector);
	selector_read(selector, arena, &source, &got); /* what it keeps serves the next */
	if (selector_read(selector, arena, &source, &got) != (want != NULL) ||
	    (want != NULL && !slice_eq(got, slice_of(want))))
		fail_msg("%s: got \"%.*s\", want \"%s\"", text, SLICE_ARG(got),
		    want == NULL ? "nothing" : want);
	arena_free(&arena);
}

static void
check_from(const char *text, const char *want, const struct envelope *envelope,
    struct slice envelope_sender_header)
{
	check_message(message_text, text, want, envelope, envelope_sender_header);
}

static void
check_case(const char *text, const char *want, const struct envelope *envelope)
{
	check_from(text, want, envelope, SLICE_ABSENT);
}

/* The field that is named decides alone, but for the MTA. */
static void
test_sender_header(void **state)
{
	struct envelope none = { 0 };
	struct envelope told = { .known = true, .mail_from = SLICE("real@sender.example") };

	(void)state;
	check_from("EnvelopeFrom", "jm@foo.example", &none, SLICE("to"));
	check_from("EnvelopeFrom", NULL, &none, SLICE("X-Between"));
	check_from("EnvelopeFrom", NULL, &none, SLICE("X-None"));
	check_from("EnvelopeFrom", "bounce@lists.example.org", &none, SLICE(""));
	check_from("EnvelopeFrom", "real@sender.example", &told, SLICE("To"));
}

#define RECEIVED "Received: from a by b (fetchmail-6)\n"

/* Which of the delivery agents' fields is believed. */
static void
test_delivery_fields(void **state)
{
	static const struct {
		const char *message, *want;
	} rows[] = {
		{ "Return-Path: <a@b.example>\n" RECEIVED "\nx", "a@b.example" },
		{ RECEIVED "Return-Path: <a@b.example>\n\nx", NULL },
		{ "Return-Path: <a@b.example>\n" RECEIVED "Envelope-Sender: c@d.example\n\nx",
		    "a@b.example" },
		{ "Return-Path: <a@b.example>\n" RECEIVED "X-Envelope-From: c@d.example\n\nx",
		    NULL },
		{ "Return-Path: <a@b.example>\n" RECEIVED "X-Envelope-From: nobody\n\nx",
		    "a@b.example" },
		{ "Return-Path: <a@b.example>\nX-Sender: c@d.example\n" RECEIVED "\nx", NULL },
		{ "Return-Path: <a@b.example>\nX-Sender: @ (Unverified)\n" RECEIVED "\nx",
		    "a@b.example" },
	};
	struct envelope none = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check_message(rows[i].message, "EnvelopeFrom", rows[i].want, &none, SLICE_ABSENT);
}

/* Of ToCc SpamAssassin picks addresses once the words are undone. */
static void
test_joined(void **state)
{
	static const char message[] = "To: =?utf-8?Q?a=40b.example=2C_c?= <d@e.example>\n\nx";
	struct envelope none = { 0 };

	(void)state;
	check_message(message, "To:addr", "d@e.example", &none, SLICE_ABSENT);
	check_message(message, "ToCc:addr", "a@b.example\nd@e.example", &none, SLICE_ABSENT);
	check_message(message, "ToCc:raw:addr", "d@e.example", &none, SLICE_ABSENT);
}

static void
test_table(void **state)
{
	struct envelope none = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		check_case(cases[i].selector, cases[i].want, &none);
}

/* With an envelope the client's own field comes first, and MAIL FROM is the envelope's. */
static void
test_envelope(void **state)
{
	struct envelope envelope = {
		.known = true,
		.client_ip = SLICE("203.0.113.5"),
		.helo = SLICE("client.example"),
		.mail_from = SLICE("real@sender.example"),
		.my_name = SLICE("mx.example.net"),
	};

	(void)state;
	check_case("EnvelopeFrom", "real@sender.example", &envelope);
	check_case("Received:first",
	    "from client.example (unknown [203.0.113.5]) by mx.example.net (Postfix) with ESMTP "
	    "(envelope-from <real@sender.example>)\n",
	    &envelope);
}

static void
test_refused(void **state)
{
	struct arena *arena = arena_new(1 << 16);

	(void)state;
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		struct err err = { 0 };

		assert_null(selector_compile(arena, slice_of(refused[i].selector), &err));
		if (slice_find(slice_of(err.text), 0, slice_of(refused[i].want)) ==
		    slice_of(err.text).n)
			fail_msg("%s: got \"%s\", want \"%s\"", refused[i].selector, err.text,
			    refused[i].want);
	}
	arena_free(&arena);
}

/* A thousand From fields of 2 KB: what one reading takes stays far below the arena's cap. */
static void
test_many_fields(void **state)
{
	static const char *const texts[] = { "From", "From:name", "From:addr", "From:host" };
	struct buf message = { 0 };
	struct envelope none = { 0 };
	struct policy policy = { 0 };
	struct budget budget = { 0 };
	struct converters converters;

	(void)state;
	for (size_t i = 0; i < CHARSET_COUNT; i++)
		converters.to_utf8[i] = (iconv_t)-1;
	for (size_t i = 0; i < 1000; i++)
		buf_printf(&message, "From: \"%02000d\" <a@b.example>\n", 7);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct arena *arena = arena_new((size_t)64 << 20);
		struct selector_source source = { .envelope = &none, .converters = &converters };
		struct err err;
		struct selector *selector = selector_compile(arena, slice_of(texts[i]), &err);
		struct slice got;
		size_t before;

		source.message = message_parse(arena, buf_slice(&message), 0, &budget);
		source.relays = relays_find(arena, source.message, &none, &policy);
		before = arena_used(arena);
		selector_read(selector, arena, &source, &got);
		if (arena_used(arena) - before > (size_t)4 << 20)
			fail_msg("%s: got %zu bytes used, want at most 4 MB", texts[i],
			    arena_used(arena) - before);
		arena_free(&arena);
	}
	buf_clear(&message);
}

/* A value goes on behind a NUL: nothing may hide there from the rules. */
static void
test_nul(void **state)
{
	struct arena *arena = arena_new((size_t)64 << 20);
	const struct envelope none = { .known = false };
	const struct policy policy = { .size_limit = 0 };
	const struct budget budget = { 0 };
	struct selector_source source = { .envelope = &none };
	struct selector *selector;
	struct slice got;
	struct err err;

	(void)state;
	source.message = message_parse(arena, SLICE("Subject: a\0b\n\nbody\n"), 0, &budget);
	source.relays = relays_find(arena, source.message, &none, &policy);
	selector = selector_compile(arena, SLICE("Subject"), &err);
	assert_true(selector_read(selector, arena, &source, &got));
	if (!slice_eq(got, SLICE("a\0b\n")))
		fail_msg("got \"%.*s\" of %zu bytes, want all 4", SLICE_ARG(got), got.n);
	arena_free(&arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_joined),
		cmocka_unit_test(test_delivery_fields),
		cmocka_unit_test(test_sender_header),
		cmocka_unit_test(test_envelope),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_many_fields),
		cmocka_unit_test(test_nul),
	};

	return cmocka_run_group_tests_name("selector", tests, NULL, NULL);
}
