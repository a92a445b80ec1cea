/*
 * perl_regex.c - delimiters and flags of a Perl pattern, and its translation as a whole
 *
 * Delimiters are SpamAssassin's: /../, or m or qr with any mark that is no
 * letter, digit, underscore or backslash. The last one closes; behind it stand
 * small letters, and within not one of them unescaped, but for the brackets
 * ) ] }, which SpamAssassin does not look at. The code blocks (?{ and (??{
 * are refused anywhere, even in a class.
 *
 * Flags: i m s stay; x and n are worked in; p and a change nothing; d says
 * that bytes of 0x80 and more have no case, which i gives them otherwise
 * (flag l of ours). u and l, which no rule uses, are refused: Unicode's and a
 * locale's folding. g o c and others are errors, as in SpamAssassin.
 */
#include "conf/perl_parser.h"

#include <stdarg.h>
#include <stdio.h>

#include "engine/util/ascii.h"

bool
perl_fail(struct perl_parser *parser, size_t at, const char *format, ...)
{
	va_list args;
	char text[ERR_TEXT_SIZE];

	if (parser->failed)
		return false;
	parser->failed = true;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	err_set(parser->err, "%s", text);
	parser->err->column = parser->column + (unsigned)at;
	return false;
}

static bool
split_fail(struct err *err, size_t at, const char *text)
{
	err_set(err, "%s", text);
	err->column = (unsigned)at + 1;
	return false;
}

/* Where the pattern begins and what closes it. */
static bool
split_open(struct slice text, size_t *start_r, char *close_r, struct err *err)
{
	size_t at = 0;
	char open;

	if (text.n > 0 && text.p[0] == '/') {
		*start_r = 1;
		*close_r = '/';
		return true;
	}
	if (slice_starts(text, SLICE("qr")))
		at = 2;
	else if (slice_starts(text, SLICE("m")))
		at = 1;
	if (at == 0 || at >= text.n || ascii_is_word(text.p[at]))
		return split_fail(err, 0, "a pattern is written /../ or m{..}, with its flags");
	open = text.p[at];
	if (open == '\\')
		return split_fail(err, at, "a backslash does not delimit a pattern");
	*start_r = at + 1;
	*close_r = ascii_closing(open);
	return true;
}

/* Where an unescaped `mark` stands in body, or body.n. */
static size_t
find_unescaped(struct slice body, char mark)
{
	for (size_t at = 0; at < body.n; at++) {
		if (body.p[at] == '\\' && mark != '\\')
			at++;
		else if (body.p[at] == mark)
			return at;
	}
	return body.n;
}

bool
perl_regex_split(struct slice text, struct perl_pattern *pattern_r, struct err *err)
{
	size_t start, end = text.n, at;
	struct slice body;
	char close;

	if (!split_open(text, &start, &close, err))
		return false;
	while (end > start && ascii_is_lower(text.p[end - 1]) && text.p[end - 1] != 'e')
		end--;
	if (end <= start || text.p[end - 1] != close)
		return split_fail(err, end > 0 ? end - 1 : 0,
		    "the pattern has no closing mark, or no flags behind it");
	body = slice_cut(text, start, end - 1);
	if (slice_find(body, 0, SLICE("(?{")) < body.n ||
	    slice_find(body, 0, SLICE("(\?\?{")) < body.n)
		return split_fail(err, start, "a pattern may not hold code: (?{ or (\?\?{");
	at = close == ')' || close == ']' || close == '}' ? body.n : find_unescaped(body, close);
	if (at < body.n)
		return split_fail(
		    err, start + at, "the closing mark stands in the pattern without a backslash");
	*pattern_r = (struct perl_pattern){ body, slice_from(text, end), (unsigned)start + 1 };
	return true;
}

static bool
read_flags(struct perl_parser *parser, struct slice flags)
{
	unsigned ascii = 0;
	bool bytes = false;

	for (size_t i = 0; i < flags.n; i++) {
		switch (flags.p[i]) {
		case 'i':
			parser->flags.caseless = true;
			break;
		case 'm':
			parser->flags.multiline = true;
			break;
		case 's':
			parser->flags.dotall = true;
			break;
		case 'x':
			parser->flags.extended_more = i > 0 && flags.p[i - 1] == 'x';
			parser->flags.extended = true;
			break;
		case 'n':
			parser->flags.no_capture = true;
			break;
		case 'a':
			ascii++;
			break;
		case 'd':
			bytes = true;
			break;
		case 'p':
			break;
		default:
			return perl_fail(parser, parser->text.n + 1 + i,
			    "there is no such pattern flag here: %c", flags.p[i]);
		}
	}
	if (ascii > 2 || (ascii > 0 && bytes))
		return perl_fail(parser, parser->text.n + 1, "the flags a and d stand together");
	parser->flags.unfolded = bytes;
	return true;
}

/* "/out/flags" */
static struct slice
finish(struct arena *arena, const struct perl_parser *parser)
{
	struct buf text = { .arena = arena };

	buf_add_byte(&text, '/');
	if (parser->names_twice)
		buf_add(&text, SLICE("(?J)"));
	for (size_t i = 0; i < parser->call_count; i++) {
		const struct perl_call *call = &parser->calls[i];

		if (call->used)
			buf_printf(&text, "(?(DEFINE)(?<" PERL_CALL_PREFIX "%.*s>%.*s))",
			    SLICE_ARG(call->name), SLICE_ARG(call->pattern));
	}
	buf_add(&text, buf_slice(&parser->out));
	buf_add_byte(&text, '/');
	if (parser->first.caseless)
		buf_add_byte(&text, 'i');
	if (parser->first.multiline)
		buf_add_byte(&text, 'm');
	if (parser->first.dotall)
		buf_add_byte(&text, 's');
	if (parser->caseless)
		buf_add_byte(&text, 'l');
	return text.failed ? SLICE_ABSENT : buf_slice(&text);
}

bool
perl_regex_translate(struct arena *arena, const struct perl_pattern *pattern,
    struct perl_call *calls, size_t call_count, bool bare, struct slice *pattern_r,
    struct perl_facts *facts_r, struct err *err)
{
	struct perl_parser parser = {
		.text = pattern->body,
		.out = { .arena = arena },
		.calls = calls,
		.call_count = call_count,
		.names = VEC_OF(struct slice, arena),
		.column = pattern->column,
		.err = err,
	};
	struct perl_piece piece = { 0 };

	if (!read_flags(&parser, pattern->flags))
		return false;
	parser.first = parser.flags;
	parser.caseless = parser.flags.caseless;
	perl_alternation(&parser, &piece, false);
	if (parser.at < parser.text.n)
		perl_fail(&parser, parser.at, "a ) too many");
	if (parser.failed)
		return false;
	parser.facts.cost = piece.cost;
	parser.facts.min = piece.min;
	parser.facts.max = piece.max;
	parser.facts.names = parser.names.n > 0;
	*facts_r = parser.facts;
	*pattern_r = bare ? buf_slice(&parser.out) : finish(arena, &parser);
	if (parser.out.failed || pattern_r->p == NULL) {
		if (!parser.out.failed && parser.out.n == 0 && bare) {
			*pattern_r = SLICE("");
			return true;
		}
		return perl_fail(&parser, 0, "no memory for the pattern");
	}
	return true;
}

bool
perl_regex_read(struct arena *arena, struct slice text, struct slice *pattern_r, struct err *err)
{
	struct perl_pattern pattern;
	struct perl_facts facts;

	return perl_regex_split(text, &pattern, err) &&
	       perl_regex_translate(arena, &pattern, NULL, 0, false, pattern_r, &facts, err);
}
