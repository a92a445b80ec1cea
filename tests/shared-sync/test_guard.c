/*
 * test_guard.c - which rules of a channel fall to shadow, and what is kept of them
 */
#include "shared-sync/guard.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define NOW INT64_C(1700000000)
#define DAY INT64_C(86400)
#define RULE SLICE("COMM_A")

static const struct guard_limits usual = { .domains = 3, .share = 10000 };

static struct fold *
fold_of(uint64_t seq, const char *body)
{
	struct fold *fold = fold_new();
	struct err err = { 0 };

	assert_true(fold_apply(fold, slice_of(body), seq, "0123456789abcdef", NULL, NULL, &err));
	return fold;
}

static struct guard *
guard_of(const struct guard_limits *limits)
{
	struct guard *guard = guard_new(limits);
	struct fold *fold = fold_of(1, "rules: {COMM_A: {body: /x/}, COMM_B: {body: /y/}}");

	guard_follow(guard, fold, NOW);
	fold_free(&fold);
	return guard;
}

static bool
hit(struct guard *guard, int64_t now, const char *domain)
{
	const struct guard_mail mail = { domain != NULL, slice_of(domain), SLICE("4Qx"), now };

	return guard_hit(guard, RULE, &mail);
}

static void
test_good_mail_mutes(void **state)
{
	struct guard *guard = guard_of(&usual);

	(void)state;
	for (int i = 0; i < 90; i++)
		assert_false(hit(guard, NOW, NULL));
	assert_false(hit(guard, NOW, "a.example"));
	assert_false(hit(guard, NOW, "b.example"));
	/* Of 93 hits 3 are good: more than 1%. */
	assert_true(hit(guard, NOW, "c.example"));
	assert_int_equal(guard_state(guard, RULE, NOW), GUARD_GOOD_MAIL);
	assert_int_equal(guard_state(guard, SLICE("COMM_B"), NOW), GUARD_LIVE);
	assert_string_equal(guard_find(guard, RULE)->examples[2], "4Qx");
	assert_false(hit(guard, NOW, "d.example"));
	guard_free(&guard);
}

/* The share, and not the number alone. */
static void
test_share(void **state)
{
	struct guard *guard = guard_of(&usual);

	(void)state;
	for (int i = 0; i < 1000; i++)
		hit(guard, NOW, NULL);
	for (int i = 0; i < 10; i++) {
		char domain[32];

		snprintf(domain, sizeof(domain), "%d.example", i);
		assert_false(hit(guard, NOW, domain));
	}
	assert_int_equal(guard_state(guard, RULE, NOW), GUARD_LIVE);
	assert_true(hit(guard, NOW, "11.example"));
	guard_free(&guard);
}

/* One who sends himself the rule's words mutes nothing, however often. */
static void
test_one_domain(void **state)
{
	struct guard *guard = guard_of(&usual);

	(void)state;
	for (int i = 0; i < 1000; i++)
		assert_false(hit(guard, NOW + i % 50 * DAY, i % 2 ? "a.example" : "A.example"));
	assert_int_equal(guard_find(guard, RULE)->hits, 1000);
	/* Days go forth and back: a day that is over counts no more. */
	assert_int_equal(guard_find(guard, RULE)->good, 50);
	assert_int_equal(guard_find(guard, RULE)->repeated, 950);
	assert_int_equal(guard_state(guard, RULE, NOW), GUARD_LIVE);
	/* Good mail of the same day dilutes nothing either. */
	hit(guard, NOW, "b.example");
	assert_true(hit(guard, NOW, "c.example"));
	guard_free(&guard);
}

static void
test_limits(void **state)
{
	struct guard *guard = guard_of(&usual);

	(void)state;
	assert_false(guard_limit(guard, RULE, NOW));
	assert_false(guard_limit(guard, RULE, NOW + 1800));
	assert_false(guard_limit(guard, RULE, NOW + 3600));
	assert_true(guard_limit(guard, RULE, NOW + 3700));
	assert_int_equal(guard_state(guard, RULE, NOW), GUARD_LIMIT);
	guard_free(&guard);
}

