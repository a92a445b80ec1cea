/*
 * size.h - numbers of bytes as people write them: "20 MB", "64KB", "1048576"
 */
#ifndef STEELYARD_CONF_SIZE_H
#define STEELYARD_CONF_SIZE_H

#include <stdint.h>

#include "engine/util/err.h"
#include "engine/util/slice.h"

/*
 * Reads all of `text` as a whole number with, perhaps behind a space, one of
 * B, KB, MB, GB or TB (powers of 1024). Returns 1 and sets *bytes_r, or -1 and
 * sets *err to what was expected; its column is the byte of `text` (from 1).
 */
int size_parse(struct slice text, uint64_t *bytes_r, struct err *err);

#endif
