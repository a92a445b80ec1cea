/* test_shortcircuit.c - shortcircuit.c: what ends a scan, and what that adds to the sum */
#include "engine/shortcircuit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/engine/scan_helper.h"

#define COUNT(v) (sizeof(v) / sizeof((v)[0]))
#define RULES_MAX 5

static const char letter[] = "From: alice@sender.example\nSubject: Plain\n\nleaf and root\n";

/* A body rule: its type, priority and score in points (0: none given). */
#define LEAF(id, type, at, points)                                                                 \
	{                                                                                          \
		.name = SLICE(id), .kind = RULE_BODY, .pattern = SLICE("/leaf/"),                  \
		.shortcircuit = SHORTCIRCUIT_##type, .priority = (at), .has_score = (points) != 0, \
		.score = (points)*SCORE_ONE                                                        \
	}

static const struct {
	const char *name;
	struct rule_def defs[RULES_MAX];
	const char *option, *value; /* NULL: none */
	const char *want;
	int64_t score; /* thousandths */
} cases[] = {
	{ "spam", { LEAF("SC", SPAM, 0, 0), LEAF("LATER", OFF, 0, 0) }, NULL, NULL,
	    "SC,SHORTCIRCUIT", 101000 },
	{ "ham is nice", { LEAF("SC", HAM, 0, 0), LEAF("LATER", OFF, 0, 0) }, NULL, NULL,
	    "SC,SHORTCIRCUIT", -101000 },
	{ "on runs where it stands",
	    { LEAF("SC", ON, 0, 50), LEAF("EARLIER", OFF, -1, 0), LEAF("LATER", OFF, 1, 0) }, NULL,
	    NULL, "EARLIER,SC,SHORTCIRCUIT", 51000 },
	{ "off", { LEAF("SC", OFF, 0, 0), LEAF("LATER", OFF, 0, 0) }, NULL, NULL, "LATER,SC",
	    2000 },
	{ "the class runs to its end",
	    { LEAF("B_SC", SPAM, 0, 0), LEAF("C_BESIDE", OFF, -200, 0),
		{ .name = SLICE("R_BEHIND"),
		    .kind = RULE_RAWBODY,
		    .pattern = SLICE("/leaf/"),
		    .priority = -200 } },
	    NULL, NULL, "B_SC,C_BESIDE,SHORTCIRCUIT", 102000 },
	{ "a priority of its own", { LEAF("SC", SPAM, 5, 0), LEAF("EARLIER", OFF, 0, 0) }, NULL,
	    NULL, "EARLIER,SC,SHORTCIRCUIT", 102000 },
	{ "a meta pulls what it reads",
	    { BODY("__X", "/leaf/"), HEADER("__Y", "Subject", "/Plain/"),
		{ .name = SLICE("SC"),
		    .kind = RULE_META,
		    .expression = SLICE("__X && __Y"),
		    .shortcircuit = SHORTCIRCUIT_SPAM,
		    .priority = -500 },
		LEAF("LATER", OFF, 0, 0) },
	    NULL, NULL, "SC,SHORTCIRCUIT,__X,__Y", 101000 },
	{ "a sub-rule ends it too", { LEAF("__SC", SPAM, 0, 0), LEAF("LATER", OFF, 0, 0) }, NULL,
	    NULL, "SHORTCIRCUIT,__SC", 100000 },
	{ "spam_score", { LEAF("SC", SPAM, 0, 0) }, "shortcircuit_spam_score", "42",
	    "SC,SHORTCIRCUIT", 43000 },
	{ "ham_score", { LEAF("SC", HAM, 0, 0) }, "shortcircuit_ham_score", "-7.5",
	    "SC,SHORTCIRCUIT", -8500 },
	{ "no score, no hit", { LEAF("SC", SPAM, 0, 0), LEAF("LATER", OFF, 0, 0) },
	    "shortcircuit_spam_score", "0", "SC", 1000 },
	{ "the sum ends it, seen at the next hit",
	    { LEAF("A", OFF, -3, 20), LEAF("B", OFF, -2, 1), LEAF("C", OFF, -1, 1) },
	    "shortcircuit_max_spam_score", "15", "A,B,SHORTCIRCUIT", 21001 },
	{ "the sum of ham",
	    { LEAF("A", OFF, -3, -20), LEAF("B", OFF, -2, 1), LEAF("C", OFF, -1, 1) },
	    "shortcircuit_min_ham_score", "-15", "A,B,SHORTCIRCUIT", -19001 },
	{ "not past the limit", { LEAF("A", OFF, -3, 15), LEAF("B", OFF, -2, 1) },
	    "shortcircuit_max_spam_score", "15", "A,B", 16000 },
	{ "a score of its own does not count",
	    { LEAF("SC", SPAM, 0, 0), { .name = SLICE("SHORTCIRCUIT"),
					  .kind = RULE_FUNCTION,
					  .expression = SLICE("check_shortcircuit()"),
					  .has_score = true } },
	    NULL, NULL, "SC,SHORTCIRCUIT", 101000 },
};

static struct ruleset *
build(size_t i)
{
	const struct slice entry = slice_of(cases[i].value);
	const struct rule_list list = { .name = slice_of(cases[i].option), &entry, 1 };
	struct ruleset_source source = { .defs = cases[i].defs };
	const struct ruleset_report report = { helper_keep, NULL };

	while (source.def_count < RULES_MAX && source.defs[source.def_count].name.p != NULL)
		source.def_count++;
	if (cases[i].option != NULL) {
		source.lists = &list;
		source.list_count = 1;
	}
	return ruleset_build(&source, &report);
}

static void
test_table(void **state)
{
	struct slot *slot = helper_slot();

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct ruleset *ruleset = build(i);
		struct arena *arena = arena_new(1 << 24);
		struct buf got = { 0 };
		const struct verdict *verdict = helper_scan(
		    arena, ruleset, slot, slice_of(letter), &got);

		if (strcmp(buf_text(&got), cases[i].want) != 0 ||
		    verdict->score != cases[i].score * (SCORE_ONE / 1000))
			fail_msg("%s: got %s, score %lld; want %s, score %lld", cases[i].name,
			    buf_text(&got), (long long)verdict->score / 1000, cases[i].want,
			    (long long)cases[i].score);
		buf_clear(&got);
		arena_free(&arena);
		ruleset_unref(&ruleset);
	}
	slot_free(&slot);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
