/* test_pattern_set.c - literal_set.c and pattern_set.c, against a search of each literal alone */
#include "engine/regex/pattern_set.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "engine/regex/fold.h"
#include "engine/regex/literal_set.h"
#include "engine/regex/sample.h"
#include "engine/util/buf.h"

#define LITERALS 400

/* A word out of few letters, so that many share their windows. */
static struct slice
random_word(struct sample_source *dice, struct arena *arena, unsigned most)
{
	size_t n = LITERAL_MIN + sample_number(dice, most - LITERAL_MIN + 1);
	char *p = arena_alloc(arena, n);

	for (size_t i = 0; i < n; i++)
		p[i] = "abc 1"[sample_number(dice, i > 0 && p[i - 1] == ' ' ? 3 : 5)];
	return (struct slice){ p, n };
}

static void
count_found(void *p, unsigned number)
{
	((unsigned *)p)[number]++;
}

static void
test_literals(void **state)
{
	(void)state;
	struct arena *arena = arena_new((size_t)64 << 20);
	struct literal_set *set = literal_set_new(arena);
	struct sample_source dice = { .state = 1 };
	struct slice words[LITERALS];
	unsigned numbers[LITERALS];

	for (size_t i = 0; i < LITERALS; i++) {
		words[i] = random_word(&dice, arena, i % 3 == 0 ? 3 : 9);
		numbers[i] = literal_set_add(set, words[i]);
		assert_int_equal(literal_set_add(set, words[i]), numbers[i]);
	}
	literal_set_seal(set);
	for (unsigned round = 0; round < 200; round++) {
		struct slice text = random_word(&dice, arena, 200);
		unsigned got[LITERALS] = { 0 };

		literal_set_find(set, text, count_found, got);
		for (size_t i = 0; i < LITERALS; i++) {
			unsigned want = 0;

			for (size_t at = slice_find(text, 0, words[i]); at < text.n;
			     at = slice_find(text, at + 1, words[i]))
				want++;
			if (got[numbers[i]] != want)
				fail_msg("\"%.*s\" in \"%.*s\": got %u, want %u",
				    SLICE_ARG(words[i]), SLICE_ARG(text), got[numbers[i]], want);
		}
	}
	arena_free(&arena);
}

/* A pattern of one or two clauses of literals given as "a|b & c". */
static unsigned
add_pattern(struct pattern_set *set, unsigned group, const struct slice *literals, size_t first,
    size_t second)
{
	struct factor factor = { .n = second > 0 ? 2 : 1 };

	factor.clauses[0] = (struct factor_clause){ literals, first, 0 };
	factor.clauses[1] = (struct factor_clause){ literals + first, second, 0 };
	return pattern_set_add(set, group, &factor);
}

static void
test_clauses(void **state)
{
	(void)state;
	static const struct slice literals[] = { { "foo", 3 }, { "bar", 3 }, { "a b", 3 } };
	struct arena *arena = arena_new((size_t)16 << 20);
	struct pattern_set *set = pattern_set_new(arena);
	unsigned any = add_pattern(set, 0, literals, 2, 0);
	unsigned both = add_pattern(set, 0, literals, 2, 1);
	unsigned other = add_pattern(set, 1, literals, 3, 0);
	struct pattern_hits *hits;
	size_t at = 0;

	pattern_set_seal(set);
	hits = pattern_hits_new(set, arena);
	pattern_hits_read(hits, 0, 0, SLICE("nothing"));
	pattern_hits_read(hits, 0, 1, SLICE("FOO"));
	pattern_hits_read(hits, 0, 2, SLICE("A \r\n\tB"));
	pattern_hits_read(hits, 0, 3, SLICE("xA  Bar"));
	assert_true(pattern_hits_next(hits, any, &at));
	assert_int_equal(at, 1);
	at = 2;
	assert_true(pattern_hits_next(hits, any, &at));
	assert_int_equal(at, 3);
	at = 4;
	assert_false(pattern_hits_next(hits, any, &at));
	at = 0;
	assert_true(pattern_hits_next(hits, both, &at));
	assert_int_equal(at, 3);
	at = 0;
	assert_false(pattern_hits_next(hits, other, &at));
	arena_free(&arena);
}

/* Literals across the blocks that texts are folded in, and with blanks that fold away. */
static void
test_blocks(void **state)
{
	(void)state;
	static const struct slice literal = { "needle in a hay", 15 };
	struct arena *arena = arena_new((size_t)256 << 20);
	struct pattern_set *set = pattern_set_new(arena);
	unsigned number = add_pattern(set, 0, &literal, 1, 0);

	pattern_set_seal(set);
	for (size_t before = 8100; before < 8300; before += 7) {
		struct pattern_hits *hits = pattern_hits_new(set, arena);
		struct buf text = { .arena = arena };
		size_t at = 0;

		for (size_t i = 0; i < before; i++)
			buf_add_byte(&text, i % 5 == 0 ? ' ' : 'x');
		buf_add(&text, SLICE("Needle in"));
		for (size_t i = 0; i < before; i++)
			buf_add_byte(&text, '\n');
		buf_add(&text, SLICE("a hay"));
		pattern_hits_read(hits, 0, 0, buf_slice(&text));
		assert_true(pattern_hits_next(hits, number, &at));
	}
	arena_free(&arena);
}

