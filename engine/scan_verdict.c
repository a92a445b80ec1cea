/*
 * scan_verdict.c - tells in a scan's verdict what came of it
 *
 * What cut a scan short (the arena's cap, the budget) makes the verdict
 * incomplete, with a note that names the limit. Rules that the DNS failed are
 * named. Sums need no memory: a scan that filled its arena still has its score.
 */
#include "engine/scan_verdict.h"

#include <stdlib.h>

#include "engine/mime/header.h"
#include "engine/mime/relays.h"
#include "engine/rules/list_ask.h"
#include "engine/rules/ruleset_view.h"
#include "engine/rules/score.h"
#include "engine/util/buf.h"

/* Rules that the DNS failed are named in the verdict, so many at most. */
#define UNKNOWN_NAMED_MAX 8

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
		.score = scan_hit_score(scan, rule, outcome),
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
		const struct channel_sum *sum = &scan->sum.channels[i];
		int64_t all = sum->above + sum->below, counted = scan_sum_counted(&scan->sum, i);
		struct buf came = { .arena = scan->arena }, counts = { .arena = scan->arena };

		if (counted == all)
			continue;
		score_print(&came, all);
		score_print(&counts, counted);
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

bool
scan_cut_short(const struct scan *scan)
{
	return arena_overflowed(scan->arena) || scan->broken || scan->views.spent ||
	       (scan->message != NULL && scan->message->incomplete);
}

/* The notes; the one on memory needs none of its own. */
static void
list_notes(struct scan *scan)
{
	struct vec *notes = &scan->views.notes;
	const char *limit = scan->message != NULL && scan->message->incomplete
				? budget_limit(scan->views.budget)
				: NULL;

	if (!arena_overflowed(scan->arena) && limit != NULL && notes->n == 0)
		views_note(&scan->views, "%s reached while the message was read", limit);
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

void
scan_tell(struct scan *scan)
{
	struct judge_source source = {
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
		source.score = scan->sum.points;
		source.message = scan->message;
		source.views = &scan->views;
		if (!scan->shortcircuit.ended && scan->options.early == 0)
			note_unknown(scan);
		note_channels(scan);
		list_hits(scan);
		tell_end(scan);
	}
	scan->verdict.incomplete = scan_cut_short(scan);
	judge(scan->arena, &source, &scan->verdict);
	scan->verdict.incomplete = scan_cut_short(scan);
	list_notes(scan);
}
