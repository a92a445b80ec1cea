/*
 * ctype.c - reads "value; name=value" fields as mail writes them
 *
 * The media type and the boundary decide what a message's text is, so they are
 * read as SpamAssassin 4.0.1 reads them (found by running it): the type ends
 * at the first blank or semicolon, characters that no type has are dropped,
 * and what begins with "text" but is not html, calendar or x-vcard is
 * text/plain; the boundary is the first "boundary=" that stands as a word.
 *
 * Other parameters are read by a tolerant scanner: comments are passed over,
 * single quotes quote too, an unclosed quote runs to the end, a value without
 * quotes runs to the semicolon. The numbered and percent-encoded forms win over
 * the plain one. Every scan is linear.
 *
 * RFC 2045, 5.1; RFC 2231. Limits: CTYPE_SECTIONS_MAX.
 */
#include "engine/mime/ctype.h"

#include <string.h>

#include "engine/mime/charset.h"
#include "engine/util/ascii.h"
#include "engine/util/buf.h"

struct scanner {
	struct slice text;
	size_t at;
	bool no_comments; /* a "(" was never closed: it is a character like others */
};

struct param {
	struct slice name; /* before any "*" */
	struct slice value; /* as written, without its quotes */
	bool quoted;
	bool extended; /* percent-encoded */
	int section; /* -1: not numbered */
};

struct sections {
	struct param v[CTYPE_SECTIONS_MAX];
	bool have[CTYPE_SECTIONS_MAX];
};

/* Passes blanks, semicolons and comments. */
static void
scanner_skip(struct scanner *scanner)
{
	struct slice text = scanner->text;

	while (scanner->at < text.n) {
		char c = text.p[scanner->at];

		if (c == '(' && !scanner->no_comments) {
			size_t close = slice_find_byte(text, scanner->at, ')');

			scanner->no_comments = close == text.n;
			scanner->at = close == text.n ? scanner->at : close + 1;
		} else if (ascii_is_space(c) || c == ';' || c == ')' || c == '(') {
			scanner->at++;
		} else {
			break;
		}
	}
}

static void
skip_spaces(struct scanner *scanner)
{
	while (scanner->at < scanner->text.n && ascii_is_space(scanner->text.p[scanner->at]))
		scanner->at++;
}

/* "name", "name*", "name*3", "name*3*" */
static void
param_name(struct param *param, struct slice name)
{
	size_t star = slice_find_byte(name, 0, '*');
	struct slice rest = slice_from(name, star + 1);

	param->name = slice_cut(name, 0, star);
	param->section = -1;
	param->extended = star < name.n && name.p[name.n - 1] == '*';
	if (param->extended && rest.n > 0)
		rest.n--;
	if (rest.n == 0 || rest.n > 4)
		return;
	for (size_t i = 0, number = 0; i < rest.n; i++) {
		if (!ascii_is_digit(rest.p[i]))
			return;
		number = number * 10 + (size_t)(rest.p[i] - '0');
		if (i + 1 == rest.n)
			param->section = (int)number;
	}
}

static void
param_value(struct scanner *scanner, struct param *param)
{
	struct slice text = scanner->text;
	char quote = scanner->at < text.n ? text.p[scanner->at] : '\0';
	size_t start = scanner->at, end;

	param->quoted = quote == '"';
	if (quote == '"') {
		for (end = ++start; end < text.n && text.p[end] != '"'; end++)
			end += text.p[end] == '\\' && end + 1 < text.n;
		scanner->at = end < text.n ? end + 1 : text.n;
		param->value = slice_cut(text, start, end);
		return;
	}
	end = slice_find_byte(text, start, ';');
	scanner->at = end;
	param->value = slice_trim(slice_cut(text, start, end));
	if (quote == '\'' && param->value.n > 1 && param->value.p[param->value.n - 1] == '\'')
		param->value = slice_cut(param->value, 1, param->value.n - 1);
}

