/*
 * charset.h - charsets to UTF-8, by names out of a fixed list
 *
 * A message's label is mapped (WHATWG Encoding Standard's labels) to a member
 * of the list; converters for the list are opened by the shell before it
 * drops privileges and handed in: no message chooses what is opened.
 */
#ifndef STEELYARD_ENGINE_MIME_CHARSET_H
#define STEELYARD_ENGINE_MIME_CHARSET_H

#include <iconv.h>
#include <stdbool.h>

#include "engine/util/arena.h"
#include "engine/util/slice.h"

/* Members and their iconv names stand in charset.def: X(id, "iconv name"). */
enum charset {
#define CHARSET_ENUM(id, name) CHARSET_##id,
#include "engine/mime/charset.def"
#undef CHARSET_ENUM
	CHARSET_COUNT,
	CHARSET_UNKNOWN = CHARSET_COUNT,
};

/* One set a scan slot, opened by milter/converters.c; one the system lacks is (iconv_t)-1. */
struct converters {
	iconv_t to_utf8[CHARSET_COUNT];
};

/* What a label means ("latin1" is windows-1252 by the standard); any case, blanks trimmed. */
enum charset charset_of_label(struct slice label);

/* The name to open it by. */
const char *charset_iconv_name(enum charset charset);

/*
 * `bytes` as UTF-8; what cannot be converted becomes U+FFFD. The same memory
 * when nothing changes. Absent at the arena's cap.
 */
struct slice charset_to_utf8(
    struct arena *arena, struct converters *converters, enum charset charset, struct slice bytes);

#endif
