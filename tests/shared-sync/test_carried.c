/* test_carried.c - signed things taken apart: their forms, their limits, and each byte changed */
#include "shared-sync/carried.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "shared-sync/hex.h"
#include "tests/shared-sync/signer.h"

#define ZEROS "0000000000000000000000000000000000000000000000000000000000000000"
#define EMPTY_HASH "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define KEY "0123456789abcdef"
#define SIGNATURE "................................................................"

static const struct row {
	const char *name;
	enum carried_type type;
	const char *bytes;
	enum fault want;
} rows[] = {
	{ "entry", CARRIED_ENTRY,
	    "steelyard-entry-1\nchannel a\nseq 1\nprev " ZEROS "\ntime 5\nkey " KEY
	    "\nsize 0\nsha256 " EMPTY_HASH "\n\n" SIGNATURE,
	    FAULT_NONE },
	{ "head", CARRIED_HEAD,
	    "steelyard-head-1\nchannel a\nseq 9007199254740992\nhash " ZEROS
	    "\nissued 0\nexpires 7\nkey " KEY "\n\n" SIGNATURE,
	    FAULT_NONE },
	{ "keyset", CARRIED_KEYSET,
	    "steelyard-keyset-1\nchannel a\nversion 1\nissued 0\nexpires 7\nkey " KEY
	    "\nsize 0\nsha256 " EMPTY_HASH "\n\n" SIGNATURE,
	    FAULT_NONE },
	{ "snapshot", CARRIED_SNAPSHOT,
	    "steelyard-snapshot-1\nchannel a\nseq 1\nhash " ZEROS "\ntime 5\nkey " KEY
	    "\nraw_size 33554432\nsize 0\nsha256 " EMPTY_HASH "\n\n" SIGNATURE,
	    FAULT_NONE },
	{ "nothing", CARRIED_ENTRY, "", FAULT_TRUNCATED },
	{ "another type", CARRIED_ENTRY,
	    "steelyard-head-1\nchannel a\nseq 1\nhash " ZEROS "\nissued 0\nexpires 7\nkey " KEY
	    "\n\n" SIGNATURE,
	    FAULT_MALFORMED },
	{ "CRLF", CARRIED_HEAD,
	    "steelyard-head-1\r\nchannel a\r\nseq 1\r\nhash " ZEROS
	    "\r\nissued 0\r\nexpires 7\r\nkey " KEY "\r\n\r\n" SIGNATURE,
	    FAULT_MALFORMED },
	{ "order", CARRIED_HEAD,
	    "steelyard-head-1\nseq 1\nchannel a\nhash " ZEROS "\nissued 0\nexpires 7\nkey " KEY
	    "\n\n" SIGNATURE,
	    FAULT_MALFORMED },
	{ "twice", CARRIED_HEAD,
	    "steelyard-head-1\nchannel a\nseq 1\nseq 1\nhash " ZEROS
	    "\nissued 0\nexpires 7\nkey " KEY "\n\n" SIGNATURE,
	    FAULT_MALFORMED },
	{ "missing", CARRIED_HEAD,
	    "steelyard-head-1\nchannel a\nseq 1\nhash " ZEROS "\nissued 0\nkey " KEY
	    "\n\n" SIGNATURE,
	    FAULT_MALFORMED },
	{ "one more", CARRIED_HEAD,
	    "steelyard-head-1\nchannel a\nseq 1\nhash " ZEROS "\nissued 0\nexpires 7\nkey " KEY
	    "\nextra 1\n\n" SIGNATURE,
	    FAULT_MALFORMED },
	{ "leading zero", CARRIED_HEAD,
	    "steelyard-head-1\nchannel a\nseq 01\nhash " ZEROS "\nissued 0\nexpires 7\nkey " KEY
	    "\n\n" SIGNATURE,
	    FAULT_MALFORMED },
	{ "number 0", CARRIED_HEAD,
	    "steelyard-head-1\nchannel a\nseq 0\nhash " ZEROS "\nissued 0\nexpires 7\nkey " KEY
	    "\n\n" SIGNATURE,
	    FAULT_MALFORMED },
	{ "minus", CARRIED_HEAD,
	    "steelyard-head-1\nchannel a\nseq 1\nhash " ZEROS "\nissued -1\nexpires 7\nkey " KEY
	    "\n\n" SIGNATURE,
	    FAULT_MALFORMED },
	{ "too large a number", CARRIED_HEAD,
	    "steelyard-head-1\nchannel a\nseq 9007199254740993\nhash " ZEROS
	    "\nissued 0\nexpires 7\nkey " KEY "\n\n" SIGNATURE,
	    FAULT_MALFORMED },
	{ "two blanks", CARRIED_HEAD,
	    "steelyard-head-1\nchannel a\nseq  1\nhash " ZEROS "\nissued 0\nexpires 7\nkey " KEY
	    "\n\n" SIGNATURE,
	    FAULT_MALFORMED },
	{ "a name that climbs", CARRIED_HEAD,
	    "steelyard-head-1\nchannel ../a\nseq 1\nhash " ZEROS "\nissued 0\nexpires 7\nkey " KEY
	    "\n\n" SIGNATURE,
	    FAULT_MALFORMED },
	{ "capitals in a hash", CARRIED_ENTRY,
	    "steelyard-entry-1\nchannel a\nseq 1\nprev " ZEROS "\ntime 5\nkey " KEY
	    "\nsize 0\nsha256 E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855\n\n",
	    FAULT_MALFORMED },
	{ "a short key", CARRIED_HEAD,
	    "steelyard-head-1\nchannel a\nseq 1\nhash " ZEROS
	    "\nissued 0\nexpires 7\nkey 0123\n\n" SIGNATURE,
	    FAULT_MALFORMED },
	{ "bytes behind it", CARRIED_HEAD,
	    "steelyard-head-1\nchannel a\nseq 1\nhash " ZEROS "\nissued 0\nexpires 7\nkey " KEY
	    "\n\n" SIGNATURE ".",
	    FAULT_MALFORMED },
	{ "half a signature", CARRIED_HEAD,
	    "steelyard-head-1\nchannel a\nseq 1\nhash " ZEROS "\nissued 0\nexpires 7\nkey " KEY
	    "\n\n................................",
	    FAULT_TRUNCATED },
	{ "another body", CARRIED_ENTRY,
	    "steelyard-entry-1\nchannel a\nseq 1\nprev " ZEROS "\ntime 5\nkey " KEY
	    "\nsize 1\nsha256 " EMPTY_HASH "\n\nx" SIGNATURE,
	    FAULT_BODY_HASH },
	{ "a large body", CARRIED_ENTRY,
	    "steelyard-entry-1\nchannel a\nseq 1\nprev " ZEROS "\ntime 5\nkey " KEY
	    "\nsize 262145\nsha256 " EMPTY_HASH "\n\n" SIGNATURE,
	    FAULT_OVERSIZED },
	{ "a large keyset", CARRIED_KEYSET,
	    "steelyard-keyset-1\nchannel a\nversion 1\nissued 0\nexpires 7\nkey " KEY
	    "\nsize 32769\nsha256 " EMPTY_HASH "\n\n" SIGNATURE,
	    FAULT_OVERSIZED },
	{ "a large snapshot", CARRIED_SNAPSHOT,
	    "steelyard-snapshot-1\nchannel a\nseq 1\nhash " ZEROS "\ntime 5\nkey " KEY
	    "\nraw_size 33554433\nsize 0\nsha256 " EMPTY_HASH "\n\n" SIGNATURE,
	    FAULT_OVERSIZED },
};

