/*
 * syntax.c - patterns as trees: groups, quantifiers and calls
 *
 * Law: pcre2pattern(3). Groups are named so that (?&name) finds them wherever
 * they stand; numbers are not kept, and what refers to one is anything.
 * Atomic groups, possessive and lazy quantifiers have the language of plain
 * ones. Verbs such as (*ACCEPT) can end a match before what else it requires,
 * so a pattern with any is refused.
 *
 * Limits: SYNTAX_DEPTH_MAX, the arena's cap, and REPEAT_MAX.
 */
#include "engine/regex/syntax.h"

#include <string.h>

#include "engine/regex/pcre.h"
#include "engine/regex/syntax_parser.h"
#include "engine/util/ascii.h"

/* PCRE2's limit for the numbers in {n,m}. */
#define REPEAT_MAX 65535U

static struct syntax_node *parse_choice(struct syntax_parser *parser);

static bool
left(const struct syntax_parser *parser)
{
	return parser->at < parser->text.n && !parser->failed;
}

static char
peek(const struct syntax_parser *parser, size_t n)
{
	return parser->at + n < parser->text.n ? parser->text.p[parser->at + n] : '\0';
}

static bool
take(struct syntax_parser *parser, const char *word)
{
	struct slice wanted = slice_of(word);

	if (!slice_starts(slice_from(parser->text, parser->at), wanted))
		return false;
	parser->at += wanted.n;
	return true;
}

/* Up to the mark, which is taken too. */
static struct slice
take_until(struct syntax_parser *parser, char mark)
{
	size_t end = slice_find_byte(parser->text, parser->at, mark);
	struct slice name = slice_cut(parser->text, parser->at, end);

	if (end == parser->text.n)
		parser->failed = true;
	parser->at = end + 1;
	return name;
}

struct syntax_node *
syntax_node_new(struct syntax_parser *parser, enum syntax_kind kind)
{
	struct syntax_node *node = arena_alloc(parser->arena, sizeof(*node));

	if (node == NULL)
		parser->failed = true;
	else
		node->kind = kind;
	return node;
}

struct syntax_node *
syntax_edge(struct syntax_parser *parser, enum syntax_edge edge)
{
	struct syntax_node *node = syntax_node_new(parser, SYNTAX_EDGE);

	if (node != NULL)
		node->edge = edge;
	return node;
}

/*
 * Whether a blank beyond ASCII stands at the cursor. Under /x PCRE2 passes over these too: the byte
 * 0x85, and under /u U+0085, U+200E, U+200F, U+2028 and U+2029.
 */
static bool
at_high_blank(const struct syntax_parser *parser)
{
	static const struct slice blanks[] = { { "\xc2\x85", 2 }, { "\xe2\x80\x8e", 3 },
		{ "\xe2\x80\x8f", 3 }, { "\xe2\x80\xa8", 3 }, { "\xe2\x80\xa9", 3 } };
	struct slice rest = slice_from(parser->text, parser->at);

	if (!parser->utf)
		return slice_starts(rest, SLICE("\x85"));
	for (size_t i = 0; i < sizeof(blanks) / sizeof(blanks[0]); i++) {
		if (slice_starts(rest, blanks[i]))
			return true;
	}
	return false;
}

/* Passes over what stands between the items of a pattern under /x, and over comments. */
static void
skip_ignored(struct syntax_parser *parser)
{
	while (left(parser) && !parser->quoting) {
		char c = peek(parser, 0);

		if (c == '(' && peek(parser, 1) == '?' && peek(parser, 2) == '#') {
			take_until(parser, ')');
		} else if (parser->flags.extended && ascii_is_space(c)) {
			parser->at++;
		} else if (parser->flags.extended && c == '#') {
			while (left(parser) && peek(parser, 0) != '\n')
				parser->at++;
		} else {
			/* Such a blank is too rare to be sure of. */
			if (parser->flags.extended && at_high_blank(parser))
				parser->failed = true;
			return;
		}
	}
}

/* Digits; -1: none there, or too large a number. */
static long
take_decimal(struct syntax_parser *parser)
{
	long value = 0;
	size_t begin = parser->at;

	while (ascii_is_digit(peek(parser, 0)) && value <= (long)REPEAT_MAX)
		value = value * 10 + (parser->text.p[parser->at++] - '0');
	return parser->at == begin || value > (long)REPEAT_MAX ? -1 : value;
}

