/*
 * scan.c - one message through one ruleset
 *
 * Rules run in the ruleset's schedule, priorities first, metas as soon as
 * what they read is known; a hit of a short-circuiting rule ends the run behind
 * its class. The budget is asked between rules. What cut a scan short (the arena's cap, the
 * budget) makes the verdict incomplete, with a note that names the limit; a
 * message longer than size_limit is read up to there, with a note, and its
 * verdict stands.
 *
 * A rule that waits for the DNS is open, and so is a meta that reads one; they
 * are run again, in the same order, when answers have come. What the DNS failed
 * is unknown: it scores nothing, and the verdict names it.
 *
 * All of who sent a message (SPF, DKIM, ARC, DMARC) is found out beside the
 * rules, when our own field is to tell it or a rule has asked for DMARC.
 *
 * Sums need no memory: a scan that filled its arena still has its score.
 */
#include "engine/scan.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "engine/judge.h"
#include "engine/mime/header.h"
#include "engine/mime/message.h"
#include "engine/mime/relays.h"
#include "engine/rules/capture.h"
#include "engine/rules/dmarc_facts.h"
#include "engine/rules/early.h"
#include "engine/rules/kinds.h"
#include "engine/rules/list_ask.h"
#include "engine/rules/rule.h"
#include "engine/rules/ruleset_view.h"
#include "engine/rules/score.h"
#include "engine/rules/views.h"
#include "engine/shortcircuit.h"
#include "engine/slot.h"
#include "engine/util/buf.h"
#include "engine/util/vec.h"

/* Rules that the DNS failed are named in the verdict, so many at most. */
#define UNKNOWN_NAMED_MAX 8
/* Rules of which something is to be known, beyond which the arena is asked for each. */
#define OUTCOMES_SPARE 128

/* What the rules of one channel come to, before its limit. */
struct channel_sum {
	int64_t above, below; /* 0 */
};

struct scan {
	struct arena *arena;
	struct ruleset *ruleset;
	const struct envelope *envelope;
	struct scan_options options;
	enum sender sender;
	const struct message *message; /* NULL: not yet, or no memory */
	bool scanned, judged;
	bool broken; /* no memory even to begin */
	struct views views;
	struct outcome **outcomes; /* by rule number; NULL: known, and no hit, as most are */
	struct outcome *spare; /* outcomes for those that are not */
	size_t spare_count;
	uint64_t *hits; /* bits by rule number */
	unsigned char *touched; /* by rule number: metas that read what is not 0 */
	struct facts *facts;
	const struct rule **waiting; /* open ones, in the order of the schedule */
	size_t waiting_count;
	bool authenticating; /* who sent it is not known yet, and is wanted */
	int64_t paused_us; /* when the last step ended */
	int64_t sum; /* of the rules that hit so far */
	int64_t told; /* of those among them that tell of error codes, without their signs */
	struct channel_sum *channels; /* by number: what their rules come to */
	unsigned turn; /* how many have hit */
	struct shortcircuit shortcircuit;
	struct vec slow; /* struct slow_rule */
	struct verdict verdict;
	struct slice last_note; /* what there is no memory for */
};

static const struct verdict verdict_without_memory = {
	.required = THRESHOLD_OFF,
	.notes = (const struct slice[]){ { "memory limit reached before the scan began", 42 } },
	.note_count = 1,
	.ruleset_id = { "", 0 },
	.incomplete = true,
};

/* They are the caller's, who may change them while the scan goes on. */
static bool
copy_list_states(struct scan *scan)
{
	size_t count = ruleset_dns_lists(scan->ruleset)->n;
	struct dns_list_state *copy;

	if (scan->options.list_states == NULL || count == 0)
		return true;
	copy = arena_array(scan->arena, count, sizeof(*copy));
	if (copy != NULL)
		memcpy(copy, scan->options.list_states, count * sizeof(*copy));
	scan->options.list_states = copy;
	return copy != NULL;
}

struct scan *
scan_open(struct arena *arena, struct ruleset *ruleset, const struct envelope *envelope,
    const struct scan_options *options)
{
	struct scan *scan = arena_alloc(arena, sizeof(*scan));

	if (scan == NULL)
		return NULL;
	scan->arena = arena;
	scan->ruleset = ruleset_ref(ruleset);
	scan->envelope = envelope;
	scan->options = *options;
	scan->slow = VEC_OF(struct slow_rule, arena);
	scan->sender = judge_sender(envelope, &ruleset->policy);
	scan->facts = facts_new(arena, options->dns, options->hash_seed);
	if (scan->facts == NULL || !copy_list_states(scan))
		scan_close(&scan);
	return scan;
}

