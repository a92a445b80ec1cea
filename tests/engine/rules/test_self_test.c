/*
 * test_self_test.c - self_test.c: what the prefilter believes wrongly shows when a ruleset is built
 *
 * The linker puts a factor_find before the real one (--wrap), which tells on
 * demand that a pattern requires a literal that its matches do not hold.
 */
#include "engine/rules/self_test.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "engine/regex/factor.h"
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_planted),
	};

	return cmocka_run_group_tests_name("self_test", tests, NULL, NULL);
}
