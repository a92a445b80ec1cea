/* test_markup_tags.c - markup_tags.c: tags of a real scan, and what is no tag */
#include "config.h"

#include "engine/markup_tags.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "engine/rules/capture.h"
#include "tests/engine/scan_helper.h"

#define COUNT(v) (sizeof(v) / sizeof((v)[0]))

static const char letter[] =
    "Received: from a.example (a.example [192.0.2.7]) by mx.example.org (Postfix) with ESMTP id 1\n"
    "\tfor <x@example.org>; Mon, 01 Jan 2024 10:00:05 +0000 (UTC)\n"
    "From: Ann <ann@Shop.Example.com>, bob@other.example.net, c@shop.example.com\n"
    "Subject: a\n  folded one\n\n"
    "leaf and root and leaf\n";

static const struct rule_def defs[] = {
	{ .name = SLICE("A_LEAF"),
	    .kind = RULE_BODY,
	    .pattern = SLICE("/leaf/"),
	    .tags = RULE_MULTIPLE,
	    .has_score = true,
	    .score = 1250000,
	    .describe = SLICE("A leaf"),
	    .priority = 2 },
	{ .name = SLICE("B_ROOT"),
	    .kind = RULE_BODY,
	    .pattern = SLICE("/root/"),
	    .tags = RULE_NOAUTOLEARN,
	    .has_score = true,
	    .score = 350000,
	    .priority = 1 },
	BODY("__SUB", "/and/"),
};

/* With 2.85 points of 3 needed. */
static const struct {
	const char *text, *want;
} cases[] = {
	{ "", "" },
	{ "no tag", "no tag" },
	{ "_SCORE_/_REQD_ _HITS_", "2.9/3.0 2.9" },
	{ "_SCORE(0)_ _SCORE(00)_ _SCORE( )_ _SCORE(x)_", "02.9 002.9  2.9 2.9" },
	{ "_STARS_ _STARS(+)_ _STARS(ab)_", "** ++ abab" },
	{ "_YESNO_ _YESNO(a,b)_ _YESNO(a)_ _YESNO(,c d)_ _YESNOCAPS(a,b)_", "No b No c d B" },
	{ "_TESTS_ _TESTS(; )_", "A_LEAF,A_LEAF,B_ROOT A_LEAF; A_LEAF; B_ROOT" },
	{ "_TESTSSCORES(,)_", "A_LEAF=1.25,A_LEAF=1.25,B_ROOT=0.35" },
	{ "_SUBTESTS_", "__SUB" },
	{ "_SUBTESTSCOLLAPSED(;)_", "__SUB" },
	{ "_AUTOLEARN_ _AUTOLEARNSCORE_", "disabled 2.5" },
	{ "_VERSION_ _SUBVERSION_", "4.0.1-steelyard-" PACKAGE_VERSION " 2024-03-25" },
	{ "_HOSTNAME_", "mx.example.org" },
	{ "_CONTACTADDRESS_", "postmaster" },
	{ "_REPORT_", "\n*  0.3 B_ROOT BODY: No description available.\n"
		      "*  1.2 A_LEAF BODY: A leaf\n*  1.2 A_LEAF BODY: A leaf\n" },
	{ "_SUMMARY_", " 0.3 B_ROOT                 BODY: No description available.\n"
		       " 1.2 A_LEAF                 BODY: A leaf\n"
		       " 1.2 A_LEAF                 BODY: A leaf\n" },
	{ "_PREVIEW_", "leaf and root and leaf " },
	{ "_HEADER(Subject)_", "a folded one\n" },
	{ "_HEADER(From:addr)_", "ann@Shop.Example.com" },
	{ "[_HEADER(X-None)_] [_HEADER(a:nonsense)_] [_HEADER_]", "[] [] []" },
	{ "_AUTHORDOMAIN_", "shop.example.com other.example.net shop.example.com" },
	{ "_SENDERDOMAIN_", "_SENDERDOMAIN_" },
	{ "_LASTEXTERNALIP_ _LASTEXTERNALREVIP_ _LASTEXTERNALRDNS_",
	    "192.0.2.7 7.2.0.192 a.example" },
	{ "[_FIRSTTRUSTEDIP_]", "[]" },
	{ "_DATE_", "Tue, 14 Nov 2023 22:13:20 +0000" },
	{ "_SC_ _SCRULE_ _SCTYPE_", "no none no" },
	{ "_BAYES_ [_RBL_] [_DCCB_] [_ASN_]", "0.5 [] [] []" },
	{ "_REMOTEHOSTNAME_ _REMOTEHOSTADDR_", "localhost 127.0.0.1" },
	/* what rules set */
	{ "_WORD_ [_DKIMDOMAIN_] _SCORE_", "one two [a.example] 2.9" },
	/* what is no tag */
	{ "_NOSUCH_ _NO_SUCH(a)_ _TESTS_SCORE_", "_NOSUCH_ _NO_SUCH(a)_ _TESTS_SCORE_" },
	{ "_ADDEDHEADER_", "_ADDEDHEADER_" },
	{ "_SCORE _REQD", "_SCORE _REQD" },
	{ "_score_ _Score_ __", "_score_ _Score_ __" },
	{ "__REQD__", "_3.0_" },
	{ "_YESNO__REQD_", "No3.0" },
	{ "_REQD_SCORE", "3.0SCORE" },
	{ "_YESNO(a\n,b)_", "_YESNO(a\n,b)_" },
	{ "_STARS(a)b)_", "a)ba)b" },
	{ "_9A_ _A", "_9A_ _A" },
};

