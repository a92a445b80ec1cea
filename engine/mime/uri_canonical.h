/*
 * uri_canonical.h - one URI to every form that it may stand for
 */
#ifndef STEELYARD_ENGINE_MIME_URI_CANONICAL_H
#define STEELYARD_ENGINE_MIME_URI_CANONICAL_H

#include <stdbool.h>

#include "engine/mime/boundary.h"
#include "engine/mime/text.h"
#include "engine/util/arena.h"
#include "engine/util/slice.h"

/* SpamAssassin's MAX_URI_LENGTH. */
#define URI_LENGTH_MAX 8192
/* Redirectors in redirectors: more forms of one URI than any real one has. */
#define URI_VARIANTS_MAX 40

/* What a ruleset says of URIs. Zero: the public suffix list, and no redirectors but the general. */
struct uri_law {
	const struct boundaries *boundaries;
	/* The target that stands in a redirector's `uri`; absent: it knows none. May be NULL. */
	struct slice (*find_target)(void *p, struct slice uri);
	void *p;
};

/*
 * The URI as written (line ends inside and blanks around it removed), then
 * each form that SpamAssassin makes of it: escapes undone, slashes mended,
 * default port dropped, numeric hosts dotted, redirectors' targets and so on.
 * Each once; an empty URI is its own only form; fewer at the arena's cap.
 */
struct slice_list uri_canonical(const struct uri_law *law, struct arena *arena, struct slice uri);

/*
 * The host of an http, https, ftp or mailto URI, or of one without a scheme:
 * a slice of uri. Absent unless it is an IPv4 address or a host name with a
 * top-level domain that exists; A- and U-labels both pass.
 */
struct slice uri_host(const struct boundaries *boundaries, struct slice uri);

#endif
