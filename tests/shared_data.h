/*
 * shared_data.h - test data that lies beside the repository, not in it
 *
 * It is looked for in $STEELYARD_TESTDATA, else in ../shared from the source
 * folder ($TOP_SRCDIR, which tests/run sets). A test that gets NULL skips.
 */
#ifndef STEELYARD_TESTS_SHARED_DATA_H
#define STEELYARD_TESTS_SHARED_DATA_H

#include <stdio.h>
#include <stdlib.h>

#include "engine/util/arena.h"
#include "engine/util/buf.h"

/* Opens the file `path` of that data for reading, or returns NULL. */
static inline FILE *
shared_data_open(const char *path)
{
	const char *folder = getenv("STEELYARD_TESTDATA"), *top = getenv("TOP_SRCDIR");
	char name[4096];

	if (folder != NULL)
		snprintf(name, sizeof(name), "%s/%s", folder, path);
	else
		snprintf(name, sizeof(name), "%s/../shared/%s", top != NULL ? top : ".", path);
	return fopen(name, "rb");
}

/* All of that file in the arena, or an absent slice. */
static inline struct slice
shared_data_read(struct arena *arena, const char *path)
{
	FILE *file = shared_data_open(path);
	struct buf out = { .arena = arena };
	char part[4096];
	size_t n;

	if (file == NULL)
		return SLICE_ABSENT;
	while ((n = fread(part, 1, sizeof(part), file)) > 0)
		buf_add(&out, (struct slice){ part, n });
	fclose(file);
	return out.failed ? SLICE_ABSENT : buf_slice(&out);
}

#endif
