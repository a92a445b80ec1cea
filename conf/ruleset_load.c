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
#include "conf/spamassassin/reader.h"
#include "conf/spamassassin/resolve.h"
#include "conf/yaml.h"

#define SHIPPED_VARIABLE "STEELYARD_RULES"
/* What WELCOME_SENDER takes off: more than one message ever gathers. */
#define WELCOME_SCORE 100

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

static bool
gather_path(struct rule_source *source, const char *path, const char *layer,
    struct diagnostics *diagnostics)
{
	if (file_is_directory(path))
		return gather_directory(source, path, layer, diagnostics);
	return gather_file(source, path, layer, diagnostics);
}

/* SpamAssassin's files of all places are one configuration, laid where the first of them stands. */
static bool
gather_spamassassin(const struct settings *settings, struct rule_source *source,
    const char *const *paths, size_t n, struct diagnostics *diagnostics)
{
	struct sa_config *config = sa_config_new(rule_source_arena(source), diagnostics);
	bool readable;

	config->local_tests_only = !settings->dns_enabled;
	readable = sa_read_paths(config, paths, n);
	sa_resolve(config, source);
	sa_config_free(&config);
	return readable;
}

/* What is to be read: paths, and for each whether it is SpamAssassin's. */
struct place {
	const char *path;
	const char *layer;
	const struct origin *named; /* NULL: no line named it */
	bool spamassassin;
};

/* Whether a place that the settings name can be opened; else told of where they do. */
static bool
place_opens(const struct place *place, struct diagnostics *diagnostics)
{
	const struct origin *named = place->named;

	if (named == NULL || access(place->path, R_OK) == 0)
		return true;
	diagnostics_add(diagnostics, SEVERITY_ERROR, named->file, named->line, named->column,
	    "%s: %s%s", place->path, strerror(errno),
	    strcmp(place->layer, "shipped") == 0
		? " (the shipped rules: `make install` puts them there; " SHIPPED_VARIABLE
		  " in the environment names another place)"
		: "");
	return false;
}

static bool
gather_places(const struct settings *settings, struct rule_source *source,
    const struct place *places, size_t n, struct diagnostics *diagnostics)
{
	struct vec theirs = VEC_OF(const char *, NULL);
	bool readable = true, read = false;

	for (size_t i = 0; i < n; i++) {
		if (!place_opens(&places[i], diagnostics))
			readable = false;
		else if (places[i].spamassassin)
			*(const char **)vec_push(&theirs) = places[i].path;
	}
	for (size_t i = 0; readable && i < n; i++) {
		if (!places[i].spamassassin)
			readable = gather_path(
			    source, places[i].path, places[i].layer, diagnostics);
		else if (!read)
			readable = gather_spamassassin(
			    settings, source, theirs.p, theirs.n, diagnostics);
		read = read || places[i].spamassassin;
	}
	vec_clear(&theirs);
	return readable;
}

/* The rule that hits for senders of the setting `welcome`; rule files may define it anew. */
static void
add_welcome_rule(const struct settings *settings, struct rule_source *source)
{
	struct origin origin = settings->welcome.origin;

	if (settings->welcome.entry_count == 0)
		return;
	*(struct rule_def *)vec_push(&source->defs) = (struct rule_def){
		.name = SLICE(RULESET_WELCOME),
		.kind = RULE_FUNCTION,
		.origin = origin,
		.expression = SLICE("check_welcome_sender()"),
		.tags = RULE_NICE,
		.has_score = true,
		.score = -WELCOME_SCORE * SCORE_ONE,
		.score_origin = origin,
		.describe = SLICE("The configuration welcomes the sender"),
	};
	rule_source_add_lists(source, &settings->welcome, 1);
}

bool
ruleset_gather(const struct settings *settings, const char *const *paths, size_t n,
    struct rule_source *source, struct diagnostics *diagnostics)
{
	size_t count = n > 0 ? n : settings->rules.n;
	struct place *places = arena_array(rule_source_arena(source), count + 1, sizeof(*places));
	bool readable;

