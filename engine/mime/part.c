/*
 * part.c - splits messages into parts, and the parts into theirs
 *
 * What broken mail means is what SpamAssassin 4.0.1 takes it to mean (found by
 * running it). A boundary must be the whole line, blanks behind it apart; the
 * last one may be missing. Without any first boundary all the text is one part
 * (in a message's own body it has no header then). A multipart without a
 * boundary of its own takes its parent's; where there is none either it is
 * text/plain and its text begins with the blank line. The last line of a part
 * that no boundary ends is always text. In multipart/digest the default type
 * is message/rfc822; that and message/global are parsed as messages, decoded
 * first when they are encoded, other message/ types are leaves.
 *
 * Bodies keep the line end before the boundary. A run of more than
 * BLANK_LINES_MAX empty lines in a body is cut to so many. No text is scanned
 * more often than the tree is deep.
 *
 * RFC 2046, 5.1 and 5.2. Limits: MESSAGE_DEPTH_MAX, MESSAGE_PARTS_MAX (of one
 * multipart), MESSAGE_PARTS_TOTAL_MAX.
 */
#include "engine/mime/part.h"

#include <string.h>

#include "engine/mime/ctype.h"
#include "engine/mime/header.h"
#include "engine/util/ascii.h"
#include "engine/util/buf.h"

#define BLANK_LINES_MAX 20

enum boundary_kind {
	BOUNDARY_NEXT, /* "--x" */
	BOUNDARY_LAST, /* "--x--" */
	BOUNDARY_NONE, /* the text ended */
};

static void part_fill(struct part_parser *parser, struct part *part, bool message);

static void
note(struct part_parser *parser, struct part *part, unsigned oddity)
{
	part->oddities |= oddity;
	if (parser->embedded == 0 || (oddity & (MESSAGE_PART_LIMIT | MESSAGE_DEPTH_LIMIT)) != 0)
		parser->oddities |= oddity;
}

/* Counts n scanned bytes; false once the budget is spent. */
static bool
spend(struct part_parser *parser, size_t n)
{
	parser->unasked += n;
	if (parser->unasked >= BUDGET_BYTES) {
		parser->unasked = 0;
		if (budget_spent(parser->budget))
			parser->incomplete = true;
	}
	return !parser->incomplete;
}

struct part *
part_new(struct part_parser *parser, struct part *parent)
{
	struct part *part = arena_alloc(parser->arena, sizeof(*part));
	struct part **listed = part != NULL ? vec_push(&parser->parts) : NULL;

	if (listed == NULL) {
		parser->incomplete = true;
		return NULL;
	}
	*listed = part;
	part->parent = parent;
	part->depth = parent != NULL ? parent->depth + 1 : 0;
	ctype_set(&part->type, SLICE("text/plain"));
	return part;
}

/* The last field of that name, unfolded; absent: none. */
static struct slice
field_value(struct part_parser *parser, const struct part *part, struct slice name)
{
	const struct header *header = header_find_last(&part->headers, name);
	struct slice value;

	if (header == NULL)
		return SLICE_ABSENT;
	value = header_unfold(parser->arena, header);
	if (value.p == NULL)
		parser->incomplete = true;
	return value;
}

/* Fills in what the fields say; text/plain is the default, or in a digest message/rfc822. */
static void
read_fields(struct part_parser *parser, struct part *part)
{
	struct slice fallback = SLICE("text/plain");
	struct slice disposition = field_value(parser, part, SLICE("Content-Disposition"));

	if (part->parent != NULL && slice_eq(part->parent->type.full, SLICE("multipart/digest")))
		fallback = SLICE("message/rfc822");
	part->type = ctype_parse(
	    parser->arena, field_value(parser, part, SLICE("Content-Type")), fallback);
	part->boundary = part->type.boundary;
	part->transfer_encoding = field_value(parser, part, SLICE("Content-Transfer-Encoding"));
	part->encoding = transfer_encoding_of(part->transfer_encoding);
	if (disposition.p != NULL) {
		part->disposition = ctype_value(disposition);
		part->filename = ctype_param(parser->arena, disposition, SLICE("filename"));
	}
	if (part->filename.p == NULL)
		part->filename = part->type.name;
	if (arena_overflowed(parser->arena))
		parser->incomplete = true;
}

/* Whether `line` (its LF included or not) is the boundary. */
static enum boundary_kind
boundary_of(struct slice line, struct slice boundary)
{
	enum boundary_kind kind = BOUNDARY_NEXT;
	size_t at = 2 + boundary.n;

	if (line.n < at || line.p[0] != '-' || line.p[1] != '-' ||
	    memcmp(line.p + 2, boundary.p, boundary.n) != 0)
		return BOUNDARY_NONE;
	if (slice_starts(slice_from(line, at), SLICE("--"))) {
		kind = BOUNDARY_LAST;
		at += 2;
	}
	for (; at < line.n; at++)
		if (!ascii_is_space(line.p[at]))
			return BOUNDARY_NONE;
	return kind;
}

