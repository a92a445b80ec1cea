/*
 * suggest.h - "did you mean ...?": the known word nearest to one that is not known
 */
#ifndef STEELYARD_CONF_SUGGEST_H
#define STEELYARD_CONF_SUGGEST_H

#include <stddef.h>

#include "engine/util/slice.h"

/* Longer words are not compared. */
#define SUGGEST_WORD_MAX 64

/* The nearest so far; begin with SUGGEST_INIT(word). */
struct suggest {
	struct slice word;
	struct slice best; /* absent: nothing near enough */
	size_t best_distance;
};

#define SUGGEST_INIT(unknown) ((struct suggest){ .word = (unknown) })

/* Offers a known word; the text must outlive the suggestion. The first of equals stays. */
void suggest_offer(struct suggest *suggest, struct slice known);

/* Edits (insert, delete, replace, swap of neighbours; letters without case) from a to b. */
size_t suggest_distance(struct slice a, struct slice b);

#endif
