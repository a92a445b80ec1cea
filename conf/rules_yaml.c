/*
 * rules_yaml.c - rule files in YAML, gathered in their order
 *
 * The trees, and so all texts, stay in one arena until the source is cleared;
 * ruleset_build copies what it needs. A file with a mistake in YAML gives
 * nothing; a rule with a mistake costs that rule alone.
 *
 * Layers: a score that stands apart from its rule ("scores:") wins over the
 * rules of its own file and of earlier ones, and loses to a later file that
 * defines the rule anew with a score of its own.
 */
#include "conf/rules_yaml.h"

#include <stdint.h>

#include "conf/dns_list_yaml.h"
#include "conf/rule_yaml.h"
#include "conf/schema.h"
#include "conf/yaml.h"
#include "engine/util/map.h"

/* Tens of thousands of rules; more is a mistake, not a rule set. */
#define ARENA_CAP ((size_t)512 * 1024 * 1024)

struct arena *
rule_source_arena(struct rule_source *source)
{
	if (source->arena == NULL)
		source->arena = arena_new(ARENA_CAP);
	return source->arena;
}

static void
read_rules(struct rule_source *source, const struct schema *schema, const struct yaml_node *node)
{
	if (!schema_mapping(schema, node, "a mapping of names to rules"))
		return;
	for (size_t i = 0; i < node->n; i++) {
		struct rule_def def;

		if (rule_yaml_read(schema, node->entries[i].key, node->entries[i].value, &def))
			*(struct rule_def *)vec_push(&source->defs) = def;
	}
}

static void
read_scores(struct rule_source *source, const struct schema *schema, const struct yaml_node *node)
{
	struct vec scores = VEC_OF(struct score_override, schema->arena);

	schema_scores(schema, node, &scores);
	rule_source_add_scores(source, scores.p, scores.n);
}

static void
read_lists(struct rule_source *source, const struct schema *schema, const struct yaml_node *node)
{
	struct vec lists = VEC_OF(struct rule_list, schema->arena);

	schema_lists(schema, node, &lists);
	rule_source_add_lists(source, lists.p, lists.n);
}

static void
read_dns_lists(
    struct rule_source *source, const struct schema *schema, const struct yaml_node *node)
{
	struct vec lists = VEC_OF(struct dns_list, schema->arena);

	dns_lists_yaml(schema, node, &lists);
	rule_source_add_dns_lists(source, lists.p, lists.n);
}

static void
read_file(struct rule_source *source, const struct schema *schema, const struct yaml_node *root)
{
	static const struct slice known[] = { { "rules", 5 }, { "scores", 6 }, { "lists", 5 },
		{ "dns_lists", 9 } };
	const struct yaml_node *rules, *scores, *lists, *dns_lists;

	if (!schema_mapping(schema, root, "a mapping with rules:, scores:, lists: or dns_lists:"))
		return;
	for (size_t i = 0; i < root->n; i++) {
		struct slice key = root->entries[i].key->text;

		if (!slice_eq(key, known[0]) && !slice_eq(key, known[1]) &&
		    !slice_eq(key, known[2]) && !slice_eq(key, known[3]))
			schema_unknown_key(schema, root->entries[i].key, known, 4);
	}
	rules = yaml_find(root, known[0]);
	scores = yaml_find(root, known[1]);
	lists = yaml_find(root, known[2]);
	dns_lists = yaml_find(root, known[3]);
	if (rules != NULL)
		read_rules(source, schema, rules);
	if (scores != NULL)
		read_scores(source, schema, scores);
	if (lists != NULL)
		read_lists(source, schema, lists);
	if (dns_lists != NULL)
		read_dns_lists(source, schema, dns_lists);
}

bool
rules_yaml_read(struct rule_source *source, const char *name, const char *layer, struct slice bytes,
    struct diagnostics *diagnostics)
{
	size_t errors = diagnostics_count(diagnostics, SEVERITY_ERROR);
	const struct yaml_node *root;
	struct schema schema;

	schema = (struct schema){ .arena = rule_source_arena(source), .diagnostics = diagnostics };
	schema.file = arena_copy(source->arena, slice_of(name)).p;
	schema.layer = arena_copy(source->arena, slice_of(layer)).p;
	if (schema.file == NULL || schema.layer == NULL) {
		diagnostics_add(
		    diagnostics, SEVERITY_ERROR, name, 0, 0, "out of memory for configuration");
		return false;
	}
	root = yaml_read(source->arena, schema.file, bytes, diagnostics);
	if (root != NULL)
		read_file(source, &schema, root);
	return diagnostics_count(diagnostics, SEVERITY_ERROR) == errors;
}

void
rule_source_add_scores(
    struct rule_source *source, const struct score_override *scores, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct rule_source_score *score = vec_push(&source->scores);

		score->score = scores[i];
		score->defs_before = source->defs.n;
	}
}

void
rule_source_add_lists(struct rule_source *source, const struct rule_list *lists, size_t count)
{
	for (size_t i = 0; i < count; i++)
		*(struct rule_list *)vec_push(&source->lists) = lists[i];
}

/* Few enough that each looks for its predecessor; its number stays. */
void
rule_source_add_dns_lists(struct rule_source *source, const struct dns_list *lists, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct dns_list *place = NULL;

		for (size_t k = 0; k < source->dns_lists.n && place == NULL; k++) {
			place = vec_at(&source->dns_lists, k);
			if (!slice_ieq(place->name, lists[i].name))
				place = NULL;
		}
		if (place == NULL)
			place = vec_push(&source->dns_lists);
		*place = lists[i];
	}
}

void
rule_source_add_setting(
    struct rule_source *source, struct slice key, struct slice value, const struct origin *origin)
{
	*(struct source_setting *)vec_push(
	    &source->settings) = (struct source_setting){ key, value, *origin };
}

void
rule_source_add_markup(struct rule_source *source, const struct markup_line *line)
{
	*(struct markup_line *)vec_push(&source->markup) = *line;
}

/* Leaves out the scores that a later definition with a score replaces. */
static void
keep_scores(struct rule_source *source)
{
	struct map *latest = map_new(NULL, MAP_EXACT, 0);

	for (size_t i = 0; i < source->defs.n; i++) {
		struct rule_def *def = vec_at(&source->defs, i);

		map_add(latest, def->name, def);
	}
	source->kept_scores.n = 0;
	for (size_t i = 0; i < source->scores.n; i++) {
		const struct rule_source_score *score = vec_at(&source->scores, i);
		const struct rule_def *def = map_find(latest, score->score.name);
		const struct rule_def *first = source->defs.p;

		if (def != NULL && def->has_score && (size_t)(def - first) >= score->defs_before)
			continue;
		*(struct score_override *)vec_push(&source->kept_scores) = score->score;
	}
	map_free(&latest);
}

void
rule_source_view(struct rule_source *source, struct ruleset_source *view_r)
{
	keep_scores(source);
	*view_r = (struct ruleset_source){
		.defs = source->defs.p,
		.def_count = source->defs.n,
		.scores = source->kept_scores.p,
		.score_count = source->kept_scores.n,
		.lists = source->lists.p,
		.list_count = source->lists.n,
		.dns_lists = source->dns_lists.p,
		.dns_list_count = source->dns_lists.n,
	};
}

void
rule_source_clear(struct rule_source *source)
{
	vec_clear(&source->defs);
	vec_clear(&source->scores);
	vec_clear(&source->lists);
	vec_clear(&source->dns_lists);
	vec_clear(&source->settings);
	vec_clear(&source->markup);
	vec_clear(&source->dropped);
	vec_clear(&source->kept_scores);
	arena_free(&source->arena);
}
