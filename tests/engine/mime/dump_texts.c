/*
 * dump_texts - prints the body and rawbody of messages, for tests/oracle/texts.sh to compare
 *
 * dump_texts < list: for each file named on a line of standard input, "file NAME", then for each
 * element of body "body LENGTH" with the bytes and a line end behind it, and of rawbody the same.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/mime/text.h"
#include "engine/util/buf.h"
#include "milter/converters.h"

#define ARENA_CAP ((size_t)256 << 20)

static void
print_list(const char *name, struct slice_list list)
{
	for (size_t i = 0; i < list.n; i++) {
		printf("%s %zu\n", name, list.v[i].n);
		fwrite(list.v[i].n == 0 ? "" : list.v[i].p, 1, list.v[i].n, stdout);
		putchar('\n');
	}
}

static void
dump(const char *path, struct converters *converters)
{
	static const struct budget budget = { 0 };
	struct arena *arena = arena_new(ARENA_CAP);
	struct buf bytes = { 0 };
	char piece[65536];
	FILE *file = fopen(path, "rb");
	const struct message *message;
	struct texts *texts;
	size_t n;

	printf("file %s\n", path);
	if (file == NULL)
		perror(path);
	while (file != NULL && (n = fread(piece, 1, sizeof(piece), file)) > 0)
		buf_add(&bytes, (struct slice){ piece, n });
	if (file != NULL)
		fclose(file);
	message = message_parse(arena, buf_slice(&bytes), 0, &budget);
	texts = message == NULL ? NULL : texts_new(arena, message, converters, &budget);
	if (texts != NULL) {
		print_list("body", texts_body(texts));
		print_list("rawbody", texts_rawbody(texts));
	}
	if (arena_overflowed(arena))
		printf("overflow\n");
	arena_free(&arena);
	buf_clear(&bytes);
}

int
main(void)
{
	struct converters *converters = converters_open();
	char path[4096];

	while (fgets(path, sizeof(path), stdin) != NULL) {
		path[strcspn(path, "\n")] = '\0';
		dump(path, converters);
	}
	converters_close(&converters);
	return ferror(stdout) != 0;
}
