/*
 * perl_group.c - what stands behind a ( in a Perl pattern: captures, lookarounds, flags, verbs
 *
 * Flags that a group sets are worked out against those around it, since x, n
 * and the charsets are not written at all. (?^ ) sets them back, the charset
 * too: bytes of 0x80 and more have no case then.
 */
#include "conf/perl_parser.h"

#include "engine/util/ascii.h"

/* What kinds of group there are behind "(?": their beginning, as Perl and as PCRE2 writes it. */
struct plain_group {
	struct slice perl, pcre;
	enum { GROUP_PLAIN, GROUP_RESET, GROUP_AHEAD, GROUP_BEHIND } kind;
};

static const struct plain_group plain_groups[] = {
	{ { "?:", 2 }, { "(?:", 3 }, GROUP_PLAIN },
	{ { "?>", 2 }, { "(?>", 3 }, GROUP_PLAIN },
	{ { "?|", 2 }, { "(?|", 3 }, GROUP_RESET },
	{ { "?=", 2 }, { "(?=", 3 }, GROUP_AHEAD },
	{ { "?!", 2 }, { "(?!", 3 }, GROUP_AHEAD },
	{ { "?<=", 3 }, { "(?<=", 4 }, GROUP_BEHIND },
	{ { "?<!", 3 }, { "(?<!", 4 }, GROUP_BEHIND },
	{ { "*atomic:", 8 }, { "(?>", 3 }, GROUP_PLAIN },
	{ { "*pla:", 5 }, { "(?=", 3 }, GROUP_AHEAD },
	{ { "*positive_lookahead:", 20 }, { "(?=", 3 }, GROUP_AHEAD },
	{ { "*nla:", 5 }, { "(?!", 3 }, GROUP_AHEAD },
	{ { "*negative_lookahead:", 20 }, { "(?!", 3 }, GROUP_AHEAD },
	{ { "*plb:", 5 }, { "(?<=", 4 }, GROUP_BEHIND },
	{ { "*positive_lookbehind:", 21 }, { "(?<=", 4 }, GROUP_BEHIND },
	{ { "*nlb:", 5 }, { "(?<!", 4 }, GROUP_BEHIND },
	{ { "*negative_lookbehind:", 21 }, { "(?<!", 4 }, GROUP_BEHIND },
};

/* The inside of a group and its ). */
static void
inside(struct perl_parser *parser, size_t open, struct perl_piece *piece, bool reset)
{
	struct perl_flags outer = parser->flags;

	if (++parser->depth > PERL_DEPTH_MAX) {
		perl_fail(parser, open, "groups nest deeper than %d", PERL_DEPTH_MAX);
		return;
	}
	perl_alternation(parser, piece, reset);
	parser->depth--;
	if (!parser->failed && !perl_skip(parser, SLICE(")")))
		perl_fail(parser, open, "the ( is not closed");
	parser->flags = outer;
	buf_add_byte(&parser->out, ')');
	piece->cost += 9;
}

/* A lookbehind: Perl's may be of up to 255 bytes and of any length below. */
static void
behind(struct perl_parser *parser, size_t open, struct perl_piece *piece)
{
	size_t start = parser->out.n;
	unsigned groups = parser->groups;
	const char *why;
	struct slice content, even;

	parser->lookbehind++;
	inside(parser, open, piece, false);
	parser->lookbehind--;
	if (parser->failed)
		return;
	if (piece->max > PERL_LOOKBEHIND_MAX) {
		perl_fail(parser, open, "a lookbehind looks at most %d bytes behind",
		    PERL_LOOKBEHIND_MAX);
		return;
	}
	if (piece->min != piece->max && parser->groups != groups)
		perl_fail(parser, open, "a lookbehind of several lengths with captures");
	if (!piece->uneven)
		return;
	content = arena_copy(
	    parser->out.arena, slice_cut(buf_slice(&parser->out), start, parser->out.n - 1));
	if (!perl_lookbehind(parser->out.arena, content, &even, &why)) {
		perl_fail(parser, open, "a lookbehind of several lengths: %s", why);
		return;
	}
	parser->out.n = start;
	buf_add(&parser->out, even);
	buf_add_byte(&parser->out, ')');
	piece->cost += even.n;
}

