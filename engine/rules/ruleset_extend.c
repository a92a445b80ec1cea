/*
 * ruleset_extend.c - rules of feeds join, change and leave a ruleset in proportion to what they are
 *
 * A change is compiled into a layer of its own on those that are there. With
 * it are compiled once more the metas that read a name which comes, changes or
 * goes, and those that read these, wherever they stand: so no compiled rule is
 * ever changed, and the result is that of building all at once.
 *
 * Layers are few: the newest are compiled into the new one where they are not
 * more than FOLD_RATIO times as large as what is compiled anyway, where more of
 * them is dead than alive, and where they declared what they take from DNS lists
 * and some of that is gone. So a rule is compiled a few times in its life, and
 * a scan has a few prefilters to pass through. How much of that is done at once
 * is the caller's (work_max); from LAYERS_MAX layers on it is done in any case.
 */
#include <stdlib.h>

#include "engine/rules/copy.h"
#include "engine/rules/mentions.h"
#include "engine/rules/rule.h"
#include "engine/rules/ruleset_build.h"
#include "engine/util/map.h"

#define FOLD_RATIO 2
#define LAYERS_MAX 16

struct extension {
	const struct ruleset *on;
	const struct ruleset_report *report;
	struct map *puts; /* name -> its definition: what is put, and may be */
	struct map *fresh; /* the same, of those that are not there already */
	struct vec defs; /* const struct rule_def *: what is to be compiled */
	bool *is_gone; /* by number */
	struct vec
	    gone; /* const struct rule *; of those behind `met` the readers are not known yet */
	size_t met;
};

static void
tell(const struct extension *extension, const struct rule_def *def, const char *text)
{
	struct err err;

	if (extension->report == NULL || extension->report->tell == NULL)
		return;
	err_at(&err, def->origin.file, def->origin.line, def->origin.column, "%.*s: %s",
	    SLICE_ARG(def->name), text);
	extension->report->tell(extension->report->p, 'e', &err);
}

/* Takes a rule out of what stands; false: it was already. */
static bool
take_out(struct extension *extension, const struct rule *rule)
{
	if (extension->is_gone[rule->index])
		return false;
	extension->is_gone[rule->index] = true;
	*(const struct rule **)vec_push(&extension->gone) = rule;
	return true;
}

static void
compile_again(struct extension *extension, const struct rule *rule)
{
	if (take_out(extension, rule) && map_find(extension->fresh, rule->def.name) == NULL)
		*(const struct rule_def **)vec_push(&extension->defs) = &rule->def;
}

static void
reader_found(void *p, size_t meta)
{
	struct extension *extension = p;

	if (extension->on->rules[meta] != NULL)
		compile_again(extension, extension->on->rules[meta]);
}

/* Metas that read the name, in all layers. */
static void
take_readers(struct extension *extension, struct slice name)
{
	for (const struct layer *layer = extension->on->layer; layer != NULL; layer = layer->below)
		mentions_find(layer->mentions, name, reader_found, extension);
}

/* Whether the rule stands there as it is wanted. */
static bool
stands(const struct ruleset *on, const struct rule *rule, const struct rule_def *def)
{
	struct rule_def settled = *def;

	if (rule == NULL || rule->broken || rule->def.feed->sequence != def->feed->sequence)
		return false;
	rule_def_settle(on, &settled);
	return rule_def_digest(&settled) == rule->digest;
}

/* What is put under each name: the last, if the channel may. */
static void
gather_puts(struct extension *extension, const struct ruleset_change *change)
{
	for (size_t i = 0; i < change->put_count; i++) {
		const struct rule_def *def = &change->puts[i];
		const struct rule *rule = ruleset_lookup(extension->on, def->name);

		if (def->feed == NULL || (rule != NULL && !feed_same_channel(def, &rule->def)))
			tell(extension, def,
			    "the name is that of a rule which is not of this channel");
		else
			map_add(extension->puts, def->name, (void *)(uintptr_t)def);
	}
}

/* Those of them that are not there already are to be compiled. */
static void
gather_fresh(struct extension *extension)
{
	for (size_t i = 0; i < map_count(extension->puts); i++) {
		const struct rule_def *def = map_value(extension->puts, i);

		if (stands(extension->on, ruleset_lookup(extension->on, def->name), def))
			continue;
		*(const struct rule_def **)vec_push(&extension->defs) = def;
		map_add(extension->fresh, def->name, (void *)(uintptr_t)def);
	}
}

static void
gather(struct extension *extension, const struct ruleset_change *change)
{
	gather_puts(extension, change);
	gather_fresh(extension);
	for (size_t i = 0; i < change->removal_count; i++) {
		const struct rule *rule = ruleset_lookup(extension->on, change->removals[i]);

		if (rule != NULL && rule->def.feed != NULL &&
		    map_find(extension->puts, rule->def.name) == NULL)
			take_out(extension, rule);
	}
	for (size_t i = 0; i < map_count(extension->fresh); i++) {
		const struct rule *rule = ruleset_lookup(
		    extension->on, map_key(extension->fresh, i));

		if (rule != NULL)
			take_out(extension, rule);
		else
			take_readers(extension, map_key(extension->fresh, i));
	}
	while (extension->met < extension->gone.n)
		take_readers(extension,
		    (*(const struct rule **)vec_at(&extension->gone, extension->met++))->def.name);
}

