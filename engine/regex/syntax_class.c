/*
 * syntax_class.c - classes and escapes of patterns as sets of bytes
 *
 * Law: pcre2pattern(3), with the options that pcre.c gives: classes are ASCII
 * without /u, and /i pairs ASCII letters (with /l those of Latin-1 too). Under
 * /u every class may hold characters beyond ASCII, and those of more bytes
 * than one are taken as any high bytes; k and s have relatives there.
 */
#include "engine/regex/syntax_parser.h"

#include <string.h>

#include "engine/util/ascii.h"

static bool
left(const struct syntax_parser *parser)
{
	return parser->at < parser->text.n;
}

/* The byte n further on; 0 behind the end. */
static unsigned char
peek(const struct syntax_parser *parser, size_t n)
{
	return parser->at + n < parser->text.n ? (unsigned char)parser->text.p[parser->at + n] : 0;
}

static void
add_folded(const struct syntax_parser *parser, struct byte_set *set, unsigned byte)
{
	byte_set_add(set, byte);
	if (!parser->flags.caseless)
		return;
	if (ascii_is_alpha((char)byte))
		byte_set_add(set, byte ^ 0x20);
	if (parser->latin1 && byte >= 0xc0 && byte != 0xd7 && byte != 0xf7 && byte != 0xdf &&
	    byte != 0xff)
		byte_set_add(set, byte ^ 0x20);
}

/* \d \w \s \h \v and their opposites; false: another letter. */
static bool
class_letter(char letter, struct byte_set *set)
{
	memset(set, 0, sizeof(*set));
	for (unsigned byte = 0; byte < 256; byte++) {
		char c = (char)byte;
		bool in;

		switch (ascii_lower(letter)) {
		case 'd':
			in = ascii_is_digit(c);
			break;
		case 'w':
			in = ascii_is_word(c);
			break;
		case 's':
			in = ascii_is_space(c);
			break;
		case 'h':
			in = c == ' ' || c == '\t' || byte == 0xa0;
			break;
		case 'v':
			in = (byte >= 0x0a && byte <= 0x0d) || byte == 0x85;
			break;
		default:
			return false;
		}
		if (in)
			byte_set_add(set, byte);
	}
	if (ascii_is_upper(letter))
		byte_set_invert(set);
	return true;
}

/* [:name:] of ASCII; false: no such name. */
static bool
posix_holds(struct slice name, char c, bool caseless, bool *holds_r)
{
	static const char *const names[] = { "alpha", "lower", "upper", "digit", "alnum", "space",
		"blank", "cntrl", "punct", "graph", "print", "word", "xdigit", "ascii" };
	bool graph = ascii_is_print(c) && c != ' ';
	const bool holds[] = { ascii_is_alpha(c), caseless ? ascii_is_alpha(c) : ascii_is_lower(c),
		caseless ? ascii_is_alpha(c) : ascii_is_upper(c), ascii_is_digit(c),
		ascii_is_alnum(c), ascii_is_space(c), ascii_is_blank(c), ascii_is_control(c),
		graph && !ascii_is_alnum(c), graph, ascii_is_print(c), ascii_is_word(c),
		ascii_hex(c) >= 0, !ascii_is_high(c) };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (!slice_eq(name, slice_of(names[i])))
			continue;
		*holds_r = holds[i];
		return true;
	}
	return false;
}

/* [:name:] at the cursor, which stands on its [; false: it is none. */
static bool
take_posix(struct syntax_parser *parser, struct byte_set *set)
{
	size_t end;
	struct slice name;
	bool negated, holds;

	if (peek(parser, 1) == '.' || peek(parser, 1) == '=')
		parser->failed = true; /* PCRE2 may take it for a collating element */
	if (peek(parser, 1) != ':')
		return false;
	end = slice_find(parser->text, parser->at + 2, SLICE(":]"));
	if (end == parser->text.n)
		return false;
	name = slice_cut(parser->text, parser->at + 2, end);
	negated = slice_starts(name, SLICE("^"));
	if (negated)
		name = slice_from(name, 1);
	/* Whether these fold case under /iu, releases of PCRE2 do not agree. */
	if (parser->utf && parser->flags.caseless &&
	    (slice_eq(name, SLICE("lower")) || slice_eq(name, SLICE("upper"))))
		byte_set_add_range(set, 0, 0xff);
	for (unsigned byte = 0; byte < 256; byte++) {
		if (!posix_holds(name, (char)byte, parser->flags.caseless, &holds)) {
			parser->failed = true;
			return false;
		}
		if (holds != negated)
			byte_set_add(set, byte);
	}
	parser->at = end + 2;
	return true;
}

