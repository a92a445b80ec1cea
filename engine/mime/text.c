/*
 * text.c - body and rawbody, byte for byte what SpamAssassin 4.0.1 matches its rules against
 *
 * body: every leaf that is text/plain or text/html, or is named *.htm or
 * *.html, rendered, cut behind 50,000 characters; a line end between leaves
 * of any kind; then white space with two line ends in it becomes a
 * paragraph's end, other white space one space; the Subject comes first;
 * paragraphs above 2,048 bytes are split behind a space. NUL counts as a
 * paragraph's end, since SpamAssassin marks them with it.
 *
 * White space is Unicode's unless all text stayed in bytes (see text.h).
 *
 * rawbody: every leaf of text or message type but calendars, transfer encoding
 * undone, cut behind 500,000 bytes, in chunks that end at a line end, or else
 * at '>', or else at a space.
 *
 * Limits, which SpamAssassin has not: TEXT_READ_MAX and TEXT_READ_TOTAL_MAX
 * bytes are converted and rendered, of which TEXT_BODY_TOTAL_MAX bytes and
 * TEXT_PARAGRAPHS_MAX paragraphs are matched; texts_limit tells. Memory: about ten times the text.
 */
#include "engine/mime/text.h"

#include <assert.h>

#include "engine/mime/text_space.h"
#include "engine/mime/word.h"
#include "engine/util/ascii.h"
#include "engine/util/buf.h"
#include "engine/util/utf8.h"
#include "engine/util/vec.h"

struct texts {
	struct arena *arena;
	const struct message *message;
	struct converters *converters;
	const struct policy *policy;
	const struct budget *budget;
	struct slice *decoded; /* by part; absent: not yet */
	struct vec parts; /* of struct text_part */
	struct slice_list body, rawbody;
	struct slice *lines; /* those of body, to be replaced */
	size_t left; /* bytes that may still be read */
	bool cut; /* by TEXT_READ_MAX and its total */
	bool many; /* by TEXT_PARAGRAPHS_MAX or TEXT_BODY_TOTAL_MAX */
	bool parts_done, body_done, rawbody_done;
};

struct texts *
texts_new(struct arena *arena, const struct message *message, struct converters *converters,
    const struct policy *policy, const struct budget *budget)
{
	struct texts *texts = arena_alloc(arena, sizeof(*texts));

	if (texts == NULL)
		return NULL;
	*texts = (struct texts){
		.arena = arena,
		.message = message,
		.converters = converters,
		.policy = policy,
		.budget = budget,
		.decoded = arena_array(arena, message->part_count, sizeof(struct slice)),
		.parts = VEC_OF(struct text_part, arena),
		.left = TEXT_READ_TOTAL_MAX,
	};
	return texts->decoded == NULL ? NULL : texts;
}

/* "x.htm", "x.html", "x.shtml"; a line end behind it does not count. */
static bool
is_html_name(struct slice name)
{
	if (slice_ends(name, SLICE("\n")))
		name.n--;
	return slice_iends(name, SLICE(".htm")) || slice_iends(name, SLICE(".html")) ||
	       slice_iends(name, SLICE(".shtm")) || slice_iends(name, SLICE(".shtml"));
}

enum text_kind
text_kind_of(const struct part *part)
{
	if (part->child != NULL || part->type.full.n == 0)
		return TEXT_NEITHER;
	if (is_html_name(part->filename) || slice_eq(part->type.full, SLICE("text/html")))
		return TEXT_HTML;
	return slice_eq(part->type.full, SLICE("text/plain")) ? TEXT_PLAIN : TEXT_NEITHER;
}

/* A multipart without parts is no leaf. */
static bool
is_leaf(const struct part *part)
{
	return part->child == NULL && part->type.full.n > 0 &&
	       !slice_starts(part->type.full, SLICE("multipart/"));
}

static bool
has_leaf(const struct message *message)
{
	for (size_t i = 0; i < message->part_count; i++)
		if (is_leaf(message->parts[i]))
			return true;
	return false;
}

static struct slice
decoded_of(struct texts *texts, size_t i)
{
	if (texts->decoded[i].p == NULL)
		texts->decoded[i] = part_decode(texts->arena, texts->message->parts[i]);
	return texts->decoded[i];
}

/*
 * As much of a part as is read: to the last line end before the limit, so
 * that no character is cut; wide ones (NULs tell) are even there.
 */
