/*
 * subscribe.c - following a channel: what to fetch next, and what is done with what comes
 *
 * A fault of the link makes it wait longer each time (backoff.h). So does an entry that is refused:
 * the chain ends there until the carrier has another, or a snapshot behind it that holds. All
 * other refusals are told and passed over: the keyset in force stays in force, and a head says
 * something of freshness only.
 *
 * Whatever the carrier answers, and however fast, it cannot keep us busy: steps that bring nothing
 * are SUBSCRIBER_STEPS at once, and then one in SUBSCRIBER_STEP_MS.
 */
#include "shared-sync/subscribe.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared-sync/backoff.h"

enum state {
	STATE_KEYS,
	STATE_HEAD,
	STATE_SNAPSHOT,
	STATE_CATCH_UP,
	STATE_FOLLOW,
};

/* What is wrong with a part. */
struct part_fault {
	enum fault fault;
	char text[ERR_TEXT_SIZE];
};

struct subscriber {
	struct channel *channel;
	struct subscriber_ops ops;
	enum state state;
	bool wants_snapshot;
	bool caught_up;
	bool connected;
	unsigned tries; /* times that snapshot and log did not meet, in a row */
	int64_t look_ms; /* when head and keyset are due */
	int64_t snapshot_ms; /* when a snapshot was last asked for because the head is above us */
	struct backoff backoff;
	unsigned free_steps; /* that may be taken without a wait */
	int64_t refilled_ms; /* when the last of them was added */
	struct part_fault faults[PART_COUNT];
	uint64_t refused;
	uint64_t snapshot_seq;
	int64_t heard_s;
	struct buf last_head; /* as it came, to know it again */
};

/* What the reading of a batch came to. */
struct batch {
	struct subscriber *subscriber;
	const struct subscriber_now *now;
	struct subscriber_news *news;
	enum fault fault;
	struct err err;
};

struct subscriber *
subscriber_new(struct channel *channel, const struct subscriber_ops *ops)
{
	struct subscriber *subscriber = calloc(1, sizeof(*subscriber));

	if (subscriber == NULL)
		abort();
	subscriber->channel = channel;
	subscriber->ops = *ops;
	subscriber->wants_snapshot = channel_seq(channel) == 0;
	subscriber->free_steps = SUBSCRIBER_STEPS;
	return subscriber;
}

void
subscriber_free(struct subscriber **subscriber_p)
{
	if (*subscriber_p == NULL)
		return;
	buf_clear(&(*subscriber_p)->last_head);
	free(*subscriber_p);
	*subscriber_p = NULL;
}

void
subscriber_news_clear(struct subscriber_news *news)
{
	for (size_t i = 0; i < news->entries.n; i++)
		free((char *)(uintptr_t)((struct slice *)vec_at(&news->entries, i))->p);
	vec_clear(&news->entries);
	*news = SUBSCRIBER_NEWS_INIT;
}

/* Notes what is wrong with a part, or that nothing is. */
static void
note_fault(struct subscriber *subscriber, enum subscriber_part part, enum fault fault,
    const struct err *err)
{
	struct part_fault *kept = &subscriber->faults[part];

	kept->fault = fault;
	snprintf(kept->text, sizeof(kept->text), "%s", fault == FAULT_NONE ? "" : err->text);
}

static bool
is_link_fault(enum fault fault)
{
	return fault == FAULT_UNREACHABLE || fault == FAULT_DENIED;
}

static void
hold(const struct subscriber *subscriber, bool on)
{
	if (subscriber->ops.hold != NULL)
		subscriber->ops.hold(subscriber->ops.p, on);
}

/* The carrier did not answer: from the start again, later. */
static unsigned
link_failed(struct subscriber *subscriber, const struct subscriber_now *now, enum fault fault,
    const struct err *err)
{
	note_fault(subscriber, PART_LINK, fault, err);
	subscriber->connected = false;
	subscriber->state = STATE_KEYS;
	return backoff_next(&subscriber->backoff, now->random);
}

static void
link_answered(struct subscriber *subscriber, const struct subscriber_now *now)
{
	static const struct err none;

	subscriber->connected = true;
	subscriber->heard_s = now->wall_s;
	note_fault(subscriber, PART_LINK, FAULT_NONE, &none);
}

/* Fetches a thing; false, *out empty: the link failed, and *wait_r says how long to wait. */
static bool
fetch(struct subscriber *subscriber, const struct subscriber_now *now, enum carrier_thing thing,
    struct buf *out, enum fault *fault_r, struct err *err, unsigned *wait_r)
{
	*fault_r = subscriber->ops.get(subscriber->ops.p, thing, out, err);
	if (is_link_fault(*fault_r)) {
		buf_clear(out);
		*wait_r = link_failed(subscriber, now, *fault_r, err);
		return false;
	}
	link_answered(subscriber, now);
	return true;
}

static unsigned
step_keys(
    struct subscriber *subscriber, const struct subscriber_now *now, struct subscriber_news *news)
{
	struct channel *channel = subscriber->channel;
	struct buf bytes = { 0 };
	struct err err = { 0 };
	enum fault fault;
	unsigned wait_ms = 0;

