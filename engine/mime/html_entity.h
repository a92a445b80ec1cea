/*
 * html_entity.h - character references of HTML to characters
 */
#ifndef STEELYARD_ENGINE_MIME_HTML_ENTITY_H
#define STEELYARD_ENGINE_MIME_HTML_ENTITY_H

#include <stdbool.h>

#include "engine/util/buf.h"
#include "engine/util/slice.h"

/*
 * Adds `text` (UTF-8) to `out` with its references replaced. `prefixes`: a
 * name may begin a longer word ("&ampx" is "&x"), as in running text but not
 * in attributes. What is no reference stays as written. Returns whether a
 * reference gave a character above U+00FF. Linear.
 */
bool html_decode_entities(struct buf *out, struct slice text, bool prefixes);

#endif
