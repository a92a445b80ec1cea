/*
 * charset.c - charsets to UTF-8: labels, fast paths, iconv, and what to believe
 *
 * UTF-8, US-ASCII, windows-1252 and UTF-16 are converted here, all else by
 * the iconv handles that the caller opened from charset.def. A handle is reset
 * before each use, since the text before may have ended in a shifted state.
 *
 * What is believed of a label follows SpamAssassin 4.0.1 (Message::Node under
 * normalize_charset), because rules are written against its text; so does
 * the strictness of UTF-8 (surrogates and non-characters are errors) and the
 * number of U+FFFD for bytes that are not UTF-8: one for a lead byte and the
 * continuation bytes that it asks for. Two things are not followed, since one
 * byte would hide a whole text from the rules: UTF-16 with a byte order mark
 * is read by it, where SpamAssassin reads windows-1252; and ISO-2022-JP with
 * 8-bit bytes in it is read as windows-1252, where SpamAssassin drops all from
 * the first such byte on.
 *
 * Each byte is looked at a fixed number of times: linear.
 */
#include "engine/mime/charset.h"

#include <errno.h>
#include <stdint.h>

#include "engine/util/ascii.h"
#include "engine/util/buf.h"
#include "engine/util/utf8.h"

/* The longest label of the table has 19 bytes. */
#define LABEL_MAX 32
/* Output is asked for in pieces of this many bytes. */
#define PIECE 4096
/* More than what a converter holds back, or makes of one character. */
#define FLUSH_ROOM 64

static const struct label {
	const char *name;
	enum charset charset;
	bool keeps_ascii;
} labels[] = {
#define CHARSET_LABEL(name, id, keeps_ascii) { name, CHARSET_##id, keeps_ascii },
#include "engine/mime/charset_labels.def"
#undef CHARSET_LABEL
};

static const char *const iconv_names[] = {
#define CHARSET(id, name) name,
#include "engine/mime/charset.def"
#undef CHARSET
};

/* 0x80 to 0x9f; 0: nothing there. */
static const uint16_t windows_1252[32] = { 0x20ac, 0, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020,
	0x2021, 0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0, 0x017d, 0, 0, 0x2018, 0x2019, 0x201c,
	0x201d, 0x2022, 0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0, 0x017e, 0x0178 };

static const struct label *find_label(struct slice label);

/* A label with something hung on to it: only "gb2312..." is met in mail. */
static const struct label *
find_longer_label(struct slice label)
{
	static const struct slice gb2312 = { "gb2312", 6 };

	return label.n > gb2312.n && slice_istarts(label, gb2312) ? find_label(gb2312) : NULL;
}

static const struct label *
find_label(struct slice label)
{
	char lower[LABEL_MAX];
	size_t low = 0, high = sizeof(labels) / sizeof(labels[0]);

	label = slice_trim(label);
	if (label.n == 0 || label.n > LABEL_MAX)
		return NULL;
	for (size_t i = 0; i < label.n; i++)
		lower[i] = ascii_lower(label.p[i]);
	label.p = lower;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = slice_compare(label, slice_of(labels[middle].name));

		if (order == 0)
			return &labels[middle];
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return find_longer_label(label);
}

enum charset
charset_of_label(struct slice label)
{
	const struct label *found = find_label(label);

	return found == NULL ? CHARSET_UNKNOWN : found->charset;
}

const char *
charset_iconv_name(enum charset charset)
{
	return iconv_names[charset];
}

static bool
is_ascii(struct slice s)
{
	return utf8_find_high(s, 0) == s.n;
}

static void
put(struct buf *out, uint32_t code)
{
	char *p = buf_reserve(out, UTF8_MAX);

	if (p != NULL)
		out->n += utf8_write(code, p);
}

static void
put_bad(struct buf *out, size_t *bad)
{
	put(out, UTF8_REPLACEMENT);
	(*bad)++;
}

