/*
 * carrier.h - a channel's place in a Redis: what lies there, unverified, and what is put there
 *
 * One connection, which is made when it is needed and made again when it was lost; each
 * call is one question and its answer. Whoever waits for a Redis to come back calls again.
 */
#ifndef STEELYARD_SHARED_SYNC_CARRIER_H
#define STEELYARD_SHARED_SYNC_CARRIER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/util/buf.h"
#include "engine/util/err.h"
#include "engine/util/slice.h"
#include "shared-sync/fault.h"

/* Entries that one answer brings at most. */
#define CARRIER_BATCH 128

/* Where a Redis is, and as whom we speak to it. Slices and texts live as long as the carrier. */
struct carrier_place {
	const struct slice *addresses;
	size_t count;
	const char *user; /* "": its default */
	const char *password_file; /* "": none */
	const char *ca_file; /* of TLS, in PEM; "": whom the system trusts */
	int wake_fd; /* readable: every wait ends; 0: none */
};

enum carrier_thing {
	CARRIER_KEYS,
	CARRIER_SNAPSHOT,
	CARRIER_HEAD,
};

/* What carrier_entries hands on; false: enough. */
typedef bool carrier_entry(void *p, uint64_t seq, struct slice bytes);

struct carrier;

/* NULL with *err: an address or the password's file is wrong. Nothing is connected yet. */
struct carrier *
carrier_new(const struct carrier_place *place, struct slice channel, struct err *err);
void carrier_free(struct carrier **carrier);

/*
 * Appends what lies there. FAULT_EMPTY: nothing. These and the next ones may give
 * UNREACHABLE, DENIED and OVERSIZED, each with *err.
 */
enum fault
carrier_get(struct carrier *carrier, enum carrier_thing thing, struct buf *out, struct err *err);
enum fault
carrier_set(struct carrier *carrier, enum carrier_thing thing, struct slice bytes, struct err *err);

/*
 * At most CARRIER_BATCH entries from number `from` on, each given to `each` with its number;
 * waits for the first one for `wait_ms`, 0: not at all. *count_r: how many came. FAULT_MALFORMED:
 * there are items, and none is an entry.
 */
enum fault carrier_entries(struct carrier *carrier, uint64_t from, unsigned wait_ms,
    carrier_entry *each, void *p, size_t *count_r, struct err *err);

/* The number of the last entry in the log; 0: there is none. */
enum fault carrier_last(struct carrier *carrier, uint64_t *seq_r, struct err *err);

/* The number that the snapshot there says it is of, unverified; 0: there is none. */
enum fault carrier_snapshot_seq(struct carrier *carrier, uint64_t *seq_r, struct err *err);

/*
 * Adds an entry behind all others, on the connection on which carrier_last was answered and on
 * no other: behind a failover stands a server whose log may end earlier, and the entry would leave
 * a hole that nobody can fill. FAULT_ORDER: there is one of that number, or a later one, or
 * that connection has ended, and whether the entry arrived is not known: look again.
 */
enum fault carrier_add(struct carrier *carrier, uint64_t seq, struct slice bytes, struct err *err);

/* Drops the entries before number `first`. */
enum fault carrier_trim(struct carrier *carrier, uint64_t first, struct err *err);

#endif
