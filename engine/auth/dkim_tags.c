/*
 * dkim_tags.c - the tag=value lists of signatures and key records (RFC 6376, 3.2)
 *
 * The grammar is kept where it decides (one '=' in each piece, names of
 * letters, digits and '_', no piece empty but the last, no name twice) and not
 * asked where it does not: a value may hold any byte but ';', since RFC 8616
 * lets UTF-8 in.
 */
#include "engine/auth/dkim_tags.h"

#include "engine/mime/decode.h"
#include "engine/util/ascii.h"

static bool
name_is_good(struct slice name)
{
	if (name.n == 0 || !ascii_is_alpha(name.p[0]))
		return false;
	for (size_t i = 1; i < name.n; i++)
		if (!ascii_is_word(name.p[i]))
			return false;
	return true;
}

static const struct dkim_tag *
find(const struct dkim_tags *tags, struct slice name)
{
	for (size_t i = 0; i < tags->n; i++)
		if (slice_eq(tags->v[i].name, name))
			return &tags->v[i];
	return NULL;
}

static bool
add(struct dkim_tags *tags, struct slice piece)
{
	size_t sign = slice_find_byte(piece, 0, '=');
	struct slice name = slice_trim(slice_cut(piece, 0, sign));
	struct dkim_tag *tag;

	if (sign == piece.n || !name_is_good(name) || find(tags, name) != NULL ||
	    tags->n == DKIM_TAGS_MAX)
		return false;
	tag = &tags->v[tags->n++];
	tag->name = name;
	tag->region = slice_from(piece, sign + 1);
	tag->value = slice_trim(tag->region);
	return true;
}

bool
dkim_tags_parse(struct slice text, struct dkim_tags *tags_r)
{
	size_t at = 0;

	tags_r->n = 0;
	while (at < text.n) {
		size_t end = slice_find_byte(text, at, ';');
		struct slice piece = slice_cut(text, at, end);

		if (end == text.n && tags_r->n > 0 && slice_trim(piece).n == 0)
			break;
		if (!add(tags_r, piece))
			return false;
		at = end + 1;
	}
	return tags_r->n > 0;
}

const struct dkim_tag *
dkim_tags_find(const struct dkim_tags *tags, const char *name)
{
	return find(tags, slice_of(name));
}

struct slice
dkim_tags_value(const struct dkim_tags *tags, const char *name)
{
	const struct dkim_tag *tag = dkim_tags_find(tags, name);

	return tag == NULL ? SLICE_ABSENT : tag->value;
}

bool
dkim_tag_next_item(struct slice *rest, struct slice *item_r)
{
	size_t end;

	if (rest->n == 0)
		return false;
	end = slice_find_byte(*rest, 0, ':');
	*item_r = slice_trim(slice_cut(*rest, 0, end));
	*rest = slice_from(*rest, end + 1);
	return true;
}

bool
dkim_tag_has_item(struct slice list, const char *item)
{
	struct slice one;

	while (dkim_tag_next_item(&list, &one))
		if (slice_eq(one, slice_of(item)))
			return true;
	return false;
}

bool
dkim_tag_number(struct slice value, uint64_t *number_r)
{
	uint64_t number = 0;

	for (size_t i = 0; i < value.n; i++) {
		if (!ascii_is_digit(value.p[i]))
			return false;
		if (number > (INT64_MAX - 9) / 10)
			number = INT64_MAX;
		else
			number = number * 10 + (uint64_t)(value.p[i] - '0');
	}
	*number_r = number;
	return value.n > 0;
}

struct slice
dkim_tag_base64(struct arena *arena, struct slice value)
{
	size_t sextets = 0, pads = 0;

	for (size_t i = 0; i < value.n; i++) {
		char c = value.p[i];

		if (ascii_is_space(c))
			continue;
		if (c == '=')
			pads++;
		else if (pads == 0 && (ascii_is_alnum(c) || c == '+' || c == '/'))
			sextets++;
		else
			return SLICE_ABSENT;
	}
	if (pads > 2 || sextets % 4 == 1 || (pads > 0 && (sextets + pads) % 4 != 0))
		return SLICE_ABSENT;
	return decode_base64(arena, value);
}

struct slice
dkim_tag_unquote(struct arena *arena, struct slice value)
{
	struct slice copy = arena_copy(arena, value);
	char *to = (char *)copy.p;
	size_t n = 0;

	if (copy.p == NULL)
		return SLICE_ABSENT;
	for (size_t i = 0; i < value.n; i++) {
		if (ascii_is_space(value.p[i]))
			continue;
		to[n] = value.p[i];
		if (to[n] == '=' && i + 2 < value.n && ascii_hex(value.p[i + 1]) >= 0 &&
		    ascii_hex(value.p[i + 2]) >= 0) {
			to[n] = (char)(ascii_hex(value.p[i + 1]) << 4 | ascii_hex(value.p[i + 2]));
			i += 2;
		}
		n++;
	}
	return (struct slice){ to, n };
}
