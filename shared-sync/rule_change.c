/*
 * rule_change.c - rule files as trees; each rule as one line of YAML, compared with the channel's
 *
 * SpamAssassin's files are brought to YAML first and read back, so that what is linted and
 * what is published is the same text. The later of two rules of one name counts.
 */
#include "config.h"

#include "shared-sync/rule_change.h"

#include <stdint.h>
#include <stdlib.h>

#include "conf/file.h"
#include "conf/rules_yaml_write.h"
#include "conf/spamassassin/reader.h"
#include "conf/spamassassin/resolve.h"
#include "conf/yaml.h"
#include "conf/yaml_render.h"
#include "engine/rules/score.h"
#include "engine/util/map.h"
#include "shared-sync/fold_rule.h"

#define ARENA_CAP ((size_t)512 * 1024 * 1024)
/* Who puts a rule and when is the entry's to say; for the difference any key will do. */
#define NOBODY "0000000000000000"

struct changed {
	struct slice name;
	struct slice text; /* a rule's line of YAML, or a score's number */
};

struct changed_file {
	const char *name;
	struct slice bytes;
};

struct rule_change {
	struct arena *arena;
	struct vec files; /* struct changed_file */
	struct vec rules, scores; /* struct changed */
	struct vec removed; /* struct slice */
	struct map *names; /* of rules and removals */
	bool begun; /* an entry of it stands */
	bool more; /* the last body did not hold all of it */
};

struct rule_change *
rule_change_new(void)
{
	struct rule_change *change = calloc(1, sizeof(*change));

	if (change == NULL)
		abort();
	change->arena = arena_new(ARENA_CAP);
	change->files = VEC_OF(struct changed_file, NULL);
	change->rules = VEC_OF(struct changed, NULL);
	change->scores = VEC_OF(struct changed, NULL);
	change->removed = VEC_OF(struct slice, NULL);
	change->names = map_new(NULL, MAP_EXACT, 0);
	return change;
}

void
rule_change_free(struct rule_change **change)
{
	if (*change == NULL)
		return;
	vec_clear(&(*change)->files);
	vec_clear(&(*change)->rules);
	vec_clear(&(*change)->scores);
	vec_clear(&(*change)->removed);
	map_free(&(*change)->names);
	arena_free(&(*change)->arena);
	free(*change);
	*change = NULL;
}

static void
add_changed(
    struct rule_change *change, struct vec *list, struct slice name, const struct yaml_node *value)
{
	struct buf text = { 0 };

	yaml_render(value, &text);
	*(struct changed *)vec_push(
	    list) = (struct changed){ name, arena_copy(change->arena, buf_slice(&text)) };
	buf_clear(&text);
	map_add(change->names, name, change);
}

/* The entries of `rules:` or `scores:`; what is no mapping is lint's to tell. */
static void
add_mapping(struct rule_change *change, struct vec *list, const struct yaml_node *node)
{
	for (size_t i = 0; node->kind == YAML_MAPPING && i < node->n; i++)
		add_changed(change, list, node->entries[i].key->text, node->entries[i].value);
}

static void
read_root(struct rule_change *change, const char *name, const struct yaml_node *root,
    struct diagnostics *diagnostics)
{
	if (root->kind != YAML_MAPPING)
		diagnostics_add(diagnostics, SEVERITY_ERROR, name, root->line, root->column,
		    "expected a mapping with rules: and scores:");
	for (size_t i = 0; root->kind == YAML_MAPPING && i < root->n; i++) {
		const struct yaml_node *key = root->entries[i].key, *value = root->entries[i].value;

		if (slice_eq(key->text, SLICE("rules")))
			add_mapping(change, &change->rules, value);
		else if (slice_eq(key->text, SLICE("scores")))
			add_mapping(change, &change->scores, value);
		else
			diagnostics_add(diagnostics, SEVERITY_ERROR, name, key->line, key->column,
			    "a feed carries rules and scores, no %.*s", SLICE_ARG(key->text));
	}
}

static void
read_bytes(struct rule_change *change, const char *name, struct slice bytes,
    struct diagnostics *diagnostics)
{
	struct changed_file *file = vec_push(&change->files);
	const struct yaml_node *root;

