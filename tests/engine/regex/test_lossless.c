/*
 * test_lossless.c - no match is lost: patterns and texts out of a small grammar, by the thousand
 *
 * STEELYARD_LONG=1 tries fifty times as many.
 */
#include "tests/engine/regex/lossless.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "engine/regex/sample.h"
#include "tests/engine/regex/grammar.h"

#define PATTERNS 3000
#define LONG_FACTOR 50
#define SAMPLES 12

static unsigned throw(void *p, unsigned below)
{
	return sample_number(p, below);
}

static void
test_grammar(void **state)
{
	(void)state;
	struct sample_source source = { .state = 5 };
	const struct grammar_dice dice = { throw, &source };
	struct lossless lossless = { 0 };
	unsigned patterns = PATTERNS * (getenv("STEELYARD_LONG") != NULL ? LONG_FACTOR : 1);

	for (unsigned i = 0; i < patterns; i++) {
		struct buf pattern = { .arena = NULL }, text = { .arena = NULL };

		grammar_add_pattern(&dice, &pattern);
		grammar_add_text(&dice, &text);
		lossless_try(&lossless, buf_slice(&pattern), buf_slice(&text), SAMPLES, i);
		buf_clear(&text);
		buf_clear(&pattern);
	}
	print_message("%lu patterns, %lu understood, %lu with literals, %lu with a beginning; "
		      "%lu texts, %lu match\n",
	    lossless.patterns, lossless.understood, lossless.with_factor, lossless.with_start,
	    lossless.texts, lossless.matches);
	assert_false(lossless.failed);
	assert_true(lossless.understood > patterns / 4);
	assert_true(lossless.with_factor > patterns / 20);
	assert_true(lossless.with_start > patterns / 20);
	assert_true(lossless.matches > patterns);
}

/* Calls that multiply and take no byte: a text of it is still soon made. */
static void
test_empty_calls(void **state)
{
	struct arena *arena = arena_new(SYNTAX_ARENA_MAX);
	struct sample_source source = { .state = 1, .more = 3 };
	struct buf pattern = { .arena = arena }, text = { .arena = arena };
	const struct syntax_node *tree;

	(void)state;
	buf_add(&pattern, SLICE("/(?(DEFINE)"));
	for (char c = 'a'; c < 'z'; c++)
		buf_printf(
		    &pattern, "(?<%c>(?&%c)(?&%c)(?&%c)(?&%c))", c, c + 1, c + 1, c + 1, c + 1);
	buf_add(&pattern, SLICE("(?<z>))(?&a)/"));
	tree = syntax_parse(arena, buf_slice(&pattern));
	assert_non_null(tree);
	sample_add(&source, tree, &text);
	assert_int_equal(text.n, 0);
	arena_free(&arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_grammar),
		cmocka_unit_test(test_empty_calls),
	};

	return cmocka_run_group_tests_name("lossless", tests, NULL, NULL);
}
