/* test_authserv.c - the name at the front of an Authentication-Results field, in all its forms */
#include "engine/mime/authserv.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static const struct {
	const char *value;
	const char *want; /* NULL: none */
	bool same; /* as "mx.example.org" */
} cases[] = {
	{ " mx.example.org; none", "mx.example.org", true },
	{ "mx.example.org", "mx.example.org", true },
	{ "MX.Example.ORG ;spf=pass", "MX.Example.ORG", true },
	{ "mx.example.org. 1; spf=pass", "mx.example.org.", true },
	{ "mx.example.org 99; spf=pass", "mx.example.org", true },
	{ "mx.example.org/1; spf=pass", "mx.example.org", true },
	{ "mx.example.org(comment); spf=pass", "mx.example.org", true },
	{ " (a (b\\) c) ) \r\n\t (d)\tmx.example.org\r\n\t; spf=pass", "mx.example.org", true },
	{ "\"mx.example.org\"; spf=pass", "mx.example.org", true },
	{ "\"mx.\\example.org\" 1", "mx.example.org", true },
	{ "\"mx.exam\r\nple.org\"", "mx.example.org", true },
	{ "\"mx.example.org", "mx.example.org", true },
	{ "mx.example.org\"x\"", "mx.example.org", true },
	{ "mx.example.orgs; spf=pass", "mx.example.orgs", false },
	{ "a.mx.example.org; spf=pass", "a.mx.example.org", false },
	{ "mx.example.net; spf=pass", "mx.example.net", false },
	{ "", NULL, false },
	{ "; spf=pass", NULL, false },
	{ "(mx.example.org", NULL, false },
	{ "\"\"", NULL, false },
};

static void
test_forms(void **state)
{
	struct arena *arena = arena_new(1 << 20);

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct slice got = authserv_of(arena, slice_of(cases[i].value));

		if (cases[i].want == NULL ? got.p != NULL : !slice_eq(got, slice_of(cases[i].want)))
			fail_msg("%s: got %.*s, want %s", cases[i].value, SLICE_ARG(got),
			    cases[i].want == NULL ? "none" : cases[i].want);
		if (authserv_same(arena, got, SLICE("mx.example.org")) != cases[i].same)
			fail_msg("%s: same is not %d", cases[i].value, cases[i].same);
	}
	arena_free(&arena);
}

static void
test_same(void **state)
{
	struct arena *arena = arena_new(1 << 20);
	struct slice u_label = SLICE("mx.B\xc3\x9c"
				     "cher.de");

	(void)state;
	assert_true(authserv_same(arena, u_label, SLICE("MX.xn--bcher-kva.de.")));
	assert_true(authserv_same(arena, SLICE("mx.xn--bcher-kva.de"), u_label));
	assert_true(authserv_same(arena, SLICE("our mail"), SLICE("Our Mail")));
	assert_false(authserv_same(arena, u_label, SLICE("mx.bucher.de")));
	assert_false(authserv_same(arena, SLICE(""), SLICE("")));
	assert_false(authserv_same(arena, SLICE("\xff"), SLICE("\xfe")));
	arena_free(&arena);
}

static void
test_long(void **state)
{
	static char text[AUTHSERV_MAX + 2];
	struct arena *arena = arena_new(1 << 20);

	(void)state;
	memset(text, 'a', sizeof(text));
	assert_int_equal(authserv_of(arena, (struct slice){ text, AUTHSERV_MAX }).n, AUTHSERV_MAX);
	assert_null(authserv_of(arena, (struct slice){ text, AUTHSERV_MAX + 1 }).p);
	text[0] = '"';
	assert_null(authserv_of(arena, (struct slice){ text, AUTHSERV_MAX + 2 }).p);
	arena_free(&arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_forms),
		cmocka_unit_test(test_same),
		cmocka_unit_test(test_long),
	};

	return cmocka_run_group_tests_name("authserv", tests, NULL, NULL);
}
