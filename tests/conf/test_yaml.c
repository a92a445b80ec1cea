/*
 * test_yaml.c - the YAML reader against a table: trees, positions, every trap and its cure
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "conf/yaml.h"
#include "conf/yaml_render.h"

/* Reads, and prints the tree or the diagnostics: one string to compare. */
static const char *
outcome(struct arena *arena, struct slice bytes)
{
	struct diagnostics *found = diagnostics_new();
	const struct yaml_node *root = yaml_read(arena, "f", bytes, found);
	struct buf out = { .arena = arena };

	if (root != NULL)
		yaml_render(root, &out);
	for (size_t i = 0; i < diagnostics_kept(found); i++) {
		if (out.n > 0)
			buf_add_byte(&out, '\n');
		diagnostic_format(diagnostics_at(found, i), &out);
	}
	diagnostics_free(&found);
	return buf_text(&out);
}

struct yaml_case {
	const char *name;
	const char *text;
	const char *want; /* the tree on one line, or what its error begins with */
};

static const struct yaml_case trees[] = {
	{ "nothing", "", "{}" },
	{ "comments alone", "# a\n# b\n", "{}" },
	{ "a marker alone", "---\n", "{}" },
	{ "a mapping", "a: 1\nb: [x, y]\n", "{a: 1, b: [x, y]}" },
	{ "one marker", "---\na: 1\n", "{a: 1}" },
	{ "end marker", "a: 1\n...\n", "{a: 1}" },
	{ "CRLF", "a: 1\r\nb: 2\r\n", "{a: 1, b: 2}" },
	{ "UTF-8 mark",
	    "\xef\xbb\xbf"
	    "a: 1\n",
	    "{a: 1}" },
	{ "UTF-8", "a: '\xc3\xa4'\n", "{a: '\xc3\xa4'}" },
	{ "words stay texts", "NO: ON\n1e3: ~\n", "{NO: ON, 1e3: '~'}" },
	{ "single quotes keep backslashes", "a: '/\\d+ ''x''/i'\n", "{a: '/\\d+ ''x''/i'}" },
	{ "literal", "a: |-\n  /x\n  y/x\n", "{a: \"/x\\ny/x\"}" },
	{ "quoted merge sign is a key", "'<<': x\n", "{'<<': x}" },
	{ "same key in two mappings", "a: {x: 1}\nb: {x: 1}\n", "{a: {x: 1}, b: {x: 1}}" },
	{ "double quotes", "a: \"x\\ty\"\n", "{a: \"x\\x09y\"}" },
	{ "pattern with hash inside", "a: /x#y/\n", "{a: '/x#y/'}" },
	{ "explicit key", "? a\n: b\n", "{a: b}" },
};

