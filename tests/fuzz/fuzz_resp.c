/*
 * fuzz_resp.c - any bytes as what a Redis sends
 *
 * The first byte says into what pieces the rest is cut. Beyond not crashing: the guard says the
 * same however the bytes are cut, lets no more through than it was given, and keeps to its
 * limits; and hiredis behind it makes a reply of what the guard calls whole, and of nothing else.
 */
#include "config.h"

#include <stdint.h>
#include <stdlib.h>

#include "shared-sync/redis_guard.h"
#include "shared-sync/redis_reader.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(bool held)
{
	if (!held)
		abort();
}

static void
check_limits(const struct redis_guard *guard)
{
	must(guard->depth <= REDIS_NESTING_MAX);
	must(guard->reply_bytes <= REDIS_REPLY_MAX);
	must(guard->bulk <= REDIS_BULK_MAX + 2);
	must(guard->values <= REDIS_VALUES_MAX + REDIS_ARRAY_MAX);
	for (unsigned i = 0; i < guard->depth; i++)
		must(guard->left[i] > 0 && guard->left[i] <= REDIS_ARRAY_MAX);
}

/* One reply, in pieces; the verdict, and the bytes that went through. */
static enum redis_guard_verdict
scan(struct slice bytes, size_t step, size_t *used_r)
{
	struct redis_guard guard = { .values = 0 };
	enum redis_guard_verdict verdict = REDIS_GUARD_MORE;

	*used_r = 0;
	for (size_t at = 0; at < bytes.n && verdict == REDIS_GUARD_MORE; at += step) {
		struct slice piece = slice_cut(bytes, at, at + step);
		size_t used;

		verdict = redis_guard_scan(&guard, piece, &used);
		must(used <= piece.n);
		must(verdict != REDIS_GUARD_MORE || used == piece.n);
		*used_r += used;
		check_limits(&guard);
	}
	return verdict;
}

static void
check_tree(const struct redis_value *value, unsigned depth)
{
	must(depth <= REDIS_NESTING_MAX);
	must(value->kind == REDIS_KIND_ARRAY || value->count == 0);
	for (size_t i = 0; i < value->count; i++)
		check_tree(&value->items[i], depth + 1);
}

static void
check_reader(struct slice bytes, size_t step, enum redis_guard_verdict verdict)
{
	struct redis_reader *reader = redis_reader_new();
	struct redis_reply *reply = NULL;
	enum link_outcome outcome = LINK_OK;
	struct err err;

	for (size_t at = 0; at < bytes.n && outcome == LINK_OK && reply == NULL; at += step)
		outcome = redis_reader_feed(reader, slice_cut(bytes, at, at + step), &reply, &err);
	must((outcome == LINK_OVERSIZED) == (verdict == REDIS_GUARD_OVERSIZED));
	must(verdict != REDIS_GUARD_BROKEN || outcome == LINK_PROTOCOL);
	must((reply != NULL) == (verdict == REDIS_GUARD_WHOLE && outcome == LINK_OK));
	must(verdict != REDIS_GUARD_WHOLE || outcome == LINK_OK);
	if (reply != NULL)
		check_tree(redis_reply_value(reply), 0);
	redis_reply_free(&reply);
	redis_reader_free(&reader);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice rest = { (const char *)data, size };
	size_t step, used, used_whole;

	if (size == 0)
		return 0;
	step = data[0] % 16 + 1;
	rest = slice_from(rest, 1);
	while (rest.n > 0) {
		enum redis_guard_verdict whole = scan(rest, SIZE_MAX / 2, &used_whole);

		must(scan(rest, step, &used) == whole && used == used_whole);
		must(scan(rest, 1, &used) == whole && used == used_whole);
		check_reader(slice_cut(rest, 0, used + (whole != REDIS_GUARD_WHOLE)), step, whole);
		if (whole != REDIS_GUARD_WHOLE)
			break;
		rest = slice_from(rest, used);
	}
	return 0;
}
