/*
 * text_space.h - white space of Unicode in UTF-8: what Perl's \s is on characters
 */
#ifndef STEELYARD_ENGINE_MIME_TEXT_SPACE_H
#define STEELYARD_ENGINE_MIME_TEXT_SPACE_H

#include <stddef.h>

#include "engine/util/ascii.h"
#include "engine/util/slice.h"

/* Bytes of the white space that begins at s.p[at], or 0. */
static inline size_t
text_space_at(struct slice s, size_t at)
{
	unsigned char a, b, c;

	if (at >= s.n)
		return 0;
	if (ascii_is_space(s.p[at]))
		return 1;
	a = (unsigned char)s.p[at];
	if (a < 0xc2 || at + 1 == s.n)
		return 0;
	b = (unsigned char)s.p[at + 1];
	if (a == 0xc2)
		return b == 0x85 || b == 0xa0 ? 2 : 0; /* NEL, NBSP */
	if (at + 2 >= s.n)
		return 0;
	c = (unsigned char)s.p[at + 2];
	if (a == 0xe2 && b == 0x80) /* U+2000-200A, 2028, 2029, 202F */
		return c <= 0x8a || c == 0xa8 || c == 0xa9 || c == 0xaf ? 3 : 0;
	if ((a == 0xe1 && b == 0x9a && c == 0x80) || (a == 0xe2 && b == 0x81 && c == 0x9f) ||
	    (a == 0xe3 && b == 0x80 && c == 0x80)) /* U+1680, 205F, 3000 */
		return 3;
	return 0;
}

/* Bytes of the white space that ends s, or 0. */
static inline size_t
text_space_before(struct slice s)
{
	for (size_t n = 1; n <= 3 && n <= s.n; n++)
		if (text_space_at(s, s.n - n) == n)
			return n;
	return 0;
}

#endif
