/*
 * subject.h - the Subject of a message with a tag before it
 */
#ifndef STEELYARD_ENGINE_SUBJECT_H
#define STEELYARD_ENGINE_SUBJECT_H

#include "engine/util/arena.h"
#include "engine/util/slice.h"

/*
 * `old`, which keeps its bytes, with `tag` before it, as a field's value with
 * LF where it is folded; `tag` alone when `old` is absent. A tag beyond ASCII
 * becomes encoded words (RFC 2047). Absent: nothing is to be changed (the tag
 * is empty or stands there already), or the arena is full.
 */
struct slice subject_tagged(struct arena *arena, struct slice tag, struct slice old);

#endif
