/*
 * lines.h - the lines of messages and bodies, in the form that they are read in
 *
 * Each returns the same memory when there is nothing to change.
 */
#ifndef STEELYARD_ENGINE_MIME_LINES_H
#define STEELYARD_ENGINE_MIME_LINES_H

#include <stddef.h>

#include "engine/util/arena.h"
#include "engine/util/slice.h"

/* Takes a leading "From " line of an mbox off *bytes; absent: there was none. */
struct slice lines_take_mbox(struct slice *bytes);

/* `bytes` with LF line ends when its first or its last line ends in CRLF. Absent at the cap. */
struct slice lines_to_lf(struct arena *arena, struct slice bytes);

/* Without the LF at the end, if there is one: it is the next boundary's. */
struct slice lines_without_last_end(struct slice text);

/* A body with each long run of blank lines cut; at the cap the body as it is. */
struct slice lines_squash_blank(struct arena *arena, struct slice body);

/* `text` with each very long line broken, `levels` line ends at each place. Absent at the cap. */
struct slice lines_break_long(struct arena *arena, struct slice text, size_t levels);

#endif
