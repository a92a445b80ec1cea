/*
 * html_facts.h - what html.c notes on the way: links, anchors, titles, scripts, comments, counts
 *
 * Internal to the rendering of HTML; its results stand in struct html.
 */
#ifndef STEELYARD_ENGINE_MIME_HTML_FACTS_H
#define STEELYARD_ENGINE_MIME_HTML_FACTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/mime/html.h"
#include "engine/mime/html_style.h"
#include "engine/util/arena.h"
#include "engine/util/buf.h"
#include "engine/util/slice.h"
#include "engine/util/vec.h"

/* Attributes that are looked at: X(id, name). */
#define HTML_ATTRIBUTES(X)                       \
	X(ACTION, "action")                      \
	X(BACKGROUND, "background")              \
	X(BGCOLOR, "bgcolor")                    \
	X(CHARSET, "charset")                    \
	X(COLOR, "color")                        \
	X(CONTENT, "content")                    \
	X(DATA, "data")                          \
	X(SAFE_REDIRECT, "data-saferedirecturl") \
	X(FACE, "face")                          \
	X(FORMACTION, "formaction")              \
	X(HEIGHT, "height")                      \
	X(HREF, "href")                          \
	X(HTTP_EQUIV, "http-equiv")              \
	X(POSTER, "poster")                      \
	X(SIZE, "size")                          \
	X(SRC, "src")                            \
	X(SRCSET, "srcset")                      \
	X(STYLE, "style")                        \
	X(TEXT, "text")                          \
	X(WIDTH, "width")                        \
	X(XLINK_HREF, "xlink:href")

enum html_attribute_id {
#define HTML_ATTRIBUTE_ENUM(id, name) HTML_ATTRIBUTE_##id,
	HTML_ATTRIBUTES(HTML_ATTRIBUTE_ENUM)
#undef HTML_ATTRIBUTE_ENUM
	    HTML_ATTRIBUTE_COUNT
};

/* Text of things in a row (titles, anchors), each adding to the last: where each begins. */
struct html_row {
	struct buf text;
	struct vec starts; /* of size_t */
};

struct html_facts {
	struct arena *arena;
	struct html *html;
	struct vec links; /* of struct html_link */
	size_t resolved_bytes; /* of all links */
	struct vec link_anchors; /* of size_t: the anchor a link belongs to, or SIZE_MAX */
	struct vec comments; /* of struct slice */
	struct html_row titles, anchors, scripts;
	struct vec anchor_hrefs; /* of struct slice, beside anchors */
	struct buf charsets;
	struct vec names; /* of struct slice, in order of first sight */
	struct vec open; /* of long, beside them */
	struct vec order; /* of uint16_t: indexes of names, sorted by name */
	long other_open; /* of names that found no room */
	size_t in_a, in_title, in_script, in_style; /* indexes of names + 1; 0: not seen yet */
	struct slice base;
	struct slice values[HTML_ATTRIBUTE_COUNT]; /* of the tag at hand; absent: not given */
	bool any_value; /* whether one of them is given */
	struct html_style_attributes look; /* of the tag at hand */
};

/* False at the arena's cap, as any failure below leaves out what it could not hold. */
bool html_facts_init(struct html_facts *facts, struct arena *arena, struct html *html);

/* Counts a tag. */
void html_facts_tag(struct html_facts *facts, struct slice name, bool start, bool known);

/* Reads a start tag's attributes into values and look. */
void html_facts_attributes(struct html_facts *facts, struct slice name, struct slice attributes);

/* A start tag of an element that is rendered: its links, titles, anchors. */
void html_facts_start(struct html_facts *facts, struct slice name);

/* Any start tag: the addresses that SpamAssassin does not read. */
void html_facts_extended(struct html_facts *facts, struct slice name);

/* Text; false: it is no text to render. */
bool html_facts_text(struct html_facts *facts, struct slice text);

void html_facts_comment(struct html_facts *facts, struct slice text);
void html_facts_declaration(struct html_facts *facts, struct slice text);

/* Writes what was gathered into html. */
void html_facts_finish(struct html_facts *facts);

#endif
