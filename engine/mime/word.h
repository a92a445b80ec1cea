/*
 * word.h - header values as UTF-8: encoded words undone, raw 8-bit bytes converted (RFC 2047)
 */
#ifndef STEELYARD_ENGINE_MIME_WORD_H
#define STEELYARD_ENGINE_MIME_WORD_H

#include <stdbool.h>

#include "engine/mime/charset.h"
#include "engine/mime/header.h"
#include "engine/util/arena.h"
#include "engine/util/slice.h"

/* Whether encoded words are undone in that field: not in Received, Date, Message-ID and kin. */
bool word_allowed(struct slice field_name);

/*
 * An unfolded value with raw 8-bit bytes as UTF-8 and its encoded words undone. The
 * same memory when it has neither. `converters` may be NULL: then only
 * charsets that need none are converted. Absent at the arena's cap.
 */
struct slice word_decode(struct arena *arena, struct converters *converters, struct slice value);

/*
 * A field's value as rules read it: unfolded, trimmed, UTF-8, words undone
 * where that field may have them. Without a line end. Absent at the cap.
 */
struct slice
word_field(struct arena *arena, struct converters *converters, const struct header *header);

#endif
