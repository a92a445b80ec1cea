/*
 * order.c - in which order rules run
 *
 * A meta's rank is one more than the highest among those it reads. Cycles are
 * found by a walk in depth: the meta that closes one is left out, and the
 * others read it as 0. Where rules of feeds take part, all of these in the ring
 * are left out and no other: so it does not matter in which order they came.
 * Only the rules of the ruleset's last layer are ordered: those below read none
 * of them. A meta with a low priority pulls what it reads
 * down to it (SpamAssassin's fix_priorities); then each meta runs as soon as
 * all it reads is known, whatever its own priority says. Within a priority
 * rules run in SpamAssassin's classes, and those of a class by name: so the
 * order never depends on how a table was hashed.
 */
#include "engine/rules/order.h"

#include <stdlib.h>

#include "engine/rules/early.h"
#include "engine/rules/kinds.h"

enum walk {
	WALK_NEW = 0,
	WALK_INSIDE,
	WALK_DONE,
};

/* What a walk knows of a rule of the layer. */
struct node {
	enum walk state;
	size_t number, low; /* Tarjan's: when it was met, 1 the first, and the first it leads to */
	bool waits; /* its ring is not known yet */
	size_t next; /* which of the rules it reads is next */
};

struct walker {
	struct ruleset *ruleset;
	const struct order_report *report;
	struct node *nodes; /* by place in the layer */
	struct rule **path, **waiting;
	size_t path_n, waiting_n, met;
};

static bool
is_meta(const struct rule *rule)
{
	return rule != NULL && rule->def.kind == RULE_META && !rule->broken;
}

/* The meta of that number if it is of the layer that is being ordered, else NULL. */
static struct rule *
own_meta(const struct ruleset *ruleset, size_t index)
{
	struct layer *layer = ruleset->layer;

	return index >= layer->first && is_meta(&layer->rules[index - layer->first])
		   ? &layer->rules[index - layer->first]
		   : NULL;
}

static struct node *
node_of(struct walker *walker, const struct rule *rule)
{
	return &walker->nodes[rule->index - walker->ruleset->layer->first];
}

/* Finds cycles of metas that no feed has brought; what these read of feeds is looked at later. */
static void
walk(struct walker *walker, struct rule *rule, unsigned depth)
{
	node_of(walker, rule)->state = WALK_INSIDE;
	for (size_t i = 0; i < rule->meta.use_count && is_meta(rule); i++) {
		struct rule *used = own_meta(walker->ruleset, rule->meta.uses[i]);

		if (used == NULL || used->def.feed != NULL)
			continue;
		if (node_of(walker, used)->state == WALK_NEW && depth < ORDER_CHAIN_MAX)
			walk(walker, used, depth + 1);
		if (node_of(walker, used)->state != WALK_DONE) {
			walker->report->broken(walker->report->p, rule, used);
			rule->broken = true;
		}
	}
	node_of(walker, rule)->state = WALK_DONE;
}

/* One more than the highest rank among the metas it reads. */
static size_t
rank_of(const struct ruleset *ruleset, const struct rule *rule)
{
	size_t rank = 0;

	for (size_t i = 0; i < rule->meta.use_count; i++) {
		const struct rule *used = ruleset->rules[rule->meta.uses[i]];

		if (is_meta(used) && used->rank >= rank)
			rank = used->rank + 1;
	}
	return rank;
}

/* Metas that lead to one another, or one alone: a feed's are left out if there is a ring. */
static void
settle_ring(struct walker *walker, struct rule **ring, size_t count)
{
	bool more = count > 1;

	for (size_t i = 0; i < ring[0]->meta.use_count && !more; i++)
		more = ring[0]->meta.uses[i] == ring[0]->index;
	for (size_t i = 0; i < count && more; i++) {
		if (ring[i]->def.feed == NULL)
			continue;
		walker->report->broken(walker->report->p, ring[i], ring[(i + 1) % count]);
		ring[i]->broken = true;
	}
	for (size_t round = 0; round == 0 || (more && round < count); round++) {
		more = false;
		for (size_t i = 0; i < count; i++) {
			size_t rank = is_meta(ring[i]) ? rank_of(walker->ruleset, ring[i]) : 0;

			more = more || rank != ring[i]->rank;
			ring[i]->rank = rank;
			if (rank <= ORDER_CHAIN_MAX || ring[i]->def.feed == NULL)
				continue;
			walker->report->broken(walker->report->p, ring[i], ring[i]);
			ring[i]->broken = true;
		}
	}
}

static void
meet(struct walker *walker, struct rule *rule)
{
	struct node *node = node_of(walker, rule);

	node->number = node->low = ++walker->met;
	node->waits = true;
	walker->path[walker->path_n++] = rule;
	walker->waiting[walker->waiting_n++] = rule;
}

/* The last on the path has seen all that it reads. */
static void
leave(struct walker *walker)
{
	struct rule *rule = walker->path[--walker->path_n];
	struct node *node = node_of(walker, rule);
	size_t from = walker->waiting_n;

	if (walker->path_n > 0) {
		struct node *above = node_of(walker, walker->path[walker->path_n - 1]);

		if (node->low < above->low)
			above->low = node->low;
	}
	if (node->low != node->number)
		return;
	do
		node_of(walker, walker->waiting[--from])->waits = false;
	while (walker->waiting[from] != rule);
	settle_ring(walker, walker->waiting + from, walker->waiting_n - from);
	walker->waiting_n = from;
}

