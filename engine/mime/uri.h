/*
 * uri.h - the addresses in a message's text and HTML, and the forms they hide in
 */
#ifndef STEELYARD_ENGINE_MIME_URI_H
#define STEELYARD_ENGINE_MIME_URI_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/mime/text.h"
#include "engine/mime/uri_canonical.h"
#include "engine/util/arena.h"
#include "engine/util/budget.h"
#include "engine/util/slice.h"

/* More are not read: a message with so many is judged by the first. */
#define URI_MAX 2000
/* Nor more bytes of them in all: each is copied once for each form it has. */
#define URI_BYTES_MAX ((size_t)512 * 1024)

struct uri {
	struct slice raw; /* as written */
	struct slice_list variants; /* as written and each normal form; never empty */
	struct slice element; /* "a", "img", ...; "text": found in text */
	struct slice text; /* anchor text; absent: none */
	struct slice host; /* of the first variant that has one; lower case; absent: none */
	struct slice domain; /* organisational domain of host, or its address; absent: none */
	/* As SpamAssassin has them: names of elements; "parsed", "schemeless", "unlinked" for text */
	struct slice_list types;
	struct slice_list anchors; /* texts of anchors whose href it is as written */
	struct slice_list hosts, domains; /* of all variants, each once */
	bool in_text; /* it stood in text, be it in HTML too */
	bool extended; /* only from places SpamAssassin does not read */
};

struct uri_list {
	const struct uri *v;
	size_t n;
	struct slice_list variants; /* what `uri` rules match: of all not extended, each once */
	bool truncated; /* a URI was longer than URI_LENGTH_MAX, or there were too many */
};

/*
 * All of them, each once by how it was written: HTML's first, then those in
 * text whose host can exist. Fewer at the arena's cap or when the budget is
 * spent.
 */
struct uri_list uris_find(const struct uri_law *law, struct arena *arena, struct texts *texts,
    const struct budget *budget);

/* Whether it has that type: "a", "img", "parsed", ... */
bool uri_has_type(const struct uri *uri, const char *type);

#endif
