/*
 * decode.c - base64, quoted-printable and uuencode to bytes
 *
 * Each decoder allocates once (no encoding's output is longer than its input)
 * and is linear. Broken text is read as SpamAssassin 4.0.1 reads it: in base64
 * what is outside the alphabet is dropped, "=" counts as nothing at the end,
 * elsewhere as zero bits, or as one bits where the text has other junk. In
 * quoted-printable, lines are joined before escapes are undone, an escape
 * that is none stays as it is, and blanks before LF (not before CRLF) go.
 *
 * RFC 2045, 6.7 and 6.8; uuencode as POSIX has it. Limits: none but the arena's cap.
 */
#include "engine/mime/decode.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "engine/util/ascii.h"

#define JUNK 0xff
#define PAD 0x40

/* Sextets by byte; JUNK: outside the alphabet. */
static const unsigned char sextets[256] = {
#define J4 JUNK, JUNK, JUNK, JUNK
#define J16 J4, J4, J4, J4
	J16, J16, J4, J4, JUNK, JUNK, JUNK, 62, JUNK, JUNK, JUNK, 63, /* + / */
	52, 53, 54, 55, 56, 57, 58, 59, 60, 61, JUNK, JUNK, JUNK, PAD, JUNK, JUNK, /* 0-9 = */
	JUNK, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, /* A-O */
	15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, JUNK, J4, /* P-Z */
	JUNK, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, /* a-o */
	41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, JUNK, J4, /* p-z */
	J16, J16, J16, J16, J16, J16, J16, J16
#undef J16
#undef J4
};

enum transfer_encoding
transfer_encoding_of(struct slice value)
{
	value = slice_trim(value);
	if (slice_ieq(value, SLICE("base64")))
		return ENCODING_BASE64;
	if (slice_ieq(value, SLICE("quoted-printable")))
		return ENCODING_QUOTED_PRINTABLE;
	if (slice_ieq(value, SLICE("x-uuencode")) || slice_ieq(value, SLICE("uuencode")) ||
	    slice_ieq(value, SLICE("x-uue")) || slice_ieq(value, SLICE("uue")))
		return ENCODING_UUENCODE;
	return ENCODING_IDENTITY;
}

/* Without the junk and padding at its end. */
static struct slice
base64_trim(struct slice text)
{
	while (text.n > 0 &&
	       (text.p[text.n - 1] == '=' || sextets[(unsigned char)text.p[text.n - 1]] == JUNK))
		text.n--;
	return text;
}

/* What "=" inside the text stands for: zero bits where all of it is whole quanta and blanks. */
static uint32_t
base64_pad(struct slice text)
{
	size_t n = 0;

	for (size_t i = 0; i < text.n; i++) {
		bool junk = sextets[(unsigned char)text.p[i]] == JUNK;

		if (junk && !ascii_is_space(text.p[i]))
			return 63;
		n += !junk;
	}
	return n % 4 == 0 ? 0 : 63;
}

/* Writes the three bytes of a quantum. */
static unsigned char *
base64_quantum(unsigned char *out, uint32_t bits)
{
	*out++ = (unsigned char)(bits >> 16);
	*out++ = (unsigned char)(bits >> 8);
	*out++ = (unsigned char)bits;
	return out;
}

/* Decodes whole quanta without junk from *p on, as far as they go. */
static unsigned char *
base64_run(unsigned char *out, const unsigned char **p, const unsigned char *end)
{
	const unsigned char *at = *p;

	while (end - at >= 4) {
		uint32_t a = sextets[at[0]], b = sextets[at[1]];
		uint32_t c = sextets[at[2]], d = sextets[at[3]];

		if (((a | b | c | d) & ~63U) != 0)
			break;
		out = base64_quantum(out, a << 18 | b << 12 | c << 6 | d);
		at += 4;
	}
	*p = at;
	return out;
}

struct slice
decode_base64(struct arena *arena, struct slice text)
{
	struct slice trimmed = base64_trim(text);
	unsigned char *start = arena_alloc(arena, trimmed.n / 4 * 3 + 4), *out = start;
	const unsigned char *p = (const unsigned char *)trimmed.p, *end = p + trimmed.n;
	uint32_t bits = 0, pad = UINT32_MAX;
	unsigned have = 0;

	if (start == NULL)
		return SLICE_ABSENT;
	for (;;) {
		uint32_t sextet;

		if (have == 0)
			out = base64_run(out, &p, end);
		if (p == end)
			break;
		sextet = sextets[*p++];
		if (sextet == JUNK)
			continue;
		if (sextet == PAD && pad == UINT32_MAX)
			pad = base64_pad(text);
		bits = bits << 6 | (sextet == PAD ? pad : sextet);
		if (++have == 4) {
			out = base64_quantum(out, bits);
			have = 0;
		}
	}
	if (have >= 2)
		*out++ = (unsigned char)(bits << 6 * (4 - have) >> 16);
	if (have == 3)
		*out++ = (unsigned char)(bits << 6 >> 8);
	return (struct slice){ (const char *)start, (size_t)(out - start) };
}

