/*
 * snapshot.h - a channel's fold at its last entry, deflated and signed: the publisher's side
 */
#ifndef STEELYARD_SHARED_SYNC_SNAPSHOT_H
#define STEELYARD_SHARED_SYNC_SNAPSHOT_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/util/buf.h"
#include "engine/util/err.h"
#include "engine/util/slice.h"
#include "shared-sync/channel.h"
#include "shared-sync/feed_key.h"

/*
 * Appends the snapshot as carried, made at `time` (seconds since 1970). False with *err: the
 * channel holds no entry yet, or the snapshot would be larger than allowed.
 */
bool snapshot_sign(const struct channel *channel, int64_t time, const struct feed_secret *secret,
    struct buf *out, struct err *err);

/* Reads a snapshot whose signature holds into `fold`: FAULT_NONE, BOMB or MALFORMED with *err. */
enum fault snapshot_read(const struct carried *carried, struct fold *fold, struct err *err);

/* Whether no rule of the fold claims an entry after `seq`. */
bool snapshot_is_of(const struct fold *fold, uint64_t seq);

#endif
