/*
 * copy.h - deep copies of what a ruleset is built from, and hashes over it
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

/* Over all that a rule judges by, its score in force too; where it came from is no part of it. */
uint64_t rule_def_digest(const struct rule_def *def);

/* Over lists, limits of channels and policy: all but the rules and their scores. */
uint64_t source_digest(const struct ruleset_source *source, const struct policy *policy);

/* Of both: `rules` is the sum of the rules' digests, `count` how many they are. */
uint64_t digest_join(uint64_t source, uint64_t rules, size_t count);

#endif
