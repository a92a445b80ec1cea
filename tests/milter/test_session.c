/*
 * test_session.c - what a session keeps of what the MTA tells, and what it counts
 */
#include "config.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/un.h>

#include <cmocka.h>

#include "engine/auth/authentication.h"
#include "engine/util/buf.h"
#include "milter/session.h"
#include "tests/milter/generation_fixture.h"

#define MEMORY_LIMIT ((size_t)64 * 1024 * 1024)

struct fixture {
	struct memory *memory;
	struct session *session;
};

static struct fixture
fixture_new(size_t memory_limit)
{
	struct fixture fixture = { .memory = memory_new(memory_limit) };

	fixture.session = session_new(fixture.memory);
	return fixture;
}

/* Whatever happened, nothing may stay counted. */
static void
fixture_end(struct fixture *fixture)
{
	session_free(&fixture->session);
	assert_int_equal(memory_used(fixture->memory), 0);
	memory_free(&fixture->memory);
}

enum family {
	NONE,
	UNIX,
	V4,
	V6,
};

static const struct {
	const char *name;
	enum family family;
	const char *address;
	unsigned short port;
	bool verified;
	const char *want_ip;
	const char *want_rdns; /* NULL: none */
	bool want_smtp;
} clients[] = {
	{ "mx.example.org", V4, "203.0.113.5", 4321, true, "203.0.113.5", "mx.example.org", true },
	{ "mx.example.org", V6, "2001:db8::5", 4321, true, "2001:db8::5", "mx.example.org", true },
	{ "mx.example.org", V6, "::ffff:203.0.113.5", 1, true, "203.0.113.5", "mx.example.org",
	    true },
	{ "mx.example.org", V4, "203.0.113.5", 4321, false, "203.0.113.5", NULL, true },
	{ "unknown", V4, "203.0.113.5", 4321, true, "203.0.113.5", NULL, true },
	{ "[203.0.113.5]", V4, "203.0.113.5", 4321, true, "203.0.113.5", NULL, true },
	{ "localhost", V4, "127.0.0.1", 4321, true, "127.0.0.1", "localhost", true },
	{ "localhost", V4, "127.0.0.1", 0, true, "127.0.0.1", "localhost", false },
	{ "localhost", V6, "::1", 0, true, "::1", "localhost", false },
	{ "mx.example.org", V4, "203.0.113.5", 0, true, "203.0.113.5", "mx.example.org", true },
	{ "localhost", NONE, NULL, 0, true, "127.0.0.1", "localhost", false },
	{ "unknown", NONE, NULL, 0, true, "0.0.0.0", NULL, true },
	{ "mx.example.org", UNIX, NULL, 0, true, "127.0.0.1", "mx.example.org", false },
};

static void
connect_as(struct session *session, size_t row)
{
	struct sockaddr_in v4 = { .sin_family = AF_INET, .sin_port = htons(clients[row].port) };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6, .sin6_port = htons(clients[row].port) };
	struct sockaddr_un local = { .sun_family = AF_UNIX };
	const struct sockaddr *addresses[] = {
		[NONE] = NULL,
		[UNIX] = (const struct sockaddr *)&local,
		[V4] = (const struct sockaddr *)&v4,
		[V6] = (const struct sockaddr *)&v6,
	};

	if (clients[row].family == V4)
		inet_pton(AF_INET, clients[row].address, &v4.sin_addr);
	if (clients[row].family == V6)
		inet_pton(AF_INET6, clients[row].address, &v6.sin6_addr);
	session_connect(session, slice_of(clients[row].name), clients[row].verified,
	    addresses[clients[row].family]);
}

