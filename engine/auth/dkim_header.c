/*
 * dkim_header.c - a message's header fields as signatures cover them
 *
 * The fields are indexed by name once, from the bottom within a name, so
 * that a list of names costs a search each, however long the list and the
 * header are; how many fields of a name were picked is counted at the name's
 * first place, and set back by walking the list once more.
 *
 * Line ends may be CRLF or LF and are hashed as CRLF; a CR elsewhere is a byte
 * like others. A field ends before a line that does not begin with a blank.
 */
#include "engine/auth/dkim_header.h"

#include <stdlib.h>

#include "engine/auth/dkim_tags.h"
#include "engine/util/ascii.h"
#include "engine/util/vec.h"

/* Canonical bytes on their way into a digest: in pieces, since a call for each byte is dear. */
struct sink {
	struct crypto_digest *digest;
	size_t n;
	char bytes[512];
};

struct named_place {
	struct slice name;
	uint32_t place;
};

static void
sink_flush(struct sink *sink)
{
	crypto_digest_add(sink->digest, (struct slice){ sink->bytes, sink->n });
	sink->n = 0;
}

static void
sink_byte(struct sink *sink, char c)
{
	if (sink->n == sizeof(sink->bytes))
		sink_flush(sink);
	sink->bytes[sink->n++] = c;
}

/* The end of the field that begins at `at`: behind its last line's LF, or the text's end. */
static size_t
field_end(struct slice text, size_t at)
{
	do {
		at = slice_find_byte(text, at, '\n');
		at += at < text.n;
	} while (at < text.n && ascii_is_blank(text.p[at]));
	return at;
}

static bool
is_blank_line(struct slice text, size_t at)
{
	struct slice rest = slice_from(text, at);

	return slice_starts(rest, SLICE("\n")) || slice_starts(rest, SLICE("\r\n"));
}

/* False: no colon, or nothing before it. */
static bool
field_split(struct slice whole, struct dkim_field *field_r)
{
	size_t colon = slice_find_byte(whole, 0, ':');
	struct slice name = slice_cut(whole, 0, colon);

	while (name.n > 0 && ascii_is_blank(name.p[name.n - 1]))
		name.n--;
	for (size_t i = 0; i < name.n; i++)
		if (ascii_is_space(name.p[i]))
			return false;
	*field_r = (struct dkim_field){ name, slice_from(whole, colon + 1), whole };
	return colon < whole.n && name.n > 0;
}

static int
compare_places(const void *a, const void *b)
{
	const struct named_place *left = a, *right = b;
	int difference = slice_icompare(left->name, right->name);

	return difference != 0 ? difference
			       : (right->place > left->place) - (right->place < left->place);
}

/* False at the arena's cap. */
static bool
index_names(struct arena *arena, struct dkim_header *header)
{
	struct named_place *places = arena_array(arena, header->n + 1, sizeof(*places));
	uint32_t *by_name = arena_array(arena, header->n + 1, sizeof(*by_name));

	header->taken = arena_array(arena, header->n + 1, sizeof(*header->taken));
	if (places == NULL || by_name == NULL || header->taken == NULL)
		return false;
	for (size_t i = 0; i < header->n; i++)
		places[i] = (struct named_place){ header->v[i].name, (uint32_t)i };
	qsort(places, header->n, sizeof(*places), compare_places);
	for (size_t i = 0; i < header->n; i++)
		by_name[i] = places[i].place;
	header->by_name = by_name;
	return true;
}

struct dkim_header
dkim_header_split(struct arena *arena, struct slice message)
{
	struct vec fields = VEC_OF(struct dkim_field, arena);
	struct dkim_header header = { .body = SLICE("") };
	size_t at = 0;

	while (at < message.n && at <= DKIM_HEADER_MAX && !is_blank_line(message, at)) {
		size_t end = field_end(message, at);
		struct dkim_field field, *place;

		if (field_split(slice_cut(message, at, end), &field)) {
			place = vec_push(&fields);
			if (place == NULL)
				return header;
			*place = field;
		}
		at = end;
	}
	if (at > DKIM_HEADER_MAX) {
		header.too_long = true;
		return header;
	}
	if (at < message.n)
		header.body = slice_from(message, slice_find_byte(message, at, '\n') + 1);
	header.v = fields.p;
	header.n = fields.n;
	if (!index_names(arena, &header))
		header.n = 0;
	return header;
}