static bool
is_noncharacter(uint32_t code)
{
	return (code & 0xfffe) == 0xfffe || (code >= 0xfdd0 && code <= 0xfdef);
}

/* The character at s.p[0], or 0 bytes: not UTF-8, or no character that may be sent. */
static size_t
read_strict(struct slice s, uint32_t *code_r)
{
	size_t n = utf8_read(s, code_r);

	return n == 0 || is_noncharacter(*code_r) ? 0 : n;
}

/* Where the first bytes stand that are not UTF-8, or s.n. */
static size_t
utf8_until(struct slice s)
{
	size_t at = 0;

	while (at < s.n) {
		uint32_t code;
		size_t n;

		at = utf8_find_high(s, at);
		if (at == s.n)
			break;
		n = read_strict(slice_from(s, at), &code);
		if (n == 0)
			break;
		at += n;
	}
	return at;
}

/* How many bytes one U+FFFD stands for: a lead byte and the continuation bytes it asks for. */
static size_t
utf8_skip(struct slice s)
{
	unsigned char lead = (unsigned char)s.p[0];
	size_t length = 1, n = 1;

	if (lead >= 0xc0)
		for (unsigned char bit = 0x40; bit != 0 && (lead & bit) != 0; bit >>= 1)
			length++;
	while (n < length && n < s.n && ((unsigned char)s.p[n] & 0xc0) == 0x80)
		n++;
	return n;
}

static void
from_utf8(struct slice s, struct buf *out, size_t *bad)
{
	while (s.n > 0) {
		size_t good = utf8_until(s);

		buf_add(out, slice_cut(s, 0, good));
		s = slice_from(s, good);
		if (s.n > 0) {
			put_bad(out, bad);
			s = slice_from(s, utf8_skip(s));
		}
	}
}

/* 7 bits; the rest is bad. */
static void
from_ascii(struct slice s, struct buf *out, size_t *bad)
{
	for (size_t i = 0; i < s.n; i++) {
		if (ascii_is_high(s.p[i]))
			put_bad(out, bad);
		else
			buf_add_byte(out, s.p[i]);
	}
}

static void
from_windows_1252(struct slice s, struct buf *out, size_t *bad)
{
	for (size_t i = 0; i < s.n; i++) {
		size_t from = i;
		unsigned char c;

		i = utf8_find_high(s, from);
		buf_add(out, slice_cut(s, from, i));
		if (i == s.n)
			return;
		c = (unsigned char)s.p[i];
		if (c >= 0xa0)
			put(out, c);
		else if (windows_1252[c - 0x80] != 0)
			put(out, windows_1252[c - 0x80]);
		else
			put_bad(out, bad);
	}
}

static uint32_t
unit_at(struct slice s, size_t at, bool big)
{
	unsigned char a = (unsigned char)s.p[at], b = (unsigned char)s.p[at + 1];

	return big ? (uint32_t)a << 8 | b : (uint32_t)b << 8 | a;
}

static void
from_utf16(struct slice s, bool big, struct buf *out, size_t *bad)
{
	size_t at = 0;

	while (at + 2 <= s.n) {
		uint32_t code = unit_at(s, at, big);

		at += 2;
		if (code >= 0xd800 && code < 0xdc00 && at + 2 <= s.n) {
			uint32_t low = unit_at(s, at, big);

			if (low >= 0xdc00 && low < 0xe000) {
				put(out, 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00));
				at += 2;
				continue;
			}
		}
		if ((code >= 0xd800 && code < 0xe000) || is_noncharacter(code))
			put_bad(out, bad);
		else
			put(out, code);
	}
	if (at < s.n)
		put_bad(out, bad);
}

/*
 * The byte order of UTF-16 without a mark: +1 big, -1 little, 0 no idea.
 * Counts spaces in either order and weighs the even bytes' digits against the
 * odd ones', as SpamAssassin does.
 */
