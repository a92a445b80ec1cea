/*
 * fuzz_message.c - any bytes as a message, read through with all that reads its fields
 *
 * Beyond not crashing: header and body are places in the bytes, every part is
 * in the list once and inside its limits, each field is found by its name,
 * values are UTF-8, and a second parse with a small arena gives less or nothing.
 */
#include <stdint.h>
#include <stdlib.h>

#include "engine/mime/address.h"
#include "engine/mime/date.h"
#include "engine/mime/message.h"
#include "engine/mime/word.h"
#include "engine/util/utf8.h"

#define SMALL_ARENA ((size_t)24 * 1024)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct budget no_budget = { .spent = NULL };

static void
must(bool held)
{
	if (!held)
		abort();
}

static bool
inside(struct slice outer, struct slice inner)
{
	return inner.p >= outer.p && inner.p + inner.n <= outer.p + outer.n;
}

static void
read_fields(struct arena *arena, const struct header_list *headers)
{
	for (size_t i = 0; i < headers->n; i++) {
		const struct header *header = &headers->v[i];
		size_t count = header_count(headers, header->name), k = 0;
		struct slice value = word_field(arena, NULL, header);
		int64_t epoch;

		while (k < count && header_find(headers, header->name, k) != header)
			k++;
		must(k < count);
		must(header_find(headers, header->name, count) == NULL);
		if (value.p == NULL)
			continue;
		must(utf8_valid(value));
		must(!date_parse(value, &epoch) || epoch >= 0);
		must(address_parse(arena, value).n <= ADDRESSES_MAX);
	}
}

static void
read_message(struct arena *arena, struct slice bytes)
{
	const struct message *message = message_parse(arena, bytes, 0, &no_budget);

	if (message == NULL)
		return;
	must(message->part_count > 0 && message->part_count <= MESSAGE_PARTS_TOTAL_MAX);
	must(message->parts[0] == message->root);
	must(inside(message->bytes, message->header_bytes));
	must(inside(message->bytes, message->body_bytes));
	must(message->incomplete || !arena_overflowed(arena));
	for (size_t i = 0; i < message->part_count; i++) {
		const struct part *part = message->parts[i];

		must(part->depth <= MESSAGE_DEPTH_MAX);
		must(part->type.full.p != NULL);
		must(part->filename.p == NULL || utf8_valid(part->filename));
		read_fields(arena, &part->headers);
		part_decode(arena, part);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice bytes = { (const char *)data, size };
	struct arena *large = arena_new(((size_t)64 << 20) + 16 * size);
	struct arena *small = arena_new(SMALL_ARENA);

	read_message(large, bytes);
	read_message(small, bytes);
	arena_free(&large);
	arena_free(&small);
	return 0;
}
