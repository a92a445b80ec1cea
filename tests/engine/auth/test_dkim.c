/*
 * test_dkim.c - dkim.c and its parts: what a signature bears and what it does not, keys, and limits
 *
 * The three signatures were made for this test by another program (openssl), over the same
 * message; each row changes one thing. ARC has its own suite, of the working group.
 */
#include "engine/auth/dkim.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "engine/auth/dkim_tags.h"
#include "engine/util/buf.h"

#define ROWS(table) (sizeof(table) / sizeof((table)[0]))

#define KEY                                                                    \
	"p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQC8AT9IANmvdQiVIZG2QCmlqLO3"   \
	"a7YMMPj78kQ6xiL52JB4XVK7zzxCyAYSxln9errDSgUDnoDDTX3NFbeBR2PzH0vdWTpu" \
	"GenMn3ORGc19fut8dNaYemETA18Y5TSC7TLstF05ZdVKHW9oyBPmKtzHOvNHWF6RMG4P" \
	"B5ykHJb6bQIDAQAB"
#define KEY_512                                                                  \
	"p=MFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBAKJp3FLj1v2I66WRHcQayifJMxJ5G08KRPE1" \
	"66fM//Yx+GvmMqLoRtnVaWbFatlZ2HP9IDz27TAo3uxBGdr6NqkCAwEAAQ=="

#define HEADER                                                                             \
	"From: Ann  <ann@example.org>\r\nTo: bob@example.net\r\nSubject: one\r\n\ttwo\r\n" \
	"Received: from a\r\nReceived: from b\r\n"
#define BODY "Hello \t world  \r\n\r\nlast\r\n\r\n\r\n"

static const char relaxed[] =
    "DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=example.org; s=s; "
    "h=from:to:subject:subject:received; bh=twNmV0IKbt7budlkODkKxzQKmFwXDxh9ol1UENv61nA=; b="
    "WtFMEo4IMIY1bhTWoWOaX7U6TJX2N2Xx2v0eEcn5/pZzmcrzMjgMLTOpJHT2nW4Q"
    "FRm3LLmqMd/P4UU5iFUu0gh2nWguKMMTZKON4DdylknaMk4hmm0KlhwUiTTGmYVz"
    "mmzdcjz4UYv3zzMNAoZhrnr1ug/fiM+/yib08l+8p08=\r\n" HEADER "\r\n" BODY;
static const char simple[] =
    "DKIM-Signature: v=1; a=rsa-sha256; c=simple/simple; d=example.org; s=s; "
    "h=From:To:Subject:Received:Received; bh=HFbi3taqQuasjFuCT8IPilOt1eSth3hGoEgWEbzTqv8=; b="
    "DeALytowLRp3TOfcGVYHB2MjmFpPTUGfzwkmUpeohbS80DwRag6MMnaLNMsDS/XG"
    "OefKGEv3vpwJXQWlj9d0lbOok2dYNRspciEWwqx80qKlns7jhVn/3UPLAPGnz/P3"
    "8r60fxjmi4pC+FOQYlBMJ5m3SC0+XS8JCaVsJ+SKmL4=\r\n" HEADER "\r\n" BODY;
static const char partial[] =
    "DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/simple; d=example.org; s=s; h=from:subject; l=9; "
    "bh=t6mcbIse+t0T6vkrqNRqe1GW17JIHVjFfGk63BPzbls=; b="
    "G6XP/kcg+SjUvmXYrtWsqlUiRUts+MgoZXG8DcxKYI42QHLhTKI3JKQcdzFxGU0V"
    "ATBwC3jDq32Qc38fm+lyxzKqJH4OySfldGyXmqGk7OfH5nuKNKl8dI33iQ0CpQM7"
    "dL+n7wkDi7HpZmdcRbb467LoQjh21Nz4futdA44PruY=\r\n" HEADER "\r\n" BODY;

static const struct budget no_budget = { .spent = NULL };

static void
answer(struct facts *facts, const char *record, enum dns_outcome outcome)
{
	const struct dns_record text = { .data = slice_of(record) };
	const struct dns_answer dns = { outcome, &text, outcome == DNS_FOUND, 300 };
	const struct dns_question *question;

	while ((question = facts_next(facts)) != NULL)
		facts_answer(facts, question, &dns);
}

