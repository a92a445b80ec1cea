/*
 * header.h - the fields of one header, in order, found by name (RFC 5322, 2.2)
 */
#ifndef STEELYARD_ENGINE_MIME_HEADER_H
#define STEELYARD_ENGINE_MIME_HEADER_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/util/arena.h"
#include "engine/util/slice.h"

/* SpamAssassin's limits: longer fields are cut, and the message says so. */
#define HEADER_NAME_MAX 256
#define HEADER_VALUE_MAX 8192
#define HEADER_TOTAL_MAX 65536

struct header {
	struct slice name; /* as written, without blanks before the colon */
	struct slice
	    raw; /* after the colon: leading blank, folds and last LF included; LF line ends */
	struct slice line; /* name to last line end, LF line ends */
};

struct header_list {
	struct header *v;
	size_t n;
	struct slice bytes; /* the whole header, LF line ends, the blank line left out */
	struct map *by_name; /* folded name -> struct header_index (header.c) */
};

/*
 * The i-th field of that name (any case), from the top, 0 the first; NULL:
 * there are not so many. O(1) in the number of other fields.
 */
const struct header *header_find(const struct header_list *headers, struct slice name, size_t i);

/* How many fields bear that name. */
size_t header_count(const struct header_list *headers, struct slice name);

/* raw trimmed, each fold ("\n" + blanks) one space; copied when it had folds. Absent at the cap. */
struct slice header_unfold(struct arena *arena, const struct header *header);

#endif
