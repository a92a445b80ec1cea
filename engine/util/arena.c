/*
 * arena.c - a chain of zeroed blocks, each twice the last, up to a cap
 *
 * Blocks come zeroed from calloc and are only ever carved from the front, so
 * what is handed out is zero without a memset. An allocation larger than a
 * block gets a block of its own size. The cap counts what was taken from the
 * heap, not what was handed out: it bounds the process, not the caller.
 *
 * Limits: BLOCK_FIRST and BLOCK_LARGEST; the cap is the caller's.
 */
#include "engine/util/arena.h"

#include <assert.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/util/ascii.h"

#define BLOCK_FIRST ((size_t)16 * 1024)
#define BLOCK_LARGEST ((size_t)1024 * 1024)
#define ALIGNMENT _Alignof(max_align_t)

struct block {
	struct block *next;
	size_t n;
	size_t used;
	_Alignas(ALIGNMENT) char bytes[];
};

struct arena {
	struct block *last; /* newest first */
	size_t cap;
	size_t used;
	size_t block_n;
	bool overflowed;
};

struct arena *
arena_new(size_t cap)
{
	struct arena *arena = calloc(1, sizeof(*arena));

	if (arena == NULL)
		abort();
	arena->cap = cap;
	arena->block_n = BLOCK_FIRST;
	return arena;
}

void
arena_free(struct arena **arena)
{
	struct block *block, *next;

	if (*arena == NULL)
		return;
	for (block = (*arena)->last; block != NULL; block = next) {
		next = block->next;
		free(block);
	}
	free(*arena);
	*arena = NULL;
}

void
arena_empty(struct arena *arena)
{
	struct block *kept = arena->last, *block, *next;

	arena->overflowed = false;
	if (kept == NULL)
		return;
	for (block = kept->next; block != NULL; block = next) {
		next = block->next;
		free(block);
	}
	kept->next = NULL;
	memset(kept->bytes, 0, kept->used);
	kept->used = 0;
	arena->used = sizeof(*kept) + kept->n;
}

/* A block that holds at least n bytes becomes the newest, or NULL at the cap. */
static struct block *
arena_add_block(struct arena *arena, size_t n)
{
	size_t left = arena->cap > arena->used ? arena->cap - arena->used : 0;
	size_t want = n > arena->block_n ? n : arena->block_n;
	struct block *block;

	if (left < sizeof(*block) || n > left - sizeof(*block)) {
		arena->overflowed = true;
		return NULL;
	}
	if (want > left - sizeof(*block))
		want = n;
	block = calloc(1, sizeof(*block) + want);
	if (block == NULL)
		abort();
	block->n = want;
	block->next = arena->last;
	arena->last = block;
	arena->used += sizeof(*block) + want;
	if (arena->block_n < BLOCK_LARGEST)
		arena->block_n *= 2;
	return block;
}

void *
arena_alloc(struct arena *arena, size_t n)
{
	struct block *block = arena->last;
	void *p;

	if (n > SIZE_MAX - ALIGNMENT) {
		arena->overflowed = true;
		return NULL;
	}
	n = (n + ALIGNMENT - 1) & ~(ALIGNMENT - 1);
	if (block == NULL || block->n - block->used < n)
		block = arena_add_block(arena, n);
	if (block == NULL)
		return NULL;
	p = block->bytes + block->used;
	block->used += n;
	return p;
}

void *
arena_array(struct arena *arena, size_t count, size_t size)
{
	size_t n;

	if (__builtin_mul_overflow(count, size, &n)) {
		arena->overflowed = true;
		return NULL;
	}
	return arena_alloc(arena, n);
}

void *
arena_grow(struct arena *arena, void *p, size_t old_n, size_t n)
{
	struct block *block = arena->last;
	size_t old_room = (old_n + ALIGNMENT - 1) & ~(ALIGNMENT - 1);
	void *grown;

	assert(n >= old_n);
	if (p != NULL && block != NULL && old_room <= block->used &&
	    (char *)p == block->bytes + block->used - old_room &&
	    n <= block->n - (block->used - old_room)) {
		size_t room = (n + ALIGNMENT - 1) & ~(ALIGNMENT - 1);

		if (room <= block->n - (block->used - old_room)) {
			block->used = block->used - old_room + room;
			return p;
		}
	}
	grown = arena_alloc(arena, n);
	if (grown != NULL && old_n > 0)
		memcpy(grown, p, old_n);
	return grown;
}

struct slice
arena_copy(struct arena *arena, struct slice s)
{
	char *p = s.n == SIZE_MAX ? NULL : arena_alloc(arena, s.n + 1);

	if (p == NULL)
		return SLICE_ABSENT;
	if (s.n > 0)
		memcpy(p, s.p, s.n);
	return (struct slice){ p, s.n };
}

struct slice
arena_lower(struct arena *arena, struct slice s)
{
	struct slice copy = arena_copy(arena, s);
	char *p = (char *)copy.p;

	for (size_t i = 0; i < copy.n; i++)
		p[i] = ascii_lower(p[i]);
	return copy;
}

struct slice
arena_printf(struct arena *arena, const char *format, ...)
{
	va_list args;
	int n;
	char *p;

	va_start(args, format);
	n = vsnprintf(NULL, 0, format, args);
	va_end(args);
	assert(n >= 0);
	p = arena_alloc(arena, (size_t)n + 1);
	if (p == NULL)
		return SLICE_ABSENT;
	va_start(args, format);
	vsnprintf(p, (size_t)n + 1, format, args);
	va_end(args);
	return (struct slice){ p, (size_t)n };
}

bool
arena_overflowed(const struct arena *arena)
{
	return arena->overflowed;
}

size_t
arena_used(const struct arena *arena)
{
	return arena->used;
}

size_t
arena_cap(const struct arena *arena)
{
	return arena->cap;
}