/* What a rule adds to the sum: a sub-rule nothing. */
static int64_t
hit_score(const struct scan *scan, const struct rule *rule, const struct outcome *outcome)
{
	if (scan->shortcircuit.ended && slice_eq(rule->def.name, SHORTCIRCUIT_NAME))
		return scan->shortcircuit.score;
	if (rule->subrule || rule->def.shadow || outcome->mute)
		return 0;
	return rule->def.score * outcome->count;
}

/* What tells of error codes scores no more than one rule that does may, however many do. */
static void
bound_told(struct scan *scan, const struct rule *rule, struct outcome *outcome)
{
	int64_t score = rule->def.score < 0 ? -rule->def.score : rule->def.score;

	if (scan->told + score > LIST_TOLD_SCORE)
		outcome->mute = true;
	else
		scan->told += score;
}

/* What of the sums counts. */
static int64_t
within_limit(const struct channel_sum *sum, const struct channel_limit *limit)
{
	return (sum->above > limit->max_total ? limit->max_total : sum->above) +
	       (sum->below < limit->min_total ? limit->min_total : sum->below);
}

static void
add_points(struct scan *scan, const struct rule *rule, int64_t points)
{
	const struct channel_limit *limit;
	struct channel_sum *sum;
	int64_t before;

	if (rule->channel == 0) {
		scan->sum += points;
		return;
	}
	limit = &scan->ruleset->channels[rule->channel - 1];
	sum = &scan->channels[rule->channel - 1];
	before = within_limit(sum, limit);
	*(points > 0 ? &sum->above : &sum->below) += points;
	scan->sum += within_limit(sum, limit) - before;
}

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
	add_points(scan, rule, hit_score(scan, rule, outcome));
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

/* The caller's clock, or one that stands. */
static int64_t
scan_clock(const struct scan *scan)
{
	return scan->options.clock_us == NULL ? 0 : scan->options.clock_us(scan->options.clock_p);
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
	shortcircuit_hit(&scan->shortcircuit, scan->ruleset, rule, count, scan->sum);
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
		bound_told(scan, rule, &outcome);
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

/* Runs those once more that wait; with nothing left to wait for, they end as unknown. */
static void
run_waiting(struct scan *scan)
{
	run_those_waiting(scan);
	authenticate(scan);
	if ((scan->waiting_count == 0 && !scan->authenticating) || facts_open(scan->facts) > 0)
		return;
	facts_end(scan->facts);
	run_those_waiting(scan);
	authenticate(scan);
}

/* All once; then those once more that read what others say, or that ask with it. */
static void
run_schedule(struct scan *scan)
{
	run_all(scan);
	scan->views.settled = true;
	authenticate(scan);
	if (scan->waiting_count > 0)
		run_waiting(scan);
}

/* What of the message was left aside because there was too much of it: the verdict stands. */
static void
note_limits(struct scan *scan)
{
	struct views *views = &scan->views;

	if ((scan->message->oddities & MESSAGE_FIELD_LIMIT) != 0)
		views_note(views, "field limit: only the first header fields were read");
	if ((scan->message->oddities & MESSAGE_PART_LIMIT) != 0)
		views_note(views, "part limit: only the first parts were read");
	if ((scan->message->oddities & MESSAGE_DEPTH_LIMIT) != 0)
		views_note(views, "depth limit: the innermost parts were not read");
	if (views->texts != NULL && texts_limit(views->texts).p != NULL)
		views_note(views, "%.*s", SLICE_ARG(texts_limit(views->texts)));
}

/* What is kept of the rules while they run. False: the arena's cap. */
static bool
make_room(struct scan *scan)
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
	scan->channels = arena_array(
	    scan->arena, ruleset->channel_count + 1, sizeof(*scan->channels));
	scan->views.outcomes = scan->outcomes;
	return scan->outcomes != NULL && scan->spare != NULL && scan->hits != NULL &&
	       scan->waiting != NULL && scan->touched != NULL && scan->channels != NULL;
}

