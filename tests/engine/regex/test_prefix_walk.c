/* test_prefix_walk.c - which patterns may match, told by how they begin; and the limits of walks */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "engine/regex/prefix_pattern.h"
#include "engine/regex/prefix_set.h"
#include "engine/regex/prefix_walk.h"
#include "engine/regex/syntax.h"
#include "engine/util/buf.h"

/* Whether the pattern may match; -1: its beginnings are not known. */
static int
may_match(const char *pattern, struct slice text)
{
	struct arena *work = arena_new(SYNTAX_ARENA_MAX), *arena = arena_new(SIZE_MAX);
	struct syntax_node *tree = syntax_parse(work, slice_of(pattern));
	struct prefix_set *set = prefix_set_new(arena);
	struct prefix_walks *walks = prefix_walks_new();
	struct prefix_pattern found;
	size_t steps = PREFIX_NEW_STEPS_MAX;
	uint64_t words = 0;
	unsigned number;
	int may = -1;

	if (tree != NULL && prefix_pattern_find(work, tree, &found)) {
		bool plainly = prefix_pattern_may_match(&found, work, text);

		assert_true(prefix_set_add(set, &found, &number));
		assert_int_equal(number, 0);
		prefix_set_seal(set);
		prefix_walks_read(walks, set, text, &steps, &words);
		may = words != 0;
		assert_int_equal(may, plainly);
	}
	prefix_walks_free(&walks);
	arena_free(&work);
	arena_free(&arena);
	return may;
}

static void
test_one_pattern(void **state)
{
	static const struct {
		const char *pattern, *text;
		int want;
	} rows[] = {
		{ "/v.{0,2}i.{0,2}a.{0,2}g/i", "buy V-I-A-G-R-A", 1 },
		{ "/v.{0,2}i.{0,2}a.{0,2}g/i", "voila, a dog", 0 },
		{ "/\\bv_?i_?a_?g/", "via_gra", 1 },
		{ "/\\bv_?i_?a_?g/", "xviagra", 0 },
		{ "/\\Bv_?i_?a_?g/", "xviagra", 1 },
		{ "/\\Bv_?i_?a_?g/", "viagra", 0 },
		{ "/(?:^|\\W)[pq][a4]yp[a4]l/", "paypal", 1 },
		{ "/(?:^|\\W)[pq][a4]yp[a4]l/", "x\npaypal", 1 },
		{ "/(?:^|\\W)[pq][a4]yp[a4]l/", "-p4ypal", 1 },
		{ "/(?:^|\\W)[pq][a4]yp[a4]l/", "xpaypal", 0 },
		{ "/[A-Z]{4}/", "xABCDx", 1 },
		{ "/[A-Z]{4}/", "xABCx", 0 },
		{ "/[0-9a-f]{12}/", "g0123456789ab", 1 },
		{ "/[0-9a-f]{12}/", "g0123456789ag", 0 },
		/* so rare that half of it will do */
		{ "/[A-Z]{40}/", "xABCDEFGHIJKLMNOPQRSTUVW", 1 },
		{ "/(?:[a-z]{8,}[\\s.]+){3}/", "whatever, whatever whatever whatever ", 1 },
		{ "/(?:[a-z]{8,}[\\s.]+){3}/", "whatever whatever when whatever ", 0 },
		{ "/(?(DEFINE)(?<t>[a4\xe0]|\xc3[\xa0-\xa5]))v(?&t)n(?&t)g(?&t)/", "v\xc3\xa0n4ga",
		    1 },
		{ "/(?(DEFINE)(?<t>[a4\xe0]|\xc3[\xa0-\xa5]))v(?&t)n(?&t)g(?&t)/", "v\xc3n4ga", 0 },
		{ "/[xz][jq][vk]\\b/", "xqv", 1 },
		/* what stands behind a back reference or what is not understood may be anything */
		{ "/([xz][jq])w\\1/", "xjwq", 1 },
		{ "/([xz][jq])w\\1/", "xjvw", 0 },
		/* too common */
		{ "/\\w/", "", -1 },
		{ "/a?/", "", -1 },
		{ "/^.*/", "", -1 },
	};
	unsigned failed = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int got = may_match(rows[i].pattern, slice_of(rows[i].text));

		if (got == rows[i].want)
			continue;
		print_error("%s on \"%s\": got %d, want %d\n", rows[i].pattern, rows[i].text, got,
		    rows[i].want);
		failed++;
	}
	assert_int_equal(failed, 0);
}

