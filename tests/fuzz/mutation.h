/*
 * mutation.h - broken mail out of good mail, the same for the same seed
 */
#ifndef STEELYARD_TESTS_FUZZ_MUTATION_H
#define STEELYARD_TESTS_FUZZ_MUTATION_H

#include <stddef.h>
#include <stdint.h>

#include "engine/util/buf.h"
#include "engine/util/slice.h"

#define MUTATION_TABLE(X)           \
	X(BYTE, "byte")             \
	X(LINE, "line")             \
	X(HEADER, "header")         \
	X(BOUNDARY, "boundary")     \
	X(ENCODING, "encoding")     \
	X(SPLICE, "part splice")    \
	X(TRUNCATION, "truncation") \
	X(CHARSET, "charset")

enum mutation {
#define MUTATION_ENUM(id, name) MUTATION_##id,
	MUTATION_TABLE(MUTATION_ENUM)
#undef MUTATION_ENUM
	    MUTATION_COUNT
};

const char *mutation_name(enum mutation mutation);

/* A stream of numbers (SplitMix64): one word of state. */
struct stream {
	uint64_t state;
};

/* The next number below `limit`, which is at least 1. */
size_t stream_below(struct stream *stream, size_t limit);

/* Writes `bytes`, broken in the given way, into out; `other` is a second message to splice from. */
void mutation_apply(enum mutation mutation, struct stream *stream, struct slice bytes,
    struct slice other, struct buf *out);

#endif
