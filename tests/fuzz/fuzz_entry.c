/*
 * fuzz_entry.c - any bytes as what a Redis may say of a channel, or a publisher may sign
 *
 * The first byte says who speaks. To whoever owns the Redis ('r') every form is open, and to
 * whoever has a key: 'w' signs the header that follows, whatever it says, 'e' an entry of
 * that body, 'k' a keyset of it; 'f' folds a body without the cost of a signature. Whatever is
 * refused must leave the channel as it was, and whatever is taken must come back from its text.
 */
#include <stdint.h>
#include <stdlib.h>

#include "shared-sync/channel.h"
#include "tests/shared-sync/signer.h"

#define NOW INT64_C(1700000000)
#define YEAR INT64_C(31536000)

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

/* A channel with a keyset, whose one key may sign everything, and an entry. */
static void
make_base(void)
{
	struct buf bytes = { 0 };
	struct keyset_key line;
	struct err err;

	root = signer_key(1, FEED_ROLE_ROOT);
	key = signer_key(2, FEED_ROLE_ENTRY | FEED_ROLE_HEAD);
	line = signer_line(&key, false, 0);
	base = channel_new(name, &root.public, 1);
	signer_keyset(name, 1, NOW, NOW + YEAR, &line, 1, &root, &bytes);
	must(channel_take_keyset(base, buf_slice(&bytes), NOW, &err) == FAULT_NONE);
	buf_clear(&bytes);
	signer_entry(
	    name, 1, NULL, NOW, SLICE("rules: {A: {body: /a/}, B: {body: /b/}}"), &key, &bytes);
	must(channel_take_entry(base, buf_slice(&bytes), NOW, NULL, NULL, &err) == FAULT_NONE);
	buf_clear(&bytes);
}

static void
must_be_equal(const struct channel *a, const struct channel *b)
{
	struct buf one = { 0 }, two = { 0 };

	channel_write(a, &one);
	channel_write(b, &two);
	must(slice_eq(buf_slice(&one), buf_slice(&two)));
	buf_clear(&one);
	buf_clear(&two);
}

/* What a channel holds must be restored from its text. */
static void
must_come_back(const struct channel *channel)
{
	struct channel *again = channel_new(name, &root.public, 1);
	struct buf text = { 0 };
	struct err err;

	channel_write(channel, &text);
	must(channel_restore(again, buf_slice(&text), &err));
	must_be_equal(channel, again);
	buf_clear(&text);
	channel_free(&again);
}

static void
ignore(void *p, const char *text)
{
	*(size_t *)p += strlen(text);
}

/* Each type takes the bytes, or says why not and changes nothing. */
static void
take_all(struct slice bytes)
{
	for (int type = CARRIED_ENTRY; type <= CARRIED_KEYSET; type++) {
		struct channel *channel = channel_copy(base);
		struct err err = { 0 };
		enum fault fault = FAULT_NONE;
		size_t told = 0;

		switch ((enum carried_type)type) {
		case CARRIED_ENTRY:
			fault = channel_take_entry(channel, bytes, NOW, ignore, &told, &err);
			break;
		case CARRIED_SNAPSHOT:
			fault = channel_take_snapshot(channel, bytes, NOW, &err);
			break;
		case CARRIED_HEAD:
			fault = channel_take_head(channel, bytes, NOW, &err);
			break;
		case CARRIED_KEYSET:
			fault = channel_take_keyset(channel, bytes, NOW, &err);
			break;
		}
		must(fault == FAULT_NONE || err.text[0] != '\0');
		if (fault == FAULT_NONE)
			must_come_back(channel);
		else if (fault != FAULT_STALE && fault != FAULT_CLOCK)
			must_be_equal(channel, base);
		channel_free(&channel);
	}
}

/* Signs the header up to its blank line in the place of the last 64 bytes. */
static void
take_signed_header(struct slice text)
{
	static const char *const prefixes[] = { "an entry", "a snapshot", "a head", "a keyset" };
	size_t end = slice_find(text, 0, SLICE("\n\n")) + 1;

	if (end >= text.n)
		return;
	for (size_t i = 0; i < 4; i++) {
		unsigned char signature[CRYPTO_ED25519_SIGNATURE];
		struct buf what = { 0 }, bytes = { 0 };

		buf_printf(&what, "steelyard signature of %s\n", prefixes[i]);
		buf_add(&what, slice_cut(text, 0, end));
		crypto_ed25519_sign(i == 3 ? root.seed : key.seed, buf_slice(&what), signature);
		buf_add(&bytes, text);
		buf_add(&bytes, (struct slice){ (const char *)signature, sizeof(signature) });
		take_all(buf_slice(&bytes));
		buf_clear(&what);
		buf_clear(&bytes);
	}
}

static void
take_entry(struct slice body)
{
	struct buf bytes = { 0 };

	if (body.n > CARRIED_ENTRY_BODY_MAX)
		return;
	signer_entry(name, 2, channel_hash(base), NOW, body, &key, &bytes);
	take_all(buf_slice(&bytes));
	buf_clear(&bytes);
}

static void
take_keyset(struct slice body)
{
	struct carried from = { .type = CARRIED_KEYSET,
		.channel = name,
		.seq = 2,
		.time = NOW,
		.expires = NOW + YEAR };
	struct buf bytes = { 0 };

	if (body.n > CARRIED_KEYSET_BODY_MAX)
		return;
	carried_sign(&from, body, &root, &bytes);
	take_all(buf_slice(&bytes));
	buf_clear(&bytes);
}

/* Folds the body; the fold must come back from its text, and a difference must lead back. */
static void
fold_body(struct slice body)
{
	struct fold *fold = fold_copy(channel_fold(base)), *again = fold_new();
	struct buf text = { 0 }, second = { 0 };
	struct err err = { 0 };
	size_t told = 0;

	if (body.n <= CARRIED_ENTRY_BODY_MAX &&
	    fold_apply(fold, body, 2, key.public.id, ignore, &told, &err)) {
		fold_write(fold, &text);
		must(fold_read(again, buf_slice(&text), &err));
		fold_write(again, &second);
		must(slice_eq(buf_slice(&text), buf_slice(&second)));
		for (size_t steps = 0; steps < 100; steps++) {
			buf_clear(&second);
			fold_difference(fold, channel_fold(base), SLICE("back"), &second);
			if (second.n == 0)
				break;
			must(fold_apply(
			    fold, buf_slice(&second), 3, key.public.id, NULL, NULL, &err));
			must(steps < 99);
		}
		must(fold_count(fold) == fold_count(channel_fold(base)));
	}
	buf_clear(&text);
	buf_clear(&second);
	fold_free(&fold);
	fold_free(&again);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice rest = { (const char *)data + 1, size - 1 };

	if (size == 0)
		return 0;
	if (base == NULL)
		make_base();
	switch (data[0]) {
	case 'r':
		take_all(rest);
		break;
	case 'w':
		take_signed_header(rest);
		break;
	case 'e':
		take_entry(rest);
		break;
	case 'k':
		take_keyset(rest);
		break;
	default:
		fold_body(rest);
		break;
	}
	return 0;
}
