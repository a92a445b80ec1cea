/*
 * html_token.c - a tokenizer that reads HTML as HTML::Parser does, for SpamAssassin reads it so
 *
 * What differs from browsers: a tag's name ends at a blank or '>' only; '<'
 * that begins no tag is text; "<!" that is neither comment nor DOCTYPE is a
 * comment up to '>'; "</" skips quoted '>'; script, style, xmp, iframe,
 * plaintext, title and textarea hold text up to their own end tag; "<![CDATA["
 * and its kin are marked sections of SGML.
 *
 * At the end of the text, markup that never ended is read again with comments
 * ending at any '>', and if it still does not end, the rest is a comment. A
 * title that never ended is read again as markup.
 *
 * Linear: whatever is scanned and given up was bounded by the next '>' or
 * ended the text; what is read twice is read twice once only; an end tag that
 * was not found is not looked for again.
 */
#include "engine/mime/html_token.h"

#include "engine/util/ascii.h"

/* What becomes of an element that holds text when its end tag never comes. */
enum literal_end {
	LITERAL_TEXT, /* the rest is its text */
	LITERAL_CLOSED, /* the rest is its text, and an end tag is made up */
	LITERAL_MARKUP, /* the rest is read as markup */
};

struct html_literal {
	const char *name;
	bool verbatim;
	bool closable;
	enum literal_end end;
};

static const struct html_literal literals[] = {
	{ "script", true, true, LITERAL_CLOSED },
	{ "style", true, true, LITERAL_CLOSED },
	{ "xmp", true, true, LITERAL_TEXT },
	{ "iframe", true, true, LITERAL_TEXT },
	{ "plaintext", true, false, LITERAL_TEXT },
	{ "title", false, true, LITERAL_MARKUP },
	{ "textarea", false, true, LITERAL_TEXT },
};
#define LITERAL_COUNT (sizeof(literals) / sizeof(literals[0]))

/* Kinds of marked section, the strongest of the open ones counts. */
enum section {
	SECTION_NONE,
	SECTION_INCLUDE,
	SECTION_RCDATA,
	SECTION_CDATA,
	SECTION_IGNORE,
};

/* What came of reading at '<'. */
enum outcome {
	OUTCOME_TOKEN,
	OUTCOME_NOTHING, /* read, but nothing to report */
	OUTCOME_TEXT, /* it begins no markup */
	OUTCOME_STUCK, /* the text ends before it does */
};

/* The byte at `at`, or NUL behind the end. */
static char
byte_at(struct slice s, size_t at)
{
	return at < s.n ? s.p[at] : '\0';
}

static size_t
skip_space(struct slice s, size_t at)
{
	while (at < s.n && ascii_is_space(s.p[at]))
		at++;
	return at;
}

static bool
is_name_first(char c)
{
	return ascii_is_alpha(c) || c == '_' || c == ':';
}

static bool
is_name_byte(char c)
{
	return ascii_is_word(c) || c == ':' || c == '-' || c == '.';
}

/* From a tag's or attribute's name on: neither blank nor '>'. */
static size_t
skip_word(struct slice s, size_t at)
{
	while (at < s.n && !ascii_is_space(s.p[at]) && s.p[at] != '>')
		at++;
	return at;
}

/*
 * One attribute at *at, which moves to the next one, to '>' or to s.n. False:
 * the text ended inside it. The caller has seen that one begins there.
 */
static bool
read_attribute(struct slice s, size_t *at, struct html_attribute *attribute_r)
{
	size_t from = *at, to = *at + 1;

	while (to < s.n && !ascii_is_space(s.p[to]) && s.p[to] != '=' && s.p[to] != '>')
		to++;
	attribute_r->name = attribute_r->value = slice_cut(s, from, to);
	to = skip_space(s, to);
	if (byte_at(s, to) == '=') {
		char quote;

		from = skip_space(s, to + 1);
		quote = byte_at(s, from);
		if (quote == '"' || quote == '\'') {
			to = slice_find_byte(s, from + 1, quote);
			attribute_r->value = slice_cut(s, from + 1, to);
			if (to == s.n)
				from = to;
			else
				to++;
		} else {
			to = skip_word(s, from);
			attribute_r->value = slice_cut(s, from, to);
		}
		to = skip_space(s, to);
	}
	*at = to;
	return to < s.n;
}

