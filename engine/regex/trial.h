/*
 * trial.h - what a pattern costs on texts that are hard on patterns
 *
 * Before a pattern of strangers is used it is run over shipped texts by PCRE2's
 * interpreter, which counts steps, under a limit: one that goes wild on long runs of a byte,
 * on alternating ones, on words, base64 or markup shows here.
 */
#ifndef STEELYARD_ENGINE_REGEX_TRIAL_H
#define STEELYARD_ENGINE_REGEX_TRIAL_H

#include "engine/regex/pcre.h"
#include "engine/util/err.h"
#include "engine/util/slice.h"

/* Of all places in all texts together a pattern may take so many times the steps of one place. */
#define TRIAL_PLACES 64
/* Bytes that a pattern may take when it is compiled. */
#define TRIAL_SIZE_MAX ((size_t)24 * 1024)

struct trial;

/* The texts, and the memory for matching; of one thread at a time. Never NULL. */
struct trial *trial_new(void);

/* Frees all and nulls *trial; NULL inside is fine. */
void trial_free(struct trial **trial);

/*
 * Compiles "/x/i" and runs it over each text from each place, a match limit of `steps` for each,
 * and TRIAL_PLACES times as many for all. 1: it stays within them; 0 with *err: not on the text
 * that is named; -1 with *err: it does not compile, or takes more than TRIAL_SIZE_MAX.
 */
int trial_pattern(struct trial *trial, struct slice pattern, unsigned steps, struct err *err);

/* The texts, for tests. */
size_t trial_count(const struct trial *trial);
struct slice trial_text(const struct trial *trial, size_t i);

#endif