static int
utf16_order(struct slice s)
{
	size_t little = 0, big = 0, even = 0, odd = 0;

	for (size_t i = 0; i < s.n; i += 2) {
		unsigned char a = (unsigned char)s.p[i];
		unsigned char b = i + 1 < s.n ? (unsigned char)s.p[i + 1] : 0;

		even += (size_t)(a >> 4) + (a & 15);
		odd += (size_t)(b >> 4) + (b & 15);
		if (i + 1 < s.n && a == ' ' && b == 0)
			little++;
		if (i + 1 < s.n && a == 0 && b == ' ')
			big++;
	}
	if (even > odd * 4)
		little++;
	if (odd * 4 > even)
		big++;
	return little > big ? -1 : big > little ? 1 : 0;
}

static void
from_any_utf16(struct slice s, struct buf *out, size_t *bad)
{
	if (slice_starts(s, SLICE("\xff\xfe")))
		from_utf16(slice_from(s, 2), false, out, bad);
	else if (slice_starts(s, SLICE("\xfe\xff")))
		from_utf16(slice_from(s, 2), true, out, bad);
	else
		from_utf16(s, utf16_order(s) >= 0, out, bad);
}

/* What a handle held back for a combining character behind it; then its initial state. */
static void
flush_iconv(iconv_t handle, struct buf *out)
{
	size_t room = FLUSH_ROOM;
	char *p = buf_reserve(out, room);

	iconv(handle, NULL, NULL, p == NULL ? NULL : &p, &room);
	if (p != NULL)
		out->n += FLUSH_ROOM - room;
}

/* Room for the next piece of `left` bytes: a short word takes little of the arena. */
static size_t
piece_room(size_t left)
{
	return left < PIECE / UTF8_MAX - FLUSH_ROOM ? left * UTF8_MAX + FLUSH_ROOM : PIECE;
}

/* Returns whether s ended inside a character, which is dropped. */
static bool
from_iconv(iconv_t handle, struct slice s, struct buf *out, size_t *bad)
{
	char *in = (char *)(uintptr_t)s.p; /* iconv's prototype lacks a const; it does not write */
	size_t left = s.n;
	bool cut = false;

	iconv(handle, NULL, NULL, NULL, NULL);
	while (left > 0) {
		size_t piece = piece_room(left), room = piece;
		char *p = buf_reserve(out, room);
		size_t done;

		if (p == NULL)
			return false;
		errno = 0;
		done = iconv(handle, &in, &left, &p, &room);
		out->n += piece - room;
		if (done != (size_t)-1 || left == 0)
			continue;
		if (errno == E2BIG)
			continue;
		cut = errno == EINVAL;
		if (cut)
			break;
		put_bad(out, bad);
		in++;
		left--;
	}
	flush_iconv(handle, out);
	return cut;
}

/* EUC has no bytes from 0x80 to 0xa0 but two that shift in EUC-JP; libc takes them for controls. */
static bool
is_bad_euc(enum charset charset, char c)
{
	unsigned char byte = (unsigned char)c;

	if (charset != CHARSET_EUC_CN && charset != CHARSET_EUC_KR && charset != CHARSET_EUC_JP)
		return false;
	return byte >= 0x80 && byte <= 0xa0 &&
	       (charset != CHARSET_EUC_JP || (byte != 0x8e && byte != 0x8f));
}

static void
from_libc(iconv_t handle, enum charset charset, struct slice s, struct buf *out, size_t *bad)
{
	while (s.n > 0) {
		size_t n = 0;

		while (n < s.n && !is_bad_euc(charset, s.p[n]))
			n++;
		/* A text that ends inside a character is not at fault. */
		if (from_iconv(handle, slice_cut(s, 0, n), out, bad) && n < s.n)
			put_bad(out, bad);
		if (n < s.n)
			put_bad(out, bad);
		s = slice_from(s, n + 1);
	}
}

/*
 * EUC-JP: JIS X 0213's table, which has the signs of NEC and IBM that Japanese
 * mail is full of, and JIS X 0212 behind each 0x8f.
 */
