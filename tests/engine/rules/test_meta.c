/* test_meta.c - meta.c: precedence, values, errors; with perl there, random ones against Perl */
#include "config.h"

#include "engine/rules/meta.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "engine/util/buf.h"

/* A=0 B=1 C=2 D=7, E is unknown; anything else does not exist. */
static const double values[] = { 0, 1, 2, 7, META_UNKNOWN };

static bool
find(void *p, struct slice name, size_t *index_r)
{
	(void)p;
	if (name.n != 1 || name.p[0] < 'A' || name.p[0] > 'E')
		return false;
	*index_r = (size_t)(name.p[0] - 'A');
	return true;
}

static void
matching(void *p, struct slice glob, struct vec *indices)
{
	(void)p;
	if (slice_eq(glob, SLICE("*"))) {
		for (size_t i = 0; i < 4; i++)
			*(size_t *)vec_push(indices) = i;
	}
}

static const struct meta_names names = { find, matching, NULL };

static const struct {
	const char *text;
	double want;
	unsigned column; /* of the wanted error; 0: none */
} cases[] = {
	{ "B", 1, 0 },
	{ " B && C ", 2, 0 },
	{ "A || C || D", 2, 0 },
	{ "A && B || C", 2, 0 },
	{ "C || A && B", 2, 0 },
	{ "!A + B", 2, 0 },
	{ "!(A + B)", 0, 0 },
	{ "!!D", 1, 0 },
	{ "B + C * D", 15, 0 },
	{ "(B + C) * D", 21, 0 },
	{ "D - C - B", 4, 0 },
	{ "D / C", 3.5, 0 },
	{ "D / C / C", 1.75, 0 },
	{ "D / A", 0, 0 },
	{ "B ^ C", 3, 0 },
	{ "B ^ C == C", 0, 0 },
	{ "B + C > 2 && D", 7, 0 },
	{ "B < C == D > C", 1, 0 },
	{ "-B + C", 1, 0 },
	{ "C - -B", 3, 0 },
	{ "+C", 2, 0 },
	{ "A ? B : C", 2, 0 },
	{ "B ? C : A ? B : D", 2, 0 },
	{ "A ? C : B ? D : A", 7, 0 },
	{ "(A ? B : C) + 1", 3, 0 },
	{ "1.5 * C", 3, 0 },
	{ ".5 + 2.", 2.5, 0 },
	{ "UNKNOWN", 0, 0 },
	{ "!UNKNOWN", 1, 0 },
	{ "rules_matching(*)", 10, 0 },
	{ "rules_matching( X* ) > 0", 0, 0 },
	{ "", 0, 1 },
	{ "A B", 0, 3 },
	{ "A &&", 0, 5 },
	{ "(A", 0, 3 },
	{ "A)", 0, 2 },
	{ "A & B", 0, 3 },
	{ "A | B", 0, 3 },
	{ "A < B < C", 0, 8 },
	{ "A ? B", 0, 6 },
	{ "A = B", 0, 3 },
	{ "rules_matching(*", 0, 16 },
	{ "\"A\"", 0, 1 },
};

static void
test_table(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct arena *arena = arena_new(SIZE_MAX);
		struct err err = { .column = 0 };
		struct meta meta;
		double got = 0;
		bool ok = meta_compile(arena, slice_of(cases[i].text), &names, &meta, &err);

		if (ok)
			meta_value(&meta, values, META_UNKNOWN, &got);
		if (ok != (cases[i].column == 0) || got != cases[i].want ||
		    err.column != cases[i].column)
			fail_msg("\"%s\": got %g, column %u (%s); want %g, column %u",
			    cases[i].text, got, err.column, ok ? "" : err.text, cases[i].want,
			    cases[i].column);
		arena_free(&arena);
	}
}

