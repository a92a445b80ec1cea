/* test_fold.c - entries folded: what each body comes to, as text and back, and differences */
#include "config.h"

#include "shared-sync/fold.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#include "shared-sync/carried.h"
#include "tests/shared-sync/random_entry.h"

#define KEY "0123456789abcdef"
#define BODIES_MAX 4

static void
remember(void *p, const char *text)
{
	buf_printf(p, "%s\n", text);
}

static const struct row {
	const char *name;
	const char *bodies[BODIES_MAX]; /* entries 1, 2, ... */
	const char *want; /* the fold as text */
	const char *told; /* in what is told of the last; NULL: nothing is told */
} rows[] = {
	{ "nothing", { "" }, "", NULL },
	{ "a rule", { "note: why\nrules:\n  A_B: {body: '/x/', score: 1}\n" },
	    "A_B\t1\t1\t" KEY "\t-\twhy\t{body: '/x/', score: 1}\n", NULL },
	{ "block and flow are one", { "rules:\n  A:\n    body: \"/x/\"\n    tags:\n      - net\n" },
	    "A\t1\t1\t" KEY "\t-\t\t{body: '/x/', tags: [net]}\n", NULL },
	{ "by name", { "rules: {C: {}, A: {}, B: {}}" },
	    "A\t1\t1\t" KEY "\t-\t\t{}\nB\t1\t1\t" KEY "\t-\t\t{}\nC\t1\t1\t" KEY "\t-\t\t{}\n",
	    NULL },
	{ "put again", { "rules: {A: {body: /x/}}", "note: better\nrules: {A: {body: /y/}}" },
	    "A\t2\t2\t" KEY "\t-\tbetter\t{body: '/y/'}\n", NULL },
	{ "scored", { "rules: {A: {body: /x/}}", "note: n\nscores: {A: -1.25}" },
	    "A\t2\t1\t" KEY "\t-1250000\t\t{body: '/x/'}\n", NULL },
	{ "put again loses its score",
	    { "rules: {A: {body: /x/}}", "scores: {A: 2}", "rules: {A: {body: /x/}}" },
	    "A\t3\t3\t" KEY "\t-\t\t{body: '/x/'}\n", NULL },
	{ "removed, put and scored in one, in any order",
	    { "rules: {A: {body: /x/}, B: {}}",
		"scores: {A: 3, B: 1}\nrules: {A: {body: /y/}}\nremove: [B, A, A]" },
	    "A\t2\t2\t" KEY "\t3000000\t\t{body: '/y/'}\n", NULL },
	{ "removed", { "rules: {A: {}, B: {}}", "remove: [A, C]" }, "B\t1\t1\t" KEY "\t-\t\t{}\n",
	    NULL },
	{ "a score for nobody", { "scores: {A: 1}" }, "", NULL },
	{ "a kind nobody knows", { "rules: {A: {telepathy: [deep, {er: than}]}}" },
	    "A\t1\t1\t" KEY "\t-\t\t{telepathy: [deep, {er: than}]}\n", NULL },
	{ "controls in the note", { "note: \"a\\tb\\x01\\\\c\\x7f\"\nrules: {A: {}}" },
	    "A\t1\t1\t" KEY "\t-\ta\\x09b\\x01\\\\c\\x7f\t{}\n", NULL },
	{ "controls in a rule", { "rules: {A: {body: \"/\\t\\n/\"}}" },
	    "A\t1\t1\t" KEY "\t-\t\t{body: \"/\\x09\\n/\"}\n", NULL },
	{ "an unknown key", { "rules: {A: {}}\nlists: {x: [y]}" }, "A\t1\t1\t" KEY "\t-\t\t{}\n",
	    "lists: left aside" },
	{ "no name", { "rules: {'A-B': {}, 'A\tB': {}, 1A: {}, C: {}}" },
	    "C\t1\t1\t" KEY "\t-\t\t{}\n", "A?B: left aside" },
	{ "no rule", { "rules: {A: text, B: [list], C: {}}" }, "C\t1\t1\t" KEY "\t-\t\t{}\n",
	    "A: left aside" },
	{ "no score", { "rules: {A: {}}\nscores: {A: much}" }, "A\t1\t1\t" KEY "\t-\t\t{}\n",
	    "A: left aside" },
	{ "a note of two lines", { "note: \"a\\nb\"\nrules: {A: {}}" },
	    "A\t1\t1\t" KEY "\t-\t\t{}\n", "note: left aside" },
};