/* All signatures of a message, each key answered with that record. */
static const struct dkim *
verify(struct arena *arena, struct slice message, const char *record, struct dkim_law law)
{
	struct dkim_mail *mail = dkim_mail_new(arena, message, law, 1700000000);
	struct facts *facts = facts_new(arena, true, 1);
	struct dkim *dkim = dkim_prepare(mail);

	dkim_body_run(mail->body, &no_budget);
	while (!dkim_verify(dkim, facts, &no_budget))
		answer(facts, record, DNS_FOUND);
	return dkim;
}

/* `text` with the first `from` in it made `to`. */
static struct slice
changed(struct arena *arena, const char *text, const char *from, const char *to)
{
	struct slice whole = slice_of(text), old = slice_of(from);
	size_t at = slice_find(whole, 0, old);

	assert_true(at < whole.n || old.n == 0);
	return arena_printf(
	    arena, "%.*s%s%.*s", (int)at, text, to, (int)(whole.n - at - old.n), text + at + old.n);
}

static void
check(const char *name, const struct dkim_signature *got, enum auth_result want, const char *reason)
{
	const char *said = got->reason == NULL ? "" : got->reason;

	if (got->result != want || strcmp(said, reason) != 0)
		fail_msg("%s: got %s \"%s\", want %s \"%s\"", name, auth_word(got->result), said,
		    auth_word(want), reason);
}

