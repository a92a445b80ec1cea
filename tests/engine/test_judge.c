/* test_judge.c - judge.c: which action a score brings, for whom */
#include "engine/judge.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "engine/rules/rule_def.h"

#define OFF THRESHOLD_OFF
#define POINTS(n) ((n)*SCORE_ONE)

/* tag 5, subject 6, tempfail 7, quarantine 8, reject 10, discard 20 */
static const struct thresholds all_on = { { 0, POINTS(5), POINTS(6), POINTS(7), POINTS(8),
    POINTS(10), POINTS(20) } };
static const struct thresholds tag_reject = { { 0, POINTS(5), OFF, OFF, OFF, POINTS(10), OFF } };
static const struct thresholds reject_only = { { 0, OFF, OFF, OFF, OFF, POINTS(10), OFF } };

enum who { CLIENT, TRUSTED, PIPE, UNKNOWN };

static const struct {
	const char *name;
	const struct thresholds *thresholds;
	int64_t score;
	enum who who;
	bool allow_discard;
	enum action want;
	bool want_spam;
} cases[] = {
	{ "below", &all_on, 4999499, CLIENT, false, ACTION_PASS, false },
	{ "rounds up to the threshold", &all_on, 4999500, CLIENT, false, ACTION_TAG, true },
	{ "at", &all_on, 5000000, CLIENT, false, ACTION_TAG, true },
	{ "subject", &all_on, 6000000, CLIENT, false, ACTION_SUBJECT, true },
	{ "tempfail", &all_on, 7000000, CLIENT, false, ACTION_TEMPFAIL, true },
	{ "quarantine", &all_on, 8000000, CLIENT, false, ACTION_QUARANTINE, true },
	{ "reject", &all_on, 10000000, CLIENT, false, ACTION_REJECT, true },
	{ "discard not allowed", &all_on, 20000000, CLIENT, false, ACTION_QUARANTINE, true },
	{ "discard allowed", &all_on, 20000000, CLIENT, true, ACTION_DISCARD, true },
	{ "trusted reject", &all_on, 10000000, TRUSTED, false, ACTION_QUARANTINE, true },
	{ "trusted tempfail", &all_on, 7000000, TRUSTED, false, ACTION_QUARANTINE, true },
	{ "no quarantine", &tag_reject, 10000000, TRUSTED, false, ACTION_TAG, true },
	{ "not by SMTP", &tag_reject, 10000000, PIPE, false, ACTION_TAG, true },
	{ "unknown envelope", &tag_reject, 10000000, UNKNOWN, false, ACTION_REJECT, true },
	{ "tag off, below", &reject_only, 9000000, CLIENT, false, ACTION_PASS, false },
	{ "tag off, at", &reject_only, 10000000, CLIENT, false, ACTION_REJECT, true },
	{ "far below 0", &all_on, -100000000, CLIENT, false, ACTION_PASS, false },
};

static void
test_actions(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct arena *arena = arena_new(1 << 20);
		const struct policy policy = { .thresholds = *cases[i].thresholds,
			.allow_discard = cases[i].allow_discard,
			.reject_text = SLICE("550 5.7.1 no"),
			.tempfail_text = SLICE("451 4.7.1 later"),
			.subject_tag = SLICE("[SPAM _SCORE_]") };
		const struct envelope envelope = { .known = cases[i].who != UNKNOWN,
			.smtp = cases[i].who != PIPE && cases[i].who != UNKNOWN,
			.client_ip = SLICE("192.0.2.1") };
		const struct judge_source source = { .envelope = &envelope,
			.policy = &policy,
			.trusted_client = cases[i].who == TRUSTED,
			.subject = SLICE("Hello\n\tagain"),
			.score = cases[i].score };
		struct verdict verdict = { .score = 0 };

		judge(arena, &source, &verdict);
		if (verdict.action != cases[i].want || verdict.spam != cases[i].want_spam)
			fail_msg("%s: got %s, spam %d; want %s, spam %d", cases[i].name,
			    action_name(verdict.action), verdict.spam, action_name(cases[i].want),
			    cases[i].want_spam);
		assert_int_equal(verdict.reply.p != NULL,
		    verdict.action == ACTION_REJECT || verdict.action == ACTION_TEMPFAIL);
		if (verdict.action == ACTION_SUBJECT)
			assert_true(slice_eq(verdict.subject, SLICE("[SPAM 6.0] Hello\n\tagain")));
		else
			assert_null(verdict.subject.p);
		arena_free(&arena);
	}
}

