/*
 * prefilter.c - the factors of a ruleset's patterns, a set for each view
 *
 * A selector that few rules with literals read is not worth a pass of its own;
 * nor is a view. Each layer of a ruleset has sets of its own, and a text is
 * read by all that want it.
 *
 * Limits: STARTS_MAX, and PREFIX_WALKS_MAX automata of all layers; BEGUN_WORDS_MAX.
 * Beyond them, and at the arena's cap, a pattern may match anywhere.
 */
#include "engine/rules/prefilter.h"

#include "engine/regex/factor.h"
#include "engine/regex/pattern_set.h"
#include "engine/regex/prefix_pattern.h"
#include "engine/regex/prefix_set.h"
#include "engine/regex/syntax.h"
#include "engine/rules/self_test.h"

/* Patterns for which a text is read. */
#define WORTH 3
/* The same of beginnings, whose states take some MB in each slot. */
#define STARTS_WORTH 8
/* Of a layer's view: patterns beyond are left to PCRE2. */
#define STARTS_MAX 512
/* Of one message: where patterns begin is kept in so many words, one for 64 patterns in a text. */
#define BEGUN_WORDS_MAX ((size_t)512 * 1024)
/* Literals that begin at more of mail's bytes stand in most messages. */
#define COMMON 0.0002

struct prefilter {
	struct pattern_set *sets[PREFILTER_COUNT];
	struct prefix_set *starts[PREFILTER_COUNT];
	unsigned *fields; /* by selector: rules that have a number */
	size_t field_count;
};

/* What one layer's patterns have come to. */
struct layer_scan {
	const struct prefilter *prefilter; /* NULL: it has no patterns */
	struct pattern_hits *hits[PREFILTER_COUNT]; /* NULL: not read */
	uint64_t *begun[PREFILTER_COUNT]; /* by text: a bit for each pattern; NULL: not read */
	bool *fields_read; /* by selector */
};

struct prefilter_scan {
	struct arena *arena;
	bool read[PREFILTER_COUNT];
	size_t new_steps; /* that beginnings may still take */
	size_t begun_words; /* that may still be kept */
	const struct rule *only; /* whose pattern is looked for; NULL: all are */
	size_t count;
	struct layer_scan layers[]; /* by depth */
};

enum prefilter_view
prefilter_view_of(const struct rule *rule)
{
	switch (rule->def.kind) {
	case RULE_HEADER:
		return rule->def.exists ? PREFILTER_COUNT : PREFILTER_HEADER;
	case RULE_BODY:
		return PREFILTER_BODY;
	case RULE_RAWBODY:
		return PREFILTER_RAWBODY;
	case RULE_URI:
		return rule->def.condition_count > 0 ? PREFILTER_COUNT : PREFILTER_URI;
	case RULE_FULL:
		return PREFILTER_FULL;
	case RULE_MIME:
	case RULE_META:
	case RULE_FUNCTION:
	case RULE_DNSBL:
	case RULE_URIBL:
	case RULE_DNS:
	case RULE_KIND_COUNT:
		break;
	}
	return PREFILTER_COUNT;
}

/* Puts the rule's pattern among those that are known by how they begin. */
static void
add_start(struct prefilter *prefilter, struct rule *rule, const struct syntax_node *tree,
    struct arena *work)
{
	struct prefix_set *starts = prefilter->starts[prefilter_view_of(rule)];
	struct prefix_pattern pattern;
	unsigned number;

	rule->crowded = prefix_set_count(starts) == STARTS_MAX;
	if (rule->crowded || !prefix_pattern_find(work, tree, &pattern))
		return;
	rule->crowded = !prefix_set_add(starts, &pattern, &number);
	if (!rule->crowded)
		rule->start = number + 1;
}

/* Puts the pattern into its view's sets, if anything is known of it; `many`: as others are. */
static void
add_rule(struct prefilter *prefilter, struct rule *rule, bool many, struct arena *work,
    struct self_test *test)
{
	enum prefilter_view view = prefilter_view_of(rule);
	struct syntax_node *tree;
	struct factor factor;
	bool found;

	if (view == PREFILTER_COUNT || rule->template != NULL)
		return;
	tree = syntax_parse(work, rule->def.pattern);
	if (tree == NULL)
		return;
	found = factor_find(work, tree, &factor);
	if (many && view != PREFILTER_HEADER && view != PREFILTER_FULL &&
	    (!found || factor.clauses[0].chance > COMMON))
		add_start(prefilter, rule, tree, work);
	if (found || rule->start != 0)
		self_test_add(test, rule, tree);
	if (!found)
		return;
	rule->sought = pattern_set_add(prefilter->sets[view],
			   view == PREFILTER_HEADER ? (unsigned)rule->selector : 0, &factor) +
		       1;
	if (view == PREFILTER_HEADER)
		prefilter->fields[rule->selector]++;
}

