/*
 * settings.h - the configuration as a plain struct
 *
 * settings.def is the only list of keys: this struct, the loader, the shipped
 * steelyard.yaml and steelyard.yaml(5) expand from it. A key's field has its
 * name with the dots turned into underscores: thresholds.tag is
 * settings->thresholds_tag.
 *
 * SYNOPSIS
 *	struct settings *settings;
 *	struct policy policy;
 *
 *	if (!settings_load("/etc/steelyard/steelyard.yaml", &settings, found))
 *		give_up(found);
 *	settings_policy(settings, &policy);
 *	settings_free(&settings);
 */
#ifndef STEELYARD_CONF_SETTINGS_H
#define STEELYARD_CONF_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "conf/diagnostic.h"
#include "conf/markup_read.h"
#include "conf/rules_yaml.h"
#include "engine/envelope.h"
#include "engine/net/dns_list.h"
#include "engine/policy.h"
#include "engine/rules/rule_def.h"
#include "engine/rules/ruleset.h"
#include "engine/util/arena.h"
#include "engine/util/slice.h"

enum log_to {
	LOG_TO_SYSLOG,
	LOG_TO_STDERR,
};

/* How the log shows recipients. */
enum log_recipients {
	LOG_RECIPIENTS_FULL,
	LOG_RECIPIENTS_DOMAIN,
	LOG_RECIPIENTS_OFF,
};

/* What an incomplete scan comes to. */
enum on_incomplete {
	INCOMPLETE_VERDICT, /* act on the score so far */
	INCOMPLETE_PASS,
	INCOMPLETE_TAG,
	INCOMPLETE_TEMPFAIL,
};

/* The answer when there can be no verdict at all. */
enum fail_action {
	FAIL_ACCEPT,
	FAIL_TEMPFAIL,
};

enum listen_kind {
	LISTEN_UNIX,
	LISTEN_INET,
	LISTEN_INET6,
	LISTEN_FD,
};

/* One socket of `listen`. */
struct listen_socket {
	enum listen_kind kind;
	const char *text; /* as written: "inet:8891@127.0.0.1", which libmilter takes too */
	const char *path; /* LISTEN_UNIX */
	const char *host; /* LISTEN_INET, LISTEN_INET6: an address or a name */
	unsigned port;
	int fd; /* LISTEN_FD */
	bool loopback; /* LISTEN_INET, LISTEN_INET6: host is 127/8, ::1 or localhost */
	struct origin origin;
};

struct listen_list {
	const struct listen_socket *v;
	size_t n;
};

/* One entry of `rules`. */
struct rules_entry {
	bool shipped; /* the rules that come with the program */
	bool spamassassin; /* {spamassassin: path}: its files, not ours */
	const char *path; /* a file or a directory; NULL when shipped */
	struct origin origin;
};

struct rules_entries {
	const struct rules_entry *v;
	size_t n;
};

struct score_list {
	const struct score_override *v;
	size_t n;
};

struct list_list {
	const struct rule_list *v;
	size_t n;
};

struct dns_list_list {
	const struct dns_list *v;
	size_t n;
};

/* `headers`: fields of our own, or SpamAssassin's. */
struct header_setting {
	const struct field_template *v;
	size_t n;
	bool spamassassin;
	const struct markup_line *lines; /* of SpamAssassin's directives */
	size_t line_count;
	struct markup markup; /* what they come to */
};

/* Names of header fields. */
struct name_texts {
	const struct slice *v; /* never NULL */
	size_t n;
};

/* What a channel may do (`policy` of a feed). */
struct feed_policy {
	unsigned kinds; /* bits 1 << enum rule_kind */
	int64_t max_score, min_score; /* of one rule, times its hits; millionths */
	int64_t max_total; /* most that the channel adds to a message; millionths */
	struct slice prefix; /* of its rules' names, and behind __ of its sub-rules' */
	unsigned max_rules;
	unsigned max_steps; /* of PCRE2's, of a pattern over a trying text */
};

/* One channel of `feeds`. */
struct feed_setting {
	struct slice channel;
	const struct slice *redis; /* addresses, tried in turn */
	size_t redis_count; /* 0: only what is imported */
	const char *user; /* of Redis; "": its default */
	const char *password_file; /* absolute; "": none */
	const char *ca_file; /* whom to trust in TLS, absolute; "": whom the system trusts */
	const struct slice *root_keys; /* "ed25519:..." */
	size_t root_key_count;
	struct feed_policy policy;
	int64_t shadow; /* microseconds that a new rule only counts */
	unsigned guard_domains; /* of good mail that a rule must hit to be muted */
	int64_t guard_share; /* and of its hits, in millionths */
	struct origin origin;
};

