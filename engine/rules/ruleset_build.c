/*
 * ruleset_build.c - from rule definitions to a compiled, ordered, immutable ruleset
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
#include "engine/rules/ruleset_build.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "engine/rules/capture.h"
#include "engine/rules/copy.h"
#include "engine/rules/core_lists.h"
#include "engine/rules/kinds.h"
#include "engine/rules/layer.h"
#include "engine/rules/mentions.h"
#include "engine/rules/meta_readers.h"
#include "engine/rules/order.h"
#include "engine/rules/prefilter.h"
#include "engine/rules/rule.h"
#include "engine/rules/score.h"
#include "engine/rules/self_test.h"
#include "engine/util/ascii.h"
#include "engine/util/buf.h"

/* Where a rule that ends scans for ham or spam runs, when nobody says. */
#define SHORTCIRCUIT_PRIORITY (-200)

struct builder {
	struct ruleset *ruleset;
	const struct ruleset_report *report;
	const struct map *told; /* names of rules that may be told of; NULL: all */
	struct map *by_name; /* name -> the index of its rule_def in `defs`, + 1 */
	struct vec defs; /* struct rule_def, copied */
	struct mentions *mentions;
};

static void
tell(const struct builder *builder, char severity, const struct origin *origin, struct slice name,
    const char *text)
{
	struct err err;

	if (builder->report == NULL || builder->report->tell == NULL ||
	    (builder->told != NULL && map_find(builder->told, name) == NULL))
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

bool
feed_same_channel(const struct rule_def *a, const struct rule_def *b)
{
	return a->feed == NULL || b->feed == NULL
		   ? a->feed == b->feed
		   : slice_eq(slice_of(a->feed->channel), slice_of(b->feed->channel));
}

/* The definition of a name again: it wins, unless a feed has brought it and others the first. */
static void
replace_def(struct builder *builder, size_t at, const struct rule_def *copy)
{
	struct rule_def *old = vec_at(&builder->defs, at);
	struct buf text = { 0 };

	if (copy->feed != NULL && !feed_same_channel(copy, old)) {
		tell(builder, 'e', &copy->origin, copy->name,
		    "the name is that of a rule which is not of this channel");
		return;
	}
	buf_printf(&text, "replaces the rule of %s:%u",
	    old->origin.file == NULL ? "?" : old->origin.file, old->origin.line);
	tell(builder, 'w', &copy->origin, copy->name, buf_text(&text));
	buf_clear(&text);
	*old = *copy;
}

static void
add_def(struct builder *builder, const struct rule_def *def)
{
	uintptr_t at = (uintptr_t)map_find(builder->by_name, def->name);
	struct rule_def copy;

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
	replace_def(builder, at - 1, &copy);
}

/*
 * Types ham and spam bring what SpamAssassin documents them to stand for. A feed says nothing of
 * when rules run.
 */
static void
settle_priority(struct rule_def *def)
{
	if (def->shortcircuit == SHORTCIRCUIT_HAM)
		def->tags |= RULE_NICE;
	if (def->priority == 0 &&
	    (def->shortcircuit == SHORTCIRCUIT_HAM || def->shortcircuit == SHORTCIRCUIT_SPAM))
		def->priority = SHORTCIRCUIT_PRIORITY;
	if (def->feed != NULL)
		def->priority = 0;
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

void
rule_def_settle(const struct ruleset *ruleset, struct rule_def *def)
{
	const struct score_override *score = map_find(ruleset->scores, def->name);

	settle_priority(def);
	default_score(def);
	if (score == NULL)
		return;
	def->has_score = true;
	def->score = score->score;
	def->score_origin = score->origin;
}

/* Keeps what the configuration says of scores; the last one wins. */
static void
keep_scores(struct builder *builder, const struct ruleset_source *source)
{
	struct ruleset *ruleset = builder->ruleset;
	struct map *scores = map_new(ruleset->arena, MAP_EXACT, 0);

	for (size_t i = 0; i < source->score_count; i++) {
		const struct score_override *score = &source->scores[i];
		struct score_override *kept;

		if (map_find(builder->by_name, score->name) == NULL)
			tell(builder, 'w', &score->origin, score->name,
			    source->channel_count == 0
				? "no rule of that name to score"
				: "no rule of that name to score, unless a feed brings one");
		if (score->score > SCORE_LIMIT || score->score < -SCORE_LIMIT) {
			tell(builder, 'e', &score->origin, score->name, "a score is at most 1000");
			continue;
		}
		kept = arena_alloc(ruleset->arena, sizeof(*kept));
		*kept = (struct score_override){ arena_copy(ruleset->arena, score->name),
			score->score, copy_origin(ruleset->arena, score->origin) };
		map_add(scores, kept->name, kept);
	}
	ruleset->scores = scores;
}

static void
keep_channels(struct ruleset *ruleset, const struct ruleset_source *source)
{
	struct channel_limit *channels = arena_array(
	    ruleset->arena, source->channel_count + 1, sizeof(*channels));

	for (size_t i = 0; i < source->channel_count; i++) {
		channels[i] = source->channels[i];
		channels[i].channel = arena_copy(ruleset->arena, channels[i].channel);
	}
	ruleset->channels = channels;
	ruleset->channel_count = source->channel_count;
}

/* The number + 1 of the channel whose limit holds for the rule, or 0. */
static unsigned
channel_of(const struct ruleset *ruleset, const struct rule_def *def)
{
	for (size_t i = 0; def->feed != NULL && i < ruleset->channel_count; i++) {
		if (slice_eq(slice_of(def->feed->channel), ruleset->channels[i].channel))
			return (unsigned)i + 1;
	}
	return 0;
}

static int
compare_rules(const void *a, const void *b)
{
	return slice_compare(
	    ((const struct rule *)a)->def.name, ((const struct rule *)b)->def.name);
}

/* The layer's rules in name order, nothing compiled yet. */
static void
make_rules(struct builder *builder)
{
	struct ruleset *ruleset = builder->ruleset;
	struct layer *layer = ruleset->layer;

	layer->count = builder->defs.n;
	layer->rules = arena_array(ruleset->arena, layer->count + 1, sizeof(*layer->rules));
	for (size_t i = 0; i < layer->count; i++) {
		struct rule *rule = &layer->rules[i];

		rule->def = *(struct rule_def *)vec_at(&builder->defs, i);
		rule_def_settle(ruleset, &rule->def);
		rule->digest = rule_def_digest(&rule->def);
		rule->layer = layer->depth;
		rule->channel = channel_of(ruleset, &rule->def);
		rule->subrule = slice_starts(rule->def.name, SLICE("__"));
		rule->priority = rule->def.priority;
		if (rule->priority == 0 && capture_declared(&rule->def))
			rule->priority = CAPTURE_PRIORITY;
	}
	if (layer->count > 1)
		qsort(layer->rules, layer->count, sizeof(*layer->rules), compare_rules);
	for (size_t i = 0; i < layer->count; i++)
		layer->rules[i].index = layer->first + i;
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
	else if (rule->def.feed != NULL && rule->def.shortcircuit != SHORTCIRCUIT_OFF)
		err_set(&err, "a rule of a feed ends no scan");
	else if (kind_of(rule->def.kind)->compile(builder->ruleset, rule, &err))
		return;
	break_rule(builder, rule, &err);
}

/* What a meta's names mean, and who asked. */
struct meta_context {
	struct builder *builder;
	struct rule *rule;
};

/* Whether a meta may see the rule: in shadow only its own channel's. */
static bool
is_seen_by(const struct rule *used, const struct rule *meta)
{
	return !used->def.shadow || feed_same_channel(&used->def, &meta->def);
}

static bool
meta_find(void *p, struct slice name, size_t *index_r)
{
	struct meta_context *context = p;
	const struct rule *used = ruleset_lookup(context->builder->ruleset, name);
	struct buf text = { 0 };

	mentions_add(context->builder->mentions, name, context->rule->index);
	if (used != NULL && !is_seen_by(used, context->rule))
		used = NULL;
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

	mentions_add_glob(context->builder->mentions, glob, context->rule->index);
	for (size_t i = 0; i < ruleset->name_count; i++) {
		const struct rule *rule = ruleset->names[i];

		if (rule != context->rule && !rule->broken && rule->def.score != 0 &&
		    is_seen_by(rule, context->rule) && glob_matches(glob, rule->def.name, false))
			*(size_t *)vec_push(indices) = rule->index;
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
		if (ruleset->rules[rule->meta.uses[i]]->unasked)
			return true;
	}
	return false;
}

/* Metas that read those which are never evaluated are not evaluated either. */
static void
spread_unasked(struct ruleset *ruleset)
{
	struct layer *layer = ruleset->layer;
	bool more = true;

	while (more) {
		more = false;
		for (size_t i = 0; i < layer->count; i++) {
			struct rule *rule = &layer->rules[i];

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
	struct layer *layer = builder->ruleset->layer;

	for (size_t i = 0; i < layer->count; i++)
		compile_rule(builder, &layer->rules[i]);
	for (size_t i = 0; i < layer->count; i++) {
		struct rule *rule = &layer->rules[i];

		if (rule->def.kind == RULE_META && !rule->broken)
			compile_meta(builder, rule);
	}
	spread_unasked(builder->ruleset);
}

static void
add_lists(struct ruleset *ruleset, const struct ruleset_source *source)
{
	for (size_t i = 0; i < source->list_count; i++) {
		const struct rule_list *from = &source->lists[i];
		struct name_list *list = map_find(ruleset->layer->lists, from->name);

		if (list == NULL) {
			list = arena_alloc(ruleset->arena, sizeof(*list));
			list->name = arena_copy(ruleset->arena, from->name);
			list->entries = VEC_OF(struct slice, ruleset->arena);
			map_add(ruleset->layer->lists, list->name, list);
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

		if (def->feed != NULL)
			continue;
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
	const struct name_list *named = ruleset_list_named(builder->ruleset, list);
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

/* What stands before PCRE2, tried with texts that are made of the patterns. */
static void
make_prefilter(struct builder *builder)
{
	struct ruleset *ruleset = builder->ruleset;
	struct layer *layer = ruleset->layer;
	struct self_test *test = self_test_new();

	layer->prefilter = prefilter_new(ruleset, test);
	if (self_test_run(test, ruleset) > 0) {
		for (size_t i = 0; i < layer->count; i++) {
			const struct rule *rule = &layer->rules[i];

			if (rule->unproven)
				tell(builder, 'w', &rule->def.origin, rule->def.name,
				    "the prefilter lost a match of the pattern in its self-test: "
				    "PCRE2 alone matches it; please report this");
		}
	}
	self_test_free(&test);
}

/* The rest of what a layer takes: its definitions are gathered, and what is below is there. */
static void
finish(struct builder *builder, const struct view_change *change)
{
	struct ruleset *ruleset = builder->ruleset;
	const struct order_report cycles = { report_cycle, builder };

	builder->mentions = mentions_new(ruleset->arena);
	make_rules(builder);
	view_open(ruleset, change);
	compile_all(builder);
	mentions_seal(builder->mentions);
	ruleset->layer->mentions = builder->mentions;
	ruleset_dns_imply(ruleset);
	order_rules(ruleset, &cycles);
	ruleset_dns_close(ruleset);
	meta_readers_rest(ruleset->layer);
	make_prefilter(builder);
	view_close(ruleset, change);
	ruleset->layer->state = *ruleset;
	map_free(&builder->by_name);
	vec_clear(&builder->defs);
}

static void
add_fixed_fields(struct ruleset *ruleset)
{
	static const char *const fixed[] = {
#define FIXED_FIELD_TEXT(id, text) text,
		FIXED_FIELD_TABLE(FIXED_FIELD_TEXT)
#undef FIXED_FIELD_TEXT
	};
	struct err err;
	size_t number;

	for (size_t i = 0; i < FIXED_FIELD_COUNT; i++) {
		bool ok = ruleset_selector(ruleset, slice_of(fixed[i]), &number, &err);

		assert(ok && number == i);
	}
}

static struct ruleset *
ruleset_new(void)
{
	struct ruleset *ruleset = calloc(1, sizeof(*ruleset));

	if (ruleset == NULL)
		abort();
	return ruleset;
}

static struct builder
builder_of(struct ruleset *ruleset, const struct ruleset_report *report)
{
	return (struct builder){ .ruleset = ruleset,
		.report = report,
		.by_name = map_new(NULL, MAP_EXACT, 0),
		.defs = VEC_OF(struct rule_def, NULL) };
}

struct ruleset *
ruleset_build(const struct ruleset_source *source, const struct ruleset_report *report)
{
	const struct view_change whole = { .grows = true };
	struct ruleset *ruleset = ruleset_new();
	struct builder builder = builder_of(ruleset, report);

	ruleset->refs = 1;
	ruleset->layer = layer_new(NULL);
	ruleset->arena = ruleset->layer->arena;
	ruleset->compiler = regex_compiler_new();
	ruleset->selectors = VEC_OF(struct selector *, ruleset->arena);
	ruleset->policy = copy_policy(ruleset->arena, source->policy);
	add_fixed_fields(ruleset);
	add_lists(ruleset, source);
	core_lists_apply(ruleset, tell_list, &builder);
	ruleset_dns_open(ruleset, source->dns_lists, source->dns_list_count);
	keep_channels(ruleset, source);
	for (size_t i = 0; i < source->def_count; i++)
		add_def(&builder, &source->defs[i]);
	add_shortcircuit(&builder);
	keep_scores(&builder, source);
	ruleset->base_digest = source_digest(source, &ruleset->policy);
	finish(&builder, &whole);
	tell_dead_lists(&builder);
	return ruleset;
}

/* What the layer below left, to be added to: its own is const. */
static void
begin_with(struct ruleset *ruleset, struct layer *below)
{
	const struct vec *selectors = &below->state.selectors;

	*ruleset = below->state;
	ruleset->refs = 1;
	ruleset->layer = layer_new(below);
	ruleset->layer->first = below->first + below->count;
	ruleset->arena = ruleset->layer->arena;
	ruleset->selectors = VEC_OF(struct selector *, ruleset->arena);
	for (size_t i = 0; i < selectors->n; i++)
		*(struct selector **)vec_push(&ruleset->selectors) = *(struct selector **)vec_at(
		    selectors, i);
}

struct ruleset *
ruleset_build_on(struct layer *below, const struct view_change *change,
    const struct rule_def *const *defs, size_t count, const struct map *told,
    const struct ruleset_report *report)
{
	struct ruleset *ruleset = ruleset_new();
	struct builder builder = builder_of(ruleset, report);

	builder.told = told;
	begin_with(ruleset, below);
	for (size_t i = 0; i < count; i++)
		add_def(&builder, defs[i]);
	finish(&builder, change);
	return ruleset;
}

struct ruleset *
ruleset_build_without(const struct view_change *change)
{
	struct ruleset *ruleset = ruleset_new();

	*ruleset = *change->former;
	ruleset->refs = 1;
	ruleset->layer = layer_ref(change->former->layer);
	view_open(ruleset, change);
	view_close(ruleset, change);
	return ruleset;
}
