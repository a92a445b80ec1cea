/*
 * sa_config.h - what SpamAssassin's configuration files have said so far
 *
 * Lines may come in any order: a score before its rule, a list's exclusion
 * before its entry. So everything is kept by name, the later word counts, and
 * resolve.h makes rules of it when all files are read.
 */
#ifndef STEELYARD_CONF_SPAMASSASSIN_SA_CONFIG_H
#define STEELYARD_CONF_SPAMASSASSIN_SA_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "conf/diagnostic.h"
#include "conf/replace_tag.h"
#include "conf/rules_yaml.h"
#include "conf/spamassassin/plugin.h"
#include "engine/rules/rule_def.h"
#include "engine/util/arena.h"
#include "engine/util/map.h"
#include "engine/util/slice.h"
#include "engine/util/vec.h"

/* A rule's score for each of the four sets: no network, network, Bayes, both. */
#define SA_SCORE_SETS 4

/* What a rule's own line made it. */
enum sa_rule_type {
	SA_RULE_NONE, /* only spoken of: a score, a description */
	SA_RULE_PATTERN, /* header, body, rawbody, full, uri: def.kind tells */
	SA_RULE_MIME,
	SA_RULE_URI_PARTS, /* uri_detail */
	SA_RULE_META,
	SA_RULE_EVAL,
	SA_RULE_EMPTY, /* reuse: a name that never hits */
};

struct sa_rule {
	struct slice name;
	enum sa_rule_type type;
	enum sa_eval_type eval_type; /* the type of rule that calls the function */
	struct rule_def def; /* as far as its own line says; patterns as Perl has them */
	struct slice perl; /* its pattern as it stands */
	bool replace; /* replace_rules: tags stand in its pattern */

	bool has_scores;
	int64_t scores[SA_SCORE_SETS];
	struct origin score_origin;
	struct slice tflags;
	struct slice describe;
	struct slice subject_prefix;
	struct slice shortcircuit; /* "on", "off", "ham", "spam"; absent: nothing said */
	bool has_priority;
	int priority;
};

/* A list or single value, by the name of its directive. */
struct sa_list {
	struct slice name;
	struct vec entries; /* struct slice; absent: taken away again */
	struct map *slots; /* entry, folded -> its number + 1 */
	struct origin origin; /* of the last line that added to it */
};

struct sa_config {
	struct arena *arena; /* the texts; lives as long as what is made of them */
	struct diagnostics *diagnostics;
	struct sa_plugins plugins;
	bool local_tests_only; /* no network */
	struct vec rules; /* struct sa_rule *, in the order they were first named */
	struct map *rules_by_name;
	struct vec lists; /* struct sa_list * */
	struct map *lists_by_name;
	struct vec markup; /* struct markup_line: what is said of headers and reports */
	struct vec dropped; /* struct dropped_rule: lines that define nothing */
	struct replace_tags *tags; /* replace_tag and its kin */
	enum replace_form replace_form; /* how tags come into patterns */
	size_t files; /* that were read */
	unsigned depth; /* of includes, now */
	struct map *files_by_path; /* those that were read by their path: once each */
};

/* An empty configuration whose texts are kept in `arena`. */
struct sa_config *sa_config_new(struct arena *arena, struct diagnostics *diagnostics);

/* Frees all but the texts and nulls *config. */
void sa_config_free(struct sa_config **config);

/* The rule of that name, made when there is none yet. Never NULL. */
struct sa_rule *sa_config_rule(struct sa_config *config, struct slice name);

/* The rule of that name, or NULL. */
struct sa_rule *sa_config_find_rule(const struct sa_config *config, struct slice name);

/* The list of that name, made empty when there is none yet. Never NULL. */
struct sa_list *sa_config_list(struct sa_config *config, struct slice name);
struct sa_list *sa_config_find_list(const struct sa_config *config, struct slice name);

/* Adds an entry, once: case does not make another. The text must live in the arena or the file. */
void sa_list_add(struct sa_list *list, struct slice entry, const struct origin *origin);

/* The same for texts that may stand twice, like the lines of a file. */
void sa_list_append(struct sa_list *list, struct slice entry, const struct origin *origin);

/* Takes an entry away if it is there. */
void sa_list_remove(struct sa_list *list, struct slice entry);

void sa_list_clear(struct sa_list *list);

/* Whether the file of that path was read before; from now on it was. */
bool sa_config_knows_file(struct sa_config *config, const char *path);

/* Tells of a problem at the place; a rule named `name`, if any, is noted as left out. */
void sa_config_warn(struct sa_config *config, const struct origin *origin, struct slice name,
    const char *format, ...) __attribute__((format(printf, 4, 5)));

#endif