static bool
scanner_next(struct scanner *scanner, struct param *param_r)
{
	struct slice text = scanner->text;

	for (;;) {
		size_t start;

		scanner_skip(scanner);
		start = scanner->at;
		if (start >= text.n)
			return false;
		while (scanner->at < text.n && !ascii_is_space(text.p[scanner->at]) &&
		       text.p[scanner->at] != ';' && text.p[scanner->at] != '=')
			scanner->at++;
		param_name(param_r, slice_cut(text, start, scanner->at));
		skip_spaces(scanner);
		if (scanner->at >= text.n || text.p[scanner->at] != '=')
			continue;
		scanner->at++;
		skip_spaces(scanner);
		param_value(scanner, param_r);
		return true;
	}
}

/* Without the backslashes that quote a quote or a backslash ("C:\dir" keeps its own). */
static void
add_unquoted(struct buf *out, const struct param *param)
{
	struct slice value = param->value;

	for (size_t i = 0; i < value.n; i++) {
		if (param->quoted && value.p[i] == '\\' && i + 1 < value.n &&
		    (value.p[i + 1] == '"' || value.p[i + 1] == '\\'))
			i++;
		buf_add_byte(out, value.p[i]);
	}
}

static void
add_percent(struct buf *out, struct slice value)
{
	for (size_t i = 0; i < value.n; i++) {
		int high = i + 1 < value.n ? ascii_hex(value.p[i + 1]) : -1;
		int low = i + 2 < value.n ? ascii_hex(value.p[i + 2]) : -1;

		if (value.p[i] == '%' && high >= 0 && low >= 0) {
			buf_add_byte(out, (char)(high << 4 | low));
			i += 2;
		} else {
			buf_add_byte(out, value.p[i]);
		}
	}
}

/* Takes "charset'language'" off *value; absent: it does not begin so. */
static struct slice
take_charset(struct slice *value)
{
	size_t first = slice_find_byte(*value, 0, '\'');
	size_t second = slice_find_byte(*value, first + 1, '\'');
	struct slice charset = slice_cut(*value, 0, first);

	if (second >= value->n)
		return SLICE_ABSENT;
	*value = slice_from(*value, second + 1);
	return charset;
}

/*
 * The first `n` pieces put together, as UTF-8. Converters are a scan slot's and not
 * at hand: where the charset needs one, its bytes become U+FFFD.
 */
static struct slice
join(struct arena *arena, const struct param *pieces, size_t n)
{
	struct buf out = { .arena = arena };
	struct slice charset = SLICE_ABSENT;

	for (size_t i = 0; i < n; i++) {
		struct slice value = pieces[i].value;

		if (!pieces[i].extended) {
			add_unquoted(&out, &pieces[i]);
			continue;
		}
		if (i == 0)
			charset = take_charset(&value);
		add_percent(&out, value);
	}
	if (out.failed)
		return SLICE_ABSENT;
	return charset_read(arena, NULL, charset, buf_slice(&out), CHARSET_GUESS).utf8;
}

struct slice
ctype_param(struct arena *arena, struct slice value, struct slice name)
{
	struct scanner scanner = { .text = value };
	struct sections sections = { .have = { false } };
	struct param param, best = { .section = -1 };
	bool found = false;
	size_t n = 0;

	while (scanner_next(&scanner, &param)) {
		if (!slice_ieq(param.name, name))
			continue;
		if (param.section >= 0 && param.section < CTYPE_SECTIONS_MAX &&
		    !sections.have[param.section]) {
			sections.v[param.section] = param;
			sections.have[param.section] = true;
		} else if (param.section < 0 && (!found || (param.extended && !best.extended))) {
			best = param;
			found = true;
		}
	}
	while (n < CTYPE_SECTIONS_MAX && sections.have[n])
		n++;
	if (n > 0 && !best.extended)
		return join(arena, sections.v, n);
	return found ? join(arena, &best, 1) : SLICE_ABSENT;
}

struct slice
ctype_value(struct slice value)
{
	return slice_trim(slice_cut(value, 0, slice_find_byte(value, 0, ';')));
}

