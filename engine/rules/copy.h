/*
 * copy.h - deep copies of what a ruleset is built from, and a hash over it
 */
#ifndef STEELYARD_ENGINE_RULES_COPY_H
#define STEELYARD_ENGINE_RULES_COPY_H

#include <stdint.h>

#include "engine/policy.h"
#include "engine/rules/rule_def.h"
#include "engine/rules/ruleset.h"
#include "engine/util/arena.h"

/* All that the definition points to is copied into the arena, which has no cap. */
struct rule_def copy_rule_def(struct arena *arena, const struct rule_def *def);
struct dns_list copy_dns_list(struct arena *arena, const struct dns_list *list);
struct origin copy_origin(struct arena *arena, struct origin origin);

/* Like the above. Limits of 0 become the engine's own. */
struct policy copy_policy(struct arena *arena, const struct policy *policy);

/* The defaults of a policy that nobody configured: tag at 5, all else off. */
struct policy policy_default(void);

/* 16 hex digits over rules, scores in force, lists and policy, in the arena. */
struct slice ruleset_digest(struct arena *arena, const struct rule_def *const *defs,
    size_t def_count, const struct ruleset_source *source, const struct policy *policy);

#endif
