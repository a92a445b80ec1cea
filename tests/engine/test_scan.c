/* test_scan.c - scan.c: which rules hit, whatever the seed, the memory and the time there is */
#include "engine/scan.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/engine/scan_helper.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const char letter[] =
    "From: Bob <bob@example.org>\n"
    "To: Ann <ann@example.com>\n"
    "Subject: Make money fast\n"
    "Date: Mon, 1 Jan 2024 10:00:00 +0000\n"
    "MIME-Version: 1.0\n"
    "Content-Type: multipart/mixed; boundary=x\n"
    "\n"
    "--x\n"
    "Content-Type: text/plain; charset=utf-8\n"
    "\n"
    "Cash for you: $$$ now!\n"
    "\n"
    "More cash. XJS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X\n"
    "--x\n"
    "Content-Type: application/octet-stream; name=\"invoice.pdf.exe\"\n"
    "Content-Disposition: attachment; filename=\"invoice.pdf.exe\"\n"
    "\n"
    "MZ\n"
    "--x--\n";

static const struct rule_def rules[] = {
	BODY("GTUBE", "/XJS\\*C4JDBQADN1\\.NSBN3\\*2IDNEN\\*GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL"
		      "\\*C\\.34X/"),
	BODY("CASH", "/\\bcash\\b/i"),
	{ .name = SLICE("DOLLARS"),
	    .kind = RULE_BODY,
	    .pattern = SLICE("/\\$/"),
	    .tags = RULE_MULTIPLE,
	    .maxhits = 2 },
	{ .name = SLICE("__MANY_CASH"),
	    .kind = RULE_BODY,
	    .pattern = SLICE("/cash/i"),
	    .tags = RULE_MULTIPLE },
	{ .name = SLICE("SUBJECT_IS_BODY"), .kind = RULE_BODY, .pattern = SLICE("/Make money/") },
	{ .name = SLICE("NO_SUBJECT_IS_BODY"),
	    .kind = RULE_BODY,
	    .pattern = SLICE("/Make money/"),
	    .tags = RULE_NOSUBJECT },
	HEADER("__FROM_BOB", "From", "/Bob/"),
	{ .name = SLICE("NO_MAILER"),
	    .kind = RULE_HEADER,
	    .selector = SLICE("X-Mailer"),
	    .exists = true,
	    .negated = true },
	{ .name = SLICE("NOT_BOB"),
	    .kind = RULE_HEADER,
	    .selector = SLICE("From"),
	    .pattern = SLICE("/Bob/"),
	    .negated = true },
	{ .name = SLICE("UNSET"),
	    .kind = RULE_HEADER,
	    .selector = SLICE("X-Foo"),
	    .pattern = SLICE("/^none$/"),
	    .if_unset = SLICE("none") },
	{ .name = SLICE("FULL"), .kind = RULE_FULL, .pattern = SLICE("/^--x--$/m") },
	{ .name = SLICE("RAW"), .kind = RULE_RAWBODY, .pattern = SLICE("/now!$/m") },
	{ .name = SLICE("MIME"),
	    .kind = RULE_MIME,
	    .selector = SLICE("Content-Disposition"),
	    .pattern = SLICE("/\\.exe/") },
	FUNCTION("RUNS", "check_attachment_runs()"),
	FUNCTION("TWICE", "check_attachment_double_extension()"),
	META("SUM", "__MANY_CASH + DOLLARS == 4"),
	META("LATE", "SUM && __FROM_BOB && !NOT_BOB"),
	META("NEVER", "NOT_BOB || FULL < 1"),
	{ .name = SLICE("OFF"), .kind = RULE_BODY, .pattern = SLICE("/cash/i"), .has_score = true },
};

#define WANTED                                                                                    \
	"CASH,DOLLARS=2,FULL,GTUBE,LATE,MIME,NO_MAILER,RAW,RUNS,SUBJECT_IS_BODY,SUM,TWICE,UNSET," \
	"__FROM_BOB,__MANY_CASH"

