/* tree_match.h - whether a pattern's tree takes a text: for tests of syntax.c */
#ifndef STEELYARD_TESTS_ENGINE_REGEX_TREE_MATCH_H
#define STEELYARD_TESTS_ENGINE_REGEX_TREE_MATCH_H

#include <stdbool.h>

#include "engine/regex/syntax.h"
#include "engine/util/slice.h"

/* Longer texts are not looked at. */
#define TREE_MATCH_BYTES 255

/* Whether the tree takes some part of the text that ends at `end`; true for a longer text. */
bool tree_match_ends(const struct syntax_node *tree, struct slice text, size_t end);

#endif
