/*
 * field_encode.h - a field's value as ASCII (RFC 2047), as SpamAssassin encodes its own
 */
#ifndef STEELYARD_ENGINE_FIELD_ENCODE_H
#define STEELYARD_ENGINE_FIELD_ENCODE_H

#include "engine/util/buf.h"
#include "engine/util/slice.h"

/*
 * Appends `value`, of lines with LF between them. What stands from the first
 * to the last word of a line that hold bytes other than printable ASCII and
 * tabs becomes one encoded word, in Q where that is shorter, else in B.
 */
void field_encode(struct buf *out, struct slice value);

#endif