static const struct yaml_case errors[] = {
	{ "tag", "a: !foo bar\n",
	    "f:1:4: error: a leading ! makes a tag: put the text in single quotes" },
	{ "tag with a bang", "a: !!str x\n", "f:1:4: error: a leading ! makes a tag" },
	{ "lone bang", "a: ! x\n", "f:1:4: error: a leading ! makes a tag" },
	{ "bang that is no tag", "a: !/x/\n", "f:1:4: error: a leading ! makes a tag" },
	{ "bang handle", "a: !x!y z\n", "f:1:4: error: a leading ! makes a tag" },
	{ "bang on a mapping", "a: !x {b: c}\n", "f:1:4: error: a leading ! makes a tag" },
	{ "bang at a key", "!x a: b\n", "f:1:1: error: a leading ! makes a tag" },
	{ "anchor", "a: &x b\n",
	    "f:1:4: error: a leading & makes an anchor: put the text in single quotes" },
	{ "anchor on a list", "a: &x [b]\n", "f:1:4: error: a leading & makes an anchor" },
	{ "ampersand that is no anchor", "a: &&\n", "f:1:5: error: a leading & makes an anchor" },
	{ "alias", "a: *x\n",
	    "f:1:4: error: a leading * makes an alias: put the text in single quotes" },
	{ "asterisk that is no alias", "a: **\n", "f:1:5: error: a leading * makes an alias" },
	{ "alias as key", "*x : b\n", "f:1:1: error: a leading * makes an alias" },
	{ "percent", "a: %x\n",
	    "f:1:4: error: plain text cannot begin with %: put the text in single quotes" },
	{ "at sign", "a: @x\n",
	    "f:1:4: error: plain text cannot begin with @: put the text in single quotes" },
	{ "backtick", "a: `x\n", "f:1:4: error: plain text cannot begin with `" },
	{ "colon and space", "a: b: c\n",
	    "f:1:5: error: ': ' inside plain text begins a mapping: put the whole text in single quotes" },
	{ "colon and space in a pattern", "body: /foo: bar/i\n",
	    "f:1:11: error: ': ' inside plain text begins a mapping" },
	{ "merge key", "a: {x: 1}\nb:\n  <<: {y: 2}\n", "f:3:3: error: merge keys are not taken" },
	{ "second document", "a: 1\n---\nb: 2\n",
	    "f:2:1: error: a second document: a file is one document" },
	{ "document behind an end", "a: 1\n...\nb: 2\n",
	    "f:3:1: error: text behind the end of the document" },
	{ "YAML directive", "%YAML 1.1\n---\na: 1\n",
	    "f:1:1: error: directives (%YAML, %TAG) are not taken" },
	{ "TAG directive", "%TAG ! !x\n---\na: 1\n",
	    "f:1:1: error: directives (%YAML, %TAG) are not taken" },
	{ "percent first", "%x\n", "f:" },
	{ "duplicate key", "a: 1\nb: 2\na: 3\n",
	    "f:3:1: error: duplicate key \"a\": it stands in line 1 already" },
	{ "duplicate keys are all told", "a: 1\na: 2\na: 3\n",
	    "f:2:1: error: duplicate key \"a\": it stands in line 1 already\n"
	    "f:3:1: error: duplicate key \"a\": it stands in line 1 already" },
	{ "duplicate of a quoted key", "a: 1\n'a': 2\n", "f:2:1: error: duplicate key \"a\"" },
	{ "duplicate in flow", "{x: {a: 1, a: 2}}\n", "f:1:12: error: duplicate key \"a\"" },
	{ "duplicate among many",
	    "{a: 1, b: 1, c: 1, d: 1, e: 1, f: 1, g: 1, h: 1, i: 1, j: 1, k: 1, l: 1, "
	    "m: 1, n: 1, o: 1, p: 1, q: 1, r: 1, b: 2}\n",
	    "f:1:110: error: duplicate key \"b\"" },
	{ "UTF-16, low end first",
	    "\xff\xfe"
	    "a",
	    "f:1:1: error: UTF-16: save the file as UTF-8" },
	{ "UTF-16, high end first",
	    "\xfe\xff"
	    "a",
	    "f:1:1: error: UTF-16: save the file as UTF-8" },
	{ "Latin-1", "a: caf\xe9\n", "f:1:7: error: bytes that are not UTF-8" },
	{ "control character", "a: x\x01\n", "f:1:5: error: a control character" },
	{ "escape character", "a: \x1b[31m\n", "f:1:4: error: a control character" },
	{ "next line", "a: x\xc2\x85y\n",
	    "f:1:5: error: a character that YAML takes for the end of a line" },
	{ "line separator", "a: 'x\xe2\x80\xa8y'\n",
	    "f:1:6: error: a character that YAML takes for the end of a line" },
	{ "lone CR", "a: x\rb: y\n", "f:1:5: error: a carriage return without a line feed" },
	{ "mark inside", "a: x\xef\xbb\xbf\n", "f:1:5: error: a byte order mark" },
	{ "tab", "a:\n\tb: c\n", "f:2:1: error: a tab in the indentation: use spaces" },
	{ "double-quoted pattern", "a: \"/\\d/\"\n",
	    "f:1:6: error: inside double quotes YAML would eat the backslashes: use single quotes" },
	{ "quote inside quotes", "a: 'it's'\n",
	    "f:1:8: error: expected a key here: check the indentation; a quote inside single quotes is written ''" },
	{ "quote never closed", "a: 'x\nb: y\n",
	    "f:1:4: error: the quote that begins here is never closed" },
	{ "text behind a quote in a list", "a:\n  - 'x' y\n", "f:2:9: error: expected '- ' here" },
	{ "list never closed", "a: [x, y\nb: z\n", "f:2:2: error: expected ',' or ']' here" },
	{ "brace in a pattern", "a: {x y\n", "f:2:1: error: expected ',' or '}' here" },
	{ "pattern that begins a block", "a: |x|\n",
	    "f:1:5: error: a leading | or > begins a block of text" },
	{ "text after a block sign", "a: >x\n",
	    "f:1:5: error: a leading | or > begins a block of text" },
	{ "no colon", "a: 1\nb\nc: 2\n", "f:3:1: error: expected ': ' behind a key" },
	{ "list behind a key", "a: - x\n",
	    "f:1:4: error: '- ' begins a list and cannot stand here" },
	{ "key that is a list", "[a]: b\n", "f:1:1: error: a key must be a text" },
	{ "key that is a mapping", "? {a: b}\n: c\n", "f:1:3: error: a key must be a text" },
	{ "columns count bytes", "a: x\n\xc3\xa4\xc3\xb6: y: z\n",
	    "f:2:8: error: ': ' inside plain text" },
	{ "bad escape length", "a: \"\\xg1\"\n",
	    "f:1:7: error: inside double quotes YAML would eat the backslashes" },
	{ "NUL by escape", "a: \"x\\0y\"\n", "f:1:4: error: a NUL character in a text" },
};

