/*
 * markup_tags.h - SpamAssassin's template tags: _SCORE_, _TESTS(,)_, _HEADER(From:addr)_ ...
 *
 * All that its 4.0.1 documents, and those of its Shortcircuit plugin. A tag
 * that nobody knows stays as it is. Tags of what is not here (Bayes, network
 * services) say what SpamAssassin says without it.
 */
#ifndef STEELYARD_ENGINE_MARKUP_TAGS_H
#define STEELYARD_ENGINE_MARKUP_TAGS_H

#include "engine/envelope.h"
#include "engine/policy.h"
#include "engine/rules/views.h"
#include "engine/util/buf.h"
#include "engine/verdict.h"

/* What tags read. */
struct markup_source {
	const struct verdict *verdict;
	const struct policy *policy;
	struct views *views; /* NULL: the message could not be read */
};

/* No more is expanded once a text has so many bytes. */
#define MARKUP_TEXT_MAX ((size_t)32 * 1024)

/* Appends `text` with its tags expanded: bytes as they come, line ends too. */
void markup_expand(struct buf *out, struct slice text, const struct markup_source *source);

/*
 * Whether a text like "_SCOER_" stands in `text` that is no tag and looks
 * like one; absent: all are known. Capturing rules may give tags of any name.
 */
struct slice markup_unknown_tag(struct slice text);

#endif
