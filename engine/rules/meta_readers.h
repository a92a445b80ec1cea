/*
 * meta_readers.h - which metas read a rule, and which are 0 while nothing they read has hit
 */
#ifndef STEELYARD_ENGINE_RULES_META_READERS_H
#define STEELYARD_ENGINE_RULES_META_READERS_H

#include "engine/rules/rule.h"

/*
 * Fills in each rule's readers, and `idle` of metas: those need not be run for
 * a message in which nothing they read has hit, is open or unknown.
 */
void meta_readers_find(struct ruleset *ruleset);

#endif
