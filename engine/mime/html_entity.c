/*
 * html_entity.c - named and numeric character references, as HTML::Parser reads them
 *
 * SpamAssassin's text comes out of that parser, so it is followed: names of
 * HTML 4 only, those of HTML 2 also without a semicolon, numbers up to
 * U+10FFFF as they are (no windows-1252 reading of 128 to 159), zero and
 * U+FFFE and U+FFFF left as written, non-characters as U+FFFD, and two
 * surrogates side by side as the character that they make up.
 */
#include "engine/mime/html_entity.h"

#include <stddef.h>
#include <stdint.h>

#include "engine/util/ascii.h"
#include "engine/util/utf8.h"

/* The longest name, "thetasym", has 8 bytes. */
#define NAME_MAX_BYTES 8
#define CODE_MAX 0x10ffff

static const struct entity {
	struct slice name;
	uint32_t code;
	bool bare;
} entities[] = {
#define HTML_ENTITY(name, code, bare) { { name, sizeof(name) - 1 }, code, bare },
#include "engine/mime/html_entities.def"
#undef HTML_ENTITY
};

static const struct entity *
find_entity(struct slice name)
{
	size_t low = 0, high = sizeof(entities) / sizeof(entities[0]);

	if (name.n > NAME_MAX_BYTES)
		return NULL;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = slice_compare(name, entities[middle].name);

		if (order == 0)
			return &entities[middle];
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

/* The digits at s.p[from]: their count into *n_r; false: none, or too large. */
static bool
read_number(struct slice s, size_t from, bool hex, uint32_t *code_r, size_t *n_r)
{
	uint32_t code = 0;
	size_t at = from;

	while (at < s.n) {
		int digit = ascii_hex(s.p[at]);

		if (digit < 0 || (!hex && digit > 9))
			break;
		code = code * (hex ? 16 : 10) + (uint32_t)digit;
		if (code > CODE_MAX)
			return false;
		at++;
	}
	*code_r = code;
	*n_r = at - from;
	return at > from;
}

static bool
is_noncharacter(uint32_t code)
{
	return (code >= 0xfdd0 && code <= 0xfdef) || (code & 0xfffe) == 0xfffe;
}

/* A numeric reference at s.p[0] ('&'): the bytes it takes, without a semicolon; 0: none. */
static size_t
numeric_at(struct slice s, uint32_t *code_r)
{
	bool hex;
	size_t from, n;

	if (s.n < 3 || s.p[1] != '#')
		return 0;
	hex = ascii_lower(s.p[2]) == 'x';
	from = hex ? 3 : 2;
	if (!read_number(s, from, hex, code_r, &n))
		return 0;
	if (*code_r == 0 || *code_r == 0xfffe || *code_r == 0xffff)
		return 0;
	return from + n;
}

/* A named reference at s.p[0] ('&'): the bytes it takes, without a semicolon; 0: none. */
static size_t
named_at(struct slice s, bool prefixes, uint32_t *code_r)
{
	size_t n = 0;
	const struct entity *entity;

	while (1 + n < s.n && ascii_is_word(s.p[1 + n]))
		n++;
	if (n == 0)
		return 0;
	entity = find_entity(slice_cut(s, 1, 1 + n));
	if (entity != NULL && !entity->bare && (1 + n == s.n || s.p[1 + n] != ';'))
		entity = NULL;
	if (entity == NULL && prefixes) {
		n = n - 1 < NAME_MAX_BYTES ? n - 1 : NAME_MAX_BYTES;
		for (; n > 0; n--) {
			entity = find_entity(slice_cut(s, 1, 1 + n));
			if (entity != NULL && entity->bare)
				break;
			entity = NULL;
		}
	}
	if (entity == NULL)
		return 0;
	*code_r = entity->code;
	return 1 + n;
}

static void
put(struct buf *out, uint32_t code)
{
	char *p = buf_reserve(out, UTF8_MAX);

	if (p != NULL)
		out->n += utf8_write(code, p);
}

/*
 * A number's character, with surrogates put together: *high holds the one that came right before
 * and stands as U+FFFD in `out`.
 */
static uint32_t
join_surrogates(struct buf *out, uint32_t code, uint32_t *high)
{
	uint32_t before = *high;

	*high = 0;
	if (code >= 0xd800 && code < 0xdc00) {
		*high = code;
		return UTF8_REPLACEMENT;
	}
	if (code >= 0xdc00 && code < 0xe000) {
		if (before == 0)
			return UTF8_REPLACEMENT;
		out->n -= 3;
		return 0x10000 + ((before - 0xd800) << 10) + (code - 0xdc00);
	}
	return is_noncharacter(code) ? UTF8_REPLACEMENT : code;
}

bool
html_decode_entities(struct buf *out, struct slice text, bool prefixes)
{
	uint32_t high = 0;
	bool wide = false;

	while (text.n > 0) {
		size_t at = slice_find_byte(text, 0, '&');
		uint32_t code = 0;
		size_t n;

		buf_add(out, slice_cut(text, 0, at));
		text = slice_from(text, at);
		if (at > 0)
			high = 0;
		if (text.n == 0 || out->failed)
			break;
		n = numeric_at(text, &code);
		if (n > 0) {
			code = join_surrogates(out, code, &high);
		} else {
			high = 0;
			n = named_at(text, prefixes, &code);
		}
		if (n == 0) {
			buf_add_byte(out, '&');
			text = slice_from(text, 1);
			continue;
		}
		wide |= code > 0xff;
		put(out, code);
		text = slice_from(text, n < text.n && text.p[n] == ';' ? n + 1 : n);
	}
	return wide;
}
