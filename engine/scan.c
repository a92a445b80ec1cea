/*
 * scan.c - one message through one ruleset
 *
 * Opens a scan, reads the message, has the rules run (scan_rules.c) until none
 * waits for the DNS, and has the verdict told (scan_verdict.c). A message longer
 * than size_limit is read up to there, with a note, and its verdict stands.
 */
#include "engine/scan.h"

#include <assert.h>
#include <string.h>

#include "engine/judge.h"
#include "engine/mime/message.h"
#include "engine/rules/early.h"
#include "engine/rules/ruleset_view.h"
#include "engine/rules/score.h"
#include "engine/scan_rules.h"
#include "engine/scan_state.h"
#include "engine/scan_verdict.h"
#include "engine/slot.h"

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
	room = scan_rules_open(scan);
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
	scan_rules_run(scan);
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
	scan_rules_resume(scan);
	scan->paused_us = scan_clock(scan);
	scan->verdict.us_total += scan->paused_us - begun;
}

const struct verdict *
scan_verdict(struct scan *scan)
{
	int64_t begun;

	if (scan == NULL)
		return &verdict_without_memory;
	if (scan->judged)
		return &scan->verdict;
	scan->judged = true;
	begun = scan_clock(scan);
	scan_tell(scan);
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
	    scan->sender != SENDER_ANY || !scan->envelope->smtp || scan_cut_short(scan) ||
	    thresholds->at[ACTION_REJECT] == THRESHOLD_OFF ||
	    !early_open(scan->ruleset, scan->outcomes, &open) ||
	    score_round(scan->sum.points + open) < thresholds->at[ACTION_REJECT])
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
