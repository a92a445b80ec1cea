/*
 * utf8.c - UTF-8 by the table of RFC 3629, section 4
 */
#include "engine/util/utf8.h"

#include <string.h>

#include "engine/util/ascii.h"

static const struct {
	unsigned char mask, lead;
	unsigned char length;
	uint32_t least; /* smaller values are overlong */
} forms[] = {
	{ 0x80, 0x00, 1, 0 },
	{ 0xe0, 0xc0, 2, 0x80 },
	{ 0xf0, 0xe0, 3, 0x800 },
	{ 0xf8, 0xf0, 4, 0x10000 },
};
#define FORM_COUNT (sizeof(forms) / sizeof(forms[0]))

size_t
utf8_read(struct slice s, uint32_t *code_r)
{
	unsigned char lead = (unsigned char)s.p[0];
	size_t row = 0;
	uint32_t code;

	while (row < FORM_COUNT && (lead & forms[row].mask) != forms[row].lead)
		row++;
	if (row == FORM_COUNT || forms[row].length > s.n)
		return 0;
	code = lead & (unsigned char)~forms[row].mask;
	for (size_t i = 1; i < forms[row].length; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if ((c & 0xc0) != 0x80)
			return 0;
		code = code << 6 | (c & 0x3f);
	}
	if (code < forms[row].least || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
		return 0;
	*code_r = code;
	return forms[row].length;
}

size_t
utf8_write(uint32_t code, char out[UTF8_MAX])
{
	size_t length = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;

	for (size_t i = length - 1; i > 0; i--) {
		out[i] = (char)(0x80 | (code & 0x3f));
		code >>= 6;
	}
	out[0] = (char)(forms[length - 1].lead | code);
	return length;
}

/*
 * Blocks of characters above ASCII that are signs, blanks or nothing: no
 * letters, digits, marks, joiners or connectors. Roughly, as Unicode 15 has it; single signs
 * among the letters of a script are left out.
 */
static const struct {
	uint32_t first, last;
} signs[] = {
	{ 0x80, 0xa9 },
	{ 0xab, 0xb4 },
	{ 0xb6, 0xb9 },
	{ 0xbb, 0xbf },
	{ 0xd7, 0xd7 },
	{ 0xf7, 0xf7 },
	{ 0x964, 0x965 },
	{ 0x2000, 0x200b },
	{ 0x200e, 0x203e },
	{ 0x2041, 0x2053 },
	{ 0x2055, 0x2070 },
	{ 0x2072, 0x207e },
	{ 0x2080, 0x208f },
	{ 0x20a0, 0x20cf },
	{ 0x2100, 0x2101 },
	{ 0x2103, 0x2106 },
	{ 0x2116, 0x2118 },
	{ 0x211e, 0x2123 },
	{ 0x214a, 0x214d },
	{ 0x2150, 0x215f },
	{ 0x2189, 0x24b5 },
	{ 0x24ea, 0x2bff },
	{ 0x2e00, 0x2e2e },
	{ 0x2e30, 0x3004 },
	{ 0x3008, 0x3020 },
	{ 0x3030, 0x3030 },
	{ 0x303d, 0x3040 },
	{ 0x30fb, 0x30fb },
	{ 0x3200, 0x33ff },
	{ 0xe000, 0xf8ff },
	{ 0xfe10, 0xfe1f },
	{ 0xfe35, 0xfe4c },
	{ 0xfe50, 0xfe6f },
	{ 0xfeff, 0xff0f },
	{ 0xff1a, 0xff20 },
	{ 0xff3b, 0xff3e },
	{ 0xff40, 0xff40 },
	{ 0xff5b, 0xff65 },
	{ 0xffe0, 0xffff },
	{ 0x1f000, 0x1f12f },
	{ 0x1f18a, 0x1faff },
};

bool
utf8_is_word(uint32_t code)
{
	size_t i = 0, n = sizeof(signs) / sizeof(signs[0]);

	if (code < 0x80)
		return ascii_is_word((char)code);
	while (i < n && signs[i].last < code)
		i++;
	return i == n || signs[i].first > code;
}

size_t
utf8_length(struct slice s)
{
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++)
		n += ((unsigned char)s.p[i] & 0xc0) != 0x80;
	return n;
}

size_t
utf8_find_high(struct slice s, size_t from)
{
	const uint64_t high = UINT64_C(0x8080808080808080);
	uint64_t eight;

	for (; s.n - from >= sizeof(eight) && from <= s.n; from += sizeof(eight)) {
		memcpy(&eight, s.p + from, sizeof(eight));
		if ((eight & high) != 0)
			break;
	}
	while (from < s.n && !ascii_is_high(s.p[from]))
		from++;
	return from < s.n ? from : s.n;
}

bool
utf8_valid(struct slice s)
{
	size_t at = 0;

	while (at < s.n) {
		uint32_t code;
		size_t n;

		at = utf8_find_high(s, at);
		if (at == s.n)
			break;
		n = utf8_read(slice_from(s, at), &code);
		if (n == 0)
			return false;
		at += n;
	}
	return true;
}
