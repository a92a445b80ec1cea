/*
 * factor.h - the literals that any match of a pattern must hold
 *
 * A factor is an AND of clauses, each an OR of literals: a text in which one
 * clause has no literal cannot match. Literals are folded (fold.h) and have
 * FACTOR_LITERAL_MIN bytes at least. Of the clauses that a pattern gives, the
 * rarest are kept.
 */
#ifndef STEELYARD_ENGINE_REGEX_FACTOR_H
#define STEELYARD_ENGINE_REGEX_FACTOR_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/regex/syntax.h"
#include "engine/util/slice.h"

/* Shorter ones stand everywhere. */
#define FACTOR_LITERAL_MIN 3
/* Longer ones are cut: they are rare enough. */
#define FACTOR_LITERAL_MAX 32
#define FACTOR_CLAUSES_MAX 2
/* Literals of one clause. */
#define FACTOR_WIDTH_MAX 128

struct factor_clause {
	const struct slice *literals;
	size_t n;
	double chance; /* guessed: how often one of them begins at a byte of mail */
};

struct factor {
	struct factor_clause clauses[FACTOR_CLAUSES_MAX]; /* the rarest first */
	size_t n;
};

/*
 * What the tree requires; it lives in `arena`, which the tree's memos use as
 * well. False: nothing that is known of.
 */
bool factor_find(struct arena *arena, struct syntax_node *tree, struct factor *factor_r);

#endif
