/*
 * setting_type.h - how each type of setting is read from a node
 *
 * For settings.c alone. A type of settings.def has a C type in settings.h
 * (setting_TYPE) and a reader here (setting_parse_TYPE).
 */
#ifndef STEELYARD_CONF_SETTING_TYPE_H
#define STEELYARD_CONF_SETTING_TYPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "conf/schema.h"
#include "conf/settings.h"
#include "conf/yaml.h"

/* In a treatment's thresholds: not named, so the common one holds. */
#define THRESHOLD_COMMON INT64_MIN

/* The longest name of a header field that is taken. */
#define FIELD_NAME_MAX 64

struct setting_row;

/*
 * Reads the node into the field, which has the row's C type; false: told of.
 */
typedef bool setting_parse(const struct schema *schema, const struct setting_row *row,
    const struct yaml_node *node, void *field);

/* A row of settings.def. */
struct setting_row {
	struct slice key;
	const char *type;
	setting_parse *parse;
	size_t offset; /* of the field in struct settings */
	size_t size; /* of the field */
	const char *standard;
	int64_t min, max;
	const char *owner;
	const char *doc;
};

setting_parse setting_parse_bool;
setting_parse setting_parse_count;
setting_parse setting_parse_size;
setting_parse setting_parse_duration;
setting_parse setting_parse_threshold;
setting_parse setting_parse_mode;
setting_parse setting_parse_text;
setting_parse setting_parse_path;
setting_parse setting_parse_reply;
setting_parse setting_parse_facility;
setting_parse setting_parse_log_to;
setting_parse setting_parse_log_recipients;
setting_parse setting_parse_on_incomplete;
setting_parse setting_parse_fail_action;
setting_parse setting_parse_commands;
setting_parse setting_parse_listen;
setting_parse setting_parse_servers;

/* Whether that is a name server: "192.0.2.1", "127.0.0.1:53", "[2001:db8::1]:53". */
bool setting_is_server(struct slice text);

setting_parse setting_parse_rules;
setting_parse setting_parse_scores;
setting_parse setting_parse_lists;
setting_parse setting_parse_dns_lists;
setting_parse setting_parse_headers;
setting_parse setting_parse_networks;
setting_parse setting_parse_names;
setting_parse setting_parse_ids;
setting_parse setting_parse_id;
setting_parse setting_parse_welcome;
setting_parse setting_parse_feeds;
setting_parse setting_parse_treatment;

/*
 * `path` itself when it is absolute, else below the folder of schema->file;
 * NULL when memory for configuration has run out.
 */
const char *setting_path_of(const struct schema *schema, struct slice path);

#endif
