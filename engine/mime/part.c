/*
 * part.c - splits messages into parts, and the parts into theirs
 *
 * What broken mail means is what SpamAssassin 4.0.1 takes it to mean (found by
 * running it). A boundary must be the whole line, blanks behind it apart; the
 * last one may be missing. Without any first boundary all the text is one
 * part (in a message's own body it has no header unless a blank line begins
 * it). A multipart without a boundary of its own takes its parent's; where
 * there is none either it is text/plain and its text begins with a blank
 * line. A part that repeats its parent's boundary goes on to the boundary
 * behind the next last one. The last line of a part that no boundary ends is
 * always text. In multipart/digest the default type is message/rfc822; that
 * and message/global are parsed as messages, decoded first when they are
 * encoded; other message/ types are leaves.
 *
 * No text is scanned more often than the tree is deep; lines.c prepares it.
 *
 * RFC 2046, 5.1 and 5.2. Limits: MESSAGE_DEPTH_MAX, MESSAGE_PARTS_MAX (of one
 * multipart), MESSAGE_PARTS_TOTAL_MAX, MESSAGE_DECODED_MAX, HEADER_FIELDS_MAX.
 */
#include "engine/mime/part.h"

#include <string.h>

#include "engine/mime/ctype.h"
#include "engine/mime/header.h"
#include "engine/mime/lines.h"
#include "engine/mime/word.h"
#include "engine/util/ascii.h"

enum boundary_kind {
	BOUNDARY_NEXT, /* "--x" */
	BOUNDARY_LAST, /* "--x--" */
	BOUNDARY_NONE, /* the text ended */
};

static void part_fill(struct part_parser *parser, struct part *part, bool message);

/* What an embedded message's own header has wrong is not the outer one's. */
#define OWN_ODDITIES (MESSAGE_MISSING_SEPARATOR | MESSAGE_TRUNCATED_HEADER | MESSAGE_HEADER_LIMIT)