/* Whether `type` begins with the word "text" and is no format of its own. */
static bool
is_plain_text(struct slice type)
{
	if (!slice_starts(type, SLICE("text")) || (type.n > 4 && ascii_is_word(type.p[4])))
		return false;
	return !slice_eq(type, SLICE("text/html")) && !slice_eq(type, SLICE("text/calendar")) &&
	       !slice_eq(type, SLICE("text/x-vcard"));
}

/* The part of the value that is the type: to a semicolon, or a blank or slash after its slash. */
static struct slice
type_text(struct slice value)
{
	size_t slash, end;

	value = ctype_value(value);
	slash = slice_find_byte(value, 0, '/');
	if (slash == 0 || slash == value.n)
		return value;
	for (end = slash + 1; end < value.n; end++)
		if (value.p[end] == '/' || ascii_is_space(value.p[end]))
			break;
	return slice_cut(value, 0, end);
}

static bool
in_type(char c)
{
	return ascii_is_print(c) && c != ' ' && memchr("\"(),:;<=>?@[\\]", c, 14) == NULL;
}

void
ctype_set(struct content_type *type, struct slice full)
{
	size_t slash = slice_find_byte(full, 0, '/');

	type->full = full;
	type->type = slice_cut(full, 0, slash);
	type->subtype = slice_from(full, slash + 1);
}

static void
read_type(struct arena *arena, struct content_type *type, struct slice value)
{
	struct slice full = arena_lower(arena, type_text(value));
	size_t n = 0;

	if (full.n == 0 || is_plain_text(full)) {
		ctype_set(type, SLICE("text/plain"));
		return;
	}
	for (size_t i = 0; i < full.n; i++)
		if (in_type(full.p[i]))
			((char *)full.p)[n++] = full.p[i];
	ctype_set(type, slice_cut(full, 0, n));
}

/* The boundary that begins at `at`, behind "=" and blanks; absent: none can be read there. */
static struct slice
boundary_at(struct slice value, size_t at)
{
	size_t end = at;

	if (at < value.n && value.p[at] == '"') {
		end = slice_find_byte(value, at + 1, '"');
		return end > at + 1 ? slice_cut(value, at + 1, end) : SLICE_ABSENT;
	}
	while (end < value.n && !ascii_is_space(value.p[end]) && value.p[end] != ';' &&
	       value.p[end] != '"')
		end++;
	if (end == at || (end < value.n && value.p[end] == '"'))
		return SLICE_ABSENT;
	return slice_cut(value, at, end);
}

static struct slice
find_boundary(struct slice value)
{
	const struct slice key = SLICE("boundary");
	size_t at = 0;

	while ((at = slice_ifind(value, at, key)) < value.n) {
		bool word = at == 0 || !ascii_is_word(value.p[at - 1]);
		struct slice boundary;

		at += key.n;
		while (at < value.n && ascii_is_space(value.p[at]))
			at++;
		if (!word || at >= value.n || value.p[at] != '=')
			continue;
		at++;
		while (at < value.n && ascii_is_space(value.p[at]))
			at++;
		boundary = boundary_at(value, at);
		if (boundary.p != NULL)
			return boundary;
	}
	return SLICE_ABSENT;
}

/* A label ends at the first character that no charset's name has ("utf-8 (Unicode)"). */
static struct slice
label_of(struct slice value)
{
	size_t n = 0;

	value = slice_trim(value);
	while (n < value.n && !ascii_is_space(value.p[n]) &&
	       memchr("\"'(),;=<>", value.p[n], 9) == NULL)
		n++;
	return slice_cut(value, 0, n);
}

struct content_type
ctype_parse(struct arena *arena, struct slice value, struct slice fallback)
{
	struct content_type type = { .declared = value.n > 0 };
	struct slice charset;

	if (value.n == 0) {
		ctype_set(&type, fallback);
		return type;
	}
	read_type(arena, &type, value);
	type.boundary = find_boundary(value);
	charset = label_of(ctype_param(arena, value, SLICE("charset")));
	type.charset = charset.n == 0 ? SLICE_ABSENT : arena_lower(arena, charset);
	type.name = ctype_param(arena, value, SLICE("name"));
	return type;
}
