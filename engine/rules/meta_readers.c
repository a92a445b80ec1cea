/*
 * meta_readers.c - metas by what they read, so that a message costs as many as it touches
 *
 * Most rules do not hit, and most metas are 0 then; whether one is, is tried
 * once, with a value of 0 for every rule.
 *
 * A rule's list is made anew when a meta that reads it joins, or when layers
 * are gone of whose memory it may be. A meta that is only taken out stays in
 * it: nobody runs that.
 */
#include "engine/rules/meta_readers.h"

#include <stdlib.h>
#include <string.h>

/* A meta that reads a rule; or only that the rule's list is to be made anew. */
struct reading {
	size_t used;
	size_t reader;
	bool joins;
};

void
meta_readers_rest(struct layer *layer)
{
	for (size_t i = 0; i < layer->count; i++) {
		struct rule *rule = &layer->rules[i];
		double value;

		rule->idle = rule->def.kind == RULE_META && !rule->broken &&
			     meta_value(&rule->meta, NULL, 0, &value) && value == 0;
	}
}

static void
note_readings(struct vec *readings, const struct layer *layer)
{
	for (size_t i = 0; i < layer->count; i++) {
		const struct rule *rule = &layer->rules[i];

		for (size_t k = 0; k < rule->meta.use_count && rule->live; k++)
			*(struct reading *)vec_push(
			    readings) = (struct reading){ rule->meta.uses[k], rule->index, true };
	}
}

/* Lists that are the layer's, of rules that stay when it goes. */
static void
note_lists(struct vec *readings, const struct layer *gone, size_t first)
{
	for (size_t i = 0; i < gone->listed.n; i++) {
		size_t used = *(size_t *)vec_at(&gone->listed, i);

		if (used < first)
			*(struct reading *)vec_push(readings) = (struct reading){ .used = used };
	}
}

static int
by_used(const void *a, const void *b)
{
	const struct reading *left = a, *right = b;

	if (left->used != right->used)
		return left->used < right->used ? -1 : 1;
	return left->reader < right->reader ? -1 : left->reader > right->reader;
}

/* A list of what the old one has below `first`, and of those who join. */
static const struct readers *
make_list(struct arena *arena, const struct readers *old, size_t first,
    const struct reading *readings, size_t count)
{
	size_t room = count + (old == NULL ? 0 : old->count);
	struct readers *list = arena_alloc(arena, sizeof(*list) + room * sizeof(list->v[0]));

	for (size_t i = 0; old != NULL && i < old->count; i++) {
		if (old->v[i] < first)
			list->v[list->count++] = old->v[i];
	}
	for (size_t i = 0; i < count; i++) {
		if (readings[i].joins)
			list->v[list->count++] = readings[i].reader;
	}
	return list;
}

void
meta_readers_find(struct ruleset *ruleset, const struct view_change *change)
{
	const struct ruleset *former = change->former;
	struct layer *layer = ruleset->layer;
	size_t first = change->grows ? layer->first : ruleset->rule_count;
	struct vec readings = VEC_OF(struct reading, NULL);
	const struct reading *v;

	ruleset->readers = arena_array(
	    ruleset->own, ruleset->rule_count + 1, sizeof(*ruleset->readers));
	if (former != NULL && first > 0)
		memcpy(ruleset->readers, former->readers, first * sizeof(*ruleset->readers));
	if (!change->grows)
		return;
	for (const struct layer *gone = former == NULL ? NULL : former->layer;
	     gone != NULL && gone != layer->below; gone = gone->below)
		note_lists(&readings, gone, first);
	note_readings(&readings, layer);
	if (readings.n > 0)
		qsort(readings.p, readings.n, sizeof(struct reading), by_used);
	v = readings.p;
	for (size_t i = 0, next; i < readings.n; i = next) {
		for (next = i + 1; next < readings.n && v[next].used == v[i].used; next++)
			continue;
		if (v[i].used < first)
			*(size_t *)vec_push(&layer->listed) = v[i].used;
		ruleset->readers[v[i].used] = make_list(
		    layer->arena, ruleset->readers[v[i].used], first, v + i, next - i);
	}
	vec_clear(&readings);
}