/* Own thresholds, and none at all, for those who are known. */
static void
test_senders(void **state)
{
	static const struct network ten = {
		.address = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 10 }, .bits = 104
	};
	static const struct {
		const char *name;
		struct envelope envelope;
		enum sender want;
	} rows[] = {
		{ "a stranger", { .known = true, .smtp = true, .client_ip = SLICE("192.0.2.1") },
		    SENDER_ANY },
		{ "inside", { .known = true, .smtp = true, .client_ip = SLICE("10.1.2.3") },
		    SENDER_LOCAL },
		{ "inside with a name",
		    { .known = true,
			.smtp = true,
			.client_ip = SLICE("10.1.2.3"),
			.auth_user = SLICE("ann") },
		    SENDER_AUTHENTICATED },
		{ "this host", { .known = true, .smtp = true, .client_ip = SLICE("127.0.0.2") },
		    SENDER_LOCAL },
		{ "by the sendmail command", { .known = true }, SENDER_LOCAL },
		{ "nobody knows", { .client_ip = SLICE("10.1.2.3") }, SENDER_ANY },
	};
	struct policy policy = { .thresholds = tag_reject,
		.local_thresholds = reject_only,
		.authenticated_thresholds = all_on,
		.internal_networks = { &ten, 1 },
		.local = SENDER_THRESHOLDS,
		.authenticated = SENDER_SKIP };
	struct arena *arena = arena_new(1 << 20);
	struct verdict verdict = { .score = 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		enum sender got = judge_sender(&rows[i].envelope, &policy);

		if (got != rows[i].want)
			fail_msg("%s: got %d, want %d", rows[i].name, (int)got, (int)rows[i].want);
	}
	assert_true(judge_skips(SENDER_AUTHENTICATED, &policy));
	assert_false(judge_skips(SENDER_LOCAL, &policy));
	assert_false(judge_skips(SENDER_ANY, &policy));
	judge(arena,
	    &(struct judge_source){ .envelope = &rows[1].envelope,
		.policy = &policy,
		.sender = SENDER_LOCAL,
		.score = POINTS(6) },
	    &verdict);
	assert_int_equal(verdict.action, ACTION_PASS);
	assert_int_equal(verdict.required, POINTS(10));
	arena_free(&arena);
}

/* Fields by whether it is spam, in their order. */
static void
test_fields(void **state)
{
	static const struct field_template fields[] = {
		{ SLICE("X-Spam-Flag"), SLICE("_YESNOCAPS_"), FIELD_SPAM },
		{ SLICE("X-Spam-Status"), SLICE("_YESNO_, score=_SCORE_"), FIELD_ALL },
		{ SLICE("X-Ham"), SLICE("yes"), FIELD_HAM },
	};
	const struct policy policy = {
		.thresholds = tag_reject, .fields = fields, .field_count = 3
	};
	const struct envelope envelope = { .known = true, .smtp = true };
	struct arena *arena = arena_new(1 << 20);
	struct verdict verdict = { .score = 0 };
	struct judge_source source = {
		.envelope = &envelope, .policy = &policy, .score = POINTS(5)
	};

	(void)state;
	judge(arena, &source, &verdict);
	assert_int_equal(verdict.field_count, 2);
	assert_true(slice_eq(verdict.fields[0].value, SLICE("YES")));
	assert_true(slice_eq(verdict.fields[1].value, SLICE("Yes, score=5.0")));
	source.score = 0;
	judge(arena, &source, &verdict);
	assert_int_equal(verdict.field_count, 2);
	assert_true(slice_eq(verdict.fields[0].value, SLICE("No, score=0.0")));
	assert_true(slice_eq(verdict.fields[1].name, SLICE("X-Ham")));
	verdict = (struct verdict){ .skipped = true };
	judge(arena, &source, &verdict);
	assert_int_equal(verdict.field_count, 0);
	arena_free(&arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_actions),
		cmocka_unit_test(test_senders),
		cmocka_unit_test(test_fields),
	};

	return cmocka_run_group_tests_name("judge", tests, NULL, NULL);
}
