/*
 * test_feed_judge.c - what a rule of a feed is refused for
 */
#include "shared-sync/feed_judge.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "engine/policy.h"

static const struct feed_policy policy = {
	.kinds = 1U << RULE_HEADER | 1U << RULE_BODY | 1U << RULE_URI | 1U << RULE_META,
	.max_score = 3 * SCORE_ONE,
	.max_total = 6 * SCORE_ONE,
	.prefix = { "COMM_", 5 },
	.max_rules = 100,
	.max_steps = 20000,
};

static const struct {
	const char *name, *text;
	enum refusal_reason want;
} cases[] = {
	{ "COMM_A", "{body: '/make money fast/i', score: 3}", REFUSAL_NONE },
	{ "__COMM_A", "{body: '/make money/'}", REFUSAL_NONE },
	{ "COMM_A", "{header: 'Subject =~ /x/', describe: Says x}", REFUSAL_NONE },
	{ "COMM_A", "{meta: '__COMM_A && OTHER', score: 1}", REFUSAL_NONE },
	{ "COMM_A", "{uri: {host: '/x/', text: '!~ /y/'}}", REFUSAL_NONE },
	{ "COMM_A", "{body: '/x/', tags: [multiple], maxhits: 3, score: 1}", REFUSAL_NONE },
	{ "OTHER", "{body: '/x/'}", REFUSAL_NAME },
	{ "__OTHER", "{body: '/x/'}", REFUSAL_NAME },
	{ "COMM_", "{body: '/x/'}", REFUSAL_NAME },
	{ "comm_a", "{body: '/x/'}", REFUSAL_NAME },
	{ "COMM_A: {body: /x/}, B", "{body: '/x/'}", REFUSAL_NAME },
	{ "COMM_A", "{bodice: '/x/'}", REFUSAL_FORM },
	{ "COMM_A", "{body: '/x/', level: 3}", REFUSAL_FORM },
	{ "COMM_A", "[", REFUSAL_FORM },
	{ "COMM_A", "{body: '/x/'}\n  OTHER: {body: '/x/'}", REFUSAL_FORM },
	{ "COMM_A", "{body: '/x/'}\nscores: {OTHER: 0}", REFUSAL_FORM },
	{ "COMM_A", "{rawbody: '/x/'}", REFUSAL_KIND },
	{ "COMM_A", "{full: '/x/'}", REFUSAL_KIND },
	{ "COMM_A", "{function: 'check_for_missing_to_header()'}", REFUSAL_KIND },
	{ "COMM_A", "{dnsbl: zen}", REFUSAL_KIND },
	{ "COMM_A", "{uribl: dbl}", REFUSAL_KIND },
	{ "COMM_A", "{dns: 'a.example'}", REFUSAL_KIND },
	{ "COMM_A", "{body: '/x/', score: 3.000001}", REFUSAL_SCORE },
	{ "COMM_A", "{body: '/x/', score: -0.000001}", REFUSAL_SCORE },
	{ "COMM_A", "{body: '/x/', tags: [multiple], maxhits: 4, score: 1}", REFUSAL_SCORE },
	{ "COMM_A", "{body: '/x/', tags: [multiple], score: 0.001}", REFUSAL_SCORE },
	{ "COMM_A", "{body: '/x/', tags: [nice]}", REFUSAL_MEANS },
	{ "COMM_A", "{body: '/x/', tags: [net]}", REFUSAL_MEANS },
	{ "COMM_A", "{body: '/x/', priority: -10}", REFUSAL_MEANS },
	{ "COMM_A", "{body: '/x/', shortcircuit: spam}", REFUSAL_MEANS },
	{ "COMM_A", "{body: '/x/', shortcircuit: ham}", REFUSAL_MEANS },
	{ "COMM_A", "{body: '/x/', subjprefix: Buy}", REFUSAL_MEANS },
	{ "COMM_A", "{body: '/x/', describe: \"a\\e[31m\"}", REFUSAL_TEXT },
	{ "COMM_A", "{body: '/x/', describe: \"a\\nb\"}", REFUSAL_TEXT },
	{ "COMM_A", "{body: '/x/', describe: \"a\\u202eb\"}", REFUSAL_TEXT },
	{ "COMM_A", "{body: '/x/', describe: \"a\\x9bb\"}", REFUSAL_TEXT },
	{ "COMM_A", "{body: '/(*ACCEPT)x/'}", REFUSAL_PATTERN },
	{ "COMM_A", "{body: '/x/u'}", REFUSAL_PATTERN },
	{ "COMM_A", "{body: '/(a(?1)?b)/'}", REFUSAL_PATTERN },
	{ "COMM_A", "{body: '/(x/'}", REFUSAL_PATTERN },
	{ "COMM_A", "{uri: {host: '/x/', text: '/(?C1)/'}}", REFUSAL_PATTERN },
	{ "COMM_A", "{body: '/(?:a+)+b/'}", REFUSAL_STEPS },
	{ "COMM_A", "{header: 'Subject =~ /(?:\\s+)+y/'}", REFUSAL_STEPS },
	{ "COMM_A", "{body: '/x/', examples: {hit: [x], miss: [y]}}", REFUSAL_NONE },
	{ "COMM_A", "{body: '/x/', examples: {hit: [y], miss: [z]}}", REFUSAL_EXAMPLES },
	{ "COMM_A", "{meta: '__COMM_A +'}", REFUSAL_COMPILE },
};

