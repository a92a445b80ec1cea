/*
 * duration.h - lengths of time as people write them: "90s", "5m", "1h30m"
 *
 * SYNOPSIS
 *	int64_t us;
 *	struct err err;
 *
 *	if (duration_parse(SLICE("1h30m"), &us, &err) < 0)
 *		report(&err);
 */
#ifndef STEELYARD_CONF_DURATION_H
#define STEELYARD_CONF_DURATION_H

#include <stdint.h>

#include "engine/util/err.h"
#include "engine/util/slice.h"

/* Longest duration accepted: above it a typing error is likelier than a wish. */
#define DURATION_MAX_US (INT64_C(366) * 24 * 3600 * 1000000)

/*
 * Reads all of `text` as one or more NUMBER UNIT pairs, largest unit first,
 * each unit at most once; units are d, h, m, s and ms. Returns 1 and sets
 * *us_r (microseconds), or -1 and sets *err to what was expected; its column
 * is the byte of `text` (from 1). Nothing is allocated.
 */
int duration_parse(struct slice text, int64_t *us_r, struct err *err);

#endif
