/*
 * fuzz_prefilter.c - a pattern and a text: what stands before PCRE2 must lose no match
 *
 * The first line is the pattern with its delimiters and flags, the rest the text. Input that
 * begins with a NUL is taken for throws of dice instead, a byte each, which choose a pattern and
 * a text out of a grammar.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "tests/engine/regex/grammar.h"
#include "tests/engine/regex/lossless.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define SAMPLES 8

static unsigned throw(void *p, unsigned below)
{
	struct slice *rest = p;
	unsigned byte;

	if (rest->n == 0)
		return 0;
	byte = (unsigned char)rest->p[0];
	*rest = slice_from(*rest, 1);
	return byte % below;
}

static void
try_grammar(struct lossless *lossless, struct slice throws)
{
	const struct grammar_dice dice = { throw, &throws };
	struct buf pattern = { .arena = NULL }, text = { .arena = NULL };
	size_t seed = throws.n;

	grammar_add_pattern(&dice, &pattern);
	grammar_add_text(&dice, &text);
	lossless_try(lossless, buf_slice(&pattern), buf_slice(&text), SAMPLES, seed);
	buf_clear(&pattern);
	buf_clear(&text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice rest = { (const char *)data, size }, pattern;
	struct lossless lossless = { 0 };

	if (size > 0 && data[0] == 0)
		try_grammar(&lossless, slice_from(rest, 1));
	else if (slice_next_line(&rest, &pattern))
		lossless_try(&lossless, pattern, rest, SAMPLES, size);
	if (lossless.failed)
		abort();
	return 0;
}
