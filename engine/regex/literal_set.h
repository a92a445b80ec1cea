/*
 * literal_set.h - which of many literals stand in a text, in one pass over it
 *
 * Texts and literals are folded (fold.h). The set is built once and then
 * const; it may be used by any number of threads.
 *
 * SYNOPSIS
 *	struct literal_set *set = literal_set_new(arena);
 *	unsigned number = literal_set_add(set, SLICE("viagra"));
 *
 *	literal_set_seal(set);
 *	literal_set_find(set, folded, found, p);
 */
#ifndef STEELYARD_ENGINE_REGEX_LITERAL_SET_H
#define STEELYARD_ENGINE_REGEX_LITERAL_SET_H

#include <stddef.h>

#include "engine/util/arena.h"
#include "engine/util/slice.h"

/* A literal has as many bytes at least, and at most. */
#define LITERAL_MIN 3
#define LITERAL_MAX 255

struct literal_set;

/* Told of a literal by its number, for each place where it stands. */
typedef void literal_found_fn(void *p, unsigned number);

/* An empty set; all it holds is the arena's, which has no cap that matters. */
struct literal_set *literal_set_new(struct arena *arena);

/* The literal's number, 0 the first; the same for the same bytes. They are copied. */
unsigned literal_set_add(struct literal_set *set, struct slice literal);

/* Makes it ready: nothing is added afterwards. */
void literal_set_seal(struct literal_set *set);

/* Looks through a folded text. */
void literal_set_find(
    const struct literal_set *set, struct slice text, literal_found_fn *found, void *p);

#endif