#define PATTERNS 200

/* So many patterns that they are several automata, each told of by its number. */
static const struct prefix_set *
many_patterns(struct arena *arena)
{
	struct prefix_set *set = prefix_set_new(arena);

	for (unsigned i = 0; i < PATTERNS; i++) {
		struct arena *work = arena_new(SYNTAX_ARENA_MAX);
		struct prefix_pattern found;
		char text[64];
		struct syntax_node *tree;
		unsigned number;

		/* every tenth is in the middle of something at most bytes */
		snprintf(text, sizeof(text),
		    i % 10 == 0 ? "/[a-z ]+%c[%c_]%c%c/" : "/%c_?[%c_]_?%c%c/", 'A' + i % 20,
		    'A' + i / 20, '0' + i % 10, '0' + i / 100);
		tree = syntax_parse(work, slice_of(text));
		assert_non_null(tree);
		assert_true(prefix_pattern_find(work, tree, &found));
		assert_true(prefix_set_add(set, &found, &number));
		assert_int_equal(number, i);
		arena_free(&work);
	}
	prefix_set_seal(set);
	return set;
}

static void
test_many_patterns(void **state)
{
	struct arena *arena = arena_new(SIZE_MAX);
	const struct prefix_set *set = many_patterns(arena);
	struct prefix_walks *walks = prefix_walks_new();

	(void)state;
	assert_true(prefix_set_parts(set) > 2);
	for (unsigned round = 0; round < 2; round++) {
		for (unsigned i = 0; i < PATTERNS; i++) {
			uint64_t words[(PATTERNS + 63) / 64] = { 0 };
			size_t steps = PREFIX_NEW_STEPS_MAX;
			char text[32];

			assert_int_equal(prefix_walks_words(set), sizeof(words) / sizeof(*words));
			snprintf(text, sizeof(text), "some %c_%c%c ", 'A' + i % 20, '0' + i % 10,
			    '0' + i / 100);
			prefix_walks_read(walks, set, slice_of(text), &steps, words);
			assert_true((words[i / 64] >> (i % 64) & 1) != 0);
			if (i > 0)
				assert_false((words[(i - 1) / 64] >> ((i - 1) % 64) & 1) != 0);
		}
	}
	prefix_walks_free(&walks);
	arena_free(&arena);
}

/* Without steps all may match; a text that was walked before needs none. */
static void
test_steps(void **state)
{
	struct arena *arena = arena_new(SIZE_MAX);
	const struct prefix_set *set = many_patterns(arena);
	struct prefix_walks *walks = prefix_walks_new();
	uint64_t words[(PATTERNS + 63) / 64] = { 0 };
	size_t steps = 3;

	(void)state;
	prefix_walks_read(walks, set, SLICE("nothing of it"), &steps, words);
	assert_int_equal(steps, 0);
	assert_true(words[0] == UINT64_MAX && words[1] == UINT64_MAX);
	memset(words, 0, sizeof(words));
	steps = PREFIX_NEW_STEPS_MAX;
	prefix_walks_read(walks, set, SLICE("nothing of it"), &steps, words);
	assert_true(steps < PREFIX_NEW_STEPS_MAX && words[0] == 0);
	steps = 0;
	prefix_walks_read(walks, set, SLICE("nothing of it"), &steps, words);
	assert_true(words[0] == 0 && words[1] == 0);
	prefix_walks_free(&walks);
	arena_free(&arena);
}

/* Texts that never come to an end of new states: the table is emptied, and answers stay right. */
static void
test_full_table(void **state)
{
	struct arena *work = arena_new(SYNTAX_ARENA_MAX), *arena = arena_new(SIZE_MAX);
	struct prefix_set *set = prefix_set_new(arena);
	struct prefix_walks *walks = prefix_walks_new();
	struct prefix_pattern found;
	uint64_t dice = 1;
	unsigned hits = 0, number;

	(void)state;
	assert_true(prefix_pattern_find(
	    work, syntax_parse(work, SLICE("/[ab][^\\n]{16}[ab]x[ab]/")), &found));
	assert_true(prefix_set_add(set, &found, &number));
	prefix_set_seal(set);
	for (unsigned i = 0; i < 2000; i++) {
		char text[65] = "";
		uint64_t words = 0;
		size_t steps = PREFIX_NEW_STEPS_MAX;

		for (unsigned k = 0; k < 64; k++) {
			dice = dice * UINT64_C(6364136223846793005) + 1442695040888963407U;
			text[k] = "abxxyz12"[dice >> 61];
		}
		prefix_walks_read(walks, set, slice_of(text), &steps, &words);
		assert_int_equal(
		    words, prefix_pattern_may_match(&found, work, slice_of(text)) ? 1 : 0);
		hits += words != 0;
	}
	assert_true(hits > 100 && hits < 1900);
	prefix_walks_free(&walks);
	arena_free(&work);
	arena_free(&arena);
}