static size_t
check_table(const struct yaml_case *cases, size_t n, bool whole)
{
	size_t bad = 0;

	for (size_t i = 0; i < n; i++) {
		struct arena *arena = arena_new((size_t)1 << 20);
		const char *got = outcome(arena, slice_of(cases[i].text));
		bool same = whole ? strcmp(got, cases[i].want) == 0
				  : strncmp(got, cases[i].want, strlen(cases[i].want)) == 0;

		if (!same) {
			print_message(
			    "%s: got \"%s\", want \"%s\"\n", cases[i].name, got, cases[i].want);
			bad++;
		}
		arena_free(&arena);
	}
	return bad;
}

static void
test_trees(void **state)
{
	(void)state;
	assert_int_equal(check_table(trees, sizeof(trees) / sizeof(trees[0]), true), 0);
}

static void
test_errors(void **state)
{
	(void)state;
	assert_int_equal(check_table(errors, sizeof(errors) / sizeof(errors[0]), false), 0);
}

/* `count` times `unit` between two texts. */
static void
repeat(struct buf *out, const char *before, const char *unit, size_t count, const char *after)
{
	out->n = 0;
	buf_add(out, slice_of(before));
	for (size_t i = 0; i < count; i++)
		buf_add(out, slice_of(unit));
	buf_add(out, slice_of(after));
}

static const struct {
	const char *name, *before, *unit;
	size_t count;
	const char *after, *want; /* "": a tree */
} limits[] = {
	{ "depth 16", "", "[", 16, "]]]]]]]]]]]]]]]]", "" },
	{ "depth 17", "", "[", 17, "]]]]]]]]]]]]]]]]]",
	    "f:1:17: error: nested deeper than 16 levels" },
	{ "depth of a bomb", "", "[", 1000000, "", "f:1:17: error: nested deeper than 16 levels" },
	{ "depth of mappings", "", "{a: ", 1000000, "",
	    "f:1:65: error: nested deeper than 16 levels" },
	{ "events below the limit", "[", "a,", 199990, "]", "" },
	{ "events over the limit", "[", "a,", 200001, "]",
	    "f:1:399996: error: more than 200000 items in one file" },
	{ "text of 64 KB", "a: '", "x", 65536, "'", "" },
	{ "text over 64 KB", "a: '", "x", 65537, "'", "f:1:4: error: a text of more than 64 KB" },
	{ "file of 8 MB", "# ", "x", 8 * 1024 * 1024 - 2, "", "" },
	{ "file over 8 MB", "# ", "x", 8 * 1024 * 1024, "",
	    "f:1:1: error: a file of more than 8 MB" },
};

