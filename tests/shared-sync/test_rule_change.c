/* test_rule_change.c - rule files against a channel: the body of the entry that they come to */
#include "config.h"

#include "shared-sync/rule_change.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define KEY "0123456789abcdef"

static const struct row {
	const char *name;
	const char *channel; /* the body that made it */
	const char *file, *removed, *score; /* NULL: none */
	const char *want; /* the body; NULL: refused */
} rows[] = {
	{ "a new rule", "", "rules:\n  A:\n    body: /x/\n", NULL, NULL,
	    "rules:\n  A: {body: /x/}\n" },
	{ "what stands already", "rules: {A: {body: '/x/'}}", "rules: {A: {body: /x/}}", NULL, NULL,
	    "" },
	{ "one of two", "rules: {A: {body: /x/}}", "rules: {A: {body: /x/}, B: {body: /y/}}", NULL,
	    NULL, "rules:\n  B: {body: /y/}\n" },
	{ "removed", "rules: {A: {body: /x/}}", NULL, "A", NULL, "remove: [A]\n" },
	{ "not there", "rules: {A: {body: /x/}}", NULL, "B", NULL, NULL },
	{ "no name", "", NULL, "A B", NULL, NULL },
	{ "scored", "rules: {A: {body: /x/}}", NULL, NULL, "A=1.5", "scores:\n  A: 1.500000\n" },
	{ "scored so already", "rules: {A: {body: /x/}}\nscores: {A: 1.5}", NULL, NULL, "A=1.50",
	    "" },
	{ "nobody to score", "", NULL, NULL, "A=1", NULL },
	{ "no score", "rules: {A: {body: /x/}}", NULL, NULL, "A=many", NULL },
	{ "a score stays", "rules: {A: {body: /x/}}\nscores: {A: 2}", "rules: {A: {body: /x/}}",
	    NULL, NULL, "" },
	{ "lists", "", "lists: {A: [b]}", NULL, NULL, NULL },
	{ "no YAML", "", "rules: [", NULL, NULL, NULL },
};

static bool
build(const struct row *row, const char *path, struct buf *out)
{
	struct fold *fold = fold_new();
	struct rule_change *change = rule_change_new();
	struct diagnostics *found = diagnostics_new();
	struct err err = { 0 };
	bool good = row->channel[0] == '\0' ||
		    fold_apply(fold, slice_of(row->channel), 1, KEY, NULL, NULL, &err);

	if (row->file != NULL)
		good = good && rule_change_read(change, &path, 1, found);
	if (row->removed != NULL)
		good = good && rule_change_remove(change, slice_of(row->removed), &err);
	if (row->score != NULL)
		good = good && rule_change_score(change, slice_of(row->score), &err);
	good = good && rule_change_body(change, fold, SLICE(""), RULE_CHANGE_MOST, out, &err);
	diagnostics_free(&found);
	rule_change_free(&change);
	fold_free(&fold);
	return good;
}

static void
write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

/* Quotes and brackets of YAML are the renderer's: both are compared as what they come to. */
static bool
same_body(struct slice got, struct slice want, const char *channel)
{
	struct fold *a = fold_new(), *b = fold_new();
	struct buf text_a = { 0 }, text_b = { 0 };
	struct err err;
	bool same = (got.n > 0) == (want.n > 0);

	if (channel[0] != '\0')
		same = same && fold_apply(a, slice_of(channel), 1, KEY, NULL, NULL, &err) &&
		       fold_apply(b, slice_of(channel), 1, KEY, NULL, NULL, &err);
	if (same && got.n > 0)
		same = fold_apply(a, got, 2, KEY, NULL, NULL, &err) &&
		       fold_apply(b, want, 2, KEY, NULL, NULL, &err);
	fold_write(a, &text_a);
	fold_write(b, &text_b);
	same = same && slice_eq(buf_slice(&text_a), buf_slice(&text_b));
	buf_clear(&text_a);
	buf_clear(&text_b);
	fold_free(&a);
	fold_free(&b);
	return same;
}

static void
test_bodies(void **state)
{
	char path[] = "/tmp/change-XXXXXX.yaml";
	int fd = mkstemps(path, 5);
	unsigned failed = 0;

	(void)state;
	assert_true(fd >= 0);
	close(fd);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *row = &rows[i];
		struct buf got = { 0 };
		bool good;

		if (row->file != NULL)
			write_file(path, row->file);
		good = build(row, path, &got);
		if (good != (row->want != NULL) ||
		    (good && !same_body(buf_slice(&got), slice_of(row->want), row->channel))) {
			printf("# %s: got %s\"%s\", want \"%s\"\n", row->name,
			    good ? "" : "refused ", buf_text(&got),
			    row->want == NULL ? "refused" : row->want);
			failed++;
		}
		buf_clear(&got);
	}
	unlink(path);
	assert_int_equal(failed, 0);
}

/* A change that does not fit into one entry comes in several, and all of it in the end. */
static void
test_parts(void **state)
{
	char path[] = "/tmp/change-XXXXXX.yaml";
	int fd = mkstemps(path, 5);
	const char *const paths[] = { path };
	struct rule_change *change = rule_change_new();
	struct diagnostics *found = diagnostics_new();
	struct fold *fold = fold_new();
	struct buf text = { 0 };
	struct err err = { 0 };
	uint64_t seq = 0;

	(void)state;
	assert_true(fd >= 0);
	close(fd);
	buf_add(&text, SLICE("rules:\n"));
	for (unsigned i = 0; i < 500; i++)
		buf_printf(&text, "  R%u: {body: '/word %u/', describe: a rule}\n", i, i);
	write_file(path, buf_text(&text));
	assert_true(rule_change_read(change, paths, 1, found));
	do {
		struct buf body = { 0 };

		assert_true(rule_change_body(change, fold, SLICE(""), 4096, &body, &err));
		assert_true(body.n > 0 && body.n < 8192);
		assert_true(fold_apply(fold, buf_slice(&body), ++seq, KEY, NULL, NULL, &err));
		buf_clear(&body);
	} while (rule_change_next(change));
	assert_int_equal(fold_count(fold), 500);
	assert_true(seq > 5);
	unlink(path);
	buf_clear(&text);
	fold_free(&fold);
	diagnostics_free(&found);
	rule_change_free(&change);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bodies),
		cmocka_unit_test(test_parts),
	};

	return cmocka_run_group_tests_name("rule_change", tests, NULL, NULL);
}
