/*
 * pdf.c - a PDF read line by line, as SpamAssassin 4.0.1's PDFInfo reads it
 *
 * It is no PDF parser: nothing is decompressed, and what stands in a line
 * decides. An image is a line with a matrix ("630 0 0 149 0 0 cm") or with
 * "/Width 630/Height 149" in it, the first behind each line that has "/Image".
 * Details are "/Author(text)" or "/Author<hex>", the first of each kind in a
 * line. Two of the fingerprints leave out what spammers change: one is made of
 * the first lines but comments and sizes, up to the first stream, the other
 * of the names that lines begin with.
 *
 * Limits: PDF_VALUES_MAX and PDF_DETAIL_MAX, which leave out what is beyond;
 * DETAIL_RAW_MAX. Linear in the bytes.
 */
#include "engine/mime/pdf.h"

#include <stdio.h>

#include "engine/util/ascii.h"
#include "engine/util/buf.h"

/* "%PDF-1.4" begins so early. */
#define MAGIC_WITHIN 1024
/* Lines that make the fingerprint of the first lines, one more than are taken. */
#define FUZZY_LINES 70
/* Of a detail, before NULs and backslashes are dropped. */
#define DETAIL_RAW_MAX ((size_t)4096)
/* Longer numbers count, but no rule can ask for them. */
#define IMAGE_DIGITS_MAX 20

struct reader {
	struct arena *arena;
	uint64_t seed;
	struct pdf *pdf;
	struct slice fuzzy[FUZZY_LINES];
	size_t fuzzy_count;
	size_t fuzzy_lines;
	bool fuzzy_done;
	struct buf tags;
	bool expects_image;
	double height, width; /* the sums */
};

/* Whether it says it is a PDF, with a version. */
static bool
has_magic(struct slice bytes)
{
	struct slice mark = SLICE("%PDF-"), top = slice_cut(bytes, 0, MAGIC_WITHIN + mark.n);

	for (size_t at = slice_find(top, 0, mark); at < top.n; at = slice_find(top, at + 1, mark)) {
		struct slice version = slice_from(bytes, at + mark.n);

		if (version.n >= 3 && ascii_is_digit(version.p[0]) && version.p[1] == '.' &&
		    ascii_is_digit(version.p[2]))
			return true;
	}
	return false;
}

static struct slice
take_digits(struct slice line, size_t *at)
{
	size_t start = *at;

	while (*at < line.n && ascii_is_digit(line.p[*at]))
		++*at;
	return slice_cut(line, start, *at);
}

static bool
skip_blanks(struct slice line, size_t *at)
{
	size_t start = *at;

	while (*at < line.n && ascii_is_space(line.p[*at]))
		++*at;
	return *at > start;
}

/* "W n n H n n cm", whole numbers all; it is the whole line. */
static bool
read_matrix(struct slice line, struct slice *width_r, struct slice *height_r)
{
	size_t at = 0;

	for (unsigned i = 0; i < 6; i++) {
		struct slice digits = take_digits(line, &at);

		if (digits.n == 0 || !skip_blanks(line, &at))
			return false;
		if (i == 0)
			*width_r = digits;
		if (i == 3)
			*height_r = digits;
	}
	return slice_eq(slice_from(line, at), SLICE("cm"));
}

/* "/Width 630" at `at`, which then stands behind it: the digits; empty: it is not there. */
static struct slice
take_size(struct slice line, size_t *at, struct slice key)
{
	size_t digits = *at + key.n + 1;

	if (!slice_starts(slice_from(line, *at), key) || digits > line.n ||
	    !ascii_is_space(line.p[digits - 1]))
		return SLICE("");
	*at = digits;
	return take_digits(line, at);
}

