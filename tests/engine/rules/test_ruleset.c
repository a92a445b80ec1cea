/* test_ruleset.c - ruleset.c, order.c, copy.c: what wins, what is told, in which order rules run */
#include "engine/rules/ruleset.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "engine/rules/rule.h"
#include "tests/engine/scan_helper.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct uri_condition bad_part = { SLICE("hots"), SLICE("/a/"), false };

/* Each case builds alone; the report is compared whole. */
static const struct {
	const char *name;
	struct rule_def defs[4];
	size_t count;
	const char *want; /* what is told */
	const char *want_rules; /* names in force, a "-" behind those switched off */
} cases[] = {
	{ "all well", { BODY("B", "/b/"), HEADER("A", "Subject", "/a/i") }, 2, "", "A B " },
	{ "a later one wins", { BODY("A", "/a/"), BODY("A", "/b/") }, 2,
	    "w A: replaces the rule of ?:0\n", "A " },
	{ "a bad name", { BODY("1A", "/a/"), BODY("A-B", "/a/"), BODY("", "/a/") }, 3,
	    "e 1A: a rule's name is made of letters, digits and _, not a digit first\n"
	    "e A-B: a rule's name is made of letters, digits and _, not a digit first\n"
	    "e : a rule's name is made of letters, digits and _, not a digit first\n",
	    "" },
	{ "a bad pattern", { BODY("A", "/(/"), BODY("B", "/b/") }, 2,
	    "e A: the pattern does not compile: missing closing parenthesis (byte 3)\n", "B " },
	{ "no pattern", { BODY("A", "") }, 1,
	    "e A: a pattern is written /pattern/flags or m{pattern}flags\n", "" },
	{ "a meta of what is not there", { META("M", "A + B"), BODY("B", "/b/") }, 2,
	    "w M: reads A, which no rule is named: it counts 0\n", "B M " },
	{ "a meta of what is broken", { META("M", "A + B"), BODY("A", "/(/"), BODY("B", "/b/") }, 3,
	    "e A: the pattern does not compile: missing closing parenthesis (byte 3)\n"
	    "w M: reads A, which was left out: it counts 0\n",
	    "B M " },
	{ "a meta of what is off",
	    { META("M", "A"), { .name = SLICE("A"),
				  .kind = RULE_BODY,
				  .pattern = SLICE("/a/"),
				  .has_score = true } },
	    2, "w M: reads A, which is switched off by a score of 0: it counts 0\n", "A- M " },
	{ "imported metas of a meta that is off",
	    { { .name = SLICE("M"),
		  .kind = RULE_META,
		  .expression = SLICE("!A"),
		  .imported = true },
		{ .name = SLICE("N"),
		    .kind = RULE_META,
		    .expression = SLICE("M || 1"),
		    .imported = true },
		{ .name = SLICE("A"),
		    .kind = RULE_META,
		    .expression = SLICE("1"),
		    .has_score = true },
		META("O", "N || 1") },
	    4, "", "A- M- N- O " },
	{ "a bad meta", { META("M", "A &&"), BODY("A", "/a/") }, 2,
	    "e M: expected a rule's name, a number or ( (byte 5)\n", "A " },
	{ "an empty meta", { META("M", " ") }, 1, "e M: a meta needs an expression\n", "" },
	{ "a meta of itself", { META("M", "M || A"), BODY("A", "/a/") }, 2,
	    "e M: reads itself through M, or over more than 200 metas\n", "A " },
	{ "a ring of metas",
	    { META("M", "N"), META("N", "O"), META("O", "M || A"), BODY("A", "/a/") }, 4,
	    "e O: reads itself through M, or over more than 200 metas\n", "A M N " },
	{ "an unknown function", { FUNCTION("F", "no_such()") }, 1,
	    "e F: there is no function no_such()\n", "" },
	{ "a bad URI part",
	    { { .name = SLICE("U"),
		.kind = RULE_URI,
		.conditions = &bad_part,
		.condition_count = 1 } },
	    1, "e U: a URI has no part hots: there are raw cleaned type tag text host domain\n",
	    "" },
	{ "a bad mime selector",
	    { { .name = SLICE("U"),
		.kind = RULE_MIME,
		.selector = SLICE("Content-Type:addr"),
		.pattern = SLICE("/a/") } },
	    1,
	    "e U: a mime rule reads a field's name, with :raw or not, or ALL; not "
	    "Content-Type:addr\n",
	    "" },
};

static void
test_build(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct problems problems = { { 0 } };
		struct ruleset *ruleset = helper_build(
		    cases[i].defs, cases[i].count, NULL, &problems);
		struct buf names = { 0 };

		for (size_t k = 0; k < ruleset_count(ruleset); k++) {
			const struct rule *rule = ruleset_at(ruleset, k);

			buf_printf(&names, "%.*s%s ", SLICE_ARG(rule_definition(rule)->name),
			    rule_is_live(rule) ? "" : "-");
		}
		if (strcmp(buf_text(&problems.text), cases[i].want) != 0 ||
		    strcmp(buf_text(&names), cases[i].want_rules) != 0)
			fail_msg("%s: got\n%s%s\nwant\n%s%s", cases[i].name,
			    buf_text(&problems.text), buf_text(&names), cases[i].want,
			    cases[i].want_rules);
		buf_clear(&names);
		buf_clear(&problems.text);
		ruleset_unref(&ruleset);
	}
}

static int64_t
score_of(const struct ruleset *ruleset, const char *name)
{
	return rule_definition(ruleset_find(ruleset, slice_of(name)))->score;
}

