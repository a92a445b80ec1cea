/*
 * wrap.c - text in lines of so many columns, broken where SpamAssassin breaks it
 *
 * A text is a row of pieces. With `behind_commas` a piece ends behind a blank
 * or comma, and an empty one stands between each two; else words and single
 * blanks take turns. A line takes its first piece whatever its length, then
 * pieces as long as they fit; its trailing blanks go when another line follows.
 * Bytes are counted, not characters.
 */
#include "engine/wrap.h"

#include "engine/util/ascii.h"

/* A tab is this much wider than one byte. */
#define TAB_MORE 7

struct wrapper {
	struct slice rest; /* not yet cut */
	bool behind_commas;
	bool between; /* the next piece is a separator */
};

/* Takes the next piece; false: there is none. */
static bool
next_piece(struct wrapper *wrapper, struct slice *piece_r)
{
	bool separator = wrapper->between;
	size_t n = 0;

	if (wrapper->rest.n == 0)
		return false;
	wrapper->between = !separator;
	if (wrapper->behind_commas && !separator) {
		while (n < wrapper->rest.n && !ascii_is_space(wrapper->rest.p[n]) &&
		       wrapper->rest.p[n] != ',')
			n++;
		n++;
	} else if (!wrapper->behind_commas && separator) {
		n = 1;
	} else if (!wrapper->behind_commas) {
		while (n < wrapper->rest.n && !ascii_is_space(wrapper->rest.p[n]))
			n++;
	}
	*piece_r = slice_cut(wrapper->rest, 0, n);
	wrapper->rest = slice_from(wrapper->rest, n);
	return true;
}

static size_t
columns_of(struct slice s)
{
	size_t n = s.n;

	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '\t')
			n += TAB_MORE;
	}
	return n;
}

void
wrap_text(struct buf *out, struct slice text, const struct wrap *how)
{
	struct wrapper wrapper = { text, how->behind_commas, false };
	size_t line = out->n, columns = 0;
	bool fresh = true; /* only one piece yet */
	struct slice piece;

	if (how->first.n > 0) {
		buf_add(out, how->first);
		columns = columns_of(how->first);
	} else if (next_piece(&wrapper, &piece)) {
		buf_add(out, piece);
		columns = columns_of(piece);
	}
	while (next_piece(&wrapper, &piece)) {
		size_t wide = columns_of(piece);

		if (columns + (fresh || how->overflow ? 0 : wide) > how->columns) {
			while (out->n > line && ascii_is_space(out->p[out->n - 1]))
				out->n--;
			buf_add_byte(out, '\n');
			line = out->n;
			buf_add(out, how->prefix);
			columns = columns_of(how->prefix);
		}
		buf_add(out, piece);
		columns += wide;
		fresh = false;
	}
}
