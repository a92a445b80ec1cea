/*
 * html.h - HTML to the text that a reader sees, and facts on how it was written
 */
#ifndef STEELYARD_ENGINE_MIME_HTML_H
#define STEELYARD_ENGINE_MIME_HTML_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/util/arena.h"
#include "engine/util/budget.h"
#include "engine/util/slice.h"

/* Where an address stood; the word for it in rules ("a", "img", ...) is the element's name. */
struct html_link {
	struct slice element; /* "a", "img", "form", ...; lower case */
	struct slice href; /* entities decoded, blanks trimmed; not yet resolved */
	struct slice resolved; /* against the base that stood before it */
	struct slice text; /* the anchor's text; absent for other elements */
	bool extended; /* a place SpamAssassin does not read (srcset, style url(), video ...) */
};

/* Facts for rules: counts unless told otherwise. */
struct html {
	struct slice rendered; /* all text, hidden too */
	struct slice visible; /* the text that can be seen */
	const struct html_link *links;
	size_t link_count;
	const struct slice *comments;
	size_t comment_count;
	struct slice title; /* absent: none */
	struct slice scripts; /* text of all script elements */
	struct slice meta_charset; /* absent: none */
	unsigned tags, closing_tags, bad_tags, closed_extra, obfuscation;
	unsigned hidden_runs; /* runs of text by display, visibility, size or colour */
	unsigned tiny_runs; /* font of 1px/1pt and less, or size=1 below */
	unsigned low_contrast_runs;
	unsigned forms, scripts_count, iframes, images;
	bool form_action_mailto;
	const struct slice *elements; /* distinct element names seen, in order of first sight */
	size_t element_count;
};

/* Renders `text` (UTF-8). Never fails; NULL at the arena's cap. */
const struct html *html_render(struct arena *arena, struct slice text, const struct budget *budget);

#endif
