/*
 * score.c - scores as text
 *
 * All in integers, so that a sum, its rounding and its comparison with a
 * threshold never depend on how a fraction looks in binary.
 *
 * Limit: SCORE_LIMIT, either sign.
 */
#include "engine/rules/score.h"

#include <inttypes.h>

#include "engine/rules/rule_def.h"
#include "engine/util/ascii.h"

#define THOUSANDTH (SCORE_ONE / 1000)
#define TENTH (SCORE_ONE / 10)

/* Digits before the point; false when they pass SCORE_LIMIT. */
static bool
parse_whole(struct slice text, size_t *at, int64_t *value_r)
{
	int64_t value = 0;

	for (; *at < text.n && ascii_is_digit(text.p[*at]); ++*at) {
		value = value * 10 + (text.p[*at] - '0');
		if (value > SCORE_LIMIT / SCORE_ONE)
			return false;
	}
	*value_r = value * SCORE_ONE;
	return true;
}

/* Digits after the point; false when one beyond the sixth is not 0. */
static bool
parse_fraction(struct slice text, size_t *at, int64_t *value)
{
	int64_t unit = SCORE_ONE;

	for (; *at < text.n && ascii_is_digit(text.p[*at]); ++*at) {
		unit /= 10;
		if (unit == 0 && text.p[*at] != '0')
			return false;
		*value += unit * (text.p[*at] - '0');
	}
	return true;
}

bool
score_parse(struct slice text, int64_t *score_r)
{
	bool negative = text.n > 0 && text.p[0] == '-', digits;
	size_t at = negative || (text.n > 0 && text.p[0] == '+') ? 1 : 0, start = at;
	int64_t value;

	if (!parse_whole(text, &at, &value))
		return false;
	digits = at > start;
	if (at < text.n && text.p[at] == '.') {
		start = ++at;
		if (!parse_fraction(text, &at, &value))
			return false;
		digits = digits || at > start;
	}
	if (!digits || at != text.n || value > SCORE_LIMIT)
		return false;
	*score_r = negative ? -value : value;
	return true;
}

static int64_t
round_to(int64_t score, int64_t unit)
{
	int64_t half = score < 0 ? -(unit / 2) : unit / 2;

	if (score > INT64_MAX - unit || score < INT64_MIN + unit)
		return score; /* a threshold that is off */
	return (score + half) / unit * unit;
}

int64_t
score_round(int64_t score)
{
	int64_t rounded = round_to(score, THOUSANDTH);

	if (rounded == 0 && score != 0)
		return score < 0 ? -THOUSANDTH : THOUSANDTH;
	return rounded;
}

static void
print_digits(struct buf *out, int64_t score, int64_t unit, int digits)
{
	int64_t value = score < 0 ? -score : score;

	buf_printf(out, "%s%" PRId64 ".%0*" PRId64, score < 0 ? "-" : "", value / SCORE_ONE, digits,
	    value % SCORE_ONE / unit);
}

void
score_print(struct buf *out, int64_t score)
{
	print_digits(out, score_round(score), THOUSANDTH, 3);
}

void
score_print_exact(struct buf *out, int64_t score)
{
	print_digits(out, score, 1, 6);
}

void
score_print_short(struct buf *out, int64_t score, int64_t required)
{
	int64_t rounded = round_to(score, TENTH);

	if (score_round(score) < required && rounded >= round_to(required, TENTH))
		rounded = round_to(required, TENTH) - TENTH;
	print_digits(out, rounded, TENTH, 1);
}
