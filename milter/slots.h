/*
 * slots.h - a bounded pool of scan slots: so many messages are scanned at once
 *
 * A burst of connections then costs neither memory nor thrashing. Slots are
 * opened before privileges drop (converters read modules from disk) and the
 * pool keeps its size for life.
 */
#ifndef STEELYARD_MILTER_SLOTS_H
#define STEELYARD_MILTER_SLOTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct slot;
struct slots;

/* A pool of `count` slots; 0: one for each processor that is online. Never NULL. */
struct slots *slots_new(size_t count);

/* Closes all, which must have been given back, and nulls *slots; NULL inside is fine. */
void slots_free(struct slots **slots);

/* A slot for this caller alone, or NULL when none was given back by `deadline_us` (clock.h). */
struct slot *slots_take(struct slots *slots, int64_t deadline_us);

void slots_give(struct slots *slots, struct slot *slot);

size_t slots_count(const struct slots *slots);

/* Whether regular expressions are compiled to machine code here. */
bool slots_have_jit(void);

#endif
