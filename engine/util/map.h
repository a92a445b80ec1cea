/*
 * map.h - from names (slices) to pointers, by hash
 *
 * Keys are not copied: they must live as long as the map. The seed is handed
 * in, since names come from hostile mail; results never depend on it, and a
 * walk goes in the order of insertion.
 */
#ifndef STEELYARD_ENGINE_UTIL_MAP_H
#define STEELYARD_ENGINE_UTIL_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/util/arena.h"
#include "engine/util/slice.h"

struct map;

enum map_case {
	MAP_EXACT,
	MAP_FOLDED, /* ASCII letters compare without case */
};

/* A map in `arena`, or on the heap when it is NULL (then map_free). NULL at the arena's cap. */
struct map *map_new(struct arena *arena, enum map_case fold, uint64_t seed);

/* Frees a heap map and nulls *map; values are the caller's. */
void map_free(struct map **map);

/* The value of `key`, or NULL. */
void *map_find(const struct map *map, struct slice key);

/* Sets key to value, which must not be NULL. False at the arena's cap. */
bool map_add(struct map *map, struct slice key, void *value);

/* The number of keys, and the i-th that was added. */
size_t map_count(const struct map *map);
struct slice map_key(const struct map *map, size_t i);
void *map_value(const struct map *map, size_t i);

/* The keyed hash that map uses (FNV-1a with a seed and a final mix), for other tables. */
uint64_t map_hash(struct slice key, enum map_case fold, uint64_t seed);

#endif