static void
from_euc_jp(struct converters *converters, struct slice s, struct buf *out, size_t *bad)
{
	iconv_t supplement = converters->to_utf8[CHARSET_EUC_JP];
	iconv_t handle = converters->to_utf8[CHARSET_EUC_JISX0213];

	if (handle == (iconv_t)-1)
		handle = supplement;
	while (s.n > 0) {
		size_t n = slice_find_byte(s, 0, '\x8f');

		from_libc(handle, CHARSET_EUC_JP, slice_cut(s, 0, n), out, bad);
		from_iconv(supplement, slice_cut(s, n, n + 3), out, bad);
		s = slice_from(s, n + 3);
	}
}

/* What the bytes of ISO-2022-JP stand for. */
enum jis_mode {
	JIS_ASCII,
	JIS_KANJI,
	JIS_SUPPLEMENT,
	JIS_KANA,
};

static const struct {
	struct slice escape;
	enum jis_mode mode;
} jis_escapes[] = {
	{ { "\x1b$B", 3 }, JIS_KANJI },
	{ { "\x1b$@", 3 }, JIS_KANJI },
	{ { "\x1b$(B", 4 }, JIS_KANJI },
	{ { "\x1b$(D", 4 }, JIS_SUPPLEMENT },
	{ { "\x1b(I", 3 }, JIS_KANA },
	{ { "\x1b(B", 3 }, JIS_ASCII },
	{ { "\x1b(J", 3 }, JIS_ASCII },
};

/* Takes an escape off s into *mode; 0 bytes: there is none. */
static size_t
jis_escape(struct slice s, enum jis_mode *mode)
{
	for (size_t i = 0; i < sizeof(jis_escapes) / sizeof(jis_escapes[0]); i++)
		if (slice_starts(s, jis_escapes[i].escape)) {
			*mode = jis_escapes[i].mode;
			return jis_escapes[i].escape.n;
		}
	return 0;
}

/* ISO-2022-JP by way of EUC-JP. Only 8-bit bytes are bad: what no table has is replaced. */
static void
from_iso_2022_jp(struct converters *converters, struct slice s, struct buf *out, size_t *bad)
{
	struct buf euc = { .arena = out->arena };
	enum jis_mode mode = JIS_ASCII;
	size_t n, unmapped = 0, pair = 0;

	for (; s.n > 0; s = slice_from(s, n)) {
		char c = s.p[0];
		bool graphic = c > ' ' && c < 0x7f;

		n = jis_escape(s, &mode);
		if (n > 0) {
			pair = 0;
			continue;
		}
		n = 1;
		*bad += ascii_is_high(c);
		if (!graphic || mode == JIS_ASCII) {
			buf_add_byte(&euc, ascii_is_high(c) ? '?' : c);
			pair = 0;
			continue;
		}
		if (mode == JIS_KANA || (mode == JIS_SUPPLEMENT && pair % 2 == 0))
			buf_add_byte(&euc, mode == JIS_KANA ? '\x8e' : '\x8f');
		buf_add_byte(&euc, (char)(c | 0x80));
		pair++;
	}
	from_euc_jp(converters, buf_slice(&euc), out, &unmapped);
	out->failed |= euc.failed;
}

static void
convert(struct converters *converters, enum charset charset, struct slice s, struct buf *out,
    size_t *bad)
{
	switch (charset) {
	case CHARSET_UTF_8:
		from_utf8(s, out, bad);
		return;
	case CHARSET_WINDOWS_1252:
		from_windows_1252(s, out, bad);
		return;
	case CHARSET_UTF_16:
	case CHARSET_UTF_16LE:
	case CHARSET_UTF_16BE:
		from_any_utf16(s, out, bad);
		return;
	case CHARSET_US_ASCII:
	case CHARSET_UNKNOWN:
		from_ascii(s, out, bad);
		return;
	default:
		break;
	}
	if (converters == NULL || converters->to_utf8[charset] == (iconv_t)-1)
		from_ascii(s, out, bad);
	else if (charset == CHARSET_EUC_JP)
		from_euc_jp(converters, s, out, bad);
	else if (charset == CHARSET_ISO_2022_JP)
		from_iso_2022_jp(converters, s, out, bad);
	else
		from_libc(converters->to_utf8[charset], charset, s, out, bad);
}

