/*
 * address.c - address lists, read with the tolerance that mail needs
 *
 * The forms are those that SpamAssassin 4.0.1 was seen to read, tried in
 * this order where the last one ended: an address with a comment behind it;
 * a name and an address in angle brackets; a name alone. "," and ";" part
 * them. All up to the last colon before a quote, parenthesis or bracket is a
 * group's name and dropped. Where no form fits, the addresses in brackets in
 * the rest are taken without names, and that is the end.
 *
 * The angle bracket closes at the last ">" of the run without blanks that
 * may end an address, so "<a@b>,<c@d>" is no address: parity, not wish.
 * Names lose their quotes, and comments outside quotes; white space stays.
 *
 * RFC 5322, 3.4 and 4.4. Linear. Limits: ADDRESSES_MAX.
 */
#include "engine/mime/address.h"

#include <stdbool.h>
#include <string.h>

#include "engine/util/ascii.h"
#include "engine/util/buf.h"
#include "engine/util/vec.h"

/* What one attempt found. */
struct element {
	struct slice phrase; /* as written */
	struct slice addr; /* as written, comments inside still there */
	struct slice comment; /* absent: none */
	size_t end; /* where the next element begins */
};

static size_t
skip_space(struct slice text, size_t at)
{
	while (at < text.n && ascii_is_space(text.p[at]))
		at++;
	return at;
}

/* The end of the quoted string that begins at `at`, or `at` when it is not closed. */
static size_t
quoted_end(struct slice text, size_t at)
{
	for (size_t i = at + 1; i < text.n; i++) {
		if (text.p[i] == '"')
			return i + 1;
		if (text.p[i] == '\\')
			i++;
	}
	return at;
}

/* The end of the comment that begins at `at`, or `at` when it is not closed or holds another. */
static size_t
comment_end(struct slice text, size_t at)
{
	for (size_t i = at + 1; i < text.n && text.p[i] != '('; i++) {
		if (text.p[i] == ')')
			return i + 1;
		if (text.p[i] == '\\')
			i++;
	}
	return at;
}

/* Passes blanks and one separator, or the end of the text; false when neither stands there. */
static bool
element_ends(struct slice text, size_t at, size_t *end_r)
{
	at = skip_space(text, at);
	if (at < text.n && text.p[at] != ',' && text.p[at] != ';')
		return false;
	*end_r = at < text.n ? at + 1 : text.n;
	return true;
}

/* What may follow an address: a comment, then the end of the element. */
static bool
tail_ends(struct slice text, size_t at, struct element *element)
{
	size_t end;

	at = skip_space(text, at);
	element->comment = SLICE_ABSENT;
	if (at < text.n && text.p[at] == '(' && (end = comment_end(text, at)) > at) {
		element->comment = slice_cut(text, at + 1, end - 1);
		at = end;
	}
	return element_ends(text, at, &element->end);
}

static bool
in_addr(char c)
{
	return !ascii_is_space(c) && memchr("<>()[],;:\"", c, 10) == NULL;
}

/* "[1.2.3.4]" */
static size_t
literal_end(struct slice text, size_t at)
{
	size_t i = at + 1;

	while (i < text.n && (ascii_is_digit(text.p[i]) || text.p[i] == '.'))
		i++;
	return i < text.n && text.p[i] == ']' ? i + 1 : at;
}

/* Where the address that begins at `start` ends, or `start`: none does. */
static size_t
addr_end(struct slice text, size_t start)
{
	size_t at = start, at_sign = 0, next;

	for (; at < text.n; at = next) {
		char c = text.p[at];

		next = at + 1;
		if (c == '@' && at == start)
			break;
		if (c == '@' && at_sign == 0)
			at_sign = at;
		else if (c == '"' && at_sign == 0)
			next = quoted_end(text, at);
		else if (c == '[' && at_sign != 0 && at == at_sign + 1)
			next = literal_end(text, at);
		else if (c == '(')
			next = comment_end(text, at);
		else if (!in_addr(c))
			break;
		if (next == at)
			break;
		/* A comment belongs to the address only when the address goes on behind it. */
		if (c == '(' && (next == text.n || !in_addr(text.p[next])))
			break;
	}
	return at_sign != 0 && at > at_sign + 1 ? at : start;
}

