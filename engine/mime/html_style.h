/*
 * html_style.h - how text looks at a place of an HTML document: colours, size, display
 */
#ifndef STEELYARD_ENGINE_MIME_HTML_STYLE_H
#define STEELYARD_ENGINE_MIME_HTML_STYLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/util/arena.h"
#include "engine/util/slice.h"
#include "engine/util/vec.h"

/* Elements nested deeper keep the look of the ones around them. */
#define HTML_STYLE_DEPTH_MAX 2048

/* Elements whose look is followed. */
enum html_style_tag {
	HTML_STYLE_NONE,
	HTML_STYLE_A,
	HTML_STYLE_BASEFONT,
	HTML_STYLE_BIG,
	HTML_STYLE_BODY,
	HTML_STYLE_DIV,
	HTML_STYLE_FONT,
	HTML_STYLE_MARQUEE,
	HTML_STYLE_P,
	HTML_STYLE_SMALL,
	HTML_STYLE_SPAN,
	HTML_STYLE_TABLE,
	HTML_STYLE_TD, /* th too */
	HTML_STYLE_TR,
	HTML_STYLE_COUNT,
};

/* 0xrrggbb, or one of these. */
#define HTML_COLOR_INVALID (-1)
#define HTML_COLOR_EMPTY (-2) /* a lone '#': equal to nothing else, far from nothing */
#define HTML_COLOR_TRANSPARENT (-3)

struct html_look {
	enum html_style_tag tag;
	int32_t foreground, background;
	int32_t ground; /* background, with bgcolor attributes counted too */
	int64_t size; /* of <font>, 3 unless told otherwise */
	bool display_none, visibility_hidden;
	bool faded; /* opacity: 0, or a box without size */
	bool tiny; /* font-size of 1px, 1pt and less */
	unsigned hidden; /* why text cannot be seen: bits of enum html_hidden */
};

/* Why text cannot be seen: bits. */
enum html_hidden {
	HTML_HIDDEN_SAME_COLOR = 1 << 0, /* colours equal or nearly so */
	HTML_HIDDEN_BAD_COLOR = 1 << 1, /* a colour that is none */
	HTML_HIDDEN_SIZE = 1 << 2, /* <font size> of 1 and less */
	HTML_HIDDEN_DISPLAY = 1 << 3, /* display: none */
	HTML_HIDDEN_VISIBILITY = 1 << 4, /* visibility: hidden */
	HTML_HIDDEN_FADED = 1 << 5, /* opacity 0, font-size 0, no box; SpamAssassin does not look */
	HTML_HIDDEN_GROUND =
	    1 << 6, /* colours equal once bgcolor counts; SpamAssassin does not look */
};

/* The reasons that browsers agree with. */
#define HTML_HIDDEN_UNSEEN \
	(HTML_HIDDEN_DISPLAY | HTML_HIDDEN_VISIBILITY | HTML_HIDDEN_FADED | HTML_HIDDEN_GROUND)

/* The reasons that SpamAssassin knows. */
#define HTML_HIDDEN_KNOWN                                                                          \
	(HTML_HIDDEN_SAME_COLOR | HTML_HIDDEN_BAD_COLOR | HTML_HIDDEN_SIZE | HTML_HIDDEN_DISPLAY | \
	    HTML_HIDDEN_VISIBILITY)

/* The attributes that change looks; absent: not given. */
struct html_style_attributes {
	struct slice color, text, bgcolor, size, style, face;
};

struct html_style {
	struct vec looks; /* of struct html_look; [0] is the default */
	unsigned open[HTML_STYLE_COUNT]; /* how many of each stand in `looks` */
	int64_t basefont;
	int64_t min_size, max_size; /* of <font>, 3 at first */
};

/* False at the arena's cap. */
bool html_style_init(struct html_style *style, struct arena *arena);

/* A start tag; false at the arena's cap. */
bool html_style_open(struct html_style *style, enum html_style_tag tag,
    const struct html_style_attributes *attributes);

/* An end tag: closes what stands inside too, or nothing when no such element is open. */
void html_style_close(struct html_style *style, enum html_style_tag tag);

/* The look of text here, and why it cannot be seen (bits of enum html_hidden). */
const struct html_look *html_style_look(const struct html_style *style);
unsigned html_style_hidden(const struct html_style *style);

/* What a colour of HTML or CSS is: by name, #rgb, #rrggbb or rgb(r, g, b). */
int32_t html_color(struct slice text);

#endif