/* Later layers win; who set a score is kept. */
static void
test_scores(void **state)
{
	static const struct rule_def defs[] = {
		BODY("PLAIN", "/a/"),
		{ .name = SLICE("NICE"),
		    .kind = RULE_BODY,
		    .pattern = SLICE("/a/"),
		    .tags = RULE_NICE },
		{ .name = SLICE("OWN"),
		    .kind = RULE_BODY,
		    .pattern = SLICE("/a/"),
		    .has_score = true,
		    .score = 2500000,
		    .origin = { "a.yaml", 3, 1, "shipped" } },
		BODY("LAID", "/a/"),
		BODY("OFF", "/a/"),
	};
	static const struct score_override scores[] = {
		{ SLICE("LAID"), 1, { "b.yaml", 1, 1, "shipped" } },
		{ SLICE("LAID"), 3000000, { "c.yaml", 7, 1, "local" } },
		{ SLICE("OFF"), 0, { "c.yaml", 8, 1, "local" } },
		{ SLICE("NONE"), 1, { "c.yaml", 9, 1, "local" } },
		{ SLICE("PLAIN"), SCORE_LIMIT + 1, { "c.yaml", 10, 1, "local" } },
	};
	const struct ruleset_source source = { .defs = defs,
		.def_count = COUNT(defs),
		.scores = scores,
		.score_count = COUNT(scores) };
	struct ruleset *ruleset = ruleset_build(&source, NULL);
	const struct rule_def *laid = rule_definition(ruleset_find(ruleset, SLICE("LAID")));

	(void)state;
	assert_int_equal(score_of(ruleset, "PLAIN"), 1000000);
	assert_int_equal(score_of(ruleset, "NICE"), -1000000);
	assert_int_equal(score_of(ruleset, "OWN"), 2500000);
	assert_int_equal(laid->score, 3000000);
	assert_string_equal(laid->score_origin.file, "c.yaml");
	assert_int_equal(laid->score_origin.line, 7);
	assert_false(rule_is_live(ruleset_find(ruleset, SLICE("OFF"))));
	assert_null(ruleset_find(ruleset, SLICE("NONE")));
	ruleset_unref(&ruleset);
	assert_null(ruleset);
	ruleset_unref(&ruleset);
}

/* Metas run behind what they read; low priorities pull. */
static void
test_order(void **state)
{
	static const struct rule_def defs[] = {
		BODY("B", "/b/"),
		BODY("A", "/a/"),
		HEADER("H", "Subject", "/a/"),
		{ .name = SLICE("EARLY"),
		    .kind = RULE_BODY,
		    .pattern = SLICE("/a/"),
		    .priority = -5 },
		META("A_META", "Z_META + EARLY"),
		META("Z_META", "B"),
		{ .name = SLICE("PULLS"),
		    .kind = RULE_META,
		    .expression = SLICE("INNER"),
		    .priority = -9 },
		META("INNER", "PULLED"),
		BODY("PULLED", "/a/"),
		META("ALONE", "EARLY && !EARLY"),
	};
	static const char want[] = "PULLED INNER PULLS EARLY ALONE H A B Z_META A_META ";
	struct ruleset *ruleset = helper_build(defs, COUNT(defs), NULL, NULL);
	struct buf got = { 0 };

	(void)state;
	for (size_t i = 0; i < ruleset->schedule_count; i++)
		buf_printf(&got, "%.*s ", SLICE_ARG(ruleset->schedule[i]->def.name));
	if (strcmp(buf_text(&got), want) != 0)
		fail_msg("got  %s\nwant %s", buf_text(&got), want);
	buf_clear(&got);
	ruleset_unref(&ruleset);
}

/* The id tells rulesets apart that judge differently, and only those. */
static void
test_id(void **state)
{
	static const struct rule_def one[] = { BODY("A", "/a/"), BODY("B", "/b/") };
	static const struct rule_def turned[] = { BODY("B", "/b/"), BODY("A", "/a/") };
	static const struct rule_def other[] = { BODY("A", "/a/i"), BODY("B", "/b/") };
	struct ruleset *a = helper_build(one, 2, NULL, NULL);
	struct ruleset *b = helper_build(turned, 2, NULL, NULL);
	struct ruleset *c = helper_build(other, 2, NULL, NULL);
	struct ruleset *again = ruleset_ref(a);

	(void)state;
	assert_int_equal(ruleset_id(a).n, 16);
	assert_true(slice_eq(ruleset_id(a), ruleset_id(b)));
	assert_false(slice_eq(ruleset_id(a), ruleset_id(c)));
	ruleset_unref(&a);
	assert_int_equal(ruleset_count(again), 2);
	ruleset_unref(&again);
	ruleset_unref(&b);
	ruleset_unref(&c);
}

static void
test_glob(void **state)
{
	static const struct {
		const char *glob, *text;
		bool want;
	} rows[] = {
		{ "*", "", true },
		{ "*@example.org", "Ann@Example.ORG", true },
		{ "*@example.org", "ann@example.org.net", false },
		{ "a?c", "abc", true },
		{ "a?c", "ac", false },
		{ "a*b*c", "aXXbYYbZZc", true },
		{ "a*b*c", "aXXbYY", false },
		{ "**a**", "bab", true },
		{ "", "", true },
		{ "", "a", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		bool got = glob_matches(slice_of(rows[i].glob), slice_of(rows[i].text), true);

		if (got != rows[i].want)
			fail_msg("%s on %s: got %d, want %d", rows[i].glob, rows[i].text, got,
			    rows[i].want);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_build),
		cmocka_unit_test(test_scores),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_id),
		cmocka_unit_test(test_glob),
	};

	return cmocka_run_group_tests_name("ruleset", tests, NULL, NULL);
}
