/*
 * markup_write.h - a verdict -> the fields and rewritings that SpamAssassin would make of it
 */
#ifndef STEELYARD_ENGINE_MARKUP_WRITE_H
#define STEELYARD_ENGINE_MARKUP_WRITE_H

#include "engine/markup_tags.h"
#include "engine/mime/message.h"
#include "engine/util/arena.h"
#include "engine/verdict.h"

/*
 * Fills subject_prefix, fields, rewrites and previous of *verdict, which is
 * the one that `source` reads. `message` NULL: there was no memory for it. At
 * the cap some are missing; the arena's flag tells.
 */
void markup_write(struct arena *arena, const struct markup_source *source,
    const struct message *message, struct verdict *verdict);

/* A field's value from its template: folded, ASCII. `name` without X-Spam-. Absent at the cap. */
struct slice markup_value(
    struct arena *arena, struct slice name, struct slice text, const struct markup_source *source);

/* Which field that may be rewritten bears that name, in any case; MARKUP_REWRITE_COUNT: none. */
enum markup_rewrite markup_rewrite_find(struct slice name);

#endif
