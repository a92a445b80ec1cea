/*
 * meta_readers.h - which metas read a rule, and which are 0 while nothing they read has hit
 */
#ifndef STEELYARD_ENGINE_RULES_META_READERS_H
#define STEELYARD_ENGINE_RULES_META_READERS_H

#include "engine/rules/ruleset_view.h"

/* `idle` of the layer's metas: see there. */
void meta_readers_rest(struct layer *layer);

/*
 * Fills in the ruleset's readers by rule, those who joined last. Metas that are
 * `idle` need not be run for a message in which nothing they read has hit, is
 * open or unknown.
 */
void meta_readers_find(struct ruleset *ruleset, const struct view_change *change);

#endif
