/*
 * wrap.h - text in lines of so many columns, broken where SpamAssassin breaks it
 */
#ifndef STEELYARD_ENGINE_WRAP_H
#define STEELYARD_ENGINE_WRAP_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/util/buf.h"
#include "engine/util/slice.h"

struct wrap {
	size_t columns; /* a tab counts as 8 */
	struct slice first; /* stands before the first line */
	struct slice prefix; /* stands before each further line */
	bool behind_commas; /* breaks behind each blank and comma; else at blanks, which stay */
	bool overflow; /* a line ends with the word that passes `columns`; else before it */
};

/* Appends `text` wrapped: lines with LF between them. */
void wrap_text(struct buf *out, struct slice text, const struct wrap *how);

#endif
