/*
 * html_facts.c - links, anchors, titles, scripts, comments and counts of an HTML document
 *
 * Links are gathered where SpamAssassin reads them (a, area, link, img,
 * frame, iframe, embed, script, bgsound, form, base, body, table, tr, td, meta
 * refresh) and, marked `extended`, where it does not: srcset, style and its
 * url(), video, audio, source, track, object, input, button, svg.
 *
 * Of two attributes of one name the first counts. "foo/href" counts as href,
 * as it does for mail readers when the blank was lost.
 *
 * Limits: HTML_NAMES_MAX names of elements, HTML_LINKS_MAX links, HTML_RESOLVED_MAX
 * bytes of them; the arena.
 */
#include "engine/mime/html_facts.h"

#include <string.h>

#include "engine/mime/html_entity.h"
#include "engine/mime/html_token.h"
#include "engine/mime/html_uri.h"
#include "engine/util/ascii.h"

/* A picture without a size is taken for 200 x 200, a screen for 800 x 600. */
#define SIDE_GUESS 200
#define SIDE_MAX 1000000

static const struct slice attribute_names[] = {
#define HTML_ATTRIBUTE_NAME(id, name) { name, sizeof(name) - 1 },
	HTML_ATTRIBUTES(HTML_ATTRIBUTE_NAME)
#undef HTML_ATTRIBUTE_NAME
};

bool
html_facts_init(struct html_facts *facts, struct arena *arena, struct html *html)
{
	*facts = (struct html_facts){
		.arena = arena,
		.html = html,
		.links = VEC_OF(struct html_link, arena),
		.link_anchors = VEC_OF(size_t, arena),
		.comments = VEC_OF(struct slice, arena),
		.titles = { { .arena = arena }, VEC_OF(size_t, arena) },
		.anchors = { { .arena = arena }, VEC_OF(size_t, arena) },
		.anchor_hrefs = VEC_OF(struct slice, arena),
		.scripts = { { .arena = arena }, VEC_OF(size_t, arena) },
		.charsets = { .arena = arena },
		.names = VEC_OF(struct slice, arena),
		.open = VEC_OF(long, arena),
		.order = VEC_OF(uint16_t, arena),
	};
	return true;
}

/* A new thing in the row, without text yet. */
static void
row_add(struct html_row *row)
{
	size_t *start = vec_push(&row->starts);

	if (start != NULL)
		*start = row->text.n;
}

/* More text for the last thing of the row, if there is any. */
static void
row_text(struct html_row *row, struct slice text)
{
	if (row->starts.n > 0)
		buf_add(&row->text, text);
}

/* The text of thing i. */
static struct slice
row_at(const struct html_row *row, size_t i)
{
	size_t from = *(size_t *)vec_at(&row->starts, i);
	size_t to = i + 1 < row->starts.n ? *(size_t *)vec_at(&row->starts, i + 1) : row->text.n;

	return slice_cut(buf_slice(&row->text), from, to);
}

/* All texts of the row; NULL at the arena's cap or when there is none. */
static const struct slice *
row_all(struct arena *arena, const struct html_row *row, size_t *n_r)
{
	struct slice *all = arena_array(arena, row->starts.n, sizeof(*all));

	*n_r = 0;
	if (all == NULL || row->starts.n == 0)
		return NULL;
	for (size_t i = 0; i < row->starts.n; i++)
		all[i] = row_at(row, i);
	*n_r = row->starts.n;
	return all;
}