static bool
plain(struct perl_parser *parser, size_t open, struct perl_piece *piece)
{
	const struct plain_group *group = NULL;

	for (size_t i = 0; i < sizeof(plain_groups) / sizeof(plain_groups[0]) && group == NULL; i++)
		if (perl_skip(parser, plain_groups[i].perl))
			group = &plain_groups[i];
	if (group == NULL)
		return false;
	buf_add(&parser->out, group->pcre);
	if (group->kind == GROUP_PLAIN || group->kind == GROUP_RESET) {
		inside(parser, open, piece, group->kind == GROUP_RESET);
		return true;
	}
	parser->lookaround++;
	if (group->kind == GROUP_BEHIND)
		behind(parser, open, piece);
	else
		inside(parser, open, piece, false);
	parser->lookaround--;
	*piece = (struct perl_piece){ .cost = piece->cost };
	return true;
}

/* (?<name> (?'name' (?P<name>, the parser behind the opening mark. */
static void
named_capture(struct perl_parser *parser, size_t open, char close, struct perl_piece *piece)
{
	struct slice name, *kept;

	if (!perl_until(parser, close, &name) || !perl_is_name(name) || name.n > PERL_NAME_MAX) {
		perl_fail(parser, open,
		    "a group's name is made of letters, digits and _, at most %d, not a digit first",
		    PERL_NAME_MAX);
		return;
	}
	for (size_t i = 0; i < parser->names.n; i++) {
		if (slice_eq(*(struct slice *)vec_at(&parser->names, i), name))
			parser->names_twice = true;
	}
	kept = vec_push(&parser->names);
	if (kept != NULL)
		*kept = name;
	parser->groups++;
	buf_printf(&parser->out, "(?<%.*s>", SLICE_ARG(name));
	inside(parser, open, piece, false);
}

static void
capture(struct perl_parser *parser, size_t open, struct perl_piece *piece)
{
	if (parser->flags.no_capture) {
		buf_add(&parser->out, SLICE("(?:"));
	} else {
		buf_add_byte(&parser->out, '(');
		parser->groups++;
	}
	inside(parser, open, piece, false);
}

/* (?&name) (?P>name) (?P=name): the parser behind the mark. */
static void
named_reference(struct perl_parser *parser, size_t open, bool called, struct perl_piece *piece)
{
	struct slice name;

	if (!perl_until(parser, ')', &name) || !perl_is_name(name)) {
		perl_fail(parser, open, "no group's name");
		return;
	}
	parser->facts.refers = true;
	buf_printf(&parser->out, called ? "(?&%.*s)" : "\\k<%.*s>", SLICE_ARG(name));
	*piece = (struct perl_piece){ .max = PERL_UNBOUNDED, .wide = true, .cost = 4 };
}

/* (?R) (?0) (?1) (?-1) (?+1): the parser behind the question mark. False: something else. */
static bool
recursion(struct perl_parser *parser, size_t open, struct perl_piece *piece)
{
	size_t at = parser->at;
	char sign = perl_peek(parser, 0);
	unsigned number = 0;
	struct slice digits;

	if (sign != 'R' && !ascii_is_digit(sign) &&
	    !((sign == '+' || sign == '-') && ascii_is_digit(perl_peek(parser, 1))))
		return false;
	parser->facts.refers = true;
	*piece = (struct perl_piece){ .max = PERL_UNBOUNDED, .wide = true, .cost = 4 };
	if (!perl_until(parser, ')', &digits))
		return perl_fail(parser, open, "the ( is not closed");
	if (!ascii_is_digit(sign))
		digits = slice_from(digits, 1);
	for (size_t i = 0; i < digits.n; i++) {
		if (!ascii_is_digit(digits.p[i]) || number > PERL_REPEAT_MAX)
			return perl_fail(parser, at, "no group's number");
		number = number * 10 + (unsigned)(digits.p[i] - '0');
	}
	if (sign == 'R' && digits.n > 0)
		return perl_fail(parser, at, "no group's number");
	if (sign == '+')
		number += parser->groups;
	if (sign == '-')
		number = number <= parser->groups ? parser->groups + 1 - number : PERL_REPEAT_MAX;
	if (number == 0)
		buf_add(&parser->out, SLICE("(?R)"));
	else
		buf_printf(&parser->out, "(?%u)", number);
	return true;
}

