/*
 * cmd_feed_file.c - `steelyard feed export` and `import`: a channel by file, without a Redis
 *
 * What is written is what Redis carries: a snapshot, if there is one, the entries behind it,
 * keyset and head. Import verifies it on top of what the journal of the machine has.
 */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>

#include "conf/file.h"
#include "milter/cmd_feed.h"
#include "milter/command.h"
#include "milter/feed_desk.h"
#include "shared-sync/feed_file.h"
#include "shared-sync/journal.h"
#include "shared-sync/stored_file.h"

/* An entry behind the snapshot, as Redis gave it and the archive verified it. */
static void
add_entries(const struct archive *archive, uint64_t from, struct buf *out)
{
	uint64_t last = channel_seq(archive_channel(archive));

	for (uint64_t seq = from; seq <= last; seq++) {
		struct arena *arena = arena_new((size_t)1 << 20);
		struct slice bytes = archive_entry(archive, seq, arena);

		if (bytes.p != NULL)
			feed_file_add(CARRIED_ENTRY, bytes, out);
		arena_free(&arena);
	}
}

/* The snapshot in Redis if it joins what the archive has; its number, 0: none was written. */
static enum fault
add_snapshot(struct feed_desk *desk, uint64_t *seq_r, struct buf *out, struct err *err)
{
	const struct archive *archive = desk->publisher.archive;
	struct carried carried;
	struct buf bytes = { 0 };
	enum fault fault = carrier_get(desk->publisher.carrier, CARRIER_SNAPSHOT, &bytes, err);

	*seq_r = 0;
	if (fault == FAULT_NONE)
		fault = carried_read(CARRIED_SNAPSHOT, buf_slice(&bytes), &carried, err);
	if (fault == FAULT_NONE) {
		*seq_r = carried.seq;
		feed_file_add(CARRIED_SNAPSHOT, buf_slice(&bytes), out);
	} else if (fault == FAULT_EMPTY && archive_base(archive) == 0) {
		fault = FAULT_NONE;
	}
	if (fault == FAULT_NONE && *seq_r < archive_base(archive)) {
		err_set(err, "the snapshot in Redis is older than the entries that are left");
		fault = FAULT_GAP;
	}
	buf_clear(&bytes);
	return fault;
}

static enum fault
export_channel(struct feed_desk *desk, struct buf *out, struct err *err)
{
	const struct archive *archive = desk->publisher.archive;
	struct arena *arena = arena_new((size_t)1 << 20);
	struct slice keys, head;
	uint64_t snapshot = 0;
	enum fault fault = publisher_look(&desk->publisher, err);

	feed_file_begin(out);
	keys = archive_keys(archive, arena);
	if (keys.p != NULL)
		feed_file_add(CARRIED_KEYSET, keys, out);
	if (fault == FAULT_NONE)
		fault = add_snapshot(desk, &snapshot, out, err);
	if (fault == FAULT_NONE) {
		add_entries(archive, snapshot + 1, out);
		head = archive_head(archive, arena);
		if (head.p != NULL)
			feed_file_add(CARRIED_HEAD, head, out);
	}
	arena_free(&arena);
	return fault;
}

int
feed_export(const struct feed_options *options)
{
	struct feed_desk desk;
	struct buf out = { 0 };
	struct err err = { 0 };
	int status = COMMAND_USAGE;

	if (feed_desk_init(&desk, options) && feed_desk_open(&desk, FEED_NEED_REDIS)) {
		enum fault fault = export_channel(&desk, &out, &err);

		if (fault == FAULT_NONE &&
		    !stored_file_write(options->args[0], buf_slice(&out), 0644, &err))
			fault = FAULT_DISK;
		status = fault == FAULT_NONE ? COMMAND_DONE : feed_complain(fault, &err);
	}
	buf_clear(&out);
	feed_desk_clear(&desk);
	return status;
}

