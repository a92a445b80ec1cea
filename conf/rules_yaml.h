/*
 * rules_yaml.h - rule files in YAML: text -> rule definitions
 *
 * A file holds up to four mappings: `rules:`, `scores:`, `lists:` and `dns_lists:`. What
 * several files say is gathered, in their order, in one struct rule_source;
 * regular expressions and metas are not compiled here.
 *
 * SYNOPSIS
 *	struct rule_source source = RULE_SOURCE_INIT;
 *	struct ruleset_source view;
 *
 *	rules_yaml_read(&source, "local.yaml", "local", bytes, found);
 *	rule_source_view(&source, &view);
 *	ruleset = ruleset_build(&view, &report);
 *	rule_source_clear(&source);
 */
#ifndef STEELYARD_CONF_RULES_YAML_H
#define STEELYARD_CONF_RULES_YAML_H

#include <stdbool.h>
#include <stddef.h>

#include "conf/diagnostic.h"
#include "conf/markup_read.h"
#include "engine/net/dns_list.h"
#include "engine/rules/rule_def.h"
#include "engine/rules/ruleset.h"
#include "engine/util/arena.h"
#include "engine/util/slice.h"
#include "engine/util/vec.h"

/* Rules gathered from files. Everything lives until rule_source_clear. */
struct rule_source {
	struct arena *arena; /* NULL: nothing read yet */
	struct vec defs; /* struct rule_def */
	struct vec scores; /* struct rule_source_score */
	struct vec lists; /* struct rule_list */
	struct vec dns_lists; /* struct dns_list */
	struct vec settings; /* struct source_setting */
	struct vec markup; /* struct markup_line: what SpamAssassin's files say of headers */
	struct vec dropped; /* struct dropped_rule */
	struct vec kept_scores; /* struct score_override: what rule_source_view gives */
};

/* A rule that a reader left out, of which it told as well. */
struct dropped_rule {
	struct slice name;
	struct slice why;
	struct origin origin;
};

/* A setting that rules bring with them: steelyard.yaml's own wins. */
struct source_setting {
	struct slice key; /* "thresholds.tag" */
	struct slice value; /* as YAML on one line */
	struct origin origin;
};

/* A score that stands apart from its rule, and how many definitions had been read then. */
struct rule_source_score {
	struct score_override score;
	size_t defs_before;
};

#define RULE_SOURCE_INIT                                              \
	((struct rule_source){ .defs = VEC_OF(struct rule_def, NULL), \
	    .scores = VEC_OF(struct rule_source_score, NULL),         \
	    .lists = VEC_OF(struct rule_list, NULL),                  \
	    .dns_lists = VEC_OF(struct dns_list, NULL),               \
	    .settings = VEC_OF(struct source_setting, NULL),          \
	    .markup = VEC_OF(struct markup_line, NULL),               \
	    .dropped = VEC_OF(struct dropped_rule, NULL),             \
	    .kept_scores = VEC_OF(struct score_override, NULL) })

/*
 * Adds what `bytes` say; `name` stands for the file in messages and origins
 * and `layer` ("shipped", "local", ...) for who wrote it. A rule with a mistake
 * is left out and told of. Returns false when there was an error.
 */
bool rules_yaml_read(struct rule_source *source, const char *name, const char *layer,
    struct slice bytes, struct diagnostics *diagnostics);

/* Scores that stand in the configuration: they come after all that was read before. */
void rule_source_add_scores(
    struct rule_source *source, const struct score_override *scores, size_t count);

/* Lists that stand in the configuration; lists of one name are joined when the ruleset is built. */
void rule_source_add_lists(struct rule_source *source, const struct rule_list *lists, size_t count);

/* DNS lists that stand in the configuration; a later one of a name is taken whole. */
void
rule_source_add_dns_lists(struct rule_source *source, const struct dns_list *lists, size_t count);

/* A setting; the later of one key counts. */
void rule_source_add_setting(
    struct rule_source *source, struct slice key, struct slice value, const struct origin *origin);

/* The arena that the source's texts live in. */
struct arena *rule_source_arena(struct rule_source *source);

/* A directive of SpamAssassin's on headers or reports, in its order; texts are not copied. */
void rule_source_add_markup(struct rule_source *source, const struct markup_line *line);

/*
 * What ruleset_build takes, without a policy: a score that a later file's
 * definition of the rule replaces is left out. Good until the source changes.
 */
void rule_source_view(struct rule_source *source, struct ruleset_source *view_r);

/* Frees all. */
void rule_source_clear(struct rule_source *source);

#endif