static void
test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct carried carried;
		struct err err = { 0 };
		enum fault got = carried_read(
		    rows[i].type, slice_of(rows[i].bytes), &carried, &err);

		if (got != rows[i].want)
			fail_msg("%s: got %s (%s), want %s", rows[i].name, fault_word(got),
			    err.text, fault_word(rows[i].want));
		if (got != FAULT_NONE && err.text[0] == '\0')
			fail_msg("%s: nothing is said of %s", rows[i].name, fault_word(got));
	}
}

static void
test_header_limit(void **state)
{
	struct buf bytes = { 0 };
	struct carried carried;
	struct err err = { 0 };

	(void)state;
	buf_add(&bytes, SLICE("steelyard-entry-1\nchannel "));
	for (size_t i = 0; i < 2000; i++)
		buf_add_byte(&bytes, 'a');
	assert_int_equal(
	    carried_read(CARRIED_ENTRY, buf_slice(&bytes), &carried, &err), FAULT_OVERSIZED);
	assert_int_equal(
	    carried_read(CARRIED_ENTRY, slice_cut(buf_slice(&bytes), 0, 1000), &carried, &err),
	    FAULT_TRUNCATED);
	buf_clear(&bytes);
}

/* Signs one of each type and reads it back; all of them in *out, apart by ends[]. */
static void
sign_all(const struct feed_secret *secret, struct buf *out, size_t ends[4])
{
	for (int type = CARRIED_ENTRY; type <= CARRIED_KEYSET; type++) {
		struct carried from = { .type = (enum carried_type)type,
			.channel = SLICE("community"),
			.seq = 77,
			.hash = { 1, 2, 3 },
			.time = 1700000000,
			.expires = 1800000000,
			.raw_size = 99 };

		carried_sign(
		    &from, type == CARRIED_HEAD ? SLICE("") : SLICE("a body"), secret, out);
		ends[type] = out->n;
	}
}