static const struct {
	const char *message, *from, *to;
	enum auth_result want;
	const char *reason;
} messages[] = {
	{ relaxed, "", "", AUTH_PASS, "" },
	{ simple, "", "", AUTH_PASS, "" },
	{ partial, "", "", AUTH_PASS, "" },
	/* canonicalisation of fields */
	{ relaxed, "From: Ann  <ann", "FROM :  Ann <ann", AUTH_PASS, "" },
	{ relaxed, "one\r\n\ttwo", "one two", AUTH_PASS, "" },
	{ relaxed, "one\r\n\ttwo", "onetwo", AUTH_FAIL, "signature is wrong" },
	{ simple, "From: Ann", "From:  Ann", AUTH_FAIL, "signature is wrong" },
	{ simple, "one\r\n\ttwo", "one\r\n two", AUTH_FAIL, "signature is wrong" },
	{ relaxed, "c=relaxed", "c=  relaxed", AUTH_FAIL, "signature is wrong" },
	{ relaxed, "; b=", "; b=\r\n\t ", AUTH_PASS, "" },
	{ relaxed, "p08=\r\n", "p08=\r\n  \r\n", AUTH_PASS, "" },
	{ relaxed, "v=1;", "v=1;\r\n ", AUTH_PASS, "" },
	/* which fields are covered: from the bottom, and one more Subject that is not there */
	{ relaxed, "Received: from a", "Received: from c", AUTH_PASS, "" },
	{ relaxed, "Received: from b", "Received: from c", AUTH_FAIL, "signature is wrong" },
	{ simple, "Received: from a", "Received: from c", AUTH_FAIL, "signature is wrong" },
	{ relaxed, "\nTo:", "\nSubject: three\r\nTo:", AUTH_FAIL, "signature is wrong" },
	{ simple, "\nTo:", "\nSubject: three\r\nTo:", AUTH_PASS, "" },
	{ relaxed, "\nTo:", "\nX-New: field\r\nTo:", AUTH_PASS, "" },
	{ relaxed, "\nTo:", "\nno field at all\r\nTo:", AUTH_PASS, "" },
	/* canonicalisation of bodies */
	{ relaxed, "Hello \t world  \r", "Hello world\r", AUTH_PASS, "" },
	{ relaxed, "Hello ", " Hello ", AUTH_FAIL, "body changed" },
	{ relaxed, "\r\n\r\nlast", "\r\nlast", AUTH_FAIL, "body changed" },
	{ relaxed, "last\r\n\r\n\r\n", "last", AUTH_PASS, "" },
	{ relaxed, "last\r\n\r\n\r\n", "last\r\n \t\r\n\r\n", AUTH_PASS, "" },
	{ simple, "last\r\n\r\n\r\n", "last", AUTH_PASS, "" },
	{ simple, "last\r\n\r\n\r\n", "last\r\n \r\n", AUTH_FAIL, "body changed" },
	{ simple, "Hello \t world  \r", "Hello world\r", AUTH_FAIL, "body changed" },
	{ partial, "orld ", "oon ", AUTH_PASS, "" },
	{ partial, "Hello", "Hullo", AUTH_FAIL, "body changed" },
	{ partial, BODY, "Hel", AUTH_FAIL, "body shorter than l=" },
	{ partial, "l=9", "l=99", AUTH_FAIL, "body shorter than l=" },
	/* faults of the field */
	{ relaxed, "v=1", "v=2", AUTH_PERMERROR, "unknown v=" },
	{ relaxed, "v=1; ", "", AUTH_PERMERROR, "no v=" },
	{ relaxed, "rsa-sha256", "rsa-sha1", AUTH_PERMERROR, "rsa-sha1 is obsolete" },
	{ relaxed, "rsa-sha256", "rsa-md5", AUTH_PERMERROR, "unknown algorithm" },
	{ relaxed, "rsa-sha256", "ed25519-sha256", AUTH_PERMERROR, "key of another type" },
	{ relaxed, "c=relaxed/relaxed", "c=relaxed/other", AUTH_PERMERROR, "unknown c=" },
	{ relaxed, "d=example.org", "d=", AUTH_PERMERROR, "no domain in d=" },
	{ relaxed, "d=example.org", "d=example org", AUTH_PERMERROR, "no domain in d=" },
	{ relaxed, "d=example.org", "d=org", AUTH_PERMERROR, "no domain in d=" },
	{ relaxed, "s=s", "s=..", AUTH_PERMERROR, "no selector in s=" },
	{ relaxed, "h=from:to", "h=to", AUTH_PERMERROR, "From not signed" },
	{ relaxed, "bh=tw", "bh=t!", AUTH_PERMERROR, "bh= is no base64" },
	{ relaxed, "; b=W", "; b=?", AUTH_PERMERROR, "b= is no base64" },
	{ relaxed, "v=1;", "v=1;;", AUTH_PERMERROR, "tag list syntax" },
	{ relaxed, "v=1;", "v=1; v=1;", AUTH_PERMERROR, "tag list syntax" },
	{ relaxed, "v=1;", "v=1; l=1x;", AUTH_PERMERROR, "l= is no number" },
	{ relaxed, "v=1;", "v=1; q=http;", AUTH_PERMERROR, "unknown q=" },
	{ relaxed, "v=1;", "v=1; q=http:dns/txt;", AUTH_FAIL, "signature is wrong" },
	{ relaxed, "v=1;", "v=1; t=now;", AUTH_PERMERROR, "t= is no time" },
	{ relaxed, "v=1;", "v=1; x=1600000000;", AUTH_PERMERROR, "expired" },
	{ relaxed, "v=1;", "v=1; x=1800000000;", AUTH_FAIL, "signature is wrong" },
	{ relaxed, "v=1;", "v=1; t=1900000000; x=1800000000;", AUTH_PERMERROR, "x= before t=" },
	{ relaxed, "v=1;", "v=1; x=99999999999999999999999;", AUTH_FAIL, "signature is wrong" },
	{ relaxed, "v=1;", "v=1; i=@sub.example.org;", AUTH_FAIL, "signature is wrong" },
	{ relaxed, "v=1;", "v=1; i=@badexample.org;", AUTH_PERMERROR, "i= outside d=" },
	{ relaxed, "v=1;", "v=1; i=example.org;", AUTH_PERMERROR, "i= outside d=" },
	{ relaxed, "v=1;", "v=1; i=@example.com;", AUTH_PERMERROR, "i= outside d=" },
};

static void
test_messages(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS(messages); i++) {
		struct arena *arena = arena_new(1 << 20);
		struct slice message = changed(
		    arena, messages[i].message, messages[i].from, messages[i].to);
		const struct dkim *dkim = verify(arena, message, KEY, DKIM_LAW);
		char name[256];

		snprintf(name, sizeof(name), "%zu: %s -> %s", i, messages[i].from, messages[i].to);
		assert_int_equal(dkim->n, 1);
		check(name, dkim->v, messages[i].want, messages[i].reason);
		arena_free(&arena);
	}
}

