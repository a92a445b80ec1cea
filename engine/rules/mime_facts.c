/*
 * mime_facts.c - gathers what SpamAssassin's MIMEEval knows of all parts
 *
 * Found by reading and running SpamAssassin 4.0.1. What is odd and kept: a
 * part counts by its own Content-Type field, so a multipart without a
 * boundary is none of text; the words "base64", "quoted-printable" and
 * "attachment" count wherever they stand in their fields, but only a part whose
 * encoding is nothing but "quoted-printable" is looked into; its text is looked
 * at as it came, still encoded.
 *
 * Boundaries: each opens (1) and closes (0) in the order in which parts are
 * taken apart, level by level; two multiparts of one boundary share its state.
 *
 * Linear in the message.
 */
#include "engine/rules/mime_facts.h"

#include "engine/rules/eval_help.h"
#include "engine/rules/eval_pattern.h"
#include "engine/rules/locales.h"

#include "engine/mime/ctype.h"
#include "engine/util/ascii.h"
#include "engine/util/map.h"

/* RFC 5322 asks for 78 characters at most; a line end is one more. */
#define QP_LINE_MAX 79

/* One message being gathered. */
struct gathering {
	const struct rule *rule;
	struct views *views;
	struct mime_facts *facts;
	size_t text_bytes, html_bytes; /* of the last parts of these types */
	bool any_text, any_html;
	size_t references, plain_bytes; /* "&#x1234;" in text/plain, and the bytes of all else */
};

/* A part with what its fields say. */
struct described {
	const struct part *part;
	struct mime_declared type;
	struct slice disposition; /* the whole field */
	struct slice encoding;
};

bool
mime_is_leaf(const struct part *part)
{
	return part->child == NULL && part->type.full.n > 0 &&
	       !slice_eq(part->type.type, SLICE("multipart"));
}

bool
mime_next_line(struct slice *rest, struct slice *line_r)
{
	size_t end = slice_find_byte(*rest, 0, '\n') + 1;

	*line_r = slice_cut(*rest, 0, end);
	*rest = slice_from(*rest, end);
	return line_r->n > 0;
}

struct mime_declared
mime_declared_type(struct views *views, const struct part *part)
{
	struct slice value = eval_part_field(views, part, SLICE("Content-Type"));

	if (value.n == 0)
		return (struct mime_declared){ SLICE("text/plain"), SLICE("us-ascii"), SLICE("") };
	return (struct mime_declared){
		.full = ctype_parse(views->arena, value, SLICE("text/plain")).full,
		.charset = eval_type_param(value, SLICE("charset")),
		.name = eval_type_name(part, value),
	};
}

static bool
has(struct slice text, struct slice word)
{
	return slice_ifind(text, 0, word) < text.n;
}

static bool
is_attachment(const struct described *d)
{
	return has(d->disposition, SLICE("attachment"));
}

/* Whether any of the words of a charset's label names a writing that looks like capitals. */
static bool
looks_like_caps(const struct gathering *g, struct slice label)
{
	while ((label = slice_trim(label)).n > 0) {
		size_t end = 0;

		while (end < label.n && !ascii_is_space(label.p[end]))
			end++;
		if (eval_pattern_in(
			g->views, g->rule, PATTERN_CAPS_LABEL, slice_cut(label, 0, end)))
			return true;
		label = slice_from(label, end);
	}
	return false;
}

static void
note_charset(struct gathering *g, struct slice charset)
{
	struct mime_facts *facts = g->facts;
	bool letters = false;

	for (size_t i = 0; i < charset.n && !letters; i++)
		letters = ascii_is_alpha(charset.p[i]);
	if (!letters)
		return;
	facts->any_charset = true;
	facts->bad_iso_charset |= eval_pattern_in(g->views, g->rule, PATTERN_ISO_LABEL, charset) &&
				  !eval_pattern_in(g->views, g->rule, PATTERN_ISO_KNOWN, charset);
	facts->caps_charset = facts->caps_charset || looks_like_caps(g, charset);
	facts->faraway_charset |= locales_limited(g->views->ruleset) &&
				  !locales_allow(g->views->ruleset, charset);
}

