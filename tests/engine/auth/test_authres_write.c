/* test_authres_write.c - our Authentication-Results field, also of hostile bytes, and read back */
#include "engine/auth/authres_write.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "engine/mime/authres.h"
#include "engine/util/ascii.h"
#include "engine/util/buf.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))
#define S(text)                          \
	{                                \
		(text), sizeof(text) - 1 \
	}

static const struct auth_signature signatures[] = {
	{ AUTH_PASS, S("example.net"), S("s1"), S("@example.net"), S("rsa-sha256"),
	    S("AbCdEfGhIjKl+/=="), { NULL, 0 } },
	{ AUTH_FAIL, S("list.example"), S("2024"), { NULL, 0 }, S("ed25519-sha256"),
	    S("AbCdEfGhIxKlMnOp"), S("the body is another") },
};

static const struct {
	const char *id;
	struct authentication found;
	const char *want;
} cases[] = {
	{ "mx.example.org", { .known = false }, "mx.example.org; none" },
	{ "mx.example.org",
	    { .known = true,
		.spf = { AUTH_PASS, S("joe@example.net"), { NULL, 0 } },
		.spf_helo = { AUTH_NONE, S("mail.example.net"), { NULL, 0 } },
		.dkim = signatures,
		.dkim_count = 2,
		.arc = AUTH_PASS,
		.arc_sets = 2,
		.dmarc = AUTH_PASS,
		.dmarc_policy = DMARC_POLICY_REJECT,
		.dmarc_from = S("example.net"),
		.dmarc_domain = S("example.net") },
	    "mx.example.org;\n"
	    "\tspf=pass smtp.mailfrom=joe@example.net;\n"
	    "\tspf=none smtp.helo=mail.example.net;\n"
	    "\tdkim=pass header.d=example.net header.i=@example.net header.s=s1\n"
	    "\theader.a=rsa-sha256 header.b=AbCdEfGhIj;\n"
	    "\tdkim=fail reason=\"the body is another\" header.d=list.example\n"
	    "\theader.s=2024 header.a=ed25519-sha256 header.b=AbCdEfGhIx;\n"
	    "\tarc=pass (i=2);\n"
	    "\tdmarc=pass (p=reject dis=none) header.from=example.net\n"
	    "\tpolicy.dmarc=none" },
	{ "mx.example.org",
	    { .known = true,
		.spf = { AUTH_PERMERROR, S("\"a b\\\"; dkim=pass\"@example.net"),
		    S("a\r\n\tb \"c\\\xff)") },
		.spf_helo = { AUTH_NONE, S("x (y; dkim=pass header.d=bank.example"), { NULL, 0 } },
		.arc = AUTH_NONE,
		.dmarc = AUTH_NONE,
		.dmarc_reason = S("no author domain") },
	    "mx.example.org;\n"
	    "\tspf=permerror reason=\"a?? b \\\"c\\\\?)\"\n"
	    "\tsmtp.mailfrom=\"\\\"a b\\\\\\\"; dkim=pass\\\"@example.net\";\n"
	    "\tspf=none smtp.helo=\"x (y; dkim=pass header.d=bank.example\";\n"
	    "\tdkim=none;\n"
	    "\tarc=none;\n"
	    "\tdmarc=none reason=\"no author domain\"" },
	{ "a b\n;c",
	    { .known = true,
		.spf = { AUTH_NONE, { NULL, 0 }, { NULL, 0 } },
		.spf_helo = { AUTH_NONE, S(""), { NULL, 0 } },
		.arc = AUTH_FAIL,
		.dmarc = AUTH_FAIL,
		.dmarc_policy = DMARC_POLICY_REJECT,
		.dmarc_disposition = DMARC_POLICY_QUARANTINE,
		.dmarc_from = S("b.example.net"),
		.dmarc_domain = S("example.net"),
		.dmarc_reason = S("spared by pct") },
	    "\"a b?;c\";\n"
	    "\tspf=none;\n"
	    "\tspf=none smtp.helo=\"\";\n"
	    "\tdkim=none;\n"
	    "\tarc=fail;\n"
	    "\tdmarc=fail (p=reject dis=quarantine) reason=\"spared by pct\"\n"
	    "\theader.from=b.example.net policy.dmarc=quarantine" },
};