/* Automata that a text of the view is walked through. */
static size_t
parts_of(const struct prefilter *prefilter, size_t view)
{
	const struct prefix_set *starts = prefilter->starts[view];

	return prefix_set_count(starts) < STARTS_WORTH ? 0 : prefix_set_parts(starts);
}

/* The view's patterns are not looked for by how they begin. */
static void
forsake_starts(struct ruleset *ruleset, struct prefilter *prefilter, size_t view)
{
	struct layer *layer = ruleset->layer;

	prefilter->starts[view] = prefix_set_new(ruleset->arena);
	for (size_t i = 0; i < layer->count; i++) {
		struct rule *rule = &layer->rules[i];

		if (rule->start == 0 || prefilter_view_of(rule) != (enum prefilter_view)view)
			continue;
		rule->start = 0;
		rule->crowded = true;
	}
}

/* Makes the sets ready. Layers together have no more automata than are remembered. */
static void
seal_sets(struct ruleset *ruleset, struct prefilter *prefilter)
{
	size_t parts = 0;

	for (const struct layer *below = ruleset->layer->below; below != NULL;
	     below = below->below) {
		for (size_t i = 0; i < PREFILTER_COUNT; i++)
			parts += parts_of(below->prefilter, i);
	}
	for (size_t i = 0; i < PREFILTER_COUNT; i++) {
		pattern_set_seal(prefilter->sets[i]);
		prefix_set_seal(prefilter->starts[i]);
		if (parts + parts_of(prefilter, i) > PREFIX_WALKS_MAX)
			forsake_starts(ruleset, prefilter, i);
		parts += parts_of(prefilter, i);
	}
}

const struct prefilter *
prefilter_new(struct ruleset *ruleset, struct self_test *test)
{
	struct prefilter *prefilter = arena_alloc(ruleset->arena, sizeof(*prefilter));
	struct arena *work = arena_new(SYNTAX_ARENA_MAX);
	struct layer *layer = ruleset->layer;

	prefilter->field_count = ruleset->selectors.n;
	prefilter->fields = arena_array(
	    ruleset->arena, prefilter->field_count + 1, sizeof(*prefilter->fields));
	for (size_t i = 0; i < PREFILTER_COUNT; i++) {
		prefilter->sets[i] = pattern_set_new(ruleset->arena);
		prefilter->starts[i] = prefix_set_new(ruleset->arena);
	}
	for (size_t i = 0; i < layer->count; i++) {
		if (layer->rules[i].live)
			add_rule(
			    prefilter, &layer->rules[i], layer->count >= STARTS_WORTH, work, test);
		arena_empty(work);
	}
	arena_free(&work);
	seal_sets(ruleset, prefilter);
	return prefilter;
}

void
prefilter_looks(
    const struct ruleset *ruleset, const struct rule *rule, bool *literals_r, bool *beginnings_r)
{
	enum prefilter_view view = prefilter_view_of(rule);
	const struct layer *layer = ruleset->layer;
	const struct prefilter *prefilter;

	while (layer->depth != rule->layer)
		layer = layer->below;
	prefilter = layer->prefilter;
	*literals_r = rule->sought != 0 &&
		      (view == PREFILTER_HEADER
			      ? prefilter->fields[rule->selector]
			      : pattern_set_count(prefilter->sets[view])) >= WORTH;
	*beginnings_r = rule->start != 0 &&
			prefix_set_count(prefilter->starts[view]) >= STARTS_WORTH;
}

static void
fill_budgets(struct prefilter_scan *scan)
{
	scan->new_steps = PREFIX_NEW_STEPS_MAX;
	scan->begun_words = BEGUN_WORDS_MAX;
}

struct prefilter_scan *
prefilter_scan_new(const struct ruleset *ruleset, struct arena *arena)
{
	size_t count = ruleset_depth(ruleset);
	struct prefilter_scan *scan = arena_alloc(
	    arena, sizeof(*scan) + count * sizeof(scan->layers[0]));

	if (scan == NULL)
		return NULL;
	scan->arena = arena;
	scan->count = count;
	fill_budgets(scan);
	for (const struct layer *layer = ruleset->layer; layer != NULL; layer = layer->below) {
		struct layer_scan *of = &scan->layers[layer->depth];

		of->prefilter = layer->prefilter;
		of->fields_read = arena_array(
		    arena, layer->prefilter->field_count + 1, sizeof(bool));
		if (of->fields_read == NULL)
			return NULL;
	}
	return scan;
}

void
prefilter_only(struct prefilter_scan *scan, const struct rule *rule)
{
	enum prefilter_view view = prefilter_view_of(rule);
	struct layer_scan *of = &scan->layers[rule->layer];

	scan->only = rule;
	fill_budgets(scan);
	if (view == PREFILTER_COUNT)
		return;
	scan->read[view] = false;
	if (view == PREFILTER_HEADER)
		of->fields_read[rule->selector] = false;
	if (of->hits[view] != NULL && rule->sought != 0)
		pattern_hits_only(of->hits[view], rule->sought - 1);
}