static void
test_limits(void **state)
{
	size_t bad = 0;
	struct buf text = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		struct arena *arena = arena_new((size_t)1 << 28);
		struct diagnostics *found = diagnostics_new();
		struct buf got = { .arena = arena };
		const struct yaml_node *root;

		repeat(&text, limits[i].before, limits[i].unit, limits[i].count, limits[i].after);
		root = yaml_read(arena, "f", buf_slice(&text), found);
		if (diagnostics_kept(found) > 0)
			diagnostic_format(diagnostics_at(found, 0), &got);
		if ((root == NULL) == (limits[i].want[0] == '\0') ||
		    strncmp(buf_text(&got), limits[i].want, strlen(limits[i].want)) != 0) {
			print_message("%s: got %s \"%s\", want \"%s\"\n", limits[i].name,
			    root == NULL ? "no tree" : "a tree", buf_text(&got), limits[i].want);
			bad++;
		}
		diagnostics_free(&found);
		arena_free(&arena);
	}
	buf_clear(&text);
	assert_int_equal(bad, 0);
}

/* Nodes know where and how they were written. */
static void
test_positions(void **state)
{
	struct arena *arena = arena_new((size_t)1 << 20);
	struct diagnostics *found = diagnostics_new();
	const struct yaml_node *root, *b, *list;

	(void)state;
	root = yaml_read(arena, "f",
	    SLICE(
		"# x\na: 'q'\n\xc3\xa4: {b:  /x/ # c\n  }\nl:\n  - |-\n    t\n  - one\n    two\n"),
	    found);
	assert_non_null(root);
	assert_int_equal(root->n, 3);
	assert_int_equal(root->entries[0].value->style, YAML_SINGLE);
	assert_int_equal(root->entries[0].value->line, 2);
	assert_int_equal(root->entries[0].value->column, 4);
	b = yaml_find(root->entries[1].value, SLICE("b"));
	assert_non_null(b);
	assert_int_equal(b->line, 3);
	assert_int_equal(b->column, 10);
	assert_true(b->comment_follows);
	assert_false(root->entries[0].value->comment_follows);
	list = root->entries[2].value;
	assert_int_equal(list->kind, YAML_LIST);
	assert_int_equal(list->entries[0].value->style, YAML_LITERAL);
	assert_false(list->entries[0].value->many_lines);
	assert_int_equal(list->entries[1].value->line, 8);
	assert_true(list->entries[1].value->many_lines);
	assert_null(yaml_find(root, SLICE("zz")));
	diagnostics_free(&found);
	arena_free(&arena);
}

/* No cap of the arena is too small to fail gracefully. */
static void
test_caps(void **state)
{
	static const char text[] = "rules:\n  A: {body: '/x/', score: 1}\n  B: [x, y, {z: w}]\n";

	(void)state;
	for (size_t cap = 0; cap < 20000; cap += 61) {
		struct arena *arena = arena_new(cap);
		struct diagnostics *found = diagnostics_new();
		const struct yaml_node *root = yaml_read(arena, "f", slice_of(text), found);

		assert_true(root != NULL || diagnostics_count(found, SEVERITY_ERROR) > 0 ||
			    arena_overflowed(arena));
		diagnostics_free(&found);
		arena_free(&arena);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_trees),
		cmocka_unit_test(test_errors),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_positions),
		cmocka_unit_test(test_caps),
	};

	return cmocka_run_group_tests_name("yaml", tests, NULL, NULL);
}
