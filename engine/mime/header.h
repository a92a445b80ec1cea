/*
 * header.h - the fields of one header, in order, found by name (RFC 5322, 2.2)
 */
#ifndef STEELYARD_ENGINE_MIME_HEADER_H
#define STEELYARD_ENGINE_MIME_HEADER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/util/arena.h"
#include "engine/util/slice.h"

/* SpamAssassin's limits: longer fields are cut, and the message says so. */
#define HEADER_NAME_MAX 256
#define HEADER_VALUE_MAX 8192
/* What the selector ALL reads at most; fields beyond it are still found by name. */
#define HEADER_TOTAL_MAX 65536
/* So many lines of a message's header may be no field; the next one begins the body. */
#define HEADER_JUNK_MAX 3
/* Fields that are kept of a message and all its parts: each takes 96 bytes, and may be 3 long. */
#define HEADER_FIELDS_MAX ((size_t)100 * 1000)

struct header {
	struct slice name; /* as written, without blanks before the colon */
	struct slice
	    raw; /* after the colon: leading blank, folds and last LF included; LF line ends */
	struct slice line; /* name to last line end, LF line ends */
};

/* A field in the order of names: what decides nearly every comparison, and its place in v. */
struct header_key {
	uint64_t prefix; /* the folded name's first eight bytes, the first the highest */
	uint32_t place;
};

struct header_list {
	struct header *v;
	size_t n;
	struct slice bytes; /* the whole header, LF line ends, the blank line left out */
	const struct header_key *by_name; /* sorted by folded name, then by place */
};

/* A message's own header and a MIME part's are read by different rules: see header.c. */
enum header_kind {
	HEADER_OF_MESSAGE,
	HEADER_OF_PART,
};

/* A header as it was split off its text. */
struct header_block {
	struct header_list list;
	size_t body; /* where the body begins in the text; its length: there is none */
	bool missing_header; /* a part's first line was no field, or has a blank before its colon */
	bool missing_separator; /* no blank line before the body */
	bool truncated; /* a name or value was cut to its limit */
	bool cut; /* there were more fields than asked for */
	bool failed; /* the arena's cap: the list is empty */
};

/* Splits the header off `text` (LF line ends, or a part's as they came); keeps `most` fields. */
struct header_block
header_parse(struct arena *arena, enum header_kind kind, struct slice text, size_t most);

/*
 * The list without the fields whose name begins so (any case), as a new one;
 * `bytes` stay. The list itself when there are none, or at the arena's cap.
 */
struct header_list
header_without(struct arena *arena, const struct header_list *headers, struct slice prefix);

/* Whether a field's name, with the colon right behind it, stands at the top of `text`. */
bool header_begins(struct slice text);

/*
 * The i-th field of that name (any case), from the top, 0 the first; NULL:
 * there are not so many. O(log n) in the number of fields.
 */
const struct header *header_find(const struct header_list *headers, struct slice name, size_t i);

/* The last field of that name, or NULL. */
const struct header *header_find_last(const struct header_list *headers, struct slice name);

/* How many fields bear that name. */
size_t header_count(const struct header_list *headers, struct slice name);

/* raw trimmed, each fold ("\n" + blanks) one space; copied when it had folds. Absent at the cap. */
struct slice header_unfold(struct arena *arena, const struct header *header);

#endif
