/*
 * message_dump.c - prints a message's parts for the scripts that compare them
 *
 *	message_dump FILE...	one a line, with checksums: for message_oracle.pl
 *	message_dump -b FILE	"part DEPTH TYPE SIZE", then the leaf's bytes: for test_torture.py
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/mime/message.h"
#include "engine/util/ascii.h"
#include "engine/util/buf.h"

/* CRC-32 as zlib has it. */
static uint32_t
crc32_of(struct slice s)
{
	uint32_t crc = ~0U;

	for (size_t i = 0; i < s.n; i++) {
		crc ^= (unsigned char)s.p[i];
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (UINT32_C(0xedb88320) & -(crc & 1));
	}
	return ~crc;
}

static void
print_flags(unsigned oddities)
{
	static const struct {
		unsigned bit;
		const char *name;
	} flags[] = {
		{ MESSAGE_MISSING_SEPARATOR, "missing_head_body_separator" },
		{ MESSAGE_MISSING_MIME_SEPARATOR, "missing_mime_head_body_separator" },
		{ MESSAGE_MISSING_MIME_HEADERS, "missing_mime_headers" },
		{ MESSAGE_PART_LIMIT, "mimepart_limit_exceeded" },
		{ MESSAGE_TRUNCATED_HEADER, "truncated_header" },
		{ MESSAGE_EPILOGUE, "mime_epilogue_exists" },
	};

	printf("flags");
	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
		if (oddities & flags[i].bit)
			printf(" %s", flags[i].name);
	printf("\n");
}

/* The other side finds a field's raw value by name only when the name is printable ASCII. */
static bool
is_plain(struct slice name)
{
	for (size_t i = 0; i < name.n; i++)
		if (name.p[i] <= ' ' || !ascii_is_print(name.p[i]))
			return false;
	return name.n > 0;
}

static bool
is_leaf(const struct part *part)
{
	return part->child == NULL &&
	       (!slice_eq(part->type.type, SLICE("multipart")) || part->depth >= MESSAGE_DEPTH_MAX);
}

static void
print_part(struct arena *arena, const struct part *part, const struct header_list *headers)
{
	printf("%u %.*s", part->depth, SLICE_ARG(part->type.full));
	if (is_leaf(part)) {
		struct slice bytes = part_decode(arena, part);

		printf(" %zu %08x", bytes.n, (unsigned)crc32_of(bytes));
	}
	printf("\n");
	for (size_t i = 0; i < headers->n; i++) {
		const struct header *header = &headers->v[i];

		printf("  %zu %08x %08x\n", header->name.n, (unsigned)crc32_of(header->name),
		    is_plain(header->name) ? (unsigned)crc32_of(header->raw) : 0);
	}
	for (part = part->child; part != NULL; part = part->next)
		print_part(arena, part, &part->headers);
}

static void
print_bytes(struct arena *arena, const struct part *part)
{
	printf("part %u %.*s", part->depth, SLICE_ARG(part->type.full));
	if (is_leaf(part)) {
		struct slice bytes = part_decode(arena, part);

		printf(" %zu\n", bytes.n);
		fwrite(bytes.p, 1, bytes.n, stdout);
	} else {
		printf("\n");
	}
	for (part = part->child; part != NULL; part = part->next)
		print_bytes(arena, part);
}

static void
dump(const char *path, bool bytes)
{
	struct buf file = { .arena = NULL };
	struct budget budget = { .spent = NULL };
	FILE *in = fopen(path, "rb");
	struct arena *arena;
	const struct message *message;
	char chunk[65536];
	size_t n;

	if (in == NULL) {
		perror(path);
		exit(2);
	}
	while ((n = fread(chunk, 1, sizeof(chunk), in)) > 0)
		buf_add(&file, (struct slice){ chunk, n });
	fclose(in);
	arena = arena_new(((size_t)16 << 20) + 4 * file.n);
	message = message_parse(arena, buf_slice(&file), 0, &budget);
	if (bytes) {
		print_bytes(arena, message->root);
	} else {
		printf("== %s\n", path);
		print_flags(message->oddities);
		print_part(arena, message->root, &message->every_field);
	}
	if (message->incomplete)
		printf("incomplete\n");
	arena_free(&arena);
	buf_clear(&file);
}

int
main(int argc, char **argv)
{
	bool bytes = argc > 1 && strcmp(argv[1], "-b") == 0;

	for (int i = bytes ? 2 : 1; i < argc; i++)
		dump(argv[i], bytes);
	return 0;
}