static struct slice
take_text(struct texts *texts, struct slice decoded)
{
	size_t limit = texts->left < TEXT_READ_MAX ? texts->left & ~(size_t)3 : TEXT_READ_MAX;
	size_t least = limit > TEXT_LINE_MAX ? limit - TEXT_LINE_MAX : 0, at = limit;

	if (decoded.n > limit) {
		texts->cut = true;
		while (at > least && decoded.p[at - 1] != '\n' && decoded.p[at - 1] != '\0')
			at--;
		if (at > least && decoded.p[at - 1] == '\n')
			limit = at;
		decoded.n = limit;
	}
	texts->left -= decoded.n;
	return decoded;
}

/* Bytes as the characters of Latin-1 that they stand for. */
static struct slice
from_latin1(struct arena *arena, struct slice s)
{
	struct buf out = { .arena = arena };

	buf_reserve(&out, s.n * 2);
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (c >= 0x80)
			buf_add_byte(&out, (char)(0xc0 | c >> 6));
		buf_add_byte(&out, c >= 0x80 ? (char)(0x80 | (c & 0x3f)) : (char)c);
	}
	return out.failed ? SLICE_ABSENT : buf_slice(&out);
}

/*
 * Text under keep_charset, as SpamAssassin reads it with normalize_charset 0:
 * what is called UTF-8 or ASCII and is UTF-8 is looked at as characters, all
 * else as bytes. Those pass for Latin-1 until the parts are joined.
 */
static struct charset_text
kept_text(struct arena *arena, struct slice label, struct slice bytes)
{
	bool is_utf8 = label.p == NULL || slice_ieq(label, SLICE("us-ascii")) ||
		       slice_ieq(label, SLICE("utf-8"));
	bool high = utf8_find_high(bytes, 0) < bytes.n;

	if (!high || (is_utf8 && utf8_valid(bytes)))
		return (struct charset_text){ bytes, high };
	return (struct charset_text){ from_latin1(arena, bytes), false };
}

static struct charset_text
read_text(struct texts *texts, struct slice label, struct slice bytes)
{
	if (texts->policy->keep_charset)
		return kept_text(texts->arena, label, bytes);
	return charset_read(texts->arena, texts->converters, label, bytes, CHARSET_GUESS);
}

static void
read_part(struct texts *texts, size_t i, enum text_kind kind)
{
	const struct part *part = texts->message->parts[i];
	struct slice decoded = decoded_of(texts, i);
	struct charset_text read = read_text(texts, part->type.charset, take_text(texts, decoded));
	struct text_part *text = vec_push(&texts->parts);

	if (text == NULL)
		return;
	*text = (struct text_part){
		.part = part,
		.decoded = decoded,
		.unicode = read.utf8,
		.rendered = read.utf8,
		.visible = read.utf8,
		.wide = read.decoded,
	};
	if (kind != TEXT_HTML || decoded.n == 0)
		return;
	text->rendered = text->visible = SLICE_ABSENT;
	text->html = html_render(texts->arena, read.utf8, read.decoded, texts->budget);
	if (text->html == NULL)
		return;
	text->rendered = text->html->rendered;
	text->visible = text->html->visible;
	text->wide = text->html->wide;
}

const struct text_part *
texts_parts(struct texts *texts, size_t *count_r)
{
	const struct message *message = texts->message;

	for (size_t i = 0; i < message->part_count && !texts->parts_done; i++) {
		enum text_kind kind = text_kind_of(message->parts[i]);

		if (kind != TEXT_NEITHER && !budget_spent(texts->budget))
			read_part(texts, i, kind);
	}
	texts->parts_done = true;
	*count_r = texts->parts.n;
	return texts->parts.p;
}

/* Where character `count` of s begins, or s.n. */
static size_t
char_offset(struct slice s, size_t count)
{
	size_t at = 0;

	for (; at < s.n; at++)
		if (((unsigned char)s.p[at] & 0xc0) != 0x80 && count-- == 0)
			break;
	return at;
}

/*
 * s cut to `limit` bytes, or behind the first of `ends` that stands from
 * there on within `within` bytes; the earlier of `ends` are preferred.
 */
static struct slice
cut_at(struct slice s, size_t limit, size_t within, const char *ends)
{
	for (; *ends != '\0'; ends++) {
		size_t at = slice_find_byte(slice_cut(s, 0, within + 1), limit, *ends);

		if (at < s.n && at <= within)
			return slice_cut(s, 0, at + 1);
	}
	return slice_cut(s, 0, limit);
}

