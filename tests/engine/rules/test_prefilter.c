/*
 * test_prefilter.c - prefilter.c: what it keeps of a message stays small, whatever rules and texts
 *
 * That it loses no match is for tests/parity/test_prefilter.py and test_lossless.c.
 */
#include "engine/rules/prefilter.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "engine/mime/text.h"
#include "tests/engine/scan_helper.h"

/* What shells give the scan of a small message (milter/message_scan.h), all of it. */
#define ARENA_BYTES ((size_t)16 << 20)
#define RULES_MAX 500

/* So many body rules that are known by how matches begin alone. */
static struct ruleset *
build(struct arena *arena, size_t count)
{
	struct rule_def *defs = arena_array(arena, count, sizeof(*defs));

	for (size_t i = 0; i < count; i++) {
		defs[i] = (struct rule_def)BODY("", "");
		defs[i].name = arena_printf(arena, "R_%zu", i);
		defs[i].pattern = arena_printf(arena, "/%c[a-z]%c[h-t]%c/", (int)('0' + i % 10),
		    (int)('0' + i / 10 % 10), (int)('A' + i / 100));
	}
	return helper_build(defs, count, NULL, NULL);
}

static const struct {
	size_t rules, texts;
	bool kept; /* where their matches begin */
} cases[] = {
	{ 8, 1, true },
	{ 100, TEXT_PARAGRAPHS_MAX, true }, /* as many as the stock rules have */
	{ RULES_MAX, 1000, true },
	{ RULES_MAX, TEXT_PARAGRAPHS_MAX, false },
};

static void
test_memory(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct arena *arena = arena_new((size_t)64 << 20),
			     *message = arena_new(ARENA_BYTES);
		struct ruleset *ruleset = build(arena, cases[i].rules);
		struct prefilter_scan *scan = prefilter_scan_new(ruleset, message);
		const struct rule *rule = ruleset_lookup(ruleset, SLICE("R_3"));
		bool literals, beginnings, kept;
		size_t at = 0;

		prefilter_looks(ruleset, rule, &literals, &beginnings);
		assert_true(!literals && beginnings);
		prefilter_wants(scan, PREFILTER_BODY, cases[i].texts);
		kept = !prefilter_next(scan, rule, cases[i].texts, &at);
		if (kept != cases[i].kept || arena_overflowed(message))
			fail_msg("%zu rules, %zu texts: got %s, %zu KB; want %s", cases[i].rules,
			    cases[i].texts, kept ? "kept" : "not kept", arena_used(message) / 1024,
			    cases[i].kept ? "kept" : "not kept");
		ruleset_unref(&ruleset);
		arena_free(&message);
		arena_free(&arena);
	}
}

/* Patterns without literals by the hundred: no more are looked for than walks remember. */
static void
test_many(void **state)
{
	struct arena *arena = arena_new((size_t)64 << 20);
	struct ruleset *ruleset = build(arena, 700);
	size_t looked_for = 0;

	(void)state;
	for (size_t i = 0; i < ruleset_count(ruleset); i++) {
		const struct rule *rule = ruleset_at(ruleset, i);
		bool literals, beginnings;

		prefilter_looks(ruleset, rule, &literals, &beginnings);
		assert_true(beginnings != rule->crowded);
		looked_for += beginnings;
	}
	if (looked_for < 300 || looked_for == 700)
		fail_msg("of 700 patterns %zu are looked for", looked_for);
	ruleset_unref(&ruleset);
	arena_free(&arena);
}

/* The same over layers: the oldest keep what they have. */
static void
test_many_layers(void **state)
{
	static const struct feed_origin feed = { .channel = "c", .sequence = 1 };
	struct arena *arena = arena_new((size_t)64 << 20);
	struct ruleset *ruleset = build(arena, 500);
	bool literals, beginnings;

	(void)state;
	for (size_t layer = 0; layer < 4; layer++) {
		struct rule_def *defs = arena_array(arena, 300, sizeof(*defs));
		struct ruleset_change change = { .puts = defs, .put_count = 300, .work_max = 1 };
		struct ruleset *next;

		for (size_t i = 0; i < 300; i++) {
			defs[i] = (struct rule_def)BODY("", "");
			defs[i].feed = &feed;
			defs[i].name = arena_printf(arena, "C_%zu_%zu", layer, i);
			defs[i].pattern = arena_printf(arena, "/%c%c[a-z]%c[h-t]%c/",
			    (int)('a' + layer), (int)('0' + i % 10), (int)('0' + i / 10 % 10),
			    (int)('A' + i / 100));
		}
		next = ruleset_extend(ruleset, &change, NULL);
		ruleset_unref(&ruleset);
		ruleset = next;
	}
	prefilter_looks(ruleset, ruleset_lookup(ruleset, SLICE("R_3")), &literals, &beginnings);
	assert_true(beginnings);
	assert_true(ruleset_lookup(ruleset, SLICE("C_3_299"))->crowded);
	ruleset_unref(&ruleset);
	arena_free(&arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_memory),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_many_layers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