/* Whether text of ASCII alone stays as it is in that charset. */
static bool
extends_ascii(enum charset charset)
{
	switch (charset) {
	case CHARSET_UTF_7:
	case CHARSET_UTF_16:
	case CHARSET_UTF_16LE:
	case CHARSET_UTF_16BE:
	case CHARSET_ISO_2022_JP:
	case CHARSET_ISO_2022_KR:
	case CHARSET_SHIFT_JIS: /* 0x5c and 0x7e are yen and overline in some tables */
	case CHARSET_JOHAB:
	case CHARSET_VISCII:
		return false;
	default:
		return true;
	}
}

struct slice
charset_to_utf8(struct arena *arena, struct converters *converters, enum charset charset,
    struct slice bytes, size_t *bad_r)
{
	struct buf out = { .arena = arena };
	size_t bad = 0;

	if (bad_r != NULL)
		*bad_r = 0;
	if (extends_ascii(charset) && is_ascii(bytes))
		return bytes;
	if (charset == CHARSET_UTF_8 && utf8_until(bytes) == bytes.n)
		return bytes;
	if (buf_reserve(&out, bytes.n + bytes.n / 8 + 1) == NULL)
		return SLICE_ABSENT;
	convert(converters, charset, bytes, &out, &bad);
	if (bad_r != NULL)
		*bad_r = bad;
	return out.failed ? SLICE_ABSENT : buf_slice(&out);
}

/* Whether the label's charset can be converted from at all. */
static bool
can_convert(const struct converters *converters, enum charset charset)
{
	switch (charset) {
	case CHARSET_UTF_8:
	case CHARSET_US_ASCII:
	case CHARSET_WINDOWS_1252:
	case CHARSET_UTF_16:
	case CHARSET_UTF_16LE:
	case CHARSET_UTF_16BE:
		return true;
	case CHARSET_UNKNOWN:
		return false;
	default:
		return converters != NULL && converters->to_utf8[charset] != (iconv_t)-1;
	}
}

/* Text by its label alone; false: the label does not fit, and trust says that it need not. */
static bool
read_declared(struct arena *arena, struct converters *converters, enum charset charset,
    struct slice bytes, enum charset_trust trust, struct charset_text *text_r)
{
	size_t bad;

	if (!can_convert(converters, charset))
		return false;
	text_r->utf8 = charset_to_utf8(arena, converters, charset, bytes, &bad);
	text_r->decoded = true;
	return bad == 0 || trust == CHARSET_INSIST;
}

struct charset_text
charset_read(struct arena *arena, struct converters *converters, struct slice label,
    struct slice bytes, enum charset_trust trust)
{
	static const struct label unlabelled = { "us-ascii", CHARSET_US_ASCII, true };
	const struct label *found = label.p == NULL ? &unlabelled : find_label(label);
	enum charset charset = found == NULL ? CHARSET_UNKNOWN : found->charset;
	bool ascii = is_ascii(bytes);
	struct charset_text text = { bytes, false };

	if (ascii && (found == NULL || found->keeps_ascii))
		return text;
	text.decoded = true;
	if (!ascii && trust == CHARSET_GUESS && utf8_until(bytes) == bytes.n)
		return text;
	if (read_declared(arena, converters, charset, bytes, trust, &text))
		return text;
	if (ascii)
		return (struct charset_text){ bytes, false };
	text.utf8 = charset_to_utf8(arena, NULL, CHARSET_WINDOWS_1252, bytes, NULL);
	return text;
}
