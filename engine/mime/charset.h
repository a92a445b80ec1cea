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
#include <stddef.h>

#include "engine/util/arena.h"
#include "engine/util/slice.h"

/* Members and their iconv names stand in charset.def. */
enum charset {
#define CHARSET(id, name) CHARSET_##id,
#include "engine/mime/charset.def"
#undef CHARSET
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
 * `bytes` as UTF-8; what cannot be converted becomes U+FFFD, and *bad_r
 * (which may be NULL) says how often. The same memory when nothing changes.
 * CHARSET_UNKNOWN, and a charset that the system lacks, give U+FFFD for each
 * byte of 0x80 and more. `converters` may be NULL: only what needs none is
 * converted. Absent at the arena's cap.
 */
struct slice charset_to_utf8(struct arena *arena, struct converters *converters,
    enum charset charset, struct slice bytes, size_t *bad_r);

/* How far a label is believed. */
enum charset_trust {
	CHARSET_GUESS, /* parts, raw header bytes: valid UTF-8 wins, a label that fails loses */
	CHARSET_INSIST, /* encoded words: the label is right, what does not fit becomes U+FFFD */
};

/* Text read by a label: always valid UTF-8. */
struct charset_text {
	struct slice utf8; /* the same memory when nothing changed; absent at the arena's cap */
	/*
	 * Whether it was looked at as characters: false for ASCII that no
	 * charset had to touch. SpamAssassin's rendering of HTML depends on
	 * it (see html.h).
	 */
	bool decoded;
};

/*
 * Text with a declared charset (absent: none) as SpamAssassin 4.0.1 reads it
 * under normalize_charset 1, without the detector that few systems have:
 * 8-bit text that is valid UTF-8 is UTF-8 (CHARSET_GUESS); else what the
 * label says, strictly (CHARSET_GUESS) or leniently (CHARSET_INSIST); else
 * windows-1252. Linear.
 */
struct charset_text charset_read(struct arena *arena, struct converters *converters,
    struct slice label, struct slice bytes, enum charset_trust trust);

#endif