static struct slice
cut_rendered(struct slice s, const struct policy *policy)
{
	size_t most = policy->body_part_scan_size > 0 ? policy->body_part_scan_size : TEXT_BODY_MAX;
	size_t limit, within;

	if (s.n <= most)
		return s;
	limit = char_offset(s, most);
	if (limit == s.n)
		return s;
	within = limit + char_offset(slice_from(s, limit), TEXT_CUT_WITHIN);
	return cut_at(s, limit, within, "\n ");
}

/* From `at` on: text with no white space but single spaces, which folding leaves as it is. */
static size_t
skip_folded(struct slice s, size_t at, bool wide)
{
	for (; at < s.n; at++) {
		unsigned char c = (unsigned char)s.p[at];
		unsigned char next = at + 1 < s.n ? (unsigned char)s.p[at + 1] : 0;

		if (c == '\0' || (c == ' ' ? next <= ' ' || next >= 0x80 : ascii_is_space((char)c)))
			break;
		if (c >= 0x80 && wide && text_space_at(s, at) > 0)
			break;
	}
	return at;
}

/* Adds s with white space folded: two line ends in it "\n", else " ". NUL is a line end. */
static void
fold(struct buf *out, struct slice s, bool wide)
{
	size_t at = 0;

	buf_reserve(out, s.n);
	while (at < s.n) {
		size_t from = at, n, first = s.n, last = s.n;

		at = skip_folded(s, at, wide);
		buf_add(out, slice_cut(s, from, at));
		if (at < s.n && s.p[at] == '\0') {
			buf_add_byte(out, '\n');
			at++;
			continue;
		}
		from = at;
		while (at < s.n &&
		       (n = wide ? text_space_at(s, at) : (size_t)ascii_is_space(s.p[at])) > 0) {
			if (s.p[at] == '\n') {
				first = first == s.n ? at : first;
				last = at;
			}
			at += n;
		}
		if (first == last) {
			buf_add(out, at > from ? SLICE(" ") : SLICE(""));
			continue;
		}
		buf_add(out, first > from ? SLICE(" \n") : SLICE("\n"));
		buf_add(out, at > last + 1 ? SLICE(" ") : SLICE(""));
	}
}

/* UTF-8 of characters up to U+00FF as bytes. */
static struct slice
to_latin1(struct arena *arena, struct slice s)
{
	struct buf out = { .arena = arena };

	if (utf8_find_high(s, 0) == s.n)
		return s;
	buf_reserve(&out, s.n);
	while (s.n > 0) {
		uint32_t code = 0;
		size_t n = utf8_read(s, &code);

		buf_add_byte(&out, n == 0 ? s.p[0] : (char)(unsigned char)code);
		s = slice_from(s, n == 0 ? 1 : n);
	}
	return out.failed ? SLICE_ABSENT : buf_slice(&out);
}

/* All leaves' text behind each other, folded; Latin-1 when none of it is wide. */
static struct slice
join_parts(struct texts *texts)
{
	size_t count, at = 0;
	const struct text_part *parts = texts_parts(texts, &count);
	struct buf joined = { .arena = texts->arena }, out = { .arena = texts->arena };
	bool wide = false;

	for (size_t i = 0; i < texts->message->part_count; i++) {
		const struct part *part = texts->message->parts[i];
		struct slice rendered;

		if (!is_leaf(part))
			continue;
		if (joined.n > 0)
			buf_add_byte(&joined, '\n');
		if (at == count || parts[at].part != part)
			continue;
		rendered = cut_rendered(parts[at].rendered, texts->policy);
		texts->many |= joined.n + rendered.n > TEXT_BODY_TOTAL_MAX;
		if (!texts->many)
			buf_add(&joined, rendered);
		wide |= parts[at++].wide;
	}
	fold(&out, buf_slice(&joined), wide);
	if (joined.failed || out.failed)
		return SLICE_ABSENT;
	return wide ? buf_slice(&out) : to_latin1(texts->arena, buf_slice(&out));
}

/* The bytes of one paragraph's next piece. */
static size_t
piece_length(struct slice line)
{
	size_t n = TEXT_LINE_MAX + 1;

	if (line.n <= TEXT_LINE_MAX)
		return line.n;
	while (n > 0 && line.p[n - 1] != ' ')
		n--;
	return n == 0 ? TEXT_LINE_MAX : n;
}

