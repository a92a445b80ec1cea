/*
 * address_set.h - many address patterns, compiled for quick answers
 *
 * Patterns are SpamAssassin's: a whole address in which * stands for any
 * characters and ? for one; case does not count.
 */
#ifndef STEELYARD_ENGINE_RULES_ADDRESS_SET_H
#define STEELYARD_ENGINE_RULES_ADDRESS_SET_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/util/arena.h"
#include "engine/util/slice.h"
#include "engine/util/vec.h"

struct address_set;

/* Of `patterns` (struct slice), which must outlive it. In an arena without a cap: a ruleset's. */
const struct address_set *address_set_new(struct arena *arena, const struct vec *patterns);

/* Told the number of each pattern that matches; true: enough. */
typedef bool address_set_fn(void *p, size_t pattern);

/* Asks `found` for every pattern that matches; whether it said enough. */
bool address_set_each(
    const struct address_set *set, struct slice address, address_set_fn *found, void *p);

/* Whether any matches; NULL: an empty set. */
bool address_set_has(const struct address_set *set, struct slice address);

#endif
