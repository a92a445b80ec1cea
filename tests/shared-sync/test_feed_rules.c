/*
 * test_feed_rules.c - a channel's rules over a ruleset: the same whatever the way they came
 */
#include "shared-sync/feed_rules.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "engine/policy.h"

#define ENTRIES 4

static const struct feed_setting setting = {
	.channel = { "community", 9 },
	.policy = {
		.kinds = 1U << RULE_BODY | 1U << RULE_META,
		.max_score = 3 * SCORE_ONE,
		.max_total = 6 * SCORE_ONE,
		.prefix = { "COMM_", 5 },
		.max_rules = 100,
		.max_steps = 20000,
	},
};

/* A subscriber: what it follows, and what came of it. */
struct subscriber {
	struct fold *fold;
	struct guard *guard;
	struct feed_rules *rules;
	struct ruleset *ruleset;
	struct slot *slot;
	char told[512]; /* "COMM_A:live COMM_B:examples " of the last change */
};

static void
tell(void *p, const struct feed_rule *rule)
{
	struct subscriber *subscriber = p;
	size_t n = strlen(subscriber->told);

	snprintf(subscriber->told + n, sizeof(subscriber->told) - n, "%.*s:%s ",
	    SLICE_ARG(rule->name),
	    rule->refusal == NULL ? guard_state_word(rule->state)
				  : refusal_word(rule->refusal->reason));
}

/* With no rule in it. */
static struct ruleset *
empty_ruleset(void)
{
	static const struct policy engine = { .size_limit = 1 << 20 };
	const struct ruleset_source nothing = { .policy = &engine };

	return ruleset_build(&nothing, NULL);
}

static void
begin(struct subscriber *subscriber)
{
	static const struct guard_limits limits = { .domains = 3, .share = SCORE_ONE / 100 };

	*subscriber = (struct subscriber){ .fold = fold_new(),
		.guard = guard_new(&limits),
		.rules = feed_rules_new(&setting),
		.ruleset = empty_ruleset(),
		.slot = slot_new(NULL) };
}

static void
end(struct subscriber *subscriber)
{
	fold_free(&subscriber->fold);
	guard_free(&subscriber->guard);
	feed_rules_free(&subscriber->rules);
	ruleset_unref(&subscriber->ruleset);
	slot_free(&subscriber->slot);
}

static void
add_entry(struct subscriber *subscriber, const char *body, uint64_t seq)
{
	struct err err = { 0 };

	if (!fold_apply(
		subscriber->fold, slice_of(body), seq, "0123456789abcdef", NULL, NULL, &err))
		fail_msg("entry %llu: %s", (unsigned long long)seq, err.text);
}

static void
apply(struct subscriber *subscriber)
{
	const struct feed_change change = { .fold = subscriber->fold,
		.guard = subscriber->guard,
		.now = 1000,
		.slot = subscriber->slot,
		.tell = tell,
		.tell_p = subscriber };
	struct ruleset *next;

	subscriber->told[0] = '\0';
	guard_follow(subscriber->guard, subscriber->fold, 1000);
	next = feed_rules_apply(subscriber->rules, &change, subscriber->ruleset);
	if (next != NULL) {
		ruleset_unref(&subscriber->ruleset);
		subscriber->ruleset = next;
	}
}

/* "COMM_A:live COMM_B:examples ", by name; a live rule must be in the ruleset, no other may. */
static void
list(const struct subscriber *subscriber, char *out, size_t size)
{
	out[0] = '\0';
	for (size_t i = 0; i < fold_count(subscriber->fold); i++) {
		struct slice name = fold_at(subscriber->fold, i)->name;
		const struct feed_rule *rule = feed_rules_find(subscriber->rules, name);
		size_t n = strlen(out);

		snprintf(out + n, size - n, "%.*s:%s ", SLICE_ARG(name),
		    rule->refusal == NULL ? "live" : refusal_word(rule->refusal->reason));
		assert_int_equal(
		    ruleset_find(subscriber->ruleset, name) != NULL, rule->refusal == NULL);
	}
}

#define RULE_A "rules: {COMM_A: {body: '/alpha/', score: 1}}"
#define RULE_B "rules: {COMM_B: {body: '/beta/', score: 1}}"
/* Its example names COMM_A. */
#define META "rules: {COMM_M: {meta: COMM_A, score: 1, examples: {hit: [[COMM_A]]}}}"
#define FALSE "rules: {COMM_F: {body: '/x/', score: 1, examples: {hit: [y]}}}"

static const struct {
	const char *what;
	const char *entries[ENTRIES];
	const char *want, *told; /* by the last entry */
} cases[] = {
	{ "a rule", { RULE_A }, "COMM_A:live ", "COMM_A:live " },
	{ "two", { RULE_A, RULE_B }, "COMM_A:live COMM_B:live ", "COMM_B:live " },
	{ "examples that fail", { FALSE }, "COMM_F:examples ", "COMM_F:examples " },
	{ "they do so for ever, and that is told once", { FALSE, RULE_A },
	    "COMM_A:live COMM_F:examples ", "COMM_A:live " },
	{ "a meta after what it reads", { RULE_A, META }, "COMM_A:live COMM_M:live ",
	    "COMM_M:live " },
	{ "a meta before it", { META, RULE_A }, "COMM_A:live COMM_M:live ",
	    "COMM_A:live COMM_M:live " },
	{ "a meta that waits still", { META, RULE_B }, "COMM_B:live COMM_M:examples ",
	    "COMM_B:live " },
	{ "one that waited long", { META, RULE_B, FALSE, RULE_A },
	    "COMM_A:live COMM_B:live COMM_F:examples COMM_M:live ", "COMM_A:live COMM_M:live " },
};

static void
test_ways(void **state)
{
	size_t bad = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct subscriber by_log, by_snapshot;
		char log[512], snapshot[512];

		begin(&by_log);
		begin(&by_snapshot);
		for (uint64_t k = 0; k < ENTRIES && cases[i].entries[k] != NULL; k++) {
			add_entry(&by_log, cases[i].entries[k], k + 1);
			apply(&by_log);
			add_entry(&by_snapshot, cases[i].entries[k], k + 1);
		}
		apply(&by_snapshot);
		list(&by_log, log, sizeof(log));
		list(&by_snapshot, snapshot, sizeof(snapshot));
		if (strcmp(log, cases[i].want) != 0 || strcmp(snapshot, cases[i].want) != 0 ||
		    strcmp(by_log.told, cases[i].told) != 0) {
			print_message("%s: got %s, by snapshot %s, told %s; want %s, told %s\n",
			    cases[i].what, log, snapshot, by_log.told, cases[i].want,
			    cases[i].told);
			bad++;
		}
		end(&by_log);
		end(&by_snapshot);
	}
	assert_int_equal(bad, 0);
}

/* After a reload another ruleset is the base, and what waited for others is judged by that. */
static void
test_restart(void **state)
{
	struct subscriber one;
	char got[512];

	(void)state;
	begin(&one);
	add_entry(&one, RULE_A, 1);
	add_entry(&one, META, 2);
	apply(&one);
	feed_rules_restart(one.rules);
	ruleset_unref(&one.ruleset);
	one.ruleset = empty_ruleset();
	apply(&one);
	list(&one, got, sizeof(got));
	assert_string_equal(got, "COMM_A:live COMM_M:live ");
	end(&one);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ways),
		cmocka_unit_test(test_restart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