static void
test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct fold *fold = fold_new(), *again = fold_new();
		struct buf told = { 0 }, text = { 0 };
		struct err err = { 0 };

		for (size_t k = 0; k < BODIES_MAX && rows[i].bodies[k] != NULL; k++) {
			buf_clear(&told);
			if (!fold_apply(fold, slice_of(rows[i].bodies[k]), k + 1, KEY, remember,
				&told, &err))
				fail_msg("%s: refused: %s", rows[i].name, err.text);
		}
		fold_write(fold, &text);
		if (!slice_eq(buf_slice(&text), slice_of(rows[i].want)))
			fail_msg(
			    "%s: got\n%s\nwant\n%s", rows[i].name, buf_text(&text), rows[i].want);
		if (rows[i].told == NULL ? told.n > 0
					 : strstr(buf_text(&told), rows[i].told) == NULL)
			fail_msg("%s: told \"%s\", want \"%s\"", rows[i].name, buf_text(&told),
			    rows[i].told == NULL ? "" : rows[i].told);
		if (!fold_read(again, buf_slice(&text), &err))
			fail_msg("%s: is not read again: %s", rows[i].name, err.text);
		buf_clear(&told);
		fold_write(again, &told);
		assert_true(slice_eq(buf_slice(&told), buf_slice(&text)));
		buf_clear(&told);
		buf_clear(&text);
		fold_free(&fold);
		fold_free(&again);
	}
}

/* Bodies that are refused whole; the fold stays. */
static void
test_refused(void **state)
{
	static const char *const bodies[] = {
		"- a list",
		"text",
		"rules: [A]",
		"rules: text",
		"rules: {A: {}, A: {}}",
		"remove: A",
		"scores: [A]",
		"note: [a]",
		"rules: {A: {}",
		"rules: {A: &x {}, B: *x}",
		"a: b\n---\nc: d\n",
		"rules: {A: {body: \"\xff\"}}",
	};
	struct fold *fold = fold_new();
	struct buf before = { 0 }, after = { 0 };
	struct err err = { 0 };

	(void)state;
	assert_true(fold_apply(fold, SLICE("rules: {A: {body: /x/}}"), 1, KEY, NULL, NULL, &err));
	fold_write(fold, &before);
	for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
		err.text[0] = '\0';
		if (fold_apply(fold, slice_of(bodies[i]), 2, KEY, NULL, NULL, &err) ||
		    err.text[0] == '\0')
			fail_msg("taken, or nothing said: %s", bodies[i]);
		buf_clear(&after);
		fold_write(fold, &after);
		assert_true(slice_eq(buf_slice(&before), buf_slice(&after)));
	}
	buf_clear(&before);
	buf_clear(&after);
	fold_free(&fold);
}

/* Texts that fold_write never writes; the fold stays. */
static void
test_no_text(void **state)
{
	static const char *const texts[] = {
		"A\t1\t1\t" KEY "\t-\t\t{}",
		"A\t1\t1\t" KEY "\t-\t{}\n",
		"A\t1\t1\t" KEY "\t-\t\t{}\t\n",
		"A\t0\t0\t" KEY "\t-\t\t{}\n",
		"A\t1\t2\t" KEY "\t-\t\t{}\n",
		"A\t01\t1\t" KEY "\t-\t\t{}\n",
		"A\t1\t1\tKEY\t-\t\t{}\n",
		"A\t1\t1\t" KEY "\t-0\t\t{}\n",
		"A\t1\t1\t" KEY "\t1000000001\t\t{}\n",
		"A\t1\t1\t" KEY "\t+1\t\t{}\n",
		"A\t1\t1\t" KEY "\t-\t\\\t{}\n",
		"A\t1\t1\t" KEY "\t-\t\\x41\t{}\n",
		"A\t1\t1\t" KEY "\t-\t\\n\t{}\n",
		"A\t1\t1\t" KEY "\t-\t\x01\t{}\n",
		"A\t1\t1\t" KEY "\t-\t\xff\t{}\n",
		"A\t1\t1\t" KEY "\t-\t\t{a: /x/}\n",
		"A\t1\t1\t" KEY "\t-\t\t{a: b} # c\n",
		"A\t1\t1\t" KEY "\t-\t\t{a: b, a: c}\n",
		"A\t1\t1\t" KEY "\t-\t\t[a]\n",
		"A\t1\t1\t" KEY "\t-\t\t\n",
		"A-B\t1\t1\t" KEY "\t-\t\t{}\n",
		"B\t1\t1\t" KEY "\t-\t\t{}\nA\t1\t1\t" KEY "\t-\t\t{}\n",
		"A\t1\t1\t" KEY "\t-\t\t{}\nA\t1\t1\t" KEY "\t-\t\t{}\n",
		"A\t1\t1\t" KEY "\t-\t\t{}\n\n",
	};
	struct fold *fold = fold_new();
	struct err err = { 0 };

	(void)state;
	assert_true(fold_apply(fold, SLICE("rules: {Z: {body: /x/}}"), 1, KEY, NULL, NULL, &err));
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		if (fold_read(fold, slice_of(texts[i]), &err))
			fail_msg("read: %s", texts[i]);
		assert_int_equal(fold_count(fold), 1);
		assert_non_null(fold_find(fold, SLICE("Z")));
	}
	fold_free(&fold);
}

