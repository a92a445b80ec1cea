/*
 * grammar.h - patterns and texts by throwing dice, to try what stands before PCRE2
 *
 * The dice are the caller's: a sequence of random numbers, or a fuzzer's bytes.
 */
#ifndef STEELYARD_TESTS_ENGINE_REGEX_GRAMMAR_H
#define STEELYARD_TESTS_ENGINE_REGEX_GRAMMAR_H

#include "engine/util/buf.h"

struct grammar_dice {
	unsigned (*number)(void *p, unsigned below); /* always 0 once the throws are used up */
	void *p;
};

/* Adds a pattern with its delimiters and flags. Not each one compiles. */
void grammar_add_pattern(const struct grammar_dice *dice, struct buf *out);

/* Adds a text of the words that patterns are made of. */
void grammar_add_text(const struct grammar_dice *dice, struct buf *out);

#endif
