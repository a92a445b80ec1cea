/*
 * html.c - HTML to text and facts, as SpamAssassin 4.0.1 renders it
 *
 * Tags vanish without a trace, so a word cut by them is whole again; br and
 * div give a line end, cells, items and headings a space, paragraphs an empty
 * line; white space runs become one space, and one beside such a break goes.
 * Text in script and style is not rendered. Hidden text stays in `rendered`,
 * since rules of SpamAssassin see it there, and is left out of `visible`.
 *
 * What is invisible bears on white space (a space before or behind invisible
 * text stays), so html_style.c follows SpamAssassin there to the letter;
 * `visible` goes by what browsers show.
 *
 * Before all else "&nbsp;" becomes a space, "<br/>" "<br>", and typographic
 * double quotes plain ones, everywhere.
 *
 * Linear in the text; memory too.
 */
#include "engine/mime/html.h"

#include <string.h>

#include "engine/mime/html_entity.h"
#include "engine/mime/html_facts.h"
#include "engine/mime/html_style.h"
#include "engine/mime/html_token.h"
#include "engine/mime/text_space.h"
#include "engine/util/ascii.h"
#include "engine/util/buf.h"
#include "engine/util/utf8.h"

enum space {
	SPACE_NONE,
	SPACE_BLANK,
	SPACE_LINE,
	SPACE_PARAGRAPH,
};

