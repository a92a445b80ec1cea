/*
 * sample.h - texts made from a pattern's tree, most of which match the pattern
 *
 * For tests of what stands before PCRE2: what PCRE2 matches must not be lost.
 * The tree knows no assertions, so some texts do not match.
 */
#ifndef STEELYARD_ENGINE_REGEX_SAMPLE_H
#define STEELYARD_ENGINE_REGEX_SAMPLE_H

#include <stdint.h>

#include "engine/regex/syntax.h"
#include "engine/util/buf.h"

/* No text is longer, whatever the pattern repeats. */
#define SAMPLE_BYTES_MAX ((size_t)20000)

struct sample_source {
	uint64_t state; /* of the sequence; the same state gives the same text */
	unsigned more; /* copies beyond the least, at most, where a repetition has no end */
};

/* Adds a text to *out. */
void sample_add(struct sample_source *source, const struct syntax_node *tree, struct buf *out);

/* The next number of the sequence, below `below`. */
unsigned sample_number(struct sample_source *source, unsigned below);

#endif