/* All of `text` is an address. */
static bool
is_addr(struct slice text)
{
	size_t end = addr_end(text, 0);

	if (end > 0 && end < text.n && text.p[end] == '(')
		end = comment_end(text, end);
	return end > 0 && end == text.n;
}

/* user@host (comment) */
static bool
try_addr(struct slice text, size_t at, struct element *element)
{
	size_t start = skip_space(text, at), end;

	if (start < text.n && text.p[start] == '"') {
		end = quoted_end(text, start);
		element->addr = slice_cut(text, start + 1, end > start ? end - 1 : start);
		if (is_addr(element->addr) && tail_ends(text, end, element))
			return true;
	}
	end = addr_end(text, start);
	element->addr = slice_cut(text, start, end);
	return end > start && tail_ends(text, end, element);
}

/* The end of the name that begins at `at`: quoted strings and all but `"<,;`. */
static size_t
phrase_end(struct slice text, size_t at)
{
	while (at < text.n && text.p[at] != '<' && text.p[at] != ',' && text.p[at] != ';') {
		size_t end = text.p[at] == '"' ? quoted_end(text, at) : at + 1;

		if (end == at)
			break;
		at = end;
	}
	return at;
}

/* More brackets in a row behind the first ones, to be ignored. */
static bool
tail_brackets(struct slice text, size_t at, struct element *element)
{
	size_t first = at;

	for (;;) {
		size_t open = skip_space(text, at), close;

		if (open == at || open >= text.n || text.p[open] != '<')
			break;
		close = open + 1;
		while (close < text.n && text.p[close] != '<' && text.p[close] != '>')
			close++;
		if (close >= text.n || text.p[close] != '>')
			return false;
		at = close + 1;
	}
	element->comment = SLICE_ABSENT;
	return at > first && element_ends(text, at, &element->end);
}

/* The bracket behind `open` closes at `close`, and the element ends well behind it. */
static bool
closes(struct slice text, size_t open, size_t close, struct element *element)
{
	if (!tail_ends(text, close + 1, element) && !tail_brackets(text, close + 1, element))
		return false;
	element->addr = slice_trim(slice_cut(text, open + 1, close));
	return true;
}

/* name <user@host> (comment) */
static bool
try_angle(struct slice text, size_t at, struct element *element)
{
	size_t start = skip_space(text, at), open = phrase_end(text, start), run, close;

	if (open >= text.n || text.p[open] != '<')
		return false;
	element->phrase = slice_cut(text, start, open);
	run = skip_space(text, open + 1);
	while (run < text.n && !ascii_is_space(text.p[run]))
		run++;
	for (close = run; close > open; close--)
		if (close < text.n && text.p[close] == '>' && closes(text, open, close, element))
			return true;
	for (close = open + 1; close < text.n && text.p[close] != '<'; close++)
		if (text.p[close] == '>')
			return closes(text, open, close, element);
	return false;
}

static bool
try_phrase(struct slice text, size_t at, struct element *element)
{
	size_t start = skip_space(text, at), end = phrase_end(text, start);

	element->addr = SLICE_ABSENT;
	element->phrase = slice_cut(text, start, end);
	return end > at && element_ends(text, end, &element->end);
}

/* `text` without its comments. */
static struct slice
without_comments(struct arena *arena, struct slice text)
{
	struct buf out = { .arena = arena };

	if (slice_find_byte(text, 0, '(') == text.n)
		return text;
	for (size_t at = 0; at < text.n;) {
		size_t end = text.p[at] == '(' ? comment_end(text, at) : at;

		if (end == at)
			buf_add_byte(&out, text.p[at++]);
		else
			at = end;
	}
	return out.failed ? SLICE_ABSENT : buf_slice(&out);
}

