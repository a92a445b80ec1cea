/*
 * vec.c - a growing array: room doubles, new elements are zero
 */
#include "engine/util/vec.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define ROOM_FIRST 8

static void *
vec_grow(struct vec *vec, size_t room)
{
	if (room > SIZE_MAX / vec->size)
		return NULL;
	if (vec->arena != NULL)
		return arena_grow(vec->arena, vec->p, vec->room * vec->size, room * vec->size);
	return realloc(vec->p, room * vec->size);
}

void *
vec_push(struct vec *vec)
{
	void *element;

	if (vec->n == vec->room) {
		size_t room = vec->room == 0 ? ROOM_FIRST : vec->room * 2;
		void *p = vec_grow(vec, room);

		if (p == NULL && vec->arena == NULL)
			abort();
		if (p == NULL)
			return NULL;
		vec->p = p;
		vec->room = room;
	}
	element = (char *)vec->p + vec->n * vec->size;
	memset(element, 0, vec->size);
	vec->n++;
	return element;
}

void *
vec_at(const struct vec *vec, size_t i)
{
	assert(i < vec->n);
	return (char *)vec->p + i * vec->size;
}

void
vec_clear(struct vec *vec)
{
	if (vec->arena == NULL)
		free(vec->p);
	*vec = (struct vec){ .arena = vec->arena, .size = vec->size };
}