	*file = (struct changed_file){ arena_copy(change->arena, slice_of(name)).p, bytes };
	root = yaml_read(change->arena, file->name, bytes, diagnostics);
	if (root != NULL)
		read_root(change, file->name, root, diagnostics);
}

static void
read_yaml(struct rule_change *change, const char *path, struct diagnostics *diagnostics)
{
	struct slice bytes;
	struct err err;

	if (file_read(change->arena, path, YAML_FILE_MAX, &bytes, &err) > 0)
		read_bytes(change, path, bytes, diagnostics);
	else
		diagnostics_add_err(diagnostics, SEVERITY_ERROR, &err);
}

/* The reader names lists that nothing is in: they say nothing, and a feed has none. */
static void
drop_empty_lists(struct rule_source *source)
{
	size_t kept = 0;

	for (size_t i = 0; i < source->lists.n; i++) {
		const struct rule_list *list = vec_at(&source->lists, i);

		if (list->entry_count > 0)
			*(struct rule_list *)vec_at(&source->lists, kept++) = *list;
	}
	source->lists.n = kept;
}

/* All .cf files among the paths, as one rule file. */
static void
read_cf(
    struct rule_change *change, const char *const *paths, size_t n, struct diagnostics *diagnostics)
{
	struct rule_source source = RULE_SOURCE_INIT;
	struct sa_config *config = sa_config_new(rule_source_arena(&source), diagnostics);
	struct buf text = { 0 };
	bool good;

	config->local_tests_only = true;
	config->replace_form = REPLACE_DEFINE;
	good = sa_read_paths(config, paths, n);
	sa_resolve(config, &source);
	drop_empty_lists(&source);
	for (size_t i = 0; i < source.dropped.n; i++) {
		const struct dropped_rule *dropped = vec_at(&source.dropped, i);

		diagnostics_add(diagnostics, SEVERITY_ERROR, dropped->origin.file,
		    dropped->origin.line, dropped->origin.column, "%.*s is dropped: %.*s",
		    SLICE_ARG(dropped->name), SLICE_ARG(dropped->why));
	}
	good = good && rules_yaml_write(&source, &text, diagnostics);
	if (good)
		read_bytes(change, "(the .cf files as YAML)",
		    arena_copy(change->arena, buf_slice(&text)), diagnostics);
	buf_clear(&text);
	sa_config_free(&config);
	rule_source_clear(&source);
}

bool
rule_change_read(
    struct rule_change *change, const char *const *paths, size_t n, struct diagnostics *diagnostics)
{
	struct vec theirs = VEC_OF(const char *, NULL);
	size_t errors = diagnostics_count(diagnostics, SEVERITY_ERROR);

	for (size_t i = 0; i < n; i++)
		if (sa_path_is_ours(paths[i]))
			*(const char **)vec_push(&theirs) = paths[i];
		else
			read_yaml(change, paths[i], diagnostics);
	if (theirs.n > 0)
		read_cf(change, theirs.p, theirs.n, diagnostics);
	vec_clear(&theirs);
	return diagnostics_count(diagnostics, SEVERITY_ERROR) == errors;
}

bool
rule_change_remove(struct rule_change *change, struct slice name, struct err *err)
{
	if (!fold_rule_name(name)) {
		err_set(err, "\"%.*s\" is no name of a rule", SLICE_ARG(name));
		return false;
	}
	name = arena_copy(change->arena, name);
	*(struct slice *)vec_push(&change->removed) = name;
	map_add(change->names, name, change);
	return true;
}

bool
rule_change_score(struct rule_change *change, struct slice text, struct err *err)
{
	size_t equals = slice_find_byte(text, 0, '=');
	struct slice name = slice_cut(text, 0, equals), number = slice_from(text, equals + 1);
	int64_t score;

	if (equals == text.n || !fold_rule_name(name) || !score_parse(number, &score)) {
		err_set(err, "\"%.*s\": expected NAME=SCORE", SLICE_ARG(text));
		return false;
	}
	*(struct changed *)vec_push(&change->scores) = (struct changed){
		arena_copy(change->arena, name), arena_copy(change->arena, number)
	};
	return true;
}

bool
rule_change_replaces(const struct rule_change *change, struct slice name)
{
	return map_find(change->names, name) != NULL;
}

size_t
rule_change_files(const struct rule_change *change)
{
	return change->files.n;
}