static void
read_and_match(
    struct scan *scan, struct slot *slot, struct slice bytes, const struct budget *budget)
{
	const struct ruleset *ruleset = scan->ruleset;
	int64_t begun = scan_clock(scan);
	struct profile_lap lap;
	bool room;

	scan->views = (struct views){
		.arena = scan->arena,
		.ruleset = ruleset,
		.envelope = scan->envelope,
		.scratch = slot->scratch,
		.walks = slot->walks,
		.frozen = slot->frozen,
		.converters = slot->converters,
		.budget = budget,
		.profile = scan->options.profile,
		.bytes = bytes,
		.bytes_cut = scan->options.size > bytes.n,
		.facts = scan->facts,
		.list_states = scan->options.list_states,
		.now = scan->options.now,
		.cpu_us = scan->options.cpu_us,
		.cpu_p = scan->options.cpu_p,
		.hash_seed = scan->options.hash_seed,
		.early = scan->options.early != 0,
	};
	room = make_room(scan);
	lap = profile_begin(scan->options.profile);
	scan->message = message_parse(scan->arena, bytes, ruleset->policy.size_limit, budget);
	profile_end(scan->options.profile, &lap, PROFILE_PARSE);
	scan->views.message = scan->message;
	scan->verdict.us_parse = scan_clock(scan) - begun;
	if (!room || scan->message == NULL || !views_open(&scan->views)) {
		scan->broken = true;
		return;
	}
	/* Without memory for it PCRE2 does all alone. */
	if (!scan->options.no_prefilter)
		scan->views.prefilter = prefilter_scan_new(ruleset, scan->arena);
	if (scan->message->cut)
		views_note(&scan->views, "size limit: only the first %zu bytes were read",
		    ruleset->policy.size_limit);
	run_schedule(scan);
	note_limits(scan);
}

void
scan_message(struct scan *scan, struct slot *slot, struct slice bytes, const struct budget *budget)
{
	int64_t begun = scan_clock(scan);

	assert(!scan->scanned);
	scan->scanned = true;
	if (judge_skips(scan->sender, &scan->ruleset->policy))
		return;
	read_and_match(scan, slot, bytes, budget);
	scan->paused_us = scan_clock(scan);
	scan->verdict.us_total = scan->paused_us - begun;
}

bool
scan_is_open(const struct scan *scan)
{
	return (scan->waiting_count > 0 || scan->authenticating) && !scan->broken &&
	       !scan->views.spent;
}

const struct dns_question *
scan_wants(struct scan *scan)
{
	return facts_next(scan->facts);
}

void
scan_answer(struct scan *scan, const struct dns_question *question, const struct dns_answer *answer)
{
	facts_answer(scan->facts, question, answer);
}

void
scan_deadline(struct scan *scan)
{
	facts_end(scan->facts);
}

void
scan_resume(struct scan *scan, struct slot *slot, const struct budget *budget)
{
	int64_t begun = scan_clock(scan);

	if (!scan_is_open(scan))
		return;
	scan->views.scratch = slot->scratch;
	scan->views.walks = slot->walks;
	scan->views.frozen = slot->frozen;
	scan->views.converters = slot->converters;
	scan->views.budget = budget;
	scan->verdict.us_dns += begun - scan->paused_us;
	run_waiting(scan);
	scan->paused_us = scan_clock(scan);
	scan->verdict.us_total += scan->paused_us - begun;
}

/* What the DNS owed and did not give, in one note. */
static void
note_unknown(struct scan *scan)
{
	struct buf names = { .arena = scan->arena };
	size_t n = 0;

	/* without the DNS all is known: most scans of `check` need no walk */
	for (size_t i = 0; facts_on(scan->facts) && i < scan->ruleset->in_force_count; i++) {
		const struct rule *rule = scan->ruleset->in_force[i];
		const struct outcome *outcome = scan->outcomes[rule->index];

		if (outcome == NULL || outcome->state == OUTCOME_KNOWN ||
		    rule->def.kind == RULE_META)
			continue;
		if (++n <= UNKNOWN_NAMED_MAX)
			buf_printf(&names, " %.*s", SLICE_ARG(rule->def.name));
	}
	if (n > UNKNOWN_NAMED_MAX)
		buf_printf(&names, " and %zu more", n - UNKNOWN_NAMED_MAX);
	if (n > 0)
		views_note(
		    &scan->views, "the DNS gave no answer for%.*s", SLICE_ARG(buf_slice(&names)));
}

