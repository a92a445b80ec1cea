/*
 * utf8.h - reading and writing UTF-8 (RFC 3629)
 */
#ifndef STEELYARD_ENGINE_UTIL_UTF8_H
#define STEELYARD_ENGINE_UTIL_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/util/slice.h"

#define UTF8_MAX 4
#define UTF8_REPLACEMENT 0xfffd

/*
 * Reads the character at s.p[0] into *code_r; s must not be empty. Returns its
 * length in bytes, or 0 when the bytes are not UTF-8 there: overlong forms,
 * surrogates and values over 0x10ffff included.
 */
size_t utf8_read(struct slice s, uint32_t *code_r);

/* Writes `code` (at most 0x10ffff) into out and returns its length, 1 to UTF8_MAX. */
size_t utf8_write(uint32_t code, char out[UTF8_MAX]);

/* Whether it is a letter, digit, mark or _: what Perl's \w is on characters, nearly. */
bool utf8_is_word(uint32_t code);

/* The characters in s, which must be UTF-8. */
size_t utf8_length(struct slice s);

/* Whether all of s is UTF-8. */
bool utf8_valid(struct slice s);

/* Where the first byte of 0x80 or more stands from `from` on, or s.n. */
size_t utf8_find_high(struct slice s, size_t from);

#endif
