/*
 * json.c - writing JSON (RFC 8259)
 *
 * Strings: the two characters that must be escaped, controls (DEL too, since
 * the output is read on terminals) as \u00XX or their short forms, UTF-8 as it
 * is, and each byte that is not UTF-8 as \u00XX. The last is not reversible (a
 * real U+00E9 looks like the byte E9), and is what DESIGN promises: a reader
 * needs text, and the bytes are in the message.
 */
#include "config.h"

#include "milter/json.h"

#include <inttypes.h>

#include "engine/rules/score.h"
#include "engine/util/ascii.h"
#include "engine/util/utf8.h"

static void
json_separate(struct json *json)
{
	if (json->comma)
		buf_add(json->out, SLICE(", "));
	json->comma = true;
}

void
json_open(struct json *json, char bracket)
{
	json_separate(json);
	buf_add_byte(json->out, bracket);
	json->comma = false;
}

void
json_close(struct json *json, char bracket)
{
	buf_add_byte(json->out, bracket);
	json->comma = true;
}

/* The short escape of a byte, or 0. */
static char
json_short(char c)
{
	switch (c) {
	case '"':
	case '\\':
		return c;
	case '\b':
		return 'b';
	case '\f':
		return 'f';
	case '\n':
		return 'n';
	case '\r':
		return 'r';
	case '\t':
		return 't';
	default:
		return 0;
	}
}

static void
json_escape(struct buf *out, char c)
{
	char name = json_short(c);

	if (name != 0) {
		buf_add_byte(out, '\\');
		buf_add_byte(out, name);
	} else {
		buf_printf(out, "\\u%04x", (unsigned)(unsigned char)c);
	}
}

static void
json_quote(struct buf *out, struct slice s)
{
	size_t clean = 0, i = 0;

	buf_add_byte(out, '"');
	while (i < s.n) {
		char c = s.p[i];
		uint32_t code;
		size_t n = ascii_is_high(c) ? utf8_read(slice_from(s, i), &code)
			   : !ascii_is_control(c) && json_short(c) == 0 ? 1
									: 0;

		if (n > 0) {
			i += n;
			continue;
		}
		buf_add(out, slice_cut(s, clean, i));
		json_escape(out, c);
		clean = ++i;
	}
	buf_add(out, slice_from(s, clean));
	buf_add_byte(out, '"');
}

void
json_key(struct json *json, const char *key)
{
	json_separate(json);
	json_quote(json->out, slice_of(key));
	buf_add(json->out, SLICE(": "));
	json->comma = false;
}

void
json_string(struct json *json, struct slice s)
{
	json_separate(json);
	json_quote(json->out, s);
}

void
json_integer(struct json *json, int64_t value)
{
	json_separate(json);
	buf_printf(json->out, "%" PRId64, value);
}

void
json_bool(struct json *json, bool value)
{
	json_separate(json);
	buf_add(json->out, value ? SLICE("true") : SLICE("false"));
}

void
json_score(struct json *json, int64_t millionths)
{
	json_separate(json);
	score_print(json->out, millionths);
}
