/*
 * path.c - where SpamAssassin's configuration files are, in the order they are read
 */
#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conf/file.h"
#include "conf/spamassassin/reader.h"
#include "engine/util/buf.h"

static int
is_pre(const struct dirent *entry)
{
	return slice_iends(slice_of(entry->d_name), SLICE(".pre"));
}

static int
is_cf(const struct dirent *entry)
{
	return slice_iends(slice_of(entry->d_name), SLICE(".cf"));
}

static int
is_yaml(const struct dirent *entry)
{
	return entry->d_name[0] != '.' && slice_ends(slice_of(entry->d_name), SLICE(".yaml"));
}

/* By bytes, as what strcoll says depends on the machine; the project's own channel comes first. */
static int
by_name(const struct dirent **a, const struct dirent **b)
{
	static const char stock[] = "updates_spamassassin_org.cf";

	if (strcmp((*a)->d_name, stock) == 0)
		return -1;
	if (strcmp((*b)->d_name, stock) == 0)
		return 1;
	return strcmp((*a)->d_name, (*b)->d_name);
}

static bool
read_path(struct sa_config *config, const char *path)
{
	struct slice bytes;
	struct err err;

	if (sa_config_knows_file(config, path))
		return true;
	if (file_read(config->arena, path, SA_FILE_MAX, &bytes, &err) > 0) {
		sa_read_bytes(config, path, bytes);
		return true;
	}
	diagnostics_add_err(config->diagnostics, SEVERITY_ERROR, &err);
	return false;
}

/* A file that a directory names. Directories are none, nor is a link to nothing. */
static bool
read_entry(struct sa_config *config, const char *path)
{
	if (file_is_directory(path))
		return true;
	if (access(path, F_OK) == 0 || errno != ENOENT)
		return read_path(config, path);
	diagnostics_add(config->diagnostics, SEVERITY_WARNING, path, 0, 0, "%s", strerror(ENOENT));
	return true;
}

static bool
read_directory(
    struct sa_config *config, const char *path, int (*filter)(const struct dirent *entry))
{
	struct dirent **entries;
	int n = scandir(path, &entries, filter, by_name);
	bool readable = true;

	if (n < 0) {
		diagnostics_add(
		    config->diagnostics, SEVERITY_ERROR, path, 0, 0, "%s", strerror(errno));
		return false;
	}
	for (int i = 0; i < n; i++) {
		struct buf file = { 0 };

		buf_printf(&file, "%s/%s", path, entries[i]->d_name);
		if (!read_entry(config, buf_text(&file)))
			readable = false;
		buf_clear(&file);
		free(entries[i]);
	}
	free(entries);
	return readable;
}

bool
sa_read_included(struct sa_config *config, const char *path)
{
	return read_directory(config, path, is_cf);
}

/* The .pre files of a path, or what is not .pre. */
static bool
read_half(struct sa_config *config, const char *path, bool pre)
{
	if (file_is_directory(path))
		return read_directory(config, path, pre ? is_pre : is_cf);
	return slice_ends(slice_of(path), SLICE(".pre")) != pre || read_path(config, path);
}

/* The model of the languages that TextCat tells apart stands beside the rules. */
static void
read_languages(struct sa_config *config, const char *path)
{
	struct slice bytes, line;
	struct buf file = { 0 };
	struct err err;

	buf_printf(&file, "%s/languages", path);
	if (file_read(config->arena, buf_text(&file), SA_FILE_MAX, &bytes, &err) > 0) {
		struct sa_list *list = sa_config_list(config, SLICE("textcat_languages"));
		struct origin origin = { arena_copy(config->arena, buf_slice(&file)).p, 0, 0,
			"spamassassin" };

		sa_list_clear(list);
		while (slice_next_line(&bytes, &line))
			sa_list_append(list, line, &origin);
	}
	buf_clear(&file);
}

static bool
holds(const char *path, int (*filter)(const struct dirent *entry))
{
	struct dirent **entries;
	int n = scandir(path, &entries, filter, NULL);

	for (int i = 0; i < n; i++)
		free(entries[i]);
	if (n >= 0)
		free(entries);
	return n > 0;
}

/* Tells of a directory with nothing to read, and of what in it is passed over. */
static void
look_at(struct sa_config *config, const char *path)
{
	if (!file_is_directory(path))
		return;
	if (!sa_path_is_ours(path))
		diagnostics_add(config->diagnostics, SEVERITY_WARNING, path, 0, 0,
		    "a directory without *.cf or *.pre files");
	else if (holds(path, is_yaml))
		diagnostics_add(config->diagnostics, SEVERITY_WARNING, path, 0, 0,
		    "SpamAssassin's files are read, and the *.yaml files beside them are not");
}

bool
sa_read_paths(struct sa_config *config, const char *const *paths, size_t n)
{
	bool readable = true;

	for (size_t i = 0; i < n; i++)
		look_at(config, paths[i]);
	for (size_t i = 0; i < n; i++)
		if (!read_half(config, paths[i], true))
			readable = false;
	if (!config->plugins.named)
		sa_plugins_load_standard(&config->plugins);
	for (size_t i = 0; i < n; i++)
		if (!read_half(config, paths[i], false))
			readable = false;
	for (size_t i = 0; i < n; i++)
		if (sa_plugin_loaded(&config->plugins, SA_PLUGIN_TextCat) &&
		    file_is_directory(paths[i]))
			read_languages(config, paths[i]);
	return readable;
}

bool
sa_path_is_ours(const char *path)
{
	struct slice text = slice_of(path);

	if (!file_is_directory(path))
		return slice_ends(text, SLICE(".cf")) || slice_ends(text, SLICE(".pre"));
	return holds(path, is_cf) || holds(path, is_pre);
}
