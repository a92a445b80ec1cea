/*
 * pattern_set.h - which patterns may match which texts, told by their literals
 *
 * A pattern joins with its factor and a group; it is looked for in texts of
 * that group only. For each text the set tells the patterns whose factor
 * holds there; all others cannot match it. The set is built once and then
 * const. What it found in one message's texts is a struct pattern_hits.
 *
 * SYNOPSIS
 *	unsigned number = pattern_set_add(set, group, &factor);
 *	pattern_set_seal(set);
 *
 *	struct pattern_hits *hits = pattern_hits_new(set, arena);
 *	pattern_hits_read(hits, group, 0, text);
 *	size_t at = 0;
 *	if (pattern_hits_next(hits, number, &at)) ... the text `at` may match ...
 */
#ifndef STEELYARD_ENGINE_REGEX_PATTERN_SET_H
#define STEELYARD_ENGINE_REGEX_PATTERN_SET_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/regex/factor.h"
#include "engine/util/arena.h"
#include "engine/util/slice.h"

/* Texts that are remembered for a pattern; from the next on it may match in all of them. */
#define PATTERN_TEXTS_MAX 64

struct pattern_set;
struct pattern_hits;

/* An empty set; all it holds is the arena's, which has no cap that matters. */
struct pattern_set *pattern_set_new(struct arena *arena);

/* The pattern's number, 0 the first. */
unsigned pattern_set_add(struct pattern_set *set, unsigned group, const struct factor *factor);

size_t pattern_set_count(const struct pattern_set *set);

/* Makes it ready: nothing is added afterwards. */
void pattern_set_seal(struct pattern_set *set);

/* Nothing read yet. NULL at the arena's cap. */
struct pattern_hits *pattern_hits_new(const struct pattern_set *set, struct arena *arena);

/* Reads a text of a group; its number must grow from call to call within the group. */
void pattern_hits_read(struct pattern_hits *hits, unsigned group, size_t number, struct slice text);

/*
 * Nothing is read yet, and from now on that pattern alone is looked for, at a cost that the
 * others have no part in. Only before the first text that is read for all.
 */
void pattern_hits_only(struct pattern_hits *hits, unsigned pattern);

/*
 * Moves *at to the first text of that number or a higher one that the pattern
 * may match. False: there is none. With more texts than read, it is the
 * caller's to stop.
 */
bool pattern_hits_next(const struct pattern_hits *hits, unsigned pattern, size_t *at);

#endif
