/*
 * ctype.h - Content-Type and other fields of the form "value; name=value" (RFC 2045, 5.1; RFC 2231)
 */
#ifndef STEELYARD_ENGINE_MIME_CTYPE_H
#define STEELYARD_ENGINE_MIME_CTYPE_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/util/arena.h"
#include "engine/util/slice.h"

/* Numbered pieces of a parameter (name*0, name*1, ...) that are put together at most. */
#define CTYPE_SECTIONS_MAX 100

struct content_type {
	struct slice full; /* "text/plain", lower case; SpamAssassin's reading, see ctype.c */
	struct slice type; /* "text" */
	struct slice subtype; /* "plain" */
	struct slice charset; /* as declared, lower case; absent: none */
	struct slice boundary; /* absent: none */
	struct slice name; /* name=, RFC 2231 and 2047 undone; absent: none */
	bool declared; /* there was a Content-Type that could be read */
};

/*
 * Reads an unfolded field value; an absent or empty one gives `fallback`
 * ("text/plain"). Parts are absent at the arena's cap.
 */
struct content_type ctype_parse(struct arena *arena, struct slice value, struct slice fallback);

/* Sets full, type and subtype to what a constant says ("text/plain"). */
void ctype_set(struct content_type *type, struct slice full);

/* The value before the first parameter, trimmed: "attachment". */
struct slice ctype_value(struct slice value);

/*
 * The parameter `name` of an unfolded field value: quotes, pieces and percent
 * encoding undone, as UTF-8 (RFC 2231, 3 and 4). Absent: none, or the cap.
 */
struct slice ctype_param(struct arena *arena, struct slice value, struct slice name);

#endif
