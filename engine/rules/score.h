/*
 * score.h - scores as text: integer millionths in, decimal digits out
 */
#ifndef STEELYARD_ENGINE_RULES_SCORE_H
#define STEELYARD_ENGINE_RULES_SCORE_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/util/buf.h"
#include "engine/util/slice.h"

/*
 * Reads a decimal number ("-1.5", "+.25", "3"), at most six digits after the
 * point count (more must be zero). False: no number, or beyond SCORE_LIMIT.
 */
bool score_parse(struct slice text, int64_t *score_r);

/* To the nearest thousandth, half away from zero; what is not 0 does not become 0. */
int64_t score_round(int64_t score);

/* With three digits after the point, rounded so: "-0.001", "7.321". */
void score_print(struct buf *out, int64_t score);

/* With all six digits, as score_parse reads it back: "-0.000500". */
void score_print_exact(struct buf *out, int64_t score);

/*
 * With one digit, for header fields, as SpamAssassin prints it: a score below
 * `required` never prints as if it had reached it ("2.9" for 2.96 of 3).
 */
void score_print_short(struct buf *out, int64_t score, int64_t required);

#endif