static void
add_hit(const struct scan *scan, struct vec *hits, const struct rule *rule)
{
	const struct outcome *outcome = scan->outcomes[rule->index];
	struct hit *hit = vec_push(hits);

	if (hit == NULL)
		return;
	*hit = (struct hit){ .rule = rule,
		.name = rule->def.name,
		.score = hit_score(scan, rule, outcome),
		.count = outcome->count,
		.turn = outcome->turn };
	if (scan->options.explain) {
		hit->matched = outcome->matched;
		hit->view = outcome->view;
	}
}

/* Where the limit of a channel cut its rules' points. */
static void
note_channels(struct scan *scan)
{
	for (size_t i = 0; i < scan->ruleset->channel_count; i++) {
		const struct channel_limit *limit = &scan->ruleset->channels[i];
		const struct channel_sum *sum = &scan->channels[i];
		struct buf came = { .arena = scan->arena }, counts = { .arena = scan->arena };

		if (within_limit(sum, limit) == sum->above + sum->below)
			continue;
		score_print(&came, sum->above + sum->below);
		score_print(&counts, within_limit(sum, limit));
		views_note(&scan->views,
		    "the rules of channel %.*s came to %.*s, of which %.*s count",
		    SLICE_ARG(limit->channel), SLICE_ARG(buf_slice(&came)),
		    SLICE_ARG(buf_slice(&counts)));
	}
}

/* The rules that hit, by name; `n_r` may be less than there were at the arena's cap. */
static const struct rule **
rules_hit(struct scan *scan, size_t *n_r)
{
	struct vec list = VEC_OF(const struct rule *, scan->arena);

	for (size_t word = 0; word <= scan->ruleset->rule_count / 64; word++) {
		for (uint64_t bits = scan->hits[word]; bits != 0; bits &= bits - 1) {
			size_t number = word * 64 + (size_t)__builtin_ctzll(bits);
			const struct rule **rule = vec_push(&list);

			if (rule != NULL)
				*rule = scan->ruleset->rules[number];
		}
	}
	/* numbers go by name within a layer */
	if (list.n > 1 && scan->ruleset->layer->below != NULL)
		qsort(list.p, list.n, sizeof(struct rule *), view_by_name);
	*n_r = list.n;
	return list.p;
}

static void
list_hits(struct scan *scan)
{
	size_t count;
	const struct rule **hit = rules_hit(scan, &count);
	struct vec hits = VEC_OF(struct hit, scan->arena);
	struct vec shadow_hits = VEC_OF(struct hit, scan->arena);
	struct vec subrule_hits = VEC_OF(struct hit, scan->arena);
	struct vec subrules = VEC_OF(struct slice, scan->arena);

	for (size_t i = 0; i < count; i++) {
		const struct rule *rule = hit[i];
		struct slice *subrule;

		if (rule->def.shadow) {
			add_hit(scan, &shadow_hits, rule);
			continue;
		}
		if (!rule->subrule) {
			add_hit(scan, &hits, rule);
			continue;
		}
		subrule = scan->options.subrules ? vec_push(&subrules) : NULL;
		if (subrule != NULL)
			*subrule = rule->def.name;
		if (scan->options.explain || scan->ruleset->policy.markup.on)
			add_hit(scan, &subrule_hits, rule);
	}
	scan->verdict.hits = hits.p;
	scan->verdict.hit_count = hits.n;
	scan->verdict.shadow_hits = shadow_hits.p;
	scan->verdict.shadow_hit_count = shadow_hits.n;
	scan->verdict.limited = scan->views.limits.p;
	scan->verdict.limited_count = scan->views.limits.n;
	scan->verdict.list_uses = list_uses(&scan->views, &scan->verdict.list_use_count);
	scan->verdict.subrules = subrules.p;
	scan->verdict.subrule_count = subrules.n;
	scan->verdict.subrule_hits = subrule_hits.p;
	scan->verdict.subrule_hit_count = subrule_hits.n;
	scan->verdict.slow = scan->slow.p;
	scan->verdict.slow_count = scan->slow.n;
}

