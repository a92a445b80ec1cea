/*
 * secret_file.h - a secret that stands in a file of its own, which only its owner can read
 */
#ifndef STEELYARD_CONF_SECRET_FILE_H
#define STEELYARD_CONF_SECRET_FILE_H

#include "engine/util/arena.h"
#include "engine/util/err.h"
#include "engine/util/slice.h"

/*
 * Reads the first line of a regular file, blanks around it dropped, at most
 * `limit` bytes, into the arena. Returns 1; 0 with *err when we may not read
 * it; -1 with *err when it is not there, others than its owner can read it, or it
 * holds no secret. No message ever quotes it.
 */
int secret_file_read(
    struct arena *arena, const char *path, size_t limit, struct slice *secret_r, struct err *err);

#endif
