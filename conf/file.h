/*
 * file.h - whole files into memory, with limits
 */
#ifndef STEELYARD_CONF_FILE_H
#define STEELYARD_CONF_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/util/arena.h"
#include "engine/util/err.h"
#include "engine/util/slice.h"

/*
 * Reads the regular file at path, at most `limit` bytes, into the arena.
 * Returns 1, or -1 with *err telling why (of this file, no line).
 */
int file_read(
    struct arena *arena, const char *path, size_t limit, struct slice *bytes_r, struct err *err);

/* Whether path is a directory. */
bool file_is_directory(const char *path);

#endif
