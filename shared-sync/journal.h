/*
 * journal.h - the verified state of a channel on disk: a checkpoint, and entries behind it
 *
 * DIR/CHANNEL.state is the checkpoint, written beside, flushed and renamed;
 * DIR/CHANNEL.entries holds the entries after it as carried, each with its length and a digest
 * before it, and is flushed at each. What a crash left half at its end is cut off when it
 * is opened. The entries are verified again as they are read; the checkpoint is ours and
 * trusted as the directory is (0700 or 0750). DIR/CHANNEL.lock is held while a journal is
 * open. DIR/CHANNEL.local keeps the postmaster's own decisions and the guard's.
 */
#ifndef STEELYARD_SHARED_SYNC_JOURNAL_H
#define STEELYARD_SHARED_SYNC_JOURNAL_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/util/err.h"
#include "engine/util/slice.h"
#include "shared-sync/channel.h"

/* Entries, and bytes of them, after which a checkpoint is made. */
#define JOURNAL_ENTRIES_MAX 256
#define JOURNAL_BYTES_MAX ((size_t)4 * 1024 * 1024)

struct journal;

/*
 * Opens (and makes) the journal of the channel in `dir` and brings the channel, which knows
 * nothing yet, to what it holds. NULL with *err: it cannot be used (others may
 * write there; another process has it open). A checkpoint that is broken, or that the
 * roots do not vouch for, is moved aside as CHANNEL.state.broken, and what stands behind the
 * last good entry is cut off: *err tells of it, else its text is empty.
 */
struct journal *journal_open(const char *dir, struct channel *channel, struct err *err);
void journal_close(struct journal **journal);

/*
 * The same for who only reads (one-shot check, status without a daemon): no lock, and nothing
 * is changed. False with *err: there is none, or a broken one.
 */
bool journal_load(const char *dir, struct channel *channel, struct err *err);

/*
 * Adds an entry as carried, flushed. False with *err: disk full or broken; nothing half
 * stays. From then on entries are refused until a checkpoint is made, as they would not
 * follow, and journal_is_long asks for one.
 */
bool journal_add(struct journal *journal, struct slice entry, struct err *err);

/* Writes the channel's state as the new checkpoint; after a snapshot, a keyset or a head. */
bool journal_checkpoint(struct journal *journal, const struct channel *channel, struct err *err);

/* Whether enough entries lie behind the checkpoint to make another. */
bool journal_is_long(const struct journal *journal);

/* The whole of DIR/CHANNEL.local, and writing it (beside, flushed, renamed). */
bool journal_local_read(const char *dir, struct slice channel, struct arena *arena,
    struct slice *text_r, struct err *err);
bool journal_local_write(const char *dir, struct slice channel, struct slice text, struct err *err);

#endif
