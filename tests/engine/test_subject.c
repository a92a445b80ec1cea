/* test_subject.c - subject.c: tags before Subjects, plain, encoded and folded */
#include "engine/subject.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const struct {
	const char *tag;
	const char *old; /* NULL: none */
	const char *want; /* NULL: no change */
} cases[] = {
	{ "[SPAM]", "Hello", "[SPAM] Hello" },
	{ "[SPAM]", "Hello\n\tagain", "[SPAM] Hello\n\tagain" },
	{ "[SPAM]", "", "[SPAM] " },
	{ "[SPAM]", NULL, "[SPAM]" },
	{ "[SPAM]", "[SPAM] Hello", NULL },
	{ "", "Hello", NULL },
	{ "", NULL, NULL },
	{ "[SPAM]", "=?utf-8?Q?x?=", "[SPAM] =?utf-8?Q?x?=" },
	{ "[SPAM]", "raw \xff bytes", "[SPAM] raw \xff bytes" },
	{ "M\xc3\xbcll 7.3", "Hello", "=?UTF-8?Q?M=C3=BCll_7=2E3?= Hello" },
	{ "M\xc3\xbcll", NULL, "=?UTF-8?Q?M=C3=BCll?=" },
	/* blanks between two encoded words are not shown */
	{ "M\xc3\xbcll", "=?utf-8?Q?x?=", "=?UTF-8?Q?M=C3=BCll_?= =?utf-8?Q?x?=" },
	{ "M\xc3\xbcll", "=?UTF-8?Q?M=C3=BCll?= Hello", NULL },
	{ "M\xc3\xbcll", "=?UTF-8?Q?M=C3=BCll_?= =?utf-8?Q?x?=", NULL },
	{ "a\xff\xc3", "b", "=?UTF-8?Q?a=3F=3F?= b" },
	{ "?=\xe2\x82\xac=?", "b", "=?UTF-8?Q?=3F=3D=E2=82=AC=3D=3F?= b" },
	/* no character is split, no word is longer than 75 */
	{ "\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2"
	  "\x82\xac",
	    "b",
	    "=?UTF-8?Q?=E2=82=AC=E2=82=AC=E2=82=AC=E2=82=AC=E2=82=AC=E2=82=AC=E2=82=AC?=\n "
	    "=?UTF-8?Q?=E2=82=AC?= b" },
};

static void
test_table(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct arena *arena = arena_new(1 << 20);
		struct slice old = cases[i].old == NULL ? SLICE_ABSENT : slice_of(cases[i].old);
		struct slice got = subject_tagged(arena, slice_of(cases[i].tag), old);

		if (cases[i].want == NULL ? got.p != NULL : !slice_eq(got, slice_of(cases[i].want)))
			fail_msg("case %zu: got \"%.*s\", want \"%s\"", i, SLICE_ARG(got),
			    cases[i].want == NULL ? "no change" : cases[i].want);
		arena_free(&arena);
	}
}

/* A first line that would grow too long goes onto its own. */
static void
test_long(void **state)
{
	static char old[985];
	struct arena *arena = arena_new(1 << 20);
	struct slice got;

	(void)state;
	memset(old, 'w', sizeof(old));
	got = subject_tagged(arena, SLICE("[SPAM]"), (struct slice){ old, sizeof(old) });
	assert_true(slice_starts(got, SLICE("[SPAM]\n www")));
	assert_int_equal(got.n, sizeof(old) + 8);
	old[500] = '\n';
	old[501] = ' ';
	got = subject_tagged(arena, SLICE("[SPAM]"), (struct slice){ old, sizeof(old) });
	assert_true(slice_starts(got, SLICE("[SPAM] www")));
	arena_free(&arena);
}

static void
test_small_arenas(void **state)
{
	(void)state;
	for (size_t cap = 0; cap < 2000; cap += 13) {
		struct arena *arena = arena_new(cap);

		subject_tagged(arena, SLICE("M\xc3\xbcll \xe2\x82\xac"), SLICE("=?utf-8?Q?x?= y"));
		arena_free(&arena);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_long),
		cmocka_unit_test(test_small_arenas),
	};

	return cmocka_run_group_tests_name("subject", tests, NULL, NULL);
}
