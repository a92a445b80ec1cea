/*
 * ruleset.c - from rule definitions to a compiled, ordered, immutable ruleset
 *
 * Steps: the last definition of a name wins whole, with a warning; scores are
 * laid over in their order; each rule is compiled by its kind; metas are
 * compiled once all names are known, put behind what they read, and pull that
 * into their own priority when theirs is lower. A rule with a problem is told
 * of and stays behind as `broken`: metas read it as 0. So do they read rules
 * that a score of 0 switches off, as SpamAssassin has it.
 *
 * Limits: RULE_NAME_MAX; a meta may not read itself over any number of steps.
 */
#include "engine/rules/ruleset.h"

#include <assert.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "engine/rules/address_set.h"
#include "engine/rules/capture.h"
#include "engine/rules/copy.h"
#include "engine/rules/core_lists.h"
#include "engine/rules/host_set.h"
#include "engine/rules/kinds.h"
#include "engine/rules/meta_readers.h"
#include "engine/rules/order.h"
#include "engine/rules/prefilter.h"
#include "engine/rules/rule.h"
#include "engine/rules/score.h"
#include "engine/util/ascii.h"
#include "engine/util/buf.h"

/* Where a rule that ends scans for ham or spam runs, when nobody says. */
#define SHORTCIRCUIT_PRIORITY (-200)

struct builder {
	struct ruleset *ruleset;
	const struct ruleset_report *report;
	struct map *by_name; /* name -> the index of its rule_def in `defs`, + 1 */
	struct vec defs; /* struct rule_def, copied */
};

static void
tell(const struct builder *builder, char severity, const struct origin *origin, struct slice name,
    const char *text)
{
	struct err err;

	if (builder->report == NULL || builder->report->tell == NULL)
		return;
	err_at(&err, origin->file, origin->line, origin->column, "%.*s: %s", SLICE_ARG(name), text);
	builder->report->tell(builder->report->p, severity, &err);
}

static bool
name_valid(struct slice name)
{
	if (name.n == 0 || name.n > RULE_NAME_MAX || ascii_is_digit(name.p[0]))
		return false;
	for (size_t i = 0; i < name.n; i++) {
		if (!ascii_is_word(name.p[i]))
			return false;
	}
	return true;
}

/* One definition; an earlier one of its name is replaced whole. */
static void
add_def(struct builder *builder, const struct rule_def *def)
{
	uintptr_t at = (uintptr_t)map_find(builder->by_name, def->name);
	struct rule_def copy;
	struct buf text = { 0 };

	if (!name_valid(def->name)) {
		tell(builder, 'e', &def->origin, def->name,
		    "a rule's name is made of letters, digits and _, not a digit first");
		return;
	}
	copy = copy_rule_def(builder->ruleset->arena, def);
	if (at == 0) {
		*(struct rule_def *)vec_push(&builder->defs) = copy;
		map_add(builder->by_name, copy.name, (void *)(uintptr_t)builder->defs.n);
		return;
	}
	const struct origin *old = &((struct rule_def *)vec_at(&builder->defs, at - 1))->origin;
	buf_printf(
	    &text, "replaces the rule of %s:%u", old->file == NULL ? "?" : old->file, old->line);
	tell(builder, 'w', &def->origin, def->name, buf_text(&text));
	buf_clear(&text);
	*(struct rule_def *)vec_at(&builder->defs, at - 1) = copy;
}

/* Types ham and spam bring what SpamAssassin documents them to stand for. */
static void
settle_shortcircuit(struct rule_def *def)
{
	if (def->shortcircuit == SHORTCIRCUIT_HAM)
		def->tags |= RULE_NICE;
	if (def->priority == 0 &&
	    (def->shortcircuit == SHORTCIRCUIT_HAM || def->shortcircuit == SHORTCIRCUIT_SPAM))
		def->priority = SHORTCIRCUIT_PRIORITY;
}

/* What a rule scores when nobody says: 1, a nice one -1. */
static void
default_score(struct rule_def *def)
{
	if (!def->has_score)
		def->score = (def->tags & RULE_NICE) != 0 ? -SCORE_ONE : SCORE_ONE;
	if (def->score_origin.file == NULL)
		def->score_origin = def->origin;
}

