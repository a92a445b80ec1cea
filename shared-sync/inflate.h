/*
 * inflate.h - snapshots made small and large again (zlib's format, RFC 1950)
 */
#ifndef STEELYARD_SHARED_SYNC_INFLATE_H
#define STEELYARD_SHARED_SYNC_INFLATE_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/util/buf.h"
#include "engine/util/slice.h"

/*
 * Appends what `packed` inflates to; false, and nothing is appended, unless that is
 * exactly raw_size bytes, and nothing follows in `packed`. Takes no more memory than that.
 */
bool inflate_whole(struct slice packed, size_t raw_size, struct buf *out);

/* Appends `raw` deflated. Equal bytes give equal bytes by one version of zlib. */
void deflate_whole(struct slice raw, struct buf *out);

#endif
