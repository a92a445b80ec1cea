/*
 * channel_text.c - reading and writing the seven lines of a state
 *
 * Lines are taken by a cursor with a sticky error. The two sizes must add up to what
 * follows.
 */
#include "shared-sync/channel_text.h"

#include <inttypes.h>
#include <string.h>

#include "shared-sync/hex.h"

struct cursor {
	struct slice rest;
	bool failed;
};

void
channel_text_write(const struct channel_text *text, struct buf *out)
{
	const struct channel_head *head = &text->head;

	buf_printf(out, "steelyard-state-1\nchannel %.*s\nseq %" PRIu64 "\nhash ",
	    SLICE_ARG(text->name), text->seq);
	hex_write(text->hash, sizeof(text->hash), out);
	buf_printf(out, "\nhead %" PRIu64, head->seq);
	if (head->seq > 0) {
		buf_add_byte(out, ' ');
		hex_write(head->hash, sizeof(head->hash), out);
		buf_printf(
		    out, " %" PRId64 " %" PRId64 " %s", head->issued, head->expires, head->key);
	}
	buf_printf(out, "\nkeyset %zu\nfold %zu\n\n", text->keyset.n, text->fold.n);
	buf_add(out, text->keyset);
	buf_add(out, text->fold);
}

/* Takes bytes up to `end`, which must come, and `end` with them. */
static struct slice
take(struct cursor *cursor, char end)
{
	size_t n = slice_find_byte(cursor->rest, 0, end);
	struct slice taken = slice_cut(cursor->rest, 0, n);

	if (n == cursor->rest.n)
		cursor->failed = true;
	cursor->rest = slice_from(cursor->rest, n + 1);
	return taken;
}

static void
expect(struct cursor *cursor, struct slice text)
{
	if (!slice_starts(cursor->rest, text))
		cursor->failed = true;
	cursor->rest = slice_from(cursor->rest, text.n);
}

static uint64_t
take_number(struct cursor *cursor, char end)
{
	uint64_t number = 0;

	if (!carried_number(take(cursor, end), &number))
		cursor->failed = true;
	return number;
}

static void
take_hash(struct cursor *cursor, char end, unsigned char hash_r[CARRIED_HASH])
{
	if (!hex_read(take(cursor, end), hash_r, CARRIED_HASH))
		cursor->failed = true;
}

static void
take_head(struct cursor *cursor, struct channel_head *head)
{
	if (slice_starts(cursor->rest, SLICE("0\n"))) {
		expect(cursor, SLICE("0\n"));
		return;
	}
	head->seq = take_number(cursor, ' ');
	take_hash(cursor, ' ', head->hash);
	head->issued = (int64_t)take_number(cursor, ' ');
	head->expires = (int64_t)take_number(cursor, ' ');
	if (!feed_key_id_read(take(cursor, '\n'), head->key))
		cursor->failed = true;
}

bool
channel_text_read(struct slice bytes, struct channel_text *text_r, struct err *err)
{
	struct cursor cursor = { .rest = bytes };
	uint64_t keyset, fold;

	*text_r = (struct channel_text){ 0 };
	expect(&cursor, SLICE("steelyard-state-1\nchannel "));
	text_r->name = take(&cursor, '\n');
	expect(&cursor, SLICE("seq "));
	text_r->seq = take_number(&cursor, '\n');
	expect(&cursor, SLICE("hash "));
	take_hash(&cursor, '\n', text_r->hash);
	expect(&cursor, SLICE("head "));
	take_head(&cursor, &text_r->head);
	expect(&cursor, SLICE("keyset "));
	keyset = take_number(&cursor, '\n');
	expect(&cursor, SLICE("fold "));
	fold = take_number(&cursor, '\n');
	expect(&cursor, SLICE("\n"));
	if (cursor.failed || keyset > cursor.rest.n || fold != cursor.rest.n - keyset) {
		err_set(err, "not a channel's state");
		return false;
	}
	text_r->keyset = slice_cut(cursor.rest, 0, keyset);
	text_r->fold = slice_from(cursor.rest, keyset);
	return true;
}