static void
check(const char *text, const char *want, const struct markup_source *source)
{
	struct buf out = { .arena = source->views->arena };

	markup_expand(&out, slice_of(text), source);
	if (!slice_eq(buf_slice(&out), slice_of(want)))
		fail_msg("%s: got \"%s\", want \"%s\"", text, buf_text(&out), want);
}

/* A field for each case: the expansion as scans have it. */
static void
test_table(void **state)
{
	struct policy policy = { .thresholds.at[ACTION_TAG] = 3 * SCORE_ONE,
		.hostname = SLICE("mx.example.org"),
		.markup = { .on = true, .contact = SLICE("postmaster"), .wrap_width = 75 } };
	static const struct envelope nobody = { .known = false };
	static const struct budget endless = { NULL, NULL };
	struct slot *slot = helper_slot();
	struct arena *arena = arena_new(1 << 24);
	struct ruleset *ruleset;
	const struct verdict *verdict;
	struct views views;
	struct markup_source source;

	(void)state;
	for (unsigned i = ACTION_TAG + 1; i < ACTION_COUNT; i++)
		policy.thresholds.at[i] = THRESHOLD_OFF;
	ruleset = helper_build(defs, COUNT(defs), &policy, NULL);
	verdict = helper_scan(arena, ruleset, slot, slice_of(letter), NULL);
	views = (struct views){ .arena = arena,
		.ruleset = ruleset,
		.envelope = &nobody,
		.message = message_parse(arena, slice_of(letter), 0, &endless),
		.budget = &endless,
		.scratch = slot->scratch,
		.converters = slot->converters,
		.now = 1700000000 };
	assert_true(views_open(&views));
	source = (struct markup_source){ verdict, &policy, &views };
	capture_set(&views, "WORD", SLICE("one"));
	capture_set(&views, "WORD", SLICE("two"));
	capture_set(&views, "WORD", SLICE("one"));
	capture_set(&views, "WORD", SLICE(""));
	capture_set(&views, "DKIMDOMAIN", SLICE("a.example"));
	capture_set(&views, "SCORE", SLICE("99"));
	for (size_t i = 0; i < COUNT(cases); i++)
		check(cases[i].text, cases[i].want, &source);
	arena_free(&arena);
	slot_free(&slot);
	ruleset_unref(&ruleset);
}

/* Ham never prints as if it had reached what is required; ties go to the even digit. */
static void
test_scores(void **state)
{
	static const struct {
		int score, required; /* thousandths */
		bool spam;
		const char *want;
	} scores[] = {
		{ 2960, 3000, false, "2.9/3.0" },
		{ 3000, 3000, true, "3.0/3.0" },
		{ 1060, 1100, false, "1/1.1" },
		{ 4949, 5000, false, "4.9/5.0" },
		{ 2250, 5000, false, "2.2/5.0" },
		{ 2350, 5000, false, "2.4/5.0" },
		{ 150, 5000, false, "0.1/5.0" },
		{ -40, 5000, false, "-0.0/5.0" },
		{ -100000, 5000, false, "-100.0/5.0" },
	};
	struct arena *arena = arena_new(1 << 20);
	const struct policy policy = { .size_limit = 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(scores); i++) {
		const struct verdict verdict = { .score = scores[i].score * INT64_C(1000),
			.required = scores[i].required * INT64_C(1000),
			.spam = scores[i].spam };
		struct views views = { .arena = arena };
		const struct markup_source source = { &verdict, &policy, &views };

		check("_SCORE_/_REQD_", scores[i].want, &source);
	}
	arena_free(&arena);
}

static void
test_unknown(void **state)
{
	(void)state;
	assert_true(slice_eq(markup_unknown_tag(SLICE("a _SCOER_ b")), SLICE("_SCOER_")));
	assert_true(slice_eq(markup_unknown_tag(SLICE("_TEST(x)_")), SLICE("_TEST(x)_")));
	assert_null(markup_unknown_tag(SLICE("_SCORE_ _TESTS(,)_ _HEADER(X)_ a_b")).p);
}

/* However many hits, the text ends. */
static void
test_bound(void **state)
{
	static struct hit hits[100];
	struct arena *arena = arena_new(1 << 22);
	struct verdict verdict = { .hits = hits, .hit_count = COUNT(hits) };
	const struct policy policy = { .size_limit = 0 };
	const struct markup_source source = { &verdict, &policy, NULL };
	struct buf out = { .arena = arena };

	(void)state;
	for (size_t i = 0; i < COUNT(hits); i++)
		hits[i] = (struct hit){ .name = SLICE("A_NAME_OF_MANY_HITS"), .count = 1000 };
	markup_expand(&out, SLICE("_TESTS_ _TESTS_ _TESTS_"), &source);
	assert_false(out.failed);
	assert_in_range(out.n, MARKUP_TEXT_MAX, MARKUP_TEXT_MAX + 100);
	arena_free(&arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_scores),
		cmocka_unit_test(test_unknown),
		cmocka_unit_test(test_bound),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
