/*
 * strings.h - small sets of short folded strings, for factor.c
 *
 * All is in an arena without a cap that matters; no function changes its
 * arguments. Where two strings are joined at blanks, one blank stays, as in
 * folded texts.
 */
#ifndef STEELYARD_ENGINE_REGEX_STRINGS_H
#define STEELYARD_ENGINE_REGEX_STRINGS_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/util/arena.h"
#include "engine/util/slice.h"

struct strings {
	const struct slice *v; /* sorted, each once */
	size_t n;
};

/* The set of `s` alone. */
struct strings strings_one(struct arena *arena, struct slice s);

struct strings strings_union(struct arena *arena, struct strings a, struct strings b);

/* Of n sets together. */
struct strings strings_union_all(struct arena *arena, const struct strings *sets, size_t n);

/* Each of a followed by each of b. */
struct strings strings_join(struct arena *arena, struct strings a, struct strings b);

/*
 * At most `count` strings of at most `bytes` bytes: all are cut to the same
 * length, at the end (prefixes), or at the front.
 */
struct strings
strings_trim(struct arena *arena, struct strings set, size_t count, size_t bytes, bool prefixes);

/* Without those that hold another one of the set. */
struct strings strings_reduce(struct arena *arena, struct strings set);

/* The bytes of the shortest and of the longest; 0: the set is empty. */
size_t strings_shortest(struct strings set);
size_t strings_longest(struct strings set);

#endif
