/*
 * message.h - one parsed message: its header fields and its tree of MIME parts
 *
 * Parsed once, const afterwards; all memory is the arena's, and slices point
 * into the bytes that were handed in wherever they can. Nothing is decoded
 * here but structure: text.h renders, uri.h collects, selector.h reads fields.
 *
 * Sources: RFC 5322, RFC 2045-2049; for what mail breaks, SpamAssassin 4.0.1's
 * documented tolerance.
 */
#ifndef STEELYARD_ENGINE_MIME_MESSAGE_H
#define STEELYARD_ENGINE_MIME_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/mime/ctype.h"
#include "engine/mime/decode.h"
#include "engine/mime/header.h"
#include "engine/util/arena.h"
#include "engine/util/budget.h"
#include "engine/util/slice.h"

/* What is odd about a message's structure; bits of message.oddities. */
enum message_oddity {
	MESSAGE_MISSING_SEPARATOR = 1 << 0, /* no blank line between header and body */
	MESSAGE_TRUNCATED_HEADER = 1 << 1, /* a header field was cut to its limit */
	MESSAGE_MISSING_MIME_HEADERS = 1 << 2, /* a part began without a header */
	MESSAGE_MISSING_MIME_SEPARATOR = 1 << 3, /* a part's header ended without a blank line */
	MESSAGE_PART_LIMIT = 1 << 4, /* more parts than MESSAGE_PARTS_MAX, or _TOTAL_MAX */
	MESSAGE_DEPTH_LIMIT = 1 << 5, /* nested deeper than MESSAGE_DEPTH_MAX, or _DECODED_MAX */
	MESSAGE_HEADER_LIMIT = 1 << 6, /* more header bytes than HEADER_TOTAL_MAX */
	MESSAGE_MISSING_BOUNDARY = 1 << 7, /* a multipart whose boundary never came */
	MESSAGE_BARE_CR = 1 << 8, /* CR without LF */
	MESSAGE_NUL = 1 << 9, /* a NUL byte */
	MESSAGE_MIXED_LINE_ENDS = 1 << 10, /* both CRLF and bare LF */
	MESSAGE_FIELD_LIMIT = 1 << 11, /* more header fields than HEADER_FIELDS_MAX */
	MESSAGE_UNCLOSED = 1 << 12, /* a multipart that begins and never ends */
	MESSAGE_UNOPENED = 1 << 13, /* a multipart that ends and never began */
	MESSAGE_EPILOGUE = 1 << 14, /* text other than dots behind a multipart's end */
};

/* Fields so named hold verdicts that anybody may have written: rules do not see them. */
#define MESSAGE_VERDICT_PREFIX "X-Spam-"

/* SpamAssassin's own limit on the parts of one multipart. */
#define MESSAGE_PARTS_MAX 1000
/* All parts together: each costs half a kilobyte. */
#define MESSAGE_PARTS_TOTAL_MAX 10000
/* SpamAssassin's own; each level costs a scan of its text. What is deeper stays a leaf. */
#define MESSAGE_DEPTH_MAX 20
/*
 * Bytes of embedded messages that a transfer encoding hides, one within the
 * other counted again: each level is one more copy. RFC 2046, 5.2.1 forbids it at all.
 */
#define MESSAGE_DECODED_MAX ((size_t)8 * 1024 * 1024)

struct part {
	struct part *parent; /* NULL: the message itself */
	struct part *child; /* first part inside; NULL: a leaf */
	struct part *next; /* next part of the same parent */
	unsigned depth;
	struct header_list headers;
	struct content_type type; /* effective, defaulted (RFC 2045, 5.2) */
	struct slice disposition; /* "attachment", "inline", ... as written; absent: none */
	struct slice filename; /* RFC 2231 and 2047 undone, UTF-8; absent: none; else type.name */
	enum transfer_encoding encoding;
	struct slice transfer_encoding; /* the field as written, trimmed; absent: none */
	struct slice body; /* still encoded; LF line ends */
	struct slice boundary; /* its own, or else its parent's */
	unsigned oddities; /* bits of enum message_oddity */
};

struct message {
	struct slice bytes; /* as they came, a leading mbox "From " line and what was cut removed */
	struct slice header_bytes; /* of `bytes`: the header, its blank line left out */
	struct slice body_bytes; /* of `bytes`: what follows the blank line */
	struct slice text; /* `bytes` with LF line ends (the same memory if they were) */
	struct slice mbox_line; /* the "From " line that was removed; absent: none */
	struct header_list every_field; /* of the message, in `text` */
	struct header_list headers; /* the root part's: without the verdicts of other filters */
	struct part *root;
	struct part **parts; /* all parts in the order they stand, parts[0] = root */
	size_t part_count;
	unsigned oddities; /* of all parts, but not what embedded messages' headers have wrong */
	bool cut; /* longer than limit; the rest was not read */
	bool incomplete; /* the arena or the budget ran out: what stands is partial */
};

/*
 * Parses up to `limit` bytes (0: all) of `bytes`, which must outlive the
 * result. Never fails: whatever the bytes, there is a root part. NULL only
 * when the arena could not hold even that.
 */
const struct message *
message_parse(struct arena *arena, struct slice bytes, size_t limit, const struct budget *budget);

/*
 * A part's bytes, transfer encoding undone (the same memory when there is none to
 * undo); decoded text gets LF line ends; uuencode is left in text, as
 * SpamAssassin leaves it. Absent at the cap.
 */
struct slice part_decode(struct arena *arena, const struct part *part);

#endif