/* Adds a pattern of the piece, again and again, and an end. */
static void
add_pieces(struct prefix_set *set, const char *piece, unsigned times, const char *end)
{
	struct arena *work = arena_new(SYNTAX_ARENA_MAX);
	struct buf text = { .arena = work };
	struct prefix_pattern found;
	unsigned number;

	buf_add_byte(&text, '/');
	while (times-- > 0)
		buf_add(&text, slice_of(piece));
	buf_add(&text, slice_of(end));
	assert_true(prefix_pattern_find(work, syntax_parse(work, buf_slice(&text)), &found));
	assert_true(prefix_set_add(set, &found, &number));
	arena_free(&work);
}

/* Steps of patterns that may go on in a thousand ways each: a few are as dear as many others. */
static void
test_dear_steps(void **state)
{
	struct arena *arena = arena_new(SIZE_MAX);
	struct prefix_set *set = prefix_set_new(arena);
	struct prefix_walks *walks = prefix_walks_new();
	size_t steps = PREFIX_NEW_STEPS_MAX;
	uint64_t words = 0;

	(void)state;
	for (unsigned i = 0; i < 32; i++)
		add_pieces(set, "[a-z]?[0-9]?", 150, "[QZ][XJ]/");
	prefix_set_seal(set);
	for (char c = 'a'; c <= 'z'; c++) {
		char text[] = { c, c == 'z' ? 'a' : (char)(c + 1), '1', c, '2', '3', 'Q', c };

		prefix_walks_read(walks, set, (struct slice){ text, sizeof(text) }, &steps, &words);
	}
	assert_int_equal(steps, 0);
	assert_true(words == UINT64_MAX);
	prefix_walks_free(&walks);
	arena_free(&arena);
}

/* A set takes only so much, and patterns of many classes are not crowded together. */
static void
test_large_patterns(void **state)
{
	struct arena *work = arena_new(SYNTAX_ARENA_MAX), *arena = arena_new(SIZE_MAX);
	struct prefix_set *set = prefix_set_new(arena), *large = prefix_set_new(arena);
	struct prefix_pattern found;
	struct buf text = { .arena = work };
	unsigned number, added = 0;

	(void)state;
	for (unsigned i = 0; i < 20; i++) {
		text.n = 0;
		buf_add(&text, SLICE("/Q(?:"));
		for (unsigned k = 0; k < 400; k++)
			buf_printf(&text, "%s[\\x%02x\\x%02x]", k > 0 ? "|" : "", 0x20 + k % 200,
			    0x20 + (k % 200 + 1 + i + k / 200 * 20) % 220);
		buf_add(&text, SLICE(")X/"));
		assert_true(
		    prefix_pattern_find(work, syntax_parse(work, buf_slice(&text)), &found));
		assert_true(prefix_set_add(set, &found, &number));
	}
	prefix_set_seal(set);
	assert_true(prefix_set_parts(set) > 2);
	text.n = 0;
	buf_add_byte(&text, '/');
	for (unsigned i = 0; i < 150; i++)
		buf_add(&text, SLICE("[a-z]?[0-9]?"));
	buf_add(&text, SLICE("[QZ][XJ]/"));
	assert_true(prefix_pattern_find(work, syntax_parse(work, buf_slice(&text)), &found));
	while (added < 1000 && prefix_set_add(large, &found, &number))
		added++;
	assert_in_range(added, 10, 500);
	prefix_set_seal(large);
	arena_free(&work);
	arena_free(&arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_pattern),
		cmocka_unit_test(test_many_patterns),
		cmocka_unit_test(test_steps),
		cmocka_unit_test(test_full_table),
		cmocka_unit_test(test_dear_steps),
		cmocka_unit_test(test_large_patterns),
	};

	return cmocka_run_group_tests_name("prefix_walk", tests, NULL, NULL);
}
