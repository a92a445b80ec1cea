/*
 * mentions.h - which metas of a layer read a name, whether a rule has it or not
 *
 * When a rule of that name comes, changes or goes, these are to be compiled
 * once more.
 */
#ifndef STEELYARD_ENGINE_RULES_MENTIONS_H
#define STEELYARD_ENGINE_RULES_MENTIONS_H

#include <stddef.h>

#include "engine/util/arena.h"
#include "engine/util/slice.h"

struct mentions;

/* Nothing yet, in an arena that has no cap that matters. */
struct mentions *mentions_new(struct arena *arena);

/* A meta, by its rule's number, reads `name`, or what matches a glob. The texts are kept. */
void mentions_add(struct mentions *mentions, struct slice name, size_t meta);
void mentions_add_glob(struct mentions *mentions, struct slice glob, size_t meta);

/* Makes it ready: nothing is added afterwards. */
void mentions_seal(struct mentions *mentions);

/* Told of a meta, perhaps more than once. */
typedef void mention_found_fn(void *p, size_t meta);

void
mentions_find(const struct mentions *mentions, struct slice name, mention_found_fn *found, void *p);

#endif
