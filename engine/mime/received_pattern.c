/*
 * received_pattern.c - matching a Received field against the shape that one MTA gives it
 *
 * A cursor over the pattern and one over the text; groups nest by recursion,
 * as deep as the patterns in received.c have them, whatever the text.
 */
#include "config.h"

#include "engine/mime/received_pattern.h"

#include <string.h>

#include "engine/mime/ip.h"
#include "engine/util/ascii.h"

struct cursor {
	const char *pattern;
	struct slice text;
	struct received_match *match;
};

static bool match_here(struct cursor *c);

static bool
is_ip_byte(char c)
{
	return ascii_hex(c) >= 0 || c == ':' || c == '.';
}

/* The bytes at the front of s that are an address, 0 when there is none. */
static size_t
ip_length(struct slice s)
{
	struct ip ip;
	size_t n = 0, dots = 0;

	while (n < s.n && n < IP_TEXT_MAX && is_ip_byte(s.p[n]))
		n++;
	if (ip_parse(slice_cut(s, 0, n), &ip))
		return n;
	/* A port behind a fourth dot or a colon: the quad alone. */
	for (n = 0; n < s.n && (ascii_is_digit(s.p[n]) || s.p[n] == '.'); n++)
		if (s.p[n] == '.' && ++dots == 4)
			break;
	return ip_parse(slice_cut(s, 0, n), &ip) ? n : 0;
}

static bool
take_ip(struct cursor *c)
{
	size_t n;

	if (slice_istarts(c->text, SLICE("IPv6:")))
		c->text = slice_from(c->text, 5);
	if (slice_istarts(c->text, SLICE("::ffff:")) &&
	    slice_find_byte(slice_cut(c->text, 0, IP_TEXT_MAX), 0, '.') < c->text.n)
		c->text = slice_from(c->text, 7);
	n = ip_length(c->text);
	if (n == 0)
		return false;
	c->match->ip = slice_cut(c->text, 0, n);
	c->text = slice_from(c->text, n);
	return true;
}

/* Behind the "}" that closes the group in which `pattern` stands. */
static const char *
group_end(const char *pattern)
{
	unsigned depth = 1;

	for (; depth > 0; pattern++) {
		if (*pattern == '{')
			depth++;
		else if (*pattern == '}')
			depth--;
	}
	return pattern;
}

/* The next alternative of the group, or NULL. */
static const char *
next_alternative(const char *pattern)
{
	for (unsigned depth = 0;; pattern++) {
		if (*pattern == '{')
			depth++;
		else if (*pattern == '}' && depth-- == 0)
			return NULL;
		else if (*pattern == '|' && depth == 0)
			return pattern + 1;
	}
}

/* Whether `byte` can be the next one by the pattern: inside a group, or behind it. */
static bool
may_follow(const char *pattern, char byte)
{
	const char *p;

	if (*pattern == '|' || *pattern == '}')
		return may_follow(group_end(pattern), byte);
	if (*pattern != '{')
		return *pattern == byte;
	for (p = pattern + 1; p != NULL; p = next_alternative(p))
		if (*p == byte)
			return true;
	return may_follow(group_end(pattern + 1), byte);
}

/*
 * A run up to where what follows in the pattern may stand: the literal text,
 * or one of the bytes that a group begins with. Blanks end it too unless
 * they may be in it.
 */
static bool
take_run(struct cursor *c, bool blanks, struct slice *run_r)
{
	struct slice literal = { c->pattern, strcspn(c->pattern, "%{|}") };
	size_t limit = blanks ? c->text.n : slice_find_byte(c->text, 0, ' '), end = 0;

	if (literal.n > 0) {
		struct slice within = slice_cut(c->text, 0, limit + literal.n);

		end = slice_find(within, 0, literal);
		if (end == within.n)
			return false;
	} else {
		while (end < limit && !may_follow(c->pattern, c->text.p[end]))
			end++;
	}
	*run_r = slice_cut(c->text, 0, end);
	c->text = slice_from(c->text, end);
	return true;
}

/* An ident may have an "@" in it: it ends at the last one that the run has. */
static bool
take_ident(struct cursor *c)
{
	size_t limit = slice_find_byte(c->text, 0, ' '), end = limit;

	while (end > 0 && (end == limit || c->text.p[end] != '@'))
		end--;
	if (limit == 0 || c->text.p[end] != '@' || *c->pattern != '@')
		return take_run(c, false, &c->match->ident);
	c->match->ident = slice_cut(c->text, 0, end);
	c->text = slice_from(c->text, end);
	return true;
}

static bool
take_digits(struct cursor *c)
{
	size_t n = 0;

	while (n < c->text.n && ascii_is_digit(c->text.p[n]))
		n++;
	c->text = slice_from(c->text, n);
	return n > 0;
}

static bool
take_field(struct cursor *c)
{
	struct slice ignored;

	switch (*c->pattern++) {
	case 'h':
		return take_run(c, false, &c->match->helo);
	case 'r':
		return take_run(c, false, &c->match->rdns);
	case 't':
		return take_ident(c);
	case 'e':
		return take_run(c, false, &c->match->envfrom);
	case 'i':
		return take_ip(c);
	case 'n':
		return take_digits(c);
	case '$':
		return c->text.n == 0;
	case '.':
		return take_run(c, true, &ignored);
	default:
		return take_run(c, false, &ignored);
	}
}

static bool
match_group(struct cursor *c)
{
	for (const char *p = c->pattern; p != NULL; p = next_alternative(p)) {
		struct received_match saved = *c->match;
		struct cursor try = { p, c->text, c->match };

		if (match_here(&try)) {
			c->text = try.text;
			c->pattern = group_end(c->pattern);
			return true;
		}
		*c->match = saved;
	}
	return false;
}

/* Up to the end of the pattern, or of the alternative it stands in. */
static bool
match_here(struct cursor *c)
{
	while (*c->pattern != '\0' && *c->pattern != '|' && *c->pattern != '}') {
		char p = *c->pattern++;

		if (p == '%' ? !take_field(c) : p == '{' && !match_group(c))
			return false;
		if (p == '%' || p == '{')
			continue;
		if (c->text.n == 0 || c->text.p[0] != p)
			return false;
		c->text = slice_from(c->text, 1);
	}
	return true;
}

bool
received_match(const char *pattern, struct slice text, struct received_match *match_r)
{
	struct received_match match = { .ip = SLICE_ABSENT };
	struct cursor c = { pattern, text, &match };

	if (!match_here(&c))
		return false;
	*match_r = match;
	return true;
}
