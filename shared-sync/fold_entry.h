/*
 * fold_entry.h - an entry's body, read: what is removed, put and scored
 */
#ifndef STEELYARD_SHARED_SYNC_FOLD_ENTRY_H
#define STEELYARD_SHARED_SYNC_FOLD_ENTRY_H

#include <stdbool.h>

#include "engine/util/arena.h"
#include "engine/util/err.h"
#include "engine/util/slice.h"
#include "engine/util/vec.h"
#include "shared-sync/fold.h"

/* What the tree and texts of one entry may take. */
#define FOLD_ENTRY_ARENA ((size_t)64 * 1024 * 1024)

struct fold_entry {
	struct slice note; /* empty: none */
	struct vec removed; /* struct slice: names, perhaps twice */
	struct vec put; /* struct fold_rule: name and text alone; no name twice */
	struct vec scored; /* struct fold_rule: name and score alone; no name twice */
};

/*
 * Reads a body; everything is in `arena`. `tell` (may be NULL) is told of what is left
 * aside. False with *err: it is no such mapping.
 */
bool fold_entry_read(struct arena *arena, struct slice body, struct fold_entry *entry_r,
    void (*tell)(void *p, const char *text), void *p, struct err *err);

#endif
