/*
 * map.c - open addressing over an insertion-ordered list of entries
 *
 * Slots hold entry numbers (0 = free), so the walk order is that of insertion
 * and rebuilding the slots moves no entry. Load stays below one half.
 */
#include "engine/util/map.h"

#include <stdlib.h>
#include <string.h>

#include "engine/util/ascii.h"
#include "engine/util/vec.h"

#define SLOTS_FIRST 16

struct entry {
	struct slice key;
	void *value;
	uint64_t hash;
};

struct map {
	struct arena *arena;
	struct vec entries;
	uint32_t *slots; /* entry number + 1 */
	size_t slot_count;
	enum map_case fold;
	uint64_t seed;
};

uint64_t
map_hash(struct slice key, enum map_case fold, uint64_t seed)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325) ^ seed;

	for (size_t i = 0; i < key.n; i++) {
		char c = fold == MAP_FOLDED ? ascii_lower(key.p[i]) : key.p[i];

		hash = (hash ^ (unsigned char)c) * UINT64_C(0x100000001b3);
	}
	hash ^= hash >> 32;
	hash *= UINT64_C(0x9e3779b97f4a7c15);
	return hash ^ hash >> 29;
}

static void *
map_alloc(struct arena *arena, size_t count, size_t size)
{
	void *p = arena != NULL ? arena_array(arena, count, size) : calloc(count, size);

	if (p == NULL && arena == NULL)
		abort();
	return p;
}

struct map *
map_new(struct arena *arena, enum map_case fold, uint64_t seed)
{
	struct map *map = map_alloc(arena, 1, sizeof(*map));

	if (map == NULL)
		return NULL;
	map->arena = arena;
	map->entries = VEC_OF(struct entry, arena);
	map->fold = fold;
	map->seed = seed;
	map->slot_count = SLOTS_FIRST;
	map->slots = map_alloc(arena, map->slot_count, sizeof(*map->slots));
	return map->slots == NULL ? NULL : map;
}

void
map_free(struct map **map)
{
	if (*map == NULL)
		return;
	vec_clear(&(*map)->entries);
	if ((*map)->arena == NULL) {
		free((*map)->slots);
		free(*map);
	}
	*map = NULL;
}

static bool
map_same(const struct map *map, const struct entry *entry, struct slice key, uint64_t hash)
{
	if (entry->hash != hash)
		return false;
	return map->fold == MAP_FOLDED ? slice_ieq(entry->key, key) : slice_eq(entry->key, key);
}

/* The slot where key stands or would stand. */
static size_t
map_slot(const struct map *map, struct slice key, uint64_t hash)
{
	size_t at = hash & (map->slot_count - 1);

	while (map->slots[at] != 0 &&
	       !map_same(map, vec_at(&map->entries, map->slots[at] - 1), key, hash))
		at = (at + 1) & (map->slot_count - 1);
	return at;
}

void *
map_find(const struct map *map, struct slice key)
{
	size_t at = map_slot(map, key, map_hash(key, map->fold, map->seed));

	if (map->slots[at] == 0)
		return NULL;
	return ((struct entry *)vec_at(&map->entries, map->slots[at] - 1))->value;
}

static bool
map_widen(struct map *map)
{
	size_t count = map->slot_count * 2;
	uint32_t *slots = map_alloc(map->arena, count, sizeof(*slots));

	if (slots == NULL)
		return false;
	for (size_t i = 0; i < map->entries.n; i++) {
		const struct entry *entry = vec_at(&map->entries, i);
		size_t at = entry->hash & (count - 1);

		while (slots[at] != 0)
			at = (at + 1) & (count - 1);
		slots[at] = (uint32_t)(i + 1);
	}
	if (map->arena == NULL)
		free(map->slots);
	map->slots = slots;
	map->slot_count = count;
	return true;
}

bool
map_add(struct map *map, struct slice key, void *value)
{
	uint64_t hash = map_hash(key, map->fold, map->seed);
	size_t at = map_slot(map, key, hash);
	struct entry *entry;

	if (map->slots[at] != 0) {
		((struct entry *)vec_at(&map->entries, map->slots[at] - 1))->value = value;
		return true;
	}
	if ((map->entries.n + 1) * 2 > map->slot_count) {
		if (!map_widen(map))
			return false;
		at = map_slot(map, key, hash);
	}
	entry = vec_push(&map->entries);
	if (entry == NULL)
		return false;
	*entry = (struct entry){ key, value, hash };
	map->slots[at] = (uint32_t)map->entries.n;
	return true;
}

size_t
map_count(const struct map *map)
{
	return map->entries.n;
}

struct slice
map_key(const struct map *map, size_t i)
{
	return ((const struct entry *)vec_at(&map->entries, i))->key;
}

void *
map_value(const struct map *map, size_t i)
{
	return ((const struct entry *)vec_at(&map->entries, i))->value;
}