static void
tell(void *p, char severity, const struct err *err)
{
	(void)p;
	(void)severity;
	(void)err;
}

/* Judges, and builds a ruleset of it for the examples. */
static void
judge(struct feed_judge *judge, const struct fold_rule *rule, struct slot *slot,
    struct refusal *refusal)
{
	struct rule_source source = RULE_SOURCE_INIT;
	const struct ruleset_report report = { tell, NULL };
	struct ruleset_source view;
	const struct policy engine = { .size_limit = 1 << 20 };

	if (feed_judge_rule(judge, rule, "feed:test", &source, refusal)) {
		struct ruleset *ruleset;

		assert_int_equal(source.defs.n, 1);
		rule_source_view(&source, &view);
		view.policy = &engine;
		ruleset = ruleset_build(&view, &report);
		feed_judge_examples(judge, rule, ruleset, slot, refusal);
		ruleset_unref(&ruleset);
	} else {
		assert_int_equal(source.defs.n, 0);
	}
	rule_source_clear(&source);
}

static void
test_table(void **state)
{
	struct slot *slot = slot_new(NULL);
	size_t bad = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct feed_judge *one = feed_judge_new(&policy);
		const struct fold_rule rule = { .name = slice_of(cases[i].name),
			.text = slice_of(cases[i].text),
			.seq = 1,
			.put_seq = 1 };
		struct refusal refusal, again;

		judge(one, &rule, slot, &refusal);
		judge(one, &rule, slot, &again);
		if (refusal.reason != cases[i].want || again.reason != cases[i].want ||
		    strcmp(refusal.text, again.text) != 0) {
			print_message("%s %s: got %s (%s), then %s (%s), want %s\n", cases[i].name,
			    cases[i].text, refusal_word(refusal.reason), refusal.text,
			    refusal_word(again.reason), again.text, refusal_word(cases[i].want));
			bad++;
		}
		feed_judge_free(&one);
	}
	assert_int_equal(bad, 0);
	slot_free(&slot);
}

/* The score of an entry is judged like the rule's own. */
static void
test_entry_score(void **state)
{
	static const struct {
		int64_t score;
		enum refusal_reason want;
	} rows[] = { { 0, REFUSAL_NONE }, { 3 * SCORE_ONE, REFUSAL_NONE },
		{ 3 * SCORE_ONE + 1, REFUSAL_SCORE }, { -1, REFUSAL_SCORE } };
	struct feed_judge *one = feed_judge_new(&policy);

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct fold_rule rule = { .name = SLICE("COMM_A"),
			.text = SLICE("{body: '/x/', score: 9}"),
			.has_score = true,
			.score = rows[i].score };
		struct rule_source source = RULE_SOURCE_INIT;
		struct refusal refusal;

		feed_judge_rule(one, &rule, "feed:test", &source, &refusal);
		assert_int_equal(refusal.reason, rows[i].want);
		if (source.defs.n > 0)
			assert_int_equal(
			    ((struct rule_def *)vec_at(&source.defs, 0))->score, rows[i].score);
		rule_source_clear(&source);
	}
	feed_judge_free(&one);
}

/* Nice rules only where scores below 0 are allowed. */
static void
test_negative(void **state)
{
	struct feed_policy allowing = policy;
	struct feed_judge *one;
	struct rule_source source = RULE_SOURCE_INIT;
	const struct fold_rule nice = { .name = SLICE("COMM_A"),
		.text = SLICE("{body: '/x/', tags: [nice], score: -2}") };
	const struct fold_rule nicer = { .name = SLICE("COMM_A"),
		.text = SLICE("{body: '/x/', tags: [nice], score: -2.1}") };
	struct refusal refusal;

	(void)state;
	allowing.min_score = -2 * SCORE_ONE;
	one = feed_judge_new(&allowing);
	assert_true(feed_judge_rule(one, &nice, "feed:test", &source, &refusal));
	assert_false(feed_judge_rule(one, &nicer, "feed:test", &source, &refusal));
	assert_int_equal(refusal.reason, REFUSAL_SCORE);
	rule_source_clear(&source);
	feed_judge_free(&one);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_entry_score),
		cmocka_unit_test(test_negative),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
