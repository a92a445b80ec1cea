/*
 * mirror.c - looking at one Redis as a subscriber, filling up the other as a publisher without keys
 *
 * The order is that in which a subscriber reads: keyset, snapshot, entries, and the
 * head last, so that it never tells of what is not there yet. The log of the copy is trimmed
 * as far as its own snapshot allows.
 */
#include "config.h"

#include "shared-sync/mirror.h"

/* The snapshot of the first Redis, if it holds under our keyset. FAULT_EMPTY: none. */
static enum fault
read_snapshot(struct mirror *mirror, struct buf *bytes, struct err *err)
{
	const struct channel *known = archive_channel(mirror->from.archive);
	const struct feed_public *roots;
	size_t count = archive_roots(mirror->from.archive, &roots);
	struct channel *fresh = channel_new(channel_name(known), roots, count);
	int64_t now = mirror->from.now();
	enum fault fault = carrier_get(mirror->from.carrier, CARRIER_SNAPSHOT, bytes, err);

	if (fault == FAULT_NONE)
		fault = channel_take_keyset(fresh, channel_keyset_bytes(known), now, err);
	if (fault == FAULT_NONE)
		fault = channel_take_snapshot(fresh, buf_slice(bytes), now, err);
	channel_free(&fresh);
	return fault;
}

/* A newer snapshot of the first goes to the second, which then may drop what is older. */
static enum fault
copy_snapshot(struct mirror *mirror, uint64_t *seq_r, struct err *err)
{
	struct buf bytes = { 0 };
	uint64_t theirs = 0;
	enum fault fault = carrier_snapshot_seq(mirror->from.carrier, &theirs, err);

	if (fault == FAULT_NONE)
		fault = carrier_snapshot_seq(mirror->to.carrier, seq_r, err);
	if (fault != FAULT_NONE || theirs <= *seq_r)
		return fault;
	fault = read_snapshot(mirror, &bytes, err);
	if (fault == FAULT_NONE)
		fault = carrier_set(mirror->to.carrier, CARRIER_SNAPSHOT, buf_slice(&bytes), err);
	if (fault == FAULT_NONE)
		*seq_r = theirs;
	buf_clear(&bytes);
	return fault;
}

static enum fault
copy_head(struct mirror *mirror, struct err *err)
{
	struct arena *arena = arena_new(65536);
	struct slice ours = archive_head(mirror->from.archive, arena);
	struct buf theirs = { 0 };
	enum fault fault = FAULT_NONE;

	if (ours.p != NULL) {
		fault = carrier_get(mirror->to.carrier, CARRIER_HEAD, &theirs, err);
		if (fault == FAULT_EMPTY ||
		    (fault == FAULT_NONE && !slice_eq(ours, buf_slice(&theirs))))
			fault = carrier_set(mirror->to.carrier, CARRIER_HEAD, ours, err);
	}
	buf_clear(&theirs);
	arena_free(&arena);
	return fault;
}

enum fault
mirror_copy(struct mirror *mirror, struct err *err)
{
	uint64_t snapshot = 0;
	enum fault fault = publisher_look(&mirror->from, err);

	if (fault == FAULT_NONE)
		fault = copy_snapshot(mirror, &snapshot, err);
	if (fault == FAULT_NONE)
		fault = publisher_fetch(&mirror->to, err);
	if (fault == FAULT_NONE)
		fault = copy_head(mirror, err);
	if (fault == FAULT_NONE && snapshot > 0)
		fault = publisher_trim(&mirror->to, snapshot, err);
	if (fault == FAULT_NONE && !archive_tidy(mirror->from.archive, mirror->from.now(), err))
		fault = FAULT_DISK;
	return fault;
}

/* What came is looked at by the copy that follows. */
static bool
pass_over(void *p, uint64_t seq, struct slice bytes)
{
	(void)p;
	(void)seq;
	(void)bytes;
	return false;
}

enum fault
mirror_wait(struct mirror *mirror, unsigned wait_ms, struct err *err)
{
	uint64_t from = channel_seq(archive_channel(mirror->from.archive)) + 1;
	size_t count;

	return carrier_entries(mirror->from.carrier, from, wait_ms, pass_over, NULL, &count, err);
}