static void
lay_score(struct builder *builder, const struct score_override *score)
{
	uintptr_t at = (uintptr_t)map_find(builder->by_name, score->name);
	struct rule_def *def;

	if (at == 0) {
		tell(builder, 'w', &score->origin, score->name, "no rule of that name to score");
		return;
	}
	if (score->score > SCORE_LIMIT || score->score < -SCORE_LIMIT) {
		tell(builder, 'e', &score->origin, score->name, "a score is at most 1000");
		return;
	}
	def = vec_at(&builder->defs, at - 1);
	def->has_score = true;
	def->score = score->score;
	def->score_origin = copy_origin(builder->ruleset->arena, score->origin);
}

static int
compare_rules(const void *a, const void *b)
{
	return slice_compare(
	    ((const struct rule *)a)->def.name, ((const struct rule *)b)->def.name);
}

/* The rules in name order, nothing compiled yet. */
static void
make_rules(struct builder *builder)
{
	struct ruleset *ruleset = builder->ruleset;

	ruleset->rule_count = builder->defs.n;
	ruleset->rules = arena_array(
	    ruleset->arena, ruleset->rule_count + 1, sizeof(*ruleset->rules));
	for (size_t i = 0; i < ruleset->rule_count; i++) {
		struct rule *rule = &ruleset->rules[i];

		rule->def = *(struct rule_def *)vec_at(&builder->defs, i);
		settle_shortcircuit(&rule->def);
		default_score(&rule->def);
		rule->subrule = slice_starts(rule->def.name, SLICE("__"));
		rule->priority = rule->def.priority;
		if (rule->priority == 0 && capture_declared(&rule->def))
			rule->priority = CAPTURE_PRIORITY;
	}
	qsort(ruleset->rules, ruleset->rule_count, sizeof(*ruleset->rules), compare_rules);
	for (size_t i = 0; i < ruleset->rule_count; i++)
		ruleset->rules[i].index = i;
}

/* Told, with the byte of the pattern or expression when it is known. */
static void
break_rule(struct builder *builder, struct rule *rule, const struct err *err)
{
	struct buf text = { 0 };

	buf_add(&text, slice_of(err->text));
	if (err->column > 0)
		buf_printf(&text, " (byte %u)", err->column);
	tell(builder, rule->def.imported ? 'w' : 'e', &rule->def.origin, rule->def.name,
	    buf_text(&text));
	buf_clear(&text);
	rule->broken = true;
}

static void
compile_rule(struct builder *builder, struct rule *rule)
{
	struct err err = { .column = 0 };

	if (rule->def.has_score &&
	    (rule->def.score > SCORE_LIMIT || rule->def.score < -SCORE_LIMIT))
		err_set(&err, "a score is at most 1000");
	else if (kind_of(rule->def.kind)->compile(builder->ruleset, rule, &err))
		return;
	break_rule(builder, rule, &err);
}

/* What a meta's names mean, and who asked. */
struct meta_context {
	struct builder *builder;
	struct rule *rule;
};

static bool
meta_find(void *p, struct slice name, size_t *index_r)
{
	struct meta_context *context = p;
	const struct rule *used = ruleset_lookup(context->builder->ruleset, name);
	struct buf text = { 0 };

	if (used != NULL && !used->broken && used->def.score != 0) {
		*index_r = used->index;
		return true;
	}
	if (used != NULL && !used->broken && used->def.kind == RULE_META &&
	    rule_has_quirks(context->builder->ruleset, context->rule))
		context->rule->unasked = true;
	if (context->rule->def.imported)
		return false;
	buf_printf(&text, "reads %.*s, which %s: it counts 0", SLICE_ARG(name),
	    used == NULL   ? "no rule is named"
	    : used->broken ? "was left out"
			   : "is switched off by a score of 0");
	tell(context->builder, 'w', &context->rule->def.origin, context->rule->def.name,
	    buf_text(&text));
	buf_clear(&text);
	return false;
}