bool
html_next_attribute(struct slice *attributes, struct html_attribute *attribute_r)
{
	size_t at = skip_space(*attributes, 0);

	if (at == attributes->n || attributes->p[at] == '>')
		return false;
	read_attribute(*attributes, &at, attribute_r);
	*attributes = slice_from(*attributes, at);
	return true;
}

static const struct html_literal *
find_literal(struct slice name)
{
	for (size_t i = 0; i < LITERAL_COUNT; i++)
		if (slice_ieq(name, slice_of(literals[i].name)))
			return &literals[i];
	return NULL;
}

/* <NAME ATTRIBUTES> */
static enum outcome
read_start(struct html_tokens *tokens, struct html_token *token)
{
	struct slice s = tokens->text;
	size_t from = tokens->at + 1, name_end = skip_word(s, from + 1),
	       at = skip_space(s, name_end);

	while (at < s.n && s.p[at] != '>') {
		struct html_attribute attribute;

		if (!read_attribute(s, &at, &attribute))
			return OUTCOME_STUCK;
	}
	if (at == s.n)
		return OUTCOME_STUCK;
	*token = (struct html_token){
		.kind = HTML_START,
		.name = slice_cut(s, from, name_end),
		.attributes = slice_cut(s, name_end, at),
	};
	tokens->at = at + 1;
	tokens->literal = find_literal(token->name);
	if (tokens->literal != NULL)
		tokens->verbatim = tokens->literal->verbatim;
	return OUTCOME_TOKEN;
}

static enum outcome
comment_to(struct html_tokens *tokens, size_t to, struct html_token *token)
{
	*token = (struct html_token){
		.kind = HTML_COMMENT,
		.text = slice_cut(tokens->text, tokens->at, to),
	};
	tokens->at = to;
	return OUTCOME_TOKEN;
}

/* The next '>' that is not quoted; a quote counts behind a blank or '='. */
static size_t
find_gt(struct slice s, size_t at)
{
	char quote = '\0', before = ' ';

	for (; at < s.n; at++) {
		char c = s.p[at];

		if (quote == '\0' && c == '>')
			break;
		if (c == '"' || c == '\'') {
			if (c == quote)
				quote = '\0';
			else if (quote == '\0' && (before == ' ' || before == '='))
				quote = c;
		}
		before = c;
	}
	return at;
}

/* </NAME ...>, or a comment when no name follows. */
static enum outcome
read_end(struct html_tokens *tokens, struct html_token *token)
{
	struct slice s = tokens->text;
	size_t from = tokens->at + 2, name_end = skip_word(s, from), at = find_gt(s, name_end);

	if (at == s.n)
		return OUTCOME_STUCK;
	if (name_end == from)
		return comment_to(tokens, at + 1, token);
	*token = (struct html_token){ .kind = HTML_END, .name = slice_cut(s, from, name_end) };
	tokens->at = at + 1;
	return OUTCOME_TOKEN;
}

/* "<!--" to "--" + blanks + '>'; when finishing, to '>'. */
static enum outcome
read_comment(struct html_tokens *tokens, struct html_token *token)
{
	struct slice s = tokens->text;
	size_t at = tokens->at + 4;

	if (tokens->finishing) {
		at = slice_find_byte(s, at, '>');
		return at == s.n ? OUTCOME_STUCK : comment_to(tokens, at + 1, token);
	}
	for (;;) {
		size_t end;

		at = slice_find_byte(s, at, '-');
		if (at == s.n)
			return OUTCOME_STUCK;
		at++;
		if (byte_at(s, at) != '-')
			continue;
		end = skip_space(s, at + 1);
		if (byte_at(s, end) == '>')
			return comment_to(tokens, end + 1, token);
	}
}