/* Where `name` stands in `order`, or would. */
static size_t
order_of(const struct html_facts *facts, struct slice name, bool *found_r)
{
	size_t low = 0, high = facts->order.n;

	*found_r = false;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		uint16_t index = *(uint16_t *)vec_at(&facts->order, middle);
		int order = slice_compare(name, *(struct slice *)vec_at(&facts->names, index));

		if (order == 0) {
			*found_r = true;
			return middle;
		}
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

static void
note_special(struct html_facts *facts, struct slice name, size_t index)
{
	if (slice_eq(name, SLICE("a")))
		facts->in_a = index + 1;
	else if (slice_eq(name, SLICE("title")))
		facts->in_title = index + 1;
	else if (slice_eq(name, SLICE("script")))
		facts->in_script = index + 1;
	else if (slice_eq(name, SLICE("style")))
		facts->in_style = index + 1;
}

/* Where the count of open elements of that name is kept; *new_r: it was not seen before. */
static long *
open_count(struct html_facts *facts, struct slice name, bool *new_r)
{
	bool found;
	size_t at = order_of(facts, name, &found);
	struct slice *slot;
	uint16_t *order;
	long *open;

	*new_r = !found;
	if (found)
		return vec_at(&facts->open, *(uint16_t *)vec_at(&facts->order, at));
	if (facts->names.n == HTML_NAMES_MAX)
		return &facts->other_open;
	slot = vec_push(&facts->names);
	open = slot == NULL ? NULL : vec_push(&facts->open);
	order = open == NULL ? NULL : vec_push(&facts->order);
	if (order == NULL) {
		facts->names.n = facts->open.n = facts->order.n;
		return &facts->other_open;
	}
	*slot = name;
	order = vec_at(&facts->order, 0);
	memmove(order + at + 1, order + at, (facts->order.n - 1 - at) * sizeof(*order));
	order[at] = (uint16_t)(facts->names.n - 1);
	note_special(facts, name, facts->names.n - 1);
	return open;
}

void
html_facts_tag(struct html_facts *facts, struct slice name, bool start, bool known)
{
	struct html *html = facts->html;
	bool is_new;
	long *open = open_count(facts, name, &is_new);

	html->tags++;
	html->bad_tags += !known;
	html->tags_seen += is_new;
	html->bad_tags_seen += is_new && !known;
	*open += start ? 1 : -1;
	if (*open < 0) {
		*open = 0;
		html->closed_extra++;
	}
}

static bool
is_inside(const struct html_facts *facts, size_t name)
{
	return name != 0 && *(long *)vec_at(&facts->open, name - 1) > 0;
}

static struct slice
decode(struct html_facts *facts, struct slice value)
{
	struct buf out = { .arena = facts->arena };

	if (slice_find_byte(value, 0, '&') == value.n)
		return value;
	html_decode_entities(&out, value, false);
	return buf_slice(&out);
}

/* Whether a name has `part` ("/href") behind the end of a word. */
static bool
hides_attribute(struct slice name, struct slice part)
{
	size_t at = slice_ifind(name, 1, part);

	return at < name.n && ascii_is_word(name.p[at - 1]);
}

static bool
is_href_element(struct slice name)
{
	return slice_eq(name, SLICE("a")) || slice_eq(name, SLICE("area")) ||
	       slice_eq(name, SLICE("link"));
}

static bool
is_src_element(struct slice name)
{
	return slice_eq(name, SLICE("img")) || slice_eq(name, SLICE("frame")) ||
	       slice_eq(name, SLICE("iframe")) || slice_eq(name, SLICE("embed")) ||
	       slice_eq(name, SLICE("script")) || slice_eq(name, SLICE("bgsound"));
}

static bool
is_background_element(struct slice name)
{
	return slice_eq(name, SLICE("body")) || slice_eq(name, SLICE("table")) ||
	       slice_eq(name, SLICE("tr")) || slice_eq(name, SLICE("td"));
}

void
html_facts_attributes(struct html_facts *facts, struct slice name, struct slice attributes)
{
	struct slice *values = facts->values;
	struct html_attribute attribute;
	bool href = is_href_element(name), src = is_src_element(name);

	if (facts->any_value)
		memset(facts->values, 0, sizeof(facts->values));
	facts->any_value = attributes.n > 0;
	while (html_next_attribute(&attributes, &attribute)) {
		for (size_t i = 0; i < HTML_ATTRIBUTE_COUNT; i++)
			if (slice_ieq(attribute.name, attribute_names[i]) && values[i].p == NULL)
				values[i] = decode(facts, attribute.value);
		if (href && hides_attribute(attribute.name, SLICE("/href")))
			values[HTML_ATTRIBUTE_HREF] = decode(facts, attribute.value);
		if (src && hides_attribute(attribute.name, SLICE("/src")))
			values[HTML_ATTRIBUTE_SRC] = decode(facts, attribute.value);
	}
	facts->look = (struct html_style_attributes){
		.color = values[HTML_ATTRIBUTE_COLOR],
		.text = values[HTML_ATTRIBUTE_TEXT],
		.bgcolor = values[HTML_ATTRIBUTE_BGCOLOR],
		.size = values[HTML_ATTRIBUTE_SIZE],
		.style = values[HTML_ATTRIBUTE_STYLE],
		.face = values[HTML_ATTRIBUTE_FACE],
	};
}

static void
add_link(struct html_facts *facts, struct slice element, struct slice href, bool extended)
{
	bool anchor = !extended && slice_eq(element, SLICE("a"));
	struct html_link *link;
	size_t *belongs, written = slice_trim(href).n;

	href = html_uri_trim(href);
	if (href.p == NULL || href.n == 0)
		return;
	facts->html->uri_cut |= !extended && href.n >= HTML_URI_MAX && written > href.n;
	if (facts->links.n == HTML_LINKS_MAX || facts->resolved_bytes > HTML_RESOLVED_MAX) {
		facts->html->links_cut = true;
		return;
	}
	link = vec_push(&facts->links);
	belongs = link == NULL ? NULL : vec_push(&facts->link_anchors);
	if (belongs == NULL) {
		facts->links.n = facts->link_anchors.n;
		return;
	}
	*link = (struct html_link){
		.element = element,
		.href = href,
		.resolved = html_uri_resolve(facts->arena, facts->base, href),
		.extended = extended,
	};
	facts->resolved_bytes += link->resolved.n;
	*belongs = anchor && facts->anchors.starts.n > 0 ? facts->anchors.starts.n - 1 : SIZE_MAX;
}

static void
add_redirector(struct html_facts *facts, struct slice element, struct slice href)
{
	size_t n = facts->links.n;

	add_link(facts, element, href, false);
	if (facts->links.n > n)
		((struct html_link *)vec_at(&facts->links, n))->redirector = true;
}

/* Without U+FEFF, which hides in some. */
static struct slice
without_marks(struct html_facts *facts, struct slice href)
{
	struct buf out = { .arena = facts->arena };
	size_t at = slice_find(href, 0, SLICE("\xef\xbb\xbf"));

	if (at == href.n)
		return href;
	while (href.n > 0) {
		buf_add(&out, slice_cut(href, 0, at));
		href = slice_from(href, at + 3);
		at = slice_find(href, 0, SLICE("\xef\xbb\xbf"));
	}
	return buf_slice(&out);
}

/* The addresses of url(...) in a style. */
static void
add_style_links(struct html_facts *facts, struct slice element, struct slice css)
{
	for (;;) {
		size_t at = slice_ifind(css, 0, SLICE("url(")), to;
		char quote;

		if (at == css.n)
			return;
		css = slice_from(css, at + 4);
		while (css.n > 0 && ascii_is_space(css.p[0]))
			css = slice_from(css, 1);
		quote = css.n > 0 ? css.p[0] : '\0';
		if (quote == '"' || quote == '\'')
			css = slice_from(css, 1);
		else
			quote = ')';
		to = slice_find_byte(css, 0, quote);
		if (to == css.n)
			return;
		add_link(facts, element, slice_cut(css, 0, to), true);
		css = slice_from(css, to);
	}
}

/* srcset="a.png 1x, b.png 2x" */
static void
add_srcset(struct html_facts *facts, struct slice element, struct slice set)
{
	while (set.n > 0) {
		size_t to = 0;

		if (ascii_is_space(set.p[0]) || set.p[0] == ',') {
			set = slice_from(set, 1);
			continue;
		}
		while (to < set.n && !ascii_is_space(set.p[to]))
			to++;
		if (set.p[to - 1] == ',') {
			add_link(facts, element, slice_cut(set, 0, to - 1), true);
			set = slice_from(set, to);
		} else {
			add_link(facts, element, slice_cut(set, 0, to), true);
			set = slice_from(set, slice_find_byte(set, to, ','));
		}
	}
}

/* Where "url" + blanks + "=" stands as a word, its value's place into *value_r; s.n: nowhere. */
static size_t
find_url_word(struct slice s, size_t from, size_t *value_r)
{
	for (size_t at = from;; at++) {
		size_t to;

		at = slice_ifind(s, at, SLICE("url"));
		if (at >= s.n)
			return s.n;
		to = at + 3;
		while (to < s.n && ascii_is_space(s.p[to]))
			to++;
		if ((at == 0 || !ascii_is_word(s.p[at - 1])) && to < s.n && s.p[to] == '=') {
			*value_r = to + 1;
			return at;
		}
	}
}

/* <meta http-equiv=refresh content="5; url=..."> */
static void
add_refresh(struct html_facts *facts, struct slice content)
{
	size_t value = 0, next, at = find_url_word(content, 0, &value);

	if (at == content.n)
		return;
	while (find_url_word(content, value, &next) < content.n)
		value = next;
	content = slice_from(content, value);
	while (content.n > 0 && ascii_is_space(content.p[0]))
		content = slice_from(content, 1);
	content = slice_cut(content, 0, slice_find_byte(content, 0, ';'));
	add_link(facts, SLICE("meta"), content, false);
}

/* charset=... in a Content-Type, or absent. */
static struct slice
charset_in(struct slice content)
{
	for (size_t at = 0;; at++) {
		size_t to;

		at = slice_ifind(content, at, SLICE("charset"));
		if (at >= content.n)
			return SLICE_ABSENT;
		to = at + 7;
		while (to < content.n && ascii_is_space(content.p[to]))
			to++;
		if (to == content.n || content.p[to] != '=' ||
		    (at > 0 && ascii_is_word(content.p[at - 1])))
			continue;
		content = slice_trim(slice_from(content, to + 1));
		if (content.n > 0 && (content.p[0] == '"' || content.p[0] == '\''))
			content = slice_from(content, 1);
		to = 0;
		while (to < content.n && content.p[to] != '"' && content.p[to] != '\'')
			to++;
		return to == 0 ? SLICE_ABSENT : slice_cut(content, 0, to);
	}
}

static void
read_meta(struct html_facts *facts)
{
	struct slice equiv = facts->values[HTML_ATTRIBUTE_HTTP_EQUIV];
	struct slice content = facts->values[HTML_ATTRIBUTE_CONTENT], charset = SLICE_ABSENT;

	if (slice_ifind(equiv, 0, SLICE("refresh")) < equiv.n)
		add_refresh(facts, content);
	if (slice_ifind(equiv, 0, SLICE("content-type")) < equiv.n)
		charset = charset_in(content);
	if (charset.p != NULL) {
		if (facts->charsets.n > 0)
			buf_add_byte(&facts->charsets, ' ');
		buf_add(&facts->charsets, charset);
	} else {
		charset = facts->values[HTML_ATTRIBUTE_CHARSET];
	}
	if (facts->html->meta_charset.p == NULL)
		facts->html->meta_charset = charset;
}

static void
read_base(struct html_facts *facts)
{
	struct slice href = html_uri_trim(facts->values[HTML_ATTRIBUTE_HREF]), base;

	if (href.n == 0)
		return;
	add_link(facts, SLICE("base"), href, false);
	base = html_uri_base(facts->arena, href);
	if (base.p != NULL)
		facts->base = base;
}

void
html_facts_extended(struct html_facts *facts, struct slice name)
{
	const struct slice *values = facts->values;
	bool src = is_src_element(name), href = is_href_element(name);

	if (!facts->any_value)
		return;
	if (values[HTML_ATTRIBUTE_SRC].p != NULL && !src)
		add_link(facts, name, values[HTML_ATTRIBUTE_SRC], true);
	if (values[HTML_ATTRIBUTE_HREF].p != NULL && !href && !slice_eq(name, SLICE("base")))
		add_link(facts, name, values[HTML_ATTRIBUTE_HREF], true);
	if (values[HTML_ATTRIBUTE_BACKGROUND].p != NULL && !is_background_element(name))
		add_link(facts, name, values[HTML_ATTRIBUTE_BACKGROUND], true);
	if (values[HTML_ATTRIBUTE_DATA].p != NULL && slice_eq(name, SLICE("object")))
		add_link(facts, name, values[HTML_ATTRIBUTE_DATA], true);
	add_link(facts, name, values[HTML_ATTRIBUTE_POSTER], true);
	add_link(facts, name, values[HTML_ATTRIBUTE_FORMACTION], true);
	add_link(facts, name, values[HTML_ATTRIBUTE_XLINK_HREF], true);
	add_srcset(facts, name, values[HTML_ATTRIBUTE_SRCSET]);
	add_style_links(facts, name, values[HTML_ATTRIBUTE_STYLE]);
}

static void
read_links(struct html_facts *facts, struct slice name)
{
	const struct slice *values = facts->values;

	if (!facts->any_value)
		return;
	if (is_background_element(name)) {
		add_link(facts, name, values[HTML_ATTRIBUTE_BACKGROUND], false);
	} else if (is_href_element(name)) {
		add_link(facts, name, without_marks(facts, values[HTML_ATTRIBUTE_HREF]), false);
		add_redirector(facts, name, values[HTML_ATTRIBUTE_SAFE_REDIRECT]);
	} else if (is_src_element(name)) {
		add_link(facts, name, values[HTML_ATTRIBUTE_SRC], false);
	} else if (slice_eq(name, SLICE("form"))) {
		add_link(facts, name, values[HTML_ATTRIBUTE_ACTION], false);
	} else if (slice_eq(name, SLICE("base"))) {
		read_base(facts);
	}
}

/* A width or height in pixels: "120", or a percentage of `screen`. */
static int64_t
side(struct slice value, int64_t screen)
{
	int64_t n = 0;
	size_t at = 0;

	for (; at < value.n && ascii_is_digit(value.p[at]); at++)
		if (n < SIDE_MAX)
			n = n * 10 + (value.p[at] - '0');
	if (at > 0 && at + 1 == value.n && value.p[at] == '%')
		n = n * screen / 100;
	else if (at < value.n)
		n = 0;
	return n > 0 ? n : SIDE_GUESS;
}

static void
read_image(struct html_facts *facts)
{
	struct slice width = facts->values[HTML_ATTRIBUTE_WIDTH];
	struct slice height = facts->values[HTML_ATTRIBUTE_HEIGHT];

	facts->html->images++;
	if (is_inside(facts, facts->in_a))
		row_text(&facts->anchors, SLICE("<img>\n"));
	if (width.p != NULL && height.p != NULL)
		facts->html->image_area += side(width, 800) * side(height, 600);
}

/* One family of a font's face: takes it off *rest. False: it does not look like one. */
static bool
next_family(struct slice *rest, bool first)
{
	struct slice s = *rest;
	size_t at = 0, from;

	while (at < s.n && ascii_is_space(s.p[at]))
		at++;
	if (at < s.n && (s.p[at] == '"' || s.p[at] == '\'' || (first && s.p[at] == '.')))
		at++;
	else if (first && at > 0 && s.p[at - 1] == ' ')
		at--;
	from = at;
	if (at == s.n || !(ascii_is_alpha(s.p[at]) || (first && s.p[at] == ' ')))
		return false;
	while (at < s.n && (ascii_is_alpha(s.p[at]) || s.p[at] == ' ' || s.p[at] == '-'))
		at++;
	if (at < from + 2 || !ascii_is_alpha(s.p[at - 1]))
		return false;
	if (at < s.n && ascii_is_digit(s.p[at]))
		at++;
	if (at < s.n && (s.p[at] == '"' || s.p[at] == '\''))
		at++;
	*rest = slice_from(s, at);
	return true;
}

/* Whether a font's face is no list of families: letters, blanks, hyphens, quotes, commas. */
static bool
is_bad_face(struct slice face)
{
	bool first = true;

	for (;;) {
		if (!next_family(&face, first))
			return true;
		first = false;
		if (face.n == 0 || face.p[0] != ',')
			break;
		face = slice_from(face, 1);
	}
	if (face.n > 0 && face.p[0] == ';')
		face = slice_from(face, 1);
	return face.n > 0 && !slice_eq(face, SLICE("\n"));
}

/* A new anchor: its text is to come. */
static void
read_anchor(struct html_facts *facts)
{
	struct slice href = facts->values[HTML_ATTRIBUTE_HREF];
	struct slice *slot = vec_push(&facts->anchor_hrefs);

	row_add(&facts->anchors);
	if (slot != NULL)
		*slot = href.p == NULL ? SLICE("") : html_uri_trim(without_marks(facts, href));
}

void
html_facts_start(struct html_facts *facts, struct slice name)
{
	struct html *html = facts->html;
	struct slice action = facts->values[HTML_ATTRIBUTE_ACTION];
	struct slice face = facts->values[HTML_ATTRIBUTE_FACE];

	if (slice_eq(name, SLICE("a")))
		read_anchor(facts);
	else if (slice_eq(name, SLICE("title")))
		row_add(&facts->titles);
	else if (slice_eq(name, SLICE("meta")))
		read_meta(facts);
	else if (slice_eq(name, SLICE("img")))
		read_image(facts);
	else if (slice_eq(name, SLICE("iframe")))
		html->iframes++;
	else if (slice_eq(name, SLICE("script")))
		html->scripts_count++;
	else if (slice_eq(name, SLICE("object")) || slice_eq(name, SLICE("embed")))
		html->embeds = true;
	else if (slice_eq(name, SLICE("font")) && face.p != NULL)
		html->font_face_bad |= is_bad_face(face);
	else if (slice_eq(name, SLICE("form"))) {
		html->forms++;
		html->form_action_mailto |= slice_ifind(action, 0, SLICE("mailto:")) < action.n;
	}
	read_links(facts, name);
}

bool
html_facts_text(struct html_facts *facts, struct slice text)
{
	if (is_inside(facts, facts->in_script)) {
		row_add(&facts->scripts);
		row_text(&facts->scripts, text);
		return false;
	}
	if (is_inside(facts, facts->in_style)) {
		add_style_links(facts, SLICE("style"), text);
		return false;
	}
	if (is_inside(facts, facts->in_a))
		row_text(&facts->anchors, text);
	if (is_inside(facts, facts->in_title))
		row_text(&facts->titles, text);
	return true;
}

void
html_facts_comment(struct html_facts *facts, struct slice text)
{
	struct slice *comment = vec_push(&facts->comments);

	if (comment != NULL)
		*comment = text;
}

void
html_facts_declaration(struct html_facts *facts, struct slice text)
{
	bool is_new;

	if (!slice_istarts(text, SLICE("<!doctype")))
		return;
	facts->html->tags++;
	*open_count(facts, SLICE("!doctype"), &is_new) = 0;
}

void
html_facts_finish(struct html_facts *facts)
{
	struct html *html = facts->html;
	struct arena *arena = facts->arena;
	struct html_link *links = facts->links.p;

	html->anchors = row_all(arena, &facts->anchors, &html->anchor_count);
	html->anchor_hrefs = facts->anchor_hrefs.p;
	if (html->anchor_count > facts->anchor_hrefs.n)
		html->anchor_count = facts->anchor_hrefs.n;
	html->titles = row_all(arena, &facts->titles, &html->title_count);
	html->script_texts = row_all(arena, &facts->scripts, &html->script_text_count);
	html->title = html->title_count > 0 ? html->titles[0] : SLICE_ABSENT;
	html->scripts = buf_slice(&facts->scripts.text);
	for (size_t i = 0; i < facts->links.n && i < facts->link_anchors.n; i++) {
		size_t anchor = *(size_t *)vec_at(&facts->link_anchors, i);

		if (anchor < html->anchor_count)
			links[i].text = html->anchors[anchor];
	}
	html->links = links;
	html->link_count = facts->links.n;
	html->comments = facts->comments.p;
	html->comment_count = facts->comments.n;
	html->elements = facts->names.p;
	html->element_open = facts->open.p;
	html->element_count = facts->open.n < facts->names.n ? facts->open.n : facts->names.n;
	if (facts->charsets.n > 0)
		html->charsets = buf_slice(&facts->charsets);
}