	if (!fetch(subscriber, now, CARRIER_KEYS, &bytes, &fault, &err, &wait_ms))
		return wait_ms;
	subscriber->look_ms = now->monotonic_ms + SUBSCRIBER_LOOK_MS;
	subscriber->state = STATE_HEAD;
	if (fault == FAULT_NONE && !slice_eq(buf_slice(&bytes), channel_keyset_bytes(channel))) {
		hold(subscriber, true);
		fault = channel_take_keyset(channel, buf_slice(&bytes), now->wall_s, &err);
		hold(subscriber, false);
		if (fault == FAULT_NONE)
			news->keyset = true;
		else
			subscriber->refused++;
	}
	buf_clear(&bytes);
	note_fault(subscriber, PART_KEYS, fault, &err);
	if (channel_keyset_bytes(channel).n > 0)
		return 0;
	/* Without one nothing can be verified. */
	subscriber->state = STATE_KEYS;
	return backoff_next(&subscriber->backoff, now->random);
}

static unsigned
step_head(
    struct subscriber *subscriber, const struct subscriber_now *now, struct subscriber_news *news)
{
	struct channel *channel = subscriber->channel;
	struct buf bytes = { 0 };
	struct err err = { 0 };
	enum fault fault;
	unsigned wait_ms = 0;

	if (!fetch(subscriber, now, CARRIER_HEAD, &bytes, &fault, &err, &wait_ms))
		return wait_ms;
	subscriber->state = subscriber->wants_snapshot ? STATE_SNAPSHOT
			    : subscriber->caught_up    ? STATE_FOLLOW
						       : STATE_CATCH_UP;
	/* What is known already says nothing new, and was judged when it came. */
	if (fault == FAULT_NONE && slice_eq(buf_slice(&bytes), buf_slice(&subscriber->last_head))) {
		buf_clear(&bytes);
		return 0;
	}
	if (fault == FAULT_NONE) {
		hold(subscriber, true);
		fault = channel_take_head(channel, buf_slice(&bytes), now->wall_s, &err);
		channel_note_time(channel, now->monotonic_ms / 1000);
		hold(subscriber, false);
		news->head = fault == FAULT_NONE || fault == FAULT_STALE || fault == FAULT_CLOCK;
		if (!news->head)
			subscriber->refused++;
	}
	buf_clear(&subscriber->last_head);
	/* A channel need not have a head yet; of a kept one the time is channel_state's to tell. */
	if (news->head || fault == FAULT_EMPTY)
		fault = FAULT_NONE;
	if (news->head)
		buf_add(&subscriber->last_head, buf_slice(&bytes));
	buf_clear(&bytes);
	note_fault(subscriber, PART_HEAD, fault, &err);
	return 0;
}

static unsigned
step_snapshot(
    struct subscriber *subscriber, const struct subscriber_now *now, struct subscriber_news *news)
{
	struct buf bytes = { 0 };
	struct err err = { 0 };
	enum fault fault;
	unsigned wait_ms = 0;

	if (!fetch(subscriber, now, CARRIER_SNAPSHOT, &bytes, &fault, &err, &wait_ms))
		return wait_ms;
	subscriber->wants_snapshot = false;
	subscriber->caught_up = false;
	subscriber->state = STATE_CATCH_UP;
	if (fault == FAULT_NONE) {
		hold(subscriber, true);
		fault = channel_take_snapshot(
		    subscriber->channel, buf_slice(&bytes), now->wall_s, &err);
		hold(subscriber, false);
		if (fault == FAULT_NONE) {
			news->snapshot = true;
			subscriber->snapshot_seq = channel_seq(subscriber->channel);
		} else if (fault != FAULT_REPLAYED) {
			subscriber->refused++;
		}
	}
	buf_clear(&bytes);
	/* None, or one that we are past, is nothing wrong. */
	note_fault(subscriber, PART_SNAPSHOT,
	    fault == FAULT_EMPTY || fault == FAULT_REPLAYED ? FAULT_NONE : fault, &err);
	return 0;
}

static void
keep_entry(struct subscriber_news *news, struct slice bytes)
{
	*(struct slice *)vec_push(&news->entries) = (struct slice){ slice_dup(bytes), bytes.n };
}

static bool
take_entry(void *p, uint64_t seq, struct slice bytes)
{
	struct batch *batch = p;
	struct channel *channel = batch->subscriber->channel;

	/* The number is the carrier's word; what is signed decides. */
	(void)seq;
	hold(batch->subscriber, true);
	batch->fault = channel_take_entry(
	    channel, bytes, batch->now->wall_s, NULL, NULL, &batch->err);
	hold(batch->subscriber, false);
	if (batch->fault != FAULT_NONE)
		return false;
	keep_entry(batch->news, bytes);
	return true;
}