/* What cannot stand on one line and what is too long is left aside alone. */
static void
test_large_rules(void **state)
{
	struct fold *fold = fold_new();
	struct buf body = { 0 }, told = { 0 };
	struct err err = { 0 };

	(void)state;
	buf_add(&body, SLICE("rules:\n  LONG: {a: ["));
	for (size_t i = 0; i < FOLD_RULE_MAX / 4; i++)
		buf_add(&body, SLICE("x, "));
	buf_add(&body, SLICE("x, x]}\n  WORD:\n    ? "));
	for (size_t i = 0; i < 2000; i++)
		buf_add_byte(&body, 'k');
	buf_add(&body, SLICE("\n    : v\n  SHORT: {}\n"));
	assert_true(fold_apply(fold, buf_slice(&body), 1, KEY, remember, &told, &err));
	buf_clear(&told);
	fold_write(fold, &told);
	for (size_t i = 0; i < fold_count(fold); i++)
		assert_true(fold_at(fold, i)->text.n <= FOLD_RULE_MAX);
	assert_null(fold_find(fold, SLICE("WORD")));
	assert_non_null(fold_find(fold, SLICE("SHORT")));
	assert_true(fold_read(fold, buf_slice(&told), &err));
	buf_clear(&body);
	buf_clear(&told);
	fold_free(&fold);
}

/* Whether both have the same rules with the same texts and scores. */
static bool
same_rules(const struct fold *a, const struct fold *b)
{
	if (fold_count(a) != fold_count(b))
		return false;
	for (size_t i = 0; i < fold_count(a); i++) {
		const struct fold_rule *one = fold_at(a, i), *two = fold_at(b, i);

		if (!slice_eq(one->name, two->name) || !slice_eq(one->text, two->text) ||
		    one->has_score != two->has_score || one->score != two->score)
			return false;
	}
	return true;
}

/* Applies differences until there is none; the entries that it took. */
static size_t
lead(struct fold *from, const struct fold *to)
{
	struct buf body = { 0 };
	struct err err = { 0 };
	size_t entries = 0;

	for (;; entries++) {
		buf_clear(&body);
		fold_difference(from, to, SLICE("a 'note' of\ttwo"), &body);
		if (body.n == 0)
			break;
		assert_true(body.n <= CARRIED_ENTRY_BODY_MAX);
		if (!fold_apply(from, buf_slice(&body), 1000 + entries, KEY, NULL, NULL, &err))
			fail_msg("a difference is no entry: %s\n%s", err.text, buf_text(&body));
		assert_true(entries < 1000);
	}
	buf_clear(&body);
	return entries;
}