/* One quoted string, comment or word of a declaration; behind it, s.n (stuck) or 0 (bad). */
static size_t
skip_declaration_word(struct slice s, size_t at)
{
	char c = s.p[at];

	if (c == '"' || c == '\'') {
		at = slice_find_byte(s, at + 1, c);
		return at == s.n ? at : at + 1;
	}
	if (c == '-') {
		if (at + 1 == s.n)
			return s.n;
		if (s.p[at + 1] != '-')
			return 0;
		at = slice_find(s, at + 2, SLICE("--"));
		return at == s.n ? at : at + 2;
	}
	return skip_word(s, at + 1);
}

/* <!DOCTYPE ...> and <!ENTITY ...>. */
static enum outcome
read_doctype(struct html_tokens *tokens, struct html_token *token)
{
	struct slice s = tokens->text, name;
	size_t from = tokens->at + 2, at = from + 1;

	while (at < s.n && is_name_byte(s.p[at]))
		at++;
	if (at == s.n)
		return OUTCOME_STUCK;
	name = slice_cut(s, from, at);
	if (!slice_ieq(name, SLICE("doctype")) && !slice_ieq(name, SLICE("entity")))
		return OUTCOME_TEXT;
	for (;;) {
		at = skip_space(s, at);
		if (at == s.n)
			return OUTCOME_STUCK;
		if (s.p[at] == '>')
			break;
		at = skip_declaration_word(s, at);
		if (at == 0)
			return OUTCOME_TEXT;
		if (at == s.n)
			return OUTCOME_STUCK;
	}
	*token = (struct html_token){
		.kind = HTML_DECLARATION,
		.text = slice_cut(s, tokens->at, at + 1),
	};
	tokens->at = at + 1;
	return OUTCOME_TOKEN;
}

static enum section
section_of_name(struct slice name)
{
	if (slice_ieq(name, SLICE("include")))
		return SECTION_INCLUDE;
	if (slice_ieq(name, SLICE("rcdata")))
		return SECTION_RCDATA;
	if (slice_ieq(name, SLICE("cdata")))
		return SECTION_CDATA;
	return slice_ieq(name, SLICE("ignore")) ? SECTION_IGNORE : SECTION_NONE;
}

/* The strongest of the open sections. */
static enum section
section_now(const struct html_tokens *tokens)
{
	enum section section = SECTION_NONE;

	for (unsigned i = 0; i < tokens->section_count; i++)
		if (tokens->sections[i] > section)
			section = tokens->sections[i];
	return section;
}

static void
end_section(struct html_tokens *tokens, size_t at)
{
	if (tokens->section_count > 0)
		tokens->section_count--;
	tokens->verbatim = section_now(tokens) == SECTION_CDATA;
	tokens->at = at;
}

/* <![ NAME ... [ */
static enum outcome
read_section(struct html_tokens *tokens)
{
	struct slice s = tokens->text;
	size_t at = tokens->at + 3;
	enum section section = SECTION_NONE;
	bool named = false;

	for (;;) {
		at = skip_space(s, at);
		if (is_name_first(byte_at(s, at))) {
			size_t from = at;
			enum section one;

			while (at < s.n && is_name_byte(s.p[at]))
				at++;
			one = section_of_name(slice_cut(s, from, at));
			section = one > section ? one : section;
			named = true;
			if (skip_space(s, at) == s.n)
				return OUTCOME_STUCK;
		} else if (byte_at(s, at) == '-' && byte_at(s, at + 1) == '-') {
			at = slice_find(s, at + 2, SLICE("--"));
			if (at == s.n)
				return OUTCOME_STUCK;
			at += 2;
		} else {
			break;
		}
	}
	if (byte_at(s, at) != '[' || tokens->section_count == HTML_SECTIONS_MAX)
		return OUTCOME_TEXT;
	tokens->sections[tokens->section_count++] = named ? section : SECTION_INCLUDE;
	tokens->verbatim = section_now(tokens) == SECTION_CDATA;
	tokens->at = at + 1;
	return OUTCOME_NOTHING;
}