struct feed_list {
	const struct feed_setting *v;
	size_t n;
};

/* `authenticated` and `local`. */
struct treatment {
	enum sender_treatment how;
	struct thresholds thresholds; /* those not named are the common ones */
};

/* The C type of each type of setting. */
typedef bool setting_bool;
typedef unsigned setting_count;
typedef size_t setting_size; /* bytes */
typedef int64_t setting_duration; /* microseconds */
typedef int64_t setting_threshold; /* millionths, or THRESHOLD_OFF */
typedef unsigned setting_mode; /* permission bits */
typedef const char *setting_text; /* never NULL; "" is none */
typedef const char *setting_path; /* absolute, or "" for none */
typedef const char *setting_reply; /* an SMTP reply */
typedef int setting_facility; /* LOG_MAIL and the like, of syslog(3) */
typedef enum log_to setting_log_to;
typedef enum log_recipients setting_log_recipients;
typedef enum on_incomplete setting_on_incomplete;
typedef enum fail_action setting_fail_action;
typedef unsigned setting_commands; /* bits of enum envelope_part: the commands that tell them */
typedef struct listen_list setting_listen;
typedef struct rules_entries setting_rules;
typedef struct score_list setting_scores;
typedef struct list_list setting_lists;
typedef struct dns_list_list setting_dns_lists;
typedef struct header_setting setting_headers;
typedef struct network_list setting_networks;
typedef struct name_texts setting_names;
typedef struct name_texts setting_servers;
typedef struct name_texts setting_ids; /* of servers (RFC 8601, 2.5) */
typedef const char *setting_id; /* one of them; "" is none */
typedef struct rule_list setting_welcome; /* entries are what check_welcome_sender() reads */
typedef struct feed_list setting_feeds;
typedef struct treatment setting_treatment;

struct settings {
#define SETTING(field, key, type, standard, min, max, owner, doc) setting_##type field;
#include "conf/settings.def"
#undef SETTING
	struct arena *arena; /* holds all of the above */
	struct setting *rows; /* what settings_at gives */
};

/* A setting as people see it. All texts live as long as the settings. */
struct setting {
	const char *key; /* "thresholds.tag" */
	const char *type; /* "size", "duration", ... */
	const char *value; /* in force, as YAML on one line */
	const char *standard; /* the default, as YAML on one line */
	const char *owner; /* the part of the program that reads it */
	const char *doc; /* sentences for people */
	bool set; /* by a file; else the default */
	struct origin origin; /* where; file NULL for a default */
};

/*
 * Reads the file at path, or takes the defaults alone when path is NULL, into
 * *settings_r, which the caller frees. Every mistake is told. Returns false,
 * and leaves *settings_r NULL, when there was an error.
 */
bool settings_load(const char *path, struct settings **settings_r, struct diagnostics *diagnostics);

/* The same from bytes; `name` stands for the file in messages. */
bool settings_read(const char *name, struct slice bytes, struct settings **settings_r,
    struct diagnostics *diagnostics);

/* Frees the settings and nulls *settings; NULL inside is fine. */
void settings_free(struct settings **settings);

/* The configuration file's usual place if it is there, else NULL: no file, only defaults. */
const char *settings_usual_path(void);

/*
 * The settings with those of a rule set laid under them: a value counts where
 * `settings` has a default. Mistakes are told of as warnings and change
 * nothing. The result points into `settings` and is freed before it.
 */
struct settings *settings_overlay(const struct settings *settings,
    const struct source_setting *sources, size_t count, struct diagnostics *diagnostics);

/* What the engine needs of them. The policy points into the settings. */
void settings_policy(const struct settings *settings, struct policy *policy_r);

/* Whether both say the same of the same channel, wherever they stand. */
bool feed_setting_equal(const struct feed_setting *a, const struct feed_setting *b);

/* All settings in the order of settings.def, for `config --effective --origin`. */
size_t settings_count(void);
const struct setting *settings_at(const struct settings *settings, size_t i);

#endif
