/*
 * digest.h - MD5, for fingerprints that others publish (RFC 1321); nothing is authenticated by it
 */
#ifndef STEELYARD_ENGINE_UTIL_DIGEST_H
#define STEELYARD_ENGINE_UTIL_DIGEST_H

#include <stddef.h>

#include "engine/util/slice.h"

#define DIGEST_MD5_HEX 32

/* The MD5 of all pieces, one behind the other, as lower-case hex without a NUL. */
void digest_md5(const struct slice *pieces, size_t count, char hex_r[DIGEST_MD5_HEX]);

#endif
