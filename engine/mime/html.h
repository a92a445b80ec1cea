/*
 * html.h - HTML to the text that a reader sees, and facts on how it was written
 */
#ifndef STEELYARD_ENGINE_MIME_HTML_H
#define STEELYARD_ENGINE_MIME_HTML_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/util/arena.h"
#include "engine/util/budget.h"
#include "engine/util/slice.h"

/* More names of elements than this are not told apart; HTML has 150. */
#define HTML_NAMES_MAX 1000
/* Nor are more links of a part kept; and resolved, since a long base makes each of them long. */
#define HTML_LINKS_MAX ((size_t)10 * 1000)
#define HTML_RESOLVED_MAX ((size_t)1024 * 1024)

/* Where an address stood; the word for it in rules ("a", "img", ...) is the element's name. */
struct html_link {
	struct slice element; /* "a", "img", "form", ...; lower case */
	struct slice href; /* entities decoded, blanks trimmed; not yet resolved; never empty */
	struct slice resolved; /* against the base that stood before it; may be empty */
	struct slice text; /* the anchor's text; absent for other elements */
	bool redirector; /* Google's, beside the anchor's own href */
	bool extended; /* a place SpamAssassin does not read (srcset, style url(), video ...) */
};

/* Facts for rules: counts unless told otherwise. */
struct html {
	struct slice rendered; /* all text, hidden too */
	struct slice visible; /* the text that can be seen */
	const struct html_link *links;
	size_t link_count;
	bool uri_cut; /* one of them is longer than HTML_URI_MAX */
	bool links_cut; /* there were more than HTML_LINKS_MAX or HTML_RESOLVED_MAX */
	const struct slice *comments; /* with their "<!--" and "-->" */
	size_t comment_count;
	struct slice title; /* of the first title element; absent: none */
	struct slice scripts; /* text of all script elements */
	struct slice meta_charset; /* absent: none */
	unsigned tags, bad_tags, closed_extra, obfuscation;
	unsigned hidden_runs; /* runs of text by display, visibility, size or colour */
	unsigned tiny_runs; /* font of 1px/1pt and less, or size=1 below */
	unsigned low_contrast_runs;
	unsigned forms, scripts_count, iframes, images;
	bool form_action_mailto;
	const struct slice *elements; /* distinct element names seen, in order of first sight */
	size_t element_count;

	/* What SpamAssassin's HTML rules ask for besides. */
	const struct slice *titles; /* text of each title element */
	size_t title_count;
	const struct slice *anchors; /* text of each <a>, "<img>\n" for images in it */
	const struct slice
	    *anchor_hrefs; /* beside them: where each leads, as written; may be empty */
	size_t anchor_count;
	const struct slice *script_texts; /* runs of text in script elements */
	size_t script_text_count;
	const long *element_open; /* by element: start tags less end tags, never below 0 */
	unsigned tags_seen,
	    bad_tags_seen; /* the same, an element that was seen before not counted */
	unsigned backhair; /* distinct lengths of words that tags cut in two */
	struct slice
	    charsets; /* of <meta http-equiv=content-type>, parted by blanks; absent: none */
	int64_t image_area; /* pixels by width and height of <img> */
	int64_t min_size, max_size; /* of <font size>; 3 unless told otherwise */
	bool font_low_contrast, font_invalid_color, font_face_bad;
	bool embeds; /* an object or embed */
	size_t source_chars, rendered_chars, space_chars; /* of the text that came and went */

	/*
	 * Whether `rendered` must be UTF-8. When it came from ASCII and holds
	 * nothing above U+00FF, SpamAssassin keeps it in bytes (Latin-1),
	 * which text.c undoes where its rules must see the same.
	 */
	bool wide;
};

/*
 * Renders `text` (UTF-8). `decoded`: it went through a charset (charset.h).
 * Never fails; NULL at the arena's cap. Linear. When the budget is spent it
 * ends early with what stands.
 */
const struct html *
html_render(struct arena *arena, struct slice text, bool decoded, const struct budget *budget);

/* How much of a form (0 to 1) a count is: bad tags, extra end tags, obfuscation by tags. */
static inline double
html_ratio(unsigned count, unsigned of)
{
	return of == 0 ? 0 : (double)count / of;
}

#endif
