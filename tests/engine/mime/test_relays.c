/* test_relays.c - relays.c: the trust walk, the client's place in it, and the text form */
#include "config.h"

#include "engine/mime/relays.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "engine/mime/ip.h"
#include "engine/util/buf.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))
#define NETWORKS_MAX 4

/*
 * A chain is addresses by blanks, newest first: "a" before one is an
 * authenticated handover, "?" an unparseable field, "f" a mail fetcher's. The
 * answer has T or U (trusted), I or E (internal), "m" for msa, for each.
 */
static const struct {
	const char *chain, *trusted, *internal, *msa, *want;
} cases[] = {
	/* Nothing configured: private and authenticated relays */
	{ "127.0.0.1 10.0.0.1 8.8.8.8 10.0.0.2", "", "", "", "TI TI UE UE" },
	{ "8.8.8.8 10.0.0.1", "", "", "", "UE UE" },
	{ "a8.8.8.8 8.8.4.4", "", "", "", "TI UE" },
	{ "a8.8.8.8 a8.8.4.4 1.1.1.1", "", "", "", "TI TI UE" },
	/* One list stands in for the other */
	{ "8.8.8.8 10.0.0.1 9.9.9.9", "8/8", "", "", "TI UE UE" },
	{ "8.8.8.8 10.0.0.1 9.9.9.9", "", "8/8", "", "TI UE UE" },
	{ "8.8.8.8 127.0.0.1 9.9.9.9", "8/8", "", "", "TI TI UE" },
	{ "8.8.8.8 8.1.1.1 9.9.9.9 1.1.1.1", "8/8 9/8", "8/8", "", "TI TI TE UE" },
	{ "8.8.8.8 9.9.9.9 8.1.1.1", "8/8 9/8", "8/8", "", "TI TE TE" },
	{ "8.8.8.8 8.1.1.1", "!8.1.1.1 8/8", "", "", "TI UE" },
	{ "8.8.8.8 a1.1.1.1 8.1.1.1", "8/8", "", "", "TI TI TI" },
	/* A submission server vouches for what is below it */
	{ "8.8.8.8 9.9.9.9 1.1.1.1", "8/8 9/8", "8/8 9/8", "9.9.9.9", "TI TIm TI" },
	{ "8.8.8.8 9.9.9.9 1.1.1.1", "8/8 9/8", "8/8", "9.9.9.9", "TI TEm TE" },
	{ "1.1.1.1 9.9.9.9 2.2.2.2", "8/8 9/8", "", "9.9.9.9", "UE UE UE" },
	/* What is no relay */
	{ "8.8.8.8 ? 8.1.1.1 9.9.9.9", "8/8", "", "", "TI TI UE" },
	{ "127.0.0.1 f 8.8.8.8", "", "", "", "UE" },
	{ "8.8.8.8 f 127.0.0.1", "", "", "", "UE UE" },
	{ "", "", "", "", "" },
	{ "2001:db8::1 2001:db9::1", "2001:db8::/32", "", "", "TI UE" },
};

static struct network_list
read_networks(const char *text, struct network *v)
{
	struct network_list list = { v, 0 };

	for (struct slice rest = slice_of(text); rest.n > 0 && list.n < NETWORKS_MAX;) {
		size_t end = slice_find_byte(rest, 0, ' ');
		struct err err;

		assert_true(network_parse(slice_cut(rest, 0, end), &v[list.n++], &err));
		rest = slice_from(rest, end + 1);
	}
	return list;
}

/* A message with the chain's Received fields. */
static struct slice
write_message(struct arena *arena, const char *chain)
{
	struct buf out = { .arena = arena };

	for (struct slice rest = slice_of(chain); rest.n > 0;) {
		size_t end = slice_find_byte(rest, 0, ' ');
		struct slice word = slice_cut(rest, 0, end);
		bool auth = word.p[0] == 'a';

		buf_add(&out, SLICE("Received: "));
		if (word.p[0] == '?')
			buf_add(&out, SLICE("from somewhere"));
		else if (word.p[0] == 'f')
			buf_add(&out, SLICE("from a [8.8.8.8] by b with POP3 (fetchmail-6)"));
		else
			buf_printf(&out, "from a (b [%.*s]) by c (Postfix) with %s id 12345",
			    SLICE_ARG(slice_from(word, auth)), auth ? "ESMTPA" : "ESMTP");
		buf_add_byte(&out, '\n');
		rest = slice_from(rest, end + 1);
	}
	buf_add(&out, SLICE("Subject: x\n\nx\n"));
	return buf_slice(&out);
}

static struct slice
marks(struct arena *arena, const struct relays *relays)
{
	struct buf out = { .arena = arena };

	for (size_t i = 0; i < relays->n; i++)
		buf_printf(&out, "%s%c%c%s", i > 0 ? " " : "", relays->v[i].trusted ? 'T' : 'U',
		    relays->v[i].internal ? 'I' : 'E', relays->v[i].msa ? "m" : "");
	return buf_slice(&out);
}

static const struct relays *
find(struct arena *arena, struct slice text, const struct envelope *envelope,
    const struct policy *policy)
{
	struct budget budget = { 0 };

	return relays_find(arena, message_parse(arena, text, 0, &budget), envelope, policy);
}

