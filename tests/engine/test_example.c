/* test_example.c - example.c: what examples become, and which misses are near */
#include "engine/example.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/engine/scan_helper.h"

#define HIT(t)                                                                    \
	{                                                                         \
		.hit = true, .text = SLICE(t), .origin = { "r.yaml", 1, 1, NULL } \
	}
#define MISS(t)                                                      \
	{                                                            \
		.text = SLICE(t), .origin = { "r.yaml", 2, 1, NULL } \
	}

static const struct slice a_and_b[] = { SLICE("__A"), SLICE("__B") };
static const struct slice only_a[] = { SLICE("__A") };
static const struct slice nobody[] = { SLICE("__NOBODY") };

static const struct {
	const char *name;
	struct rule_def def;
	struct rule_example examples[3];
	size_t count;
	const char *want;
} cases[] = {
	{ "body", BODY("R", "/make money fast/i"),
	    { HIT("MAKE MONEY FAST!!"), MISS("we make money slowly") }, 2, "" },
	{ "body, wrong", BODY("R", "/make money fast/i"),
	    { HIT("make money"), MISS("make money fast") }, 2,
	    "e R: example does not hit: make money; hits are: __NO_SUBJECT\n"
	    "e R: example hits, but should miss: make money fast; hits are: R __NO_SUBJECT\n" },
	{ "far miss", BODY("R", "/make money fast/i"), { HIT("make money fast"), MISS("hello") }, 2,
	    "w R: no miss is near: one should hold a word of the pattern, or differ from a hit by "
	    "at most 12 bytes\n" },
	{ "near by bytes", BODY("R", "/\\$\\d{3}/"), { HIT("only $500"), MISS("only $50") }, 2,
	    "" },
	{ "header", HEADER("R", "X-Mailer", "/^Evil/"), { HIT("Evil 1.0"), MISS("NoEvil 1.0") }, 2,
	    "" },
	{ "header that is missing",
	    { .name = SLICE("R"),
		.kind = RULE_HEADER,
		.selector = SLICE("X-Mailer"),
		.exists = true },
	    { HIT("x"), MISS("") }, 2, "" },
	{ "address", HEADER("R", "From:addr", "/@evil\\.example$/"),
	    { HIT("Bob <a@evil.example>"), MISS("\"@evil.example\" <a@b.example>") }, 2, "" },
	{ "all", HEADER("R", "ALL", "/^X-A: .*^X-B: /ms"),
	    { HIT("X-A: 1\nX-B: 2"), MISS("X-B: 2\nX-A: 1") }, 2, "" },
	{ "mime",
	    { .name = SLICE("R"),
		.kind = RULE_MIME,
		.selector = SLICE("Content-Type"),
		.pattern = SLICE("/name=.*\\.exe/") },
	    { HIT("application/x; name=a.exe"), HIT("Content-Type: a/b; name=b.exe"),
		MISS("application/x; name=a.txt") },
	    3, "" },
	{ "rawbody", { .name = SLICE("R"), .kind = RULE_RAWBODY, .pattern = SLICE("/^two$/m") },
	    { HIT("one\ntwo\nthree"), MISS("one two three") }, 2, "" },
	{ "full", { .name = SLICE("R"), .kind = RULE_FULL, .pattern = SLICE("/^X: 1\\n\\n/") },
	    { HIT("X: 1\n\nbody"), MISS("X: 1\nY: 2\n\nbody") }, 2, "" },
	{ "function", FUNCTION("R", "subject_is_all_caps()"),
	    { HIT("Subject: BUY MORE STUFF\n\nx"), MISS("Subject: BUY MORE stuff\n\nx") }, 2, "" },
	{ "meta", META("R", "__A && __B"),
	    { { .hit = true, .subrules = a_and_b, .subrule_count = 2 },
		{ .subrules = only_a, .subrule_count = 1 } },
	    2, "" },
	{ "meta of a meta", META("R", "!__BOTH && __A"),
	    { { .hit = true, .subrules = only_a, .subrule_count = 1 },
		{ .subrules = a_and_b, .subrule_count = 2 } },
	    2, "" },
	{ "meta of nobody", META("R", "__A && __B"),
	    { { .subrules = nobody, .subrule_count = 1 },
		{ .hit = true, .subrules = only_a, .subrule_count = 1 } },
	    2,
	    "e R: an example lists a rule that is not there\n"
	    "e R: example does not hit: __A\n" },
	{ "whole message", BODY("R", "/hello/"),
	    { { .hit = true, .whole = true, .text = SLICE("Subject: x\n\nhello\n") },
		{ .whole = true, .text = SLICE("Subject: hello\n\nhallo\n") } },
	    2, "e R: example hits, but should miss: Subject: hello  hallo ; hits are: R\n" },
};

static void
test_table(void **state)
{
	static const struct rule_def helpers[] = { BODY("__A", "/zzzza/"), BODY("__B", "/zzzzb/"),
		META("__BOTH", "__A && __B"), HEADER("__NO_SUBJECT", "Subject", "/^$/") };
	struct slot *slot = helper_slot();

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct rule_def defs[5] = { cases[i].def, helpers[0], helpers[1], helpers[2],
			helpers[3] };
		struct problems problems = { { 0 } };
		struct ruleset_report report = { helper_keep, &problems };
		struct ruleset *ruleset;

		defs[0].examples = cases[i].examples;
		defs[0].example_count = cases[i].count;
		ruleset = helper_build(defs, cases[i].def.kind == RULE_BODY ? 5 : 4, NULL, NULL);
		example_run(ruleset, ruleset_find(ruleset, SLICE("R")), slot, &report);
		if (strcmp(buf_text(&problems.text), cases[i].want) != 0)
			fail_msg("%s: got\n%swant\n%s", cases[i].name, buf_text(&problems.text),
			    cases[i].want);
		buf_clear(&problems.text);
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

	return cmocka_run_group_tests_name("example", tests, NULL, NULL);
}
