/*
 * carried.c - taking apart and signing what a feed carries
 *
 * A cursor with a sticky fault walks the header by a table of the type's fields: their
 * names, their order and their forms are fixed, so there is one text for one meaning. Nothing
 * is allocated, and no more than CARRIED_HEADER_MAX bytes are looked at before the header has
 * ended. Numbers are bounded, so they fit the signed types.
 */
#include "shared-sync/carried.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

#include "engine/util/ascii.h"
#include "shared-sync/channel_keys.h"
#include "shared-sync/hex.h"

#define FIELDS_MAX 8

enum field {
	FIELD_END,
	FIELD_CHANNEL,
	FIELD_SEQ,
	FIELD_VERSION,
	FIELD_PREV,
	FIELD_HASH,
	FIELD_TIME,
	FIELD_ISSUED,
	FIELD_EXPIRES,
	FIELD_KEY,
	FIELD_RAW_SIZE,
	FIELD_SIZE,
	FIELD_SHA256,
};

static const struct slice field_names[] = {
	[FIELD_END] = { "", 0 },
	[FIELD_CHANNEL] = { "channel", 7 },
	[FIELD_SEQ] = { "seq", 3 },
	[FIELD_VERSION] = { "version", 7 },
	[FIELD_PREV] = { "prev", 4 },
	[FIELD_HASH] = { "hash", 4 },
	[FIELD_TIME] = { "time", 4 },
	[FIELD_ISSUED] = { "issued", 6 },
	[FIELD_EXPIRES] = { "expires", 7 },
	[FIELD_KEY] = { "key", 3 },
	[FIELD_RAW_SIZE] = { "raw_size", 8 },
	[FIELD_SIZE] = { "size", 4 },
	[FIELD_SHA256] = { "sha256", 6 },
};

static const struct form {
	struct slice first; /* line */
	struct slice prefix; /* of what is signed */
	enum field fields[FIELDS_MAX + 1];
	size_t body_max; /* 0: it has none */
} forms[] = {
	[CARRIED_ENTRY] = { { "steelyard-entry-1\n", 18 },
	    { "steelyard signature of an entry\n", 32 },
	    { FIELD_CHANNEL, FIELD_SEQ, FIELD_PREV, FIELD_TIME, FIELD_KEY, FIELD_SIZE,
		FIELD_SHA256 },
	    CARRIED_ENTRY_BODY_MAX },
	[CARRIED_SNAPSHOT] = { { "steelyard-snapshot-1\n", 21 },
	    { "steelyard signature of a snapshot\n", 34 },
	    { FIELD_CHANNEL, FIELD_SEQ, FIELD_HASH, FIELD_TIME, FIELD_KEY, FIELD_RAW_SIZE,
		FIELD_SIZE, FIELD_SHA256 },
	    CARRIED_SNAPSHOT_BODY_MAX },
	[CARRIED_HEAD] = { { "steelyard-head-1\n", 17 }, { "steelyard signature of a head\n", 30 },
	    { FIELD_CHANNEL, FIELD_SEQ, FIELD_HASH, FIELD_ISSUED, FIELD_EXPIRES, FIELD_KEY }, 0 },
	[CARRIED_KEYSET] = { { "steelyard-keyset-1\n", 19 },
	    { "steelyard signature of a keyset\n", 32 },
	    { FIELD_CHANNEL, FIELD_VERSION, FIELD_ISSUED, FIELD_EXPIRES, FIELD_KEY, FIELD_SIZE,
		FIELD_SHA256 },
	    CARRIED_KEYSET_BODY_MAX },
};

struct cursor {
	struct slice bytes;
	size_t at;
	enum fault fault;
	struct err *err;
};

bool
carried_number(struct slice text, uint64_t *number_r)
{
	uint64_t number = 0;

	if (text.n == 0 || text.n > 16 || (text.n > 1 && text.p[0] == '0'))
		return false;
	for (size_t i = 0; i < text.n; i++) {
		if (!ascii_is_digit(text.p[i]))
			return false;
		number = number * 10 + (uint64_t)(text.p[i] - '0');
	}
	*number_r = number;
	return number <= CARRIED_SEQ_MAX;
}

/* The first fault stays; `name` is the field's, or empty. */
static void
cursor_fail(struct cursor *cursor, enum fault fault, struct slice name, const char *text)
{
	if (cursor->fault != FAULT_NONE)
		return;
	cursor->fault = fault;
	if (name.n > 0)
		err_set(cursor->err, "\"%.*s\": %s", SLICE_ARG(name), text);
	else
		err_set(cursor->err, "%s", text);
}