static void
test_clients(void **state)
{
	struct fixture fixture = fixture_new(MEMORY_LIMIT);

	(void)state;
	for (size_t i = 0; i < sizeof(clients) / sizeof(clients[0]); i++) {
		const struct envelope *envelope;

		connect_as(fixture.session, i);
		envelope = session_envelope(fixture.session);
		if (!slice_eq(envelope->client_ip, slice_of(clients[i].want_ip)) ||
		    !slice_eq(envelope->rdns, slice_of(clients[i].want_rdns)) ||
		    (envelope->rdns.p == NULL) != (clients[i].want_rdns == NULL) ||
		    envelope->smtp != clients[i].want_smtp || !envelope->known)
			fail_msg("row %zu: got %.*s %.*s smtp %d, want %s %s smtp %d", i,
			    SLICE_ARG(envelope->client_ip), SLICE_ARG(envelope->rdns),
			    envelope->smtp, clients[i].want_ip,
			    clients[i].want_rdns == NULL ? "none" : clients[i].want_rdns,
			    clients[i].want_smtp);
	}
	fixture_end(&fixture);
}

static const struct {
	const char *given;
	const char *want;
} addresses[] = {
	{ "<a@example.org>", "a@example.org" },
	{ "a@example.org", "a@example.org" },
	{ "<>", "" },
	{ "", "" },
	{ " <a@example.org> ", "a@example.org" },
	{ "<", "<" },
	{ "<\"a>b\"@example.org>", "\"a>b\"@example.org" },
};

static void
test_addresses(void **state)
{
	struct fixture fixture = fixture_new(MEMORY_LIMIT);

	(void)state;
	for (size_t i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++) {
		const struct envelope *envelope;

		session_begin(
		    fixture.session, generation_fixture(""), slice_of(addresses[i].given));
		session_rcpt(fixture.session, slice_of(addresses[i].given));
		envelope = session_envelope(fixture.session);
		assert_int_equal(envelope->rcpt_count, 1);
		if (!slice_eq(envelope->mail_from, slice_of(addresses[i].want)) ||
		    !slice_eq(envelope->rcpts[0], slice_of(addresses[i].want)))
			fail_msg("\"%s\": got \"%.*s\" and \"%.*s\", want \"%s\"",
			    addresses[i].given, SLICE_ARG(envelope->mail_from),
			    SLICE_ARG(envelope->rcpts[0]), addresses[i].want);
		assert_non_null(envelope->mail_from.p);
	}
	fixture_end(&fixture);
}

static const struct {
	const char *name;
	const char *value;
	bool leading_space;
	const char *want;
} fields[] = {
	{ "Subject", " x", true, "Subject: x\r\n" },
	{ "Subject", "x", false, "Subject: x\r\n" },
	{ "Subject", "x", true, "Subject:x\r\n" },
	{ "Subject", "", false, "Subject:\r\n" },
	{ "Subject", "", true, "Subject:\r\n" },
	{ "Subject", "\t x", true, "Subject:\t x\r\n" },
	{ "To", " a,\n\tb,\n c", true, "To: a,\r\n\tb,\r\n c\r\n" },
	{ "To", " a,\r\n\tb", true, "To: a,\r\n\tb\r\n" },
	{ "To", "\n a", true, "To:\r\n a\r\n" },
	{ "To", " a\rb", true, "To: a\rb\r\n" },
};

static void
test_fields(void **state)
{
	struct fixture fixture = fixture_new(MEMORY_LIMIT);

	(void)state;
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		struct slice got;

		session_begin(fixture.session, generation_fixture(""), SLICE("<>"));
		session_header(fixture.session, slice_of(fields[i].name), slice_of(fields[i].value),
		    fields[i].leading_space);
		got = session_bytes(fixture.session);
		if (!slice_eq(got, slice_of(fields[i].want)))
			fail_msg("row %zu: got \"%.*s\", want \"%s\"", i, SLICE_ARG(got),
			    fields[i].want);
		assert_int_equal(session_size(fixture.session), got.n);
	}
	fixture_end(&fixture);
}