/* LF alone, and an mbox's "From " line, are what they were before the MTA. */
static void
test_line_ends(void **state)
{
	const char *const all[] = { relaxed, simple, partial };

	(void)state;
	for (size_t i = 0; i < ROWS(all); i++) {
		struct arena *arena = arena_new(1 << 20);
		struct buf text = { .arena = arena };

		buf_add(&text, SLICE("From ann@example.org Sun Nov 29 09:00:00 2026\n"));
		for (const char *p = all[i]; *p != '\0'; p++)
			if (*p != '\r')
				buf_add_byte(&text, *p);
		check(all[i], verify(arena, buf_slice(&text), KEY, DKIM_LAW)->v, AUTH_PASS, "");
		arena_free(&arena);
	}
}

static const struct {
	const char *record;
	enum auth_result want;
	const char *reason;
} keys[] = {
	{ "v=DKIM1; k=rsa; h=sha1:sha256; s=email; t=s; n=a note; " KEY ";", AUTH_PASS, "" },
	{ KEY "; g=nobody", AUTH_PASS, "" },
	{ "s=other:*; x=unknown; " KEY, AUTH_PASS, "" },
	{ "v=DKIM1", AUTH_PERMERROR, "no key in record" },
	{ "v=DKIM1; p=", AUTH_PERMERROR, "key revoked" },
	{ "v=spf1 -all", AUTH_PERMERROR, "key record version" },
	{ KEY "; v=DKIM1", AUTH_PERMERROR, "key record version" },
	{ "", AUTH_PERMERROR, "key record syntax" },
	{ "some words", AUTH_PERMERROR, "key record syntax" },
	{ "v=DKIM1; k=dsa; p=abcd", AUTH_PERMERROR, "unknown key type" },
	{ "v=DKIM1; p=abcd", AUTH_PERMERROR, "key is broken" },
	{ "v=DKIM1; p=ab!d", AUTH_PERMERROR, "key is broken" },
	{ "k=ed25519; p=abcd", AUTH_PERMERROR, "key is broken" },
	{ "k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=", AUTH_PERMERROR,
	    "key of another type" },
	{ "s=tlsrpt; " KEY, AUTH_PERMERROR, "key not for email" },
	{ "h=sha1; " KEY, AUTH_PERMERROR, "key not for this hash" },
	{ KEY_512, AUTH_POLICY, "key too short" },
};

static void
test_keys(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS(keys); i++) {
		struct arena *arena = arena_new(1 << 20);

		check(keys[i].record, verify(arena, slice_of(relaxed), keys[i].record, DKIM_LAW)->v,
		    keys[i].want, keys[i].reason);
		arena_free(&arena);
	}
}

/* What is told of a good signature, and of a key that is being tested. */
static void
test_facts_of_signature(void **state)
{
	struct arena *arena = arena_new(1 << 20);
	const struct dkim_signature *got =
	    verify(arena, slice_of(partial), "t=y; " KEY, DKIM_LAW)->v;

	(void)state;
	assert_true(slice_eq(got->domain, SLICE("example.org")));
	assert_true(slice_eq(got->selector, SLICE("s")));
	assert_true(slice_eq(got->identity, SLICE("@example.org")));
	assert_true(slice_eq(got->algorithm, SLICE("rsa-sha256")));
	assert_true(slice_eq(got->mark, SLICE("G6XP/kcg")));
	assert_int_equal(got->key_bits, 1024);
	assert_true(got->testing && got->partial && !got->has_expiry);
	arena_free(&arena);
}

static void
test_outcomes(void **state)
{
	static const struct {
		enum dns_outcome outcome;
		enum auth_result want;
		const char *reason;
	} rows[] = {
		{ DNS_NXDOMAIN, AUTH_PERMERROR, "no key" },
		{ DNS_NODATA, AUTH_PERMERROR, "no key" },
		{ DNS_SERVFAIL, AUTH_TEMPERROR, "DNS error" },
		{ DNS_TIMEOUT, AUTH_TEMPERROR, "DNS timeout" },
	};

	(void)state;
	for (size_t i = 0; i < ROWS(rows); i++) {
		struct arena *arena = arena_new(1 << 20);
		struct facts *facts = facts_new(arena, true, 1);
		struct dkim_mail *mail = dkim_mail_new(arena, slice_of(relaxed), DKIM_LAW, 0);
		struct dkim *dkim = dkim_prepare(mail);

		dkim_body_run(mail->body, &no_budget);
		assert_false(dkim_verify(dkim, facts, &no_budget));
		assert_int_equal(dkim_result(dkim), AUTH_OPEN);
		answer(facts, "", rows[i].outcome);
		assert_true(dkim_verify(dkim, facts, &no_budget));
		check(rows[i].reason, dkim->v, rows[i].want, rows[i].reason);
		arena_free(&arena);
	}
}