/* Kinds that declare to DNS lists what they take. */
static bool
asks_lists(const struct rule *rule)
{
	return rule->def.kind == RULE_FUNCTION || rule->def.kind == RULE_DNSBL ||
	       rule->def.kind == RULE_URIBL || rule->def.kind == RULE_DNS;
}

/* Rules of a layer that stay, and whether one that goes has asked lists. */
static size_t
count_staying(const struct extension *extension, const struct layer *layer, bool *asked_r)
{
	size_t count = 0;

	for (size_t i = layer->first; i < layer->first + layer->count; i++) {
		const struct rule *rule = extension->on->rules[i];

		if (rule != NULL && !extension->is_gone[i])
			count++;
		else if (rule != NULL && asks_lists(rule))
			*asked_r = true;
	}
	return count;
}

/* The lowest layer that stays as it is. */
static struct layer *
choose_below(const struct extension *extension, size_t work_max)
{
	struct layer *top = extension->on->layer, *below = top;
	size_t fresh = extension->defs.n, work = 0, dead = 0;

	for (struct layer *layer = top; layer->below != NULL; layer = layer->below) {
		bool asked = false;
		size_t staying = count_staying(extension, layer, &asked);
		bool small = fresh + work > 0 && staying <= FOLD_RATIO * (fresh + work);
		bool crowded = top->depth >= LAYERS_MAX && layer->depth > LAYERS_MAX / 2;

		work += staying;
		dead += layer->count - staying;
		if (asked || crowded || (work <= work_max && (small || dead > work)))
			below = layer->below;
	}
	return below;
}

/* The rules of the layers above `below` are compiled once more. */
static void
fold_above(struct extension *extension, const struct layer *below)
{
	for (const struct layer *layer = extension->on->layer; layer != below;
	     layer = layer->below) {
		for (size_t i = layer->first; i < layer->first + layer->count; i++) {
			if (extension->on->rules[i] != NULL)
				compile_again(extension, extension->on->rules[i]);
		}
	}
}

static struct ruleset *
build(struct extension *extension, size_t work_max)
{
	struct layer *below = choose_below(extension, work_max);
	struct view_change change = { .former = extension->on };

	fold_above(extension, below);
	if (extension->gone.n > 1)
		qsort(extension->gone.p, extension->gone.n, sizeof(const struct rule *),
		    view_by_name);
	change.gone = (struct rule_refs){ extension->gone.p, extension->gone.n };
	change.grows = extension->defs.n > 0 || below != extension->on->layer;
	if (!change.grows)
		return ruleset_build_without(&change);
	return ruleset_build_on(below, &change, extension->defs.p, extension->defs.n,
	    extension->fresh, extension->report);
}

static struct extension
extension_of(const struct ruleset *on, const struct ruleset_report *report)
{
	struct extension extension = { .on = on,
		.report = report,
		.puts = map_new(NULL, MAP_EXACT, 0),
		.fresh = map_new(NULL, MAP_EXACT, 0),
		.defs = VEC_OF(const struct rule_def *, NULL),
		.is_gone = calloc(on->rule_count + 1, sizeof(bool)),
		.gone = VEC_OF(const struct rule *, NULL) };

	if (extension.is_gone == NULL)
		abort();
	return extension;
}

static void
extension_clear(struct extension *extension)
{
	map_free(&extension->puts);
	map_free(&extension->fresh);
	vec_clear(&extension->defs);
	vec_clear(&extension->gone);
	free(extension->is_gone);
}

struct ruleset *
ruleset_extend(
    struct ruleset *on, const struct ruleset_change *change, const struct ruleset_report *report)
{
	struct extension extension = extension_of(on, report);
	struct ruleset *ruleset;

	gather(&extension, change);
	if (extension.defs.n == 0 && extension.gone.n == 0)
		ruleset = ruleset_ref(on);
	else
		ruleset = build(
		    &extension, change->work_max == 0 ? RULESET_WORK : change->work_max);
	extension_clear(&extension);
	return ruleset;
}

struct ruleset *
ruleset_follow(struct ruleset *on, const struct rule_def *wanted, size_t count,
    const struct ruleset_report *report)
{
	struct ruleset_change change = { .puts = wanted, .put_count = count, .work_max = SIZE_MAX };
	struct map *names = map_new(NULL, MAP_EXACT, 0);
	struct vec removals = VEC_OF(struct slice, NULL);
	struct ruleset *ruleset;

	for (size_t i = 0; i < count; i++)
		map_add(names, wanted[i].name, (void *)(uintptr_t)&wanted[i]);
	for (size_t i = 0; i < on->name_count; i++) {
		const struct rule_def *def = &on->names[i]->def;

		if (def->feed != NULL && map_find(names, def->name) == NULL)
			*(struct slice *)vec_push(&removals) = def->name;
	}
	change.removals = removals.p;
	change.removal_count = removals.n;
	ruleset = ruleset_extend(on, &change, report);
	vec_clear(&removals);
	map_free(&names);
	return ruleset;
}

struct ruleset *
ruleset_fold(struct ruleset *on)
{
	struct extension extension = extension_of(on, NULL);
	struct ruleset *ruleset = NULL;

	if (choose_below(&extension, SIZE_MAX) != on->layer)
		ruleset = build(&extension, SIZE_MAX);
	extension_clear(&extension);
	return ruleset;
}