/* Paragraphs of at most TEXT_LINE_MAX bytes (and the space they end in). */
static void
split_lines(struct texts *texts, struct vec *list, struct slice text)
{
	while (text.n > 0) {
		size_t end = slice_find_byte(text, 0, '\n');
		struct slice line = slice_cut(text, 0, end + 1);

		text = slice_from(text, end + 1);
		for (bool more = true; more;) {
			struct slice *piece;
			size_t n = piece_length(line);

			if (list->n == TEXT_PARAGRAPHS_MAX) {
				texts->many = true;
				return;
			}
			piece = vec_push(list);
			/* What a piece leaves over is one more, empty as it may be. */
			more = line.n > TEXT_LINE_MAX;
			if (piece == NULL)
				return;
			*piece = slice_cut(line, 0, n);
			line = slice_from(line, n);
		}
	}
}

static struct slice_list
list_of(const struct vec *vec)
{
	return (struct slice_list){ vec->p, vec->n };
}

/* The last Subject field, unfolded and decoded; empty: none, or the arena's cap. */
static struct slice
subject_of(struct texts *texts)
{
	const struct header_list *headers = &texts->message->headers;
	size_t count = header_count(headers, SLICE("subject"));

	if (count == 0)
		return SLICE("");
	return word_field(
	    texts->arena, texts->converters, header_find(headers, SLICE("subject"), count - 1));
}

struct slice_list
texts_body(struct texts *texts)
{
	struct vec list = VEC_OF(struct slice, texts->arena);
	struct buf all = { .arena = texts->arena };

	if (texts->body_done)
		return texts->body;
	texts->body_done = true;
	if (!has_leaf(texts->message))
		return texts->body;
	buf_add(&all, subject_of(texts));
	buf_add_byte(&all, '\n');
	buf_add(&all, join_parts(texts));
	if (!all.failed)
		split_lines(texts, &list, buf_slice(&all));
	texts->body = list_of(&list);
	texts->lines = list.p;
	return texts->body;
}

void
texts_replace_body(struct texts *texts, size_t i, struct slice text)
{
	assert(i < texts->body.n);
	texts->lines[i] = text;
}

/* Whether a leaf goes into rawbody. */
static bool
is_raw_text(const struct part *part)
{
	struct slice type = part->type.full;
	size_t n = slice_starts(type, SLICE("text"))      ? 4
		   : slice_starts(type, SLICE("message")) ? 7
							  : 0;

	if (!is_leaf(part) || slice_eq(type, SLICE("text/calendar")))
		return false;
	return text_kind_of(part) == TEXT_HTML ||
	       (n > 0 && (n == type.n || !ascii_is_word(type.p[n])));
}

size_t
text_chunk_length(struct slice s)
{
	struct slice chunk = cut_at(s, TEXT_LINE_MAX, 2 * TEXT_LINE_MAX - 1, "\n> ");

	if (s.n <= 2 * TEXT_LINE_MAX)
		return s.n;
	return chunk.n == TEXT_LINE_MAX ? TEXT_LINE_MAX + 1 : chunk.n;
}

static void
split_chunks(struct vec *list, struct slice text)
{
	do {
		struct slice *chunk = vec_push(list);
		size_t n = text_chunk_length(text);

		if (chunk == NULL)
			return;
		*chunk = slice_cut(text, 0, n);
		text = slice_from(text, n);
	} while (text.n > 0);
}

struct slice_list
texts_rawbody(struct texts *texts)
{
	struct vec list = VEC_OF(struct slice, texts->arena);
	size_t most = texts->policy->rawbody_part_scan_size > 0
			  ? texts->policy->rawbody_part_scan_size
			  : TEXT_RAWBODY_MAX;

	if (texts->rawbody_done)
		return texts->rawbody;
	texts->rawbody_done = true;
	for (size_t i = 0; i < texts->message->part_count; i++) {
		struct slice text;

		if (!is_raw_text(texts->message->parts[i]) || budget_spent(texts->budget))
			continue;
		text = decoded_of(texts, i);
		if (text.n > most)
			text = cut_at(text, most, most + TEXT_CUT_WITHIN, "\n> ");
		split_chunks(&list, text);
	}
	texts->rawbody = list_of(&list);
	return texts->rawbody;
}

struct slice
texts_limit(const struct texts *texts)
{
	if (texts->cut)
		return SLICE("text limit: only the first bytes of the text parts were read");
	return texts->many ? SLICE("text limit: only the first paragraphs were matched")
			   : SLICE_ABSENT;
}
