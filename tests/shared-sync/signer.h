/*
 * signer.h - a publisher for tests: keys by number, and signed things of any content
 */
#ifndef STEELYARD_TESTS_SHARED_SYNC_SIGNER_H
#define STEELYARD_TESTS_SHARED_SYNC_SIGNER_H

#include <stdint.h>

#include "shared-sync/carried.h"
#include "shared-sync/channel.h"
#include "shared-sync/feed_key.h"

/* The key of that number: its seed is that byte 32 times. */
struct feed_secret signer_key(unsigned char number, unsigned roles);

/* Appends a keyset of that version with `count` keys: good from `issued` to `expires`. */
void signer_keyset(struct slice channel, uint64_t version, int64_t issued, int64_t expires,
    const struct keyset_key *keys, size_t count, const struct feed_secret *root, struct buf *out);

/* A line of a keyset for signer_keyset; retired: last_seq is its last entry. */
struct keyset_key signer_line(const struct feed_secret *secret, bool retired, uint64_t last_seq);

/* Appends the entry behind `hash` (NULL: the first). */
void signer_entry(struct slice channel, uint64_t seq, const unsigned char *hash, int64_t time,
    struct slice body, const struct feed_secret *secret, struct buf *out);

/* Appends a head. */
void signer_head(struct slice channel, uint64_t seq, const unsigned char *hash, int64_t issued,
    int64_t expires, const struct feed_secret *secret, struct buf *out);

#endif