static void
test_shadow_time(void **state)
{
	struct guard_limits limits = usual;
	struct guard *guard;
	struct fold *fold = fold_of(2, "rules: {COMM_A: {body: /z/}}");

	(void)state;
	limits.shadow_s = DAY;
	guard = guard_of(&limits);
	assert_int_equal(guard_state(guard, RULE, NOW + DAY - 1), GUARD_NEW);
	assert_int_equal(guard_next(guard, NOW), NOW + DAY);
	assert_int_equal(guard_state(guard, RULE, NOW + DAY), GUARD_LIVE);
	assert_true(guard_next(guard, NOW + DAY) == INT64_MAX);
	/* A new version begins anew; what hit good mail meanwhile is not promoted. */
	guard_follow(guard, fold, NOW + DAY);
	assert_int_equal(guard_state(guard, RULE, NOW + DAY), GUARD_NEW);
	hit(guard, NOW + DAY, "a.example");
	hit(guard, NOW + DAY, "b.example");
	hit(guard, NOW + DAY, "c.example");
	assert_int_equal(guard_state(guard, RULE, NOW + 9 * DAY), GUARD_GOOD_MAIL);
	assert_null(guard_find(guard, SLICE("COMM_B")));
	fold_free(&fold);
	guard_free(&guard);
}

static void
test_decisions(void **state)
{
	struct guard *guard = guard_of(&usual);
	struct fold *fold = fold_of(3, "rules: {COMM_A: {body: /z/}}"), *next;

	(void)state;
	assert_false(guard_decide(guard, SLICE("COMM_C"), GUARD_MUTE));
	assert_true(guard_decide(guard, RULE, GUARD_MUTE));
	assert_int_equal(guard_state(guard, RULE, NOW), GUARD_MUTED);
	/* It holds for the name. */
	guard_follow(guard, fold, NOW);
	assert_int_equal(guard_state(guard, RULE, NOW), GUARD_MUTED);
	assert_true(guard_decide(guard, RULE, GUARD_PROMOTE));
	for (int i = 0; i < 9; i++) {
		char domain[32];

		snprintf(domain, sizeof(domain), "%d.example", i);
		assert_false(hit(guard, NOW, domain));
	}
	assert_int_equal(guard_state(guard, RULE, NOW), GUARD_LIVE);
	/* What was promoted is that version: the guard looks at the next one. */
	next = fold_of(4, "rules: {COMM_A: {body: /the/}}");
	guard_follow(guard, next, NOW);
	hit(guard, NOW, "1.example");
	hit(guard, NOW, "2.example");
	assert_true(hit(guard, NOW, "3.example"));
	assert_int_equal(guard_state(guard, RULE, NOW), GUARD_GOOD_MAIL);
	fold_free(&next);
	fold_free(&fold);
	guard_free(&guard);
}

static void
test_text(void **state)
{
	struct guard *guard = guard_of(&usual), *again = guard_new(&usual);
	struct fold *fold = fold_of(1, "rules: {COMM_A: {body: /x/}, COMM_B: {body: /y/}}");
	struct buf text = { 0 }, second = { 0 };

	(void)state;
	hit(guard, NOW, "a.example");
	hit(guard, NOW, "b.example");
	hit(guard, NOW, NULL);
	guard_decide(guard, SLICE("COMM_B"), GUARD_MUTE);
	guard_write(guard, &text);
	guard_read(again, SLICE("nonsense\n\t\t\t\nCOMM_Z\tx\n"));
	guard_read(again, buf_slice(&text));
	guard_write(again, &second);
	assert_string_equal(buf_text(&second), buf_text(&text));
	guard_follow(again, fold, NOW + DAY);
	assert_int_equal(guard_state(again, SLICE("COMM_B"), NOW), GUARD_MUTED);
	assert_int_equal(guard_find(again, RULE)->hits, 3);
	assert_true(hit(again, NOW, "c.example"));
	buf_clear(&text);
	buf_clear(&second);
	fold_free(&fold);
	guard_free(&guard);
	guard_free(&again);
}

/* Each line of the text broken at each byte: nothing bad comes of it. */
static void
test_broken_text(void **state)
{
	struct guard *guard = guard_of(&usual);
	struct buf text = { 0 };

	(void)state;
	hit(guard, NOW, "a.example");
	guard_write(guard, &text);
	for (size_t i = 0; i < text.n; i++) {
		struct guard *again = guard_new(&usual);

		guard_read(again, slice_cut(buf_slice(&text), 0, i));
		guard_read(again, slice_from(buf_slice(&text), i));
		guard_free(&again);
	}
	buf_clear(&text);
	guard_free(&guard);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good_mail_mutes),
		cmocka_unit_test(test_share),
		cmocka_unit_test(test_one_domain),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_shadow_time),
		cmocka_unit_test(test_decisions),
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_broken_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
