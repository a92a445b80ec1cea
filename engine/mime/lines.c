/*
 * lines.c - the lines of messages and bodies, brought into the form that they are read in
 *
 * What SpamAssassin 4.0.1 does to lines before it reads them (found by running
 * it), each in one pass and in the same memory where nothing changes: an
 * mbox's "From " line goes; CRLF becomes LF when the first or the last line
 * ends so; a run of more than BLANK_LINES_MAX blank lines is cut; where
 * multiparts are split, lines of more than LINE_MAX_BYTES are broken.
 */
#include "engine/mime/lines.h"

#include <stdbool.h>
#include <string.h>

#include "engine/util/ascii.h"
#include "engine/util/buf.h"

#define BLANK_LINES_MAX 20
/* Longer lines are broken where a multipart is split, once a level. */
#define LINE_MAX_BYTES ((size_t)2048)

struct slice
lines_take_mbox(struct slice *bytes)
{
	struct slice line;
	size_t lf, at = 5;

	if (!slice_starts(*bytes, SLICE("From ")))
		return SLICE_ABSENT;
	while (at < bytes->n && ascii_is_blank(bytes->p[at]))
		at++;
	if (at < bytes->n && bytes->p[at] == ':')
		return SLICE_ABSENT;
	lf = slice_find_byte(*bytes, 0, '\n');
	line = slice_cut(*bytes, 0, lf + 1);
	*bytes = slice_from(*bytes, lf + 1);
	return line;
}

static bool
ends_crlf(struct slice text, size_t lf)
{
	return lf < text.n && lf > 0 && text.p[lf - 1] == '\r';
}

struct slice
lines_to_lf(struct arena *arena, struct slice bytes)
{
	size_t lf = slice_find_byte(bytes, 0, '\n'), at = 0;
	char *start, *out;

	if (bytes.n == 0 || bytes.p == NULL)
		return bytes;
	if (!ends_crlf(bytes, lf) &&
	    !(bytes.p[bytes.n - 1] == '\n' && ends_crlf(bytes, bytes.n - 1)))
		return bytes;
	start = out = arena_alloc(arena, bytes.n);
	if (start == NULL)
		return SLICE_ABSENT;
	while (at < bytes.n) {
		size_t end = slice_find_byte(bytes, at, '\n');
		size_t n = end - at - ends_crlf(bytes, end);

		memcpy(out, bytes.p + at, n);
		out += n;
		if (end < bytes.n)
			*out++ = '\n';
		at = end + 1;
	}
	return (struct slice){ start, (size_t)(out - start) };
}

struct slice
lines_without_last_end(struct slice text)
{
	return slice_ends(text, SLICE("\n")) ? slice_cut(text, 0, text.n - 1) : text;
}

/* Blank lines seen in a row. */
struct blank_run {
	size_t count;
	size_t head; /* lines kept at its top: 1, or 2 at the body's top */
	size_t head_end; /* where they end */
	size_t starts[BLANK_LINES_MAX - 1]; /* of the last of them, in a ring */
};

static void
blank_run_add(struct blank_run *run, size_t start, size_t end)
{
	run->starts[run->count % (BLANK_LINES_MAX - 1)] = start;
	if (run->count == 0)
		run->head = start == 0 ? 2 : 1;
	if (run->count < run->head)
		run->head_end = end;
	run->count++;
}

/* Of a run the first line stays (at the body's top the first two), and the last ones. */
struct slice
lines_squash_blank(struct arena *arena, struct slice text)
{
	struct buf out = { .arena = arena };
	struct blank_run run = { .count = 0 };
	size_t copied = 0, end;

	for (size_t at = 0; at < text.n; at = end) {
		bool blank;

		end = slice_find_byte(text, at, '\n');
		end = end < text.n ? end + 1 : end;
		blank = ascii_is_space(text.p[at]) && slice_trim(slice_cut(text, at, end)).n == 0;
		if (blank)
			blank_run_add(&run, at, end);
		if (blank && end < text.n)
			continue;
		if (run.count > run.head + BLANK_LINES_MAX - 1) {
			buf_add(&out, slice_cut(text, copied, run.head_end));
			copied = run.starts[run.count % (BLANK_LINES_MAX - 1)];
		}
		run.count = 0;
	}
	if (copied == 0)
		return text;
	buf_add(&out, slice_from(text, copied));
	return out.failed ? text : buf_slice(&out);
}

static bool
has_long_line(struct slice text)
{
	size_t lf;

	for (size_t at = 0; at < text.n; at = lf + 1) {
		lf = slice_find_byte(text, at, '\n');
		if ((lf < text.n ? lf + 1 : lf) - at > LINE_MAX_BYTES)
			return true;
	}
	return false;
}

struct slice
lines_break_long(struct arena *arena, struct slice text, size_t levels)
{
	struct buf out = { .arena = arena };
	size_t end;

	if (!has_long_line(text))
		return text;
	buf_reserve(&out, text.n + (text.n / LINE_MAX_BYTES + 1) * levels);
	for (size_t at = 0; at < text.n; at = end) {
		end = slice_find_byte(text, at, '\n');
		end = end < text.n ? end + 1 : end;
		for (; end - at > LINE_MAX_BYTES; at += LINE_MAX_BYTES) {
			buf_add(&out, slice_cut(text, at, at + LINE_MAX_BYTES));
			for (size_t i = 0; i < levels; i++)
				buf_add_byte(&out, '\n');
		}
		buf_add(&out, slice_cut(text, at, end));
	}
	return out.failed ? SLICE_ABSENT : buf_slice(&out);
}
