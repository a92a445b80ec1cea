/*
 * scan_rules.c - runs a ruleset's rules over a scan
 *
 * Rules run in the ruleset's schedule, priorities first, metas as soon as
 * what they read is known; a hit of a short-circuiting rule ends the run behind
 * its class. The budget is asked between rules.
 *
 * A rule that waits for the DNS is open, and so is a meta that reads one; they
 * are run again, in the same order, when answers have come. What the DNS failed
 * is unknown: it scores nothing.
 *
 * All of who sent a message (SPF, DKIM, ARC, DMARC) is found out beside the
 * rules, when our own field is to tell it or a rule has asked for DMARC.
 */
#include "engine/scan_rules.h"

#include "engine/rules/capture.h"
#include "engine/rules/dmarc_facts.h"
#include "engine/rules/kinds.h"
#include "engine/rules/ruleset_view.h"

/* Rules of which something is to be known, beyond which the arena is asked for each. */
#define OUTCOMES_SPARE 128

/* Keeps what is to be known of a rule. False: there is no memory for it. */
static bool
keep_outcome(struct scan *scan, const struct rule *rule, const struct outcome *outcome)
{
	struct outcome **kept = &scan->outcomes[rule->index];

	if (*kept == NULL)
		*kept = scan->spare_count > 0 ? &scan->spare[--scan->spare_count]
					      : arena_alloc(scan->arena, sizeof(**kept));
	if (*kept == NULL)
		return false;
	**kept = *outcome;
	return true;
}

/* A rule's hit, as one more in the order of time. */
static void
count_hit(struct scan *scan, const struct rule *rule, struct outcome *outcome)
{
	outcome->turn = ++scan->turn;
	scan_sum_add(&scan->sum, rule, scan_hit_score(scan, rule, outcome));
	if (keep_outcome(scan, rule, outcome))
		scan->hits[rule->index / 64] |= (uint64_t)1 << rule->index % 64;
}

/* The scan was ended: SHORTCIRCUIT hits, just before the rule that ended it. */
static void
hit_shortcircuit(struct scan *scan)
{
	const struct rule *rule = ruleset_lookup(scan->ruleset, SHORTCIRCUIT_NAME);
	struct outcome outcome = { .count = 1 };

	if (scan->shortcircuit.rule != NULL)
		views_note(&scan->views, "rule %.*s ended the scan: %s",
		    SLICE_ARG(scan->shortcircuit.rule->def.name),
		    scan->shortcircuit.spam ? "spam" : "ham");
	else
		views_note(&scan->views, "the sum of scores ended the scan: %s",
		    scan->shortcircuit.spam ? "spam" : "ham");
	if (rule == NULL || scan->shortcircuit.score == 0)
		return;
	count_hit(scan, rule, &outcome);
}

/* What a rule's time is spent on. */
static enum profile_stage
stage_of(enum rule_kind kind)
{
	switch (kind) {
	case RULE_META:
		return PROFILE_METAS;
	case RULE_FUNCTION:
	case RULE_DNSBL:
	case RULE_URIBL:
	case RULE_DNS:
		return PROFILE_FUNCTIONS;
	case RULE_HEADER:
	case RULE_BODY:
	case RULE_RAWBODY:
	case RULE_FULL:
	case RULE_URI:
	case RULE_MIME:
	case RULE_KIND_COUNT:
		break;
	}
	return PROFILE_MATCH;
}

static int64_t
eval_timed(struct scan *scan, const struct rule *rule, struct outcome *outcome)
{
	int64_t begun = scan_clock(scan);

	kind_of(rule->def.kind)->eval(rule, &scan->views, outcome);
	return scan_clock(scan) - begun;
}

/*
 * Evaluates a rule and keeps it when it was slow. The first rule that looks at
 * a view pays for making it, so a slow one runs a second time to be timed.
 */
static void
eval_watched(struct scan *scan, const struct rule *rule, struct outcome *outcome)
{
	int64_t us = eval_timed(scan, rule, outcome);
	struct outcome again = { 0 };
	struct slow_rule *slow;

	if (us <= scan->options.slow_us)
		return;
	us = eval_timed(scan, rule, &again);
	slow = us > scan->options.slow_us ? vec_push(&scan->slow) : NULL;
	if (slow != NULL)
		*slow = (struct slow_rule){ rule->def.name, us };
}

