/*
 * uri.h - the addresses in a message's text and HTML, and the forms they hide in
 */
#ifndef STEELYARD_ENGINE_MIME_URI_H
#define STEELYARD_ENGINE_MIME_URI_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/mime/text.h"
#include "engine/util/arena.h"
#include "engine/util/budget.h"
#include "engine/util/slice.h"

/* More are not read: a message with so many is judged by the first. */
#define URI_MAX 2000
/* SpamAssassin's MAX_URI_LENGTH. */
#define URI_LENGTH_MAX 8192

struct uri {
	struct slice raw; /* as written */
	struct slice_list variants; /* what `uri` rules see: as written and each normal form */
	struct slice element; /* "a", "img", ...; "text": found in text */
	struct slice text; /* anchor text; absent: none */
	struct slice
	    host; /* of the first variant that has one; A-labels, lower case; absent: none */
	struct slice domain; /* organisational domain of host; absent: none */
	bool extended; /* from a place SpamAssassin does not read: not a variant of `uri` rules */
};

struct uri_list {
	const struct uri *v;
	size_t n;
	bool truncated; /* a URI was longer than URI_LENGTH_MAX, or there were more than URI_MAX */
};

/* All of them, each once. Absent parts at the arena's cap. */
struct uri_list uris_find(struct arena *arena, struct texts *texts, const struct budget *budget);

#endif
