/*
 * feed_entry.h - an entry's body for people: its note, and what it puts, removes and scores
 */
#ifndef STEELYARD_MILTER_FEED_ENTRY_H
#define STEELYARD_MILTER_FEED_ENTRY_H

#include <stdbool.h>

#include "engine/util/arena.h"
#include "engine/util/buf.h"
#include "milter/json.h"
#include "shared-sync/carried.h"

/* Texts are in the arena that it was read with. */
struct feed_entry {
	struct slice note;
	struct slice *put, *removed, *scored; /* names */
	struct slice *scores; /* as written */
	size_t put_count, removed_count, scored_count;
};

/* Reads a verified body; what is no such mapping gives an empty entry. */
void feed_entry_read(struct arena *arena, struct slice body, struct feed_entry *entry_r);

/* Appends "+A_RULE -ANOTHER THIRD=1.5", at most `most` of each kind; control bytes become '?'. */
void feed_entry_print(const struct feed_entry *entry, size_t most, struct buf *out);

/* Adds the keys note, put, remove and scores to an open object. */
void feed_entry_json(const struct feed_entry *entry, struct json *json);

/* Appends text from a feed as a terminal may have it: control bytes become '?'. */
void feed_entry_safe(struct slice text, struct buf *out);

#endif
