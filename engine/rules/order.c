/*
 * order.c - in which order rules run
 *
 * A meta's rank is one more than the highest among those it reads, found by a
 * walk in depth that also finds cycles: the meta that closes one is left out,
 * and the others read it as 0. A meta with a low priority pulls what it reads
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

struct walker {
	struct ruleset *ruleset;
	const struct order_report *report;
	enum walk *states;
};

static bool
is_meta(const struct rule *rule)
{
	return rule->def.kind == RULE_META && !rule->broken;
}

static void
walk(struct walker *walker, struct rule *rule, unsigned depth)
{
	walker->states[rule->index] = WALK_INSIDE;
	for (size_t i = 0; i < rule->meta.use_count && is_meta(rule); i++) {
		struct rule *used = &walker->ruleset->rules[rule->meta.uses[i]];

		if (!is_meta(used))
			continue;
		if (walker->states[used->index] == WALK_NEW && depth < ORDER_CHAIN_MAX)
			walk(walker, used, depth + 1);
		if (walker->states[used->index] != WALK_DONE) {
			walker->report->broken(walker->report->p, rule, used);
			rule->broken = true;
		} else if (used->rank >= rule->rank && is_meta(used)) {
			rule->rank = used->rank + 1;
		}
	}
	walker->states[rule->index] = WALK_DONE;
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

/* Down from the metas that nobody reads; then up to the latest of what each reads. */
static void
pull_priorities(struct ruleset *ruleset, struct rule **metas, size_t count)
{
	qsort(metas, count, sizeof(*metas), by_rank);
	for (size_t i = count; i-- > 0;) {
		for (size_t k = 0; k < metas[i]->meta.use_count; k++) {
			struct rule *used = &ruleset->rules[metas[i]->meta.uses[k]];

			if (used->priority > metas[i]->priority)
				used->priority = metas[i]->priority;
		}
	}
	for (size_t i = 0; i < count; i++) {
		for (size_t k = 0; k < metas[i]->meta.use_count; k++) {
			int priority = ruleset->rules[metas[i]->meta.uses[k]].priority;

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

static int
by_schedule(const void *a, const void *b)
{
	const struct rule *left = *(const struct rule *const *)a;
	const struct rule *right = *(const struct rule *const *)b;
	unsigned left_class = order_class(left), right_class = order_class(right);

	if (left->priority != right->priority)
		return left->priority < right->priority ? -1 : 1;
	if (left_class != right_class)
		return left_class < right_class ? -1 : 1;
	return by_rank(a, b);
}

void
order_rules(struct ruleset *ruleset, const struct order_report *report)
{
	size_t count = ruleset->rule_count, meta_count = 0;
	struct walker walker = { ruleset, report,
		arena_array(ruleset->arena, count + 1, sizeof(enum walk)) };
	struct rule **metas = arena_array(ruleset->arena, count + 1, sizeof(struct rule *));

	for (size_t i = 0; i < count; i++) {
		if (is_meta(&ruleset->rules[i]) && walker.states[i] == WALK_NEW)
			walk(&walker, &ruleset->rules[i], 1);
	}
	for (size_t i = 0; i < count; i++) {
		if (is_meta(&ruleset->rules[i]))
			metas[meta_count++] = &ruleset->rules[i];
	}
	pull_priorities(ruleset, metas, meta_count);
	ruleset->schedule = arena_array(ruleset->arena, count + 1, sizeof(*ruleset->schedule));
	for (size_t i = 0; i < count; i++) {
		struct rule *rule = &ruleset->rules[i];

		rule->live = !rule->broken && !rule->unasked && rule->def.score != 0;
		rule->early = early_needs(rule, &rule->miss_certain);
		if (rule->live)
			ruleset->schedule[ruleset->schedule_count++] = rule;
	}
	qsort(ruleset->schedule, ruleset->schedule_count, sizeof(*ruleset->schedule), by_schedule);
}
