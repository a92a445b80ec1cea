/*
 * memory.h - how much memory the messages in flight may take together
 *
 * A counter with a limit (setting memory_total). What grows by a peer's doing
 * is taken here before it is allocated and given back after it is freed.
 */
#ifndef STEELYARD_MILTER_MEMORY_H
#define STEELYARD_MILTER_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A quarter is for scans alone, so that sessions which collect slowly cannot starve them. */
#define MEMORY_RESERVE 4

struct memory;

/* A counter that allows `limit` bytes. Never NULL. */
struct memory *memory_new(size_t limit);

/* Frees it and nulls *memory; NULL inside is fine. */
void memory_free(struct memory **memory);

/* Another limit from now on; what is over it already stays. */
void memory_set_limit(struct memory *memory, size_t limit);

/*
 * Takes n bytes, or returns false when that would leave less than a
 * MEMORY_RESERVE-th of the limit: the rest is for those who wait.
 */
bool memory_take(struct memory *memory, size_t n);

/* Takes n bytes, of all, as soon as others give enough back; false at `deadline_us` (clock.h). */
bool memory_take_by(struct memory *memory, size_t n, int64_t deadline_us);

void memory_give(struct memory *memory, size_t n);

/* Bytes that are taken now. */
size_t memory_used(struct memory *memory);

#endif