/* {n}, {n,} or {n,m} at the cursor; false, nothing taken: a brace that is itself. */
static bool
take_braces(struct syntax_parser *parser, unsigned *min_r, unsigned *max_r)
{
	size_t begin = parser->at++;
	char c = peek(parser, 0);
	long min, max;

	/* What later releases of PCRE2 read as a quantifier. */
	if (c == ',' || c == ' ' || c == '\t') {
		parser->failed = true;
		return false;
	}
	min = max = take_decimal(parser);
	if (min >= 0 && peek(parser, 0) == ',') {
		parser->at++;
		max = peek(parser, 0) == '}' ? (long)SYNTAX_FOREVER : take_decimal(parser);
	}
	if (min < 0 || max < min || peek(parser, 0) != '}') {
		if (ascii_is_digit(c))
			parser->failed = true; /* {1,2 with something unknown behind it */
		parser->at = begin;
		return false;
	}
	parser->at++;
	*min_r = (unsigned)min;
	*max_r = (unsigned)max;
	return true;
}

static bool
take_quantifier(struct syntax_parser *parser, unsigned *min_r, unsigned *max_r)
{
	char c = left(parser) ? peek(parser, 0) : '\0';

	if (parser->quoting)
		return false;
	if (c == '{')
		return take_braces(parser, min_r, max_r);
	if (c != '*' && c != '+' && c != '?')
		return false;
	parser->at++;
	*min_r = c == '+';
	*max_r = c == '?' ? 1 : SYNTAX_FOREVER;
	return true;
}

/* The quantifiers behind an item. */
static struct syntax_node *
quantified(struct syntax_parser *parser, struct syntax_node *item)
{
	unsigned min, max;
	struct syntax_node *repeat;

	skip_ignored(parser);
	if (parser->failed || !take_quantifier(parser, &min, &max))
		return item;
	skip_ignored(parser);
	if (peek(parser, 0) == '+' || peek(parser, 0) == '?')
		parser->at++;
	repeat = syntax_node_new(parser, SYNTAX_REPEAT);
	if (repeat == NULL)
		return NULL;
	repeat->first = item;
	repeat->min = min;
	repeat->max = max;
	return repeat;
}

/* Letters of (?i-s): false: something else stands there, and the pattern is refused. */
static bool
take_flags(struct syntax_parser *parser, struct syntax_flags *flags)
{
	bool on = true;

	if (peek(parser, 0) == '^') {
		parser->at++;
		*flags = (struct syntax_flags){ .caseless = false };
	}
	for (; left(parser); parser->at++) {
		switch (peek(parser, 0)) {
		case '-':
			on = false;
			break;
		case 'i':
			flags->caseless = on;
			break;
		case 's':
			flags->dotall = on;
			break;
		case 'x':
			flags->extended_more = on && peek(parser, 1) == 'x';
			flags->extended = on;
			if (peek(parser, 1) == 'x')
				parser->at++;
			break;
		case 'm':
		case 'n':
			break;
		default:
			return peek(parser, 0) == ')' || peek(parser, 0) == ':';
		}
	}
	return false;
}

/* What stands up to the closing parenthesis, which is taken. */
static struct syntax_node *
parse_group(struct syntax_parser *parser)
{
	const struct syntax_flags outside = parser->flags;
	struct syntax_node *node = NULL;

	if (++parser->depth > SYNTAX_DEPTH_MAX)
		parser->failed = true;
	else
		node = parse_choice(parser);
	parser->depth--;
	if (!take(parser, ")"))
		parser->failed = true;
	parser->flags = outside;
	return parser->failed ? NULL : node;
}

/* A group that takes no part in what is matched: lookarounds, definitions. */
static struct syntax_node *
parse_aside(struct syntax_parser *parser)
{
	parse_group(parser);
	return syntax_node_new(parser, SYNTAX_EMPTY);
}

