/*
 * archive.h - a channel's verified history on a publisher's disk
 *
 * DIR/CHANNEL/ holds what a publisher must not forget:
 *
 *	base		the channel's state at a number, as channel_write has it
 *	N.entry		each entry behind it as it was carried, his own and others'
 *	N.pending	one that was signed here and that Redis has not yet confirmed
 *	N.lost		one that another publisher's entry N was faster than
 *	keys, head	the newest keyset and head
 *	roots		public root keys, one a line
 *
 * A number that was ever signed here is never signed again: it is flushed to disk before
 * it leaves, and what is pending is sent again byte for byte before anything new is
 * signed. The rest serves to fill a Redis that lost its end, and to know the rules as they
 * were at a number. One process at a time has it open.
 */
#ifndef STEELYARD_SHARED_SYNC_ARCHIVE_H
#define STEELYARD_SHARED_SYNC_ARCHIVE_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/util/arena.h"
#include "engine/util/err.h"
#include "engine/util/slice.h"
#include "shared-sync/channel.h"
#include "shared-sync/fault.h"
#include "shared-sync/fold.h"

/* Entries, and seconds of them, that are kept at least; as many more before older ones go. */
#define ARCHIVE_ENTRIES 1000
#define ARCHIVE_S (INT64_C(7) * 24 * 3600)
#define ARCHIVE_SLACK 256
#define ARCHIVE_ROOTS_MAX 8
#define ARCHIVE_LOCK_MS 10000

struct archive;

/*
 * Opens (and makes) the archive of the channel in `dir`. Without roots those that it keeps
 * are used; with roots they are kept from now on. NULL with *err: no roots are
 * known, another process has it open (and keeps it for ARCHIVE_LOCK_MS), or it is damaged.
 */
struct archive *archive_open(const char *dir, struct slice channel, const struct feed_public *roots,
    size_t count, int64_t now, struct err *err);
void archive_close(struct archive **archive);

/* The root keys that the archive there pins, without opening it; 0: none. */
size_t archive_pinned(
    const char *dir, struct slice channel, struct feed_public roots_r[ARCHIVE_ROOTS_MAX]);

/* What is verified so far; what is pending is not in it. */
const struct channel *archive_channel(const struct archive *archive);

/* The root keys that it pins. */
size_t archive_roots(const struct archive *archive, const struct feed_public **roots_r);

/* As channel_take_*, and kept on disk when it is in force; FAULT_DISK when that fails. */
enum fault
archive_take_keyset(struct archive *archive, struct slice bytes, int64_t now, struct err *err);
enum fault
archive_take_entry(struct archive *archive, struct slice bytes, int64_t now, struct err *err);
enum fault
archive_take_snapshot(struct archive *archive, struct slice bytes, int64_t now, struct err *err);
enum fault
archive_take_head(struct archive *archive, struct slice bytes, int64_t now, struct err *err);

/* The entry that is pending as it was signed, with its number; empty: none. */
struct slice archive_pending(const struct archive *archive, uint64_t *seq_r);

/* Keeps an entry that was just signed, before it is sent. There must be none pending. */
bool archive_keep(struct archive *archive, uint64_t seq, struct slice bytes, struct err *err);

/* Redis has it: it becomes one of the entries. */
enum fault archive_confirm(struct archive *archive, int64_t now, struct err *err);

/* Redis has another of that number: it is put aside for good. */
bool archive_lose(struct archive *archive, struct err *err);

/* The highest number that was ever signed here, whatever became of it; 0: none. */
uint64_t archive_signed(const struct archive *archive);

/* The number of the base: what was before it is not known here any more. */
uint64_t archive_base(const struct archive *archive);

/* Entry `seq` as carried, in the arena; absent: it is not here. */
struct slice archive_entry(const struct archive *archive, uint64_t seq, struct arena *arena);

/* The keyset and the head as they were carried, in the arena; absent: none. */
struct slice archive_keys(const struct archive *archive, struct arena *arena);
struct slice archive_head(const struct archive *archive, struct arena *arena);

/* The rules as they were at `seq`, from base to now; the caller's. NULL with *err. */
struct fold *
archive_fold(const struct archive *archive, uint64_t seq, int64_t now, struct err *err);

/* The first number that ARCHIVE_ENTRIES and ARCHIVE_S keep in a log. */
uint64_t archive_keep_from(const struct archive *archive, int64_t now);

/* Moves the base up when there is much more than must be kept. False with *err: as it was. */
bool archive_tidy(struct archive *archive, int64_t now, struct err *err);

#endif