/* The name that a reader sees: no quotes, no comments outside them. */
static struct slice
phrase_text(struct arena *arena, struct slice phrase)
{
	struct buf out = { .arena = arena };

	buf_reserve(&out, phrase.n);
	for (size_t at = 0; at < phrase.n;) {
		size_t end = at + 1;

		if (phrase.p[at] == '"' && (end = quoted_end(phrase, at)) > at) {
			for (size_t i = at + 1; i < end - 1; i++)
				if (phrase.p[i] != '\\')
					buf_add_byte(&out, phrase.p[i]);
		} else if (phrase.p[at] != '(' || (end = comment_end(phrase, at)) == at) {
			buf_add_byte(&out, phrase.p[at]);
			end = at + 1;
		}
		at = end;
	}
	return out.failed ? SLICE_ABSENT : slice_trim(buf_slice(&out));
}

/* All before the second "@" of an address that has two. */
static struct slice
cut_second_host(struct slice addr)
{
	size_t first = slice_find_byte(addr, 0, '@');

	return slice_cut(addr, 0, slice_find_byte(addr, first + 1, '@'));
}

static void
add_address(struct arena *arena, struct vec *list, const struct element *element)
{
	struct address address = { .comment = element->comment };
	struct address *added;

	if (is_addr(element->addr))
		address.addr = cut_second_host(without_comments(arena, element->addr));
	else if (element->addr.p != NULL && is_addr(element->phrase))
		address.addr = element->phrase;
	if (!slice_eq(element->phrase, address.addr))
		address.name = phrase_text(arena, element->phrase);
	if (address.name.n == 0)
		address.name = address.addr.p == NULL ? SLICE_ABSENT : slice_trim(element->comment);
	if (address.addr.p == NULL && address.name.p == NULL)
		return;
	if (list->n < ADDRESSES_MAX && (added = vec_push(list)) != NULL)
		*added = address;
}

/* The addresses in brackets, wherever they stand. */
static void
add_bracketed(struct arena *arena, struct vec *list, struct slice text)
{
	for (size_t open = slice_find_byte(text, 0, '<'); open < text.n;
	     open = slice_find_byte(text, open + 1, '<')) {
		struct element element = { .phrase = SLICE_ABSENT };
		size_t end = open + 1;

		while (end < text.n && !ascii_is_space(text.p[end]) && text.p[end] != '<' &&
		       text.p[end] != '>')
			end++;
		element.addr = slice_cut(text, open + 1, end);
		if (end < text.n && text.p[end] == '>' && is_addr(element.addr))
			add_address(arena, list, &element);
		open = end - 1;
	}
}

/* Behind the last colon that stands before any quote, parenthesis or bracket. */
static struct slice
without_group(struct slice value)
{
	size_t colon = 0;

	for (size_t i = 0; i < value.n; i++) {
		if (value.p[i] == '"' || value.p[i] == '<' || value.p[i] == '(')
			break;
		if (value.p[i] == ':')
			colon = i + 1;
	}
	return slice_from(value, colon);
}

struct address_list
address_parse(struct arena *arena, struct slice value)
{
	struct vec list = VEC_OF(struct address, arena);
	size_t at = 0;

	value = without_group(value);
	while (skip_space(value, at) < value.n && list.n < ADDRESSES_MAX) {
		struct element element = { .end = at };

		if (!try_addr(value, at, &element) && !try_angle(value, at, &element) &&
		    !try_phrase(value, at, &element)) {
			add_bracketed(arena, &list, slice_from(value, at));
			break;
		}
		add_address(arena, &list, &element);
		at = element.end;
	}
	return (struct address_list){ list.p, list.n };
}