/* Tarjan's walk without recursion: rings come out behind all that they read. */
static void
rank_from(struct walker *walker, struct rule *root)
{
	meet(walker, root);
	while (walker->path_n > 0) {
		struct rule *rule = walker->path[walker->path_n - 1];
		struct node *node = node_of(walker, rule);
		struct rule *used;

		if (node->next == rule->meta.use_count) {
			leave(walker);
			continue;
		}
		used = own_meta(walker->ruleset, rule->meta.uses[node->next++]);
		if (used == NULL)
			continue;
		if (node_of(walker, used)->number == 0)
			meet(walker, used);
		else if (node_of(walker, used)->waits && node_of(walker, used)->number < node->low)
			node->low = node_of(walker, used)->number;
	}
}

static int
by_rank(const void *a, const void *b)
{
	const struct rule *left = *(const struct rule *const *)a;
	const struct rule *right = *(const struct rule *const *)b;

	if (left->rank != right->rank)
		return left->rank < right->rank ? -1 : 1;
	return left->index < right->index ? -1 : left->index > right->index;
}

/*
 * Down from the metas that nobody reads; then up to the latest of what each reads. What stands in
 * layers below was pulled there, and a feed's rule pulls none.
 */
static void
pull_priorities(struct ruleset *ruleset, struct rule **metas, size_t count)
{
	struct layer *layer = ruleset->layer;

	if (count > 1)
		qsort(metas, count, sizeof(*metas), by_rank);
	for (size_t i = count; i-- > 0;) {
		for (size_t k = 0; k < metas[i]->meta.use_count && metas[i]->def.feed == NULL;
		     k++) {
			size_t index = metas[i]->meta.uses[k];
			struct rule *used = index < layer->first
						? NULL
						: &layer->rules[index - layer->first];

			if (used != NULL && used->priority > metas[i]->priority)
				used->priority = metas[i]->priority;
		}
	}
	for (size_t i = 0; i < count; i++) {
		for (size_t k = 0; k < metas[i]->meta.use_count; k++) {
			int priority = ruleset->rules[metas[i]->meta.uses[k]]->priority;

			if (k == 0 || priority > metas[i]->priority)
				metas[i]->priority = priority;
		}
	}
}

/* Calls run behind the patterns of the kind that a .cf file calls them in. */
static unsigned
class_of_call(enum rule_kind kind)
{
	switch (kind) {
	case RULE_BODY:
		return 4;
	case RULE_RAWBODY:
		return 6;
	case RULE_FULL:
		return 8;
	case RULE_HEADER:
	case RULE_URI:
	case RULE_MIME:
	case RULE_META:
	case RULE_FUNCTION:
	case RULE_DNSBL:
	case RULE_URIBL:
	case RULE_DNS:
	case RULE_KIND_COUNT:
		break;
	}
	return 1;
}

unsigned
order_class(const struct rule *rule)
{
	switch (rule->def.kind) {
	case RULE_DNSBL:
	case RULE_URIBL:
	case RULE_DNS:
	case RULE_HEADER:
		return 0;
	case RULE_FUNCTION:
		return class_of_call(rule->def.call_kind);
	case RULE_BODY:
		return 2;
	case RULE_URI:
		return rule->def.condition_count == 0 ? 3 : 4;
	case RULE_MIME:
		return 4;
	case RULE_RAWBODY:
		return 5;
	case RULE_FULL:
		return 7;
	case RULE_META:
	case RULE_KIND_COUNT:
		break;
	}
	return 9;
}

int
order_compare(const void *a, const void *b)
{
	const struct rule *left = *(const struct rule *const *)a;
	const struct rule *right = *(const struct rule *const *)b;
	unsigned left_class = order_class(left), right_class = order_class(right);

	if (left->priority != right->priority)
		return left->priority < right->priority ? -1 : 1;
	if (left_class != right_class)
		return left_class < right_class ? -1 : 1;
	if (left->rank != right->rank)
		return left->rank < right->rank ? -1 : 1;
	return slice_compare(left->def.name, right->def.name);
}

void
order_rules(struct ruleset *ruleset, const struct order_report *report)
{
	struct layer *layer = ruleset->layer;
	size_t count = layer->count, meta_count = 0;
	struct arena *work = arena_new(SIZE_MAX);
	struct walker walker = { ruleset, report, arena_array(work, count + 1, sizeof(struct node)),
		arena_array(work, count + 1, sizeof(struct rule *)),
		arena_array(work, count + 1, sizeof(struct rule *)), 0, 0, 0 };
	struct rule **metas = arena_array(work, count + 1, sizeof(struct rule *));

	for (size_t i = 0; i < count; i++) {
		if (is_meta(&layer->rules[i]) && layer->rules[i].def.feed == NULL &&
		    walker.nodes[i].state == WALK_NEW)
			walk(&walker, &layer->rules[i], 1);
	}
	for (size_t i = 0; i < count; i++) {
		if (is_meta(&layer->rules[i]) && walker.nodes[i].number == 0)
			rank_from(&walker, &layer->rules[i]);
	}
	for (size_t i = 0; i < count; i++) {
		if (is_meta(&layer->rules[i]))
			metas[meta_count++] = &layer->rules[i];
	}
	pull_priorities(ruleset, metas, meta_count);
	for (size_t i = 0; i < count; i++) {
		struct rule *rule = &layer->rules[i];

		rule->live = !rule->broken && !rule->unasked && rule->def.score != 0;
		rule->early = early_needs(rule, &rule->miss_certain);
	}
	arena_free(&work);
}
