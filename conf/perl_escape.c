/*
 * perl_escape.c - what follows a backslash in a Perl pattern
 *
 * Code points up to 0xff are written \xHH; a higher one matches no byte, but
 * under i those few that have a small or capital letter in Latin-1. Numbers
 * are a capture's when they are below 10 or as many captures are open
 * already, and octal digits otherwise. A backslash before a letter that means
 * nothing is a warning of Perl's and so an error in SpamAssassin: \Q \E \U
 * \L \u \l and \F among them, since nothing is interpolated.
 *
 * Not carried over: named characters (\N{U+41} is), properties that PCRE2
 * does not know by that name.
 */
#include "conf/perl_parser.h"

#include "engine/util/ascii.h"

#define CODE_MAX 0x7fffffffU

unsigned
perl_fold(unsigned code)
{
	static const struct {
		unsigned code, byte;
	} folds[] = { { 0x178, 0xff }, { 0x39c, 0xb5 }, { 0x3bc, 0xb5 }, { 0x1e9e, 0xdf },
		{ 0x212b, 0xe5 } };

	for (size_t i = 0; i < sizeof(folds) / sizeof(folds[0]); i++) {
		if (folds[i].code == code)
			return folds[i].byte;
	}
	return 0;
}

void
perl_emit_byte(struct perl_parser *parser, unsigned char byte)
{
	static const char special[] = "\\^$.[|()*+?{/";
	char c = (char)byte;
	bool guarded = parser->flags.caseless && parser->flags.unfolded && byte >= 0x80;

	if (!ascii_is_print(c)) {
		buf_printf(&parser->out, guarded ? "(?-i:\\x%02x)" : "\\x%02x", byte);
		return;
	}
	if (memchr(special, c, sizeof(special) - 1) != NULL)
		buf_add_byte(&parser->out, '\\');
	buf_add_byte(&parser->out, c);
}

/* Digits of a base of 8 or 16, with single underscores among them; false: others. */
static bool
read_digits(struct slice digits, int base, unsigned *code_r)
{
	unsigned code = 0;

	for (size_t i = 0; i < digits.n; i++) {
		int value = ascii_hex(digits.p[i]);

		if (digits.p[i] == '_')
			continue;
		if (value < 0 || value >= base)
			return false;
		if (code > CODE_MAX / (unsigned)base)
			return false;
		code = code * (unsigned)base + (unsigned)value;
	}
	*code_r = code;
	return code <= CODE_MAX;
}

/* \x41 \x{41}; the parser stands behind the x. */
static bool
hex_code(struct perl_parser *parser, bool in_class, unsigned *code_r)
{
	size_t begin = parser->at;
	struct slice digits;

	*code_r = 0;
	if (perl_skip(parser, SLICE("{"))) {
		if (!perl_until(parser, '}', &digits))
			return perl_fail(parser, begin, "\\x{ has no closing brace");
		return read_digits(perl_trim(digits), 16, code_r) ||
		       perl_fail(parser, begin, "no hexadecimal number in \\x{}");
	}
	while (parser->at < begin + 2 && ascii_hex(perl_peek(parser, 0)) >= 0)
		*code_r = *code_r * 16 + (unsigned)ascii_hex(parser->text.p[parser->at++]);
	if (parser->at < begin + 2 && (in_class || parser->at < parser->text.n))
		return perl_fail(parser, begin, "\\x wants two hexadecimal digits, or \\x{..}");
	return true;
}

/* Up to three octal digits, the parser at the first. */
static bool
octal_code(struct perl_parser *parser, unsigned *code_r)
{
	size_t begin = parser->at;

	*code_r = 0;
	while (parser->at < begin + 3 && perl_peek(parser, 0) >= '0' && perl_peek(parser, 0) <= '7')
		*code_r = *code_r * 8 + (unsigned)(parser->text.p[parser->at++] - '0');
	if (parser->at < begin + 3 && ascii_is_digit(perl_peek(parser, 0)))
		return perl_fail(parser, parser->at, "the octal number ends early");
	return true;
}

/* \o{101} */
static bool
braced_octal(struct perl_parser *parser, unsigned *code_r)
{
	size_t begin = parser->at;
	struct slice digits;

	if (!perl_skip(parser, SLICE("{")) || !perl_until(parser, '}', &digits))
		return perl_fail(parser, begin, "\\o wants braces");
	digits = perl_trim(digits);
	return (digits.n > 0 && read_digits(digits, 8, code_r)) ||
	       perl_fail(parser, begin, "no octal number in \\o{}");
}

/* \cA: what Perl's warning leaves, and control characters only. */
static bool
control_code(struct perl_parser *parser, unsigned *code_r)
{
	char c = ascii_upper(perl_peek(parser, 0));

	if (!(c >= '?' && c <= '_'))
		return perl_fail(parser, parser->at, "no control character is written so");
	parser->at++;
	*code_r = (unsigned char)c ^ 0x40U;
	return true;
}

