/*
 * feed_file.c - the frame around what is carried: a word, a length, the bytes
 */
#include "config.h"

#include "shared-sync/feed_file.h"

#define FIRST "steelyard-feed-1\n"
#define SIZE_DIGITS 9

static const struct slice words[] = {
	[CARRIED_ENTRY] = { "entry", 5 },
	[CARRIED_SNAPSHOT] = { "snapshot", 8 },
	[CARRIED_HEAD] = { "head", 4 },
	[CARRIED_KEYSET] = { "keyset", 6 },
};

void
feed_file_begin(struct buf *out)
{
	buf_add(out, SLICE(FIRST));
}

void
feed_file_add(enum carried_type type, struct slice bytes, struct buf *out)
{
	buf_printf(out, "%.*s %zu\n", SLICE_ARG(words[type]), bytes.n);
	buf_add(out, bytes);
	buf_add_byte(out, '\n');
}

bool
feed_file_start(struct slice *rest, struct err *err)
{
	if (!slice_starts(*rest, SLICE(FIRST))) {
		err_set(
		    err, "it does not begin with steelyard-feed-1: no channel was exported here");
		return false;
	}
	*rest = slice_from(*rest, sizeof(FIRST) - 1);
	return true;
}

/* "entry" and "123" of a line; false: it is none. */
static bool
read_line(struct slice line, enum carried_type *type_r, size_t *size_r)
{
	size_t blank = slice_find_byte(line, 0, ' ');
	struct slice word = slice_cut(line, 0, blank), digits = slice_from(line, blank + 1);
	uint64_t size;

	if (digits.n > SIZE_DIGITS || !carried_number(digits, &size))
		return false;
	*size_r = (size_t)size;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (slice_eq(word, words[i])) {
			*type_r = (enum carried_type)i;
			return true;
		}
	return false;
}

int
feed_file_next(
    struct slice *rest, enum carried_type *type_r, struct slice *bytes_r, struct err *err)
{
	size_t end = slice_find_byte(*rest, 0, '\n'), size;

	if (rest->n == 0)
		return 0;
	if (!read_line(slice_cut(*rest, 0, end), type_r, &size)) {
		err_set(err, "expected keyset, snapshot, entry or head with its size");
		return -1;
	}
	*rest = slice_from(*rest, end + 1);
	if (rest->n <= size || rest->p[size] != '\n') {
		err_set(err, "it ends in the middle");
		return -1;
	}
	*bytes_r = slice_cut(*rest, 0, size);
	*rest = slice_from(*rest, size + 1);
	return 1;
}
