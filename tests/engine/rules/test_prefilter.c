/*
 * test_prefilter.c - prefilter.c: what it keeps of a message stays small, whatever rules and texts
 *
 * That it loses no match is for tests/parity/test_prefilter.py and tests/engine/regex/test_lossless.c.
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
		struct arena *arena = arena_new((size_t)64 << 20), *message = arena_new(ARENA_BYTES);
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