static void
test_hits(void **state)
{
	struct ruleset *ruleset = helper_build(rules, COUNT(rules), NULL, NULL);
	struct slot *slot = helper_slot();
	struct arena *arena = arena_new(1 << 24);
	struct buf got = { 0 };
	const struct verdict *verdict = helper_scan(arena, ruleset, slot, slice_of(letter), &got);

	(void)state;
	if (strcmp(buf_text(&got), WANTED) != 0)
		fail_msg("got  %s\nwant %s", buf_text(&got), WANTED);
	assert_int_equal(verdict->score, 14 * SCORE_ONE);
	assert_true(verdict->spam);
	assert_int_equal(verdict->action, ACTION_TAG);
	assert_false(verdict->incomplete);
	assert_int_equal(verdict->note_count, 0);
	buf_clear(&got);
	arena_free(&arena);
	slot_free(&slot);
	ruleset_unref(&ruleset);
}

/* A hash seed changes nothing that anybody sees. */
static void
test_seed(void **state)
{
	struct ruleset *ruleset = helper_build(rules, COUNT(rules), NULL, NULL);
	struct slot *slot = helper_slot();
	const struct budget endless = { NULL, NULL };
	const struct envelope nobody = { .known = false };

	(void)state;
	for (uint64_t seed = 0; seed < 5; seed++) {
		const struct scan_options options = {
			.now = 1, .hash_seed = seed * 0x9e3779b97f4a7c15u, .subrules = true
		};
		struct arena *arena = arena_new(1 << 24);
		struct scan *scan = scan_open(arena, ruleset, &nobody, &options);
		const struct verdict *verdict;

		scan_message(scan, slot, slice_of(letter), &endless);
		verdict = scan_verdict(scan);
		assert_int_equal(verdict->score, 14 * SCORE_ONE);
		assert_int_equal(verdict->hit_count, 13);
		scan_close(&scan);
		arena_free(&arena);
	}
	slot_free(&slot);
	ruleset_unref(&ruleset);
}

/* Any cap gives a verdict; a short one says that it is incomplete, and why. */
static void
test_memory(void **state)
{
	struct ruleset *ruleset = helper_build(rules, COUNT(rules), NULL, NULL);
	struct slot *slot = helper_slot();
	bool complete = false;

	(void)state;
	for (size_t cap = 0; cap < 200000; cap += cap < 40000 ? 97 : 1009) {
		struct arena *arena = arena_new(cap);
		const struct verdict *verdict = helper_scan(
		    arena, ruleset, slot, slice_of(letter), NULL);

		if (verdict->incomplete)
			assert_int_not_equal(verdict->note_count, 0);
		else
			assert_int_equal(verdict->score, 14 * SCORE_ONE);
		complete = complete || !verdict->incomplete;
		arena_free(&arena);
	}
	assert_true(complete);
	slot_free(&slot);
	ruleset_unref(&ruleset);
}

static const char *
spend(void *p)
{
	unsigned *left = p;

	return *left == 0 || --*left == 0 ? "patience" : NULL;
}

#define ASKS_MAX 100000U

/* How often a scan asks a budget that is never spent. */
static unsigned
count_asks(struct ruleset *ruleset, struct slot *slot, const struct envelope *envelope,
    const struct scan_options *options, struct slice message)
{
	unsigned left = ASKS_MAX;
	const struct budget budget = { spend, &left };
	struct arena *arena = arena_new(1 << 24);
	struct scan *scan = scan_open(arena, ruleset, envelope, options);

	scan_message(scan, slot, message, &budget);
	assert_false(scan_verdict(scan)->incomplete);
	scan_close(&scan);
	arena_free(&arena);
	return ASKS_MAX - left;
}