/* The log does not go on where we are: from the snapshot again, three times. */
static unsigned
log_broken(struct subscriber *subscriber, const struct subscriber_now *now, enum fault fault,
    const struct err *err)
{
	subscriber->wants_snapshot = true;
	subscriber->caught_up = false;
	subscriber->state = STATE_KEYS;
	if (++subscriber->tries < SUBSCRIBER_TRIES)
		return 0;
	note_fault(subscriber, PART_LOG,
	    fault == FAULT_ORDER || fault == FAULT_CHAIN ? FAULT_GAP : fault, err);
	if (subscriber->tries == SUBSCRIBER_TRIES)
		subscriber->refused++;
	return backoff_next(&subscriber->backoff, now->random);
}

/* Whether a head tells of entries that the log does not give: then a snapshot may have them. */
static bool
log_is_short(struct subscriber *subscriber, const struct subscriber_now *now)
{
	const struct channel_head *head = channel_head(subscriber->channel);

	if (head->seq <= channel_seq(subscriber->channel) ||
	    now->monotonic_ms < subscriber->snapshot_ms)
		return false;
	subscriber->snapshot_ms = now->monotonic_ms + BACKOFF_LONGEST_MS;
	return true;
}

static unsigned
step_entries(
    struct subscriber *subscriber, const struct subscriber_now *now, struct subscriber_news *news)
{
	struct batch batch = { .subscriber = subscriber, .now = now, .news = news };
	bool follow = subscriber->state == STATE_FOLLOW;
	size_t count = 0;
	enum fault fault = subscriber->ops.entries(subscriber->ops.p,
	    channel_seq(subscriber->channel) + 1, follow ? SUBSCRIBER_WAIT_MS : 0, take_entry,
	    &batch, &count, &batch.err);

	if (is_link_fault(fault))
		return link_failed(subscriber, now, fault, &batch.err);
	link_answered(subscriber, now);
	if (news->entries.n > 0)
		subscriber->look_ms = now->monotonic_ms;
	if (batch.fault == FAULT_NONE && fault != FAULT_EMPTY)
		batch.fault = fault;
	if (batch.fault != FAULT_NONE)
		return log_broken(subscriber, now, batch.fault, &batch.err);
	if (count == 0 && log_is_short(subscriber, now)) {
		subscriber->wants_snapshot = true;
		subscriber->state = STATE_SNAPSHOT;
	} else if (count == 0) {
		subscriber->caught_up = true;
		subscriber->state = STATE_FOLLOW;
	}
	subscriber->tries = 0;
	backoff_reset(&subscriber->backoff);
	note_fault(subscriber, PART_LOG, FAULT_NONE, &batch.err);
	return 0;
}

/* Takes one of the free steps; 0, or how long to wait for the next. */
static unsigned
pace(struct subscriber *subscriber, const struct subscriber_now *now)
{
	int64_t refill = (now->monotonic_ms - subscriber->refilled_ms) / SUBSCRIBER_STEP_MS;

	if (refill > SUBSCRIBER_STEPS - (int64_t)subscriber->free_steps) {
		subscriber->free_steps = SUBSCRIBER_STEPS;
		subscriber->refilled_ms = now->monotonic_ms;
	} else if (refill > 0) {
		subscriber->free_steps += (unsigned)refill;
		subscriber->refilled_ms += refill * SUBSCRIBER_STEP_MS;
	}
	if (subscriber->free_steps == 0)
		return SUBSCRIBER_STEP_MS;
	subscriber->free_steps--;
	return 0;
}

static unsigned
step(struct subscriber *subscriber, const struct subscriber_now *now, struct subscriber_news *news)
{
	switch (subscriber->state) {
	case STATE_KEYS:
		return step_keys(subscriber, now, news);
	case STATE_HEAD:
		return step_head(subscriber, now, news);
	case STATE_SNAPSHOT:
		return step_snapshot(subscriber, now, news);
	case STATE_CATCH_UP:
	case STATE_FOLLOW:
		return step_entries(subscriber, now, news);
	}
	return 0;
}

unsigned
subscriber_step(
    struct subscriber *subscriber, const struct subscriber_now *now, struct subscriber_news *news)
{
	unsigned wait_ms = pace(subscriber, now);

	if (wait_ms > 0)
		return wait_ms;
	if (subscriber->state == STATE_FOLLOW && now->monotonic_ms >= subscriber->look_ms)
		subscriber->state = STATE_KEYS;
	wait_ms = step(subscriber, now, news);
	if (news->entries.n > 0 || news->snapshot)
		subscriber->free_steps = SUBSCRIBER_STEPS;
	return wait_ms;
}

void
subscriber_status(const struct subscriber *subscriber, const struct subscriber_now *now,
    struct subscriber_status *status_r)
{
	*status_r = (struct subscriber_status){
		.connected = subscriber->connected,
		.following = subscriber->connected && subscriber->caught_up,
		.refused = subscriber->refused,
		.snapshot_seq = subscriber->snapshot_seq,
		.heard_s = subscriber->heard_s,
	};
	for (size_t i = 0; i < PART_COUNT && status_r->fault == FAULT_NONE; i++) {
		status_r->fault = subscriber->faults[i].fault;
		memcpy(status_r->text, subscriber->faults[i].text, sizeof(status_r->text));
	}
	if (status_r->fault == FAULT_NONE)
		status_r->fault = channel_state(
		    subscriber->channel, now->wall_s, now->monotonic_ms / 1000);
}