/* <!...> */
static enum outcome
read_declaration(struct html_tokens *tokens, struct html_token *token)
{
	struct slice s = tokens->text;
	size_t at = tokens->at + 2;
	enum outcome outcome = OUTCOME_TEXT;

	if (byte_at(s, at) == '-') {
		if (at + 1 == s.n)
			return OUTCOME_STUCK;
		if (s.p[at + 1] == '-')
			return read_comment(tokens, token);
	} else if (byte_at(s, at) == '[') {
		outcome = read_section(tokens);
	} else if (ascii_is_alpha(byte_at(s, at))) {
		outcome = read_doctype(tokens, token);
	}
	if (outcome != OUTCOME_TEXT)
		return outcome;
	at = slice_find_byte(s, at, '>');
	return at == s.n ? OUTCOME_STUCK : comment_to(tokens, at + 1, token);
}

/* <? ... > */
static enum outcome
read_instruction(struct html_tokens *tokens)
{
	size_t at = slice_find_byte(tokens->text, tokens->at + 2, '>');

	if (at == tokens->text.n)
		return OUTCOME_STUCK;
	tokens->at = at + 1;
	return OUTCOME_NOTHING;
}

static enum outcome
read_markup(struct html_tokens *tokens, struct html_token *token)
{
	char next = byte_at(tokens->text, tokens->at + 1);

	if (tokens->text.n - tokens->at < 3)
		return OUTCOME_STUCK;
	if (is_name_first(next))
		return read_start(tokens, token);
	if (next == '/')
		return read_end(tokens, token);
	if (next == '!')
		return read_declaration(tokens, token);
	if (next == '?')
		return read_instruction(tokens);
	return OUTCOME_TEXT;
}

static bool
text_to(struct html_tokens *tokens, size_t to, struct html_token *token)
{
	*token = (struct html_token){
		.kind = HTML_TEXT,
		.text = slice_cut(tokens->text, tokens->at, to),
		.verbatim = tokens->verbatim,
	};
	tokens->at = to;
	return true;
}

/* Where the end tag of the literal element begins, or n; *end_r: behind it. */
static size_t
find_literal_end(struct html_tokens *tokens, size_t *end_r)
{
	struct slice s = tokens->text, name = slice_of(tokens->literal->name);
	unsigned bit = 1U << (tokens->literal - literals);
	size_t at = (tokens->missing & bit) != 0 ? s.n : tokens->at;

	for (;; at++) {
		size_t to;

		at = slice_find_byte(s, at, '<');
		if (at == s.n) {
			tokens->missing |= bit;
			return at;
		}
		to = at + 2 + name.n;
		if (byte_at(s, at + 1) != '/' || !tokens->literal->closable ||
		    !slice_istarts(slice_from(s, at + 2), name))
			continue;
		to = skip_space(s, to);
		if (byte_at(s, to) == '>') {
			*end_r = to + 1;
			return at;
		}
	}
}

/* Inside script, title and the like. False: there is no token yet, go on. */
static bool
next_literal(struct html_tokens *tokens, struct html_token *token)
{
	const struct html_literal *literal = tokens->literal;
	size_t end = tokens->text.n, at = find_literal_end(tokens, &end);

	if (at == tokens->text.n && literal->end == LITERAL_TEXT) {
		tokens->literal = NULL;
		return at > tokens->at && text_to(tokens, at, token);
	}
	if (at == tokens->text.n && literal->end == LITERAL_MARKUP) {
		tokens->literal = NULL;
		tokens->at_end = true;
		tokens->pending_end = literal->name;
		return false;
	}
	if (at > tokens->at && !(at == tokens->text.n && tokens->at_end))
		return text_to(tokens, at, token);
	if (at == tokens->at) {
		tokens->verbatim = false;
		tokens->at = end;
	}
	tokens->literal = NULL;
	*token = (struct html_token){ .kind = HTML_END, .name = slice_of(literal->name) };
	return true;
}

/*
 * Text that a tag or the text's end ends. At the end, white space stands
 * alone, or goes with the last word: bears on white space beside hidden text.
 */
