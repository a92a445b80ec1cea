/*
 * random_entry.h - seeded entries of random rules, removals and scores
 */
#ifndef STEELYARD_TESTS_SHARED_SYNC_RANDOM_ENTRY_H
#define STEELYARD_TESTS_SHARED_SYNC_RANDOM_ENTRY_H

#include <stdint.h>

#include "engine/util/buf.h"

struct random {
	uint64_t state; /* the seed, at first */
};

/* 0 to limit - 1. */
uint64_t random_below(struct random *random, uint64_t limit);

/* Appends an entry's body that fold_apply takes. */
void random_entry(struct random *random, struct buf *out);

#endif
