/*
 * syntax.h - a pattern as a tree, for what is told of it beside PCRE2
 *
 * The tree's language holds every text that PCRE2 lets the pattern match, and
 * more: lookarounds are empty, back references and recursion anything. What
 * the parser does not know for certain it refuses, and nothing is then told
 * of that pattern. Case is in the sets: a letter under /i is a set of two.
 *
 * SYNOPSIS
 *	struct arena *arena = arena_new(SYNTAX_ARENA_MAX);
 *	struct syntax_node *tree = syntax_parse(arena, SLICE("/a+b/i"));
 *
 *	if (tree != NULL)
 *		use(tree);
 *	arena_free(&arena);
 */
#ifndef STEELYARD_ENGINE_REGEX_SYNTAX_H
#define STEELYARD_ENGINE_REGEX_SYNTAX_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/regex/byte_set.h"
#include "engine/util/arena.h"
#include "engine/util/slice.h"

/* Groups inside one another: PCRE2's own limit. */
#define SYNTAX_DEPTH_MAX 250
/* What a tree and what is worked out on it may take. */
#define SYNTAX_ARENA_MAX ((size_t)64 << 20)

#define SYNTAX_FOREVER 65536U

enum syntax_kind {
	SYNTAX_EMPTY, /* takes no bytes */
	SYNTAX_EDGE, /* takes none either, and stands only where `edge` says */
	SYNTAX_SET, /* one byte out of `set` */
	SYNTAX_CAT, /* its children, one after the other */
	SYNTAX_ALT, /* one of its children */
	SYNTAX_REPEAT, /* its child, min to max times */
	SYNTAX_CALL, /* what `target` takes, a group elsewhere in the tree */
	SYNTAX_ANY, /* any bytes, none too */
};

/* Places between bytes; words are of ASCII letters, digits and the underscore. */
enum syntax_edge {
	SYNTAX_WORD_EDGE = 1, /* a word begins or ends */
	SYNTAX_NO_WORD_EDGE = 2,
	SYNTAX_LINE_START = 4, /* at the text's beginning, or behind a line feed */
};

struct syntax_node {
	enum syntax_kind kind;
	enum syntax_edge edge;
	struct byte_set set;
	unsigned min, max; /* SYNTAX_FOREVER: without end */
	struct syntax_node *first, *next; /* the first child, and the next of its own parent */
	struct syntax_node *target;
	const void *memo; /* factor.c's; NULL at first */
	bool busy; /* of whoever works on the tree: for finding calls in a circle */
};

/*
 * Parses a pattern with delimiters and flags, as regex_new takes it. NULL: it
 * is not understood, or too large.
 */
struct syntax_node *syntax_parse(struct arena *arena, struct slice text);

#endif