/* Evaluates a rule; its time is its own and its kind's. */
static void
eval_profiled(struct scan *scan, const struct rule *rule, struct outcome *outcome)
{
	struct profile *profile = scan->options.profile;
	const struct profile_lap lap = profile_begin(profile);
	int64_t ns;

	kind_of(rule->def.kind)->eval(rule, &scan->views, outcome);
	ns = profile_end(profile, &lap, stage_of(rule->def.kind));
	if (profile->rules != NULL)
		profile->rules[rule->index] += ns;
}

/* Keeps count of the rules that wait, and what metas see of one that the DNS failed. */
static void
keep_state(struct scan *scan, const struct rule *rule, struct outcome *outcome)
{
	const struct outcome *before = scan->outcomes[rule->index];
	enum outcome_state state = outcome->state;

	if (state == OUTCOME_OPEN && facts_ended(scan->facts))
		state = OUTCOME_UNKNOWN;
	if (!facts_on(scan->facts) && rule->def.kind != RULE_META)
		state = OUTCOME_KNOWN;
	if (scan->options.early != 0 && !rule->miss_certain && state == OUTCOME_KNOWN &&
	    outcome->count == 0)
		state = OUTCOME_UNKNOWN;
	outcome->state = state;
	if (before != NULL && before->state == OUTCOME_OPEN)
		scan->views.open_count--;
	if (before == NULL && state == OUTCOME_KNOWN)
		return;
	if (!keep_outcome(scan, rule, outcome))
		state = outcome->state = OUTCOME_UNKNOWN;
	if (state == OUTCOME_OPEN) {
		scan->views.open_count++;
		scan->waiting[scan->waiting_count++] = rule;
	} else if (state == OUTCOME_UNKNOWN) {
		scan->views.values[rule->index] = META_UNKNOWN;
	}
}

/* Whether the rule needs more than is known before the message comes. */
static bool
is_too_early(const struct scan *scan, const struct rule *rule)
{
	return scan->options.early != 0 && rule->def.kind != RULE_META &&
	       (rule->early == 0 || (rule->early & ~scan->options.early) != 0);
}

/* A hit may end the scan; an early one only sums up. */
static void
hit_may_end(struct scan *scan, const struct rule *rule, unsigned count)
{
	bool ended = scan->shortcircuit.ended;

	if (scan->options.early != 0 || rule->def.shadow)
		return;
	shortcircuit_hit(&scan->shortcircuit, scan->ruleset, rule, count, scan->sum.points);
	if (!ended && scan->shortcircuit.ended)
		hit_shortcircuit(scan);
}

/* What the rule says is not 0: the metas that read it are to be run. */
static void
touch_readers(struct scan *scan, const struct rule *rule)
{
	const struct readers *readers = scan->ruleset->readers[rule->index];

	for (size_t i = 0; readers != NULL && i < readers->count; i++)
		scan->touched[readers->v[i]] = 1;
}

/* Asks one rule. */
static void
eval_rule(struct scan *scan, const struct rule *rule, struct outcome *outcome)
{
	bool tags = rule->template != NULL || rule->captures;

	if (tags && !capture_open(&scan->views, rule))
		return;
	if (scan->options.slow_us > 0)
		eval_watched(scan, rule, outcome);
	else if (scan->options.profile != NULL)
		eval_profiled(scan, rule, outcome);
	else
		kind_of(rule->def.kind)->eval(rule, &scan->views, outcome);
	if (tags)
		capture_close(&scan->views, rule);
}

/* Whether it says what nothing need be kept of: no hit, known for good, as nearly all do. */
static bool
is_miss(const struct scan *scan, const struct rule *rule, const struct outcome *outcome)
{
	return outcome->count == 0 && outcome->state == OUTCOME_KNOWN && scan->options.early == 0 &&
	       scan->outcomes[rule->index] == NULL;
}

