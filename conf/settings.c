/*
 * settings.c - steelyard.yaml -> struct settings
 *
 * settings.def expands into a table of rows. The file's tree is walked along
 * the dotted keys, which pairs each row with a node; rows without one take
 * their default's, read from YAML by the same functions, so a default is
 * written as people would write it. All rows are read before anybody gives
 * up: one run tells of every mistake.
 */
#include "config.h"

#include "conf/settings.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conf/file.h"
#include "conf/schema.h"
#include "conf/setting_type.h"
#include "conf/suggest.h"
#include "conf/yaml.h"
#include "conf/yaml_render.h"

/* A file of YAML_FILE_MAX with as many nodes as are let in comes to less. */
#define ARENA_CAP ((size_t)256 * 1024 * 1024)
#define USUAL_PATH STEELYARD_SYSCONFDIR "/steelyard.yaml"
#define LAYER "configuration"
#define KEY_MAX 64

static const struct setting_row rows[] = {
#define SETTING(field, key, type, standard, min, max, owner, doc)                                  \
	{ { key, sizeof(key) - 1 }, #type, setting_parse_##type, offsetof(struct settings, field), \
		sizeof(setting_##type), standard, min, max, owner, doc },
#include "conf/settings.def"
#undef SETTING
};
#define ROW_COUNT (sizeof(rows) / sizeof(rows[0]))

/* Room for a value of any type. */
union setting_value {
#define SETTING(field, key, type, standard, min, max, owner, doc) setting_##type field;
#include "conf/settings.def"
#undef SETTING
};

/* What a file gave for each row. */
struct given {
	const struct yaml_node *key[ROW_COUNT];
	const struct yaml_node *value[ROW_COUNT];
};

/* The part of the row's key behind `prefix` ("" or "log."); absent: not below it. */
static struct slice
row_rest(const struct setting_row *row, struct slice prefix)
{
	return slice_starts(row->key, prefix) ? slice_from(row->key, prefix.n) : SLICE_ABSENT;
}

/* Tells of a key that no row has: a near one at this level, or where it stands in full. */
static void
unknown_key(const struct schema *schema, const struct yaml_node *key, struct slice prefix)
{
	struct suggest near = SUGGEST_INIT(key->text);
	struct slice elsewhere = SLICE_ABSENT;

	for (size_t i = 0; i < ROW_COUNT; i++) {
		struct slice rest = row_rest(&rows[i], prefix);
		size_t dot = slice_find_byte(rows[i].key, 0, '.');

		if (rest.p != NULL)
			suggest_offer(&near, slice_cut(rest, 0, slice_find_byte(rest, 0, '.')));
		if (slice_eq(slice_from(rows[i].key, dot + 1), key->text) ||
		    slice_eq(rows[i].key, key->text))
			elsewhere = rows[i].key;
	}
	if (elsewhere.p != NULL && slice_find_byte(elsewhere, 0, '.') < elsewhere.n)
		schema_error(schema, key,
		    "unknown key \"%.*s\": did you mean \"%.*s:\" with \"%.*s:\" below it?",
		    SLICE_ARG(key->text),
		    SLICE_ARG(slice_cut(elsewhere, 0, slice_find_byte(elsewhere, 0, '.'))),
		    SLICE_ARG(slice_from(elsewhere, slice_find_byte(elsewhere, 0, '.') + 1)));
	else
		schema_unknown_key(schema, key, &near.best, near.best.p != NULL ? 1 : 0);
}

/* Pairs rows below `prefix` with the entries of `mapping`; a level of nesting is a dot. */
static void
pair_rows(const struct schema *schema, const struct yaml_node *mapping, struct slice prefix,
    struct given *given)
{
	for (size_t i = 0; i < mapping->n; i++) {
		const struct yaml_entry *entry = &mapping->entries[i];
		char text[KEY_MAX * 2];
		int n = snprintf(text, sizeof(text), "%.*s%.*s.", SLICE_ARG(prefix),
		    SLICE_ARG(slice_cut(entry->key->text, 0, KEY_MAX)));
		struct slice below = { text, (size_t)n }, key = { text, (size_t)n - 1 };
		bool level = false, found = false;

		if (slice_find_byte(entry->key->text, 0, '.') < entry->key->text.n)
			key = SLICE_ABSENT;
		for (size_t row = 0; row < ROW_COUNT; row++) {
			if (key.p != NULL && slice_eq(rows[row].key, key)) {
				given->key[row] = entry->key;
				given->value[row] = entry->value;
				found = true;
			}
			if (key.p != NULL && slice_starts(rows[row].key, below))
				level = true;
		}
		if (level && schema_mapping(schema, entry->value, "a mapping"))
			pair_rows(schema, entry->value, below, given);
		else if (!found && !level)
			unknown_key(schema, entry->key, prefix);
	}
}

/* Reads one row from its node, or from its default. */
static void
read_row(
    const struct schema *schema, size_t i, const struct given *given, struct settings *settings)
{
	const struct setting_row *row = &rows[i];
	const struct yaml_node *value = given->value[i];
	struct setting *shown = &settings->rows[i];
	struct schema from = *schema;
	struct buf text = { .arena = schema->arena };

	*shown = (struct setting){ row->key.p, row->type, row->standard, row->standard, row->owner,
		row->doc, value != NULL, { NULL, 0, 0, "default" } };
	if (value != NULL) {
		yaml_render(value, &text);
		shown->value = buf_text(&text);
		shown->origin = schema_origin(schema, given->key[i]);
	} else {
		from.layer = "default";
		from.file = NULL;
		value = yaml_read(
		    schema->arena, "default", slice_of(row->standard), schema->diagnostics);
	}
	if (value != NULL)
		row->parse(&from, row, value, (char *)settings + row->offset);
}

/* Thresholds that a treatment does not name are the common ones. */
static void
fill_treatment(const struct settings *settings, struct treatment *treatment)
{
	struct policy policy;

	settings_policy(settings, &policy);
	for (size_t i = 0; i < ACTION_COUNT; i++)
		if (treatment->thresholds.at[i] == THRESHOLD_COMMON)
			treatment->thresholds.at[i] = policy.thresholds.at[i];
}

static void
fill_hostname(struct settings *settings)
{
	char name[HOST_NAME_MAX + 1] = "";

	if (settings->hostname[0] != '\0')
		return;
	if (gethostname(name, sizeof(name) - 1) != 0 || name[0] == '\0')
		settings->hostname = "localhost";
	else
		settings->hostname = arena_copy(settings->arena, slice_of(name)).p;
}

/* What is right in itself but not together. */
static void
check_together(
    const struct schema *schema, const struct given *given, const struct settings *settings)
{
	for (size_t i = 0; i < ROW_COUNT; i++) {
		if (given->value[i] == NULL)
			continue;
		if (slice_eq(rows[i].key, SLICE("thresholds.discard")) &&
		    settings->thresholds_discard != THRESHOLD_OFF && !settings->allow_discard)
			schema_warn(schema, given->key[i],
			    "without allow_discard: true such mail goes to quarantine");
		if (slice_eq(rows[i].key, SLICE("msa_networks")) && settings->msa_networks.n > 0 &&
		    settings->trusted_networks.n == 0)
			schema_warn(schema, given->key[i],
			    "works only for relays inside trusted_networks, which is empty");
		if (slice_eq(rows[i].key, SLICE("early")) && settings->early != 0 &&
		    settings->thresholds_reject == THRESHOLD_OFF)
			schema_warn(schema, given->key[i],
			    "refuses nothing while thresholds.reject is off");
	}
}

static bool
read_tree(const struct schema *schema, const struct yaml_node *root, struct settings *settings)
{
	struct given given = { 0 };
	size_t errors = diagnostics_count(schema->diagnostics, SEVERITY_ERROR);

	if (!schema_mapping(schema, root, "a mapping of settings"))
		return false;
	pair_rows(schema, root, SLICE(""), &given);
	settings->rows = arena_array(schema->arena, ROW_COUNT, sizeof(*settings->rows));
	if (settings->rows == NULL)
		return schema_no_memory(schema, root);
	for (size_t i = 0; i < ROW_COUNT; i++)
		read_row(schema, i, &given, settings);
	if (diagnostics_count(schema->diagnostics, SEVERITY_ERROR) > errors)
		return false;
	fill_treatment(settings, &settings->authenticated);
	fill_treatment(settings, &settings->local);
	fill_hostname(settings);
	check_together(schema, &given, settings);
	return !arena_overflowed(schema->arena) || schema_no_memory(schema, root);
}

static struct settings *
settings_new(void)
{
	struct settings *settings = calloc(1, sizeof(*settings));

	if (settings == NULL)
		abort();
	settings->arena = arena_new(ARENA_CAP);
	return settings;
}

bool
settings_read(const char *name, struct slice bytes, struct settings **settings_r,
    struct diagnostics *diagnostics)
{
	struct settings *settings = settings_new();
	struct schema schema = { .layer = LAYER, .arena = settings->arena };
	const struct yaml_node *root;

	schema.file = arena_copy(settings->arena, slice_of(name)).p;
	schema.diagnostics = diagnostics;
	*settings_r = NULL;
	root = yaml_read(settings->arena, schema.file, bytes, diagnostics);
	if (root != NULL && read_tree(&schema, root, settings))
		*settings_r = settings;
	else
		settings_free(&settings);
	return *settings_r != NULL;
}

bool
settings_load(const char *path, struct settings **settings_r, struct diagnostics *diagnostics)
{
	struct arena *arena;
	struct slice bytes;
	struct err err;
	bool good = false;

	if (path == NULL)
		return settings_read("", SLICE(""), settings_r, diagnostics);
	*settings_r = NULL;
	arena = arena_new(YAML_FILE_MAX + 65536);
	if (file_read(arena, path, YAML_FILE_MAX, &bytes, &err) < 0)
		diagnostics_add_err(diagnostics, SEVERITY_ERROR, &err);
	else
		good = settings_read(path, bytes, settings_r, diagnostics);
	arena_free(&arena);
	return good;
}

/* Reads the value of a rule set into its row. */
static void
overlay_row(
    struct settings *settings, const struct source_setting *source, struct diagnostics *diagnostics)
{
	struct diagnostics *found = diagnostics_new();
	struct schema schema = { source->origin.file, source->origin.layer, settings->arena,
		found };
	const struct yaml_node *value = NULL;
	size_t i = 0;

	while (i < ROW_COUNT && !slice_eq(rows[i].key, source->key))
		i++;
	if (i < ROW_COUNT && !settings->rows[i].set) {
		union setting_value old;
		char *field = (char *)settings + rows[i].offset;

		memcpy(&old, field, rows[i].size);
		value = yaml_read(settings->arena, source->origin.file, source->value, found);
		if (value != NULL && rows[i].parse(&schema, &rows[i], value, field)) {
			settings->rows[i].value = arena_copy(settings->arena, source->value).p;
			settings->rows[i].origin = source->origin;
			settings->rows[i].origin.file =
			    arena_copy(settings->arena, slice_of(source->origin.file)).p;
		} else {
			memcpy(field, &old, rows[i].size);
		}
	}
	for (i = 0; i < diagnostics_kept(found); i++)
		diagnostics_add(diagnostics, SEVERITY_WARNING, source->origin.file,
		    source->origin.line, 0, "%.*s: %s", SLICE_ARG(source->key),
		    diagnostics_at(found, i)->text);
	diagnostics_free(&found);
}

/* A treatment that has the common threshold goes with it. */
static void
follow_threshold(const struct settings *settings, struct treatment *treatment, int64_t tag)
{
	if (treatment->thresholds.at[ACTION_TAG] == settings->thresholds_tag)
		treatment->thresholds.at[ACTION_TAG] = tag;
}

struct settings *
settings_overlay(const struct settings *settings, const struct source_setting *sources,
    size_t count, struct diagnostics *diagnostics)
{
	struct settings *laid = settings_new();
	struct arena *arena = laid->arena;

	*laid = *settings;
	laid->arena = arena;
	laid->rows = arena_array(arena, ROW_COUNT, sizeof(*laid->rows));
	memcpy(laid->rows, settings->rows, ROW_COUNT * sizeof(*laid->rows));
	for (size_t i = 0; i < count; i++)
		overlay_row(laid, &sources[i], diagnostics);
	follow_threshold(settings, &laid->authenticated, laid->thresholds_tag);
	follow_threshold(settings, &laid->local, laid->thresholds_tag);
	return laid;
}

void
settings_free(struct settings **settings)
{
	if (*settings == NULL)
		return;
	arena_free(&(*settings)->arena);
	free(*settings);
	*settings = NULL;
}

const char *
settings_usual_path(void)
{
	return access(USUAL_PATH, F_OK) == 0 ? USUAL_PATH : NULL;
}

/* "Only one of the two set: used for both", as SpamAssassin documents it. */
static void
policy_networks(const struct settings *settings, struct policy *policy)
{
	const struct network_list *trusted = &settings->trusted_networks;
	const struct network_list *internal = &settings->internal_networks;

	policy->trusted_networks = trusted->n > 0 ? *trusted : *internal;
	policy->internal_networks = internal->n > 0 ? *internal : *trusted;
	policy->msa_networks = settings->msa_networks;
}

/* 0 is no limit to people, and the usual one to the engine. */
static size_t
scan_size(size_t size)
{
	return size == 0 ? SIZE_MAX : size;
}

void
settings_policy(const struct settings *settings, struct policy *policy_r)
{
	*policy_r = (struct policy){
		.thresholds = { { [ACTION_PASS] = THRESHOLD_OFF,
		    [ACTION_TAG] = settings->thresholds_tag,
		    [ACTION_SUBJECT] = settings->thresholds_subject,
		    [ACTION_TEMPFAIL] = settings->thresholds_tempfail,
		    [ACTION_QUARANTINE] = settings->thresholds_quarantine,
		    [ACTION_REJECT] = settings->thresholds_reject,
		    [ACTION_DISCARD] = settings->thresholds_discard } },
		.authenticated = settings->authenticated.how,
		.authenticated_thresholds = settings->authenticated.thresholds,
		.local = settings->local.how,
		.local_thresholds = settings->local.thresholds,
		.allow_discard = settings->allow_discard,
		.incomplete_is_spam = settings->on_incomplete == INCOMPLETE_TAG,
		.reject_text = slice_of(settings->reject_text),
		.tempfail_text = slice_of(settings->tempfail_text),
		.subject_tag = slice_of(settings->subject_tag),
		.originating_ip_headers = settings->originating_ip_headers.v,
		.originating_ip_header_count = settings->originating_ip_headers.n,
		.envelope_sender_header = slice_of(settings->envelope_sender_header),
		.keep_charset = !settings->text_normalize_charset,
		.body_part_scan_size = scan_size(settings->text_body_part_scan_size),
		.rawbody_part_scan_size = scan_size(settings->text_rawbody_part_scan_size),
		.spamassassin_quirks = settings->spamassassin_quirks,
		.fields = settings->headers.v,
		.field_count = settings->headers.n,
		.markup = settings->headers.markup,
		.hostname = slice_of(settings->hostname),
		.auth_field = settings->auth_field && settings->dns_enabled,
		.authserv_id = slice_of(settings->auth_authserv_id),
		.trusted_ids = settings->auth_trusted_ids.v,
		.trusted_id_count = settings->auth_trusted_ids.n,
		.size_limit = settings->size_limit,
		.match_limit = settings->match_limit,
		.heap_limit = (unsigned)(settings->heap_limit / 1024),
	};
	policy_networks(settings, policy_r);
}

size_t
settings_count(void)
{
	return ROW_COUNT;
}

const struct setting *
settings_at(const struct settings *settings, size_t i)
{
	return i < ROW_COUNT ? &settings->rows[i] : NULL;
}
