/*
 * subscribe.h - following a channel: what to fetch next, and what is done with what comes
 *
 * A subscriber takes steps, each one question to the carrier at most: keyset, head, the snapshot
 * where the log does not reach, the entries behind it in batches, and then waiting for the next
 * one, with a look at head and keyset every few seconds and at each entry. What is verified is
 * in the channel; what was refused is told and changes nothing. Where snapshot and log do not
 * meet it starts over, and calls it a gap after three times.
 *
 * SYNOPSIS
 *	struct subscriber *subscriber = subscriber_new(channel, &ops);
 *
 *	for (;;) {
 *		unsigned wait_ms = subscriber_step(subscriber, &now, &news);
 *
 *		if (news.entries > 0 || news.snapshot)
 *			... the fold has changed ...
 *		subscriber_news_clear(&news);
 *		backoff_wait(wait_ms, wake_fd);
 *	}
 */
#ifndef STEELYARD_SHARED_SYNC_SUBSCRIBE_H
#define STEELYARD_SHARED_SYNC_SUBSCRIBE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/util/buf.h"
#include "engine/util/err.h"
#include "engine/util/vec.h"
#include "shared-sync/carrier.h"
#include "shared-sync/channel.h"
#include "shared-sync/fault.h"

/* How long one wait for entries takes, and how often head and keyset are looked at. */
#define SUBSCRIBER_WAIT_MS 2500
#define SUBSCRIBER_LOOK_MS 5000
/* Times that snapshot and log may fail to meet before it is a gap. */
#define SUBSCRIBER_TRIES 3

/* Steps that bring nothing: so many at once, then one in so many milliseconds. */
#define SUBSCRIBER_STEPS 64
#define SUBSCRIBER_STEP_MS 100

/* What carries: carrier.h's functions, or a test's. */
struct subscriber_ops {
	enum fault (*get)(void *p, enum carrier_thing thing, struct buf *out, struct err *err);
	enum fault (*entries)(void *p, uint64_t from, unsigned wait_ms, carrier_entry *each,
	    void *each_p, size_t *count_r, struct err *err);
	/* Around each change of the channel; NULL: nobody else looks at it. */
	void (*hold)(void *p, bool on);
	void *p;
};

struct subscriber_now {
	int64_t wall_s; /* since 1970 */
	int64_t monotonic_ms;
	uint64_t random;
};

/* What a step brought; zero it once. */
struct subscriber_news {
	struct vec entries; /* struct slice, heap: entries as carried, in order, for the journal */
	bool snapshot; /* the fold is another */
	bool keyset, head; /* a new one is known */
};

/* What there is a fault in. */
enum subscriber_part {
	PART_LINK,
	PART_LOG,
	PART_KEYS,
	PART_SNAPSHOT,
	PART_HEAD,
	PART_COUNT,
};

struct subscriber_status {
	bool connected; /* the last question was answered */
	bool following; /* all that was there has been taken in */
	enum fault fault; /* what is wrong now, the gravest */
	char text[ERR_TEXT_SIZE]; /* more of it; foreign bytes perhaps */
	uint64_t refused; /* things that were refused so far */
	uint64_t snapshot_seq; /* of the last snapshot that was taken in; 0: none */
	int64_t heard_s; /* when the carrier last answered, since 1970; 0: never */
};

struct subscriber;

/* Follows the channel, which outlives it, from where it is. Never NULL. */
struct subscriber *subscriber_new(struct channel *channel, const struct subscriber_ops *ops);
void subscriber_free(struct subscriber **subscriber);

/*
 * Does the next thing. Returns how many milliseconds to wait before the next step; 0: none.
 */
unsigned subscriber_step(
    struct subscriber *subscriber, const struct subscriber_now *now, struct subscriber_news *news);

#define SUBSCRIBER_NEWS_INIT ((struct subscriber_news){ .entries = VEC_OF(struct slice, NULL) })

void subscriber_news_clear(struct subscriber_news *news);

void subscriber_status(const struct subscriber *subscriber, const struct subscriber_now *now,
    struct subscriber_status *status_r);

#endif