static void
test_budget(void **state)
{
	struct ruleset *ruleset = helper_build(rules, COUNT(rules), NULL, NULL);
	struct slot *slot = helper_slot();
	const struct envelope nobody = { .known = false };
	const struct scan_options options = { .now = 1 };
	unsigned total = count_asks(ruleset, slot, &nobody, &options, slice_of(letter));

	(void)state;
	assert_true(total > 0);
	for (unsigned asks = 1; asks <= total; asks++) {
		unsigned left = asks;
		const struct budget budget = { spend, &left };
		struct arena *arena = arena_new(1 << 24);
		struct scan *scan = scan_open(arena, ruleset, &nobody, &options);
		const struct verdict *verdict;

		scan_message(scan, slot, slice_of(letter), &budget);
		verdict = scan_verdict(scan);
		assert_true(verdict->incomplete);
		assert_true(verdict->note_count > 0);
		assert_true(slice_starts(verdict->notes[0], SLICE("patience reached")));
		scan_close(&scan);
		arena_free(&arena);
	}
	slot_free(&slot);
	ruleset_unref(&ruleset);
}

/* What stands before PCRE2 asks too: a literal of many rules costs in each text it is in. */
static void
test_budget_before_matches(void **state)
{
	static const struct rule_def defs[] = { BODY("ONE", "/absent one/"),
		BODY("TWO", "/absent two/"), BODY("THREE", "/absent three/") };
	struct ruleset *ruleset = helper_build(defs, COUNT(defs), NULL, NULL);
	struct slot *slot = helper_slot();
	const struct envelope nobody = { .known = false };
	const struct scan_options options = { .now = 1 };
	struct buf few = { 0 }, many = { 0 };
	unsigned asks_few, asks_many;

	(void)state;
	buf_add(&few, SLICE("Subject: paragraphs\n\n"));
	buf_add(&many, buf_slice(&few));
	for (unsigned i = 0; i < 4000; i++)
		buf_add(i < 400 ? &few : &many, SLICE("word\n\n"));
	asks_few = count_asks(ruleset, slot, &nobody, &options, buf_slice(&few));
	asks_many = count_asks(ruleset, slot, &nobody, &options, buf_slice(&many));
	if (asks_many < asks_few + 100)
		fail_msg(
		    "3600 paragraphs: the budget was asked %u times, 400: %u", asks_many, asks_few);
	buf_clear(&few);
	buf_clear(&many);
	slot_free(&slot);
	ruleset_unref(&ruleset);
}

/* A pattern that costs without end is cut, told, and after three times stopped. */
static void
test_match_limit(void **state)
{
	static const struct rule_def defs[] = { BODY("BOMB", "/^(?:a+)+$/"),
		BODY("OTHER", "/tail/") };
	struct ruleset *ruleset = helper_build(defs, COUNT(defs), NULL, NULL);
	struct slot *slot = helper_slot();
	struct arena *arena = arena_new(1 << 24);
	struct buf message = { 0 }, got = { 0 };
	const struct verdict *verdict;

	(void)state;
	buf_add(&message, SLICE("Subject: x\n\n"));
	for (int i = 0; i < 10; i++)
		buf_add(&message,
		    SLICE("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!\n\n"));
	buf_add(&message, SLICE("tail\n"));
	verdict = helper_scan(arena, ruleset, slot, buf_slice(&message), &got);
	assert_string_equal(buf_text(&got), "OTHER");
	assert_false(verdict->incomplete);
	assert_int_equal(verdict->note_count, 2);
	assert_true(slice_eq(verdict->notes[0], SLICE("rule BOMB: match limit reached")));
	assert_true(slice_starts(verdict->notes[1], SLICE("rule BOMB: stopped")));
	buf_clear(&message);
	buf_clear(&got);
	arena_free(&arena);
	slot_free(&slot);
	ruleset_unref(&ruleset);
}