/* Runs one rule, perhaps once more, and keeps what it said. */
static void
run_rule(struct scan *scan, const struct rule *rule)
{
	struct outcome outcome = { .count = 0 };

	eval_rule(scan, rule, &outcome);
	if (is_miss(scan, rule, &outcome))
		return;
	keep_state(scan, rule, &outcome);
	if (outcome.count != 0 || outcome.state != OUTCOME_KNOWN)
		touch_readers(scan, rule);
	if (outcome.count == 0)
		return;
	if (outcome.told) {
		scan->views.values[rule->index] = META_UNKNOWN;
		outcome.mute = !scan_sum_takes_told(&scan->sum, rule);
	} else {
		scan->views.values[rule->index] = outcome.value != 0 ? outcome.value
								     : outcome.count;
		hit_may_end(scan, rule, outcome.count);
	}
	count_hit(scan, rule, &outcome);
}

/* Runs a rule, unless it is too early for it. False: the run has ended. */
static bool
run_next(struct scan *scan, const struct rule *rule)
{
	const struct outcome unknown = { .state = OUTCOME_UNKNOWN };

	if (is_too_early(scan, rule)) {
		keep_outcome(scan, rule, &unknown);
		scan->views.values[rule->index] = META_UNKNOWN;
		touch_readers(scan, rule);
		return true;
	}
	if (shortcircuit_skips(&scan->shortcircuit, rule) ||
	    (rule->def.kind != RULE_META && views_spent_between(&scan->views)))
		return false;
	run_rule(scan, rule);
	return true;
}

/* All rules in their order, but metas of whose rules none has hit. */
static void
run_all(struct scan *scan)
{
	const struct ruleset *ruleset = scan->ruleset;
	bool goes_on = true;

	for (size_t i = 0; i < ruleset->schedule_count && goes_on; i++) {
		uint32_t idle = ruleset->idle[i];

		if (idle == 0 || scan->touched[idle - 1] != 0)
			goes_on = run_next(scan, ruleset->schedule[i]);
	}
	if (goes_on)
		views_spent(&scan->views); /* what a view cut off for it is told */
}

/* Those that wait, once more; they are gathered anew. */
static void
run_those_waiting(struct scan *scan)
{
	size_t count = scan->waiting_count, i = 0;

	scan->waiting_count = 0;
	while (i < count && run_next(scan, scan->waiting[i]))
		i++;
	if (i == count)
		views_spent(&scan->views);
}

/* Whether somebody wants to know all of who sent it: our field, or a rule that asked for DMARC. */
static bool
wants_authentication(const struct scan *scan)
{
	if (!facts_on(scan->facts) || scan->options.early != 0)
		return false;
	return scan->ruleset->policy.auth_field || scan->views.memos[MEMO_DMARC] != NULL;
}

/* Finds out who sent it, as far as the answers go. */
static void
authenticate(struct scan *scan)
{
	scan->authenticating = wants_authentication(scan) && !scan->views.spent &&
			       !views_authentication(&scan->views, &scan->verdict.auth);
}

void
scan_rules_resume(struct scan *scan)
{
	run_those_waiting(scan);
	authenticate(scan);
	if ((scan->waiting_count == 0 && !scan->authenticating) || facts_open(scan->facts) > 0)
		return;
	facts_end(scan->facts);
	run_those_waiting(scan);
	authenticate(scan);
}

void
scan_rules_run(struct scan *scan)
{
	run_all(scan);
	scan->views.settled = true;
	authenticate(scan);
	if (scan->waiting_count > 0)
		scan_rules_resume(scan);
}

bool
scan_rules_open(struct scan *scan)
{
	const struct ruleset *ruleset = scan->ruleset;
	size_t n = ruleset->rule_count + 1;
	size_t waiting = facts_on(scan->facts) ? n : 1; /* without the DNS nothing waits */

	scan->outcomes = arena_array(scan->arena, n, sizeof(struct outcome *));
	scan->spare = arena_array(scan->arena, OUTCOMES_SPARE, sizeof(*scan->spare));
	scan->spare_count = OUTCOMES_SPARE;
	scan->hits = arena_array(scan->arena, n / 64 + 1, sizeof(*scan->hits));
	scan->waiting = arena_array(scan->arena, waiting, sizeof(struct rule *));
	scan->touched = arena_array(scan->arena, n, 1);
	scan->views.outcomes = scan->outcomes;
	return scan->outcomes != NULL && scan->spare != NULL && scan->hits != NULL &&
	       scan->waiting != NULL && scan->touched != NULL &&
	       scan_sum_open(&scan->sum, ruleset, scan->arena);
}
