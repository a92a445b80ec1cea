/* test_template.c - template.c: tags, folds, and what hostile text cannot do */
#include "engine/template.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "engine/rules/rule_def.h"
#include "engine/util/buf.h"

static const struct hit hits[] = {
	{ .name = SLICE("ALPHA"), .score = 1500000, .count = 1 },
	{ .name = SLICE("BETA"), .score = -200000, .count = 1 },
};
static const struct slice subrules[] = { SLICE("__X"), SLICE("__Y") };
static const struct verdict spam = {
	.score = 7321000,
	.required = 5000000,
	.spam = true,
	.action = ACTION_REJECT,
	.hits = hits,
	.hit_count = 2,
	.subrules = subrules,
	.subrule_count = 2,
	.ruleset_id = SLICE("0123abcd"),
};
static const struct verdict ham = {
	.score = 2960000,
	.required = 3000000,
	.incomplete = true,
	.ruleset_id = SLICE("0123abcd"),
};
static const struct envelope envelope = {
	.known = true,
	.client_ip = SLICE("192.0.2.1"),
	.helo = SLICE("evil\r\nX-Injected: 1"),
	.queue_id = SLICE("4ABC"),
	.mail_from = SLICE("a@b\0c"),
};
static const struct policy policy = { .hostname = SLICE("mx.example.org") };

static const struct {
	const char *text;
	bool spam;
	const char *want;
} cases[] = {
	{ "plain", true, "plain" },
	{ "_YESNO_", true, "Yes" },
	{ "_YESNO_", false, "No" },
	{ "_YESNO(spam,ham)_", true, "spam" },
	{ "_YESNO(spam,ham)_", false, "ham" },
	{ "_YESNOCAPS_", true, "YES" },
	{ "_YESNO_, score=_SCORE_ required=_REQD_ tests=_TESTS_", true,
	    "Yes, score=7.3 required=5.0 tests=ALPHA,BETA" },
	{ "_SCORE_/_REQD_", false, "2.9/3.0" },
	{ "_SCORE(00)_", true, "07.3" },
	{ "_SCORE( )_", true, "7.3" },
	{ "_STARS(*)_", true, "*******" },
	{ "_STARS(x)_", false, "xx" },
	{ "_TESTS( )_", true, "ALPHA BETA" },
	{ "_TESTS_", false, "none" },
	{ "_TESTSSCORES(;)_", true, "ALPHA=1.500;BETA=-0.200" },
	{ "_SUBTESTS_", true, "__X,__Y" },
	{ "_ACTION_ _RULESETID_ _HOSTNAME_ _QUEUEID_", true,
	    "reject 0123abcd mx.example.org 4ABC" },
	{ "[_REMOTEHOSTADDR_]", true, "[192.0.2.1]" },
	{ "_INCOMPLETE(cut)_", false, "cut" },
	{ "a_INCOMPLETE_b", true, "ab" },
	/* what is no tag stays */
	{ "_NOSUCHTAG_ _SCORE", true, "_NOSUCHTAG_ _SCORE" },
	{ "_SCORE(_", true, "_SCORE(_" },
	{ "__SCORE__", true, "_7.3_" },
	{ "_", true, "_" },
	/* nothing ends a field or begins another */
	{ "x _REMOTEHELO_ y", true, "x evil\n\tX-Injected: 1 y" },
	{ "a\r\nb", true, "a\n\tb" },
	{ "a\n\n\nb", true, "a\n\tb" },
	{ "a\n", true, "a" },
	{ "\nb", true, "b" },
	{ "_SENDER_", true, "a@b c" },
	{ "j\xc3\xb6rg \xff\xc3", true, "j\xc3\xb6rg ??" },
};

static void
test_table(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct arena *arena = arena_new(1 << 20);
		const struct template_source source = { cases[i].spam ? &spam : &ham, &envelope,
			&policy };
		struct slice got = template_field(
		    arena, SLICE("X-Test"), slice_of(cases[i].text), &source);

		if (!slice_eq(got, slice_of(cases[i].want)))
			fail_msg("%s: got \"%.*s\", want \"%s\"", cases[i].text, SLICE_ARG(got),
			    cases[i].want);
		arena_free(&arena);
	}
}

