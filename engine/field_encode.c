/*
 * field_encode.c - a field's value as ASCII (RFC 2047), as SpamAssassin encodes its own
 *
 * Bytes are taken for UTF-8. A word may come out longer than RFC 2047's 75
 * bytes and is not split: SpamAssassin does not split it, and readers take it.
 * Control bytes are encoded too, so that what comes out is one field whatever
 * went in.
 */
#include "engine/field_encode.h"

#include "engine/util/ascii.h"

/* Bytes that stand as they are. */
static bool
is_plain(char c)
{
	return ascii_is_print(c) || c == '\t';
}

static bool
is_quoted(char c)
{
	return c == '=' || c == '?' || c == '_' || !ascii_is_print(c);
}

static void
encode_q(struct buf *out, struct slice word)
{
	buf_add(out, SLICE("=?UTF-8?Q?"));
	for (size_t i = 0; i < word.n; i++) {
		if (word.p[i] == ' ')
			buf_add_byte(out, '_');
		else if (is_quoted(word.p[i]))
			buf_printf(out, "=%02X", (unsigned)(unsigned char)word.p[i]);
		else
			buf_add_byte(out, word.p[i]);
	}
	buf_add(out, SLICE("?="));
}

static void
encode_b(struct buf *out, struct slice word)
{
	static const char digits[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

	buf_add(out, SLICE("=?UTF-8?B?"));
	for (size_t i = 0; i < word.n; i += 3) {
		size_t n = word.n - i < 3 ? word.n - i : 3;
		unsigned bits = 0;

		for (size_t k = 0; k < 3; k++)
			bits = bits << 8 | (k < n ? (unsigned char)word.p[i + k] : 0);
		for (size_t k = 0; k < 4; k++)
			buf_add_byte(out, k <= n ? digits[bits >> (18 - 6 * k) & 0x3f] : '=');
	}
	buf_add(out, SLICE("?="));
}

static void
encode_word(struct buf *out, struct slice word)
{
	size_t quoted = 0;

	for (size_t i = 0; i < word.n; i++)
		quoted += is_quoted(word.p[i]);
	if (3 * (word.n + quoted * 2) <= 4 * (word.n + 2))
		encode_q(out, word);
	else
		encode_b(out, word);
}

/* A line without its LF. */
static void
encode_line(struct buf *out, struct slice line)
{
	size_t first = 0, last = line.n, from, to;

	while (first < line.n && is_plain(line.p[first]))
		first++;
	if (first == line.n) {
		buf_add(out, line);
		return;
	}
	while (is_plain(line.p[last - 1]))
		last--;
	for (from = first; from > 0 && !ascii_is_blank(line.p[from - 1]);)
		from--;
	for (to = last; to < line.n && !ascii_is_blank(line.p[to]);)
		to++;
	buf_add(out, slice_cut(line, 0, from));
	encode_word(out, slice_cut(line, from, to));
	buf_add(out, slice_from(line, to));
}

void
field_encode(struct buf *out, struct slice value)
{
	for (size_t at = 0; at < value.n;) {
		size_t end = slice_find_byte(value, at, '\n');

		encode_line(out, slice_cut(value, at, end));
		if (end < value.n)
			buf_add_byte(out, '\n');
		at = end + 1;
	}
}
