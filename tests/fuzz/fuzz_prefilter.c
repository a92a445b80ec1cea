/*
 * fuzz_prefilter.c - a pattern and a text: what stands before PCRE2 must lose no match
 *
 * The first line is the pattern with its delimiters and flags, the rest the text.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "tests/engine/regex/lossless.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define SAMPLES 8

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice rest = { (const char *)data, size }, pattern;
	struct lossless lossless = { 0 };

	if (slice_next_line(&rest, &pattern))
		lossless_try(&lossless, pattern, rest, SAMPLES, size);
	if (lossless.failed)
		abort();
	return 0;
}
