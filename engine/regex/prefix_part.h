/*
 * prefix_part.h - how matches of some patterns begin, as one automaton: a part of prefix_set.h's
 *
 * Built once and then const; prefix_walk.c runs it over texts.
 */
#ifndef STEELYARD_ENGINE_REGEX_PREFIX_PART_H
#define STEELYARD_ENGINE_REGEX_PREFIX_PART_H

#include <stddef.h>
#include <stdint.h>

#include "engine/regex/byte_set.h"
#include "engine/regex/prefix_pattern.h"
#include "engine/util/arena.h"
#include "engine/util/vec.h"

/* In a target: the pattern of that number is done. */
#define PREFIX_DONE_BIT (UINT32_C(1) << 31)

/* What stands before a place. */
enum prefix_context {
	PREFIX_LINE, /* nothing, or a line feed */
	PREFIX_WORD,
	PREFIX_OTHER,
	PREFIX_CONTEXTS
};

/* Items that the first byte of a match may lead to. */
struct prefix_group {
	uint32_t first, count; /* in prefix_part.targets */
	enum prefix_context context; /* behind that byte */
};

struct prefix_part {
	struct arena *arena;
	size_t pattern_count;
	struct vec items; /* struct prefix_item; of all patterns */
	struct vec
	    steps; /* struct prefix_step; sets by number, targets by item or PREFIX_DONE_BIT */
	struct vec sets; /* struct byte_set, each once; classes when it is sealed */
	struct vec starts; /* struct prefix_step: how patterns begin */
	unsigned char classes[256]; /* bytes that no set tells apart are one class */
	enum prefix_context contexts[256]; /* by class */
	unsigned class_count, class_bits; /* as a power of two */
	struct vec groups; /* struct prefix_group; 0: none, at a text's beginning */
	struct vec targets; /* uint32_t */
	uint32_t *group_of; /* by context and class */
	uint64_t digest; /* of all this */
};

/* An empty one in an arena that has no cap that matters. */
struct prefix_part *prefix_part_new(struct arena *arena);

/* Adds a copy of the pattern, of which is told by that number. */
void
prefix_part_add(struct prefix_part *part, unsigned number, const struct prefix_pattern *pattern);

/* Makes it ready, if it has patterns: nothing is added afterwards. */
void prefix_part_seal(struct prefix_part *part);

/* Whether the place between the two contexts is as a step needs. */
static inline bool
prefix_place_is(enum prefix_context context, enum prefix_context next, unsigned needs)
{
	bool edge = (context == PREFIX_WORD) != (next == PREFIX_WORD);

	return ((needs & SYNTAX_LINE_START) == 0 || context == PREFIX_LINE) &&
	       ((needs & SYNTAX_WORD_EDGE) == 0 || edge) &&
	       ((needs & SYNTAX_NO_WORD_EDGE) == 0 || !edge);
}

#endif
