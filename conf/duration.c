/*
 * duration.c - lengths of time as people write them
 *
 * A cursor walks the text once and keeps its first error; what follows goes
 * on as if nothing had happened, and duration_parse asks once at the end.
 * Units stand in falling order, so "largest first, each once" is one
 * comparison: the next unit's row must stand further down than the last.
 *
 * Not here: months and years (they have no fixed length), fractions, signs.
 */
#include "conf/duration.h"

#include <stdbool.h>

#include "engine/util/ascii.h"

static const struct {
	struct slice name;
	int64_t us;
} units[] = {
	{ { "d", 1 }, INT64_C(86400000000) },
	{ { "h", 1 }, INT64_C(3600000000) },
	{ { "ms", 2 }, INT64_C(1000) }, /* before "m", of which it is not the smaller */
	{ { "m", 1 }, INT64_C(60000000) },
	{ { "s", 1 }, INT64_C(1000000) },
};
#define UNIT_COUNT (sizeof(units) / sizeof(units[0]))

struct cursor {
	struct slice text;
	size_t at;
	const char *expected; /* sticky: the first error stays */
	size_t expected_at;
};

static bool
cursor_more(const struct cursor *cursor)
{
	return cursor->expected == NULL && cursor->at < cursor->text.n;
}

static void
cursor_fail(struct cursor *cursor, const char *expected)
{
	if (cursor->expected != NULL)
		return;
	cursor->expected = expected;
	cursor->expected_at = cursor->at;
}

static int64_t
cursor_number(struct cursor *cursor)
{
	size_t start = cursor->at;
	int64_t value = 0;

	for (; cursor_more(cursor) && ascii_is_digit(cursor->text.p[cursor->at]); cursor->at++) {
		value = value * 10 + (cursor->text.p[cursor->at] - '0');
		if (value > DURATION_MAX_US)
			cursor_fail(cursor, "a smaller number");
	}
	if (cursor->at == start)
		cursor_fail(cursor, "a number");
	return value;
}

/* Consumes a unit smaller than `above` microseconds and returns its length. */
static int64_t
cursor_unit(struct cursor *cursor, int64_t above)
{
	struct slice rest = slice_from(cursor->text, cursor->at);

	for (size_t row = 0; row < UNIT_COUNT; row++) {
		if (!slice_starts(rest, units[row].name))
			continue;
		if (units[row].us >= above)
			cursor_fail(cursor, "a smaller unit than the one before");
		cursor->at += units[row].name.n;
		return units[row].us;
	}
	cursor_fail(cursor, "a unit: d, h, m, s or ms");
	return 1;
}

int
duration_parse(struct slice text, int64_t *us_r, struct err *err)
{
	struct cursor cursor = { .text = text };
	int64_t total = 0, above = INT64_MAX;

	do {
		int64_t number = cursor_number(&cursor);
		int64_t unit = cursor_unit(&cursor, above);

		if (number > (DURATION_MAX_US - total) / unit)
			cursor_fail(&cursor, "at most 366 days");
		else
			total += number * unit;
		above = unit;
	} while (cursor_more(&cursor));

	if (cursor.expected != NULL) {
		err_at(err, NULL, 1, (unsigned)cursor.expected_at + 1,
		    "expected %s (durations are written 10s, 1m30s, 250ms)", cursor.expected);
		return -1;
	}
	*us_r = total;
	return 1;
}
