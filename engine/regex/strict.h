/*
 * strict.h - what a pattern of strangers may not hold
 *
 * Of a pattern that comes from elsewhere: constructs that no rule needs and whose cost or
 * meaning cannot be seen from outside.
 */
#ifndef STEELYARD_ENGINE_REGEX_STRICT_H
#define STEELYARD_ENGINE_REGEX_STRICT_H

#include <stdbool.h>

#include "engine/util/err.h"
#include "engine/util/slice.h"

/* The longest one, delimiters and flags included. */
#define STRICT_PATTERN_MAX ((size_t)2048)

/*
 * Whether "/x/i" is short enough and holds no verb "(*...)", no callout, no recursion or
 * call of a group, no \Q, no \C and no flag u. False with *err. Some patterns are refused that
 * only look as if they did, where comments could hide it; none is let through.
 */
bool strict_pattern(struct slice text, struct err *err);

#endif
