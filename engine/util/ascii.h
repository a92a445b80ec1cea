/*
 * ascii.h - character classes of our own: ASCII only, no locale, any byte
 *
 * The classes are Perl's under /aa: \s is space, tab, LF, VT, FF and CR.
 */
#ifndef STEELYARD_ENGINE_UTIL_ASCII_H
#define STEELYARD_ENGINE_UTIL_ASCII_H

#include <stdbool.h>

static inline bool
ascii_is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static inline bool
ascii_is_upper(char c)
{
	return c >= 'A' && c <= 'Z';
}

static inline bool
ascii_is_lower(char c)
{
	return c >= 'a' && c <= 'z';
}

static inline bool
ascii_is_alpha(char c)
{
	return ascii_is_upper(c) || ascii_is_lower(c);
}

static inline bool
ascii_is_alnum(char c)
{
	return ascii_is_alpha(c) || ascii_is_digit(c);
}

/* \w: a letter, a digit or an underscore. */
static inline bool
ascii_is_word(char c)
{
	return ascii_is_alnum(c) || c == '_';
}

static inline bool
ascii_is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Space or tab: what may begin a folded line (RFC 5322, 2.2.3). */
static inline bool
ascii_is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static inline bool
ascii_is_control(char c)
{
	return (unsigned char)c < 0x20 || c == 0x7f;
}

static inline bool
ascii_is_print(char c)
{
	return c >= 0x20 && c < 0x7f;
}

/* A byte of 0x80 and more. */
static inline bool
ascii_is_high(char c)
{
	return ((unsigned char)c & 0x80) != 0;
}

static inline char
ascii_lower(char c)
{
	return ascii_is_upper(c) ? (char)(c + ('a' - 'A')) : c;
}

static inline char
ascii_upper(char c)
{
	return ascii_is_lower(c) ? (char)(c - ('a' - 'A')) : c;
}

/* The value of a hexadecimal digit of either case, or -1. */
static inline int
ascii_hex(char c)
{
	if (ascii_is_digit(c))
		return c - '0';
	c = ascii_lower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The mark that closes what `open` opens: ) for (, and so on; any other mark closes itself. */
static inline char
ascii_closing(char open)
{
	switch (open) {
	case '(':
		return ')';
	case '[':
		return ']';
	case '{':
		return '}';
	case '<':
		return '>';
	default:
		return open;
	}
}

#endif
