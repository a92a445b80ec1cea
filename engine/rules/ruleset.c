/*
 * ruleset.c - what a ruleset hands out: references, rules, and what kinds ask while it is built
 *
 * Its memory is that of its layers, and an arena of its own for the arrays of
 * rules; so an older ruleset that still serves costs no more than those.
 */
#include "engine/rules/ruleset.h"

#include <assert.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "engine/rules/address_set.h"
#include "engine/rules/host_set.h"
#include "engine/rules/layer.h"
#include "engine/rules/rule.h"

struct ruleset *
ruleset_ref(struct ruleset *ruleset)
{
	atomic_fetch_add_explicit(&ruleset->refs, 1, memory_order_relaxed);
	return ruleset;
}

void
ruleset_unref(struct ruleset **ruleset)
{
	struct ruleset *gone = *ruleset;

	*ruleset = NULL;
	if (gone == NULL || atomic_fetch_sub_explicit(&gone->refs, 1, memory_order_acq_rel) != 1)
		return;
	layer_unref(&gone->layer);
	arena_free(&gone->own);
	free(gone);
}

struct slice
ruleset_id(const struct ruleset *ruleset)
{
	return ruleset->id;
}

const struct policy *
ruleset_policy(const struct ruleset *ruleset)
{
	return &ruleset->policy;
}

size_t
ruleset_count(const struct ruleset *ruleset)
{
	return ruleset->in_force_count;
}

const struct rule *
ruleset_at(const struct ruleset *ruleset, size_t i)
{
	assert(i < ruleset->in_force_count);
	return ruleset->in_force[i];
}

size_t
ruleset_depth(const struct ruleset *ruleset)
{
	return ruleset->layer->depth + 1;
}

const struct rule *
ruleset_lookup(const struct ruleset *ruleset, struct slice name)
{
	size_t low = 0, high = ruleset->name_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = slice_compare(name, ruleset->names[middle]->def.name);

		if (order == 0)
			return ruleset->names[middle];
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

const struct rule *
ruleset_find(const struct ruleset *ruleset, struct slice name)
{
	const struct rule *rule = ruleset_lookup(ruleset, name);

	return rule == NULL || rule->broken ? NULL : rule;
}

size_t
rule_number(const struct rule *rule)
{
	return rule->index;
}

size_t
ruleset_number_count(const struct ruleset *ruleset)
{
	return ruleset->rule_count;
}

const struct rule_def *
rule_definition(const struct rule *rule)
{
	return &rule->def;
}

bool
rule_is_live(const struct rule *rule)
{
	return rule->live;
}

const struct regex *
ruleset_regex(struct ruleset *ruleset, struct slice pattern, struct err *err)
{
	struct regex *regex = regex_new(ruleset->compiler, pattern, err);

	if (regex != NULL)
		*(struct regex **)vec_push(&ruleset->layer->regexes) = regex;
	return regex;
}

bool
ruleset_selector(struct ruleset *ruleset, struct slice text, size_t *number_r, struct err *err)
{
	uintptr_t known = 0;
	struct selector *selector;

	for (const struct layer *layer = ruleset->layer; layer != NULL && known == 0;
	     layer = layer->below)
		known = (uintptr_t)map_find(layer->selector_numbers, text);
	if (known != 0) {
		*number_r = known - 1;
		return true;
	}
	selector = selector_compile(ruleset->arena, text, err);
	if (selector == NULL)
		return false;
	*(struct selector **)vec_push(&ruleset->selectors) = selector;
	map_add(ruleset->layer->selector_numbers, arena_copy(ruleset->arena, text),
	    (void *)(uintptr_t)ruleset->selectors.n);
	*number_r = ruleset->selectors.n - 1;
	return true;
}

const struct name_list *
ruleset_list_named(const struct ruleset *ruleset, struct slice name)
{
	const struct name_list *list = NULL;

	for (const struct layer *layer = ruleset->layer; layer != NULL && list == NULL;
	     layer = layer->below)
		list = map_find(layer->lists, name);
	return list;
}

const struct name_list *
ruleset_list(const struct ruleset *ruleset, const char *name)
{
	return ruleset_list_named(ruleset, slice_of(name));
}

struct slice
ruleset_option(const struct ruleset *ruleset, const char *name, struct slice otherwise)
{
	const struct name_list *list = ruleset_list(ruleset, name);

	return list == NULL || list->entries.n == 0 ? otherwise
						    : *(struct slice *)vec_at(&list->entries, 0);
}

/* The list of that name as the layer's that is built: another layer's is const. NULL: none. */
static struct name_list *
own_list(struct ruleset *ruleset, struct slice name)
{
	struct name_list *list = map_find(ruleset->layer->lists, name);
	const struct name_list *other;

	if (list != NULL)
		return list;
	other = ruleset_list_named(ruleset, name);
	if (other == NULL)
		return NULL;
	list = arena_alloc(ruleset->arena, sizeof(*list));
	*list = *other;
	map_add(ruleset->layer->lists, list->name, list);
	return list;
}

const struct address_set *
ruleset_addresses(struct ruleset *ruleset, struct slice name)
{
	const struct name_list *known = ruleset_list_named(ruleset, name);
	struct name_list *list;

	if (known == NULL || known->addresses != NULL)
		return known == NULL ? NULL : known->addresses;
	list = own_list(ruleset, name);
	list->addresses = address_set_new(ruleset->arena, &list->entries);
	return list->addresses;
}

const struct host_set *
ruleset_hosts(struct ruleset *ruleset, struct slice name)
{
	const struct name_list *known = ruleset_list_named(ruleset, name);
	struct name_list *list;

	if (known == NULL || known->hosts != NULL)
		return known == NULL ? NULL : known->hosts;
	list = own_list(ruleset, name);
	list->hosts = host_set_new(ruleset->arena, &list->entries);
	return list->hosts;
}
