/*
 * test_self_test.c - self_test.c: what the prefilter believes wrongly shows when a ruleset is built
 *
 * The linker puts a factor_find and a prefix_pattern_find before the real ones (--wrap), which tell
 * on demand that a pattern requires a literal that its matches do not hold, or that they begin
 * as another's do.
 */
#include "engine/rules/self_test.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "engine/regex/factor.h"
#include "engine/regex/prefix_pattern.h"
#include "tests/engine/scan_helper.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* The fault: of patterns that require this literal another one is told. */
static struct slice planted = SLICE_ABSENT;

bool __real_factor_find(struct arena *arena, struct syntax_node *tree, struct factor *factor_r);
bool __wrap_factor_find(struct arena *arena, struct syntax_node *tree, struct factor *factor_r);

bool
__wrap_factor_find(struct arena *arena, struct syntax_node *tree, struct factor *factor_r)
{
	static const struct slice wrong = SLICE("zebra");
	bool found = __real_factor_find(arena, tree, factor_r);

	if (found && planted.p != NULL && slice_eq(factor_r->clauses[0].literals[0], planted))
		factor_r->clauses[0] = (struct factor_clause){ &wrong, 1, 0 };
	return found;
}

/* The fault: of the pattern looked at so late (0: of none) the beginnings of /~~/ are told. */
static unsigned wrong_beginning;
static unsigned beginnings;

bool __real_prefix_pattern_find(
    struct arena *work, const struct syntax_node *tree, struct prefix_pattern *pattern_r);
bool __wrap_prefix_pattern_find(
    struct arena *work, const struct syntax_node *tree, struct prefix_pattern *pattern_r);

bool
__wrap_prefix_pattern_find(
    struct arena *work, const struct syntax_node *tree, struct prefix_pattern *pattern_r)
{
	if (++beginnings == wrong_beginning)
		tree = syntax_parse(work, SLICE("/~~/"));
	return __real_prefix_pattern_find(work, tree, pattern_r);
}

/* Enough of each view that its texts are read. */
static const struct rule_def defs[] = {
	BODY("B_LUNCH", "/lunch/"),
	BODY("B_MONEY", "/\\bmake money/i"),
	BODY("B_CLICK", "/click (?:here|there)/"),
	BODY("B_OFFER", "/special offer/"),
	HEADER("H_LUNCH", "Subject", "/lunch/"),
	HEADER("H_PRIZE", "Subject", "/prize|lottery/"),
	HEADER("H_URGENT", "Subject", "/^urgent/i"),
	HEADER("H_REPLY", "Subject", "/reply now/"),
};

#define MAIL "Subject: Urgent lunch\n\nMake money, then lunch: click there\n"
#define HITS "B_CLICK,B_LUNCH,B_MONEY,H_LUNCH,H_URGENT"

static const struct {
	const char *name;
	struct slice planted;
	const char *want; /* what is told */
} cases[] = {
	{ "no fault", { NULL, 0 }, "" },
	{ "of a body and a header rule", SLICE("lunch"),
	    "w B_LUNCH: the prefilter lost a match of the pattern in its self-test: PCRE2 alone "
	    "matches it; please report this\n"
	    "w H_LUNCH: the prefilter lost a match of the pattern in its self-test: PCRE2 alone "
	    "matches it; please report this\n" },
	{ "of one that is folded", SLICE("make money"),
	    "w B_MONEY: the prefilter lost a match of the pattern in its self-test: PCRE2 alone "
	    "matches it; please report this\n" },
	{ "of one that hits nothing here", SLICE("special offer"),
	    "w B_OFFER: the prefilter lost a match of the pattern in its self-test: PCRE2 alone "
	    "matches it; please report this\n" },
};

/* It is told with the rule's name, and costs no hit. */
static void
test_planted(void **state)
{
	size_t failed = 0;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct problems problems = { { 0 } };
		struct arena *arena = arena_new((size_t)16 << 20);
		struct slot *slot = helper_slot();
		struct buf names = { 0 };
		struct ruleset *ruleset;

		planted = cases[i].planted;
		ruleset = helper_build(defs, COUNT(defs), NULL, &problems);
		helper_scan(arena, ruleset, slot, SLICE(MAIL), &names);
		if (strcmp(buf_text(&problems.text), cases[i].want) != 0 ||
		    strcmp(buf_text(&names), HITS) != 0) {
			print_error("%s: got\n%s%s\nwanted\n%s%s\n", cases[i].name,
			    buf_text(&problems.text), buf_text(&names), cases[i].want, HITS);
			failed++;
		}
		buf_clear(&names);
		buf_clear(&problems.text);
		ruleset_unref(&ruleset);
		slot_free(&slot);
		arena_free(&arena);
	}
	assert_int_equal(failed, 0);
}

/* No literals: what is known of them is how their matches begin. */
static const struct rule_def begun[] = {
	BODY("B_1", "/\\b[A-Z]{2}\\d{3}\\b/"),
	BODY("B_2", "/\\$\\d+,\\d{3}/"),
	BODY("B_3", "/[!?]{3}/"),
	BODY("B_4", "/\\b\\d{3}-\\d{4}\\b/"),
	BODY("B_5", "/%[0-9A-F]{2}/"),
	BODY("B_6", "/\\b[bcdfg]{5}\\b/"),
	BODY("B_7", "/\\*\\w\\*/"),
	BODY("B_8", "/\\b[xq]\\d[xq]/"),
	BODY("B_9", "/#\\d{5}/"),
};

#define BEGUN_MAIL "Subject: x\n\nOnly $12,500!!! Call 555-1234 now, at %7F off.\n"
#define BEGUN_HITS "B_2,B_3,B_4,B_5"

/* Each beginning in its turn is told wrongly; all are walked through together. */
static void
test_beginnings(void **state)
{
	(void)state;
	for (unsigned wrong = 0; wrong <= COUNT(begun); wrong++) {
		struct problems problems = { { 0 } };
		struct arena *arena = arena_new((size_t)16 << 20);
		struct slot *slot = helper_slot();
		struct buf names = { 0 }, want = { 0 };
		struct ruleset *ruleset;

		planted = SLICE_ABSENT;
		beginnings = 0;
		wrong_beginning = wrong;
		if (wrong > 0)
			buf_printf(&want,
			    "w B_%u: the prefilter lost a match of the pattern in its self-test: PCRE2 "
			    "alone matches it; please report this\n",
			    wrong);
		ruleset = helper_build(begun, COUNT(begun), NULL, &problems);
		helper_scan(arena, ruleset, slot, SLICE(BEGUN_MAIL), &names);
		assert_int_equal(beginnings, COUNT(begun));
		assert_string_equal(buf_text(&problems.text), buf_text(&want));
		assert_string_equal(buf_text(&names), BEGUN_HITS);
		buf_clear(&want);
		buf_clear(&names);
		buf_clear(&problems.text);
		ruleset_unref(&ruleset);
		slot_free(&slot);
		arena_free(&arena);
	}
	wrong_beginning = 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_planted),
		cmocka_unit_test(test_beginnings),
	};

	return cmocka_run_group_tests_name("self_test", tests, NULL, NULL);
}
