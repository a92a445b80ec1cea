/*
 * feed_file.h - a channel in a file: what a Redis would carry, one behind the other
 *
 *	steelyard-feed-1
 *	keyset SIZE		then SIZE bytes as carried, and a newline; likewise
 *	snapshot SIZE		(at most one of these two)
 *	entry SIZE		(any number)
 *	head SIZE
 *
 * The file says nothing that its parts do not: each is verified as if it came from a Redis.
 */
#ifndef STEELYARD_SHARED_SYNC_FEED_FILE_H
#define STEELYARD_SHARED_SYNC_FEED_FILE_H

#include <stdbool.h>

#include "engine/util/buf.h"
#include "engine/util/err.h"
#include "engine/util/slice.h"
#include "shared-sync/carried.h"

/* A snapshot, and as many bytes of entries. */
#define FEED_FILE_MAX (2 * CARRIED_SNAPSHOT_BODY_MAX + ((size_t)1 << 20))

/* Appends the first line, and a part. */
void feed_file_begin(struct buf *out);
void feed_file_add(enum carried_type type, struct slice bytes, struct buf *out);

/*
 * Takes the next part off *rest, whose first line feed_file_start took. Returns 1; 0 at the end;
 * -1 with *err.
 */
bool feed_file_start(struct slice *rest, struct err *err);
int feed_file_next(
    struct slice *rest, enum carried_type *type_r, struct slice *bytes_r, struct err *err);

#endif
