/*
 * received_pattern.h - matching a Received field against the shape that one MTA gives it
 *
 * A shape is text with fields in it:
 *	%h %r %t %e	HELO name, reverse name, ident, envelope sender: a run without blanks
 *	%i		an IP address ("IPv6:" and "::ffff:" before it are dropped)
 *	%n		a run of digits
 *	%w		a run without blanks that is not kept
 *	%.		anything, blanks too, not kept
 *	%$		the end of the text
 *	{a|b|}		a, or b, or nothing
 * A run ends where the literal text behind it first stands. There is no going
 * back, so that matching is linear; shapes are tried in order instead.
 */
#ifndef STEELYARD_ENGINE_MIME_RECEIVED_PATTERN_H
#define STEELYARD_ENGINE_MIME_RECEIVED_PATTERN_H

#include <stdbool.h>

#include "engine/util/slice.h"

struct received_match {
	struct slice helo, rdns, ident, envfrom, ip;
};

/* Whether `text` begins with the shape; *match_r is filled only then. */
bool received_match(const char *pattern, struct slice text, struct received_match *match_r);

#endif
