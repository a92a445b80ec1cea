/* test_kind_mime.c - kind_mime.c: which parts are looked at, what is seen of them, what counts */
#include "engine/rules/ruleset.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/engine/scan_helper.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static const char letter[] = "From: a@example.org\n"
			     "Subject: parts\n"
			     "MIME-Version: 1.0\n"
			     "Content-Type: multipart/mixed; boundary=b\n"
			     "\n"
			     "--b\n"
			     "X-One: first\n"
			     "X-One: last\n"
			     "\n"
			     "text\n"
			     "--b\n"
			     "Content-Type: text/html;\n"
			     "\tname=\"=?utf-8?Q?caf=C3=A9?=\"\n"
			     "X-Two: a a\n"
			     "\n"
			     "<p>html</p>\n"
			     "--b\n"
			     "Content-Type: image/png\n"
			     "X-Two: a a a\n"
			     "\n"
			     "PNG\n"
			     "--b--\n";

static const struct {
	const char *name;
	struct rule_def rule;
	unsigned want;
} cases[] = {
	{ "any part", { .selector = SLICE("Content-Type"), .pattern = SLICE("/^image/") }, 1 },
	{ "the message itself", { .selector = SLICE("Subject"), .pattern = SLICE("/^parts$/") },
	    1 },
	{ "the last of a name", { .selector = SLICE("X-One"), .pattern = SLICE("/^last\\n\\z/") },
	    1 },
	{ "not the first", { .selector = SLICE("X-One"), .pattern = SLICE("/first/") }, 0 },
	{ "decoded, unfolded",
	    { .selector = SLICE("content-type"), .pattern = SLICE("/html; name=\"caf\xc3\xa9\"/") },
	    1 },
	{ "raw", { .selector = SLICE("Content-Type:raw"), .pattern = SLICE("/html;\\n\\tname/") },
	    1 },
	{ "absent", { .selector = SLICE("X-None"), .pattern = SLICE("/./") }, 0 },
	{ "if-unset",
	    { .selector = SLICE("X-None"),
		.pattern = SLICE("/^none$/"),
		.if_unset = SLICE("none") },
	    1 },
	{ "if-unset, raw, imported",
	    { .selector = SLICE("X-None:raw"),
		.pattern = SLICE("/^none$/"),
		.if_unset = SLICE("none"),
		.imported = true },
	    0 },
	{ "multiple: those of the first part that matches",
	    { .selector = SLICE("X-Two"), .pattern = SLICE("/a/"), .tags = RULE_MULTIPLE }, 2 },
	{ "maxhits alone", { .selector = SLICE("X-Two"), .pattern = SLICE("/a/"), .maxhits = 5 },
	    2 },
	{ "multiple over all, by concat",
	    { .selector = SLICE("X-Two"),
		.pattern = SLICE("/a/"),
		.tags = RULE_MULTIPLE,
		.concat = true },
	    5 },
	{ "concat",
	    { .selector = SLICE("Content-Type"),
		.pattern = SLICE("/^multipart.*\\n\\ntext.*\\nimage.png\\n\\z/s"),
		.concat = true },
	    1 },
	{ "from the second part on",
	    { .selector = SLICE("Content-Type"), .pattern = SLICE("/multi/"), .mime_first = 2 },
	    0 },
	{ "to the second part",
	    { .selector = SLICE("Content-Type"), .pattern = SLICE("/image/"), .mime_last = 2 }, 0 },
	{ "the third part",
	    { .selector = SLICE("Content-Type"),
		.pattern = SLICE("/html/"),
		.mime_first = 3,
		.mime_last = 3 },
	    1 },
	{ "ALL",
	    { .selector = SLICE("ALL"),
		.pattern = SLICE("/^Content-Type: .*\\nX-Two: a a\\n\\z/") },
	    1 },
	{ "ALL:raw",
	    { .selector = SLICE("ALL:raw"), .pattern = SLICE("/^Content-Type: text.html; name=/") },
	    1 },
	{ "exists", { .selector = SLICE("X-Two"), .exists = true }, 1 },
	{ "exists, in range", { .selector = SLICE("X-Two"), .exists = true, .mime_last = 2 }, 0 },
	{ "no part matches",
	    { .selector = SLICE("Content-Type"), .pattern = SLICE("/video/"), .negated = true },
	    1 },
	{ "one part matches",
	    { .selector = SLICE("Content-Type"), .pattern = SLICE("/html/"), .negated = true }, 0 },
	{ "one part matches, imported",
	    { .selector = SLICE("Content-Type"),
		.pattern = SLICE("/html/"),
		.negated = true,
		.imported = true },
	    1 },
};

static unsigned
hits_of(const struct rule_def *def, const struct policy *policy)
{
	struct rule_def rule = *def;
	struct ruleset *ruleset;
	struct slot *slot = helper_slot();
	struct arena *arena = arena_new(1 << 24);
	struct buf got = { 0 };
	unsigned hits = 0;

	rule.name = SLICE("RULE");
	rule.kind = RULE_MIME;
	ruleset = helper_build(&rule, 1, policy, NULL);
	helper_scan(arena, ruleset, slot, slice_of(letter), &got);
	if (strcmp(buf_text(&got), "RULE") == 0)
		hits = 1;
	else if (got.n > 0 && sscanf(buf_text(&got), "RULE=%u", &hits) != 1)
		fail_msg("unexpected hits: %s", buf_text(&got));
	buf_clear(&got);
	arena_free(&arena);
	slot_free(&slot);
	ruleset_unref(&ruleset);
	return hits;
}

static void
test_cases(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		unsigned got = hits_of(&cases[i].rule, NULL);

		if (got != cases[i].want)
			fail_msg("%s: got %u, want %u", cases[i].name, got, cases[i].want);
	}
}

/* Without quirks an imported rule does what it says. */
static void
test_no_quirks(void **state)
{
	const struct rule_def rule = {
		.selector = SLICE("Content-Type"),
		.pattern = SLICE("/html/"),
		.negated = true,
		.imported = true,
	};
	const struct policy policy = { .spamassassin_quirks = false };

	(void)state;
	assert_int_equal(hits_of(&rule, &policy), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_no_quirks),
	};

	return cmocka_run_group_tests_name("kind_mime", tests, NULL, NULL);
}
