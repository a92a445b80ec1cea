/*
 * decode.h - undoing transfer encodings: base64, quoted-printable, uuencode (RFC 2045, 6)
 */
#ifndef STEELYARD_ENGINE_MIME_DECODE_H
#define STEELYARD_ENGINE_MIME_DECODE_H

#include "engine/util/arena.h"
#include "engine/util/slice.h"

enum transfer_encoding {
	ENCODING_IDENTITY, /* 7bit, 8bit, binary, and what nobody knows */
	ENCODING_BASE64,
	ENCODING_QUOTED_PRINTABLE,
	ENCODING_UUENCODE,
};

/* What a Content-Transfer-Encoding field's value names; any case, blanks trimmed. */
enum transfer_encoding transfer_encoding_of(struct slice value);

/* Junk is dropped and missing padding accepted, as mail readers do. Absent at the cap. */
struct slice decode_base64(struct arena *arena, struct slice text);

/* Soft breaks joined, trailing blanks dropped, bad escapes left as they are. Absent at the cap. */
struct slice decode_quoted_printable(struct arena *arena, struct slice text);

/*
 * The lines between the first "begin MODE NAME" and its "end"; lines that are
 * too short give what they have. Empty: nothing begins. Absent at the cap.
 */
struct slice decode_uuencode(struct arena *arena, struct slice text);

#endif