/* Takes a line off the header, its LF left out. */
static struct slice
cursor_line(struct cursor *cursor)
{
	struct slice rest = slice_from(cursor->bytes, cursor->at);
	struct slice room = slice_cut(rest, 0, CARRIED_HEADER_MAX - cursor->at);
	size_t n = slice_find_byte(room, 0, '\n');

	if (n == room.n) {
		if (room.n < rest.n)
			cursor_fail(cursor, FAULT_OVERSIZED, SLICE(""), "the header is over 1 KB");
		else
			cursor_fail(cursor, FAULT_TRUNCATED, SLICE(""), "the header does not end");
		return SLICE("");
	}
	cursor->at += n + 1;
	return slice_cut(rest, 0, n);
}

static int64_t
read_number(struct cursor *cursor, struct slice text, uint64_t min, struct slice name)
{
	uint64_t number = 0;

	if (!carried_number(text, &number) || number < min)
		cursor_fail(cursor, FAULT_MALFORMED, name,
		    "expected a decimal number without leading zeros");
	return (int64_t)number;
}

static size_t
read_size(struct cursor *cursor, struct slice text, size_t max, struct slice name)
{
	uint64_t size = (uint64_t)read_number(cursor, text, 0, name);

	if (size > max) {
		cursor_fail(cursor, FAULT_OVERSIZED, name, "past its limit");
		return 0;
	}
	return (size_t)size;
}

static void
read_hash(struct cursor *cursor, struct slice text, unsigned char *hash_r, struct slice name)
{
	if (!hex_read(text, hash_r, CARRIED_HASH))
		cursor_fail(
		    cursor, FAULT_MALFORMED, name, "expected 64 lower-case hexadecimal digits");
}

static void
read_value(struct cursor *cursor, enum field field, struct slice text, struct carried *carried,
    size_t *size_r)
{
	struct slice name = field_names[field];

	switch (field) {
	case FIELD_CHANNEL:
		carried->channel = text;
		if (!channel_name_valid(text))
			cursor_fail(cursor, FAULT_MALFORMED, name, "not a channel's name");
		break;
	case FIELD_SEQ:
	case FIELD_VERSION:
		carried->seq = (uint64_t)read_number(cursor, text, 1, name);
		break;
	case FIELD_PREV:
	case FIELD_HASH:
		read_hash(cursor, text, carried->hash, name);
		break;
	case FIELD_TIME:
	case FIELD_ISSUED:
		carried->time = read_number(cursor, text, 0, name);
		break;
	case FIELD_EXPIRES:
		carried->expires = read_number(cursor, text, 0, name);
		break;
	case FIELD_KEY:
		if (!feed_key_id_read(text, carried->key))
			cursor_fail(cursor, FAULT_MALFORMED, name, "expected a key's id");
		break;
	case FIELD_RAW_SIZE:
		carried->raw_size = read_size(cursor, text, CARRIED_SNAPSHOT_RAW_MAX, name);
		break;
	case FIELD_SIZE:
		*size_r = read_size(cursor, text, forms[carried->type].body_max, name);
		break;
	case FIELD_SHA256:
		read_hash(cursor, text, carried->sha256, name);
		break;
	case FIELD_END:
		break;
	}
}

static void
read_header(struct cursor *cursor, struct carried *carried, size_t *size_r)
{
	const struct form *form = &forms[carried->type];
	struct slice first = slice_cut(form->first, 0, form->first.n - 1);

	if (!slice_eq(cursor_line(cursor), first))
		cursor_fail(cursor, FAULT_MALFORMED, first, "expected as its first line");
	for (size_t i = 0; cursor->fault == FAULT_NONE && form->fields[i] != FIELD_END; i++) {
		struct slice name = field_names[form->fields[i]], line = cursor_line(cursor);

		if (!slice_starts(line, name) || line.n == name.n || line.p[name.n] != ' ')
			cursor_fail(cursor, FAULT_MALFORMED, name, "expected in its place");
		else
			read_value(
			    cursor, form->fields[i], slice_from(line, name.n + 1), carried, size_r);
	}
	carried->header = slice_cut(cursor->bytes, 0, cursor->at);
	if (cursor->fault == FAULT_NONE && cursor_line(cursor).n > 0)
		cursor_fail(cursor, FAULT_MALFORMED, SLICE(""), "expected the header's end");
}