static bool
cut_short(const struct scan *scan)
{
	return arena_overflowed(scan->arena) || scan->broken || scan->views.spent ||
	       (scan->message != NULL && scan->message->incomplete);
}

/* The notes; the one on memory needs none of its own. */
static void
list_notes(struct scan *scan)
{
	struct vec *notes = &scan->views.notes;

	if (scan->verdict.incomplete && !arena_overflowed(scan->arena) && notes->n == 0)
		views_note(&scan->views, "time limit reached while the message was read");
	if (arena_overflowed(scan->arena)) {
		scan->last_note = SLICE("memory limit reached: the verdict may lack hits");
		if (notes->n < notes->room) {
			*(struct slice *)vec_push(notes) = scan->last_note;
		} else {
			scan->verdict.notes = &scan->last_note;
			scan->verdict.note_count = 1;
			return;
		}
	}
	scan->verdict.notes = notes->p;
	scan->verdict.note_count = notes->n;
}

/* The Subject's bytes as they came, without the blanks around; absent: none. */
static struct slice
subject_of(const struct message *message)
{
	const struct header *header = message == NULL
					  ? NULL
					  : header_find(&message->headers, SLICE("Subject"), 0);

	return header == NULL ? SLICE_ABSENT : slice_trim(header->raw);
}

/* What ended the scan before its end. */
static void
tell_end(struct scan *scan)
{
	const struct shortcircuit *end = &scan->shortcircuit;

	if (!end->ended)
		return;
	scan->verdict.ended_as = end->spam ? "spam" : "ham";
	if (end->rule != NULL)
		scan->verdict.ended_by = end->rule->def.name;
}

static bool
client_trusted(const struct scan *scan)
{
	const struct relays *relays = scan->views.relays;

	return scan->envelope->known && relays != NULL && relays->n > 0 && relays->v[0].trusted;
}

const struct verdict *
scan_verdict(struct scan *scan)
{
	struct judge_source source;
	int64_t begun;

	if (scan == NULL)
		return &verdict_without_memory;
	if (scan->judged)
		return &scan->verdict;
	scan->judged = true;
	begun = scan_clock(scan);
	source = (struct judge_source){
		.envelope = scan->envelope,
		.policy = &scan->ruleset->policy,
		.sender = scan->sender,
		.subject = subject_of(scan->message),
		.report = scan->options.report,
	};
	scan->verdict.ruleset_id = scan->ruleset->id;
	scan->verdict.skipped = judge_skips(scan->sender, source.policy);
	if (scan->outcomes != NULL && scan->message != NULL && !scan->broken) {
		views_relays(&scan->views);
		source.trusted_client = client_trusted(scan);
		source.score = scan->sum;
		source.message = scan->message;
		source.views = &scan->views;
		if (!scan->shortcircuit.ended && scan->options.early == 0)
			note_unknown(scan);
		note_channels(scan);
		list_hits(scan);
		tell_end(scan);
	}
	scan->verdict.incomplete = cut_short(scan);
	judge(scan->arena, &source, &scan->verdict);
	scan->verdict.incomplete = cut_short(scan);
	list_notes(scan);
	scan->verdict.us_total += scan_clock(scan) - begun;
	scan->verdict.us_match = scan->verdict.us_total - scan->verdict.us_parse;
	return &scan->verdict;
}

const struct verdict *
scan_early(struct scan *scan)
{
	const struct thresholds *thresholds = &scan->ruleset->policy.thresholds;
	const struct verdict *verdict;
	int64_t open;

	assert(scan->options.early != 0);
	if (!scan->scanned || scan->broken || scan->outcomes == NULL || scan_is_open(scan) ||
	    scan->sender != SENDER_ANY || !scan->envelope->smtp || cut_short(scan) ||
	    thresholds->at[ACTION_REJECT] == THRESHOLD_OFF ||
	    !early_open(scan->ruleset, scan->outcomes, &open) ||
	    score_round(scan->sum + open) < thresholds->at[ACTION_REJECT])
		return NULL;
	verdict = scan_verdict(scan);
	return verdict->action == ACTION_REJECT && !verdict->incomplete ? verdict : NULL;
}

void
scan_close(struct scan **scan)
{
	if (*scan == NULL)
		return;
	ruleset_unref(&(*scan)->ruleset);
	*scan = NULL;
}
