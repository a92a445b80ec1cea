/*
 * prefix_pattern.h - how matches of one pattern begin, as an automaton
 *
 * Items stand between bytes: what may still come there. Each has steps: a byte
 * out of a set leads to another item, or to the end. The automaton ends where
 * the pattern does, or as soon as what was read is rare enough in mail to be
 * worth asking PCRE2. It is for patterns that have no literals to look for.
 *
 * SYNOPSIS
 *	struct prefix_pattern pattern;
 *
 *	if (prefix_pattern_find(work, tree, &pattern))
 *		... items 0 to pattern.items.n - 1; a match begins at item 0 ...
 */
#ifndef STEELYARD_ENGINE_REGEX_PREFIX_PATTERN_H
#define STEELYARD_ENGINE_REGEX_PREFIX_PATTERN_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/regex/syntax.h"
#include "engine/util/arena.h"
#include "engine/util/slice.h"
#include "engine/util/vec.h"

/* The target of a step behind which nothing more is asked. */
#define PREFIX_DONE UINT32_MAX

struct prefix_step {
	uint32_t target; /* an item, or PREFIX_DONE */
	uint16_t set; /* number of the byte set */
	uint16_t needs; /* enum syntax_edge, ored: what the place before the byte must be */
};

struct prefix_item {
	uint32_t first, count; /* its steps */
};

struct prefix_pattern {
	struct vec items; /* struct prefix_item */
	struct vec steps; /* struct prefix_step */
	struct vec sets; /* struct byte_set, each once */
	double unrest; /* guessed: how many items behind the first byte are live at a time */
};

/*
 * The beginnings of what the tree takes; they live in `work`. False: they are
 * so common, or of so many kinds, that looking for them is not worth it.
 */
bool prefix_pattern_find(
    struct arena *work, const struct syntax_node *tree, struct prefix_pattern *pattern_r);

/* Whether a match may begin somewhere in text, by the automaton as it is. */
bool prefix_pattern_may_match(
    const struct prefix_pattern *pattern, struct arena *work, struct slice text);

#endif