/* Digits of base 8 or 16, `most` at most. */
static unsigned
take_number(struct syntax_parser *parser, unsigned base, unsigned most)
{
	unsigned value = 0;

	for (; most > 0 && left(parser); most--) {
		int digit = ascii_hex((char)peek(parser, 0));

		if (digit < 0 || (unsigned)digit >= base)
			break;
		value = value * base + (unsigned)digit;
		parser->at++;
	}
	return value;
}

/* {hex} or {octal} at the cursor. */
static unsigned
take_braced(struct syntax_parser *parser, unsigned base)
{
	size_t begin = ++parser->at;
	unsigned value = take_number(parser, base, 7);

	if (peek(parser, 0) != '}' || parser->at == begin)
		parser->failed = true;
	parser->at++;
	return value;
}

/* An escape that stands for one character: its number; -1: another escape, nothing taken. */
static long
take_character_escape(struct syntax_parser *parser)
{
	static const char letters[] = "aefnrt";
	static const char values[] = "\a\033\f\n\r\t";
	char c = (char)peek(parser, 0);
	const char *letter = c == '\0' ? NULL : strchr(letters, c);

	if (!left(parser)) {
		parser->failed = true;
		return -1;
	}
	if (letter != NULL) {
		parser->at++;
		return values[letter - letters];
	}
	if (c == 'x') {
		parser->at++;
		return peek(parser, 0) == '{' ? (long)take_braced(parser, 16)
					      : (long)take_number(parser, 16, 2);
	}
	if (c == 'o' && peek(parser, 1) == '{') {
		parser->at++;
		return (long)take_braced(parser, 8);
	}
	if (c == '0')
		return (long)take_number(parser, 8, 3);
	if (c == 'c' && ascii_is_print((char)peek(parser, 1))) {
		parser->at += 2;
		return (unsigned char)ascii_upper(parser->text.p[parser->at - 1]) ^ 0x40;
	}
	if (ascii_is_alnum(c) || ascii_is_high(c))
		return -1;
	parser->at++;
	return (unsigned char)c;
}

/* Skips \pL, \p{..}; the cursor stands behind the p. */
static void
skip_property(struct syntax_parser *parser)
{
	size_t end = slice_find_byte(parser->text, parser->at, '}');

	if (peek(parser, 0) != '{')
		parser->at++;
	else if (end < parser->text.n)
		parser->at = end + 1;
	else
		parser->failed = true;
}

static struct byte_set
all_bytes(void)
{
	struct byte_set all = { { 0 } };

	byte_set_invert(&all);
	return all;
}

struct syntax_node *
syntax_character(struct syntax_parser *parser, const struct byte_set *set)
{
	struct syntax_node *node = syntax_node_new(parser, SYNTAX_SET);
	struct syntax_node *repeat;

	if (node == NULL)
		return NULL;
	node->set = *set;
	if (!parser->utf)
		return node;
	byte_set_add_range(&node->set, 0x80, 0xff);
	if (parser->flags.caseless) {
		/* The long s and the sign of Kelvin are theirs. */
		for (const char *c = "kKsS"; *c != '\0'; c++)
			byte_set_add(&node->set, (unsigned char)*c);
	}
	repeat = syntax_node_new(parser, SYNTAX_REPEAT);
	if (repeat == NULL)
		return NULL;
	repeat->first = node;
	repeat->min = 1;
	repeat->max = 4;
	return repeat;
}

