/* test_keyset.c - the lines of a keyset, and what each key may sign */
#include "shared-sync/keyset.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/shared-sync/signer.h"

#define ID "21fe31dfa154a261"
#define PUBLIC "ed25519:11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="

static void
test_lines(void **state)
{
	static const struct {
		const char *name, *body;
		const char *want; /* what err says; NULL: it is read */
	} rows[] = {
		{ "empty", "", NULL },
		{ "one", ID " " PUBLIC " entry -\n", NULL },
		{ "retired", ID " " PUBLIC " entry,head 12\n", NULL },
		{ "retired before its first", ID " " PUBLIC " head 0\n", NULL },
		{ "no end", ID " " PUBLIC " entry -", "without an end" },
		{ "root", ID " " PUBLIC " root -\n", "roles are" },
		{ "another id", "21fe31dfa154a262 " PUBLIC " entry -\n", "the id of a key" },
		{ "twice", ID " " PUBLIC " entry -\n" ID " " PUBLIC " head -\n", "twice" },
		{ "no number", ID " " PUBLIC " entry x\n", "the number of its last" },
		{ "no last field", ID " " PUBLIC " entry\n", "the number of its last" },
		{ "a field more", ID " " PUBLIC " entry - -\n", "the number of its last" },
		{ "two blanks", ID "  " PUBLIC " entry -\n", "not a public key" },
		{ "an empty line", "\n", "not a public key" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct keyset keyset = { 0 };
		struct err err = { 0 };
		struct buf again = { 0 };
		bool got = keyset_read(slice_of(rows[i].body), &keyset, &err);

		if (got != (rows[i].want == NULL) ||
		    (!got && strstr(err.text, rows[i].want) == NULL))
			fail_msg("%s: got %d, \"%s\"", rows[i].name, got, err.text);
		keyset_write(&keyset, &again);
		if (got && !slice_eq(buf_slice(&again), slice_of(rows[i].body)))
			fail_msg("%s: written anew as \"%s\"", rows[i].name, buf_text(&again));
		buf_clear(&again);
	}
}

static void
test_too_many(void **state)
{
	struct keyset keyset = { 0 };
	struct buf body = { 0 };
	struct err err = { 0 };

	(void)state;
	for (unsigned i = 0; i <= KEYSET_KEYS_MAX; i++) {
		struct feed_secret secret = signer_key((unsigned char)i, FEED_ROLE_ENTRY);
		struct keyset one = { .keys = { signer_line(&secret, false, 0) }, .n = 1 };

		assert_int_equal(
		    keyset_read(buf_slice(&body), &keyset, &err), i <= KEYSET_KEYS_MAX);
		keyset_write(&one, &body);
	}
	assert_false(keyset_read(buf_slice(&body), &keyset, &err));
	buf_clear(&body);
}

static void
test_allows(void **state)
{
	struct feed_secret entry = signer_key(1, FEED_ROLE_ENTRY);
	struct feed_secret head = signer_key(2, FEED_ROLE_HEAD);
	struct feed_secret both = signer_key(3, FEED_ROLE_ENTRY | FEED_ROLE_HEAD);
	struct feed_secret gone = signer_key(4, FEED_ROLE_ENTRY | FEED_ROLE_HEAD);
	struct feed_secret stranger = signer_key(5, FEED_ROLE_ENTRY);
	struct keyset keyset = { .n = 4 };
	const struct {
		const struct feed_secret *key;
		enum carried_type type;
		uint64_t seq;
		enum fault want;
	} rows[] = {
		{ &entry, CARRIED_ENTRY, 1, FAULT_NONE },
		{ &entry, CARRIED_SNAPSHOT, 1, FAULT_NONE },
		{ &entry, CARRIED_HEAD, 1, FAULT_ROLE },
		{ &entry, CARRIED_KEYSET, 1, FAULT_ROLE },
		{ &head, CARRIED_ENTRY, 1, FAULT_ROLE },
		{ &head, CARRIED_SNAPSHOT, 1, FAULT_ROLE },
		{ &head, CARRIED_HEAD, 1, FAULT_NONE },
		{ &both, CARRIED_ENTRY, 1, FAULT_NONE },
		{ &both, CARRIED_HEAD, 1, FAULT_NONE },
		{ &both, CARRIED_KEYSET, 1, FAULT_ROLE },
		{ &gone, CARRIED_ENTRY, 9, FAULT_NONE },
		{ &gone, CARRIED_ENTRY, 10, FAULT_RETIRED },
		{ &gone, CARRIED_SNAPSHOT, 9, FAULT_RETIRED },
		{ &gone, CARRIED_HEAD, 9, FAULT_RETIRED },
		{ &stranger, CARRIED_ENTRY, 1, FAULT_UNKNOWN_KEY },
	};

	(void)state;
	keyset.keys[0] = signer_line(&entry, false, 0);
	keyset.keys[1] = signer_line(&head, false, 0);
	keyset.keys[2] = signer_line(&both, false, 0);
	keyset.keys[3] = signer_line(&gone, true, 9);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		enum fault got = keyset_allows(
		    &keyset, rows[i].key->public.id, rows[i].type, rows[i].seq);

		if (got != rows[i].want)
			fail_msg("row %zu: got %s, want %s", i, fault_word(got),
			    fault_word(rows[i].want));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_too_many),
		cmocka_unit_test(test_allows),
	};

	return cmocka_run_group_tests_name("keyset", tests, NULL, NULL);
}
