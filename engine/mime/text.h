/*
 * text.h - the texts of a message that rules read: body and rawbody
 *
 * Exactly as SpamAssassin 4.0.1 documents and makes them: see text.c. Built
 * when first asked for, once a message.
 */
#ifndef STEELYARD_ENGINE_MIME_TEXT_H
#define STEELYARD_ENGINE_MIME_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/mime/charset.h"
#include "engine/mime/html.h"
#include "engine/mime/message.h"
#include "engine/util/arena.h"
#include "engine/util/budget.h"
#include "engine/util/slice.h"

struct slice_list {
	const struct slice *v;
	size_t n;
};

/* A text part as it was read: decoded, converted, rendered. */
struct text_part {
	const struct part *part;
	struct slice decoded; /* transfer encoding undone, bytes as they were */
	struct slice unicode; /* decoded, as UTF-8 */
	struct slice rendered; /* what a reader sees (HTML rendered); before whitespace folding */
	struct slice visible; /* rendered without what is hidden; equals rendered for plain text */
	const struct html *html; /* NULL: not HTML */
};

struct texts;

/* Nothing is built yet. The rest must outlive it. NULL at the arena's cap. */
struct texts *texts_new(struct arena *arena, const struct message *message,
    struct converters *converters, const struct budget *budget);

/* The parts whose text is read for body, in order. */
const struct text_part *texts_parts(struct texts *texts, size_t *count_r);

/* body: Subject + "\n" first, then the folded paragraphs. */
struct slice_list texts_body(struct texts *texts);

/* rawbody: decoded, not rendered, in chunks of 2 to 4 KB that never cross a part. */
struct slice_list texts_rawbody(struct texts *texts);

#endif
