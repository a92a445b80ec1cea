/* lossless.h - whether what stands before PCRE2 loses a match: for tests and fuzzers */
#ifndef STEELYARD_TESTS_ENGINE_REGEX_LOSSLESS_H
#define STEELYARD_TESTS_ENGINE_REGEX_LOSSLESS_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/regex/pcre.h"
#include "engine/util/slice.h"

struct lossless {
	unsigned long patterns, understood, texts, matches; /* that were looked at */
	unsigned long with_factor, with_start; /* patterns */
	bool failed; /* a match was lost: told of on standard error */
};

/*
 * Tries the pattern ("/x/i") on `text` and on `samples` texts made of it:
 * where PCRE2 finds a match its literals must be found too, and its beginning.
 */
void lossless_try(struct lossless *lossless, struct slice pattern, struct slice text,
    unsigned samples, uint64_t seed);

#endif
