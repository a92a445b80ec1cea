/*
 * vec.h - a growing array of elements of one size, in an arena or on the heap
 *
 * SYNOPSIS
 *	struct vec hits = VEC_OF(struct hit, arena);
 *	struct hit *hit = vec_push(&hits);
 *
 *	if (hit != NULL)
 *		hit->count = 1;
 *	for (size_t i = 0; i < hits.n; i++)
 *		use((struct hit *)vec_at(&hits, i));
 */
#ifndef STEELYARD_ENGINE_UTIL_VEC_H
#define STEELYARD_ENGINE_UTIL_VEC_H

#include <stddef.h>

#include "engine/util/arena.h"

struct vec {
	struct arena *arena; /* NULL: the heap */
	void *p;
	size_t n;
	size_t room;
	size_t size; /* bytes of an element */
};

#define VEC_OF(type, where) ((struct vec){ .arena = (where), .size = sizeof(type) })

/* A new zeroed element at the end; NULL at the arena's cap, never on the heap. Moves the others. */
void *vec_push(struct vec *vec);

/* Element i, which must exist. */
void *vec_at(const struct vec *vec, size_t i);

/* Frees a heap vector's elements and empties it; in an arena it only empties. */
void vec_clear(struct vec *vec);

#endif