/* 200 walks of random entries: as text and back, copies that stay, differences that lead back. */
static void
test_random(void **state)
{
	struct random random = { 5 };
	size_t steps = 0;

	(void)state;
	for (size_t walk = 0; walk < 200; walk++) {
		struct fold *fold = fold_new(), *old = fold_new();
		struct buf body = { 0 }, text = { 0 }, again = { 0 };
		struct err err = { 0 };

		for (uint64_t seq = 1; seq <= 12; seq++, steps++) {
			struct fold *read = fold_new();

			if (random_below(&random, 4) == 0) {
				fold_free(&old);
				old = fold_copy(fold);
			}
			buf_clear(&body);
			random_entry(&random, &body);
			if (!fold_apply(fold, buf_slice(&body), seq, KEY, NULL, NULL, &err))
				fail_msg("refused: %s\n%s", err.text, buf_text(&body));
			buf_clear(&text);
			fold_write(fold, &text);
			if (!fold_read(read, buf_slice(&text), &err))
				fail_msg("not read: %s\n%s", err.text, buf_text(&text));
			buf_clear(&again);
			fold_write(read, &again);
			assert_true(slice_eq(buf_slice(&text), buf_slice(&again)));
			fold_free(&read);
		}
		lead(fold, old);
		assert_true(same_rules(fold, old));
		buf_clear(&body);
		buf_clear(&text);
		buf_clear(&again);
		fold_free(&fold);
		fold_free(&old);
	}
	print_message("# %zu entries folded\n", steps);
}

static double
seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* 10,000 rules: differences come in pieces; one more entry and a copy are told with their times. */
static void
test_large(void **state)
{
	struct fold *fold = fold_new(), *copy = NULL, *empty = fold_new();
	struct buf body = { 0 }, text = { 0 };
	struct err err = { 0 };
	double start, apply = 0, copying = 0;

	(void)state;
	for (size_t i = 0; i < 10000; i++) {
		if (i % 1000 == 0) {
			buf_clear(&body);
			buf_add(&body, SLICE("rules:\n"));
		}
		buf_printf(&body,
		    "  R_%zu: {body: '/offer number %zu[^a-z]/i', describe: 'An offer', "
		    "score: 1.5}\n",
		    i * 7919 % 10000, i);
		if (i % 1000 == 999)
			assert_true(fold_apply(
			    fold, buf_slice(&body), 1 + i / 1000, KEY, NULL, NULL, &err));
	}
	assert_int_equal(fold_count(fold), 10000);
	for (size_t i = 0; i < 100; i++) {
		buf_clear(&body);
		buf_printf(&body, "rules: {R_%zu_NEW: {body: /x/}}", i * 97);
		start = seconds();
		copy = fold_copy(fold);
		copying += seconds() - start;
		start = seconds();
		assert_true(fold_apply(fold, buf_slice(&body), 11 + i, KEY, NULL, NULL, &err));
		apply += seconds() - start;
		fold_free(&copy);
	}
	fold_write(fold, &text);
	start = seconds();
	assert_true(fold_read(fold, buf_slice(&text), &err));
	print_message("# 10,000 rules: one more in %.0f us, a copy in %.0f us, as text read in "
		      "%.0f ms\n",
	    apply * 1e4, copying * 1e4, (seconds() - start) * 1e3);
	assert_true(lead(empty, fold) > 1);
	assert_true(same_rules(empty, fold));
	buf_clear(&body);
	buf_clear(&text);
	fold_free(&fold);
	fold_free(&empty);
}

/* The fold stops growing at its limit of bytes, and stays. */
static void
test_limit(void **state)
{
	struct fold *fold = fold_new();
	struct buf body = { 0 };
	struct err err = { 0 };
	size_t taken = 0;
	bool more = true;

	(void)state;
	for (uint64_t seq = 1; more && seq < 1000; seq++) {
		buf_clear(&body);
		buf_add(&body, SLICE("rules:\n"));
		for (size_t i = 0; i < 4; i++) {
			buf_printf(&body, "  R_%zu_%zu: {body: ", (size_t)seq, i);
			for (size_t k = 0; k < 60000; k++)
				buf_add_byte(&body, 'x');
			buf_add(&body, SLICE("}\n"));
		}
		more = fold_apply(fold, buf_slice(&body), seq, KEY, NULL, NULL, &err);
		taken += more;
	}
	assert_false(more);
	assert_int_equal(fold_count(fold), 4 * taken);
	assert_non_null(strstr(err.text, "bytes"));
	buf_clear(&body);
	fold_write(fold, &body);
	assert_true(body.n <= FOLD_TEXT_MAX);
	buf_clear(&body);
	fold_free(&fold);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_no_text),
		cmocka_unit_test(test_large_rules),
		cmocka_unit_test(test_random),
		cmocka_unit_test(test_large),
		cmocka_unit_test(test_limit),
	};

	return cmocka_run_group_tests_name("fold", tests, NULL, NULL);
}