/* \N{U+41}; the parser stands at the brace. */
static bool
named_code(struct perl_parser *parser, unsigned *code_r)
{
	size_t begin = parser->at;
	struct slice name;

	parser->at++;
	if (!perl_until(parser, '}', &name))
		return perl_fail(parser, begin, "\\N{ has no closing brace");
	name = perl_trim(name);
	if (!slice_starts(name, SLICE("U+")) || name.n == 2 ||
	    !read_digits(slice_from(name, 2), 16, code_r))
		return perl_fail(parser, begin, "of named characters only \\N{U+41} is read");
	return true;
}

bool
perl_code_point(struct perl_parser *parser, bool in_class, unsigned *code_r)
{
	static const char letters[] = "abtnfre", codes[] = "\a\b\t\n\f\r\033";
	char c = perl_peek(parser, 1);
	const char *letter = c == '\0' ? NULL : memchr(letters, c, sizeof(letters) - 1);

	if (letter != NULL && (c != 'b' || in_class)) {
		parser->at += 2;
		*code_r = (unsigned char)codes[letter - letters];
		return true;
	}
	if (c == '0' || (in_class && c >= '1' && c <= '7')) {
		parser->at++;
		return octal_code(parser, code_r);
	}
	if (c == 'N' && perl_peek(parser, 2) == '{') {
		parser->at += 2;
		if (!in_class && perl_at_braces(parser)) {
			parser->at -= 2;
			return false;
		}
		return named_code(parser, code_r);
	}
	if (c != 'x' && c != 'o' && c != 'c')
		return false;
	parser->at += 2;
	return c == 'x'   ? hex_code(parser, in_class, code_r)
	       : c == 'o' ? braced_octal(parser, code_r)
			  : control_code(parser, code_r);
}

/* A code point outside of classes. `written` is kept where it says the same to PCRE2. */
static void
emit_code(struct perl_parser *parser, unsigned code, struct slice written)
{
	unsigned fold = parser->flags.caseless ? perl_fold(code) : 0;

	if (code > 0xff && fold == 0) {
		/* One character that there is not: it may be quantified, and has a length. */
		buf_add(&parser->out, SLICE("[^\\x00-\\xff]"));
		return;
	}
	if (code > 0xff)
		code = fold;
	if (written.n == 2 && memchr("tnfrea", written.p[1], 6) != NULL)
		buf_add(&parser->out, written);
	else if (code < 0x80 || !parser->flags.caseless || !parser->flags.unfolded)
		buf_printf(&parser->out, "\\x%02x", code);
	else
		perl_emit_byte(parser, (unsigned char)code);
}

/* Emits a reference to a capture by number. */
static void
emit_reference(struct perl_parser *parser, size_t at, unsigned number)
{
	char next = perl_peek(parser, 0);

	parser->facts.refers = true;
	if (number == 0)
		perl_fail(parser, at, "there is no group 0 to refer to");
	else if (number < 10 && !ascii_is_digit(next))
		buf_printf(&parser->out, "\\%u", number);
	else
		buf_printf(&parser->out, "\\g{%u}", number);
}

/* Digits of a group's number, at most four. */
static bool
group_number(struct slice text, unsigned *number_r)
{
	*number_r = 0;
	for (size_t i = 0; i < text.n; i++) {
		if (!ascii_is_digit(text.p[i]))
			return false;
		*number_r = *number_r * 10 + (unsigned)(text.p[i] - '0');
	}
	return text.n > 0 && text.n < 5;
}

/* \1, or octal. True: a reference. */
static bool
numbered(struct perl_parser *parser, struct perl_piece *piece)
{
	size_t at = parser->at, end = at + 1;
	unsigned number = 0, code;

	while (end < parser->text.n && ascii_is_digit(parser->text.p[end]))
		end++;
	if (!group_number(slice_cut(parser->text, at + 1, end), &number))
		number = PERL_REPEAT_MAX;
	if (number > 9 && number > parser->groups && parser->text.p[at + 1] < '8') {
		parser->at++;
		if (octal_code(parser, &code))
			emit_code(parser, code, SLICE(""));
		return false;
	}
	parser->at = end;
	emit_reference(parser, at, number);
	*piece = (struct perl_piece){ .max = PERL_UNBOUNDED, .wide = true, .cost = 3 };
	return true;
}

/* \g1 \g-1 \g{1} \g{-1} \g{name}; and \k<name> \k'name' \k{name} */
static void
reference(struct perl_parser *parser, struct perl_piece *piece)
{
	size_t begin = parser->at;
	char kind = perl_peek(parser, 1), open = perl_peek(parser, 2);
	struct slice name;
	unsigned number;
	bool before;

	parser->at += 2;
	*piece = (struct perl_piece){ .max = PERL_UNBOUNDED, .wide = true, .cost = 3 };
	if (open == '{' || (kind == 'k' && (open == '<' || open == '\''))) {
		parser->at++;
		if (!perl_until(parser, open == '\'' ? open : ascii_closing(open), &name)) {
			perl_fail(parser, begin, "the name in the reference does not end");
			return;
		}
		name = perl_trim(name);
	} else {
		size_t end = parser->at + (open == '-');

		while (end < parser->text.n && ascii_is_digit(parser->text.p[end]))
			end++;
		name = slice_cut(parser->text, parser->at, end);
		parser->at = end;
	}
	before = kind == 'g' && name.n > 1 && name.p[0] == '-';
	if (kind == 'g' && group_number(slice_from(name, before), &number)) {
		if (before)
			number = number <= parser->groups ? parser->groups + 1 - number : 0;
		emit_reference(parser, begin, number);
	} else if (perl_is_name(name)) {
		parser->facts.refers = true;
		buf_printf(&parser->out, "\\k<%.*s>", SLICE_ARG(name));
	} else {
		perl_fail(parser, begin, "no group's number or name behind \\%c", kind);
	}
}