/* Without DNS, and without time, nothing is guessed. */
static const char *
spent(void *p)
{
	(void)p;
	return BUDGET_TIME;
}

static void
test_nothing_guessed(void **state)
{
	const struct budget no_time = { .spent = spent };
	struct arena *arena = arena_new(1 << 20);
	struct dkim_mail *mail = dkim_mail_new(arena, slice_of(relaxed), DKIM_LAW, 0);
	struct dkim *dkim = dkim_prepare(mail);

	(void)state;
	assert_true(dkim_verify(dkim, facts_new(arena, false, 1), &no_budget));
	check("DNS is off", dkim->v, AUTH_TEMPERROR, "DNS not asked");
	dkim = dkim_prepare(mail);
	assert_true(dkim_verify(dkim, facts_new(arena, true, 1), &no_time));
	check("no time", dkim->v, AUTH_TEMPERROR, "time limit");
	arena_free(&arena);
}

/* A message whose end is gone: what covers that end is not judged, what stops before it is. */
static void
test_cut(void **state)
{
	static const struct {
		const char *message;
		enum auth_result want;
		const char *reason;
	} rows[] = {
		{ relaxed, AUTH_TEMPERROR, "message cut" },
		{ simple, AUTH_TEMPERROR, "message cut" },
		{ partial, AUTH_PASS, "" },
	};

	(void)state;
	for (size_t i = 0; i < ROWS(rows); i++) {
		struct arena *arena = arena_new(1 << 20);
		struct facts *facts = facts_new(arena, true, 1);
		struct slice whole = slice_of(rows[i].message);
		struct dkim_mail *mail = dkim_mail_new(
		    arena, slice_cut(whole, 0, whole.n - 9), DKIM_LAW, 0);
		struct dkim *dkim;

		dkim_mail_cut(mail);
		dkim = dkim_prepare(mail);
		dkim_body_run(mail->body, &no_budget);
		while (!dkim_verify(dkim, facts, &no_budget))
			answer(facts, KEY, DNS_FOUND);
		check(rows[i].message, dkim->v, rows[i].want, rows[i].reason);
		arena_free(&arena);
	}
}

/* 1,000 signatures: 8 are verified and ask for a key, each other one is named. */
static void
test_signature_bomb(void **state)
{
	struct arena *arena = arena_new((size_t)64 << 20);
	struct buf text = { .arena = arena };
	struct slice field = slice_cut(slice_of(relaxed), 0, sizeof(relaxed) - 1);
	const struct dkim *dkim;
	size_t passed = 0, left = 0;

	(void)state;
	field = slice_cut(field, 0, slice_find(field, 0, SLICE("\r\n")) + 2);
	for (size_t i = 0; i < 1001; i++)
		buf_add(&text, field);
	buf_add(&text, slice_from(slice_of(relaxed), field.n));
	dkim = verify(arena, buf_slice(&text), KEY, DKIM_LAW);
	for (size_t i = 0; i < dkim->n; i++) {
		passed += dkim->v[i].result == AUTH_PASS;
		left += dkim->v[i].result == AUTH_POLICY &&
			strcmp(dkim->v[i].reason, "too many signatures") == 0;
	}
	assert_int_equal(dkim->n, DKIM_LISTED_MAX);
	assert_int_equal(dkim->left_out, 1);
	assert_int_equal(passed, DKIM_VERIFIED_MAX);
	assert_int_equal(left, DKIM_LISTED_MAX - DKIM_VERIFIED_MAX);
	arena_free(&arena);
}