/* What depends on E is unknown; or, with 0 for what is unknown, as if E did not hit. */
static void
test_unknown(void **state)
{
	static const struct {
		const char *text;
		double want, want_or_0;
	} rows[] = {
		{ "E", NAN, 0 },
		{ "!E", NAN, 1 },
		{ "-E", NAN, 0 },
		{ "E + B", NAN, 1 },
		{ "E > 0", NAN, 0 },
		{ "E == E", NAN, 1 },
		{ "E ^ B", NAN, 1 },
		{ "E && B", NAN, 0 },
		{ "B && E", NAN, 0 },
		{ "E && A", 0, 0 },
		{ "A && E", 0, 0 },
		{ "E || B", 1, 1 },
		{ "B || E", 1, 1 },
		{ "E || A", NAN, 0 },
		{ "A || E", NAN, 0 },
		{ "E && B || C", 2, 2 },
		{ "(E || A) && A", 0, 0 },
		{ "!(E && A)", 1, 1 },
		{ "E ? B : C", NAN, 2 },
		{ "(E ? B : C) || B", 1, 2 },
		{ "B ? C : E", 2, 2 },
		{ "B ? E : C", NAN, 0 },
		{ "E && E || E", NAN, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct arena *arena = arena_new(SIZE_MAX);
		struct err err = { .column = 0 };
		double got = 0, got_or_0 = 0;
		struct meta meta;

		assert_true(meta_compile(arena, slice_of(rows[i].text), &names, &meta, &err));
		assert_true(meta_value(&meta, values, META_UNKNOWN, &got));
		assert_true(meta_value(&meta, values, 0, &got_or_0));
		if ((got != rows[i].want && !(isnan(got) && isnan(rows[i].want))) ||
		    got_or_0 != rows[i].want_or_0)
			fail_msg("\"%s\": got %g and %g, want %g and %g", rows[i].text, got,
			    got_or_0, rows[i].want, rows[i].want_or_0);
		arena_free(&arena);
	}
}

/* Nesting ends in an error, not on the machine's stack; length does not matter. */
static void
test_depth(void **state)
{
	static const struct {
		const char *name, *unit, *end;
		size_t times;
		bool want;
	} rows[] = {
		{ "parentheses", "(", "B", 100000, false },
		{ "nots", "!", "B", 100000, false },
		{ "choices", "B ? B : ", "B", 100000, false },
		{ "a long sum", "B + ", "B", 20000, true },
		{ "a few nots", "!", "B", 30, true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct arena *arena = arena_new(SIZE_MAX);
		struct buf text = { 0 };
		struct meta meta;
		struct err err;
		bool got;

		for (size_t k = 0; k < rows[i].times; k++)
			buf_add(&text, slice_of(rows[i].unit));
		buf_add(&text, slice_of(rows[i].end));
		got = meta_compile(arena, buf_slice(&text), &names, &meta, &err);
		if (got != rows[i].want)
			fail_msg("%s: got %d, want %d", rows[i].name, got, rows[i].want);
		buf_clear(&text);
		arena_free(&arena);
	}
}

static unsigned
next_random(unsigned *seed, unsigned below)
{
	*seed = *seed * 1664525u + 1013904223u;
	return (*seed >> 8) % below;
}

static void
random_expression(unsigned *seed, unsigned depth, struct buf *out)
{
	static const char *const binary[] = { "||", "&&", "^", "==", "!=", "<", "<=", ">",
		">=", "+", "-", "*", "/" };
	static const char *const unary[] = { "!", "-", "!!", "" };

	if (depth == 0 || next_random(seed, 5) == 0) {
		buf_printf(out, "%s%c", unary[next_random(seed, 4)], "ABCD"[next_random(seed, 4)]);
		return;
	}
	switch (next_random(seed, 6)) {
	case 0:
		buf_add(out, SLICE("!("));
		random_expression(seed, depth - 1, out);
		buf_add(out, SLICE(")"));
		break;
	case 1:
		buf_add(out, SLICE("("));
		random_expression(seed, depth - 1, out);
		buf_add(out, SLICE(" ? "));
		random_expression(seed, depth - 1, out);
		buf_add(out, SLICE(" : "));
		random_expression(seed, depth - 1, out);
		buf_add(out, SLICE(")"));
		break;
	default:
		random_expression(seed, depth - 1, out);
		buf_printf(out, " %s ", binary[next_random(seed, 13)]);
		random_expression(seed, depth - 1, out);
		break;
	}
}

#define RANDOM_COUNT 3000

/* Perl judges all of them in one process; what it refuses is not compared. */
static void
test_perl(void **state)
{
	char path[] = "test_meta.XXXXXX", line[64], command[256];
	unsigned seed = 1, compared = 0;
	struct buf texts[RANDOM_COUNT] = { { 0 } };
	FILE *file;
	int fd;

	(void)state;
	if (system("perl -e 1 >/dev/null 2>&1") != 0)
		skip();
	fd = mkstemp(path);
	assert_true(fd >= 0);
	file = fdopen(fd, "w");
	for (size_t i = 0; i < RANDOM_COUNT; i++) {
		random_expression(&seed, 4, &texts[i]);
		fprintf(file, "%s\n", buf_text(&texts[i]));
	}
	fclose(file);
	snprintf(command, sizeof(command),
	    "perl -ne '%%v=(A,0,B,1,C,2,D,7); s/([A-D])/(\\$v{$1})/g; $r=eval $_; "
	    "print $@ =~ /syntax/ ? \"skip\\n\" : $@ ? \"0\\n\" : sprintf(\"%%.12g\\n\", $r+0)' %s",
	    path);
	file = popen(command, "r");
	for (size_t i = 0; i < RANDOM_COUNT; i++) {
		struct arena *arena = arena_new(SIZE_MAX);
		struct meta meta;
		struct err err;
		double got = 0;
		char shown[64];

		assert_non_null(fgets(line, sizeof(line), file));
		line[strcspn(line, "\n")] = '\0';
		if (strcmp(line, "skip") != 0 &&
		    meta_compile(arena, buf_slice(&texts[i]), &names, &meta, &err)) {
			meta_value(&meta, values, META_UNKNOWN, &got);
			snprintf(shown, sizeof(shown), "%.12g", got == 0 ? 0 : got);
			if (strcmp(shown, line) != 0)
				fail_msg(
				    "\"%s\": got %s, Perl %s", buf_text(&texts[i]), shown, line);
			compared++;
		}
		arena_free(&arena);
		buf_clear(&texts[i]);
	}
	pclose(file);
	remove(path);
	assert_true(compared > RANDOM_COUNT / 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_unknown),
		cmocka_unit_test(test_depth),
		cmocka_unit_test(test_perl),
	};

	return cmocka_run_group_tests_name("meta", tests, NULL, NULL);
}