/* What an import takes from the file so far. */
struct importing {
	struct channel *channel;
	int64_t now;
	size_t taken; /* parts that were new */
};

static enum fault
take_part(struct importing *importing, enum carried_type type, struct slice bytes, struct err *err)
{
	struct channel *channel = importing->channel;

	switch (type) {
	case CARRIED_KEYSET:
		return channel_take_keyset(channel, bytes, importing->now, err);
	case CARRIED_SNAPSHOT:
		return channel_take_snapshot(channel, bytes, importing->now, err);
	case CARRIED_ENTRY:
		return channel_take_entry(channel, bytes, importing->now, NULL, NULL, err);
	case CARRIED_HEAD:
		return channel_take_head(channel, bytes, importing->now, err);
	}
	return FAULT_MALFORMED;
}

/* What was taken before is no fault, nor what only tells of old age. */
static bool
is_harmless(enum fault fault)
{
	return fault == FAULT_REPLAYED || fault == FAULT_VERSION || fault == FAULT_STALE ||
	       fault == FAULT_CLOCK || fault == FAULT_ROLLED_BACK;
}

static enum fault
take_file(struct importing *importing, struct slice rest, struct err *err)
{
	enum fault fault = FAULT_NONE;
	enum carried_type type;
	struct slice bytes;
	int more;

	if (!feed_file_start(&rest, err))
		return FAULT_MALFORMED;
	while (fault == FAULT_NONE && (more = feed_file_next(&rest, &type, &bytes, err)) != 0) {
		if (more < 0)
			return FAULT_MALFORMED;
		fault = take_part(importing, type, bytes, err);
		if (fault == FAULT_NONE)
			importing->taken++;
		else if (is_harmless(fault))
			fault = FAULT_NONE;
	}
	return fault;
}

static int
import_bytes(const struct feed_desk *desk, struct channel *channel, struct slice bytes)
{
	struct importing importing = { .channel = channel, .now = feed_now() };
	struct journal *journal;
	struct err err = { 0 };
	enum fault fault;
	int status;

	journal = journal_open(desk->settings->state_dir, channel, &err);
	if (journal == NULL)
		return feed_complain(FAULT_DISK, &err);
	if (err.text[0] != '\0')
		command_complain("%s: %s", err.file, err.text);
	fault = take_file(&importing, bytes, &err);
	if (importing.taken > 0 && !journal_checkpoint(journal, channel, &err))
		fault = FAULT_DISK;
	journal_close(&journal);
	if (fault != FAULT_NONE)
		return feed_complain(fault, &err);
	status = printf("channel %.*s stands at entry %" PRIu64 ", %zu rules\n",
		     SLICE_ARG(desk->channel), channel_seq(channel),
		     fold_count(channel_fold(channel))) < 0
		     ? COMMAND_FAULT
		     : COMMAND_DONE;
	return status;
}

int
feed_import(const struct feed_options *options)
{
	struct feed_public roots[ARCHIVE_ROOTS_MAX];
	struct arena *arena = arena_new(FEED_FILE_MAX + 65536);
	struct feed_desk desk;
	struct channel *channel;
	struct slice bytes;
	struct err err = { 0 };
	int status = COMMAND_USAGE, n = -1;

	if (feed_desk_init(&desk, options))
		n = feed_desk_roots(&desk, roots);
	if (n == 0) {
		command_complain("whom is channel %.*s vouched for by? --root-key, or feeds in "
				 "steelyard.yaml",
		    SLICE_ARG(desk.channel));
	} else if (n > 0 && file_read(arena, options->args[0], FEED_FILE_MAX, &bytes, &err) <= 0) {
		command_complain("%s: %s", err.file, err.text);
	} else if (n > 0) {
		channel = channel_new(desk.channel, roots, (size_t)n);
		status = import_bytes(&desk, channel, bytes);
		channel_free(&channel);
	}
	feed_desk_clear(&desk);
	arena_free(&arena);
	return status;
}
