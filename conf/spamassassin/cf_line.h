/*
 * cf_line.h - the lines of a SpamAssassin configuration file
 *
 * A line is a key and a value. Comments, blanks around, empty lines and lines
 * of another language ("lang de ...") are gone; "\#" is "#".
 */
#ifndef STEELYARD_CONF_SPAMASSASSIN_CF_LINE_H
#define STEELYARD_CONF_SPAMASSASSIN_CF_LINE_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/util/arena.h"
#include "engine/util/slice.h"

struct cf_line {
	struct slice key; /* lower case, '-' as '_' */
	struct slice value; /* "" where there is none */
	struct slice text; /* the whole line */
	unsigned number; /* from 1 */
};

struct cf_lines {
	struct arena *arena;
	struct slice rest; /* of the file */
	struct slice language; /* "en_US": lines of others are passed over */
	unsigned number; /* of the last line read */
	struct slice update_version; /* N of a line "# UPDATE version N"; absent: none yet */
};

/*
 * The next line; false at the end. Texts point into the file or the arena. A
 * line for which memory has run out is passed over.
 */
bool cf_line_next(struct cf_lines *lines, struct cf_line *line_r);

/* What messages should be in, by the environment's LANGUAGE, LC_ALL, LC_MESSAGES or LANG. */
struct slice cf_language(void);

#endif
