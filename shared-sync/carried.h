/*
 * carried.h - the four signed things of a feed, as Redis and files carry them
 *
 *	steelyard-entry-1	channel seq prev time key size sha256, then a body
 *	steelyard-snapshot-1	channel seq hash time key raw_size size sha256, then a body
 *	steelyard-head-1	channel seq hash issued expires key
 *	steelyard-keyset-1	channel version issued expires key size sha256, then a body
 *
 * The first line says which; then "name value" lines, each once and in this order, at
 * most CARRIED_HEADER_MAX bytes, then a blank line. A body of exactly `size` bytes
 * follows where there is one, and 64 bytes of Ed25519 signature end it, made over
 * "steelyard signature of an entry\n" (a snapshot, a head, a keyset) and the header's bytes,
 * from the first to its last LF (the blank line left out). Bytes are signed and
 * hashed as carried and never written anew. Numbers are decimal without leading
 * zeros, hashes 64 lower-case hex digits, times seconds since 1970.
 *
 * Reading checks form and the body's hash alone: nothing of a body is looked at, let
 * alone inflated, before carried_verify says so.
 */
#ifndef STEELYARD_SHARED_SYNC_CARRIED_H
#define STEELYARD_SHARED_SYNC_CARRIED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/util/buf.h"
#include "engine/util/err.h"
#include "engine/util/slice.h"
#include "shared-sync/fault.h"
#include "shared-sync/feed_key.h"

#define CARRIED_HEADER_MAX 1024
#define CARRIED_ENTRY_BODY_MAX ((size_t)256 * 1024)
#define CARRIED_KEYSET_BODY_MAX ((size_t)32 * 1024)
/* Of a snapshot: as carried, deflated, and inflated. */
#define CARRIED_SNAPSHOT_BODY_MAX ((size_t)32 * 1024 * 1024)
#define CARRIED_SNAPSHOT_RAW_MAX ((size_t)32 * 1024 * 1024)
#define CARRIED_HASH 32
/* The largest sequence number and version. */
#define CARRIED_SEQ_MAX (UINT64_C(1) << 53)

enum carried_type {
	CARRIED_ENTRY,
	CARRIED_SNAPSHOT,
	CARRIED_HEAD,
	CARRIED_KEYSET,
};

/* What the header says; a field that the type has not is 0. Slices point into `bytes`. */
struct carried {
	enum carried_type type;
	struct slice bytes; /* all, as carried */
	struct slice header; /* what is signed */
	struct slice body;
	struct slice signature;
	struct slice channel;
	uint64_t seq; /* of a keyset: its version */
	unsigned char hash[CARRIED_HASH]; /* prev; of a snapshot and a head: of the entry at seq */
	int64_t time; /* of a head and a keyset: issued */
	int64_t expires;
	char key[FEED_KEY_ID + 1]; /* who signed it, by his own words */
	size_t raw_size;
	unsigned char sha256[CARRIED_HASH]; /* of the body */
};

/* Reads a decimal without leading zeros, at most CARRIED_SEQ_MAX; false: it is none. */
bool carried_number(struct slice text, uint64_t *number_r);

/*
 * Takes `bytes` apart: FAULT_NONE, or with *err FAULT_MALFORMED, FAULT_OVERSIZED (also of a
 * body or raw_size past its limit), FAULT_TRUNCATED or FAULT_BODY_HASH.
 */
enum fault carried_read(
    enum carried_type type, struct slice bytes, struct carried *carried_r, struct err *err);

/* Whether `public` made the signature. */
bool carried_verify(const struct carried *carried, const struct feed_public *public);

/* The SHA-256 of the header: by it the next entry, heads and snapshots name an entry. */
void carried_hash(const struct carried *carried, unsigned char hash_r[CARRIED_HASH]);

/*
 * Appends the thing: the header of what `from` says (channel, seq, hash, time, expires,
 * raw_size), with the key's id, the body's size and hash, then body and signature.
 */
void carried_sign(const struct carried *from, struct slice body, const struct feed_secret *secret,
    struct buf *out);

#endif
