/*
 * dkim_header.h - a message's header fields as signatures cover them
 *
 * RFC 6376, 3.4.1, 3.4.2 and 5.4.2.
 *
 * Fields are the bytes as they came: header.h cuts long ones and leaves
 * other filters' verdicts out, a signature covers them whole.
 */
#ifndef STEELYARD_ENGINE_AUTH_DKIM_HEADER_H
#define STEELYARD_ENGINE_AUTH_DKIM_HEADER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/util/arena.h"
#include "engine/util/crypto.h"
#include "engine/util/slice.h"

/*
 * Longer headers are not looked at: up to 58 signatures of a message (8 of DKIM,
 * 50 of ARC) may cover all of it each. MTAs pass 100 KB a field at most.
 */
#define DKIM_HEADER_MAX ((size_t)1024 * 1024)

enum dkim_canon {
	DKIM_SIMPLE,
	DKIM_RELAXED,
};

struct dkim_field {
	struct slice name; /* as written, without blanks before the colon */
	struct slice value; /* all bytes after the colon, line ends included */
	struct slice whole; /* from the name on */
};

struct dkim_header {
	const struct dkim_field *v; /* from the top */
	size_t n;
	struct slice body; /* what follows the blank line; empty: nothing does */
	bool too_long; /* there is more than DKIM_HEADER_MAX: no fields then */
	/* dkim_header.c's own */
	const uint32_t *by_name; /* places in v by folded name, then from the bottom */
	uint32_t *taken; /* of the fields of a name, by its first place: how many were picked */
};

/* Splits the header off a message, CRLF or LF line ends. Lines that are no field are left out. */
struct dkim_header dkim_header_split(struct arena *arena, struct slice message);

/* The i-th field of that name (any case) from the bottom, 0 the last; NULL: no more. */
const struct dkim_field *
dkim_header_find(const struct dkim_header *header, struct slice name, size_t i);

/*
 * Adds a field to a digest. `cut`, a part of its value, is left out; absent:
 * nothing is. `last`: without the line end behind it, as for the signature's own.
 */
void dkim_field_hash(struct crypto_digest *digest, const struct dkim_field *field,
    enum dkim_canon canon, struct slice cut, bool last);

/*
 * Adds the fields that a list of names (the tag h=) picks, from the bottom, a name
 * that stands n times picking n fields; what is not there counts as nothing.
 * `own`, the field that is being checked, is never picked.
 */
void dkim_header_hash(struct crypto_digest *digest, const struct dkim_header *header,
    struct slice names, enum dkim_canon canon, const struct dkim_field *own);

#endif