/*
 * Finds the next boundary line from `at` on: where it begins, and in *after_r
 * where the line behind it does. Both are text.n when there is none.
 */
static enum boundary_kind
find_boundary(struct part_parser *parser, struct slice text, struct slice boundary, size_t at,
    size_t *start_r, size_t *after_r)
{
	while (at < text.n) {
		size_t lf = slice_find_byte(text, at, '\n');
		size_t end = lf < text.n ? lf + 1 : text.n;

		if (text.p[at] == '-') {
			enum boundary_kind kind = boundary_of(slice_cut(text, at, end), boundary);

			if (kind != BOUNDARY_NONE) {
				*start_r = at;
				*after_r = end;
				return kind;
			}
		}
		if (!spend(parser, end - at))
			break;
		at = end;
	}
	*start_r = *after_r = text.n;
	return BOUNDARY_NONE;
}

/* Where the text after the first "--boundary" begins; text.n + 1: there is none. */
static size_t
first_part(struct part_parser *parser, struct slice text, struct slice boundary)
{
	size_t at = 0, start;

	for (;;) {
		switch (find_boundary(parser, text, boundary, at, &start, &at)) {
		case BOUNDARY_NEXT:
			return at;
		case BOUNDARY_LAST:
			break;
		case BOUNDARY_NONE:
			return text.n + 1;
		}
	}
}

/* Where the last line of text begins. */
static size_t
last_line(struct slice text)
{
	size_t at = text.n > 0 ? text.n - 1 : 0;

	while (at > 0 && text.p[at - 1] != '\n')
		at--;
	return at;
}

/* Reads a part's header; its last line, when no boundary ended it, is not looked at. */
static void
read_part(struct part_parser *parser, struct part *part, struct slice text, bool ended)
{
	struct slice head = ended ? text : slice_cut(text, 0, last_line(text));
	struct header_block block = header_parse(parser->arena, HEADER_OF_PART, head);

	if (block.failed)
		parser->incomplete = true;
	if (block.missing_header)
		note(parser, part, MESSAGE_MISSING_MIME_HEADERS);
	if (block.missing_separator)
		note(parser, part, MESSAGE_MISSING_MIME_SEPARATOR);
	part->headers = block.list;
	part->body = slice_from(text, block.body);
}

static struct part *
add_child(struct part_parser *parser, struct part *parent, struct part **last)
{
	struct part *part = part_new(parser, parent);

	if (part == NULL)
		return NULL;
	if (*last == NULL)
		parent->child = part;
	else
		(*last)->next = part;
	*last = part;
	return part;
}

/* Whether one more part may be added; notes the limit when not. */
static bool
has_room(struct part_parser *parser, struct part *part, size_t count)
{
	if (count < MESSAGE_PARTS_MAX && parser->parts.n < MESSAGE_PARTS_TOTAL_MAX)
		return true;
	note(parser, part, MESSAGE_PART_LIMIT);
	return false;
}

/* Splits the multipart's body at its boundary. */
static void
part_split(struct part_parser *parser, struct part *part, bool message)
{
	struct slice text = part->body;
	struct part *last = NULL;
	size_t at = first_part(parser, text, part->boundary);
	bool whole = at > text.n && message;

	if (at > text.n) {
		note(parser, part, MESSAGE_MISSING_BOUNDARY);
		at = 0;
	}
	for (size_t count = 0; at < text.n && !parser->incomplete; count++) {
		size_t end, after;
		enum boundary_kind kind = find_boundary(
		    parser, text, part->boundary, at, &end, &after);
		struct part *child;

		if (!has_room(parser, part, count))
			return;
		child = add_child(parser, part, &last);
		if (child == NULL)
			return;
		if (whole)
			child->body = slice_cut(text, at, end);
		else
			read_part(parser, child, slice_cut(text, at, end), kind != BOUNDARY_NONE);
		read_fields(parser, child);
		if (child->boundary.p == NULL)
			child->boundary = part->boundary;
		part_fill(parser, child, false);
		if (kind != BOUNDARY_NEXT)
			return;
		whole = false;
		at = after;
	}
}

/* Parses the message that `part` carries. */
static void
part_descend(struct part_parser *parser, struct part *part)
{
	struct slice text = part_decode(parser->arena, part);
	struct part *last = NULL, *child;
	size_t body;

	part_take_mbox_line(&text);
	text = part_lf_lines(parser->arena, text);
	if (text.p == NULL) {
		parser->incomplete = true;
		return;
	}
	child = add_child(parser, part, &last);
	if (child == NULL)
		return;
	parser->embedded++;
	part_parse_message(parser, child, text, &body);
	parser->embedded--;
}

static bool
is_multipart(const struct part *part)
{
	return slice_eq(part->type.type, SLICE("multipart")) && part->boundary.n > 0;
}