static void
test_trust(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct arena *arena = arena_new(1 << 20);
		struct network v[3][NETWORKS_MAX];
		struct policy policy = { .trusted_networks = read_networks(cases[i].trusted, v[0]),
			.internal_networks = read_networks(cases[i].internal, v[1]),
			.msa_networks = read_networks(cases[i].msa, v[2]) };
		struct envelope envelope = { .known = false };
		const struct relays *relays = find(
		    arena, write_message(arena, cases[i].chain), &envelope, &policy);
		struct slice got = marks(arena, relays);

		if (!slice_eq(got, slice_of(cases[i].want)))
			fail_msg("%s by \"%s\", \"%s\", \"%s\": got \"%.*s\", want \"%s\"",
			    cases[i].chain, cases[i].trusted, cases[i].internal, cases[i].msa,
			    SLICE_ARG(got), cases[i].want);
		assert_int_equal(relays->unparseable, strchr(cases[i].chain, '?') != NULL);
		arena_free(&arena);
	}
}

/* The session's client is the first relay, whatever the message says above or below. */
static void
test_client(void **state)
{
	struct arena *arena = arena_new(1 << 20);
	struct policy policy = { .allow_discard = false };
	struct envelope envelope = { .known = true,
		.client_ip = SLICE("8.8.8.8"),
		.rdns = SLICE("dns.example"),
		.helo = SLICE("hello.example"),
		.mail_from = SLICE("a@b.example"),
		.queue_id = SLICE("QID12"),
		.my_name = SLICE("mx.example") };
	const struct relays *relays = find(
	    arena, write_message(arena, "127.0.0.1 9.9.9.9"), &envelope, &policy);
	struct slice want = SLICE("[ ip=8.8.8.8 rdns=dns.example helo=hello.example by=mx.example "
				  "ident= envfrom=a@b.example intl=0 id=QID12 auth= msa=0 ] "
				  "[ ip=127.0.0.1 rdns=b helo=a by=c ident= envfrom= intl=0 "
				  "id=12345 auth= msa=0 ] [ ip=9.9.9.9 rdns=b helo=a by=c ident= "
				  "envfrom= intl=0 id=12345 auth= msa=0 ]");

	(void)state;
	if (!slice_eq(relays->untrusted, want))
		fail_msg("got  %.*s\nwant %.*s", SLICE_ARG(relays->untrusted), SLICE_ARG(want));
	assert_int_equal(relays->n, 3);
	assert_true(relays->v[0].field == RELAY_CLIENT);
	assert_int_equal(relays->v[1].field, 0);
	assert_ptr_equal(relays_last_external(relays), &relays->v[0]);
	assert_true(slice_starts(relays->received, SLICE("Received: from hello.example (")));
	assert_int_equal(relays->trusted.n, 0);
	arena_free(&arena);
}

/* What webmail says of its client is the last relay. */
static void
test_originating(void **state)
{
	struct arena *arena = arena_new(1 << 20);
	struct policy policy = { .allow_discard = false };
	struct envelope envelope = { .known = false };
	const struct relays *relays = find(arena,
	    SLICE("X-Originating-IP: [9.9.9.9]\n"
		  "Received: from a (b [8.8.8.8]) by c (Postfix) with SMTP id 12345\n"
		  "X-SenderIP: ::ffff:1.2.3.4, 5.6.7.8\nX-AOL-IP: none\n\nx\n"),
	    &envelope, &policy);

	(void)state;
	assert_int_equal(relays->n, 3);
	assert_true(slice_eq(relays->v[1].ip, SLICE("9.9.9.9")));
	assert_true(slice_eq(relays->v[2].ip, SLICE("1.2.3.4")));
	assert_true(relays->v[1].field == RELAY_ORIGINATING);
	arena_free(&arena);
}

/* The policy's fields in their place, the last one of a name. */
static void
test_originating_policy(void **state)
{
	static const struct slice names[] = { { "X-Client", 8 } };
	struct arena *arena = arena_new(1 << 20);
	struct policy policy = { .originating_ip_headers = names,
		.originating_ip_header_count = 1 };
	struct envelope envelope = { .known = false };
	const struct relays *relays = find(arena,
	    SLICE("X-Originating-IP: 9.9.9.9\nX-Client: 1.2.3.4\nX-Client: 5.6.7.8\n\nx\n"),
	    &envelope, &policy);

	(void)state;
	assert_int_equal(relays->n, 1);
	assert_true(slice_eq(relays->v[0].ip, SLICE("5.6.7.8")));
	arena_free(&arena);
}

/* All caps from none to enough: an answer or NULL, never a crash. */
static void
test_caps(void **state)
{
	struct arena *source = arena_new(1 << 20);
	struct slice text = write_message(source, "127.0.0.1 10.0.0.1 8.8.8.8 ? a9.9.9.9");

	(void)state;
	for (size_t cap = 0; cap < 16384; cap += 64) {
		struct arena *arena = arena_new(cap);
		struct policy policy = { .allow_discard = false };
		struct envelope envelope = { .known = true, .client_ip = SLICE("8.8.8.8") };
		struct budget budget = { 0 };
		const struct message *message = message_parse(arena, text, 0, &budget);

		if (message != NULL)
			(void)relays_find(arena, message, &envelope, &policy);
		arena_free(&arena);
	}
	arena_free(&source);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_trust),
		cmocka_unit_test(test_client),
		cmocka_unit_test(test_originating),
		cmocka_unit_test(test_originating_policy),
		cmocka_unit_test(test_caps),
	};

	return cmocka_run_group_tests_name("relays", tests, NULL, NULL);
}
