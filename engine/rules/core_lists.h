/*
 * core_lists.h - the named lists that the engine itself reads, whatever functions are called
 */
#ifndef STEELYARD_ENGINE_RULES_CORE_LISTS_H
#define STEELYARD_ENGINE_RULES_CORE_LISTS_H

#include "engine/rules/rule.h"
#include "engine/util/slice.h"

/* Told of each entry that is no use, with the name of its list. */
typedef void core_lists_tell(void *p, struct slice list, const char *text);

/* Puts what the ruleset's lists say where the engine looks for it. Once, after lists and policy. */
void core_lists_apply(struct ruleset *ruleset, core_lists_tell *tell, void *p);

#endif
