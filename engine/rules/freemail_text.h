/*
 * freemail_text.h - the mail addresses that a text invites to write to
 */
#ifndef STEELYARD_ENGINE_RULES_FREEMAIL_TEXT_H
#define STEELYARD_ENGINE_RULES_FREEMAIL_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/mime/boundary.h"
#include "engine/util/arena.h"
#include "engine/util/slice.h"

/*
 * The text with a blank in the place of each URL that has an address in it,
 * and of each address that was only quoted: "<a@b.com>", "a@b.com wrote:".
 * The text itself when there is none; absent at the arena's cap.
 */
struct slice
freemail_text_strip(struct arena *arena, const struct boundaries *boundaries, struct slice text);

/*
 * The next address in text from *at on, where a top-level domain ends it. *at
 * moves behind it. False: no more.
 */
bool freemail_text_next(
    const struct boundaries *boundaries, struct slice text, size_t *at, struct slice *address_r);

#endif
