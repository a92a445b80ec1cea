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
#include "engine/policy.h"
#include "engine/util/arena.h"
#include "engine/util/budget.h"
#include "engine/util/slice.h"

/* Of a part: characters that go into body, bytes into rawbody, where the policy does not say. */
#define TEXT_BODY_MAX 50000
#define TEXT_RAWBODY_MAX 500000
/* Where they may be cut: at a line end or blank this close behind the limit. */
#define TEXT_CUT_WITHIN 1024
/* A paragraph of body has at most this many bytes, a chunk of rawbody this to twice this. */
#define TEXT_LINE_MAX 2048

/*
 * Of a text part and of all of them: bytes that are converted and rendered.
 * Rendering takes ten times its text in memory, which the arena has for so
 * much; mail that people write has a hundredth.
 */
#define TEXT_READ_MAX ((size_t)512 * 1024)
#define TEXT_READ_TOTAL_MAX ((size_t)1536 * 1024)
/* Of body: each byte is matched by every rule, and each paragraph costs a call of it. */
#define TEXT_BODY_TOTAL_MAX ((size_t)1024 * 1024)
#define TEXT_PARAGRAPHS_MAX ((size_t)100 * 1000)

struct slice_list {
	const struct slice *v;
	size_t n;
};

/* A text part as it was read: decoded, converted, rendered. */
struct text_part {
	const struct part *part;
	struct slice decoded; /* transfer encoding undone, bytes as they were */
	struct slice unicode; /* decoded, as UTF-8 */
	struct slice rendered; /* all text, hidden too (HTML rendered); before whitespace folding */
	struct slice visible; /* rendered without what is hidden; equals rendered for plain text */
	const struct html *html; /* NULL: not HTML */
	bool wide; /* see html.h; false for ASCII that no charset had to touch */
};

struct texts;

/* Nothing is built yet. The rest must outlive it. NULL at the arena's cap. */
struct texts *texts_new(struct arena *arena, const struct message *message,
    struct converters *converters, const struct policy *policy, const struct budget *budget);

/* The parts whose text is read for body, in order. */
const struct text_part *texts_parts(struct texts *texts, size_t *count_r);

/*
 * body: Subject + "\n" first, then the folded paragraphs, each with its "\n"
 * but the last. Nothing when the message is a multipart without parts. UTF-8,
 * but for text that SpamAssassin keeps in Latin-1: ASCII parts whose HTML
 * writes characters up to U+00FF as references, when no other part has a
 * charset that counts.
 */
struct slice_list texts_body(struct texts *texts);

/* Puts another text, which must live as long, into the i-th place of body. */
void texts_replace_body(struct texts *texts, size_t i, struct slice text);

/* rawbody: decoded, not rendered, in chunks of 2 to 4 KB that never cross a part. */
struct slice_list texts_rawbody(struct texts *texts);

/* The bytes of the next chunk of s, as rawbody is cut. */
size_t text_chunk_length(struct slice s);

/* Which limit has cut what was read so far, in words for a note; absent: none has. */
struct slice texts_limit(const struct texts *texts);

/* Whether SpamAssassin takes a part for HTML, plain text or neither, by its type and name. */
enum text_kind {
	TEXT_NEITHER,
	TEXT_PLAIN,
	TEXT_HTML,
};
enum text_kind text_kind_of(const struct part *part);

#endif
