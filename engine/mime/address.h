/*
 * address.h - the addresses in From, To, Cc and their kin (RFC 5322, 3.4)
 */
#ifndef STEELYARD_ENGINE_MIME_ADDRESS_H
#define STEELYARD_ENGINE_MIME_ADDRESS_H

#include <stddef.h>

#include "engine/util/arena.h"
#include "engine/util/slice.h"

/* More are not read: no header of ours to judge needs more. */
#define ADDRESSES_MAX 2000

struct address {
	struct slice
	    addr; /* "user@host", comments inside dropped; absent: a name without address */
	struct slice name; /* the display name, unquoted, trimmed; else the comment; absent: none */
	struct slice comment; /* behind the address, in parentheses; absent: none */
};

struct address_list {
	const struct address *v;
	size_t n;
};

/*
 * The addresses of an unfolded value, in order, read as SpamAssassin does: see
 * address.c. Hand in the value before its encoded words are undone (a word may
 * hold a comma) and decode each name. Fewer or none at the arena's cap.
 */
struct address_list address_parse(struct arena *arena, struct slice value);

#endif
