/*
 * utf8.c - UTF-8 by the table of RFC 3629, section 4
 */
#include "engine/util/utf8.h"

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

bool
utf8_valid(struct slice s)
{
	size_t at = 0;

	while (at < s.n) {
		uint32_t code;
		size_t n;

		while (at < s.n && !ascii_is_high(s.p[at]))
			at++;
		if (at == s.n)
			break;
		n = utf8_read(slice_from(s, at), &code);
		if (n == 0)
			return false;
		at += n;
	}
	return true;
}