static void
test_fields_of_ours_are_counted(void **state)
{
	static const char *const names[] = { "X-Spam-Flag", "X-SPAM-FLAG", "Subject", "X-Mine",
		"x-mine", "X-Spam", "X-Spam-Anything", "X-Mine" };
	struct fixture fixture = fixture_new(MEMORY_LIMIT);

	(void)state;
	session_begin(fixture.session, generation_fixture("headers: {X-Mine: x}"), SLICE("<>"));
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		session_header(fixture.session, slice_of(names[i]), SLICE(" 1"), true);
	assert_int_equal(session_field_count(fixture.session), 3);
	assert_true(slice_eq(session_field_at(fixture.session, 0)->name, SLICE("X-Spam-Flag")));
	assert_int_equal(session_field_at(fixture.session, 0)->count, 2);
	assert_int_equal(session_field_at(fixture.session, 1)->count, 3);
	assert_int_equal(session_field_at(fixture.session, 2)->count, 1);
	assert_true(session_has_subject(fixture.session));
	session_end(fixture.session);
	assert_int_equal(session_field_count(fixture.session), 0);
	fixture_end(&fixture);
}

/* Four times one byte more than the limit is kept, for signatures; all is counted. */
static void
test_size_limit(void **state)
{
	static char chunk[10000];
	struct fixture fixture = fixture_new(MEMORY_LIMIT);

	(void)state;
	memset(chunk, 'x', sizeof(chunk));
	session_begin(fixture.session, generation_fixture("size_limit: 1 MB"), SLICE("<>"));
	session_end_of_header(fixture.session);
	for (int i = 0; i < 500; i++)
		session_body(fixture.session, (struct slice){ chunk, sizeof(chunk) });
	assert_int_equal(session_size(fixture.session), 500 * sizeof(chunk) + 2);
	assert_int_equal(session_bytes(fixture.session).n,
	    4 * (session_generation(fixture.session)->policy->size_limit + 1));
	assert_true(memory_used(fixture.memory) < ((size_t)4 << 20) + 100000);
	assert_int_equal(session_failure(fixture.session), SESSION_GOOD);
	fixture_end(&fixture);
}

/* Memory that ends beyond the limit costs signatures, not the message. */
static void
test_memory_ends_beyond_limit(void **state)
{
	static char chunk[10000];
	struct fixture fixture = fixture_new((size_t)3 << 20);
	struct slice kept;

	(void)state;
	session_begin(fixture.session, generation_fixture("size_limit: 1 MB"), SLICE("<>"));
	session_end_of_header(fixture.session);
	for (int i = 0; i < 500; i++) {
		memset(chunk, 'a' + i % 26, sizeof(chunk));
		session_body(fixture.session, (struct slice){ chunk, sizeof(chunk) });
	}
	kept = session_bytes(fixture.session);
	assert_int_equal(session_failure(fixture.session), SESSION_GOOD);
	assert_in_range(kept.n, (1 << 20) + 1, (size_t)3 << 20);
	assert_true(session_size(fixture.session) > kept.n);
	for (size_t i = 2; i < kept.n; i++)
		assert_int_equal(kept.p[i], 'a' + (i - 2) / sizeof(chunk) % 26);
	fixture_end(&fixture);
}

/* At whatever byte memory ends, the message fails and all of it is given back. */
static void
test_memory_ends_anywhere(void **state)
{
	static char chunk[5000];

	(void)state;
	for (size_t limit = 0; limit < 200000; limit += 4999) {
		struct fixture fixture = fixture_new(limit);

		session_begin(fixture.session, generation_fixture(""), SLICE("<a@example.org>"));
		for (int i = 0; i < 100; i++)
			session_rcpt(fixture.session, SLICE("<someone@example.org>"));
		for (int i = 0; i < 50; i++)
			session_header(fixture.session, SLICE("X-Spam-Flag"), SLICE(" NO"), true);
		for (int i = 0; i < 100; i++)
			session_body(fixture.session, (struct slice){ chunk, sizeof(chunk) });
		assert_int_equal(session_failure(fixture.session), SESSION_MEMORY);
		assert_true(memory_used(fixture.memory) <= limit);
		assert_int_equal(session_size(fixture.session), 100 * 5000 + 50 * 17);
		session_end(fixture.session);
		assert_int_equal(memory_used(fixture.memory), 0);
		fixture_end(&fixture);
	}
}

