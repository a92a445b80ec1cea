/*
 * self_test.c - texts made of patterns are sent through the prefilter when a ruleset is built
 *
 * The texts are made by dice that begin alike at each start, so a fault shows
 * at each start or at none. They are short: what goes wrong in long ones only
 * is for tests/engine/regex/test_lossless.c and tests/parity/test_prefilter.py.
 * PCRE2's interpreter matches them, for machine code of all patterns would cost
 * more than all else of the start.
 *
 * Limits: SAMPLES texts a rule, TEXT_MAX bytes and SAMPLE_STEPS for the match of one, which is
 * asked about at its first byte alone, since PCRE2 counts anew at each; and TEXTS_MAX bytes in
 * all, beyond which rules go untested.
 */
#include "engine/rules/self_test.h"

#include <stdlib.h>

#include "engine/regex/pcre.h"
#include "engine/regex/sample.h"
#include "engine/rules/prefilter.h"
#include "engine/util/buf.h"

#define SAMPLES 3
/* Copies of what a pattern repeats without end, beyond the least. */
#define SAMPLE_MORE 3
/* Of a text that takes more nothing is learnt: each stays below a millisecond. */
#define SAMPLE_STEPS 10000
#define TEXT_MAX ((size_t)4096)
#define TEXTS_MAX ((size_t)32 << 20)
/* For the scan, which takes some bytes for each pattern and serves all rules. */
#define SCAN_MAX ((size_t)16 << 20)

struct tested {
	struct rule *rule;
	struct slice texts[SAMPLES];
	size_t n;
};

struct self_test {
	struct arena *arena;
	struct vec rules; /* struct tested */
	struct regex_scratch *scratch;
	struct prefix_walks *walks;
	struct buf text; /* the one that is being made */
};

struct self_test *
self_test_new(void)
{
	struct self_test *test = calloc(1, sizeof(*test));

	if (test == NULL)
		abort();
	test->arena = arena_new(TEXTS_MAX);
	test->rules = VEC_OF(struct tested, test->arena);
	test->scratch = regex_scratch_new();
	test->walks = prefix_walks_new();
	return test;
}

void
self_test_free(struct self_test **test)
{
	if (*test == NULL)
		return;
	arena_free(&(*test)->arena);
	regex_scratch_free(&(*test)->scratch);
	prefix_walks_free(&(*test)->walks);
	buf_clear(&(*test)->text);
	free(*test);
	*test = NULL;
}

static bool
matches(const struct self_test *test, const struct rule *rule)
{
	const struct regex_limits limits = {
		.match = SAMPLE_STEPS, .anchored = true, .interpret = true
	};
	struct regex_match match = { 0 };

	return test->text.n <= TEXT_MAX &&
	       regex_next(rule->regex, test->scratch, buf_slice(&test->text), &limits, &match) ==
		   REGEX_MATCH;
}

void
self_test_add(struct self_test *test, struct rule *rule, const struct syntax_node *tree)
{
	struct sample_source source = { .state = rule->index, .more = SAMPLE_MORE };
	struct tested tested = { .rule = rule };
	struct tested *kept;

	for (unsigned i = 0; i < SAMPLES; i++) {
		test->text.n = 0;
		sample_add(&source, tree, &test->text);
		if (matches(test, rule))
			tested.texts[tested.n++] = arena_copy(test->arena, buf_slice(&test->text));
	}
	if (tested.n == 0 || arena_overflowed(test->arena))
		return;
	kept = vec_push(&test->rules);
	if (kept != NULL)
		*kept = tested;
}

/* A header rule's: the value of a selector is read once in a scan. */
static bool
passes_field(struct prefilter_scan *scan, const struct tested *tested)
{
	for (size_t i = 0; i < tested->n; i++) {
		prefilter_only(scan, tested->rule);
		if (!prefilter_may_hit_field(scan, tested->rule, tested->texts[i]))
			return false;
	}
	return true;
}

static bool
passes(const struct self_test *test, struct prefilter_scan *scan, const struct tested *tested)
{
	enum prefilter_view view = prefilter_view_of(tested->rule);

	if (view == PREFILTER_HEADER)
		return passes_field(scan, tested);
	prefilter_only(scan, tested->rule);
	if (!prefilter_wants(scan, view, tested->n))
		return true;
	for (size_t i = 0; i < tested->n; i++)
		prefilter_read(
		    scan, tested->rule->start != 0 ? test->walks : NULL, view, i, tested->texts[i]);
	for (size_t i = 0; i < tested->n; i++) {
		size_t at = i;

		if (!prefilter_next(scan, tested->rule, tested->n, &at) || at != i)
			return false;
	}
	return true;
}

size_t
self_test_run(struct self_test *test, const struct ruleset *ruleset)
{
	struct arena *arena = arena_new(SCAN_MAX);
	struct prefilter_scan *scan = prefilter_scan_new(ruleset, arena);
	size_t lost = 0;

	for (size_t i = 0; scan != NULL && i < test->rules.n; i++) {
		const struct tested *tested = vec_at(&test->rules, i);

		if (!passes(test, scan, tested)) {
			tested->rule->sought = 0;
			tested->rule->start = 0;
			tested->rule->unproven = true;
			lost++;
		}
	}
	arena_free(&arena);
	return lost;
}
