/*
 * arena.h - memory that is handed out in one direction and freed at once
 *
 * One message, one arena. It has a cap in bytes: an allocation that would
 * pass it returns NULL and sets a sticky flag. Callers give up what they were
 * building when they get NULL and need not report it: whoever forms the
 * verdict asks arena_overflowed() once and calls the scan incomplete.
 */
#ifndef STEELYARD_ENGINE_UTIL_ARENA_H
#define STEELYARD_ENGINE_UTIL_ARENA_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/util/slice.h"

struct arena;

/* A new arena that may hold up to `cap` bytes. Never NULL: no heap, no program. */
struct arena *arena_new(size_t cap);

/* Frees the arena and all it handed out, and nulls *arena; NULL inside is fine. */
void arena_free(struct arena **arena);

/* Takes back all it handed out, and its overflow; a block stays for what comes next. */
void arena_empty(struct arena *arena);

/* `n` zeroed bytes aligned for any type, or NULL once the cap would be passed. */
void *arena_alloc(struct arena *arena, size_t n);

/* `count` zeroed elements of `size` bytes; NULL as above or when the product overflows. */
void *arena_array(struct arena *arena, size_t count, size_t size);

/*
 * Makes the block `p` of `old_n` bytes one of `n` bytes, in place when it was
 * the last one handed out; else its bytes are copied. The added bytes are
 * zero. Returns NULL, `p` untouched, at the cap.
 */
void *arena_grow(struct arena *arena, void *p, size_t old_n, size_t n);

/* A copy of s with a NUL behind it that does not count; absent at the cap. */
struct slice arena_copy(struct arena *arena, struct slice s);

/* The same with ASCII letters in lower case. */
struct slice arena_lower(struct arena *arena, struct slice s);

/* printf into the arena; absent at the cap. */
struct slice
arena_printf(struct arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Whether an allocation was ever refused. */
bool arena_overflowed(const struct arena *arena);

/* Bytes taken from the heap so far, and the cap. */
size_t arena_used(const struct arena *arena);
size_t arena_cap(const struct arena *arena);

#endif