/* Body and signature, which must end where the bytes do. */
static void
read_rest(struct cursor *cursor, struct carried *carried, size_t size)
{
	struct slice rest = slice_from(cursor->bytes, cursor->at);

	if (rest.n < size + CRYPTO_ED25519_SIGNATURE) {
		cursor_fail(cursor, FAULT_TRUNCATED, SLICE(""), "body and signature do not end");
	} else if (rest.n > size + CRYPTO_ED25519_SIGNATURE) {
		cursor_fail(cursor, FAULT_MALFORMED, SLICE(""), "bytes behind its signature");
	} else {
		carried->body = slice_cut(rest, 0, size);
		carried->signature = slice_from(rest, size);
	}
}

enum fault
carried_read(enum carried_type type, struct slice bytes, struct carried *carried_r, struct err *err)
{
	struct cursor cursor = { .bytes = bytes, .fault = FAULT_NONE, .err = err };
	unsigned char sha256[CARRIED_HASH];
	size_t size = 0;

	*carried_r = (struct carried){ .type = type, .bytes = bytes };
	read_header(&cursor, carried_r, &size);
	if (cursor.fault == FAULT_NONE)
		read_rest(&cursor, carried_r, size);
	if (cursor.fault == FAULT_NONE && forms[type].body_max > 0) {
		crypto_sha256(carried_r->body, sha256);
		if (memcmp(sha256, carried_r->sha256, sizeof(sha256)) != 0)
			cursor_fail(&cursor, FAULT_BODY_HASH, SLICE(""),
			    "the body's hash is another than the header's");
	}
	return cursor.fault;
}

/* What is signed: at most a prefix and 1 KB. */
static struct slice
signed_bytes(enum carried_type type, struct slice header, struct buf *buf)
{
	buf_add(buf, forms[type].prefix);
	buf_add(buf, header);
	return buf_slice(buf);
}

bool
carried_verify(const struct carried *carried, const struct feed_public *public)
{
	struct slice key = { (const char *)public->bytes, sizeof(public->bytes) };
	struct buf buf = { 0 };
	bool good = crypto_ed25519_verify(
	    key, signed_bytes(carried->type, carried->header, &buf), carried->signature);

	buf_clear(&buf);
	return good;
}

void
carried_hash(const struct carried *carried, unsigned char hash_r[CARRIED_HASH])
{
	crypto_sha256(carried->header, hash_r);
}

static void
write_value(const struct carried *carried, enum field field, size_t size, struct buf *out)
{
	switch (field) {
	case FIELD_CHANNEL:
		buf_add(out, carried->channel);
		break;
	case FIELD_SEQ:
	case FIELD_VERSION:
		buf_printf(out, "%" PRIu64, carried->seq);
		break;
	case FIELD_PREV:
	case FIELD_HASH:
		hex_write(carried->hash, CARRIED_HASH, out);
		break;
	case FIELD_TIME:
	case FIELD_ISSUED:
		buf_printf(out, "%" PRId64, carried->time);
		break;
	case FIELD_EXPIRES:
		buf_printf(out, "%" PRId64, carried->expires);
		break;
	case FIELD_KEY:
		buf_add(out, slice_of(carried->key));
		break;
	case FIELD_RAW_SIZE:
		buf_printf(out, "%zu", carried->raw_size);
		break;
	case FIELD_SIZE:
		buf_printf(out, "%zu", size);
		break;
	case FIELD_SHA256:
		hex_write(carried->sha256, CARRIED_HASH, out);
		break;
	case FIELD_END:
		break;
	}
}

void
carried_sign(const struct carried *from, struct slice body, const struct feed_secret *secret,
    struct buf *out)
{
	const struct form *form = &forms[from->type];
	unsigned char signature[CRYPTO_ED25519_SIGNATURE];
	struct carried made = *from;
	struct buf buf = { 0 };
	size_t start = out->n;
	struct slice header;

	assert(body.n <= form->body_max && channel_name_valid(from->channel));
	memcpy(made.key, secret->public.id, sizeof(made.key));
	crypto_sha256(body, made.sha256);
	buf_add(out, form->first);
	for (size_t i = 0; form->fields[i] != FIELD_END; i++) {
		buf_add(out, field_names[form->fields[i]]);
		buf_add_byte(out, ' ');
		write_value(&made, form->fields[i], body.n, out);
		buf_add_byte(out, '\n');
	}
	header = slice_from(buf_slice(out), start);
	crypto_ed25519_sign(secret->seed, signed_bytes(from->type, header, &buf), signature);
	buf_clear(&buf);
	buf_add_byte(out, '\n');
	buf_add(out, body);
	buf_add(out, (struct slice){ (const char *)signature, sizeof(signature) });
}