static void
meta_matching(void *p, struct slice glob, struct vec *indices)
{
	struct meta_context *context = p;
	const struct ruleset *ruleset = context->builder->ruleset;

	for (size_t i = 0; i < ruleset->rule_count; i++) {
		const struct rule *rule = &ruleset->rules[i];

		if (rule != context->rule && !rule->broken && rule->def.score != 0 &&
		    glob_matches(glob, rule->def.name, false))
			*(size_t *)vec_push(indices) = i;
	}
}

static void
compile_meta(struct builder *builder, struct rule *rule)
{
	struct meta_context context = { builder, rule };
	const struct meta_names names = { meta_find, meta_matching, &context };
	struct err err = { .column = 0 };

	if (!meta_compile(builder->ruleset->arena, rule->def.expression, &names, &rule->meta, &err))
		break_rule(builder, rule, &err);
}

/* Whether SpamAssassin waits in vain for what the meta reads: a meta that it never runs. */
static bool
waits_in_vain(const struct ruleset *ruleset, const struct rule *rule)
{
	for (size_t i = 0; i < rule->meta.use_count; i++) {
		const struct rule *used = &ruleset->rules[rule->meta.uses[i]];

		if (used->unasked)
			return true;
	}
	return false;
}

/* Metas that read those which are never evaluated are not evaluated either. */
static void
spread_unasked(struct ruleset *ruleset)
{
	bool more = true;

	while (more) {
		more = false;
		for (size_t i = 0; i < ruleset->rule_count; i++) {
			struct rule *rule = &ruleset->rules[i];

			if (rule->def.kind != RULE_META || rule->unasked || rule->broken ||
			    !rule_has_quirks(ruleset, rule) || !waits_in_vain(ruleset, rule))
				continue;
			rule->unasked = true;
			more = true;
		}
	}
}

static void
compile_all(struct builder *builder)
{
	struct ruleset *ruleset = builder->ruleset;

	for (size_t i = 0; i < ruleset->rule_count; i++)
		compile_rule(builder, &ruleset->rules[i]);
	for (size_t i = 0; i < ruleset->rule_count; i++) {
		struct rule *rule = &ruleset->rules[i];

		if (rule->def.kind == RULE_META && !rule->broken)
			compile_meta(builder, rule);
	}
	spread_unasked(ruleset);
}

static void
add_lists(struct ruleset *ruleset, const struct ruleset_source *source)
{
	for (size_t i = 0; i < source->list_count; i++) {
		const struct rule_list *from = &source->lists[i];
		struct name_list *list = map_find(ruleset->lists, from->name);

		if (list == NULL) {
			list = arena_alloc(ruleset->arena, sizeof(*list));
			list->name = arena_copy(ruleset->arena, from->name);
			list->entries = VEC_OF(struct slice, ruleset->arena);
			map_add(ruleset->lists, list->name, list);
		}
		list->origin = copy_origin(ruleset->arena, from->origin);
		for (size_t k = 0; k < from->entry_count; k++)
			*(struct slice *)vec_push(&list->entries) = arena_copy(
			    ruleset->arena, slice_trim(from->entries[k]));
	}
}

/* A score that is given as an option; false: it is not, or is none. */
static bool
score_option(const struct ruleset *ruleset, const char *name, int64_t *score_r)
{
	struct slice text = ruleset_option(ruleset, name, SLICE_ABSENT);

	return text.p != NULL && score_parse(text, score_r);
}

