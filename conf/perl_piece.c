/*
 * perl_piece.c - branches, atoms and quantifiers of a Perl pattern
 *
 * Comments and what x makes blank are dropped, n is worked in by (?: ), so
 * that of the inline flags only i, m and s are written. Numbers relative to
 * captures are made absolute. A quantifier on what matches nothing, a second
 * one and a { that is no quantifier behind an atom are warnings of Perl's,
 * and so errors in SpamAssassin.
 *
 * Refused: (?[ ]), script runs, the charsets u and l, nesting beyond
 * PERL_DEPTH_MAX, and lookbehinds that perl_lookbehind.c cannot put into
 * PCRE2's alternatives of fixed length.
 */
#include "conf/perl_parser.h"

#include <stdint.h>

#include "engine/rules/capture.h"
#include "engine/util/ascii.h"

/* A quantifier's bounds. */
struct repeat {
	unsigned min, max;
	size_t n; /* of its text; 0: none */
	bool bad; /* its numbers */
};

char
perl_peek(const struct perl_parser *parser, size_t ahead)
{
	return parser->text.n - parser->at > ahead ? parser->text.p[parser->at + ahead] : '\0';
}

bool
perl_skip(struct perl_parser *parser, struct slice word)
{
	if (!slice_starts(slice_from(parser->text, parser->at), word))
		return false;
	parser->at += word.n;
	return true;
}

bool
perl_until(struct perl_parser *parser, char mark, struct slice *text_r)
{
	size_t end = slice_find_byte(parser->text, parser->at, mark);

	if (end >= parser->text.n)
		return false;
	*text_r = slice_cut(parser->text, parser->at, end);
	parser->at = end + 1;
	return true;
}

struct slice
perl_trim(struct slice text)
{
	while (text.n > 0 && ascii_is_blank(text.p[0]))
		text = slice_from(text, 1);
	while (text.n > 0 && ascii_is_blank(text.p[text.n - 1]))
		text.n--;
	return text;
}

bool
perl_is_name(struct slice text)
{
	for (size_t i = 0; i < text.n; i++) {
		if (!ascii_is_word(text.p[i]))
			return false;
	}
	return text.n > 0 && !ascii_is_digit(text.p[0]);
}

static unsigned
add(unsigned a, unsigned b)
{
	return a + b < PERL_UNBOUNDED ? a + b : PERL_UNBOUNDED;
}

static unsigned
times(unsigned a, unsigned b)
{
	return (uint64_t)a * b < PERL_UNBOUNDED ? a * b : PERL_UNBOUNDED;
}

/* Comments, and what x says is blank. */
static void
skip_comments(struct perl_parser *parser)
{
	struct slice comment;

	for (;;) {
		char c = perl_peek(parser, 0);

		if (c == '(' && perl_skip(parser, SLICE("(?#"))) {
			if (!perl_until(parser, ')', &comment)) {
				perl_fail(parser, parser->at, "a comment does not end");
				return;
			}
		} else if (parser->flags.extended && (ascii_is_space(c) || c == '\x85')) {
			parser->at++;
		} else if (parser->flags.extended && c == '#') {
			if (!perl_until(parser, '\n', &comment))
				parser->at = parser->text.n;
		} else {
			return;
		}
	}
}

/* A number inside braces; `at` moves behind it and the blanks around. */
static bool
brace_number(struct slice text, size_t *at, unsigned *value_r, bool *bad)
{
	size_t begin;

	while (*at < text.n && ascii_is_blank(text.p[*at]))
		++*at;
	begin = *at;
	*value_r = 0;
	for (; *at < text.n && ascii_is_digit(text.p[*at]); ++*at) {
		if (*value_r <= PERL_REPEAT_MAX)
			*value_r = *value_r * 10 + (unsigned)(text.p[*at] - '0');
	}
	if (*value_r > PERL_REPEAT_MAX || (*at > begin + 1 && text.p[begin] == '0'))
		*bad = true;
	for (size_t end = *at; end < text.n && ascii_is_blank(text.p[end]);)
		*at = ++end;
	return *at > begin && ascii_is_digit(text.p[begin]);
}

/* {2} {2,} {,3} { 2 , 3 } */
static struct repeat
read_braces(struct slice text)
{
	struct repeat repeat = { 0 };
	size_t at = 1;
	bool first, last;

	if (!slice_starts(text, SLICE("{")))
		return repeat;
	first = brace_number(text, &at, &repeat.min, &repeat.bad);
	repeat.max = repeat.min;
	last = first;
	if (at < text.n && text.p[at] == ',') {
		at++;
		last = brace_number(text, &at, &repeat.max, &repeat.bad);
		if (!last)
			repeat.max = PERL_UNBOUNDED;
	}
	if ((first || last) && at < text.n && text.p[at] == '}')
		repeat.n = at + 1;
	return repeat;
}

