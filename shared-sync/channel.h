/*
 * channel.h - what is verified of a channel: keyset, chain, head and fold
 *
 * Pure: bytes and the time come in, faults come out. Whatever is refused, what was
 * verified before stays as it was. The order of things: a keyset by a pinned root key,
 * then snapshot or entries by keys of it, heads whenever they come.
 *
 * A keyset that has expired verifies nothing new (KEYSET_EXPIRED): else who holds a stolen
 * key and the Redis could keep the keyset that retires it from us for ever. What was taken
 * before stays.
 */
#ifndef STEELYARD_SHARED_SYNC_CHANNEL_H
#define STEELYARD_SHARED_SYNC_CHANNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/util/err.h"
#include "engine/util/slice.h"
#include "shared-sync/carried.h"
#include "shared-sync/fault.h"
#include "shared-sync/fold.h"
#include "shared-sync/keyset.h"

/* A head issued further in the future tells of a wrong clock, in seconds. */
#define CHANNEL_CLOCK_S 600
/* A head above our entries for so long means that entries are withheld, in seconds. */
#define CHANNEL_WITHHELD_S 60
/* So many entries back a fork is told from a replay. */
#define CHANNEL_HASHES 1024

struct channel;

/* What is known of the channel's end. */
struct channel_head {
	uint64_t seq; /* 0: none seen */
	unsigned char hash[CARRIED_HASH];
	int64_t issued, expires;
	char key[FEED_KEY_ID + 1];
};

/* A channel of that name, nothing known; roots are copied. */
struct channel *channel_new(struct slice name, const struct feed_public *roots, size_t count);
void channel_free(struct channel **channel);
struct channel *channel_copy(const struct channel *channel);

struct slice channel_name(const struct channel *channel);
uint64_t channel_seq(const struct channel *channel); /* of the last verified entry; 0: none */
const unsigned char *channel_hash(const struct channel *channel); /* its hash */
const struct fold *channel_fold(const struct channel *channel);
const struct keyset *channel_keyset(const struct channel *channel);
/* The keyset as it was carried, for the journal; empty: none. */
struct slice channel_keyset_bytes(const struct channel *channel);
const struct channel_head *channel_head(const struct channel *channel); /* the highest seen */

/*
 * Each takes what was carried, `now` in seconds since 1970; FAULT_NONE: it is in force. Otherwise
 * *err tells more, and nothing has changed (a head that is stale or of another clock is
 * kept all the same).
 *
 * The keyset in force, come again byte for byte, is FAULT_NONE. A new one that
 * does not let the kept head's key sign heads any more drops that head, so that a stolen
 * head key's numbers do not outlive it.
 */
enum fault
channel_take_keyset(struct channel *channel, struct slice bytes, int64_t now, struct err *err);
enum fault channel_take_entry(struct channel *channel, struct slice bytes, int64_t now,
    void (*tell)(void *p, const char *text), void *p, struct err *err);
/* Only one above channel_seq is taken; FAULT_REPLAYED at or below it. */
enum fault
channel_take_snapshot(struct channel *channel, struct slice bytes, int64_t now, struct err *err);
/*
 * ROLLED_BACK: its number, or its time at the same number, is below the kept one's. FORK: its
 * hash at a number that we have is another (the last CHANNEL_HASHES are known); an entry
 * or snapshot that has another hash than the kept head at its number is a FORK too.
 */
enum fault
channel_take_head(struct channel *channel, struct slice bytes, int64_t now, struct err *err);

/*
 * What is wrong with the channel now, if anything, the worst first: NO_KEYSET, FORK,
 * ROLLED_BACK, KEYSET_EXPIRED, CLOCK, WITHHELD, STALE. `monotonic` in seconds.
 */
enum fault channel_state(const struct channel *channel, int64_t now, int64_t monotonic);

/*
 * Tells the channel the monotonic time, in seconds, after anything was taken (more often does
 * no harm): WITHHELD counts from the first time with the head above the last entry.
 */
void channel_note_time(struct channel *channel, int64_t monotonic);

/*
 * All that must outlive a restart, as text without a signature, and back: the journal's
 * checkpoint. False with *err when it is no such text, of another channel, or its keyset is
 * not signed by one of the roots: the channel is as it was.
 */
void channel_write(const struct channel *channel, struct buf *out);
bool channel_restore(struct channel *channel, struct slice text, struct err *err);

#endif