static struct syntax_node *
parse_named(struct syntax_parser *parser, char mark)
{
	struct slice name = take_until(parser, mark);
	struct syntax_node *node = parse_group(parser);
	/* A name twice (?J) or in two branches: nobody knows which. */
	bool known = node != NULL && map_find(parser->names, name) != NULL;

	if (node != NULL && known)
		node = syntax_node_new(parser, SYNTAX_ANY);
	if (node == NULL || !map_add(parser->names, name, node))
		return NULL;
	return node;
}

static struct syntax_node *
parse_call(struct syntax_parser *parser)
{
	struct slice name = take_until(parser, ')');
	struct syntax_node *node = syntax_node_new(parser, SYNTAX_CALL);
	struct syntax_call *call = vec_push(&parser->calls);

	if (node == NULL || call == NULL)
		return NULL;
	*call = (struct syntax_call){ node, name };
	return node;
}

/* (?(condition)yes|no): either side, or nothing. */
static struct syntax_node *
parse_conditional(struct syntax_parser *parser)
{
	struct syntax_node *either, *empty;

	if (take(parser, "DEFINE)"))
		return parse_aside(parser);
	if (peek(parser, 0) == '?' || peek(parser, 0) == '*') {
		parser->failed = true; /* an assertion as the condition */
		return NULL;
	}
	take_until(parser, ')');
	either = syntax_node_new(parser, SYNTAX_ALT);
	empty = syntax_node_new(parser, SYNTAX_EMPTY);
	if (either == NULL || empty == NULL)
		return NULL;
	either->first = parse_group(parser);
	if (either->first != NULL)
		either->first->next = empty;
	return either->first == NULL ? NULL : either;
}

/* (?i) for the rest of the group that it stands in, or (?i:..). */
static struct syntax_node *
parse_flagged(struct syntax_parser *parser)
{
	const struct syntax_flags outside = parser->flags;
	struct syntax_flags flags = outside;
	struct syntax_node *node;

	if (!take_flags(parser, &flags)) {
		parser->failed = true;
		return NULL;
	}
	parser->flags = flags;
	if (take(parser, ")"))
		return syntax_node_new(parser, SYNTAX_EMPTY);
	parser->at++;
	node = parse_group(parser);
	parser->flags = outside;
	return node;
}

/* What a parenthesis opens, itself taken. */
static struct syntax_node *
parse_parenthesis(struct syntax_parser *parser)
{
	if (peek(parser, 0) == '*') {
		parser->failed = true;
		return NULL;
	}
	if (!take(parser, "?"))
		return parse_group(parser);
	if (take(parser, ":") || take(parser, ">") || take(parser, "|"))
		return parse_group(parser);
	if (take(parser, "=") || take(parser, "!") || take(parser, "<=") || take(parser, "<!"))
		return parse_aside(parser);
	if (take(parser, "P<") || take(parser, "<"))
		return parse_named(parser, '>');
	if (take(parser, "'"))
		return parse_named(parser, '\'');
	if (take(parser, "&") || take(parser, "P>"))
		return parse_call(parser);
	if (take(parser, "("))
		return parse_conditional(parser);
	if (take(parser, "P=") || peek(parser, 0) == 'R' || ascii_is_digit(peek(parser, 0)) ||
	    peek(parser, 0) == '+' || (peek(parser, 0) == '-' && ascii_is_digit(peek(parser, 1)))) {
		take_until(parser, ')');
		return syntax_node_new(parser, SYNTAX_ANY);
	}
	return parse_flagged(parser);
}

/* A node for which the arena's cap was reached counts as a failure. */
static struct syntax_node *
checked(struct syntax_parser *parser, struct syntax_node *node)
{
	if (node == NULL)
		parser->failed = true;
	return node;
}

