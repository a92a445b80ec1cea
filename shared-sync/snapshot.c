/*
 * snapshot.c - a fold as text, deflated, to and fro
 *
 * What a snapshot may take is said in its signed header; inflate.c keeps to it.
 */
#include "shared-sync/snapshot.h"

#include <string.h>

#include "shared-sync/inflate.h"

bool
snapshot_sign(const struct channel *channel, int64_t time, const struct feed_secret *secret,
    struct buf *out, struct err *err)
{
	struct carried from = {
		.type = CARRIED_SNAPSHOT,
		.channel = channel_name(channel),
		.seq = channel_seq(channel),
		.time = time,
	};
	struct buf text = { 0 }, packed = { 0 };
	bool good;

	if (from.seq == 0) {
		err_set(err, "a snapshot of nothing: the channel holds no entry yet");
		return false;
	}
	fold_write(channel_fold(channel), &text);
	deflate_whole(buf_slice(&text), &packed);
	from.raw_size = text.n;
	memcpy(from.hash, channel_hash(channel), sizeof(from.hash));
	good = text.n <= CARRIED_SNAPSHOT_RAW_MAX && packed.n <= CARRIED_SNAPSHOT_BODY_MAX;
	if (good)
		carried_sign(&from, buf_slice(&packed), secret, out);
	else
		err_set(err, "the snapshot would be over 32 MB");
	buf_clear(&text);
	buf_clear(&packed);
	return good;
}

enum fault
snapshot_read(const struct carried *carried, struct fold *fold, struct err *err)
{
	enum fault fault = FAULT_NONE;
	struct buf text = { 0 };

	if (!inflate_whole(carried->body, carried->raw_size, &text)) {
		fault = FAULT_BOMB;
		err_set(err, "%s", fault_text(fault));
	} else if (!fold_read(fold, buf_slice(&text), err)) {
		fault = FAULT_MALFORMED;
	} else if (!snapshot_is_of(fold, carried->seq)) {
		fault = FAULT_MALFORMED;
		err_set(err, "a rule of an entry after the snapshot");
	}
	buf_clear(&text);
	return fault;
}

bool
snapshot_is_of(const struct fold *fold, uint64_t seq)
{
	for (size_t i = 0; i < fold_count(fold); i++)
		if (fold_at(fold, i)->seq > seq)
			return false;
	return true;
}
