/*
 * channel_text.h - a channel's state as text: what the journal's checkpoint holds
 *
 *	steelyard-state-1
 *	channel NAME
 *	seq NUMBER
 *	hash HASH
 *	head SEQ HASH ISSUED EXPIRES KEY	("head 0" when none was seen)
 *	keyset BYTES
 *	fold BYTES
 *
 * A blank line, the keyset as it was carried, and the fold's lines.
 */
#ifndef STEELYARD_SHARED_SYNC_CHANNEL_TEXT_H
#define STEELYARD_SHARED_SYNC_CHANNEL_TEXT_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/util/buf.h"
#include "engine/util/err.h"
#include "engine/util/slice.h"
#include "shared-sync/channel.h"

struct channel_text {
	struct slice name;
	uint64_t seq; /* 0: no entry yet */
	unsigned char hash[CARRIED_HASH];
	struct channel_head head;
	struct slice keyset; /* empty: none */
	struct slice fold;
};

void channel_text_write(const struct channel_text *text, struct buf *out);

/* Slices point into `bytes`. False with *err: it is no such text. */
bool channel_text_read(struct slice bytes, struct channel_text *text_r, struct err *err);

#endif