static void
note(struct part_parser *parser, struct part *part, unsigned oddity)
{
	part->oddities |= oddity;
	if (parser->embedded == 0 || (oddity & OWN_ODDITIES) == 0)
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

/* The last field of that name, unfolded, its words undone; absent: none. */
static struct slice
field_value(struct part_parser *parser, const struct part *part, struct slice name)
{
	const struct header *header = header_find_last(&part->headers, name);
	struct slice value;

	if (header == NULL)
		return SLICE_ABSENT;
	value = word_field(parser->arena, NULL, header);
	if (value.p == NULL)
		parser->incomplete = true;
	return value;
}

/* Reads a header as far as fields may still be kept. */
static struct header_block
read_header(struct part_parser *parser, struct part *part, enum header_kind kind, struct slice text)
{
	struct header_block block = header_parse(
	    parser->arena, kind, text, HEADER_FIELDS_MAX - parser->fields);

	parser->fields += block.list.n;
	if (block.failed)
		parser->incomplete = true;
	if (block.cut)
		note(parser, part, MESSAGE_FIELD_LIMIT);
	return block;
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

		if (text.p[at] == '-' && end - at > 2 && text.p[at + 1] == '-') {
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

/*
 * Reads a part's header; a last line that no boundary ends is text, whatever it says.
 */
static void
read_part(struct part_parser *parser, struct part *part, struct slice text, bool ended)
{
	struct slice head = ended ? text : slice_cut(text, 0, last_line(text));
	struct header_block block = read_header(parser, part, HEADER_OF_PART, head);

	if (head.n == 0)
		block.missing_header = ended || !header_begins(text);
	if (block.missing_header)
		note(parser, part, MESSAGE_MISSING_MIME_HEADERS);
	if (block.missing_separator)
		note(parser, part, MESSAGE_MISSING_MIME_SEPARATOR);
	part->headers = block.list;
	part->body = slice_from(text, block.body);
	read_fields(parser, part);
}

/* How many multiparts of the same message `part` stands in. */
static size_t
split_depth(const struct part *part)
{
	size_t depth = 0;

	while ((part = part->parent) != NULL && slice_eq(part->type.type, SLICE("multipart")))
		depth++;
	return depth;
}

/* Whether more than one line follows, and the first is not blank. */
static bool
begins_bare(struct slice text)
{
	size_t lf = slice_find_byte(text, 0, '\n');

	return lf + 1 < text.n && slice_trim(slice_cut(text, 0, lf)).n > 0;
}

/* Whether "--" and the boundary begin the text, whatever stands behind. */
static bool
begins_boundary(struct slice text, struct slice boundary)
{
	return slice_starts(text, SLICE("--")) && slice_starts(slice_from(text, 2), boundary);
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

static bool
is_multipart(const struct part *part)
{
	return slice_eq(part->type.type, SLICE("multipart")) && part->boundary.n > 0;
}

/* Whether the part's last field gives it the very boundary that its parent is split by. */
static bool
repeats_boundary(const struct part *part)
{
	const struct header_list *headers = &part->headers;

	return headers->n > 0 && part->type.boundary.n > 0 &&
	       slice_ieq(headers->v[headers->n - 1].name, SLICE("Content-Type")) &&
	       slice_eq(part->type.boundary, part->parent->boundary);
}

/* Where a multipart's text is being split. */
struct splitter {
	struct slice text;
	struct slice boundary;
	size_t at; /* where the next part begins */
	size_t end; /* where it ends */
	size_t after; /* where the one behind it begins */
	enum boundary_kind kind; /* what ended it */
	bool unmarked; /* no boundary began the first part */
	bool bare; /* nor has it a header */
};

/* The end of the next part becomes the next boundary behind the next last one. */
static void
splitter_pass_last(struct part_parser *parser, struct splitter *split)
{
	while (split->kind == BOUNDARY_NEXT)
		split->kind = find_boundary(
		    parser, split->text, split->boundary, split->after, &split->end, &split->after);
	split->kind = find_boundary(
	    parser, split->text, split->boundary, split->after, &split->end, &split->after);
}

/* Breaks a leaf's very long lines as often as it was split off something. */
static void
break_long_lines(struct part_parser *parser, struct part *part)
{
	struct slice body = lines_break_long(parser->arena, part->body, split_depth(part));

	if (body.p == NULL)
		parser->incomplete = true;
	else
		part->body = body;
}

/* Reads the part that stands at split->at into `part`. */
static void
split_part(struct part_parser *parser, struct splitter *split, struct part *part)
{
	unsigned before = parser->oddities;
	bool ended = split->kind != BOUNDARY_NONE;
	struct slice text = slice_cut(split->text, split->at, split->end);

	if (split->bare) {
		part->body = text;
		read_fields(parser, part);
	} else {
		read_part(parser, part, text, ended);
	}
	if (split->unmarked) {
		part->oddities &= ~(unsigned)MESSAGE_MISSING_MIME_HEADERS;
		parser->oddities &= before | ~(unsigned)MESSAGE_MISSING_MIME_HEADERS;
	}
	if (part->boundary.p == NULL)
		part->boundary = part->parent->boundary;
	if (ended && !split->bare && repeats_boundary(part)) {
		size_t body = (size_t)(part->body.p - split->text.p);

		splitter_pass_last(parser, split);
		part->body = slice_cut(split->text, body, split->end);
	}
	if (!is_multipart(part))
		break_long_lines(parser, part);
	if (split->kind != BOUNDARY_NONE)
		part->body = lines_without_last_end(part->body);
}

/* Reads the parts that begin at split->at, one after the other. */
static void
split_all(struct part_parser *parser, struct splitter *split, struct part *part)
{
	struct part *last = NULL;

	for (size_t count = 0; split->at < split->text.n && !parser->incomplete; count++) {
		struct part *child;

		split->kind = find_boundary(
		    parser, split->text, split->boundary, split->at, &split->end, &split->after);
		if (!has_room(parser, part, count)) {
			split->kind = BOUNDARY_NEXT;
			return;
		}
		child = add_child(parser, part, &last);
		if (child == NULL)
			return;
		split_part(parser, split, child);
		part_fill(parser, child, false);
		if (split->kind != BOUNDARY_NEXT)
			return;
		split->unmarked = split->bare = false;
		split->at = split->after;
	}
}

/* Whether what stands behind a multipart's end is more than blanks and dots. */
static bool
has_epilogue(struct slice text)
{
	for (size_t i = 0; i < text.n; i++)
		if (!ascii_is_space(text.p[i]) && text.p[i] != '.')
			return true;
	return false;
}

/* Splits the multipart's body at its boundary; `message`: it is a message's own body. */
static void
part_split(struct part_parser *parser, struct part *part, bool message)
{
	struct splitter split = {
		.text = part->body, .boundary = part->boundary, .kind = BOUNDARY_NEXT
	};
	bool begun;

	split.at = first_part(parser, split.text, split.boundary);
	begun = split.at <= split.text.n;
	if (!begun) {
		note(parser, part, MESSAGE_MISSING_BOUNDARY);
		split.at = 0;
		split.unmarked = true;
		split.bare = message && begins_bare(split.text) &&
			     !begins_boundary(split.text, split.boundary);
	}
	split_all(parser, &split, part);
	if (begun && split.kind != BOUNDARY_LAST)
		note(parser, part, MESSAGE_UNCLOSED);
	if (!begun && split.kind == BOUNDARY_LAST)
		note(parser, part, MESSAGE_UNOPENED);
	if (split.kind == BOUNDARY_LAST && has_epilogue(slice_from(split.text, split.after)))
		note(parser, part, MESSAGE_EPILOGUE);
}

/* Parses the message that `part` carries. */
static void
part_descend(struct part_parser *parser, struct part *part)
{
	struct slice text;
	struct part *last = NULL, *child;
	size_t body;

	if (part->encoding != ENCODING_IDENTITY)
		parser->decoded += part->body.n;
	if (parser->decoded > MESSAGE_DECODED_MAX) {
		note(parser, part, MESSAGE_DEPTH_LIMIT);
		return;
	}
	text = part_decode(parser->arena, part);
	lines_take_mbox(&text);
	text = lines_to_lf(parser->arena, text);
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

/* A multipart with no boundary to split it by is text, the blank line before it included. */
static void
demote_multipart(struct part *part, struct slice text, size_t body)
{
	ctype_set(&part->type, SLICE("text/plain"));
	if (body > 0 && text.p[body - 1] == '\n' && begins_bare(part->body))
		part->body = slice_from(text, body - 1);
}

void
part_parse_message(struct part_parser *parser, struct part *part, struct slice text, size_t *body_r)
{
	struct header_block block = read_header(parser, part, HEADER_OF_MESSAGE, text);

	*body_r = block.body;
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
	part->body = lines_squash_blank(parser->arena, part->body);
	part_fill(parser, part, true);
}
