/*
 * message.c - a message from its bytes: line ends, the header, the tree of parts
 *
 * The parts are part.c's work; here the bytes are prepared (an mbox line
 * taken off, CRLF made LF when the first or last line ends so, as
 * SpamAssassin does), their oddities noted, and the result put together.
 * `text` is the same memory as `bytes` when there was nothing to change.
 *
 * RFC 5322; RFC 2045, 6. Limits: the caller's limit on bytes, the arena's cap,
 * the budget; see header.c and part.c for the others.
 */
#include "engine/mime/message.h"

#include <string.h>

#include "engine/mime/lines.h"
#include "engine/mime/part.h"

/* Notes what is odd about the bytes themselves. */
static unsigned
byte_oddities(struct slice bytes)
{
	unsigned oddities = 0;
	bool crlf = false, lf = false;

	if (memchr(bytes.p, '\0', bytes.n) != NULL)
		oddities |= MESSAGE_NUL;
	for (size_t at = slice_find_byte(bytes, 0, '\r'); at < bytes.n;
	     at = slice_find_byte(bytes, at + 1, '\r')) {
		if (at + 1 < bytes.n && bytes.p[at + 1] == '\n') {
			crlf = true;
		} else {
			oddities |= MESSAGE_BARE_CR;
		}
	}
	for (size_t at = slice_find_byte(bytes, 0, '\n'); crlf && !lf && at < bytes.n;
	     at = slice_find_byte(bytes, at + 1, '\n'))
		lf = at == 0 || bytes.p[at - 1] != '\r';
	if (crlf && lf)
		oddities |= MESSAGE_MIXED_LINE_ENDS;
	return oddities;
}

/* Where in `bytes` the line begins that begins at `at` in text, the same lines but for CRs. */
static size_t
place_in_bytes(struct slice bytes, struct slice text, size_t at)
{
	size_t place = 0;

	if (bytes.p == text.p)
		return at;
	for (size_t i = slice_find_byte(text, 0, '\n'); i < at;
	     i = slice_find_byte(text, i + 1, '\n'))
		place = slice_find_byte(bytes, place, '\n') + 1;
	/* The end of a text whose last line has no line end. */
	return at >= text.n && (at == 0 || text.p[at - 1] != '\n') ? bytes.n : place;
}

static void
message_fill(struct message *message, struct part_parser *parser)
{
	size_t header_end, body;

	part_parse_message(parser, message->root, message->text, &body);
	message->every_field = message->root->headers;
	message->headers = header_without(
	    parser->arena, &message->every_field, SLICE(MESSAGE_VERDICT_PREFIX));
	message->root->headers = message->headers;
	header_end = message->headers.bytes.n;
	message->header_bytes = slice_cut(
	    message->bytes, 0, place_in_bytes(message->bytes, message->text, header_end));
	message->body_bytes = slice_from(
	    message->bytes, place_in_bytes(message->bytes, message->text, body));
}

const struct message *
message_parse(struct arena *arena, struct slice bytes, size_t limit, const struct budget *budget)
{
	struct message *message = arena_alloc(arena, sizeof(*message));
	struct part_parser parser = { .arena = arena, .budget = budget };

	parser.parts = VEC_OF(struct part *, arena);
	if (message == NULL || (message->root = part_new(&parser, NULL)) == NULL)
		return NULL;
	if (bytes.n == 0)
		bytes = SLICE("");
	message->cut = limit != 0 && bytes.n > limit;
	message->bytes = message->cut ? slice_cut(bytes, 0, limit) : bytes;
	message->mbox_line = lines_take_mbox(&message->bytes);
	message->text = lines_to_lf(arena, message->bytes);
	if (message->text.p == NULL) {
		message->text = message->bytes;
		parser.incomplete = true;
	}
	message_fill(message, &parser);
	if (bytes.n == 0)
		parser.oddities = message->root->oddities = 0;
	message->parts = parser.parts.p;
	message->part_count = parser.parts.n;
	message->oddities = parser.oddities | byte_oddities(message->bytes);
	message->incomplete = parser.incomplete || arena_overflowed(arena);
	return message;
}

/* Text types, whose decoded lines end in LF. */
static bool
is_text(const struct part *part)
{
	return slice_eq(part->type.type, SLICE("text")) ||
	       slice_eq(part->type.type, SLICE("message"));
}

/* Makes CRLF LF, in place. */
static struct slice
squash_crlf(struct slice text)
{
	char *out = (char *)text.p;
	size_t at = slice_find(text, 0, SLICE("\r\n")), n = at;

	while (at < text.n) {
		size_t next = slice_find(text, at + 1, SLICE("\r\n"));

		memmove(out + n, text.p + at + 1, next - at - 1);
		n += next - at - 1;
		at = next;
	}
	return slice_cut(text, 0, n);
}

struct slice
part_decode(struct arena *arena, const struct part *part)
{
	struct slice bytes = part->body;

	switch (part->encoding) {
	case ENCODING_IDENTITY:
		return bytes;
	case ENCODING_UUENCODE:
		return is_text(part) ? bytes : decode_uuencode(arena, bytes);
	case ENCODING_BASE64:
		bytes = decode_base64(arena, bytes);
		return is_text(part) ? squash_crlf(bytes) : bytes;
	case ENCODING_QUOTED_PRINTABLE:
		return squash_crlf(decode_quoted_printable(arena, bytes));
	}
	return SLICE_ABSENT;
}
