/*
 * ruleset_load.c - from settings and rule paths to a compiled ruleset
 *
 * A directory gives its *.yaml in the order of their names' bytes, hidden
 * files left out, one level deep. Layers are named after where rules come
 * from: "shipped", "local", and "configuration" for what steelyard.yaml says.
 */
#include "config.h"

#include "conf/ruleset_load.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conf/file.h"
#include "conf/yaml.h"

#define SHIPPED_VARIABLE "STEELYARD_RULES"

const char *
ruleset_shipped_path(void)
{
	const char *path = getenv(SHIPPED_VARIABLE);

	return path != NULL && path[0] != '\0' ? path : STEELYARD_RULES_DIR;
}

static int
is_rule_file(const struct dirent *entry)
{
	struct slice name = slice_of(entry->d_name);

	return name.p[0] != '.' && slice_ends(name, SLICE(".yaml"));
}

/* By bytes: what strcoll says depends on the machine. */
static int
by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

/* Whether the path could be read; mistakes inside files are told of and do not count. */
static bool
gather_file(struct rule_source *source, const char *path, const char *layer,
    struct diagnostics *diagnostics)
{
	struct err err;
	struct slice bytes;
	struct arena *arena = arena_new(YAML_FILE_MAX + 65536);
	bool readable = file_read(arena, path, YAML_FILE_MAX, &bytes, &err) > 0;

	if (readable)
		rules_yaml_read(source, path, layer, bytes, diagnostics);
	else
		diagnostics_add_err(diagnostics, SEVERITY_ERROR, &err);
	arena_free(&arena);
	return readable;
}

static bool
gather_directory(struct rule_source *source, const char *path, const char *layer,
    struct diagnostics *diagnostics)
{
	struct dirent **entries;
	int n = scandir(path, &entries, is_rule_file, by_name);
	bool readable = true;

	if (n < 0) {
		diagnostics_add(diagnostics, SEVERITY_ERROR, path, 0, 0, "%s", strerror(errno));
		return false;
	}
	for (int i = 0; i < n; i++) {
		struct buf file = { 0 };

		buf_printf(&file, "%s/%s", path, entries[i]->d_name);
		if (!gather_file(source, buf_text(&file), layer, diagnostics))
			readable = false;
		buf_clear(&file);
		free(entries[i]);
	}
	free(entries);
	if (n == 0)
		diagnostics_add(
		    diagnostics, SEVERITY_WARNING, path, 0, 0, "a directory without *.yaml files");
	return readable;
}

/* A path that cannot be opened is told of where `named` it, if a line did. */
static bool
gather_path(struct rule_source *source, const char *path, const char *layer,
    const struct origin *named, struct diagnostics *diagnostics)
{
	if (named != NULL && named->file != NULL && access(path, R_OK) != 0) {
		diagnostics_add(diagnostics, SEVERITY_ERROR, named->file, named->line,
		    named->column, "%s: %s", path, strerror(errno));
		return false;
	}
	if (file_is_directory(path))
		return gather_directory(source, path, layer, diagnostics);
	return gather_file(source, path, layer, diagnostics);
}

bool
ruleset_gather(const struct settings *settings, const char *const *paths, size_t n,
    struct rule_source *source, struct diagnostics *diagnostics)
{
	bool readable = true;

	for (size_t i = 0; i < n; i++)
		if (!gather_path(source, paths[i], "local", NULL, diagnostics))
			readable = false;
	for (size_t i = 0; n == 0 && i < settings->rules.n; i++) {
		const struct rules_entry *entry = &settings->rules.v[i];
		const char *path = entry->shipped ? ruleset_shipped_path() : entry->path;

		if (!gather_path(source, path, entry->shipped ? "shipped" : "local", &entry->origin,
			diagnostics))
			readable = false;
	}
	rule_source_add_lists(source, settings->lists.v, settings->lists.n);
	rule_source_add_scores(source, settings->scores.v, settings->scores.n);
	return readable;
}

struct ruleset *
ruleset_load(const struct settings *settings, const char *const *paths, size_t n,
    struct diagnostics *diagnostics)
{
	struct rule_source source = RULE_SOURCE_INIT;
	struct ruleset_report report = diagnostics_report(diagnostics);
	struct ruleset_source view;
	struct policy policy;
	struct ruleset *ruleset = NULL;

	if (ruleset_gather(settings, paths, n, &source, diagnostics)) {
		rule_source_view(&source, &view);
		settings_policy(settings, &policy);
		view.policy = &policy;
		ruleset = ruleset_build(&view, &report);
	}
	rule_source_clear(&source);
	return ruleset;
}