struct syntax_node *
syntax_literal(struct syntax_parser *parser, unsigned byte)
{
	struct byte_set set = { { 0 } };
	struct syntax_node *node;

	if (parser->utf &&
	    (byte >= 0x80 || (parser->flags.caseless && (ascii_lower((char)byte) == 'k' ||
							    ascii_lower((char)byte) == 's')))) {
		if (byte < 0x80)
			add_folded(parser, &set, byte);
		/* A character of several bytes: the quantifier behind it is the whole one's. */
		while (byte >= 0x80 && (peek(parser, 0) & 0xc0) == 0x80)
			parser->at++;
		return syntax_character(parser, &set);
	}
	add_folded(parser, &set, byte);
	node = syntax_node_new(parser, SYNTAX_SET);
	if (node != NULL)
		node->set = set;
	return node;
}

/* A number as a literal: beyond a byte it is a character of UTF-8. */
static struct syntax_node *
numbered(struct syntax_parser *parser, unsigned long number)
{
	struct byte_set none = { { 0 } };

	if (number < 0x80 || (number < 0x100 && !parser->utf))
		return syntax_literal(parser, (unsigned)number);
	if (!parser->utf)
		parser->failed = true;
	return syntax_character(parser, &none);
}

/* \1, \g{..}, \k<..>: whatever it is, it is passed over. */
static struct syntax_node *
reference(struct syntax_parser *parser, char c)
{
	char open = (char)peek(parser, 0);
	size_t end;

	if (ascii_is_digit(c)) {
		while (ascii_is_digit((char)peek(parser, 0)))
			parser->at++;
		return syntax_node_new(parser, SYNTAX_ANY);
	}
	if (c == 'g' && (ascii_is_digit(open) || open == '-' || open == '+')) {
		do
			parser->at++;
		while (ascii_is_digit((char)peek(parser, 0)));
		return syntax_node_new(parser, SYNTAX_ANY);
	}
	end = slice_find_byte(parser->text, parser->at + 1, ascii_closing(open));
	if ((open != '{' && open != '<' && open != '\'') || end == parser->text.n)
		parser->failed = true;
	parser->at = end + 1;
	return syntax_node_new(parser, SYNTAX_ANY);
}

/* \R: a line's end, of two bytes perhaps; under /u of three. */
static struct syntax_node *
line_end(struct syntax_parser *parser)
{
	struct syntax_node *repeat = syntax_node_new(parser, SYNTAX_REPEAT);
	struct syntax_node *node = syntax_node_new(parser, SYNTAX_SET);

	if (repeat == NULL || node == NULL)
		return NULL;
	byte_set_add_range(&node->set, 0x0a, 0x0d);
	byte_set_add(&node->set, 0x85);
	if (parser->utf)
		byte_set_add_range(&node->set, 0x80, 0xff);
	repeat->first = node;
	repeat->min = 1;
	repeat->max = parser->utf ? 4 : 2;
	return repeat;
}

struct syntax_node *
syntax_escape(struct syntax_parser *parser)
{
	long number = take_character_escape(parser);
	struct byte_set set;
	char c;

	if (parser->failed)
		return NULL;
	if (number >= 0)
		return numbered(parser, (unsigned long)number);
	c = (char)peek(parser, 0);
	parser->at++;
	if (class_letter(c, &set))
		return syntax_character(parser, &set);
	set = all_bytes();
	switch (c) {
	case 'b':
	case 'B':
		/* Under /u words are Unicode's. */
		if (parser->utf)
			return syntax_node_new(parser, SYNTAX_EMPTY);
		return syntax_edge(parser, c == 'b' ? SYNTAX_WORD_EDGE : SYNTAX_NO_WORD_EDGE);
	case 'A':
		return syntax_edge(parser, SYNTAX_LINE_START);
	case 'Z':
	case 'z':
	case 'G':
	case 'K':
		return syntax_node_new(parser, SYNTAX_EMPTY);
	case 'R':
		return line_end(parser);
	case 'N':
		if (peek(parser, 0) == '{')
			parser->failed = true;
		return syntax_character(parser, &set);
	case 'p':
	case 'P':
		skip_property(parser);
		return syntax_character(parser, &set);
	case 'X':
		return syntax_node_new(parser, SYNTAX_ANY);
	case 'g':
	case 'k':
		return reference(parser, c);
	default:
		if (ascii_is_digit(c))
			return reference(parser, c);
		if (ascii_is_high(c))
			return syntax_literal(parser, (unsigned char)c);
		parser->failed = true;
		return NULL;
	}
}