/* Long lists fold after commas, and no line passes the limits. */
static void
test_folds(void **state)
{
	static struct hit many[200];
	static char names[200][32];
	struct verdict verdict = spam;
	const struct template_source source = { &verdict, &envelope, &policy };
	struct arena *arena = arena_new(1 << 20);
	struct slice rest, line;
	size_t lines = 0;

	(void)state;
	for (size_t i = 0; i < 200; i++) {
		snprintf(names[i], sizeof(names[i]), "RULE_%.*zu", (int)(i % 20), i);
		many[i].name = slice_of(names[i]);
	}
	verdict.hits = many;
	verdict.hit_count = 200;
	rest = template_field(
	    arena, SLICE("X-Spam-Status"), SLICE("_YESNO_, tests=_TESTS_ end"), &source);
	while (slice_next_line(&rest, &line)) {
		if (lines++ > 0)
			assert_int_equal(line.p[0], '\t');
		assert_true(line.n > 0 && line.n + (lines > 1 ? 7 : 15) <= TEMPLATE_COLUMNS + 1);
	}
	assert_true(lines > 20);
	arena_free(&arena);
}

static void
test_long_word(void **state)
{
	static char word[5000];
	struct arena *arena = arena_new(1 << 20);
	const struct template_source source = { &spam, &envelope, &policy };
	struct slice rest, line;

	(void)state;
	memset(word, 'x', sizeof(word));
	rest = template_field(
	    arena, SLICE("X-Test"), (struct slice){ word, sizeof(word) }, &source);
	assert_true(rest.n >= sizeof(word));
	while (slice_next_line(&rest, &line))
		assert_true(line.n < 998);
	arena_free(&arena);
}

static void
test_line(void **state)
{
	struct arena *arena = arena_new(1 << 20);
	const struct template_source source = { &spam, &envelope, &policy };
	struct slice got = template_line(arena, SLICE("550 5.7.1 _SCORE_ _REMOTEHELO_"), &source);

	(void)state;
	assert_true(slice_eq(got, SLICE("550 5.7.1 7.3 evil  X-Injected: 1")));
	arena_free(&arena);
}

/* At any cap the answer is whole or absent. */
static void
test_unknown_tags(void **state)
{
	static const struct {
		const char *text, *want;
	} rows[] = {
		{ "_YESNO_, score=_SCORE(00)_ _TESTS(, )_", "" },
		{ "_SCOER_", "_SCOER_" },
		{ "_SCORE__REQ_", "_REQ_" },
		{ "a _STARTS(*)_", "_STARTS(" },
		{ "snake_case A_B_C __ _ _SCORE", "" },
		{ "", "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct slice got = template_unknown_tag(slice_of(rows[i].text));

		if (!slice_eq(got, slice_of(rows[i].want)))
			fail_msg("%s: got \"%.*s\", want \"%s\"", rows[i].text, SLICE_ARG(got),
			    rows[i].want);
	}
}

static void
test_memory(void **state)
{
	const struct template_source source = { &spam, &envelope, &policy };

	(void)state;
	for (size_t cap = 0; cap < 40000; cap += 501) {
		struct arena *arena = arena_new(cap);
		struct slice got = template_field(arena, SLICE("X-Test"),
		    SLICE("_YESNO_ _TESTSSCORES_ _REPORT_ _SUMMARY_"), &source);

		if (got.p != NULL)
			assert_true(slice_starts(got, SLICE("Yes ALPHA=1.500,BETA")));
		arena_free(&arena);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_folds),
		cmocka_unit_test(test_long_word),
		cmocka_unit_test(test_line),
		cmocka_unit_test(test_unknown_tags),
		cmocka_unit_test(test_memory),
	};

	return cmocka_run_group_tests_name("template", tests, NULL, NULL);
}