static void
note_fields(struct gathering *g, const struct described *d)
{
	struct mime_facts *facts = g->facts;
	struct slice full = d->type.full, charset = d->type.charset;
	bool text = slice_starts(full, SLICE("text")), base64 = has(d->encoding, SLICE("base64"));

	facts->alternative |= slice_eq(full, SLICE("multipart/alternative"));
	if (slice_eq(full, SLICE("text/html")))
		facts->html_parts++;
	else
		facts->text_parts += text;
	facts->base64_parts += base64;
	facts->qp_parts += !base64 && has(d->encoding, SLICE("quoted-printable"));
	facts->attachments += is_attachment(d);
	facts->base64_text |= text && base64 &&
			      !slice_istarts(d->disposition, SLICE("attachment")) &&
			      !slice_istarts(d->disposition, SLICE("inline")) &&
			      (charset.n == 0 ||
				  eval_pattern_in(g->views, g->rule, PATTERN_ASCII_LABEL, charset));
	note_charset(g, charset);
}

/* A digit or capital letter of the hexadecimal numbers; -1: neither. */
static int
hex_capital(char c)
{
	return ascii_is_lower(c) ? -1 : ascii_hex(c);
}

/* Whether "=XY" at s.p[at] stands for a tab, a blank or a visible character other than "=". */
static bool
is_needless(struct slice s, size_t at)
{
	int high, low, code;

	if (at + 2 >= s.n)
		return false;
	high = hex_capital(s.p[at + 1]);
	low = hex_capital(s.p[at + 2]);
	if (high < 0 || low < 0)
		return false;
	code = high * 16 + low;
	return code == '\t' || (code >= ' ' && code < 0x7f && code != '=');
}

/* How many "=09" and "=20" end the line. */
static size_t
trailing_blanks(struct slice line)
{
	size_t n = 0, end = line.n;

	while (end > 0 && ascii_is_space(line.p[end - 1]))
		end--;
	for (; end >= 3; end -= 3, n++) {
		struct slice last = slice_cut(line, end - 3, end);

		if (!slice_eq(last, SLICE("=09")) && !slice_eq(last, SLICE("=20")))
			break;
	}
	return n;
}

static void
note_qp_line(struct mime_facts *facts, struct slice line)
{
	size_t needless = 0;

	if (slice_starts(line, SLICE("SPAM: ")))
		return;
	facts->qp_long_line |= line.n > QP_LINE_MAX;
	facts->qp_bytes += line.n;
	for (size_t at = slice_find_byte(line, 0, '='); at < line.n;
	     at = slice_find_byte(line, at + 1, '='))
		needless += is_needless(line, at);
	facts->qp_needless += needless > 0 ? needless - trailing_blanks(line) : 0;
}

static bool
is_illegal_ascii(struct slice line)
{
	for (size_t i = 0; i < line.n; i++) {
		if (ascii_is_high(line.p[i]) || line.p[i] == '\0' || line.p[i] == '\r')
			return true;
	}
	return false;
}

/* "&#xABCD;" in a line: four digits, letters as capitals. */
static size_t
count_references(struct slice line)
{
	size_t n = 0;

	for (size_t at = slice_find(line, 0, SLICE("&#x")); at < line.n;
	     at = slice_find(line, at + 3, SLICE("&#x"))) {
		size_t end = at + 3;

		while (end < line.n && end < at + 7 && hex_capital(line.p[end]) >= 0)
			end++;
		n += end == at + 7 && end < line.n && line.p[end] == ';';
	}
	return n;
}

static bool
is_unencoded(struct slice encoding)
{
	return encoding.n == 0 || slice_ieq(encoding, SLICE("7bit")) ||
	       slice_ieq(encoding, SLICE("8bit"));
}