/* "/Width 630/Height 149" somewhere in a line that does not begin with either alone. */
static bool
read_sizes(struct slice line, struct slice *width_r, struct slice *height_r)
{
	static const struct slice width = { "/Width", 6 }, height = { "/Height", 7 };
	size_t at = 0;

	if (take_size(line, &at, width).n > 0 || (at = 0, take_size(line, &at, height).n > 0))
		return false;
	for (at = slice_find(line, 0, width); at < line.n; at = slice_find(line, at, width)) {
		size_t behind = at++;

		*width_r = take_size(line, &behind, width);
		if (width_r->n == 0)
			continue;
		*height_r = take_size(line, &behind, height);
		if (height_r->n > 0)
			return true;
	}
	return false;
}

static double
number_of(struct slice digits)
{
	double value = 0;

	for (size_t i = 0; i < digits.n; i++)
		value = value * 10 + (digits.p[i] - '0');
	return value;
}

/* Adds a key and a copy of its value to a map that is made when first needed; not at a limit. */
static void
add_value(struct reader *reader, struct map **map, struct slice key, struct slice value)
{
	if (*map == NULL)
		*map = map_new(reader->arena, MAP_EXACT, reader->seed);
	if (*map == NULL || map_count(*map) >= PDF_VALUES_MAX || map_find(*map, key) != NULL)
		return;
	key = arena_copy(reader->arena, key);
	value = arena_copy(reader->arena, value);
	if (key.p != NULL && value.p != NULL)
		map_add(*map, key, (void *)value.p);
}

static void
add_size(struct reader *reader, struct slice key, double height, double width)
{
	const struct pdf_size size = { height, width };

	add_value(
	    reader, &reader->pdf->sizes, key, (struct slice){ (const char *)&size, sizeof(size) });
}

/* What is written as a number and is not "0"; SpamAssassin takes "00" for something. */
static bool
is_something(struct slice digits)
{
	return digits.n > 0 && !slice_eq(digits, SLICE("0"));
}

static void
read_image(struct reader *reader, struct slice line)
{
	struct slice width = SLICE(""), height = SLICE("");
	char key[2 * IMAGE_DIGITS_MAX + 2];
	double w, h;

	if ((!read_matrix(line, &width, &height) && !read_sizes(line, &width, &height)) ||
	    !is_something(width) || !is_something(height))
		return;
	w = number_of(width);
	h = number_of(height);
	reader->fuzzy_done = true;
	reader->expects_image = false;
	reader->width += w;
	reader->height += h;
	reader->pdf->area += w * h;
	reader->pdf->image_count++;
	if (width.n <= IMAGE_DIGITS_MAX && height.n <= IMAGE_DIGITS_MAX) {
		snprintf(key, sizeof(key), "%.*sx%.*s", SLICE_ARG(height), SLICE_ARG(width));
		add_size(reader, slice_of(key), h, w);
	}
}

/* Adds the line to what the fingerprint of the first lines is made of; trims it if it did. */
static void
read_fuzzy(struct reader *reader, struct slice *line)
{
	struct slice width, height;

	if (reader->fuzzy_done || ++reader->fuzzy_lines >= FUZZY_LINES)
		return;
	if (!slice_starts(*line, SLICE("%")) && !slice_starts(*line, SLICE("/Height")) &&
	    !slice_starts(*line, SLICE("/Width")) && !slice_starts(*line, SLICE("/MediaBox")) &&
	    !slice_starts(*line, SLICE("/CropBox")) && !read_matrix(*line, &width, &height)) {
		while (line->n > 0 && ascii_is_space(line->p[line->n - 1]))
			line->n--;
		reader->fuzzy[reader->fuzzy_count++] = *line;
	}
	if (slice_find(*line, 0, SLICE("stream")) < line->n)
		reader->fuzzy_done = true;
}

