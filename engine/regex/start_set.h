/*
 * start_set.h - where in a text a match of each of many patterns may begin
 *
 * A pattern is known by the first three bytes that its matches may have, each
 * by its kind (rareness.h). One pass over a text tells which patterns may
 * begin somewhere in it; for one of them the places can be walked. Built once
 * and then const.
 *
 * SYNOPSIS
 *	int number = start_set_add(set, work, tree);
 *	start_set_seal(set);
 *	start_set_read(set, text, words);
 *	for (at = start_set_next(set, number, text, 0); at < text.n; ...)
 */
#ifndef STEELYARD_ENGINE_REGEX_START_SET_H
#define STEELYARD_ENGINE_REGEX_START_SET_H

#include <stddef.h>
#include <stdint.h>

#include "engine/regex/syntax.h"
#include "engine/util/arena.h"
#include "engine/util/slice.h"

struct start_set;

/* An empty set in an arena that has no cap that matters. */
struct start_set *start_set_new(struct arena *arena);

/*
 * The pattern's number, 0 the first; -1: matches may begin at too many places
 * to be worth it, or may have fewer than three bytes. `work` is for what is worked out.
 */
int start_set_add(struct start_set *set, struct arena *work, struct syntax_node *tree);

size_t start_set_count(const struct start_set *set);

/* Words of 64 patterns that start_set_read fills. */
size_t start_set_words(const struct start_set *set);

/* Instead of sealing it: the set is not wanted, and is empty. */
void start_set_drop(struct start_set *set);

/* Makes it ready: nothing is added afterwards. */
void start_set_seal(struct start_set *set);

/* Sets, in zeroed words, the bits of the patterns of which a match may begin somewhere in text. */
void start_set_read(const struct start_set *set, struct slice text, uint64_t *words);

/* The first place from `at` on where a match of the pattern may begin; text.n: none. */
size_t start_set_next(const struct start_set *set, unsigned number, struct slice text, size_t at);

#endif