static struct slice
trim_blanks(struct slice line)
{
	while (line.n > 0 && ascii_is_blank(line.p[line.n - 1]))
		line.n--;
	return line;
}

/* Whether the line (its LF left out) ends in a soft break; cuts it there. */
static bool
qp_soft_break(struct slice *line)
{
	struct slice cut = *line;

	if (cut.n > 0 && cut.p[cut.n - 1] == '\r')
		cut.n--;
	cut = trim_blanks(cut);
	if (cut.n == 0 || cut.p[cut.n - 1] != '=')
		return false;
	cut.n--;
	*line = cut;
	return true;
}

/* Copies text to out, soft breaks and blanks at line ends left out; returns how much is left. */
static size_t
qp_join(char *out, struct slice text)
{
	char *start = out;
	size_t at = 0;

	while (at < text.n) {
		size_t lf = slice_find_byte(text, at, '\n');
		struct slice line = slice_cut(text, at, lf);
		bool soft = lf < text.n && qp_soft_break(&line);

		if (lf < text.n && !soft)
			line = trim_blanks(line);
		if (line.n > 0)
			memcpy(out, line.p, line.n);
		out += line.n;
		if (lf < text.n && !soft)
			*out++ = '\n';
		at = lf + 1;
	}
	return (size_t)(out - start);
}

/* Undoes the escapes of the n bytes at `text`, in place; returns how many are left. */
static size_t
qp_unescape(char *text, size_t n)
{
	struct slice all = { text, n };
	size_t at = slice_find_byte(all, 0, '='), to = at;

	while (at < n) {
		int high = at + 1 < n ? ascii_hex(text[at + 1]) : -1;
		int low = at + 2 < n ? ascii_hex(text[at + 2]) : -1;
		size_t next;

		if (high >= 0 && low >= 0) {
			text[to++] = (char)(high << 4 | low);
			at += 3;
		} else {
			text[to++] = '=';
			at++;
		}
		next = slice_find_byte(all, at, '=');
		if (at < next)
			memmove(text + to, text + at, next - at);
		to += next - at;
		at = next;
	}
	return to;
}

struct slice
decode_quoted_printable(struct arena *arena, struct slice text)
{
	char *out = arena_alloc(arena, text.n + 1);

	if (out == NULL)
		return SLICE_ABSENT;
	return (struct slice){ out, qp_unescape(out, qp_join(out, text)) };
}

static unsigned
uu_sextet(struct slice line, size_t i)
{
	return i < line.n ? ((unsigned char)line.p[i] - 32U) & 63U : 0;
}

/* Decodes one line: its length, then groups of four for three bytes. */
static char *
uu_line(char *out, struct slice line)
{
	size_t n = uu_sextet(line, 0), room = (line.n - 1) * 3 / 4;

	if (n > room)
		n = room;
	for (size_t i = 0; i < n; i++) {
		size_t group = 1 + i / 3 * 4, k = i % 3;
		unsigned high = uu_sextet(line, group + k), low = uu_sextet(line, group + k + 1);

		*out++ = (char)(high << (2 + 2 * k) | low >> (4 - 2 * k));
	}
	return out;
}

/* "begin 644 name" */
static bool
uu_begins(struct slice line)
{
	if (!slice_starts(line, SLICE("begin ")) || line.n < 9)
		return false;
	for (size_t i = 6; i < 9; i++)
		if (line.p[i] < '0' || line.p[i] > '7')
			return false;
	return true;
}

struct slice
decode_uuencode(struct arena *arena, struct slice text)
{
	char *start = arena_alloc(arena, text.n + 1), *out = start;
	struct slice rest = text, line;
	bool begun = false;

	if (start == NULL)
		return SLICE_ABSENT;
	while (slice_next_line(&rest, &line)) {
		if (!begun)
			begun = uu_begins(line);
		else if (slice_eq(line, SLICE("end")))
			break;
		else if (line.n > 1)
			out = uu_line(out, line);
	}
	return (struct slice){ start, (size_t)(out - start) };
}
