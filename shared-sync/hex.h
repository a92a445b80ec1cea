/*
 * hex.h - hashes and ids as lower-case hex digits, to and fro
 */
#ifndef STEELYARD_SHARED_SYNC_HEX_H
#define STEELYARD_SHARED_SYNC_HEX_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/util/buf.h"
#include "engine/util/slice.h"

/* Appends two digits for each byte. */
void hex_write(const unsigned char *bytes, size_t n, struct buf *out);

/* Reads exactly n bytes; false: it is of another length, or holds anything but 0-9 and a-f. */
bool hex_read(struct slice text, unsigned char *bytes_r, size_t n);

#endif