bool
perl_at_braces(const struct perl_parser *parser)
{
	return read_braces(slice_from(parser->text, parser->at)).n > 0;
}

static struct repeat
peek_repeat(const struct perl_parser *parser)
{
	switch (perl_peek(parser, 0)) {
	case '*':
		return (struct repeat){ 0, PERL_UNBOUNDED, 1, false };
	case '+':
		return (struct repeat){ 1, PERL_UNBOUNDED, 1, false };
	case '?':
		return (struct repeat){ 0, 1, 1, false };
	default:
		return read_braces(slice_from(parser->text, parser->at));
	}
}

/* Puts "(?:" and ")" around what was written since `start`. */
static void
wrap(struct perl_parser *parser, size_t start)
{
	struct slice whole = arena_copy(
	    parser->out.arena, slice_from(buf_slice(&parser->out), start));

	parser->out.n = start;
	buf_add(&parser->out, SLICE("(?:"));
	buf_add(&parser->out, whole);
	buf_add_byte(&parser->out, ')');
}

static void
emit_repeat(struct perl_parser *parser, const struct repeat *repeat)
{
	if (repeat->n == 1)
		buf_add_byte(&parser->out, parser->text.p[parser->at]);
	else if (repeat->max == PERL_UNBOUNDED)
		buf_printf(&parser->out, "{%u,}", repeat->min);
	else if (repeat->min == repeat->max)
		buf_printf(&parser->out, "{%u}", repeat->min);
	else
		buf_printf(&parser->out, "{%u,%u}", repeat->min, repeat->max);
}

/* What Perl warns of in a quantifier. */
static bool
check_repeat(
    struct perl_parser *parser, const struct repeat *repeat, const struct perl_piece *piece)
{
	if (piece->nothing)
		return perl_fail(parser, parser->at, "a quantifier follows nothing");
	if (repeat->bad || repeat->min > repeat->max)
		return perl_fail(parser, parser->at,
		    "a quantifier's numbers: at most %d, the first "
		    "not above the second, no leading 0",
		    PERL_REPEAT_MAX);
	if (!piece->wide && (repeat->max == PERL_UNBOUNDED ||
				(piece->max == 0 && (repeat->min > 0 || repeat->max > 1))))
		return perl_fail(parser, parser->at, "a quantifier on what matches nothing");
	return true;
}

static void
apply_repeat(struct perl_piece *piece, const struct repeat *repeat)
{
	size_t copies = repeat->max == PERL_UNBOUNDED ? repeat->min : repeat->max;

	if (piece->cost <= 4 || piece->cost == 33)
		piece->cost += 5;
	else if (copies > 1)
		piece->cost = piece->cost > SIZE_MAX / copies ? SIZE_MAX / 4 : piece->cost * copies;
	piece->cost = piece->cost < SIZE_MAX / 4 ? piece->cost + 6 : piece->cost;
	piece->min = times(piece->min, repeat->min);
	piece->max = times(piece->max, repeat->max);
	piece->wide = true;
}

/* The quantifier behind a piece, if there is one. */
static void
quantify(struct perl_parser *parser, struct perl_piece *piece, size_t start)
{
	struct repeat repeat;

	skip_comments(parser);
	repeat = peek_repeat(parser);
	if (repeat.n == 0) {
		if (perl_peek(parser, 0) == '{' && !piece->nothing && !piece->brace_follows)
			perl_fail(
			    parser, parser->at, "a { that is no quantifier wants a backslash");
		return;
	}
	if (parser->depth == 0)
		parser->facts.whole = false;
	if (!check_repeat(parser, &repeat, piece))
		return;
	if (piece->max == 0)
		wrap(parser, start);
	emit_repeat(parser, &repeat);
	parser->at += repeat.n;
	apply_repeat(piece, &repeat);
	skip_comments(parser);
	if (perl_peek(parser, 0) == '?' && repeat.min == repeat.max)
		perl_fail(parser, parser->at, "a ? behind a fixed number is of no use");
	if (perl_peek(parser, 0) == '?' || perl_peek(parser, 0) == '+')
		buf_add_byte(&parser->out, parser->text.p[parser->at++]);
	skip_comments(parser);
	if (peek_repeat(parser).n > 0)
		perl_fail(parser, parser->at, "a quantifier on a quantifier");
}