static bool
is_message(const struct part *part)
{
	return part->body.n > 0 && (slice_eq(part->type.full, SLICE("message/rfc822")) ||
				       slice_eq(part->type.full, SLICE("message/global")));
}

/* Goes into what `part` contains; `message`: it is a message's own body. */
static void
part_fill(struct part_parser *parser, struct part *part, bool message)
{
	if (!is_multipart(part) && !is_message(part))
		return;
	if (part->depth >= MESSAGE_DEPTH_MAX)
		note(parser, part, MESSAGE_DEPTH_LIMIT);
	else if (parser->incomplete)
		return;
	else if (is_multipart(part))
		part_split(parser, part, message);
	else if (has_room(parser, part, 0))
		part_descend(parser, part);
}

/* Where a run of more than BLANK_LINES_MAX empty lines has gone that far, or text.n. */
static size_t
find_blank_run(struct slice text, size_t at)
{
	size_t run = at == 0 ? 0 : 1;

	for (at = slice_find_byte(text, at, '\n'); at < text.n;
	     at = slice_find_byte(text, at + 1, '\n')) {
		run = at == 0 || text.p[at - 1] == '\n' ? run + 1 : 0;
		if (run > BLANK_LINES_MAX)
			return at;
	}
	return text.n;
}

/* `text` with each run of empty lines cut to BLANK_LINES_MAX. */
static struct slice
squash_blank_lines(struct arena *arena, struct slice text)
{
	size_t at = 0, surplus = find_blank_run(text, 0);
	struct buf out = { .arena = arena };

	if (surplus == text.n || buf_reserve(&out, text.n) == NULL)
		return text;
	while (surplus < text.n) {
		buf_add(&out, slice_cut(text, at, surplus));
		at = surplus;
		while (at < text.n && text.p[at] == '\n')
			at++;
		surplus = find_blank_run(text, at);
	}
	buf_add(&out, slice_from(text, at));
	return buf_slice(&out);
}

/* A multipart with no boundary to split it by is text, the blank line before it included. */
static void
demote_multipart(struct part *part, struct slice text, size_t body)
{
	ctype_set(&part->type, SLICE("text/plain"));
	if (body > 0 && text.p[body - 1] == '\n')
		part->body = slice_from(text, body - 1);
}

void
part_parse_message(struct part_parser *parser, struct part *part, struct slice text, size_t *body_r)
{
	struct header_block block = header_parse(parser->arena, HEADER_OF_MESSAGE, text);

	*body_r = block.body;
	if (block.failed)
		parser->incomplete = true;
	if (block.missing_separator)
		note(parser, part, MESSAGE_MISSING_SEPARATOR);
	if (block.truncated)
		note(parser, part, MESSAGE_TRUNCATED_HEADER);
	if (block.list.bytes.n > HEADER_TOTAL_MAX)
		note(parser, part, MESSAGE_HEADER_LIMIT);
	part->headers = block.list;
	part->body = slice_from(text, block.body);
	read_fields(parser, part);
	if (slice_eq(part->type.type, SLICE("multipart")) && part->boundary.n == 0)
		demote_multipart(part, text, block.body);
	part->body = squash_blank_lines(parser->arena, part->body);
	part_fill(parser, part, true);
}

struct slice
part_take_mbox_line(struct slice *bytes)
{
	size_t lf, at = 5;

	if (!slice_starts(*bytes, SLICE("From ")))
		return SLICE_ABSENT;
	while (at < bytes->n && ascii_is_blank(bytes->p[at]))
		at++;
	if (at < bytes->n && bytes->p[at] == ':')
		return SLICE_ABSENT;
	lf = slice_find_byte(*bytes, 0, '\n');
	lf = lf < bytes->n ? lf + 1 : lf;
	{
		struct slice line = slice_cut(*bytes, 0, lf);

		*bytes = slice_from(*bytes, lf);
		return line;
	}
}

static bool
ends_crlf(struct slice text, size_t lf)
{
	return lf < text.n && lf > 0 && text.p[lf - 1] == '\r';
}

struct slice
part_lf_lines(struct arena *arena, struct slice bytes)
{
	size_t lf = slice_find_byte(bytes, 0, '\n'), at = 0;
	char *start, *out;

	if (bytes.n == 0 || bytes.p == NULL)
		return bytes;
	if (!ends_crlf(bytes, lf) &&
	    !(bytes.p[bytes.n - 1] == '\n' && ends_crlf(bytes, bytes.n - 1)))
		return bytes;
	start = out = arena_alloc(arena, bytes.n);
	if (start == NULL)
		return SLICE_ABSENT;
	while (at < bytes.n) {
		size_t end = slice_find_byte(bytes, at, '\n');
		size_t n = end - at - ends_crlf(bytes, end);

		memcpy(out, bytes.p + at, n);
		out += n;
		if (end < bytes.n)
			*out++ = '\n';
		at = end + 1;
	}
	return (struct slice){ start, (size_t)(out - start) };
}
