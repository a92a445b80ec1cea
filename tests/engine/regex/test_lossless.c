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
#include "engine/util/buf.h"

#define PATTERNS 3000
#define LONG_FACTOR 50
#define SAMPLES 12

static const char *const atoms[] = { "a", "b", "free", "money", "ab", " ", "k", "\\s", "\\s+",
	"\\W", "\\w", "\\d", ".", "[ab]", "[^a]", "[a-f0-9]", "[\\w.]", "[^\\S\\n]", "\\b", "^",
	"$", "\\x41", "\\.", "\\R", "(?i)", "(?-i)", "(?s:.)", "(?=a)", "(?!b)", "(?<=a)", "(?<!b)",
	"\\1", "\xe9", "\xc3\xa9", "[\xe0-\xff]", "\\Qa.b\\E", "(?&t)", "[[:alpha:]]",
	"[^[:space:]]", "\\K", "viagra", "[]x]", "\\pL", "\\n" };
static const char *const quantifiers[] = { "*", "+", "?", "{2}", "{1,3}", "{0,2}", "{2,}", "+?",
	"*+", "??" };
static const char *const flags[] = { "", "i", "s", "m", "x", "is", "il", "u", "iu", "ix", "l" };

#define PICK(dice, list) (list)[sample_number(dice, sizeof(list) / sizeof((list)[0]))]

static void
add_pattern(struct sample_source *dice, struct buf *out, unsigned depth)
{
	static const char *const opens[] = { "(", "(?:", "(?>", "(?i:", "(?|" };
	unsigned items = 1 + sample_number(dice, 5);

	for (unsigned i = 0; i < items; i++) {
		if (depth > 0 && sample_number(dice, 3) == 0) {
			buf_add(out, slice_of(PICK(dice, opens)));
			add_pattern(dice, out, depth - 1);
			buf_add_byte(out, ')');
		} else {
			buf_add(out, slice_of(PICK(dice, atoms)));
		}
		if (sample_number(dice, 4) == 0)
			buf_add(out, slice_of(PICK(dice, quantifiers)));
		if (sample_number(dice, 5) == 0)
			buf_add_byte(out, '|');
	}
}

static void
test_grammar(void **state)
{
	(void)state;
	struct sample_source dice = { .state = 5 };
	struct lossless lossless = { 0 };
	unsigned patterns = PATTERNS * (getenv("STEELYARD_LONG") != NULL ? LONG_FACTOR : 1);

	for (unsigned i = 0; i < patterns; i++) {
		struct buf pattern = { .arena = NULL };

		buf_add_byte(&pattern, '/');
		if (sample_number(&dice, 3) == 0)
			buf_add(&pattern, SLICE("(?(DEFINE)(?<t>[a4]+|ab))"));
		add_pattern(&dice, &pattern, 3);
		buf_add_byte(&pattern, '/');
		buf_add(&pattern, slice_of(PICK(&dice, flags)));
		lossless_try(&lossless, buf_slice(&pattern),
		    SLICE("Free MONEY ab a.b viagra k K s 12 \xe9\xc9 \xc3\xa9 aaa bbb\n\nx"),
		    SAMPLES, i);
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_grammar),
	};

	return cmocka_run_group_tests_name("lossless", tests, NULL, NULL);
}