/* The condition of (?(..)yes|no), the parser at its (. */
static void
condition(struct perl_parser *parser, size_t open)
{
	struct perl_piece look;
	struct slice text;
	size_t at = parser->at;

	if (perl_peek(parser, 1) == '*' ||
	    (perl_peek(parser, 1) == '?' && memchr("=!<", perl_peek(parser, 2), 3) != NULL)) {
		perl_group(parser, &look);
		return;
	}
	parser->at++;
	if (!perl_until(parser, ')', &text) || text.n == 0) {
		perl_fail(parser, open, "a condition does not end");
		return;
	}
	parser->facts.refers = true;
	if (slice_eq(text, SLICE("DEFINE")) || slice_eq(text, SLICE("R")) ||
	    slice_starts(text, SLICE("R&")) || ascii_is_digit(text.p[0]) ||
	    (text.p[0] == 'R' && text.n > 1 && ascii_is_digit(text.p[1])) ||
	    (text.p[0] == '<' && text.p[text.n - 1] == '>') ||
	    (text.p[0] == '\'' && text.p[text.n - 1] == '\''))
		buf_add(&parser->out, slice_cut(parser->text, at, parser->at));
	else
		perl_fail(parser, at, "no condition: a group, (R), (DEFINE) or a lookaround");
}

/* (?(..)yes|no): without `no` it may match nothing. */
static void
conditional(struct perl_parser *parser, size_t open, struct perl_piece *piece)
{
	buf_add(&parser->out, SLICE("(?"));
	condition(parser, open);
	if (parser->failed)
		return;
	inside(parser, open, piece, false);
	piece->min = 0;
	piece->wide = true;
}

/* One letter of inline flags. False with the error told. */
static bool
inline_flag(struct perl_parser *parser, struct perl_flags *flags, bool on)
{
	char c = perl_peek(parser, 0);

	switch (c) {
	case 'i':
		flags->caseless = on;
		break;
	case 'm':
		flags->multiline = on;
		break;
	case 's':
		flags->dotall = on;
		break;
	case 'n':
		flags->no_capture = on;
		break;
	case 'x':
		flags->extended_more = on && perl_peek(parser, 1) == 'x';
		flags->extended = on;
		if (perl_peek(parser, 1) == 'x')
			parser->at++;
		break;
	case 'a':
	case 'd':
		if (!on)
			return perl_fail(parser, parser->at, "the flag %c cannot be taken off", c);
		flags->unfolded = c == 'd';
		break;
	case 'p':
		if (!on)
			return perl_fail(parser, parser->at, "the flag p cannot be taken off");
		break;
	default:
		return perl_fail(parser, parser->at, "no flag or group that is carried over: (?%c",
		    ascii_is_print(c) ? c : '?');
	}
	parser->at++;
	return true;
}

/* Writes "(?i-ms" as the flags change from `old`; false: nothing to write. */
static bool
emit_flags(struct perl_parser *parser, const struct perl_flags *old, const struct perl_flags *new)
{
	const struct {
		char letter;
		bool was, is;
	} written[] = { { 'i', old->caseless, new->caseless },
		{ 'm', old->multiline, new->multiline }, { 's', old->dotall, new->dotall } };
	bool some = false;

	buf_add(&parser->out, SLICE("(?"));
	for (size_t i = 0; i < 3; i++) {
		if (written[i].is && !written[i].was) {
			buf_add_byte(&parser->out, written[i].letter);
			some = true;
		}
	}
	for (size_t i = 0, off = 0; i < 3; i++) {
		if (written[i].is || !written[i].was)
			continue;
		if (off++ == 0)
			buf_add_byte(&parser->out, '-');
		buf_add_byte(&parser->out, written[i].letter);
		some = true;
	}
	return some;
}

