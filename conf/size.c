/*
 * size.c - numbers of bytes as people write them
 *
 * Units are powers of 1024, as mail servers count. Fractions and signs are
 * errors; a number that does not fit in 64 bits is one too, not a wrap-around.
 */
#include "conf/size.h"

#include "engine/util/ascii.h"

static const struct {
	struct slice name;
	unsigned shift;
} units[] = {
	{ { "", 0 }, 0 },
	{ { "B", 1 }, 0 },
	{ { "KB", 2 }, 10 },
	{ { "MB", 2 }, 20 },
	{ { "GB", 2 }, 30 },
	{ { "TB", 2 }, 40 },
};
#define UNIT_COUNT (sizeof(units) / sizeof(units[0]))

static int
size_fail(struct err *err, size_t at, const char *expected)
{
	err_at(err, NULL, 1, (unsigned)at + 1,
	    "expected %s (sizes are written 20 MB, 64 KB, 1048576)", expected);
	return -1;
}

int
size_parse(struct slice text, uint64_t *bytes_r, struct err *err)
{
	uint64_t value = 0;
	size_t at = 0;
	struct slice unit;

	for (; at < text.n && ascii_is_digit(text.p[at]); at++) {
		unsigned digit = (unsigned)(text.p[at] - '0');

		if (value > (UINT64_MAX - digit) / 10)
			return size_fail(err, at, "a smaller number");
		value = value * 10 + digit;
	}
	if (at == 0)
		return size_fail(err, at, "a whole number");
	if (at + 1 < text.n && text.p[at] == ' ')
		at++;
	unit = slice_from(text, at);
	for (size_t i = 0; i < UNIT_COUNT; i++) {
		if (!slice_eq(unit, units[i].name))
			continue;
		if (value > UINT64_MAX >> units[i].shift)
			return size_fail(err, 0, "a smaller number");
		*bytes_r = value << units[i].shift;
		return 1;
	}
	return size_fail(err, at, "a unit: B, KB, MB, GB or TB");
}
