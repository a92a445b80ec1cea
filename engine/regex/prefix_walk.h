/*
 * prefix_walk.h - where the automata of prefix_set.h have been: what runs them over texts
 *
 * States are worked out when a text first leads to them, and kept for the
 * texts that follow: a table of so many that it stays small. It belongs to one
 * thread at a time, and to no message; what it holds changes no answer.
 *
 * SYNOPSIS
 *	struct prefix_walks *walks = prefix_walks_new();
 *	size_t steps = PREFIX_NEW_STEPS_MAX;
 *
 *	prefix_walks_read(walks, set, text, &steps, words);
 *	prefix_walks_free(&walks);
 */
#ifndef STEELYARD_ENGINE_REGEX_PREFIX_WALK_H
#define STEELYARD_ENGINE_REGEX_PREFIX_WALK_H

#include <stddef.h>
#include <stdint.h>

#include "engine/regex/prefix_set.h"
#include "engine/util/slice.h"

/* Steps of one message that were never taken before: more are not worked out, some 50 ms. */
#define PREFIX_NEW_STEPS_MAX ((size_t)20000)

/* Automata whose states are remembered, the last used ones: with more each text makes them anew. */
#define PREFIX_WALKS_MAX 24

struct prefix_walks;

/* Has been nowhere yet. Never NULL. */
struct prefix_walks *prefix_walks_new(void);

/* Frees it and nulls *walks; NULL inside is fine. */
void prefix_walks_free(struct prefix_walks **walks);

/* Words of 64 patterns that prefix_walks_read fills. */
size_t prefix_walks_words(const struct prefix_set *set);

/*
 * Sets, in zeroed words, the bits of the patterns that may match in text. New steps are
 * counted down in *steps; when none is left all bits are set.
 */
void prefix_walks_read(struct prefix_walks *walks, const struct prefix_set *set, struct slice text,
    size_t *steps, uint64_t *words);

#endif