/* Hex digits in pairs, whatever stands between the pairs. */
static size_t
read_hex(struct slice text, char raw[DETAIL_RAW_MAX])
{
	size_t n = 0;

	for (size_t i = 0; i + 1 < text.n && n < DETAIL_RAW_MAX; i++) {
		int high = ascii_hex(text.p[i]), low = ascii_hex(text.p[i + 1]);

		if (high < 0 || low < 0)
			continue;
		raw[n++] = (char)(high << 4 | low);
		i++;
	}
	return n;
}

static bool
is_octal(struct slice text, size_t at)
{
	return at + 3 < text.n && text.p[at] == '\\' && text.p[at + 1] >= '0' &&
	       text.p[at + 1] <= '3' && text.p[at + 2] >= '0' && text.p[at + 2] <= '7' &&
	       text.p[at + 3] >= '0' && text.p[at + 3] <= '7';
}

/* Text whose octal numbers become bytes; other backslashes stay. */
static size_t
read_octal(struct slice text, char raw[DETAIL_RAW_MAX])
{
	size_t n = 0;

	for (size_t i = 0; i < text.n && n < DETAIL_RAW_MAX; i++) {
		if (is_octal(text, i) && (i == 0 || text.p[i - 1] != '\\')) {
			raw[n++] = (char)((text.p[i + 1] - '0') << 6 | (text.p[i + 2] - '0') << 3 |
					  (text.p[i + 3] - '0'));
			i += 3;
		} else {
			raw[n++] = text.p[i];
		}
	}
	return n;
}

/* UTF-16 without its mark and its NULs; other text as it is. */
static size_t
drop_nuls(char *raw, size_t n)
{
	size_t out = 0;

	if (n < 2 ||
	    !((raw[0] == '\xfe' && raw[1] == '\xff') || (raw[0] == '\xff' && raw[1] == '\xfe')))
		return n;
	for (size_t i = 2; i < n; i++) {
		if (raw[i] != '\0')
			raw[out++] = raw[i];
	}
	return out;
}

/* A value with its parentheses or angle brackets, or bare. */
static void
add_detail(struct reader *reader, enum pdf_detail kind, struct slice text)
{
	char raw[DETAIL_RAW_MAX];
	bool hex = slice_starts(text, SLICE("<"));
	size_t n, out = 0;

	if (slice_starts(text, SLICE("(")))
		text = slice_cut(text, 1, text.n - slice_ends(text, SLICE(")")));
	n = hex ? read_hex(text, raw) : read_octal(text, raw);
	n = drop_nuls(raw, n);
	for (size_t i = 0; i < n && out < PDF_DETAIL_MAX; i++) {
		if (!hex && raw[i] == '\\' && i + 1 < n &&
		    (raw[i + 1] == '(' || raw[i + 1] == ')' || raw[i + 1] == '\\'))
			i++;
		raw[out++] = raw[i];
	}
	add_value(reader, &reader->pdf->details[kind], (struct slice){ raw, out }, SLICE(""));
}

/* What one line has: of each kind the first, and whether a closing mark still comes. */
struct line_state {
	bool found[PDF_DETAIL_COUNT];
	bool no_parenthesis, no_bracket;
};

/* The value that begins at `at`: "(text)" or "<hex>"; empty: none. */
static struct slice
bracketed(struct slice line, size_t at, struct line_state *state)
{
	size_t end = at + 1;

	if (at < line.n && line.p[at] == '(' && !state->no_parenthesis) {
		for (end = slice_find_byte(line, end, ')');
		     end < line.n && line.p[end - 1] == '\\';)
			end = slice_find_byte(line, end + 1, ')');
		state->no_parenthesis = end >= line.n;
		if (end < line.n)
			return slice_cut(line, at, end + 1);
	} else if (at < line.n && line.p[at] == '<' && !state->no_bracket) {
		end = slice_find_byte(line, end, '>');
		state->no_bracket = end >= line.n;
		if (end < line.n)
			return slice_cut(line, at, end + 1);
	}
	return SLICE("");
}

