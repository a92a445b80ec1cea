/*
 * ruleset_view.c - the arrays of rules that a scan walks, made of a former ruleset's
 *
 * The id is a hash over what stands beside the rules and the sum of the rules'
 * own: so it does not depend on the way they came, nor does keeping it cost
 * more than what came.
 */
#include "engine/rules/ruleset_view.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "engine/rules/copy.h"
#include "engine/rules/meta_readers.h"
#include "engine/rules/order.h"
#include "engine/util/arena.h"

typedef int compare_fn(const void *a, const void *b);

int
view_by_name(const void *a, const void *b)
{
	return slice_compare(
	    (*(const struct rule *const *)a)->def.name, (*(const struct rule *const *)b)->def.name);
}

/* The first place from `at` on that is not before `rule`. */
static size_t
place_of(const struct rule_refs *list, size_t at, const struct rule *rule, compare_fn *compare)
{
	size_t high = list->count;

	while (at < high) {
		size_t middle = at + (high - at) / 2;

		if (compare(&list->v[middle], &rule) < 0)
			at = middle + 1;
		else
			high = middle;
	}
	return at;
}

static void
copy_refs(struct rule_refs *to, const struct rule_refs *from, size_t start, size_t end)
{
	if (start < end)
		memcpy(to->v + to->count, from->v + start, (end - start) * sizeof(*to->v));
	to->count += end - start;
}

/* `old` without `gone` and with `added`, all in the order of `compare`. */
static struct rule_refs
edit(struct arena *arena, struct rule_refs old, struct rule_refs gone, struct rule_refs added,
    compare_fn *compare)
{
	struct rule_refs list = { arena_array(arena, old.count + added.count + 1, sizeof(*list.v)),
		0 };
	size_t at = 0, i = 0, k = 0;

	while (i < gone.count || k < added.count) {
		bool takes_out = k == added.count ||
				 (i < gone.count && compare(&gone.v[i], &added.v[k]) <= 0);
		const struct rule *rule = takes_out ? gone.v[i++] : added.v[k++];
		size_t place = place_of(&old, at, rule, compare);

		copy_refs(&list, &old, at, place);
		at = place;
		if (takes_out)
			at += at < old.count && old.v[at] == rule;
		else
			list.v[list.count++] = rule;
	}
	copy_refs(&list, &old, at, old.count);
	return list;
}

/* Of these rules those that `keeps` says, or all, in the order of `compare`. */
static struct rule_refs
select_rules(struct arena *arena, struct rule_refs from, bool (*keeps)(const struct rule *rule),
    compare_fn *compare)
{
	struct rule_refs list = { arena_array(arena, from.count + 1, sizeof(*list.v)), 0 };

	for (size_t i = 0; i < from.count; i++) {
		if (keeps == NULL || keeps(from.v[i]))
			list.v[list.count++] = from.v[i];
	}
	if (list.count > 1)
		qsort(list.v, list.count, sizeof(*list.v), compare);
	return list;
}

/* The layer's rules, if they join. */
static struct rule_refs
joining(struct ruleset *ruleset, const struct view_change *change)
{
	const struct layer *layer = ruleset->layer;
	size_t count = change->grows ? layer->count : 0;
	struct rule_refs list = { arena_array(ruleset->own, count + 1, sizeof(*list.v)), count };

	for (size_t i = 0; i < count; i++)
		list.v[i] = &layer->rules[i];
	return list;
}

void
view_open(struct ruleset *ruleset, const struct view_change *change)
{
	const struct ruleset *former = change->former;
	struct rule_refs old = { NULL, 0 }, added, names;
	size_t first = former == NULL ? 0 : former->rule_count;

	ruleset->own = arena_new(SIZE_MAX);
	if (change->grows)
		first = ruleset->layer->first;
	added = joining(ruleset, change);
	ruleset->rule_count = first + added.count;
	ruleset->rules = arena_array(
	    ruleset->own, ruleset->rule_count + 1, sizeof(*ruleset->rules));
	if (first > 0)
		memcpy(ruleset->rules, former->rules, first * sizeof(*ruleset->rules));
	for (size_t i = 0; i < change->gone.count; i++) {
		if (change->gone.v[i]->index < first)
			ruleset->rules[change->gone.v[i]->index] = NULL;
	}
	for (size_t i = 0; i < added.count; i++)
		ruleset->rules[first + i] = added.v[i];
	if (former != NULL)
		old = (struct rule_refs){ former->names, former->name_count };
	names = edit(ruleset->own, old, change->gone, added, view_by_name);
	ruleset->names = names.v;
	ruleset->name_count = names.count;
}

static bool
is_in_force(const struct rule *rule)
{
	return !rule->broken;
}

/* The sum of the rules' own hashes goes along with what comes and goes. */
static void
sum_digests(struct ruleset *ruleset, const struct view_change *change, struct rule_refs gone,
    struct rule_refs added)
{
	ruleset->digest = change->former == NULL ? 0 : change->former->digest;
	for (size_t i = 0; i < gone.count; i++)
		ruleset->digest -= gone.v[i]->digest;
	for (size_t i = 0; i < added.count; i++)
		ruleset->digest += added.v[i]->digest;
	ruleset->id = arena_printf(ruleset->own, "%016" PRIx64,
	    digest_join(ruleset->base_digest, ruleset->digest, ruleset->in_force_count));
}

/* Which of the schedule are idle metas, so that a scan need not look at them. */
static void
note_idle(struct ruleset *ruleset)
{
	ruleset->idle = arena_array(
	    ruleset->own, ruleset->schedule_count + 1, sizeof(*ruleset->idle));
	for (size_t i = 0; i < ruleset->schedule_count; i++) {
		const struct rule *rule = ruleset->schedule[i];

		if (rule->idle)
			ruleset->idle[i] = (uint32_t)rule->index + 1;
	}
}

void
view_close(struct ruleset *ruleset, const struct view_change *change)
{
	const struct ruleset *former = change->former;
	struct arena *own = ruleset->own;
	struct rule_refs added = select_rules(
	    own, joining(ruleset, change), is_in_force, view_by_name);
	struct rule_refs gone = select_rules(own, change->gone, is_in_force, view_by_name);
	struct rule_refs old = { NULL, 0 }, list;

	if (former != NULL)
		old = (struct rule_refs){ former->in_force, former->in_force_count };
	list = edit(own, old, gone, added, view_by_name);
	ruleset->in_force = list.v;
	ruleset->in_force_count = list.count;
	sum_digests(ruleset, change, gone, added);
	added = select_rules(own, added, rule_is_live, order_compare);
	gone = select_rules(own, gone, rule_is_live, order_compare);
	if (former != NULL)
		old = (struct rule_refs){ former->schedule, former->schedule_count };
	list = edit(own, old, gone, added, order_compare);
	ruleset->schedule = list.v;
	ruleset->schedule_count = list.count;
	note_idle(ruleset);
	meta_readers_find(ruleset, change);
}