void
rule_change_file(
    const struct rule_change *change, size_t i, const char **name_r, struct slice *bytes_r)
{
	const struct changed_file *file = vec_at(&change->files, i);

	*name_r = file->name;
	*bytes_r = file->bytes;
}

/* Whether the channel has the rule in just these words. */
static bool
stands_already(const struct fold *fold, const struct changed *rule)
{
	const struct fold_rule *found = fold_find(fold, rule->name);

	return found != NULL && slice_eq(found->text, rule->text);
}

static bool
check_removed(const struct rule_change *change, const struct fold *fold, struct err *err)
{
	for (size_t i = 0; i < change->removed.n; i++) {
		const struct slice *name = vec_at(&change->removed, i);

		if (fold_find(fold, *name) != NULL)
			continue;
		err_set(err, "there is no rule %.*s in the channel to remove", SLICE_ARG(*name));
		return false;
	}
	return true;
}

static bool
check_scores(const struct rule_change *change, const struct fold *fold, struct err *err)
{
	for (size_t i = 0; i < change->scores.n; i++) {
		const struct changed *score = vec_at(&change->scores, i);

		if (fold_find(fold, score->name) != NULL)
			continue;
		err_set(
		    err, "there is no rule %.*s in the channel to score", SLICE_ARG(score->name));
		return false;
	}
	return true;
}

/* By name, the last of each. */
static struct map *
last_of(const struct vec *list)
{
	struct map *last = map_new(NULL, MAP_EXACT, 0);

	for (size_t i = 0; i < list->n; i++) {
		struct changed *changed = vec_at(list, i);

		map_add(last, changed->name, changed);
	}
	return last;
}

static void
write_removed(const struct rule_change *change, const struct fold *fold, struct buf *out)
{
	const char *before = "remove:\n";

	for (size_t i = 0; i < change->removed.n; i++) {
		const struct slice *name = vec_at(&change->removed, i);

		if (fold_find(fold, *name) == NULL)
			continue;
		buf_printf(out, "%s- %.*s\n", before, SLICE_ARG(*name));
		before = "";
	}
}

/* The rules that do not stand already; false: there are more than fit. */
static bool
write_rules(const struct rule_change *change, const struct fold *fold, size_t most, struct buf *out)
{
	struct map *last = last_of(&change->rules);
	const char *before = "rules:\n";
	bool all = true;

	for (size_t i = 0; i < map_count(last) && all; i++) {
		const struct changed *rule = map_value(last, i);

		if (stands_already(fold, rule))
			continue;
		all = *before != '\0' || out->n + rule->text.n < most;
		if (!all)
			break;
		buf_printf(out, "%s  %.*s: ", before, SLICE_ARG(rule->name));
		buf_add(out, rule->text);
		buf_add_byte(out, '\n');
		before = "";
	}
	map_free(&last);
	return all;
}

static void
write_scores(const struct rule_change *change, struct buf *out)
{
	struct map *last = last_of(&change->scores);

	if (map_count(last) > 0)
		buf_add(out, SLICE("scores:\n"));
	for (size_t i = 0; i < map_count(last); i++) {
		const struct changed *score = map_value(last, i);

		buf_printf(out, "  %.*s: ", SLICE_ARG(score->name));
		buf_add(out, score->text);
		buf_add_byte(out, '\n');
	}
	map_free(&last);
}

bool
rule_change_body(struct rule_change *change, const struct fold *fold, struct slice note,
    size_t most, struct buf *out, struct err *err)
{
	struct fold *to = fold_copy(fold);
	struct buf whole = { 0 };
	bool good = change->begun || check_removed(change, fold, err);

	if (good) {
		write_removed(change, fold, &whole);
		change->more = !write_rules(change, fold, most, &whole);
		if (!change->more)
			write_scores(change, &whole);
		good = whole.n == 0 ||
		       fold_apply(to, buf_slice(&whole), 0, NOBODY, NULL, NULL, err);
	}
	if (good && !change->more)
		good = check_scores(change, to, err);
	if (good)
		fold_difference(fold, to, note, out);
	buf_clear(&whole);
	fold_free(&to);
	return good;
}

bool
rule_change_next(struct rule_change *change)
{
	change->begun = true;
	return change->more;
}