/* The digits of "(D:20240101...". */
static struct slice
date_digits(struct slice line, size_t at)
{
	if (!slice_starts(slice_from(line, at), SLICE("(D:")))
		return SLICE("");
	at += 3;
	return take_digits(line, &at);
}

static void
read_details(struct reader *reader, struct slice line)
{
	static const struct slice keys[] = {
#define PDF_DETAIL_KEY(id, key, name) { key, sizeof(key) - 1 },
		PDF_DETAIL_TABLE(PDF_DETAIL_KEY)
#undef PDF_DETAIL_KEY
	};
	struct line_state state = { .no_bracket = false };

	for (size_t at = slice_find_byte(line, 0, '/'); at < line.n;
	     at = slice_find_byte(line, at + 1, '/')) {
		for (unsigned kind = 0; kind < PDF_DETAIL_COUNT; kind++) {
			size_t start = at + keys[kind].n;
			struct slice value;

			if (state.found[kind] || !slice_starts(slice_from(line, at), keys[kind]))
				continue;
			for (unsigned i = 0; i < 2 && start < line.n; i++)
				start += ascii_is_space(line.p[start]);
			value = kind == PDF_CREATED || kind == PDF_MODIFIED
				    ? date_digits(line, start)
				    : bracketed(line, start, &state);
			state.found[kind] = value.n > 0;
			if (value.n > 0)
				add_detail(reader, kind, value);
		}
	}
}

static void
read_line(struct reader *reader, struct slice line)
{
	size_t letters = 1;

	read_fuzzy(reader, &line);
	if (slice_find(line, 0, SLICE("/Image")) < line.n)
		reader->expects_image = true;
	if (slice_starts(line, SLICE("/Encrypt")))
		reader->pdf->encrypted = true;
	if (reader->expects_image)
		read_image(reader, line);
	if (slice_starts(line, SLICE("/"))) {
		while (letters < line.n && ascii_is_alpha(line.p[letters]))
			letters++;
		buf_add(&reader->tags, slice_cut(line, 1, letters));
	}
	read_details(reader, line);
}

static struct slice
fingerprint(struct arena *arena, const struct slice *pieces, size_t count)
{
	char hex[CRYPTO_MD5_HEX];
	size_t n = 0;

	for (size_t i = 0; i < count; i++)
		n += pieces[i].n;
	if (n == 0)
		return SLICE("");
	crypto_md5(pieces, count, hex);
	for (size_t i = 0; i < sizeof(hex); i++)
		hex[i] = ascii_upper(hex[i]);
	return arena_copy(arena, (struct slice){ hex, sizeof(hex) });
}

void
pdf_read(struct arena *arena, uint64_t seed, struct slice bytes, struct pdf *pdf_r)
{
	struct reader reader = { .arena = arena, .seed = seed, .pdf = pdf_r };
	struct slice rest, line, tags;
	char key[64];

	*pdf_r = (struct pdf){ .readable = false };
	if (slice_starts(bytes, SLICE("\xef\xbb\xbf")))
		bytes = slice_from(bytes, 3);
	pdf_r->readable = has_magic(bytes);
	if (!pdf_r->readable)
		return;
	reader.tags.arena = arena;
	for (rest = bytes; rest.n > 0; rest = slice_from(rest, line.n + 1)) {
		line = slice_cut(rest, 0, slice_find_byte(rest, 0, '\n'));
		if (line.n > 0)
			read_line(&reader, line);
	}
	if (reader.height > 0 && reader.width > 0) {
		snprintf(key, sizeof(key), "%.15gx%.15g", reader.height, reader.width);
		add_size(&reader, slice_of(key), reader.height, reader.width);
	}
	tags = buf_slice(&reader.tags);
	pdf_r->md5 = fingerprint(arena, &bytes, 1);
	pdf_r->fuzzy_md5 = fingerprint(arena, reader.fuzzy, reader.fuzzy_count);
	pdf_r->tags_md5 = fingerprint(arena, &tags, 1);
}