/* The first place in by_name of that name; header->n: it is not there. */
static size_t
first_place(const struct dkim_header *header, struct slice name)
{
	size_t from = 0, to = header->n;

	while (from < to) {
		size_t middle = from + (to - from) / 2;

		if (slice_icompare(header->v[header->by_name[middle]].name, name) < 0)
			from = middle + 1;
		else
			to = middle;
	}
	if (from < header->n && slice_ieq(header->v[header->by_name[from]].name, name))
		return from;
	return header->n;
}

/* The field `i` behind a name's first place, if it has that name too. */
static const struct dkim_field *
field_behind(const struct dkim_header *header, size_t first, size_t i)
{
	const struct dkim_field *field;

	if (i >= header->n - first)
		return NULL;
	field = &header->v[header->by_name[first + i]];
	return slice_ieq(field->name, header->v[header->by_name[first]].name) ? field : NULL;
}

const struct dkim_field *
dkim_header_find(const struct dkim_header *header, struct slice name, size_t i)
{
	size_t first = first_place(header, name);

	return first == header->n ? NULL : field_behind(header, first, i);
}

/* A relaxed value, piece by piece: blanks at its ends out, runs of them one space. */
static void
relax(struct sink *sink, struct slice piece, bool *begun, bool *blank)
{
	for (size_t i = 0; i < piece.n; i++) {
		char c = piece.p[i];

		if (c == '\r' && i + 1 < piece.n && piece.p[i + 1] == '\n')
			continue;
		if (c == '\n')
			continue;
		if (ascii_is_blank(c)) {
			*blank = true;
			continue;
		}
		if (*blank && *begun)
			sink_byte(sink, ' ');
		*blank = false;
		*begun = true;
		sink_byte(sink, c);
	}
}

/* A simple piece: as it is, but line ends CRLF. */
static void
keep(struct sink *sink, struct slice piece)
{
	for (size_t i = 0; i < piece.n; i++) {
		if (piece.p[i] == '\n' && (i == 0 || piece.p[i - 1] != '\r'))
			sink_byte(sink, '\r');
		sink_byte(sink, piece.p[i]);
	}
}

static struct slice
without_line_end(struct slice text)
{
	if (slice_ends(text, SLICE("\r\n")))
		return slice_cut(text, 0, text.n - 2);
	if (slice_ends(text, SLICE("\n")))
		return slice_cut(text, 0, text.n - 1);
	return text;
}

void
dkim_field_hash(struct crypto_digest *digest, const struct dkim_field *field, enum dkim_canon canon,
    struct slice cut, bool last)
{
	struct sink sink = { .digest = digest };
	struct slice value = without_line_end(field->value);
	size_t at = cut.p == NULL ? value.n : (size_t)(cut.p - value.p);
	struct slice before = slice_cut(value, 0, at);
	struct slice behind = slice_from(value, cut.p == NULL ? value.n : at + cut.n);
	bool begun = false, blank = false;

	if (canon == DKIM_RELAXED) {
		for (size_t i = 0; i < field->name.n; i++)
			sink_byte(&sink, ascii_lower(field->name.p[i]));
		sink_byte(&sink, ':');
		relax(&sink, before, &begun, &blank);
		relax(&sink, behind, &begun, &blank);
	} else {
		keep(&sink, slice_cut(field->whole, 0, (size_t)(before.p - field->whole.p)));
		keep(&sink, before);
		keep(&sink, behind);
	}
	if (!last) {
		sink_byte(&sink, '\r');
		sink_byte(&sink, '\n');
	}
	sink_flush(&sink);
}

void
dkim_header_hash(struct crypto_digest *digest, const struct dkim_header *header, struct slice names,
    enum dkim_canon canon, const struct dkim_field *own)
{
	struct slice rest = names, name;

	while (dkim_tag_next_item(&rest, &name)) {
		size_t first = first_place(header, name);
		const struct dkim_field *field;

		if (first == header->n)
			continue;
		field = field_behind(header, first, header->taken[first]++);
		if (field == own && field != NULL)
			field = field_behind(header, first, header->taken[first]++);
		if (field != NULL)
			dkim_field_hash(digest, field, canon, SLICE_ABSENT, false);
		else
			header->taken[first]--;
	}
	for (rest = names; dkim_tag_next_item(&rest, &name);) {
		size_t first = first_place(header, name);

		if (first < header->n)
			header->taken[first] = 0;
	}
}
