/*
 * sa_config.c - what SpamAssassin's configuration files have said so far
 */
#include "conf/spamassassin/sa_config.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define MESSAGE_MAX 1024

struct sa_config *
sa_config_new(struct arena *arena, struct diagnostics *diagnostics)
{
	struct sa_config *config = calloc(1, sizeof(*config));

	if (config == NULL)
		abort();
	config->arena = arena;
	config->diagnostics = diagnostics;
	config->plugins.compats = VEC_OF(struct slice, NULL);
	config->rules = VEC_OF(struct sa_rule *, NULL);
	config->rules_by_name = map_new(NULL, MAP_EXACT, 0);
	config->lists = VEC_OF(struct sa_list *, NULL);
	config->lists_by_name = map_new(NULL, MAP_EXACT, 0);
	config->markup = VEC_OF(struct markup_line, NULL);
	config->dropped = VEC_OF(struct dropped_rule, NULL);
	config->files_by_path = map_new(NULL, MAP_EXACT, 0);
	config->tags = replace_tags_new(arena);
	if (config->tags == NULL)
		abort();
	return config;
}

static void
list_free(struct sa_list *list)
{
	vec_clear(&list->entries);
	map_free(&list->slots);
	free(list);
}

void
sa_config_free(struct sa_config **config)
{
	struct sa_config *gone = *config;

	*config = NULL;
	if (gone == NULL)
		return;
	for (size_t i = 0; i < gone->rules.n; i++)
		free(*(struct sa_rule **)vec_at(&gone->rules, i));
	for (size_t i = 0; i < gone->lists.n; i++)
		list_free(*(struct sa_list **)vec_at(&gone->lists, i));
	map_free(&gone->rules_by_name);
	map_free(&gone->lists_by_name);
	map_free(&gone->files_by_path);
	vec_clear(&gone->rules);
	vec_clear(&gone->lists);
	vec_clear(&gone->markup);
	vec_clear(&gone->dropped);
	vec_clear(&gone->plugins.compats);
	free(gone);
}

struct sa_rule *
sa_config_find_rule(const struct sa_config *config, struct slice name)
{
	return map_find(config->rules_by_name, name);
}

struct sa_rule *
sa_config_rule(struct sa_config *config, struct slice name)
{
	struct sa_rule *rule = sa_config_find_rule(config, name);

	if (rule != NULL)
		return rule;
	rule = calloc(1, sizeof(*rule));
	if (rule == NULL)
		abort();
	rule->name = name;
	*(struct sa_rule **)vec_push(&config->rules) = rule;
	map_add(config->rules_by_name, name, rule);
	return rule;
}

struct sa_list *
sa_config_find_list(const struct sa_config *config, struct slice name)
{
	return map_find(config->lists_by_name, name);
}

struct sa_list *
sa_config_list(struct sa_config *config, struct slice name)
{
	struct sa_list *list = sa_config_find_list(config, name);

	if (list != NULL)
		return list;
	list = calloc(1, sizeof(*list));
	if (list == NULL)
		abort();
	list->name = name;
	list->entries = VEC_OF(struct slice, NULL);
	list->slots = map_new(NULL, MAP_FOLDED, 0);
	*(struct sa_list **)vec_push(&config->lists) = list;
	map_add(config->lists_by_name, name, list);
	return list;
}

void
sa_list_append(struct sa_list *list, struct slice entry, const struct origin *origin)
{
	*(struct slice *)vec_push(&list->entries) = entry;
	list->origin = *origin;
}

/* The slot of an entry: the number + 1 that it has, or had before it was taken away; 0: none. */
static size_t
slot_of(const struct sa_list *list, struct slice entry)
{
	return (size_t)(uintptr_t)map_find(list->slots, entry);
}

void
sa_list_add(struct sa_list *list, struct slice entry, const struct origin *origin)
{
	size_t slot = slot_of(list, entry);

	list->origin = *origin;
	if (slot != 0) {
		*(struct slice *)vec_at(&list->entries, slot - 1) = entry;
		return;
	}
	sa_list_append(list, entry, origin);
	map_add(list->slots, entry, (void *)(uintptr_t)list->entries.n);
}

void
sa_list_remove(struct sa_list *list, struct slice entry)
{
	size_t slot = slot_of(list, entry);

	if (slot != 0)
		*(struct slice *)vec_at(&list->entries, slot - 1) = SLICE_ABSENT;
}

void
sa_list_clear(struct sa_list *list)
{
	list->entries.n = 0;
	map_free(&list->slots);
	list->slots = map_new(NULL, MAP_FOLDED, 0);
}

bool
sa_config_knows_file(struct sa_config *config, const char *path)
{
	struct slice key = arena_copy(config->arena, slice_of(path));

	if (map_find(config->files_by_path, key) != NULL)
		return true;
	if (key.p != NULL)
		map_add(config->files_by_path, key, config);
	return false;
}

void
sa_config_warn(struct sa_config *config, const struct origin *origin, struct slice name,
    const char *format, ...)
{
	char text[MESSAGE_MAX];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (name.n == 0) {
		diagnostics_add(config->diagnostics, SEVERITY_WARNING, origin->file, origin->line,
		    origin->column, "%s", text);
		return;
	}
	diagnostics_add(config->diagnostics, SEVERITY_WARNING, origin->file, origin->line,
	    origin->column, "%.*s: %s", SLICE_ARG(slice_cut(name, 0, 128)), text);
	*(struct dropped_rule *)vec_push(&config->dropped) = (struct dropped_rule){ name,
		arena_copy(config->arena, slice_of(text)), *origin };
}
