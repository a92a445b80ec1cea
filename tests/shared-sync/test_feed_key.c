/* test_feed_key.c - keys as text, to and fro, by RFC 8032's first key; what is no key */
#include "shared-sync/feed_key.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "shared-sync/hex.h"

#define SEED "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"
#define PUBLIC "ed25519:11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="
#define SECRET "steelyard-key-1 entry nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A="

static struct feed_secret
secret_of(const char *hex, unsigned roles)
{
	unsigned char seed[CRYPTO_ED25519_KEY];
	struct feed_secret secret;

	assert_true(hex_read(slice_of(hex), seed, sizeof(seed)));
	feed_secret_init(&secret, seed, roles);
	return secret;
}

static void
test_to_and_fro(void **state)
{
	struct feed_secret secret = secret_of(SEED, FEED_ROLE_ENTRY), again;
	struct feed_public public;
	struct buf text = { 0 };
	struct err err = { 0 };

	(void)state;
	feed_public_write(&secret.public, &text);
	assert_string_equal(buf_text(&text), PUBLIC);
	assert_true(feed_public_read(buf_slice(&text), &public, &err));
	assert_memory_equal(public.bytes, secret.public.bytes, sizeof(public.bytes));
	assert_string_equal(public.id, secret.public.id);
	assert_string_equal(public.id, "21fe31dfa154a261");
	buf_clear(&text);
	feed_secret_write(&secret, &text);
	assert_string_equal(buf_text(&text), SECRET "\n");
	assert_true(feed_secret_read(buf_slice(&text), &again, &err));
	assert_memory_equal(again.seed, secret.seed, sizeof(secret.seed));
	assert_int_equal(again.roles, FEED_ROLE_ENTRY);
	assert_string_equal(again.public.id, public.id);
	buf_clear(&text);
	feed_secret_clear(&again);
	for (size_t i = 0; i < sizeof(again.seed); i++)
		assert_int_equal(again.seed[i], 0);
}

static void
test_no_public(void **state)
{
	static const char *const rows[] = {
		"",
		"ed25519:",
		"11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=",
		"ED25519:11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=",
		"ed25519:11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo",
		"ed25519:11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo= ",
		"ed25519:11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURp=", /* stray bits */
		"ed25519:11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURoA",
		"ed25519:11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo=",
		"ed25519:11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHUR==",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct feed_public public;
		struct err err = { 0 };

		if (feed_public_read(slice_of(rows[i]), &public, &err))
			fail_msg("\"%s\" is read, want refused", rows[i]);
		assert_non_null(strstr(err.text, "ed25519:"));
	}
}

static void
test_no_secret(void **state)
{
	static const char *const rows[] = {
		"",
		"steelyard-key-1 ",
		"steelyard-key-2 entry nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=",
		"steelyard-key-1 boss nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=",
		"steelyard-key-1 head,entry nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=",
		"steelyard-key-1 entry nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2B=",
		"steelyard-key-1 entry nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2",
		"steelyard-key-1 entry nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A= more",
		PUBLIC,
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct feed_secret secret;
		struct err err = { 0 };

		if (feed_secret_read(slice_of(rows[i]), &secret, &err))
			fail_msg("row %zu is read, want refused", i);
		assert_null(strstr(err.text, "nWGx"));
	}
}

static void
test_roles(void **state)
{
	static const struct {
		const char *text;
		unsigned roles; /* 0: refused */
	} rows[] = {
		{ "root", FEED_ROLE_ROOT },
		{ "entry", FEED_ROLE_ENTRY },
		{ "head", FEED_ROLE_HEAD },
		{ "entry,head", FEED_ROLE_ENTRY | FEED_ROLE_HEAD },
		{ "head,entry", 0 },
		{ "root,entry", 0 },
		{ "Entry", 0 },
		{ "", 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		unsigned roles = 0;
		bool got = feed_roles_read(slice_of(rows[i].text), &roles);

		if (got != (rows[i].roles != 0) || roles != rows[i].roles)
			fail_msg("\"%s\": got %u, want %u", rows[i].text, roles, rows[i].roles);
		if (got)
			assert_string_equal(feed_roles_text(roles), rows[i].text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_to_and_fro),
		cmocka_unit_test(test_no_public),
		cmocka_unit_test(test_no_secret),
		cmocka_unit_test(test_roles),
	};

	return cmocka_run_group_tests_name("feed_key", tests, NULL, NULL);
}