/* A key of 16384 bits, a record of 64 KB, a field of 100 KB, a header of 2 MB: named, no more. */
static void
test_too_much(void **state)
{
	struct arena *arena = arena_new((size_t)64 << 20);
	struct buf der = { .arena = arena }, record = { .arena = arena }, text = { .arena = arena };
	const struct dkim *dkim;

	(void)state;
	buf_add(&record, SLICE("p=MIIICgKCCAEA"));
	for (size_t i = 0; i < 2728; i++)
		buf_add_byte(&record, '/');
	buf_add(&record, SLICE("//8CAwEAAQ=="));
	check("16384 bits", verify(arena, slice_of(relaxed), buf_text(&record), DKIM_LAW)->v,
	    AUTH_POLICY, "key too long");
	for (size_t i = 0; i < 65000; i++)
		buf_add_byte(&der, 'A');
	check("64 KB", verify(arena, slice_of(relaxed), buf_text(&der), DKIM_LAW)->v,
	    AUTH_PERMERROR, "key record too long");
	buf_add(&text, SLICE("DKIM-Signature: v=1; h="));
	for (size_t i = 0; i < 50000; i++)
		buf_add(&text, SLICE("a:"));
	buf_add(&text, SLICE("\r\n\r\n"));
	check("100 KB", verify(arena, buf_slice(&text), KEY, DKIM_LAW)->v, AUTH_PERMERROR,
	    "field too long");
	text.n = 0;
	for (size_t i = 0; i < 100000; i++)
		buf_add(&text, SLICE("X-Padding: 123456789\r\n"));
	buf_add(&text, slice_of(relaxed));
	dkim = verify(arena, buf_slice(&text), KEY, DKIM_LAW);
	assert_int_equal(dkim->n, 0);
	assert_true(dkim->mail->header.too_long);
	arena_free(&arena);
}

/* Each hash is made once, and is right whatever the order they are asked in. */
static void
test_body_lengths(void **state)
{
	static const uint64_t lengths[] = { DKIM_WHOLE_BODY, 7, 0, 22, 23, 7 };
	struct arena *arena = arena_new(1 << 20);
	struct dkim_body *body = dkim_body_new(arena, SLICE(BODY));
	const struct dkim_body_hash *got[6];
	struct slice canonical = SLICE("Hello world\r\n\r\nlast\r\n");

	(void)state;
	for (size_t i = 0; i < 6; i++)
		got[i] = dkim_body_want(body, DKIM_RELAXED, CRYPTO_SHA256, lengths[i]);
	assert_ptr_equal(got[1], got[5]);
	dkim_body_run(body, &no_budget);
	for (size_t i = 0; i < 6; i++) {
		struct crypto_digest digest = crypto_digest_begin(CRYPTO_SHA256);
		unsigned char bytes[CRYPTO_DIGEST_MAX];
		bool short_of = lengths[i] != DKIM_WHOLE_BODY && lengths[i] > canonical.n;

		crypto_digest_add(&digest, slice_cut(canonical, 0, lengths[i]));
		crypto_digest_end(&digest, bytes);
		assert_true(got[i]->made && got[i]->n == 32 && got[i]->too_short == short_of);
		assert_memory_equal(got[i]->bytes, bytes, 32);
	}
	arena_free(&arena);
}

static const struct {
	const char *text;
	size_t want; /* tags; 0: no list */
} lists[] = {
	{ "a=1", 1 },
	{ " a = 1 ;\r\n b\t=\t2 3 ; ", 2 },
	{ "a=;b=", 2 },
	{ "a=b=c", 1 },
	{ "a_1=x", 1 },
	{ "", 0 },
	{ ";", 0 },
	{ "a", 0 },
	{ "a=1;;b=2", 0 },
	{ "1a=x", 0 },
	{ "a b=x", 0 },
	{ "a=1; a=2", 0 },
	{ "a=1; A=2", 2 },
};

static void
test_tags(void **state)
{
	struct dkim_tags tags;

	(void)state;
	for (size_t i = 0; i < ROWS(lists); i++) {
		bool good = dkim_tags_parse(slice_of(lists[i].text), &tags);

		if (good != (lists[i].want > 0) || (good && tags.n != lists[i].want))
			fail_msg("\"%s\": got %zu, want %zu", lists[i].text, good ? tags.n : 0,
			    lists[i].want);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_messages),
		cmocka_unit_test(test_line_ends),
		cmocka_unit_test(test_keys),
		cmocka_unit_test(test_facts_of_signature),
		cmocka_unit_test(test_outcomes),
		cmocka_unit_test(test_nothing_guessed),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_signature_bomb),
		cmocka_unit_test(test_too_much),
		cmocka_unit_test(test_body_lengths),
		cmocka_unit_test(test_tags),
	};

	return cmocka_run_group_tests_name("dkim", tests, NULL, NULL);
}