static void
test_signed(void **state)
{
	struct feed_secret secret = signer_key(1, FEED_ROLE_ENTRY);
	struct feed_secret other = signer_key(2, FEED_ROLE_ENTRY);
	struct buf all = { 0 };
	size_t ends[4], start = 0;

	(void)state;
	sign_all(&secret, &all, ends);
	for (int type = CARRIED_ENTRY; type <= CARRIED_KEYSET; type++) {
		struct slice bytes = slice_cut(buf_slice(&all), start, ends[type]);
		struct carried got;
		struct err err = { 0 };

		assert_int_equal(
		    carried_read((enum carried_type)type, bytes, &got, &err), FAULT_NONE);
		assert_true(slice_eq(got.channel, SLICE("community")));
		assert_int_equal(got.seq, 77);
		assert_int_equal(got.time, 1700000000);
		assert_int_equal(
		    got.expires, type == CARRIED_HEAD || type == CARRIED_KEYSET ? 1800000000 : 0);
		assert_int_equal(got.raw_size, type == CARRIED_SNAPSHOT ? 99 : 0);
		assert_string_equal(got.key, secret.public.id);
		assert_int_equal(got.hash[1], type == CARRIED_KEYSET ? 0 : 2);
		assert_int_equal(got.body.n, type == CARRIED_HEAD ? 0 : 6);
		assert_true(carried_verify(&got, &secret.public));
		assert_false(carried_verify(&got, &other.public));
		got.type = type == CARRIED_ENTRY ? CARRIED_SNAPSHOT : CARRIED_ENTRY;
		assert_false(carried_verify(&got, &secret.public));
		start = ends[type];
	}
	buf_clear(&all);
}

/* Whatever one bit is changed, whatever is cut: it does not read, or does not verify. */
static void
test_each_bit(void **state)
{
	struct feed_secret secret = signer_key(1, FEED_ROLE_ENTRY);
	struct buf all = { 0 };
	size_t ends[4], start = 0, refused = 0;

	(void)state;
	sign_all(&secret, &all, ends);
	for (int type = CARRIED_ENTRY; type <= CARRIED_KEYSET; type++) {
		struct carried got;
		struct err err = { 0 };

		for (size_t at = start; at < ends[type]; at++) {
			struct slice bytes = { all.p + start, ends[type] - start };

			all.p[at] ^= (char)(1 << (at % 8));
			if (carried_read((enum carried_type)type, bytes, &got, &err) ==
				FAULT_NONE &&
			    carried_verify(&got, &secret.public))
				fail_msg("type %d: byte %zu may be changed", type, at - start);
			all.p[at] ^= (char)(1 << (at % 8));
			if (carried_read((enum carried_type)type, slice_cut(bytes, 0, at - start),
				&got, &err) == FAULT_NONE)
				fail_msg("type %d: may be cut at %zu", type, at - start);
			refused += 2;
		}
		start = ends[type];
	}
	print_message("# %zu changes, none taken\n", refused);
	buf_clear(&all);
}

/* What others sign by must not change unseen: these are the bytes of one entry. */
static void
test_stable(void **state)
{
	struct feed_secret secret = signer_key(1, FEED_ROLE_ENTRY);
	unsigned char digest[CRYPTO_SHA256_SIZE];
	struct buf entry = { 0 }, hex = { 0 };

	(void)state;
	signer_entry(SLICE("a"), 1, NULL, 5, SLICE("rules: {}\n"), &secret, &entry);
	crypto_sha256(buf_slice(&entry), digest);
	hex_write(digest, sizeof(digest), &hex);
	assert_string_equal(
	    buf_text(&hex), "5203b8985b7190469ce0de1809952302afc2678458d4b1c74a93a404cd4844ab");
	buf_clear(&entry);
	buf_clear(&hex);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_header_limit),
		cmocka_unit_test(test_signed),
		cmocka_unit_test(test_each_bit),
		cmocka_unit_test(test_stable),
	};

	return cmocka_run_group_tests_name("carried", tests, NULL, NULL);
}
