/*
 * html_uri.h - addresses in HTML: trimmed, and resolved against a base (RFC 3986, 5.2)
 */
#ifndef STEELYARD_ENGINE_MIME_HTML_URI_H
#define STEELYARD_ENGINE_MIME_HTML_URI_H

#include "engine/util/arena.h"
#include "engine/util/slice.h"

/* SpamAssassin's limit; more is cut. */
#define HTML_URI_MAX 8192

/* Without the blanks around it (no-break spaces too), at most HTML_URI_MAX characters. */
struct slice html_uri_trim(struct slice uri);

/*
 * What `uri` means in a document with that base (may be empty), as
 * SpamAssassin resolves it: dot segments go, "//www.x" becomes http, a
 * reference with the base's own scheme counts as relative. data:, mailto:,
 * file:, cid: and tel: stay as they are. Absent at the arena's cap.
 */
struct slice html_uri_resolve(struct arena *arena, struct slice base, struct slice uri);

/* The base that <base href=uri> sets: its directory, with a slash; absent: none (or the cap). */
struct slice html_uri_base(struct arena *arena, struct slice uri);

#endif