static bool
running_text_to(struct html_tokens *tokens, size_t to, struct html_token *token)
{
	struct slice s = tokens->text;
	size_t split = to;

	if (to == s.n && !ascii_is_space(s.p[to - 1]))
		while (split > tokens->at && !ascii_is_space(s.p[split - 1]))
			split--;
	if (to == s.n)
		while (split > tokens->at && ascii_is_space(s.p[split - 1]))
			split--;
	return text_to(tokens, split > tokens->at ? split : to, token);
}

/* Whether what stands there, and never ends, is a comment rather than text. */
static bool
begins_markup(struct slice s, size_t at)
{
	char next = byte_at(s, at + 1);

	return byte_at(s, at) == '<' &&
	       (at + 1 == s.n || is_name_first(next) || next == '/' || next == '!' || next == '?');
}

/* In running text. False: there is no token yet, go on. */
static bool
next_text(struct html_tokens *tokens, struct html_token *token)
{
	struct slice s = tokens->text;
	enum section section = section_now(tokens);
	bool characters = section == SECTION_CDATA || section == SECTION_RCDATA;
	size_t to = characters ? s.n : slice_find_byte(s, tokens->at, '<');

	if (tokens->section_count > 0) {
		size_t close = slice_find(slice_cut(s, 0, to), tokens->at, SLICE("]]>"));

		if (close < to && close > tokens->at)
			return text_to(tokens, close, token);
		if (close < to) {
			end_section(tokens, close + 3);
			return false;
		}
	}
	if (to == tokens->at)
		return false;
	if (!characters)
		return running_text_to(tokens, to, token);
	return begins_markup(s, tokens->at) ? comment_to(tokens, to, token) == OUTCOME_TOKEN
					    : text_to(tokens, to, token);
}

/* The end tag of what the end of the text closed. */
static void
take_pending_end(struct html_tokens *tokens, struct html_token *token)
{
	*token = (struct html_token){ .kind = HTML_END, .name = slice_of(tokens->pending_end) };
	tokens->pending_end = NULL;
}

/* At '<'. False: there is no token yet, go on. */
static bool
next_markup(struct html_tokens *tokens, struct html_token *token)
{
	struct slice s = tokens->text;

	switch (read_markup(tokens, token)) {
	case OUTCOME_TOKEN:
		return true;
	case OUTCOME_NOTHING:
		if (tokens->pending_end == NULL)
			return false;
		take_pending_end(tokens, token);
		return true;
	case OUTCOME_TEXT:
		return running_text_to(tokens, slice_find_byte(s, tokens->at + 1, '<'), token);
	case OUTCOME_STUCK:
		break;
	}
	if (!tokens->finishing) {
		tokens->at_end = tokens->finishing = true;
		return false;
	}
	if (begins_markup(s, tokens->at))
		return comment_to(tokens, s.n, token) == OUTCOME_TOKEN;
	return text_to(tokens, s.n, token);
}

/* The next token, whether or not a section hides it. */
static bool
next_any(struct html_tokens *tokens, struct html_token *token)
{
	while (tokens->at < tokens->text.n || tokens->literal != NULL) {
		if (tokens->literal != NULL) {
			if (next_literal(tokens, token))
				return true;
		} else if (next_text(tokens, token)) {
			return true;
		} else if (byte_at(tokens->text, tokens->at) == '<' &&
			   section_now(tokens) != SECTION_CDATA &&
			   section_now(tokens) != SECTION_RCDATA) {
			if (next_markup(tokens, token))
				return true;
		}
	}
	return false;
}

bool
html_next_token(struct html_tokens *tokens, struct html_token *token_r)
{
	bool found = true;

	if (tokens->holding) {
		tokens->holding = false;
		*token_r = tokens->held;
		return true;
	}
	do
		found = next_any(tokens, token_r);
	while (found && section_now(tokens) == SECTION_IGNORE);
	if (tokens->pending_end == NULL ||
	    (found && (token_r->kind == HTML_TEXT || token_r->kind == HTML_COMMENT)))
		return found;
	tokens->holding = found;
	tokens->held = *token_r;
	take_pending_end(tokens, token_r);
	return true;
}