/* An escape in a class: a number that may begin a range, or -1 and what it brings in *set. */
static long
class_escape(struct syntax_parser *parser, struct byte_set *set)
{
	long number;
	struct byte_set letter;
	char c = (char)peek(parser, 0);

	if (ascii_is_digit(c) && c < '8')
		return (long)take_number(parser, 8, 3);
	number = take_character_escape(parser);
	if (number >= 0 || parser->failed)
		return number;
	parser->at++;
	if (class_letter(c, &letter)) {
		byte_set_join(set, &letter);
	} else if (c == 'b') {
		return '\b';
	} else if (c == 'p' || c == 'P') {
		letter = all_bytes();
		skip_property(parser);
		byte_set_join(set, &letter);
	} else if (ascii_is_high(c)) {
		return (unsigned char)c;
	} else {
		parser->failed = true;
	}
	return -1;
}

/* One member of a class: its number, or -1: a set was joined; -2: nothing stands there. */
static long
class_member(struct syntax_parser *parser, struct byte_set *set)
{
	unsigned char c = peek(parser, 0);

	if (!parser->quoting && c == '[' && take_posix(parser, set))
		return -1;
	parser->at++;
	if (c == '\\' && parser->quoting && peek(parser, 0) == 'E') {
		parser->at++;
		parser->quoting = false;
		return -2;
	}
	if (c != '\\' || parser->quoting) {
		bool ignored = parser->flags.extended_more && (c == ' ' || c == '\t');

		return ignored && !parser->quoting ? -2 : c;
	}
	if (peek(parser, 0) == 'Q' || peek(parser, 0) == 'E') {
		parser->quoting = peek(parser, 0) == 'Q';
		parser->at++;
		return -2;
	}
	return class_escape(parser, set);
}

/* Adds from..to with their other case; what does not fit into a byte is UTF's. */
static void
class_range(struct syntax_parser *parser, struct byte_set *set, long from, long to)
{
	if (to < from || (to > 0xff && !parser->utf)) {
		parser->failed = true;
		return;
	}
	for (long byte = from; byte <= to && byte <= 0xff; byte++)
		add_folded(parser, set, (unsigned)byte);
}

/* Whether a - that makes a range stands at the cursor. */
static bool
range_follows(const struct syntax_parser *parser)
{
	return !parser->quoting && peek(parser, 0) == '-' && parser->at + 1 < parser->text.n &&
	       peek(parser, 1) != ']';
}

struct syntax_node *
syntax_class(struct syntax_parser *parser)
{
	struct byte_set set = { { 0 } };
	bool negated = peek(parser, 0) == '^';
	bool first = true;

	parser->at += negated ? 1 : 0;
	while (left(parser) && !parser->failed) {
		long from, to = -2;

		if (peek(parser, 0) == ']' && !first && !parser->quoting)
			break;
		from = class_member(parser, &set);
		/* \E before the ^ or in a range, blanks of /xx: too rare to be sure of. */
		if (from == -2 && (first || parser->flags.extended_more || peek(parser, 0) == '-'))
			parser->failed = true;
		if (from == -2)
			continue;
		first = false;
		/* Behind \w and the like it is itself. */
		if (from == -1 && range_follows(parser)) {
			parser->at++;
			byte_set_add(&set, '-');
		}
		if (from < 0)
			continue;
		if (range_follows(parser)) {
			parser->at++;
			to = class_member(parser, &set);
			if (to < 0)
				parser->failed = true;
		}
		class_range(parser, &set, from, to < 0 ? from : to);
	}
	if (!left(parser) || parser->quoting)
		parser->failed = true;
	parser->at++;
	/* All bytes stand for what is not known, as \p{..}: its opposite is not known either. */
	if (negated && byte_set_count(&set) < 256)
		byte_set_invert(&set);
	return parser->failed ? NULL : syntax_character(parser, &set);
}