/* Copies of our fields beyond SESSION_FIELDS_MAX fail the message; others are free. */
static void
test_too_many_fields(void **state)
{
	struct fixture fixture = fixture_new(MEMORY_LIMIT);

	(void)state;
	for (int round = 0; round < 2; round++) {
		session_begin(fixture.session, generation_fixture(""), SLICE("<>"));
		for (int i = 0; i < SESSION_FIELDS_MAX; i++) {
			session_header(fixture.session, SLICE("X-Other"), SLICE(" 1"), true);
			session_header(fixture.session,
			    i % 2 == 0 ? SLICE("X-Spam-Flag") : SLICE("x-spam-other"), SLICE(" NO"),
			    true);
		}
		assert_int_equal(session_failure(fixture.session), SESSION_GOOD);
		session_header(fixture.session, SLICE("X-Spam-Flag"), SLICE(" NO"), true);
		assert_int_equal(session_failure(fixture.session), SESSION_FIELDS);
		session_header(fixture.session, SLICE("X-Spam-Flag"), SLICE(" NO"), true);
		assert_int_equal(session_failure(fixture.session), SESSION_FIELDS);
	}
	fixture_end(&fixture);
}

static void
add_field(struct fixture *fixture, struct slice name, struct slice value, int times)
{
	for (int i = 0; i < times; i++)
		session_header(fixture->session, name, value, true);
}

/* However little memory there is left: a field under our name is known, or the message fails. */
static void
test_fields_without_memory(void **state)
{
	static const struct slice forged[] = { SLICE(" mx.example; dkim=pass"),
		SLICE(" \"mx.example\"; dkim=pass"), SLICE(" MX.example.; dkim=pass") };
	static char rcpt[4000];

	(void)state;
	for (size_t i = 0; i < 3 * 2; i++) {
		struct fixture fixture = fixture_new(i < 3 ? 16 << 10 : 64 << 20);
		struct slice address = { rcpt, sizeof(rcpt) };

		session_connect(fixture.session, SLICE("x.example"), true, NULL);
		session_fact(fixture.session, SESSION_MY_NAME, SLICE("mx.example"));
		session_begin(
		    fixture.session, generation_fixture("auth: {field: true}"), SLICE("<>"));
		for (int k = 0; k < 2000; k++) /* fills the memory, or the arena of the envelope */
			session_rcpt(fixture.session, address);
		assert_int_equal(session_failure(fixture.session), SESSION_MEMORY);
		add_field(&fixture, AUTHRES_FIELD, SLICE(" other.example; dkim=pass"), 700);
		add_field(&fixture, AUTHRES_FIELD, forged[i % 3], 1);
		add_field(&fixture, AUTHRES_FIELD, SLICE(" other.example; dkim=pass"), 1);
		add_field(&fixture, AUTHRES_FIELD, forged[i % 3], 1);
		assert_int_equal(session_failure(fixture.session), SESSION_MEMORY);
		assert_int_equal(session_authres_count(fixture.session), 2);
		assert_int_equal(session_authres_at(fixture.session, 0), 701);
		assert_int_equal(session_authres_at(fixture.session, 1), 703);
		add_field(&fixture, SLICE("X-Spam-Flag"), SLICE(" NO"), 1);
		if (session_failure(fixture.session) != SESSION_FIELDS)
			assert_int_equal(session_field_count(fixture.session), 1);
		add_field(&fixture, SLICE("X-Spam-Flag"), SLICE(" NO"), 500);
		assert_int_equal(session_failure(fixture.session), SESSION_FIELDS);
		session_end(fixture.session);
		assert_int_equal(memory_used(fixture.memory), 0);
		fixture_end(&fixture);
	}
}