/* Beyond the texts that are remembered a pattern may match every one. */
static void
test_many_texts(void **state)
{
	(void)state;
	static const struct slice literal = { "foo", 3 };
	struct arena *arena = arena_new((size_t)16 << 20);
	struct pattern_set *set = pattern_set_new(arena);
	unsigned number = add_pattern(set, 0, &literal, 1, 0);
	struct pattern_hits *hits;
	size_t at;

	pattern_set_seal(set);
	hits = pattern_hits_new(set, arena);
	for (size_t i = 0; i < 1000; i++)
		pattern_hits_read(hits, 0, i, i % 2 == 0 ? SLICE("foo") : SLICE("bar"));
	for (at = 0; at < 1000; at++) {
		size_t want = at;

		assert_true(pattern_hits_next(hits, number, &at));
		assert_true(at == want || at == want + 1);
		if (at / 2 < PATTERN_TEXTS_MAX)
			assert_int_equal(at % 2, 0);
	}
	arena_free(&arena);
}

/* A literal that many patterns have costs once in a text, however often it stands there. */
static void
test_shared_literal(void **state)
{
	enum { PATTERNS = 20000 };
	struct arena *arena = arena_new((size_t)64 << 20);
	struct pattern_set *set = pattern_set_new(arena);
	static const struct slice word = SLICE("lottery");
	const struct factor factor = { .clauses = { { .literals = &word, .n = 1 } }, .n = 1 };
	struct pattern_hits *hits;
	struct buf text = { 0 };
	clock_t begun;
	double seconds;

	(void)state;
	for (unsigned i = 0; i < PATTERNS; i++)
		pattern_set_add(set, 0, &factor);
	pattern_set_seal(set);
	hits = pattern_hits_new(set, arena);
	while (text.n < (size_t)1 << 20)
		buf_add(&text, SLICE("lottery "));
	begun = clock();
	pattern_hits_read(hits, 0, 0, buf_slice(&text));
	seconds = (double)(clock() - begun) / CLOCKS_PER_SEC;
	for (unsigned i = 0; i < PATTERNS; i++) {
		size_t at = 0;

		assert_true(pattern_hits_next(hits, i, &at));
	}
	/* some ms; for each pattern at each place it would be seconds */
	if (seconds > 1)
		fail_msg("one text took %.1f s", seconds);
	buf_clear(&text);
	arena_free(&arena);
}

/* The texts that the pattern may match, a bit each. */
static unsigned
places(const struct pattern_hits *hits, unsigned pattern)
{
	unsigned bits = 0;

	for (size_t at = 0; pattern_hits_next(hits, pattern, &at); at++)
		bits |= 1U << at;
	return bits;
}

/* One alone is found where it is found among all, whichever came before it. */
static void
test_only(void **state)
{
	enum { PATTERNS = 300, TEXTS = 30 };
	struct arena *arena = arena_new((size_t)64 << 20);
	struct pattern_set *set = pattern_set_new(arena);
	struct sample_source dice = { .state = 7 };
	struct slice texts[TEXTS];
	struct pattern_hits *all, *one;
	size_t found = 0;

	(void)state;
	for (unsigned i = 0; i < PATTERNS; i++) {
		struct slice *words = arena_array(arena, 4, sizeof(*words));

		for (size_t k = 0; k < 4; k++)
			words[k] = random_word(&dice, arena, 4);
		add_pattern(set, i % 2, words, 1 + sample_number(&dice, 2), i % 3);
	}
	pattern_set_seal(set);
	all = pattern_hits_new(set, arena);
	one = pattern_hits_new(set, arena);
	for (size_t i = 0; i < TEXTS; i++)
		texts[i] = random_word(&dice, arena, 60);
	for (unsigned group = 0; group < 2; group++)
		for (size_t i = 0; i < TEXTS; i++)
			pattern_hits_read(all, group, i, texts[i]);
	for (unsigned round = 0; round < 2 * PATTERNS; round++) {
		unsigned pattern = sample_number(&dice, PATTERNS);

		pattern_hits_only(one, pattern);
		for (size_t i = 0; i < TEXTS; i++)
			pattern_hits_read(one, pattern % 2, i, texts[i]);
		assert_int_equal(places(one, pattern), places(all, pattern));
		found += places(one, pattern) != 0;
	}
	assert_true(found > PATTERNS);
	arena_free(&arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_literals),
		cmocka_unit_test(test_clauses),
		cmocka_unit_test(test_blocks),
		cmocka_unit_test(test_many_texts),
		cmocka_unit_test(test_shared_literal),
		cmocka_unit_test(test_only),
	};

	return cmocka_run_group_tests_name("pattern_set", tests, NULL, NULL);
}