/* Which of PCRE2's limits it was is told: raising the other one would not help. */
static void
test_heap_limit(void **state)
{
	static const struct rule_def defs[] = {
		{ .name = SLICE("HEAP"),
		    .kind = RULE_FULL,
		    .pattern = SLICE("/^(?:(.)|(..))*\\x01(?:(.)\\3?)*$/s") },
	};
	const struct policy policy = { .match_limit = 100000000, .heap_limit = 64 };
	struct ruleset *ruleset = helper_build(defs, COUNT(defs), &policy, NULL);
	struct slot *slot = helper_slot();
	struct arena *arena = arena_new(1 << 24);
	struct buf message = { 0 };
	const struct verdict *verdict;

	(void)state;
	buf_add(&message, SLICE("Subject: x\n\n"));
	while (message.n < 1000000)
		buf_add(&message, SLICE("as long as it takes\n"));
	verdict = helper_scan(arena, ruleset, slot, buf_slice(&message), NULL);
	assert_true(verdict->note_count > 0);
	if (!slice_eq(
		verdict->notes[verdict->note_count - 1], SLICE("rule HEAP: heap limit reached")))
		fail_msg("got %.*s", SLICE_ARG(verdict->notes[verdict->note_count - 1]));
	buf_clear(&message);
	arena_free(&arena);
	slot_free(&slot);
	ruleset_unref(&ruleset);
}

/* A short-circuiting rule ends the scan and decides it; priorities say what ran before. */
static void
test_shortcircuit(void **state)
{
	static const struct rule_def defs[] = {
		{ .name = SLICE("HAM"),
		    .kind = RULE_HEADER,
		    .selector = SLICE("From"),
		    .pattern = SLICE("/Bob/"),
		    .priority = -100,
		    .shortcircuit = SHORTCIRCUIT_HAM,
		    .has_score = true,
		    .score = -SCORE_ONE },
		{ .name = SLICE("FIRST"),
		    .kind = RULE_BODY,
		    .pattern = SLICE("/cash/i"),
		    .priority = -200 },
		BODY("LATER", "/cash/i"),
	};
	struct ruleset *ruleset = helper_build(defs, COUNT(defs), NULL, NULL);
	struct slot *slot = helper_slot();
	struct arena *arena = arena_new(1 << 24);
	struct buf got = { 0 };
	const struct verdict *verdict = helper_scan(arena, ruleset, slot, slice_of(letter), &got);

	(void)state;
	assert_string_equal(buf_text(&got), "FIRST,HAM,SHORTCIRCUIT");
	assert_int_equal(verdict->score, -100 * SCORE_ONE);
	assert_true(slice_eq(verdict->notes[0], SLICE("rule HAM ended the scan: ham")));
	buf_clear(&got);
	arena_free(&arena);
	slot_free(&slot);
	ruleset_unref(&ruleset);
}

/* A message longer than the limit is read up to there, and its verdict stands. */
static void
test_size_limit(void **state)
{
	static const struct rule_def defs[] = { BODY("HEAD", "/head/"), BODY("TAIL", "/tail/") };
	struct policy policy = { .size_limit = 40 };
	struct ruleset *ruleset;
	struct slot *slot = helper_slot();
	struct arena *arena = arena_new(1 << 24);
	struct buf got = { 0 };
	const struct verdict *verdict;

	(void)state;
	for (unsigned i = 0; i < ACTION_COUNT; i++)
		policy.thresholds.at[i] = THRESHOLD_OFF;
	ruleset = helper_build(defs, COUNT(defs), &policy, NULL);
	verdict = helper_scan(arena, ruleset, slot,
	    SLICE("Subject: x\n\nhead\n\nxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n\ntail\n"), &got);
	assert_string_equal(buf_text(&got), "HEAD");
	assert_false(verdict->incomplete);
	assert_int_equal(verdict->note_count, 1);
	assert_int_equal(verdict->action, ACTION_PASS);
	assert_false(verdict->spam);
	buf_clear(&got);
	arena_free(&arena);
	slot_free(&slot);
	ruleset_unref(&ruleset);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hits),
		cmocka_unit_test(test_seed),
		cmocka_unit_test(test_memory),
		cmocka_unit_test(test_budget),
		cmocka_unit_test(test_budget_before_matches),
		cmocka_unit_test(test_match_limit),
		cmocka_unit_test(test_heap_limit),
		cmocka_unit_test(test_shortcircuit),
		cmocka_unit_test(test_size_limit),
	};

	return cmocka_run_group_tests_name("scan", tests, NULL, NULL);
}