/* Authentication-Results: which of them bear our name, or from outside that of a trusted server. */
static void
test_authres(void **state)
{
	static const char *const values[] = { " mx.example; none", " other.example; none",
		" MX.EXAMPLE. 1 ; none", " mx2.example; none", " (c) \"mx.example\"\n\t; none" };
	static const struct {
		const char *yaml;
		const char *address;
		const char *want;
	} rows[] = {
		{ "auth: {trusted_ids: [mx2.example]}", "192.0.2.1", "1 3 4 5 " },
		{ "{auth: {trusted_ids: [mx2.example]}, internal_networks: [192.0.2.0/24], "
		  "trusted_networks: [192.0.2.0/24]}",
		    "192.0.2.1", "1 3 5 " },
		{ "auth: {authserv_id: other.example}", "192.0.2.1", "2 " },
		{ "auth: {field: false}", "192.0.2.1", "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct fixture fixture = fixture_new(MEMORY_LIMIT);
		struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = htons(25) };
		struct buf got = { 0 };

		inet_pton(AF_INET, rows[i].address, &in.sin_addr);
		session_connect(fixture.session, SLICE("x"), true, (struct sockaddr *)(void *)&in);
		session_fact(fixture.session, SESSION_MY_NAME, SLICE("mx.example"));
		session_begin(fixture.session, generation_fixture(rows[i].yaml), SLICE("<>"));
		for (size_t k = 0; k < sizeof(values) / sizeof(values[0]); k++) {
			session_header(fixture.session, SLICE("authentication-Results"),
			    slice_of(values[k]), true);
			session_header(fixture.session, SLICE("ARC-Authentication-Results"),
			    SLICE(" i=1; mx.example; none"), true);
		}
		for (size_t k = 0; k < session_authres_count(fixture.session); k++)
			buf_printf(&got, "%u ", session_authres_at(fixture.session, k));
		assert_string_equal(buf_text(&got), rows[i].want);
		session_end(fixture.session);
		assert_int_equal(session_authres_count(fixture.session), 0);
		buf_clear(&got);
		fixture_end(&fixture);
	}
}

/* The second message sees nothing of the first. */
static void
test_reuse(void **state)
{
	struct fixture fixture = fixture_new(MEMORY_LIMIT);
	const struct envelope *envelope;

	(void)state;
	session_helo(fixture.session, SLICE("mx.example.org"));
	session_begin(fixture.session, generation_fixture(""), SLICE("<a@example.org>"));
	session_fact(fixture.session, SESSION_AUTH_USER, SLICE("user"));
	session_fact(fixture.session, SESSION_QUEUE_ID, SLICE("Q1"));
	session_rcpt(fixture.session, SLICE("<b@example.org>"));
	session_header(fixture.session, SLICE("Subject"), SLICE(" x"), true);
	session_begin(fixture.session, generation_fixture(""), SLICE("<c@example.org>"));
	envelope = session_envelope(fixture.session);
	assert_null(envelope->auth_user.p);
	assert_null(envelope->queue_id.p);
	assert_int_equal(envelope->rcpt_count, 0);
	assert_int_equal(session_bytes(fixture.session).n, 0);
	assert_false(session_has_subject(fixture.session));
	assert_true(slice_eq(envelope->helo, SLICE("mx.example.org")));
	fixture_end(&fixture);
}

/* Words that come while no message is open are passed over. */
static void
test_no_message(void **state)
{
	struct fixture fixture = fixture_new(MEMORY_LIMIT);

	(void)state;
	session_rcpt(fixture.session, SLICE("<b@example.org>"));
	session_header(fixture.session, SLICE("Subject"), SLICE(" x"), true);
	session_end_of_header(fixture.session);
	session_body(fixture.session, SLICE("x"));
	session_end(fixture.session);
	assert_null(session_generation(fixture.session));
	assert_int_equal(session_size(fixture.session), 0);
	fixture_end(&fixture);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_clients),
		cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_fields),
		cmocka_unit_test(test_fields_of_ours_are_counted),
		cmocka_unit_test(test_size_limit),
		cmocka_unit_test(test_memory_ends_beyond_limit),
		cmocka_unit_test(test_memory_ends_anywhere),
		cmocka_unit_test(test_too_many_fields),
		cmocka_unit_test(test_fields_without_memory),
		cmocka_unit_test(test_authres),
		cmocka_unit_test(test_reuse),
		cmocka_unit_test(test_no_message),
	};

	return cmocka_run_group_tests_name("session", tests, NULL, NULL);
}
