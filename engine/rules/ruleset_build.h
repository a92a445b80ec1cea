/*
 * ruleset_build.h - what ruleset_extend.c builds of: a layer on what stands, or a view of less
 */
#ifndef STEELYARD_ENGINE_RULES_RULESET_BUILD_H
#define STEELYARD_ENGINE_RULES_RULESET_BUILD_H

#include "engine/rules/ruleset_view.h"

/*
 * A ruleset with a new layer of these rules on `below`, which is one of the former ruleset's;
 * `change` says what is gone. Only rules whose names are in `told` are told of.
 */
struct ruleset *ruleset_build_on(struct layer *below, const struct view_change *change,
    const struct rule_def *const *defs, size_t count, const struct map *told,
    const struct ruleset_report *report);

/* The former ruleset without what is gone, in the same layers. */
struct ruleset *ruleset_build_without(const struct view_change *change);

/* What of a definition is in force: its priority, and its score or the configuration's. */
void rule_def_settle(const struct ruleset *ruleset, struct rule_def *def);

/* Whether the same feed brought both, or none did. */
bool feed_same_channel(const struct rule_def *a, const struct rule_def *b);

#endif
