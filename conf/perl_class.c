/*
 * perl_class.c - bracketed classes of a Perl pattern
 *
 * Ranges that end in a class, and POSIX names outside of brackets, are
 * warnings of Perl's and so errors in SpamAssassin. Code points above 0xff
 * fall out, since no byte is one. Each [ is written \[ for PCRE2, which has
 * names of its own there, and so are . : = at a class's beginning.
 */
#include "conf/perl_parser.h"

#include "engine/util/ascii.h"

/* One item of a class. */
struct class_item {
	size_t begin; /* in the text */
	bool set; /* \d, [:alpha:]: no end of a range */
	unsigned code;
};

/* A class while it is read. */
struct class_reader {
	struct perl_parser *parser;
	size_t begin; /* of its first item, in the text */
	size_t count; /* items written */
};

static bool
posix_known(struct slice name)
{
	static const char *const known[] = { "alpha", "digit", "alnum", "lower", "upper", "space",
		"blank", "punct", "print", "graph", "cntrl", "xdigit", "word", "ascii" };

	name = slice_from(name, slice_starts(name, SLICE("^")));
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (slice_eq(name, slice_of(known[i])))
			return true;
	}
	return false;
}

/* "mark name mark" at `at`, name of letters, digits, - and ^ or one byte; absent: none. */
static struct slice
posix_name(struct slice text, size_t at)
{
	char mark = at < text.n ? text.p[at] : '\0';
	size_t end = at + 1;

	if (mark != ':' && mark != '.' && mark != '=')
		return SLICE_ABSENT;
	if (mark != ':' && end + 1 < text.n && text.p[end] != '\\' && text.p[end + 1] == mark)
		return slice_cut(text, end, end + 1);
	while (end < text.n &&
	       (ascii_is_word(text.p[end]) || text.p[end] == '-' || text.p[end] == '^'))
		end++;
	return end > at + 1 && end < text.n && text.p[end] == mark ? slice_cut(text, at + 1, end)
								   : SLICE_ABSENT;
}

/* [:alpha:] inside brackets: true when one was read. */
static bool
read_posix(struct class_reader *reader)
{
	struct perl_parser *parser = reader->parser;
	struct slice name = posix_name(parser->text, parser->at + 1);
	size_t end = parser->at + name.n + 3;

	if (name.p == NULL || end >= parser->text.n || parser->text.p[end] != ']')
		return false;
	if (perl_peek(parser, 1) != ':')
		return perl_fail(parser, parser->at, "[%c %c] in a class has no meaning",
		    perl_peek(parser, 1), perl_peek(parser, 1));
	if (!posix_known(name)) {
		if (name.n < 2)
			return false;
		return perl_fail(parser, parser->at, "there is no class [:%.*s:]", SLICE_ARG(name));
	}
	buf_printf(&parser->out, "[:%.*s:]", SLICE_ARG(name));
	parser->at = end + 1;
	return true;
}

static void
skip_blanks(struct perl_parser *parser)
{
	while (parser->flags.extended_more && ascii_is_blank(perl_peek(parser, 0)))
		parser->at++;
}

/* Reads an item; sets are written at once, a code is not. */
static bool
read_item(struct class_reader *reader, struct class_item *item)
{
	struct perl_parser *parser = reader->parser;
	char c = perl_peek(parser, 0), next = perl_peek(parser, 1);

	*item = (struct class_item){ .begin = parser->at, .code = (unsigned char)c };
	if (c == '[') {
		item->set = read_posix(reader);
		if (!item->set)
			parser->at++;
	} else if (c != '\\') {
		parser->at++;
	} else if (parser->at + 1 >= parser->text.n) {
		return perl_fail(parser, parser->at, "a backslash at the end");
	} else if (perl_code_point(parser, true, &item->code)) {
		return !parser->failed;
	} else if (parser->failed) {
		return false;
	} else if (next == 'p' || next == 'P') {
		item->set = true;
		perl_property(parser);
	} else if (memchr("dDsSwWhHvV", next, 10) != NULL) {
		item->set = true;
		buf_add(&parser->out, slice_cut(parser->text, parser->at, parser->at + 2));
		parser->at += 2;
	} else if (ascii_is_alnum(next)) {
		return perl_fail(parser, parser->at, "\\%c means nothing in a class", next);
	} else {
		item->code = (unsigned char)next;
		parser->at += 2;
	}
	return !parser->failed;
}

/* \x and two digits: a ruleset has hundreds of thousands of them. */
static void
emit_hex(struct buf *out, unsigned char byte)
{
	static const char digits[] = "0123456789abcdef";
	const char text[4] = { '\\', 'x', digits[byte >> 4], digits[byte & 15] };

	buf_add(out, (struct slice){ text, sizeof(text) });
}

