/* test_markup_write.c - markup_write.c: fields, folds, and what goes before Subject, From and To */
#include "engine/markup_write.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/engine/scan_helper.h"

#define COUNT(v) (sizeof(v) / sizeof((v)[0]))

static const struct {
	const char *text;
	bool fold;
	const char *want;
} values[] = {
	{ "plain", true, "plain" },
	{ "", true, "" },
	{ "a\nb", true, "a\n\tb" },
	{ "a \n \n\t b\n\n", true, "a\n\tb" },
	{ "\n* x\n* y\n", true, "\n\t* x\n\t* y" },
	{ "a\nb\n", false, "a b" },
	{ "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa,bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb,ccccccccccc",
	    true,
	    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa,\n\tbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb,"
	    "ccccccccccc" },
	{ "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa,bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb,ccccccccccc",
	    false,
	    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa,bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb,ccccccccccc" },
	{ "_YESNO(\xc3\xa4,x)_ y", true, "=?UTF-8?B?w6Q=?= y" },
	{ "a\rb", true, "=?UTF-8?Q?a=0Db?=" },
};

static void
test_values(void **state)
{
	static const struct verdict spam = { .spam = true };

	(void)state;
	for (size_t i = 0; i < COUNT(values); i++) {
		struct arena *arena = arena_new(1 << 20);
		const struct policy policy = { .markup.fold = values[i].fold };
		const struct markup_source source = { &spam, &policy, NULL };
		struct slice got = markup_value(
		    arena, SLICE("Test"), slice_of(values[i].text), &source);

		if (!slice_eq(got, slice_of(values[i].want)))
			fail_msg("%s: got \"%.*s\", want \"%s\"", values[i].text, SLICE_ARG(got),
			    values[i].want);
		arena_free(&arena);
	}
}

/* Rules LEAF (2 points, prefix [L]) and ROOT (prefix [R]); spam from 1. */
static const struct {
	const char *name;
	const char *subject, *from, *to; /* rewrite_header; NULL: none */
	const char *header; /* of the message, whose body has both words if it is spam */
	bool spam;
	const char *want; /* "NAME#INDEX=VALUE;" of rewritten ones, "+NAME=VALUE;" of added ones */
} rewrites[] = {
	{ "nothing", NULL, NULL, NULL, "Subject: x\nFrom: y\n", true, "" },
	{ "subject", "[S _REQD_]", NULL, NULL, "Subject: x y\nFrom: y\n", true,
	    "Subject#1=[S 1.0] [L] [R] x y;+X-Spam-Prev-Subject=x y;" },
	{ "once", "[S]", NULL, NULL, "subject: [s] x\n", true,
	    "subject#1=[S] [L] [R] [s] x;+X-Spam-Prev-subject=[s] x;" },
	{ "folds stay", "[S]", NULL, NULL, "Subject:  x\n\ty\n z\n", true,
	    "Subject#1=[S] [L] [R] x\n\ty\n z;+X-Spam-Prev-Subject= x;" },
	{ "each", "[S]", NULL, NULL, "Subject: x\nSubject: y\n", true,
	    "Subject#1=[S] [L] [R] x;Subject#2=[S] [L] [R] y;"
	    "+X-Spam-Prev-Subject=x;+X-Spam-Prev-Subject=y;" },
	{ "none there", "[S]", NULL, NULL, "From: x\n", true,
	    "Subject#0=[S] [L] [R] ;+X-Spam-Prev-Subject=(nonexistent);" },
	{ "From and To", NULL, "a b", "c", "From: x <y@z>\nTo: t\n", true,
	    "From#1=(a b) x <y@z>;To#1=(c) t;+X-Spam-Prev-From=x <y@z>;+X-Spam-Prev-To=t;" },
	{ "ham gets prefixes", "[S]", "f", NULL, "From: x\nSubject: root\n", false,
	    "Subject#1=[R] root;" },
	{ "ham without", "[S]", NULL, NULL, "From: x\nSubject: x\n", false, "" },
	{ "no line ends", "a\nb\r_HEADER(Subject)_c", NULL, NULL, "Subject: x\n", true,
	    "Subject#1=a b x c [L] [R] x;+X-Spam-Prev-Subject=x;" },
};

static void
show(struct buf *out, const struct verdict *verdict)
{
	for (size_t i = 0; i < verdict->rewrite_count; i++)
		buf_printf(out, "%.*s#%u=%.*s;", SLICE_ARG(verdict->rewrites[i].name),
		    verdict->rewrites[i].index, SLICE_ARG(verdict->rewrites[i].value));
	for (size_t i = 0; i < verdict->previous_count; i++)
		buf_printf(out, "+%.*s=%.*s;", SLICE_ARG(verdict->previous[i].name),
		    SLICE_ARG(verdict->previous[i].value));
}

static const struct rule_def defs[] = {
	{ .name = SLICE("LEAF"),
	    .kind = RULE_BODY,
	    .pattern = SLICE("/leaf/"),
	    .subjprefix = SLICE("[L]"),
	    .has_score = true,
	    .score = 2 * SCORE_ONE },
	{ .name = SLICE("ROOT"),
	    .kind = RULE_BODY,
	    .pattern = SLICE("/root/"),
	    .subjprefix = SLICE("[R]"),
	    .has_score = true,
	    .score = SCORE_ONE / 2,
	    .priority = 1 },
	{ .name = SLICE("__AGAIN"),
	    .kind = RULE_BODY,
	    .pattern = SLICE("/root/"),
	    .subjprefix = SLICE("[R]") },
};

static struct ruleset *
build(size_t i)
{
	struct policy policy = { .markup = { .on = true, .fold = true } };

	for (unsigned k = 0; k < ACTION_COUNT; k++)
		policy.thresholds.at[k] = k == ACTION_TAG ? SCORE_ONE : THRESHOLD_OFF;
	policy.markup.rewrite[MARKUP_SUBJECT] = slice_of(rewrites[i].subject);
	policy.markup.rewrite[MARKUP_FROM] = slice_of(rewrites[i].from);
	policy.markup.rewrite[MARKUP_TO] = slice_of(rewrites[i].to);
	return helper_build(defs, COUNT(defs), &policy, NULL);
}

static void
test_rewrites(void **state)
{
	struct slot *slot = helper_slot();

	(void)state;
	for (size_t i = 0; i < COUNT(rewrites); i++) {
		struct ruleset *ruleset = build(i);
		struct arena *arena = arena_new(1 << 24);
		struct buf message = { 0 }, got = { 0 };
		const struct verdict *verdict;

		buf_printf(&message, "%s\n%s\n", rewrites[i].header,
		    rewrites[i].spam ? "leaf root" : "text");
		verdict = helper_scan(arena, ruleset, slot, buf_slice(&message), NULL);
		assert_int_equal(verdict->spam, rewrites[i].spam);
		show(&got, verdict);
		if (strcmp(buf_text(&got), rewrites[i].want) != 0)
			fail_msg("%s: got \"%s\", want \"%s\"", rewrites[i].name, buf_text(&got),
			    rewrites[i].want);
		buf_clear(&message);
		buf_clear(&got);
		arena_free(&arena);
		ruleset_unref(&ruleset);
	}
	slot_free(&slot);
}

/* Wherever memory runs out, the scan ends with what there is. */
static void
test_caps(void **state)
{
	static const char letter[] =
	    "Received: from a.example (a.example [192.0.2.7]) by b.example (Postfix) with ESMTP id 1\n"
	    "\tfor <x@b.example>; Mon, 01 Jan 2024 10:00:05 +0000 (UTC)\n"
	    "From: a@example.com, \"B\" <b@other.example>\nTo: c\nSubject: x\n\ty\n\nleaf root\n";
	static const struct markup_field fields[] = {
		{ SLICE("A"),
		    SLICE("_YESNOCAPS(a,b)_ _SCORE(00)_ _TESTS_ _TESTSSCORES_ _SUBTESTS_") },
		{ SLICE("B"),
		    SLICE("_HEADER(From:addr)_ _SENDERDOMAIN_ _AUTHORDOMAIN_ _DATE_ \xc3\xa4") },
		{ SLICE("C"), SLICE("_RELAYSEXTERNAL_ _LASTEXTERNALREVIP_ _FIRSTTRUSTEDIP_ _SC_") },
		{ SLICE("D"), SLICE("_REPORT_") },
		{ SLICE("E"), SLICE("_SUMMARY_ _PREVIEW_ _SUBTESTSCOLLAPSED_ _AUTOLEARNSCORE_") },
	};
	struct policy policy = { .markup = { .on = true,
				     .fold = true,
				     .wrap_width = 30,
				     .spam = { fields, COUNT(fields) },
				     .rewrite = { SLICE("[S]"), SLICE("f"), SLICE("t") } } };
	struct slot *slot = helper_slot();
	struct ruleset *ruleset;
	bool whole = false;

	(void)state;
	for (unsigned i = 0; i < ACTION_COUNT; i++)
		policy.thresholds.at[i] = i == ACTION_TAG ? SCORE_ONE : THRESHOLD_OFF;
	ruleset = helper_build(defs, COUNT(defs), &policy, NULL);
	for (size_t cap = 1024; cap < 400000 && !whole; cap += 509) {
		struct arena *arena = arena_new(cap);
		const struct verdict *verdict = helper_scan(
		    arena, ruleset, slot, slice_of(letter), NULL);

		whole = !arena_overflowed(arena) && verdict->field_count == COUNT(fields);
		arena_free(&arena);
	}
	assert_true(whole);
	ruleset_unref(&ruleset);
	slot_free(&slot);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_rewrites),
		cmocka_unit_test(test_caps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
