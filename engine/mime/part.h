/*
 * part.h - the tree of MIME parts (message.h has its types; message.c alone calls this)
 */
#ifndef STEELYARD_ENGINE_MIME_PART_H
#define STEELYARD_ENGINE_MIME_PART_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/mime/message.h"
#include "engine/util/arena.h"
#include "engine/util/budget.h"
#include "engine/util/slice.h"
#include "engine/util/vec.h"

/* What one parse carries from part to part. */
struct part_parser {
	struct arena *arena;
	const struct budget *budget;
	struct vec parts; /* struct part *, in the order they stand */
	unsigned oddities; /* of all parts; of an embedded message's header only at its part */
	unsigned embedded; /* how many message/rfc822 we stand in */
	size_t fields; /* of all headers; HEADER_FIELDS_MAX at most */
	size_t decoded; /* bytes of messages that had to be decoded to be parsed */
	size_t unasked; /* bytes scanned since the budget was asked */
	bool incomplete; /* the arena or the budget ran out */
};

/* A new part at the end of parent's (NULL: the root), listed; NULL at the cap. */
struct part *part_new(struct part_parser *parser, struct part *parent);

/*
 * Reads `text` (LF line ends), a whole message, into `part`, and the parts
 * inside it. *body_r is where its body begins in text.
 */
void part_parse_message(
    struct part_parser *parser, struct part *part, struct slice text, size_t *body_r);

#endif
