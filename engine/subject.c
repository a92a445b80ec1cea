/*
 * subject.c - the Subject of a message with a tag before it
 *
 * A tag of ASCII stands as it is. Others become encoded words of at most 75
 * bytes, Q-encoded, one a line; no character is split between two (RFC 2047,
 * 2 and 5). Blanks between two encoded words are not shown (RFC 2047, 6.2), so
 * before a Subject that begins with one the tag brings its own.
 *
 * The old Subject keeps its bytes. Where its first line would pass
 * SUBJECT_LINE_MAX with the tag, it begins on a line of its own.
 */
#include "engine/subject.h"

#include "engine/util/ascii.h"
#include "engine/util/buf.h"
#include "engine/util/utf8.h"

/* RFC 5322, 2.1.1: 998 bytes a line; some are left to whoever relays it. */
#define SUBJECT_LINE_MAX 900
#define FIELD_NAME SLICE("Subject: ")

#define WORD_OPEN SLICE("=?UTF-8?Q?")
#define WORD_CLOSE SLICE("?=")
#define WORD_MAX 75

static bool
is_ascii(struct slice s)
{
	for (size_t i = 0; i < s.n; i++) {
		if (ascii_is_high(s.p[i]))
			return false;
	}
	return true;
}

/* Appends one character in Q-encoding (RFC 2047, 4.2 and 5.3). */
static void
encode_character(struct buf *out, struct slice character)
{
	for (size_t i = 0; i < character.n; i++) {
		char c = character.p[i];

		if (ascii_is_alnum(c))
			buf_add_byte(out, c);
		else if (c == ' ')
			buf_add_byte(out, '_');
		else
			buf_printf(out, "=%02X", (unsigned)(unsigned char)c);
	}
}

/* The text as encoded words, a fold between two. */
static struct slice
encode(struct arena *arena, struct slice text)
{
	struct buf out = { .arena = arena };
	size_t start = 0;

	buf_add(&out, WORD_OPEN);
	while (text.n > 0) {
		struct buf encoded = { .arena = arena };
		uint32_t code;
		size_t n = utf8_read(text, &code);

		encode_character(&encoded, n > 0 ? slice_cut(text, 0, n) : SLICE("?"));
		if (out.n - start + encoded.n + WORD_CLOSE.n > WORD_MAX) {
			buf_add(&out, WORD_CLOSE);
			buf_add(&out, SLICE("\n "));
			start = out.n;
			buf_add(&out, WORD_OPEN);
		}
		buf_add(&out, buf_slice(&encoded));
		text = slice_from(text, n > 0 ? n : 1);
	}
	buf_add(&out, WORD_CLOSE);
	return out.failed ? SLICE_ABSENT : buf_slice(&out);
}

/* The tag as it stands in a field; `blank`: with a blank of its own behind it. */
static struct slice
tag_shown(struct arena *arena, struct slice tag, bool blank)
{
	struct buf out = { .arena = arena };

	if (is_ascii(tag))
		return tag;
	buf_add(&out, tag);
	if (blank)
		buf_add_byte(&out, ' ');
	return encode(arena, buf_slice(&out));
}

static size_t
first_line_length(struct slice s)
{
	size_t n = slice_find_byte(s, 0, '\n');

	return n > 0 && n < s.n && s.p[n - 1] == '\r' ? n - 1 : n;
}

struct slice
subject_tagged(struct arena *arena, struct slice tag, struct slice old)
{
	struct slice shown = tag_shown(arena, tag, slice_starts(old, SLICE("=?")));
	struct buf out = { .arena = arena };

	if (tag.n == 0 || shown.p == NULL)
		return SLICE_ABSENT;
	if (old.p == NULL)
		return shown;
	if (slice_starts(old, shown) || slice_starts(old, tag_shown(arena, tag, false)))
		return SLICE_ABSENT;
	buf_add(&out, shown);
	if (FIELD_NAME.n + shown.n + first_line_length(old) > SUBJECT_LINE_MAX)
		buf_add_byte(&out, '\n');
	buf_add_byte(&out, ' ');
	buf_add(&out, old);
	return out.failed ? SLICE_ABSENT : buf_slice(&out);
}