/* (?i-s) (?i-s: ) (?^i: ), the parser behind the question mark. */
static void
flags_group(struct perl_parser *parser, size_t open, struct perl_piece *piece)
{
	struct perl_flags new = parser->flags, old = parser->flags;
	bool on = true, caret = perl_skip(parser, SLICE("^"));
	size_t start = parser->out.n;

	if (caret)
		new = (struct perl_flags){ .unfolded = true };
	while (!parser->failed && perl_peek(parser, 0) != ')' && perl_peek(parser, 0) != ':') {
		if (on && !caret && perl_skip(parser, SLICE("-")))
			on = false;
		else if (caret && perl_peek(parser, 0) == 'd')
			perl_fail(parser, parser->at, "(?^ says d already");
		else
			inline_flag(parser, &new, on);
	}
	if (parser->failed)
		return;
	parser->caseless = parser->caseless || new.caseless;
	if (emit_flags(parser, &old, &new) || perl_peek(parser, 0) == ':')
		buf_add_byte(&parser->out, parser->text.p[parser->at]);
	else
		parser->out.n = start;
	parser->flags = new;
	if (perl_skip(parser, SLICE(")"))) {
		parser->facts.flips = true;
		*piece = (struct perl_piece){ .nothing = true };
		return;
	}
	parser->at++;
	inside(parser, open, piece, false);
	parser->flags = old;
}

/* (*VERB) and (*VERB:name), the parser at the star. */
static void
verb(struct perl_parser *parser, size_t open)
{
	static const char *const verbs[] = { "ACCEPT", "FAIL", "F", "COMMIT", "PRUNE", "SKIP",
		"THEN", "MARK", "" };
	struct slice text, name;
	size_t i = 0, colon;

	parser->at++;
	if (!perl_until(parser, ')', &text)) {
		perl_fail(parser, open, "the (* is not closed");
		return;
	}
	colon = slice_find_byte(text, 0, ':');
	name = slice_cut(text, 0, colon);
	while (i < sizeof(verbs) / sizeof(verbs[0]) && !slice_eq(name, slice_of(verbs[i])))
		i++;
	if (i == sizeof(verbs) / sizeof(verbs[0]) || slice_find_byte(text, 0, '/') < text.n ||
	    slice_find_byte(text, 0, '\\') < text.n || (i >= 7 && colon + 1 >= text.n)) {
		perl_fail(parser, open, "no verb that is carried over: (*%.*s)", SLICE_ARG(text));
		return;
	}
	parser->facts.refers = true;
	buf_printf(&parser->out, "(*%.*s)", SLICE_ARG((i < 3 ? name : text)));
}

void
perl_group(struct perl_parser *parser, struct perl_piece *piece)
{
	size_t open = parser->at++;

	*piece = (struct perl_piece){ .cost = 4 };
	if (plain(parser, open, piece))
		return;
	if (perl_peek(parser, 0) == '*') {
		verb(parser, open);
		return;
	}
	if (perl_peek(parser, 0) != '?') {
		capture(parser, open, piece);
		return;
	}
	parser->at++;
	if (perl_skip(parser, SLICE("P<")) || perl_skip(parser, SLICE("<")))
		named_capture(parser, open, '>', piece);
	else if (perl_skip(parser, SLICE("'")))
		named_capture(parser, open, '\'', piece);
	else if (perl_skip(parser, SLICE("P>")) || perl_skip(parser, SLICE("&")))
		named_reference(parser, open, true, piece);
	else if (perl_skip(parser, SLICE("P=")))
		named_reference(parser, open, false, piece);
	else if (perl_peek(parser, 0) == '(')
		conditional(parser, open, piece);
	else if (perl_peek(parser, 0) == '[')
		perl_fail(parser, open, "the class operations (?[ ]) are not carried over");
	else if (!recursion(parser, open, piece))
		flags_group(parser, open, piece);
}