/* A mark and a name and a mark: a text that is called. */
static void
call(struct perl_parser *parser, struct perl_piece *piece)
{
	size_t begin = parser->at++;
	struct slice name = SLICE("");
	struct perl_call *found = NULL;

	if (!perl_until(parser, PERL_CALL_MARK, &name))
		parser->at = parser->text.n;
	for (size_t i = 0; i < parser->call_count && found == NULL; i++) {
		if (slice_eq(parser->calls[i].name, name))
			found = &parser->calls[i];
	}
	if (found == NULL) {
		perl_fail(parser, begin, "no such tag");
		return;
	}
	found->refused = found->refused || parser->lookbehind > 0 ||
			 memcmp(&parser->flags, &parser->first, sizeof(parser->flags)) != 0 ||
			 (!found->whole &&
			     (peek_repeat(parser).n > 0 || perl_peek(parser, 0) == '{'));
	if (found->refused) {
		perl_fail(parser, begin, "the tag %.*s cannot be called here", SLICE_ARG(name));
		return;
	}
	found->used = true;
	buf_printf(&parser->out, "(?&" PERL_CALL_PREFIX "%.*s)", SLICE_ARG(name));
	*piece = (struct perl_piece){ found->min, found->max, .wide = true, .cost = 4 };
}

/* One atom, its quantifier not read. */
static void
atom(struct perl_parser *parser, struct perl_piece *piece)
{
	char c = perl_peek(parser, 0);
	size_t template = capture_reference(slice_from(parser->text, parser->at));

	*piece = (struct perl_piece){ .min = 1, .max = 1, .wide = true, .cost = 2 };
	if (template > 0) {
		buf_add(&parser->out, slice_cut(parser->text, parser->at, parser->at + template));
		piece->max = PERL_UNBOUNDED;
		parser->at += template;
	} else if (c == '(') {
		perl_group(parser, piece);
	} else if (c == '[') {
		perl_class(parser, piece);
	} else if (c == '\\') {
		perl_escape(parser, piece);
	} else if (c == PERL_CALL_MARK && parser->call_count > 0) {
		call(parser, piece);
	} else if (c == '^' || c == '$') {
		*piece = (struct perl_piece){ .brace_follows = c == '^', .cost = 1 };
		buf_add_byte(&parser->out, c);
		parser->at++;
	} else if (c == '*' || c == '+' || c == '?' || perl_at_braces(parser)) {
		perl_fail(parser, parser->at, "a quantifier follows nothing");
	} else if (c == '.') {
		buf_add_byte(&parser->out, c);
		parser->at++;
	} else {
		perl_emit_byte(parser, (unsigned char)c);
		parser->at++;
	}
}

/* Up to | or ) or the end. */
static void
branch(struct perl_parser *parser, struct perl_piece *whole)
{
	size_t pieces = 0;

	*whole = (struct perl_piece){ .cost = 0 };
	for (;;) {
		struct perl_piece piece;
		size_t start = parser->out.n;
		char c;

		skip_comments(parser);
		c = perl_peek(parser, 0);
		if (parser->failed || parser->at >= parser->text.n || c == '|' || c == ')')
			break;
		if (parser->depth == 0)
			parser->facts.whole = pieces++ == 0;
		atom(parser, &piece);
		if (!parser->failed)
			quantify(parser, &piece, start);
		whole->min = add(whole->min, piece.min);
		whole->max = add(whole->max, piece.max);
		whole->wide = whole->wide || piece.wide;
		whole->cost += piece.cost;
	}
	if (parser->depth == 0 && pieces != 1)
		parser->facts.whole = false;
}

void
perl_alternation(struct perl_parser *parser, struct perl_piece *piece, bool reset)
{
	unsigned groups = parser->groups, most = groups;
	struct perl_piece part;
	bool uneven;

	branch(parser, piece);
	uneven = piece->min != piece->max;
	while (!parser->failed && perl_peek(parser, 0) == '|') {
		parser->at++;
		buf_add_byte(&parser->out, '|');
		if (parser->depth == 0)
			parser->facts.alternates = true;
		if (parser->groups > most)
			most = parser->groups;
		if (reset)
			parser->groups = groups;
		branch(parser, &part);
		uneven = uneven || part.min != part.max;
		piece->min = part.min < piece->min ? part.min : piece->min;
		piece->max = part.max > piece->max ? part.max : piece->max;
		piece->wide = piece->wide || part.wide;
		piece->cost += part.cost + 3;
	}
	if (most > parser->groups)
		parser->groups = most;
	piece->uneven = uneven;
}