	for (size_t i = 0; i < n; i++)
		places[i] = (struct place){ paths[i], "local", NULL, sa_path_is_ours(paths[i]) };
	for (size_t i = 0; n == 0 && i < count; i++) {
		const struct rules_entry *entry = &settings->rules.v[i];
		const char *path = entry->shipped ? ruleset_shipped_path() : entry->path;

		places[i] = (struct place){ path, entry->shipped ? "shipped" : "local",
			&entry->origin, entry->spamassassin || sa_path_is_ours(path) };
	}
	add_welcome_rule(settings, source);
	readable = gather_places(settings, source, places, count, diagnostics);
	rule_source_add_lists(source, settings->lists.v, settings->lists.n);
	rule_source_add_dns_lists(source, settings->dns_lists.v, settings->dns_lists.n);
	rule_source_add_scores(source, settings->scores.v, settings->scores.n);
	return readable;
}

/* Nobody should wonder why the Subject stays as it is. */
static void
tell_unused(const struct rule_source *source, struct diagnostics *diagnostics)
{
	for (size_t i = 0; i < source->markup.n; i++) {
		const struct markup_line *line = vec_at(&source->markup, i);

		if (!slice_eq(line->directive, SLICE("rewrite_header")))
			continue;
		diagnostics_add(diagnostics, SEVERITY_WARNING, line->origin.file, line->origin.line,
		    line->origin.column, "rewrite_header works only with headers: spamassassin");
		return;
	}
}

/* What files of SpamAssassin's say of headers, then what the configuration does. */
static void
load_markup(const struct settings *settings, const struct rule_source *source, struct arena *arena,
    struct policy *policy, struct diagnostics *diagnostics)
{
	const setting_headers *headers = &settings->headers;
	struct vec lines = VEC_OF(struct markup_line, arena);
	struct markup_reader *reader = markup_reader_new(arena);

	for (size_t i = 0; i < source->markup.n; i++)
		*(struct markup_line *)vec_push(&lines) = *(struct markup_line *)vec_at(
		    &source->markup, i);
	for (size_t i = 0; i < headers->line_count; i++)
		*(struct markup_line *)vec_push(&lines) = headers->lines[i];
	markup_read_lines(reader, lines.p, lines.n, headers->spamassassin ? diagnostics : NULL);
	markup_reader_view(reader, &policy->markup);
	policy->markup.on = headers->spamassassin;
	if (!headers->spamassassin)
		tell_unused(source, diagnostics);
}

/* What each channel's rules may come to together. */
static const struct channel_limit *
channel_limits(const struct settings *settings, struct arena *arena)
{
	struct channel_limit *limits = arena_array(arena, settings->feeds.n + 1, sizeof(*limits));

	for (size_t i = 0; i < settings->feeds.n; i++) {
		const struct feed_setting *feed = &settings->feeds.v[i];

		limits[i] = (struct channel_limit){ feed->channel, feed->policy.max_total,
			feed->policy.min_score < 0 ? -feed->policy.max_total : 0 };
	}
	return limits;
}

struct ruleset *
ruleset_compile(const struct settings *settings, struct rule_source *source,
    const struct ruleset_report *report, struct diagnostics *diagnostics)
{
	struct settings *laid = settings_overlay(
	    settings, source->settings.p, source->settings.n, diagnostics);
	struct arena *arena = arena_new(SIZE_MAX);
	struct ruleset_source view;
	struct policy policy;
	struct ruleset *ruleset;

	rule_source_view(source, &view);
	view.channels = channel_limits(settings, arena);
	view.channel_count = settings->feeds.n;
	settings_policy(laid, &policy);
	if (source->markup.n > 0)
		load_markup(laid, source, arena, &policy, diagnostics);
	view.policy = &policy;
	ruleset = ruleset_build(&view, report);
	arena_free(&arena);
	settings_free(&laid);
	return ruleset;
}

struct ruleset *
ruleset_load(const struct settings *settings, const char *const *paths, size_t n,
    struct diagnostics *diagnostics)
{
	struct rule_source source = RULE_SOURCE_INIT;
	struct ruleset_report report = diagnostics_report(diagnostics);
	struct ruleset *ruleset = NULL;

	if (ruleset_gather(settings, paths, n, &source, diagnostics))
		ruleset = ruleset_compile(settings, &source, &report, diagnostics);
	rule_source_clear(&source);
	return ruleset;
}

struct settings *
ruleset_settings(const struct settings *settings, struct diagnostics *diagnostics)
{
	struct rule_source source = RULE_SOURCE_INIT;
	struct settings *laid = NULL;

	if (ruleset_gather(settings, NULL, 0, &source, diagnostics))
		laid = settings_overlay(
		    settings, source.settings.p, source.settings.n, diagnostics);
	rule_source_clear(&source);
	return laid;
}