/* Readies what is found of the layer's literals in the view, if it was not. */
static void
need_hits(struct prefilter_scan *scan, struct layer_scan *of, enum prefilter_view view)
{
	if (of->hits[view] != NULL)
		return;
	of->hits[view] = pattern_hits_new(of->prefilter->sets[view], scan->arena);
	if (of->hits[view] != NULL && scan->only != NULL && scan->only->sought != 0)
		pattern_hits_only(of->hits[view], scan->only->sought - 1);
}

/* Where the layer's patterns begin in the view's texts, to be filled; NULL: it is not kept. */
static uint64_t *
new_begun(struct prefilter_scan *scan, const struct prefix_set *starts, size_t count)
{
	size_t words = prefix_walks_words(starts);

	if (prefix_set_count(starts) < STARTS_WORTH || count > scan->begun_words / words ||
	    (scan->only != NULL && scan->only->start == 0))
		return NULL;
	scan->begun_words -= count * words;
	return arena_array(scan->arena, count * words + 1, sizeof(uint64_t));
}

static bool
layer_wants(
    struct prefilter_scan *scan, struct layer_scan *of, enum prefilter_view view, size_t count)
{
	const struct prefilter *prefilter = of->prefilter;

	if (pattern_set_count(prefilter->sets[view]) >= WORTH)
		need_hits(scan, of, view);
	of->begun[view] = new_begun(scan, prefilter->starts[view], count);
	return of->hits[view] != NULL || of->begun[view] != NULL;
}

bool
prefilter_wants(struct prefilter_scan *scan, enum prefilter_view view, size_t count)
{
	bool wants = false;

	if (scan->read[view])
		return false;
	scan->read[view] = true;
	for (size_t i = 0; i < scan->count; i++) {
		if (scan->only == NULL || scan->only->layer == i)
			wants |= layer_wants(scan, &scan->layers[i], view, count);
	}
	return wants;
}

bool
prefilter_may_hit_field(struct prefilter_scan *scan, const struct rule *rule, struct slice value)
{
	struct layer_scan *of = &scan->layers[rule->layer];
	struct pattern_hits *hits;
	size_t at = 0;

	if (rule->sought == 0 || of->prefilter->fields[rule->selector] < WORTH)
		return true;
	need_hits(scan, of, PREFILTER_HEADER);
	hits = of->hits[PREFILTER_HEADER];
	if (hits == NULL)
		return true;
	if (!of->fields_read[rule->selector])
		pattern_hits_read(hits, (unsigned)rule->selector, 0, value);
	of->fields_read[rule->selector] = true;
	return pattern_hits_next(hits, rule->sought - 1, &at);
}

void
prefilter_read(struct prefilter_scan *scan, struct prefix_walks *walks, enum prefilter_view view,
    size_t number, struct slice text)
{
	for (size_t i = 0; i < scan->count; i++) {
		struct layer_scan *of = &scan->layers[i];
		const struct prefix_set *starts = of->prefilter->starts[view];

		if (of->hits[view] != NULL)
			pattern_hits_read(of->hits[view], 0, number, text);
		if (of->begun[view] != NULL && walks != NULL)
			prefix_walks_read(walks, starts, text, &scan->new_steps,
			    of->begun[view] + number * prefix_walks_words(starts));
	}
}

void
prefilter_forget(struct prefilter_scan *scan, enum prefilter_view view)
{
	for (size_t i = 0; i < scan->count; i++) {
		scan->layers[i].hits[view] = NULL;
		scan->layers[i].begun[view] = NULL;
	}
	scan->read[view] = false;
}

/* Whether a match of the rule may begin in the text. */
static bool
may_begin(
    const struct layer_scan *of, const struct rule *rule, enum prefilter_view view, size_t text)
{
	const struct prefix_set *starts = of->prefilter->starts[view];
	unsigned number = rule->start - 1;

	return (of->begun[view][text * prefix_walks_words(starts) + number / 64] >> (number % 64) &
		   1) != 0;
}

bool
prefilter_next(const struct prefilter_scan *scan, const struct rule *rule, size_t count, size_t *at)
{
	enum prefilter_view view = prefilter_view_of(rule);
	const struct layer_scan *of = &scan->layers[rule->layer];

	if (view == PREFILTER_COUNT)
		return *at < count;
	if (rule->sought != 0 && of->hits[view] != NULL &&
	    !pattern_hits_next(of->hits[view], rule->sought - 1, at))
		return false;
	if (rule->start != 0 && of->begun[view] != NULL) {
		while (*at < count && !may_begin(of, rule, view, *at))
			++*at;
	}
	return *at < count;
}