static void
note_lines(struct gathering *g, const struct described *d)
{
	struct mime_facts *facts = g->facts;
	struct slice rest = d->part->body, line, charset = d->type.charset;
	bool plain = slice_eq(d->type.full, SLICE("text/plain"));
	bool ascii = charset.p == NULL || slice_ieq(charset, SLICE("us-ascii"));
	bool qp = slice_ieq(d->encoding, SLICE("quoted-printable"));

	if (!plain && !qp)
		return;
	while (mime_next_line(&rest, &line)) {
		if (qp)
			note_qp_line(facts, line);
		facts->illegal_lines += plain && ascii && is_illegal_ascii(line);
		if (plain && is_unencoded(d->encoding)) {
			size_t n = count_references(line);

			g->references += n;
			g->plain_bytes += line.n - n * (sizeof("&#x1234;") - 1);
		}
	}
}

/* Sizes count from the first multipart/alternative on; what stands before it is empty. */
static void
note_size(struct gathering *g, const struct described *d)
{
	size_t bytes = g->facts->alternative ? d->part->body.n : 0;

	if (is_attachment(d))
		return;
	if (slice_eq(d->type.full, SLICE("text/html"))) {
		g->any_html = true;
		g->html_bytes = bytes;
	} else if (slice_eq(d->type.full, SLICE("text/plain"))) {
		g->any_text = true;
		g->text_bytes = bytes;
	}
}

/* What one multipart leaves of its boundary's state: 1 open, 0 closed, -1 closed unopened. */
static void
note_boundary(struct map *states, const struct part *part)
{
	static const char open = 'o', closed = 'c', unopened = 'u';
	const char *state = map_find(states, part->boundary);

	if ((part->oddities & MESSAGE_UNOPENED) != 0)
		state = state == &open ? &closed : &unopened;
	else if ((part->oddities & MESSAGE_UNCLOSED) != 0)
		state = &open;
	else if ((part->oddities & MESSAGE_MISSING_BOUNDARY) == 0)
		state = &closed;
	if (state != NULL)
		map_add(states, part->boundary, (void *)(uintptr_t)state);
}

static bool
has_unbalanced(struct views *views)
{
	const struct message *message = views->message;
	struct map *states = map_new(views->arena, MAP_EXACT, views->hash_seed);

	for (unsigned depth = 0; states != NULL && depth < MESSAGE_DEPTH_MAX; depth++) {
		for (size_t i = 0; i < message->part_count; i++) {
			const struct part *part = message->parts[i];

			if (part->depth == depth && part->boundary.n > 0 &&
			    slice_eq(part->type.type, SLICE("multipart")))
				note_boundary(states, part);
		}
	}
	for (size_t i = 0; states != NULL && i < map_count(states); i++) {
		if (*(const char *)map_value(states, i) != 'c')
			return true;
	}
	return false;
}

static void
gather_part(struct gathering *g, const struct part *part)
{
	struct described d = {
		.part = part,
		.type = mime_declared_type(g->views, part),
		.disposition = eval_part_field(g->views, part, SLICE("Content-Disposition")),
		.encoding = part->transfer_encoding,
	};

	if (part->type.full.n == 0)
		return;
	note_fields(g, &d);
	if (!mime_is_leaf(part))
		return;
	note_size(g, &d);
	note_lines(g, &d);
}

const struct mime_facts *
mime_facts_of(const struct rule *rule, struct views *views)
{
	struct gathering g = { .rule = rule, .views = views };

	if (views->memos[MEMO_MIME] != NULL)
		return views->memos[MEMO_MIME];
	g.facts = arena_alloc(views->arena, sizeof(*g.facts));
	if (g.facts == NULL)
		return NULL;
	g.facts->multipart_ratio = 1;
	for (size_t i = 0; i < views->message->part_count && !views_spent(views); i++)
		gather_part(&g, views->message->parts[i]);
	if (g.any_text && g.any_html && g.html_bytes > 0)
		g.facts->multipart_ratio = (double)g.text_bytes / (double)g.html_bytes;
	if (g.plain_bytes > 0)
		g.facts->unicode_ratio = (double)g.references / (double)g.plain_bytes;
	g.facts->unbalanced = has_unbalanced(views);
	views->memos[MEMO_MIME] = g.facts;
	return g.facts;
}