static void
emit_code(struct class_reader *reader, unsigned code, bool plain_hyphen)
{
	struct perl_parser *parser = reader->parser;
	char c = (char)code;

	reader->count++;
	if (c == '\t' || c == '\n' || c == '\r')
		buf_add(&parser->out, c == '\t'   ? SLICE("\\t")
				      : c == '\n' ? SLICE("\\n")
						  : SLICE("\\r"));
	else if (!ascii_is_print(c))
		emit_hex(&parser->out, (unsigned char)code);
	else if (memchr("\\]^[/", c, 5) != NULL || (c == '-' && !plain_hyphen) ||
		 (reader->count == 1 && memchr(".:=", c, 3) != NULL))
		buf_printf(&parser->out, "\\%c", c);
	else
		buf_add_byte(&parser->out, c);
	if (code >= 0x80 && parser->flags.caseless && parser->flags.unfolded)
		perl_fail(parser, parser->at,
		    "bytes of 0x80 and more in a class where they have no case, but letters have");
}

/* What Perl folds the code points above 0xff between the two to. */
static void
emit_folds(struct class_reader *reader, unsigned low, unsigned high)
{
	static const unsigned folding[] = { 0x178, 0x39c, 0x1e9e, 0x212b };

	for (size_t i = 0; i < sizeof(folding) / sizeof(folding[0]); i++) {
		bool inside = low <= folding[i] && folding[i] <= high;

		if (folding[i] == 0x39c)
			inside = inside || (low <= 0x3bc && 0x3bc <= high);
		if (inside && reader->parser->flags.caseless)
			emit_code(reader, perl_fold(folding[i]), false);
	}
}

/* One code, or the beginning of a range. */
static void
read_range(struct class_reader *reader, const struct class_item *first)
{
	struct perl_parser *parser = reader->parser;
	struct class_item last = *first;
	size_t end = parser->at;
	bool hyphen, edge;

	skip_blanks(parser);
	hyphen = perl_peek(parser, 0) == '-' && parser->at + 1 < parser->text.n;
	if (hyphen) {
		parser->at++;
		skip_blanks(parser);
		hyphen = perl_peek(parser, 0) != ']';
	}
	if (hyphen && !read_item(reader, &last))
		return;
	if (hyphen && (first->set || last.set || last.code < first->code)) {
		perl_fail(parser, first->begin,
		    last.set || first->set ? "a range that ends in a class of characters"
					   : "a range whose end comes before its beginning");
		return;
	}
	if (!hyphen)
		parser->at = end;
	if (first->set) {
		reader->count++;
		return;
	}
	edge = first->begin == reader->begin || perl_peek(parser, 0) == ']';
	if (first->code <= 0xff)
		emit_code(reader, first->code, edge && !hyphen);
	if (first->code <= 0xff && hyphen && last.code > first->code) {
		buf_add_byte(&parser->out, '-');
		emit_code(reader, last.code > 0xff ? 0xff : last.code, false);
	}
	if (last.code > 0xff)
		emit_folds(reader, first->code, last.code);
}

/* [:alpha:] and its like without brackets around. */
static bool
stray_posix(struct perl_parser *parser)
{
	struct slice name = posix_name(parser->text, parser->at + 1);
	size_t end = parser->at + name.n + 3;

	if (name.p == NULL ||
	    (perl_peek(parser, 1) == ':' ? !posix_known(name)
					 : end >= parser->text.n || parser->text.p[end] != ']'))
		return false;
	perl_fail(parser, parser->at, "[%c%.*s%c] belongs inside another [ ]", perl_peek(parser, 1),
	    SLICE_ARG(name), perl_peek(parser, 1));
	return true;
}

void
perl_class(struct perl_parser *parser, struct perl_piece *piece)
{
	size_t open = parser->at, written = parser->out.n;
	struct class_reader reader = { .parser = parser };
	struct class_item item;
	bool negated;

	*piece = (struct perl_piece){ .min = 1, .max = 1, .wide = true, .cost = 33 };
	if (stray_posix(parser))
		return;
	parser->at++;
	negated = perl_skip(parser, SLICE("^"));
	skip_blanks(parser);
	reader.begin = parser->at;
	buf_add(&parser->out, negated ? SLICE("[^") : SLICE("["));
	while (!parser->failed) {
		if (parser->at >= parser->text.n) {
			perl_fail(parser, open, "the [ is not closed");
			return;
		}
		if (perl_peek(parser, 0) == ']' && parser->at > reader.begin)
			break;
		if (read_item(&reader, &item))
			read_range(&reader, &item);
		skip_blanks(parser);
	}
	parser->at++;
	buf_add_byte(&parser->out, ']');
	if (reader.count == 1 && parser->at - open <= 6)
		piece->cost = 2;
	if (reader.count > 0)
		return;
	parser->out.n = written;
	buf_add(&parser->out, negated ? SLICE("[\\x00-\\xff]") : SLICE("[^\\x00-\\xff]"));
}