/* One item, without its quantifier; NULL and not failed: \Q or \E, no item. */
static struct syntax_node *
parse_item(struct syntax_parser *parser)
{
	struct byte_set set = { { 0 } };
	char c = parser->text.p[parser->at++];

	if (c == '\\' && !parser->quoting && take(parser, "Q")) {
		parser->quoting = true;
		return NULL;
	}
	if (c == '\\' && take(parser, "E")) {
		parser->quoting = false;
		/* A quantifier here is that of what stands before. */
		skip_ignored(parser);
		c = peek(parser, 0);
		parser->failed = parser->failed || c == '{' || c == '*' || c == '+' || c == '?';
		return NULL;
	}
	if (parser->quoting)
		return checked(parser, syntax_literal(parser, (unsigned char)c));
	switch (c) {
	case '\\':
		return checked(parser, syntax_escape(parser));
	case '[':
		return checked(parser, syntax_class(parser));
	case '(':
		return checked(parser, parse_parenthesis(parser));
	case '^':
		return checked(parser, syntax_edge(parser, SYNTAX_LINE_START));
	case '$':
		return checked(parser, syntax_node_new(parser, SYNTAX_EMPTY));
	case '.':
		byte_set_invert(&set);
		if (!parser->flags.dotall)
			set.words[0] &= ~(UINT64_C(1) << '\n');
		return checked(parser, syntax_character(parser, &set));
	case '*':
	case '+':
	case '?':
		parser->failed = true;
		return NULL;
	default:
		return checked(parser, syntax_literal(parser, (unsigned char)c));
	}
}

/* One branch of a choice. */
static struct syntax_node *
parse_branch(struct syntax_parser *parser)
{
	struct syntax_node *branch = syntax_node_new(parser, SYNTAX_CAT);
	struct syntax_node **end = branch == NULL ? NULL : &branch->first;

	for (skip_ignored(parser); left(parser); skip_ignored(parser)) {
		struct syntax_node *item;

		if (!parser->quoting && (peek(parser, 0) == '|' || peek(parser, 0) == ')'))
			break;
		item = parse_item(parser);
		if (item == NULL)
			continue;
		item = quantified(parser, item);
		if (item == NULL)
			return NULL;
		*end = item;
		end = &item->next;
	}
	return branch;
}

/* Branches up to a closing parenthesis or the end. */
static struct syntax_node *
parse_choice(struct syntax_parser *parser)
{
	struct syntax_node *branch = checked(parser, parse_branch(parser));
	struct syntax_node *choice;

	if (branch == NULL || parser->failed || peek(parser, 0) != '|')
		return parser->failed ? NULL : branch;
	choice = checked(parser, syntax_node_new(parser, SYNTAX_ALT));
	if (choice == NULL)
		return NULL;
	choice->first = branch;
	while (left(parser) && take(parser, "|")) {
		branch->next = checked(parser, parse_branch(parser));
		branch = branch->next;
		if (branch == NULL)
			return NULL;
	}
	return parser->failed ? NULL : choice;
}

/* The groups that calls name; one that is not there is anything. */
static void
resolve_calls(struct syntax_parser *parser)
{
	for (size_t i = 0; i < parser->calls.n; i++) {
		const struct syntax_call *call = vec_at(&parser->calls, i);

		call->node->target = map_find(parser->names, call->name);
		if (call->node->target == NULL)
			call->node->kind = SYNTAX_ANY;
	}
}

/* The flags behind the pattern; false: one that this parser does not know. */
static bool
read_flags(struct syntax_parser *parser, struct slice flags)
{
	for (size_t i = 0; i < flags.n; i++) {
		switch (flags.p[i]) {
		case 'i':
			parser->flags.caseless = true;
			break;
		case 's':
			parser->flags.dotall = true;
			break;
		case 'x':
			parser->flags.extended_more = parser->flags.extended;
			parser->flags.extended = true;
			break;
		case 'u':
			parser->utf = true;
			break;
		case 'l':
			parser->latin1 = true;
			break;
		case 'm':
		case 'n':
		case 'a':
		case 'g':
		case 'o':
			break;
		default:
			return false;
		}
	}
	return true;
}

struct syntax_node *
syntax_parse(struct arena *arena, struct slice text)
{
	struct syntax_parser parser = { .arena = arena,
		.calls = VEC_OF(struct syntax_call, arena) };
	struct regex_pattern pattern;
	struct syntax_node *tree;
	struct err err;

	if (!regex_pattern_parse(text, &pattern, &err) || !read_flags(&parser, pattern.flags))
		return NULL;
	parser.text = pattern.body;
	parser.names = map_new(arena, MAP_EXACT, 0);
	if (parser.names == NULL)
		return NULL;
	tree = parse_choice(&parser);
	if (tree == NULL || parser.failed || parser.at < parser.text.n)
		return NULL;
	resolve_calls(&parser);
	return arena_overflowed(arena) ? NULL : tree;
}