static const struct element {
	struct slice name;
	bool known;
	enum space space;
	enum html_style_tag style;
} elements[] = {
#define HTML_ELEMENT(name, known, space, style) \
	{ { name, sizeof(name) - 1 }, known, SPACE_##space, HTML_STYLE_##style },
#include "engine/mime/html_elements.def"
#undef HTML_ELEMENT
};

/* The piece of text that was rendered last. */
struct piece {
	size_t n; /* bytes at the end of `rendered` */
	bool space; /* put there by a tag */
	bool hidden; /* SpamAssassin holds it for invisible */
	bool shown; /* stands in `visible` too */
};

struct render {
	struct arena *arena;
	struct html *html;
	struct html_facts facts;
	struct html_style style;
	struct buf rendered, visible;
	struct buf decoded; /* scratch: the text at hand, references replaced */
	bool any_piece;
	struct piece last;
	uint64_t backhair; /* bit 7 * (before - 1) + behind - 1 */
};

static const struct element *
find_element(struct slice name)
{
	size_t low = 0, high = sizeof(elements) / sizeof(elements[0]);

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = slice_compare(name, elements[middle].name);

		if (order == 0)
			return &elements[middle];
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

/* "<br />" at s.p[at]: the bytes of it and, in *name_r, those of "<br"; 0: it is none. */
static size_t
empty_tag_at(struct slice s, size_t at, size_t *name_r)
{
	size_t to = at + 1;

	while (to < s.n && ascii_is_word(s.p[to]))
		to++;
	*name_r = to - at;
	if (to == at + 1)
		return 0;
	for (;;) {
		if (to < s.n && ascii_is_space(s.p[to]))
			to++;
		else if (slice_starts(slice_from(s, to), SLICE("&nbsp;")))
			to += 6;
		else
			break;
	}
	return slice_starts(slice_from(s, to), SLICE("/>")) ? to + 2 - at : 0;
}

/* The replacement of what begins at s.p[at], and its length there in *n_r; 0: none. */
static size_t
tidy_at(struct slice s, size_t at, struct slice *with_r)
{
	struct slice rest = slice_from(s, at);
	size_t n, name;

	switch (s.p[at]) {
	case '&':
		*with_r = SLICE(" ");
		return slice_starts(rest, SLICE("&nbsp;")) ? 6 : 0;
	case '<':
		n = empty_tag_at(s, at, &name);
		*with_r = slice_cut(rest, 0, name);
		return n;
	default:
		*with_r = SLICE("\"");
		return slice_starts(rest, SLICE("\xe2\x80\x9c")) ||
			       slice_starts(rest, SLICE("\xe2\x80\x9d"))
			   ? 3
			   : 0;
	}
}

/* The text with what is replaced before it is read. Absent at the arena's cap. */
static struct slice
tidy(struct arena *arena, struct slice s)
{
	struct buf out = { .arena = arena };
	size_t from = 0;

	for (size_t at = 0; at < s.n;) {
		struct slice with;
		size_t n;

		if (s.p[at] != '&' && s.p[at] != '<' && s.p[at] != '\xe2') {
			at++;
			continue;
		}
		n = tidy_at(s, at, &with);
		if (n == 0) {
			at++;
			continue;
		}
		buf_add(&out, slice_cut(s, from, at));
		buf_add(&out, with);
		if (s.p[at] == '<')
			buf_add_byte(&out, '>');
		from = at += n;
	}
	if (from == 0)
		return s;
	buf_add(&out, slice_from(s, from));
	return out.failed ? SLICE_ABSENT : buf_slice(&out);
}

/* A line end, space or paragraph that a tag gives. */
static void
add_space(struct render *render, struct slice text)
{
	struct piece *last = &render->last;

	if (render->any_piece && !last->space && !last->hidden && last->n > 0 &&
	    render->rendered.n > 0 && render->rendered.p[render->rendered.n - 1] == ' ') {
		render->rendered.n--;
		if (last->shown && render->visible.n > 0)
			render->visible.n--;
	}
	buf_add(&render->rendered, text);
	buf_add(&render->visible, text);
	*last = (struct piece){ .n = text.n, .space = true, .shown = true };
	render->any_piece = true;
}

/* Bytes of what is white space in running text: "\xc2\xa0" read as Latin-1 too; 0: none here. */
static size_t
text_blank_at(struct slice s, size_t at)
{
	if (ascii_is_space(s.p[at]))
		return 1;
	return slice_starts(slice_from(s, at), SLICE("\xc3\x82\xc2\xa0")) ? 4 : 0;
}

static bool
is_blank_text(struct slice s)
{
	size_t at = 0, n;

	while (at < s.n && (n = text_blank_at(s, at)) > 0)
		at += n;
	return at == s.n;
}

/* Adds `text` with each run of white space one space; not the first one if `trim`. */
static size_t
add_folded(struct buf *out, struct slice text, bool trim)
{
	size_t before = out->n, at = 0, n;

	while (at < text.n) {
		size_t from = at;

		while (at < text.n && text_blank_at(text, at) == 0)
			at++;
		buf_add(out, slice_cut(text, from, at));
		if (at == text.n)
			break;
		if (at > 0 || !trim)
			buf_add_byte(out, ' ');
		n = text_blank_at(text, at);
		at += n;
		if (n == 1)
			while (at < text.n && ascii_is_space(text.p[at]))
				at++;
	}
	return out->n - before;
}

static void
add_text(struct render *render, struct slice text, bool hidden, bool shown)
{
	bool trim = render->any_piece && !hidden && render->last.space;
	size_t n = add_folded(&render->rendered, text, trim);

	if (shown)
		add_folded(&render->visible, text, trim);
	render->last = (struct piece){ .n = n, .hidden = hidden, .shown = shown };
	render->any_piece = true;
}

/* Characters that a word has at most for being counted. */
#define CUT_WORD_MAX 7

/* How a character counts in a word that tags may cut. */
enum word_char {
	WORD_NOT, /* a blank, or punctuation */
	WORD_PLAIN, /* in it, but no letter: a control, a dash of Unicode */
	WORD_LETTER,
};

/* The character at s.p[at], of n bytes. In bytes (not wide) only ASCII has letters and blanks. */
static enum word_char
word_char_at(struct slice s, size_t at, bool wide, size_t *n_r)
{
	uint32_t code = 0;
	char c = s.p[at];

	*n_r = 1;
	if (!ascii_is_high(c)) {
		if (ascii_is_alnum(c))
			return WORD_LETTER;
		return ascii_is_control(c) && !ascii_is_space(c) ? WORD_PLAIN : WORD_NOT;
	}
	*n_r = utf8_read(slice_from(s, at), &code);
	if (*n_r == 0)
		*n_r = 1;
	if (wide && text_space_at(s, at) > 0)
		return WORD_NOT;
	return wide && utf8_is_word(code) ? WORD_LETTER : WORD_PLAIN;
}

/* Where the last character of s begins. */
static size_t
last_char(struct slice s)
{
	size_t at = s.n;

	while (at > 0 && s.n - at < UTF8_MAX && ((unsigned char)s.p[--at] & 0xc0) == 0x80)
		;
	return at;
}

/*
 * The word at the end of s (back) or at its beginning: *cut_r, the most of its
 * characters, CUT_WORD_MAX at most, between which and the rest letters begin
 * or end; 0: none. False: there is no word there.
 */
static bool
find_word(struct slice s, bool back, bool wide, size_t *cut_r)
{
	enum word_char before = WORD_NOT;
	size_t n = 0;

	*cut_r = 0;
	for (; n <= CUT_WORD_MAX; n++) {
		size_t at = back ? last_char(s) : 0, bytes;
		enum word_char here = s.n == 0 ? WORD_NOT : word_char_at(s, at, wide, &bytes);
		bool underscore = here == WORD_NOT && s.n > 0 && s.p[at] == '_';

		if (n > 0 && (before == WORD_LETTER) != (here == WORD_LETTER || underscore))
			*cut_r = n;
		if (here == WORD_NOT)
			break;
		before = here;
		s = back ? slice_cut(s, 0, at) : slice_from(s, bytes);
	}
	return n > 0;
}

/* Notes whether a word goes on across the tags between the last text and this one. */
static void
note_cut_words(struct render *render, struct slice text)
{
	bool wide = render->html->wide;
	struct slice before;
	size_t a, b;

	if (!render->any_piece || render->last.n == 0 || render->rendered.failed)
		return;
	before = slice_from(buf_slice(&render->rendered), render->rendered.n - render->last.n);
	if (!find_word(before, true, wide, &a) || !find_word(text, false, wide, &b))
		return;
	render->html->obfuscation++;
	if (a > 0 && b > 0)
		render->backhair |= (uint64_t)1 << (CUT_WORD_MAX * (a - 1) + b - 1);
}

/* Counts hidden text; returns the reasons why it cannot be seen. */
static unsigned
note_hidden(struct render *render)
{
	struct html *html = render->html;
	unsigned hidden = html_style_hidden(&render->style);
	const struct html_look *look = html_style_look(&render->style);

	html->font_low_contrast |= (hidden & HTML_HIDDEN_SAME_COLOR) != 0;
	html->font_invalid_color |= (hidden & HTML_HIDDEN_BAD_COLOR) != 0;
	html->hidden_runs += (hidden & HTML_HIDDEN_UNSEEN) != 0;
	html->low_contrast_runs += (hidden & HTML_HIDDEN_GROUND) != 0;
	html->tiny_runs += look->tiny || (hidden & HTML_HIDDEN_SIZE) != 0;
	return hidden;
}

static void
read_text(struct render *render, const struct html_token *token)
{
	struct slice text = token->text;
	unsigned hidden = 0;

	if (!token->verbatim && slice_find_byte(text, 0, '&') < text.n) {
		render->decoded.n = 0;
		render->html->wide |= html_decode_entities(&render->decoded, text, true);
		text = buf_slice(&render->decoded);
	}
	if (!html_facts_text(&render->facts, text))
		return;
	if (!is_blank_text(text))
		hidden = note_hidden(render);
	note_cut_words(render, text);
	add_text(
	    render, text, (hidden & HTML_HIDDEN_KNOWN) != 0, (hidden & HTML_HIDDEN_UNSEEN) == 0);
}

static void
space_of(struct render *render, enum space space)
{
	switch (space) {
	case SPACE_NONE:
		break;
	case SPACE_BLANK:
		add_space(render, SLICE(" "));
		break;
	case SPACE_LINE:
		add_space(render, SLICE("\n"));
		break;
	case SPACE_PARAGRAPH:
		add_space(render, SLICE("\n\n"));
		break;
	}
}

/* "o:p", "st1:place" and the like, which Office writes: counted as known, and not looked at. */
static bool
is_office_name(struct slice name)
{
	size_t at = 2;

	if (slice_starts(name, SLICE("st")) && name.n > 3 && ascii_is_digit(name.p[2]) &&
	    name.p[3] == ':')
		at = 4;
	else if (!slice_starts(name, SLICE("o:")))
		return false;
	if (at == name.n || name.p[at] == '/')
		return false;
	while (at < name.n && (ascii_is_word(name.p[at]) || name.p[at] == '-'))
		at++;
	return at == name.n || (at + 1 == name.n && name.p[at] == '/');
}

static struct slice
lower_name(struct arena *arena, struct slice name)
{
	struct slice lower;
	size_t i = 0;

	while (i < name.n && !ascii_is_upper(name.p[i]))
		i++;
	if (i == name.n)
		return name;
	lower = arena_copy(arena, name);
	if (lower.p != NULL)
		for (char *p = (char *)(uintptr_t)lower.p; i < name.n; i++)
			p[i] = ascii_lower(p[i]);
	return lower;
}

static void
read_tag(struct render *render, const struct html_token *token)
{
	struct slice name = lower_name(render->arena, token->name);
	const struct element *element = find_element(name);
	bool office = element == NULL && is_office_name(name);
	bool start = token->kind == HTML_START;

	if (name.p == NULL)
		return;
	html_facts_tag(&render->facts, name, start, office || (element != NULL && element->known));
	if (start) {
		html_facts_attributes(&render->facts, name, token->attributes);
		html_facts_extended(&render->facts, name);
	}
	if (element == NULL)
		return;
	if (element->style != HTML_STYLE_NONE && start)
		html_style_open(&render->style, element->style, &render->facts.look);
	else if (element->style != HTML_STYLE_NONE)
		html_style_close(&render->style, element->style);
	space_of(render, element->space);
	if (start)
		html_facts_start(&render->facts, name);
}

static void
read_all(struct render *render, struct slice text, const struct budget *budget)
{
	struct html_tokens tokens = { .text = text };
	struct html_token token;
	size_t asked = 0;

	while (!render->rendered.failed && html_next_token(&tokens, &token)) {
		if (tokens.at - asked >= BUDGET_BYTES) {
			asked = tokens.at;
			if (budget_spent(budget))
				return;
		}
		switch (token.kind) {
		case HTML_TEXT:
			read_text(render, &token);
			break;
		case HTML_START:
		case HTML_END:
			read_tag(render, &token);
			break;
		case HTML_COMMENT:
			html_facts_comment(&render->facts, token.text);
			break;
		case HTML_DECLARATION:
			html_facts_declaration(&render->facts, token.text);
			break;
		}
	}
}

static unsigned
count_bits(uint64_t bits)
{
	unsigned n = 0;

	for (; bits != 0; bits &= bits - 1)
		n++;
	return n;
}

static void
count_chars(struct html *html)
{
	struct slice s = html->rendered;

	for (size_t at = 0; at < s.n;) {
		size_t n = html->wide ? text_space_at(s, at) : (size_t)ascii_is_space(s.p[at]);

		html->space_chars += n > 0;
		html->rendered_chars += n > 0 || ((unsigned char)s.p[at] & 0xc0) != 0x80;
		at += n > 0 ? n : 1;
	}
}

const struct html *
html_render(struct arena *arena, struct slice text, bool decoded, const struct budget *budget)
{
	struct html *html = arena_alloc(arena, sizeof(*html));
	struct render render = {
		.arena = arena,
		.html = html,
		.rendered = { .arena = arena },
		.visible = { .arena = arena },
		.decoded = { .arena = arena },
	};

	if (html == NULL || !html_style_init(&render.style, arena) ||
	    !html_facts_init(&render.facts, arena, html))
		return NULL;
	html->wide = decoded;
	html->source_chars = utf8_length(text);
	text = tidy(arena, text);
	if (text.p == NULL)
		return NULL;
	read_all(&render, text, budget);
	html->rendered = buf_slice(&render.rendered);
	html->visible = buf_slice(&render.visible);
	html->backhair = count_bits(render.backhair);
	html->min_size = render.style.min_size;
	html->max_size = render.style.max_size;
	count_chars(html);
	html_facts_finish(&render.facts);
	return arena_overflowed(arena) ? NULL : html;
}