static void
test_write(void **state)
{
	size_t wrong = 0;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct arena *arena = arena_new(1 << 20);
		struct slice got = authres_write(arena, slice_of(cases[i].id), &cases[i].found);

		if (!slice_eq(got, slice_of(cases[i].want))) {
			print_error("%zu: got\n%.*s\nwant\n%s\n", i, SLICE_ARG(got), cases[i].want);
			wrong++;
		}
		arena_free(&arena);
	}
	assert_int_equal(wrong, 0);
}

/* The field without its folds, as authres_parse wants it. */
static struct slice
unfolded(struct arena *arena, struct slice value)
{
	struct slice copy = arena_copy(arena, value);

	for (size_t i = 0; i < copy.n; i++)
		if (copy.p[i] == '\n')
			((char *)(uintptr_t)copy.p)[i] = ' ';
	return copy;
}

/* Any byte anywhere: printable ASCII comes out, and it reads as the same results. */
static void
test_bytes(void **state)
{
	(void)state;
	for (int c = 0; c < 256; c++) {
		struct arena *arena = arena_new(1 << 20);
		char bytes[] = { 'a', (char)c, (char)c, 'b', '@', 'x', (char)c, 0 };
		struct slice text = { bytes, 7 };
		struct auth_signature signature = { AUTH_FAIL, text, text, text, text, text, text };
		struct authentication found = { .known = true,
			.spf = { AUTH_TEMPERROR, text, text },
			.spf_helo = { AUTH_NONE, text, text },
			.dkim = &signature,
			.dkim_count = 1,
			.arc = AUTH_NONE,
			.dmarc = AUTH_PASS,
			.dmarc_from = text,
			.dmarc_domain = text };
		struct slice got = authres_write(arena, SLICE("mx.example"), &found);
		struct authres read;

		for (size_t i = 0; i < got.n; i++) {
			bool fold = got.p[i] == '\n' && i + 1 < got.n && got.p[i + 1] == '\t';

			if (!ascii_is_print(got.p[i]) && !fold && got.p[i] != '\t')
				fail_msg("byte %d: %.*s", c, SLICE_ARG(got));
		}
		if (!authres_parse(arena, unfolded(arena, got), false, &read))
			fail_msg("byte %d cannot be read: %.*s", c, SLICE_ARG(got));
		assert_int_equal(read.results.n, 5);
		assert_true(slice_eq(
		    ((struct authres_result *)vec_at(&read.results, 2))->result, SLICE("fail")));
		arena_free(&arena);
	}
}

/* Long values are cut, many signatures left out, and the arena may end. */
static void
test_limits(void **state)
{
	static char text[100000];
	static struct auth_signature many[1000];
	struct authentication found = { .known = true, .dkim = many, .dkim_count = 1000 };
	struct arena *arena = arena_new(1 << 20), *small = arena_new(256);
	struct slice got;

	(void)state;
	memset(text, '"', sizeof(text));
	for (size_t i = 0; i < COUNT(many); i++)
		many[i] = (struct auth_signature){ .result = AUTH_NEUTRAL,
			.domain = { text, sizeof(text) },
			.value = { text, sizeof(text) } };
	got = authres_write(arena, SLICE("mx.example"), &found);
	assert_true(got.n > 8 * 2 * 640 && got.n < 8 * 2 * 640 + 2000);
	assert_null(authres_write(small, SLICE("mx.example"), &found).p);
	arena_free(&arena);
	arena_free(&small);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_write),
		cmocka_unit_test(test_bytes),
		cmocka_unit_test(test_limits),
	};

	return cmocka_run_group_tests_name("authres_write", tests, NULL, NULL);
}