/* Where scans may be ended there is a rule that says so, whether anybody wrote one or not. */
static void
add_shortcircuit(struct builder *builder)
{
	struct shortcircuit_limits *limits = &builder->ruleset->shortcircuit;
	struct rule_def rule = { .name = SHORTCIRCUIT_NAME,
		.kind = RULE_FUNCTION,
		.expression = SLICE("check_shortcircuit()") };
	bool wanted;

	*limits = (struct shortcircuit_limits){ .ham_score = -100 * SCORE_ONE,
		.spam_score = 100 * SCORE_ONE };
	score_option(builder->ruleset, "shortcircuit_ham_score", &limits->ham_score);
	score_option(builder->ruleset, "shortcircuit_spam_score", &limits->spam_score);
	limits->has_min_ham = score_option(
	    builder->ruleset, "shortcircuit_min_ham_score", &limits->min_ham);
	limits->has_max_spam = score_option(
	    builder->ruleset, "shortcircuit_max_spam_score", &limits->max_spam);
	wanted = limits->has_min_ham || limits->has_max_spam;
	for (size_t i = 0; i < builder->defs.n && rule.origin.file == NULL; i++) {
		const struct rule_def *def = vec_at(&builder->defs, i);

		wanted = wanted || def->shortcircuit != SHORTCIRCUIT_OFF;
		if (def->shortcircuit != SHORTCIRCUIT_OFF)
			rule.origin = def->origin;
	}
	if (wanted && map_find(builder->by_name, rule.name) == NULL)
		add_def(builder, &rule);
}

static void
tell_list(void *p, struct slice list, const char *text)
{
	const struct builder *builder = p;
	const struct name_list *named = map_find(builder->ruleset->lists, list);
	const struct origin nowhere = { .file = NULL };

	tell(builder, 'w', named != NULL ? &named->origin : &nowhere, list, text);
}

/* Who asks a dead list waits in vain, or believes that it lists the world. */
static void
tell_dead_lists(const struct builder *builder)
{
	const struct dns_lists *lists = &builder->ruleset->dns_lists;

	for (size_t i = 0; i < lists->n; i++) {
		const char *obituary = dns_list_obituary(lists->v[i].zone);

		if (obituary != NULL)
			tell(builder, 'w', ruleset_dns_origin(builder->ruleset, i),
			    lists->v[i].zone, obituary);
	}
}

static void
report_cycle(void *p, struct rule *rule, const struct rule *through)
{
	struct builder *builder = p;
	struct buf text = { 0 };

	buf_printf(&text, "reads itself through %.*s, or over more than %d metas",
	    SLICE_ARG(through->def.name), ORDER_CHAIN_MAX);
	tell(builder, rule->def.imported ? 'w' : 'e', &rule->def.origin, rule->def.name,
	    buf_text(&text));
	buf_clear(&text);
}

static void
fill_in_force(struct builder *builder, const struct ruleset_source *source)
{
	struct ruleset *ruleset = builder->ruleset;
	const struct rule_def **defs = arena_array(
	    ruleset->arena, ruleset->rule_count + 1, sizeof(*defs));

	ruleset->in_force = arena_array(
	    ruleset->arena, ruleset->rule_count + 1, sizeof(*ruleset->in_force));
	for (size_t i = 0; i < ruleset->rule_count; i++) {
		if (ruleset->rules[i].broken)
			continue;
		defs[ruleset->in_force_count] = &ruleset->rules[i].def;
		ruleset->in_force[ruleset->in_force_count++] = &ruleset->rules[i];
	}
	ruleset->id = ruleset_digest(
	    ruleset->arena, defs, ruleset->in_force_count, source, &ruleset->policy);
}

static struct ruleset *
ruleset_new(const struct policy *policy)
{
	static const char *const fixed[] = {
#define FIXED_FIELD_TEXT(id, text) text,
		FIXED_FIELD_TABLE(FIXED_FIELD_TEXT)
#undef FIXED_FIELD_TEXT
	};
	struct ruleset *ruleset = calloc(1, sizeof(*ruleset));
	struct err err;
	size_t number;

	if (ruleset == NULL)
		abort();
	ruleset->refs = 1;
	ruleset->arena = arena_new(SIZE_MAX);
	ruleset->compiler = regex_compiler_new();
	ruleset->regexes = VEC_OF(struct regex *, NULL);
	ruleset->selectors = VEC_OF(struct selector *, ruleset->arena);
	ruleset->selector_numbers = map_new(ruleset->arena, MAP_EXACT, 0);
	ruleset->lists = map_new(ruleset->arena, MAP_EXACT, 0);
	ruleset->policy = copy_policy(ruleset->arena, policy);
	for (size_t i = 0; i < FIXED_FIELD_COUNT; i++) {
		bool ok = ruleset_selector(ruleset, slice_of(fixed[i]), &number, &err);

		assert(ok && number == i);
	}
	return ruleset;
}

