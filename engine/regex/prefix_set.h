/*
 * prefix_set.h - how matches of many patterns begin, told in one walk over a text
 *
 * What is known of a pattern is prefix_pattern.h's. Built once and then const;
 * prefix_walk.h runs it.
 *
 * SYNOPSIS
 *	struct prefix_set *set = prefix_set_new(arena);
 *	unsigned number;
 *
 *	if (prefix_set_add(set, &pattern, &number))
 *		... it is told of by that number ...
 *	prefix_set_seal(set);
 */
#ifndef STEELYARD_ENGINE_REGEX_PREFIX_SET_H
#define STEELYARD_ENGINE_REGEX_PREFIX_SET_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/regex/prefix_part.h"
#include "engine/regex/prefix_pattern.h"
#include "engine/util/arena.h"

struct prefix_set;

/* An empty set in an arena that has no cap that matters. */
struct prefix_set *prefix_set_new(struct arena *arena);

/* Adds a copy; its number, 0 the first. False: the set has as much as it may hold. */
bool
prefix_set_add(struct prefix_set *set, const struct prefix_pattern *pattern, unsigned *number_r);

size_t prefix_set_count(const struct prefix_set *set);

/* Makes it ready: nothing is added afterwards. */
void prefix_set_seal(struct prefix_set *set);

/* The automata that it is made of; each has patterns. */
size_t prefix_set_parts(const struct prefix_set *set);
const struct prefix_part *prefix_set_part(const struct prefix_set *set, size_t i);

#endif
