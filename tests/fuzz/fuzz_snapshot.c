/*
 * fuzz_snapshot.c - any bytes as a snapshot's body, a fold's text and a journal's checkpoint
 *
 * 's' signs a snapshot whose text follows, deflated; 'd' signs one whose deflated body follows,
 * after four bytes of its raw size; 't' reads a fold's text and 'c' a channel's. What is
 * read must be written back byte for byte, and what is refused must change nothing.
 */
#include <stdint.h>
#include <stdlib.h>

#include "shared-sync/channel.h"
#include "shared-sync/inflate.h"
#include "tests/shared-sync/signer.h"

#define NOW INT64_C(1700000000)
#define YEAR INT64_C(31536000)
/* Larger ones cost time and find nothing. */
#define RAW_MAX ((size_t)1 << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct slice name = { "community", 9 };
static struct feed_secret root, key;
static struct channel *base;

static void
must(bool held)
{
	if (!held)
		abort();
}

static void
make_base(void)
{
	struct buf bytes = { 0 };
	struct keyset_key line;
	struct err err;

	root = signer_key(1, FEED_ROLE_ROOT);
	key = signer_key(2, FEED_ROLE_ENTRY);
	line = signer_line(&key, false, 0);
	base = channel_new(name, &root.public, 1);
	signer_keyset(name, 1, NOW, NOW + YEAR, &line, 1, &root, &bytes);
	must(channel_take_keyset(base, buf_slice(&bytes), NOW, &err) == FAULT_NONE);
	buf_clear(&bytes);
}

static void
must_write(const struct channel *channel, struct slice want)
{
	struct buf text = { 0 };

	channel_write(channel, &text);
	must(slice_eq(buf_slice(&text), want));
	buf_clear(&text);
}

static void
take_snapshot(struct slice packed, size_t raw_size)
{
	struct carried from = { .type = CARRIED_SNAPSHOT,
		.channel = name,
		.seq = 9,
		.hash = { 1 },
		.raw_size = raw_size };
	struct channel *channel = channel_copy(base), *again = channel_copy(base);
	struct buf bytes = { 0 }, before = { 0 }, after = { 0 };
	struct err err = { 0 };

	carried_sign(&from, packed, &key, &bytes);
	channel_write(channel, &before);
	if (channel_take_snapshot(channel, buf_slice(&bytes), NOW, &err) == FAULT_NONE) {
		channel_write(channel, &after);
		must(channel_restore(again, buf_slice(&after), &err));
		must_write(again, buf_slice(&after));
	} else {
		must(err.text[0] != '\0');
		must_write(channel, buf_slice(&before));
	}
	buf_clear(&bytes);
	buf_clear(&before);
	buf_clear(&after);
	channel_free(&channel);
	channel_free(&again);
}

static void
take_text(struct slice text)
{
	struct buf packed = { 0 };

	deflate_whole(text, &packed);
	take_snapshot(buf_slice(&packed), text.n);
	buf_clear(&packed);
}

static void
take_packed(struct slice bytes)
{
	size_t raw_size = 0;

	for (size_t i = 0; i < 4 && i < bytes.n; i++)
		raw_size = raw_size << 8 | (unsigned char)bytes.p[i];
	take_snapshot(slice_from(bytes, 4), raw_size % RAW_MAX);
}

static void
read_text(struct slice text)
{
	struct fold *fold = fold_new();
	struct buf again = { 0 };
	struct err err = { 0 };

	if (fold_read(fold, text, &err)) {
		fold_write(fold, &again);
		must(slice_eq(buf_slice(&again), text));
	} else
		must(err.text[0] != '\0' && fold_count(fold) == 0);
	buf_clear(&again);
	fold_free(&fold);
}

/* The keyset's bytes stand where "KEYSET" stands in the input, so that the fold is reached. */
static void
read_checkpoint(struct slice text)
{
	struct channel *channel = channel_copy(base);
	size_t at = slice_find(text, 0, SLICE("KEYSET"));
	struct buf before = { 0 }, whole = { 0 };
	struct err err = { 0 };

	channel_write(channel, &before);
	buf_add(&whole, slice_cut(text, 0, at));
	if (at < text.n)
		buf_add(&whole, channel_keyset_bytes(base));
	buf_add(&whole, slice_from(text, at + 6));
	if (channel_restore(channel, buf_slice(&whole), &err)) {
		buf_clear(&before);
		channel_write(channel, &before);
		must(channel_restore(channel, buf_slice(&before), &err));
	}
	must_write(channel, buf_slice(&before));
	buf_clear(&before);
	buf_clear(&whole);
	channel_free(&channel);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice rest = { (const char *)data + 1, size - 1 };

	if (size == 0 || size > RAW_MAX)
		return 0;
	if (base == NULL)
		make_base();
	switch (data[0]) {
	case 's':
		take_text(rest);
		break;
	case 'd':
		take_packed(rest);
		break;
	case 'c':
		read_checkpoint(rest);
		break;
	default:
		read_text(rest);
		break;
	}
	return 0;
}