struct ruleset *
ruleset_build(const struct ruleset_source *source, const struct ruleset_report *report)
{
	struct builder builder = { .ruleset = ruleset_new(source->policy), .report = report };
	const struct order_report cycles = { report_cycle, &builder };
	struct ruleset *ruleset = builder.ruleset;

	builder.by_name = map_new(NULL, MAP_EXACT, 0);
	builder.defs = VEC_OF(struct rule_def, NULL);
	add_lists(ruleset, source);
	core_lists_apply(ruleset, tell_list, &builder);
	ruleset_dns_open(ruleset, source->dns_lists, source->dns_list_count);
	for (size_t i = 0; i < source->def_count; i++)
		add_def(&builder, &source->defs[i]);
	add_shortcircuit(&builder);
	for (size_t i = 0; i < source->score_count; i++)
		lay_score(&builder, &source->scores[i]);
	make_rules(&builder);
	compile_all(&builder);
	ruleset_dns_imply(ruleset);
	order_rules(ruleset, &cycles);
	ruleset_dns_close(ruleset);
	tell_dead_lists(&builder);
	meta_readers_find(ruleset);
	ruleset->prefilter = prefilter_new(ruleset);
	fill_in_force(&builder, source);
	map_free(&builder.by_name);
	vec_clear(&builder.defs);
	return ruleset;
}

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
	for (size_t i = 0; i < gone->regexes.n; i++)
		regex_free(vec_at(&gone->regexes, i));
	vec_clear(&gone->regexes);
	regex_compiler_free(&gone->compiler);
	arena_free(&gone->arena);
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

const struct rule *
ruleset_lookup(const struct ruleset *ruleset, struct slice name)
{
	size_t low = 0, high = ruleset->rule_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = slice_compare(name, ruleset->rules[middle].def.name);

		if (order == 0)
			return &ruleset->rules[middle];
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
		*(struct regex **)vec_push(&ruleset->regexes) = regex;
	return regex;
}

bool
ruleset_selector(struct ruleset *ruleset, struct slice text, size_t *number_r, struct err *err)
{
	uintptr_t known = (uintptr_t)map_find(ruleset->selector_numbers, text);
	struct selector *selector;

	if (known != 0) {
		*number_r = known - 1;
		return true;
	}
	selector = selector_compile(ruleset->arena, text, err);
	if (selector == NULL)
		return false;
	*(struct selector **)vec_push(&ruleset->selectors) = selector;
	map_add(ruleset->selector_numbers, arena_copy(ruleset->arena, text),
	    (void *)(uintptr_t)ruleset->selectors.n);
	*number_r = ruleset->selectors.n - 1;
	return true;
}

const struct name_list *
ruleset_list(const struct ruleset *ruleset, const char *name)
{
	return map_find(ruleset->lists, slice_of(name));
}

struct slice
ruleset_option(const struct ruleset *ruleset, const char *name, struct slice otherwise)
{
	const struct name_list *list = ruleset_list(ruleset, name);

	return list == NULL || list->entries.n == 0 ? otherwise
						    : *(struct slice *)vec_at(&list->entries, 0);
}

const struct address_set *
ruleset_addresses(struct ruleset *ruleset, struct slice name)
{
	struct name_list *list = map_find(ruleset->lists, name);

	if (list == NULL)
		return NULL;
	if (list->addresses == NULL)
		list->addresses = address_set_new(ruleset->arena, &list->entries);
	return list->addresses;
}

const struct host_set *
ruleset_hosts(struct ruleset *ruleset, struct slice name)
{
	struct name_list *list = map_find(ruleset->lists, name);

	if (list == NULL)
		return NULL;
	if (list->hosts == NULL)
		list->hosts = host_set_new(ruleset->arena, &list->entries);
	return list->hosts;
}
