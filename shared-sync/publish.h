/*
 * publish.h - putting entries, snapshots and heads into a channel that others write to as well
 *
 * A publisher first is a subscriber: it takes keyset, snapshot and log from Redis,
 * verified, into its archive. An entry is signed with the next number and goes out by
 * XADD with that number as its id: when Redis refuses, another publisher was faster, and the
 * entry is made anew on top of his. What a failover took from Redis is filled up
 * from the archive, byte for byte, before anything new is signed.
 */
#ifndef STEELYARD_SHARED_SYNC_PUBLISH_H
#define STEELYARD_SHARED_SYNC_PUBLISH_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/util/buf.h"
#include "engine/util/err.h"
#include "shared-sync/archive.h"
#include "shared-sync/carrier.h"
#include "shared-sync/fault.h"
#include "shared-sync/feed_key.h"

/* How often an entry is made anew before it is given up. */
#define PUBLISH_TRIES 100
/* A snapshot is put once so many entries have come since the last. */
#define PUBLISH_SNAPSHOT_AFTER 64

struct publisher {
	struct archive *archive;
	struct carrier *carrier;
	const struct feed_secret *key; /* of the role entry; NULL: it only reads */
	const struct feed_secret *head_key; /* NULL: heads are left to others */
	int64_t head_s; /* for how long a head holds, in seconds */
	int64_t (*now)(void); /* seconds since 1970 */
	void (*tell)(void *p, const char *text); /* of what it mends; may be NULL */
	void *p;
	uint64_t settled; /* the last of ours that was seen to have arrived; 0: none yet */
};

/*
 * Brings the archive to what Redis has, and Redis to what the archive has: entries and
 * keyset that it lost are put back; one that was pending is sent or, when another was
 * faster, put aside. FORK: the two have different entries of one number.
 */
enum fault publisher_fetch(struct publisher *publisher, struct err *err);

/* The same without writing to Redis. */
enum fault publisher_look(struct publisher *publisher, struct err *err);

/*
 * Appends the body that is to be put on top of `fold`; nothing: there is no change. False
 * with *err: give up.
 */
typedef bool publisher_body(void *p, const struct fold *fold, struct buf *out, struct err *err);

/*
 * Fetches, and puts one entry with that body; the body is asked for again when another was
 * faster. *seq_r: its number; 0: there was no change. Then head,
 * snapshot when it is time, and trimming. What fails behind the entry is told of by
 * `tell` alone: the entry stands. MALFORMED: the body could not be made.
 */
enum fault publisher_put(
    struct publisher *publisher, publisher_body *body, void *p, uint64_t *seq_r, struct err *err);

/* Fetches and signs a snapshot, or a head, of what is there. */
enum fault publisher_put_snapshot(struct publisher *publisher, struct err *err);
enum fault publisher_put_head(struct publisher *publisher, struct err *err);

/*
 * Drops the entries that need not be kept (archive_keep_from), but none behind the snapshot in
 * Redis, which is of entry `snapshot`.
 */
enum fault publisher_trim(struct publisher *publisher, uint64_t snapshot, struct err *err);

/* Whether the keyset lets `key` sign such a thing next; otherwise the fault with *err. */
enum fault publisher_may_sign(const struct publisher *publisher, const struct feed_secret *key,
    enum carried_type type, struct err *err);

#endif