/* Property names that mean the same to PCRE2, with their Latin-1 cases under i. */
static bool
property_known(struct slice name)
{
	static const char *const known[] = { "L", "Ll", "Lm", "Lo", "Lt", "Lu", "L&", "M", "Mc",
		"Me", "Mn", "N", "Nd", "Nl", "No", "P", "Pc", "Pd", "Pe", "Pf", "Pi", "Po", "Ps",
		"S", "Sc", "Sk", "Sm", "So", "Z", "Zl", "Zp", "Zs", "C", "Cc", "Cf", "Co", "Any",
		"Latin", "Common", "Greek", "Cyrillic", "Han", "Arabic", "Hebrew", "Thai", "Hangul",
		"Hiragana", "Katakana" };

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (slice_eq(name, slice_of(known[i])))
			return true;
	}
	return false;
}

void
perl_property(struct perl_parser *parser)
{
	size_t begin = parser->at;
	bool negated = perl_peek(parser, 1) == 'P';
	struct slice name;

	parser->at += 2;
	if (perl_skip(parser, SLICE("{"))) {
		if (!perl_until(parser, '}', &name)) {
			perl_fail(parser, begin, "the property has no closing brace");
			return;
		}
		name = perl_trim(name);
		if (slice_starts(name, SLICE("^"))) {
			negated = !negated;
			name = slice_from(name, 1);
		}
	} else {
		name = slice_cut(parser->text, parser->at, parser->at + 1);
		parser->at += name.n;
	}
	if (!property_known(name)) {
		perl_fail(parser, begin, "the property %.*s is not carried over", SLICE_ARG(name));
		return;
	}
	if (parser->flags.caseless && (slice_eq(name, SLICE("Lu")) || slice_eq(name, SLICE("Ll")) ||
					  slice_eq(name, SLICE("Lt"))))
		name = SLICE("L&");
	buf_printf(&parser->out, "\\%c{%.*s}", negated ? 'P' : 'p', SLICE_ARG(name));
}

/* Classes and assertions of one letter. */
static void
letter(struct perl_parser *parser, struct perl_piece *piece)
{
	char c = perl_peek(parser, 1);

	*piece = (struct perl_piece){ .min = 1, .max = 1, .wide = true, .cost = 2 };
	if (memchr("bBAzZGK", c, 7) != NULL) {
		*piece = (struct perl_piece){ .cost = 2 };
		if ((c == 'b' || c == 'B') && perl_peek(parser, 2) == '{')
			perl_fail(parser, parser->at, "\\%c{..} is no boundary in SpamAssassin", c);
		if (c == 'K' && parser->lookaround > 0)
			perl_fail(parser, parser->at, "\\K may not stand in a lookaround");
	} else if (c == 'X') {
		piece->max = PERL_UNBOUNDED;
		buf_add(&parser->out, SLICE("(?>\\r\\n|[\\x00-\\xff])"));
		parser->at += 2;
		return;
	} else if (c == 'R') {
		piece->max = 2;
	} else if (memchr("dDsSwWhHvVN", c, 11) == NULL) {
		perl_fail(parser, parser->at, "\\%c means nothing in a pattern", c);
	}
	buf_add(&parser->out, slice_cut(parser->text, parser->at, parser->at + 2));
	parser->at += 2;
}

void
perl_escape(struct perl_parser *parser, struct perl_piece *piece)
{
	size_t begin = parser->at;
	char c = perl_peek(parser, 1);
	unsigned code;

	*piece = (struct perl_piece){ .min = 1, .max = 1, .wide = true, .cost = 2 };
	if (begin + 1 >= parser->text.n) {
		perl_fail(parser, begin, "a backslash at the end");
	} else if (perl_code_point(parser, false, &code)) {
		emit_code(parser, code, slice_cut(parser->text, begin, parser->at));
	} else if (parser->failed) {
		return;
	} else if (c >= '1' && c <= '9') {
		numbered(parser, piece);
	} else if (c == 'g' || c == 'k') {
		reference(parser, piece);
	} else if (c == 'p' || c == 'P') {
		perl_property(parser);
		piece->cost = 4;
	} else if (ascii_is_alpha(c)) {
		letter(parser, piece);
	} else if (ascii_is_print(c)) {
		buf_add(&parser->out, slice_cut(parser->text, begin, begin + 2));
		parser->at += 2;
	} else {
		perl_emit_byte(parser, (unsigned char)c);
		parser->at += 2;
	}
}
