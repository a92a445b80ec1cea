/*
 * publish.c - fetching, filling up, signing on top, and doing so again when another was faster
 *
 * What is verified is the archive's; Redis is compared with it entry by entry and never
 * believed. Nothing is signed while the two differ, while something that was signed
 * is not settled, or while a head tells of entries that nobody has.
 */
#include "config.h"

#include "shared-sync/publish.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "shared-sync/snapshot.h"

#define ENTRY_ROOM (CARRIED_ENTRY_BODY_MAX + ((size_t)64 << 10))

static void tell(const struct publisher *publisher, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void
tell(const struct publisher *publisher, const char *format, ...)
{
	char text[ERR_TEXT_SIZE + 256];
	va_list args;

	if (publisher->tell == NULL)
		return;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	publisher->tell(publisher->p, text);
}

static const struct channel *
known(const struct publisher *publisher)
{
	return archive_channel(publisher->archive);
}

/* Ours is put where Redis has none, or an older or a false one. */
static enum fault
put_back_keys(struct publisher *publisher, struct err *err)
{
	enum fault fault = carrier_set(
	    publisher->carrier, CARRIER_KEYS, channel_keyset_bytes(known(publisher)), err);

	if (fault == FAULT_NONE)
		tell(publisher, "the keyset has been put back into Redis");
	return fault;
}

static enum fault
pull_keys(struct publisher *publisher, bool write, struct err *err)
{
	struct slice ours = channel_keyset_bytes(known(publisher));
	struct buf bytes = { 0 };
	enum fault fault = carrier_get(publisher->carrier, CARRIER_KEYS, &bytes, err);

	if (fault == FAULT_NONE && !slice_eq(buf_slice(&bytes), ours)) {
		fault = archive_take_keyset(
		    publisher->archive, buf_slice(&bytes), publisher->now(), err);
		if (fault != FAULT_NONE && fault != FAULT_DISK && ours.n > 0) {
			tell(publisher, "the keyset in Redis is refused: %s", fault_text(fault));
			fault = write ? put_back_keys(publisher, err) : FAULT_NONE;
		}
	} else if (fault == FAULT_EMPTY && ours.n > 0) {
		fault = write ? put_back_keys(publisher, err) : FAULT_NONE;
	} else if (fault == FAULT_EMPTY) {
		err_set(err, "there is no keyset of the channel yet: steelyard feed keyset sign");
		fault = FAULT_NO_KEYSET;
	}
	buf_clear(&bytes);
	return fault;
}

/* A head that is wrong costs nothing but its telling, unless it shows a fork. */
static enum fault
pull_head(struct publisher *publisher, struct err *err)
{
	struct arena *arena = arena_new(65536);
	struct slice ours = archive_head(publisher->archive, arena);
	struct buf bytes = { 0 };
	enum fault fault = carrier_get(publisher->carrier, CARRIER_HEAD, &bytes, err);

	if (fault == FAULT_EMPTY || (fault == FAULT_NONE && slice_eq(buf_slice(&bytes), ours))) {
		fault = FAULT_NONE;
	} else if (fault == FAULT_NONE) {
		fault = archive_take_head(
		    publisher->archive, buf_slice(&bytes), publisher->now(), err);
		if (fault != FAULT_NONE && fault != FAULT_FORK && fault != FAULT_DISK) {
			tell(publisher, "the head in Redis: %s", fault_text(fault));
			fault = FAULT_NONE;
		}
	}
	buf_clear(&bytes);
	arena_free(&arena);
	return fault;
}

/* What takes the entries of one answer. */
struct taking {
	struct publisher *publisher;
	struct err *err;
	enum fault fault;
	bool gap;
};

static bool
take_entry(void *p, uint64_t seq, struct slice bytes)
{
	struct taking *taking = p;
	struct publisher *publisher = taking->publisher;

	if (seq <= channel_seq(known(publisher)))
		return true;
	taking->gap = seq > channel_seq(known(publisher)) + 1;
	if (!taking->gap)
		taking->fault = archive_take_entry(
		    publisher->archive, bytes, publisher->now(), taking->err);
	return !taking->gap && taking->fault == FAULT_NONE;
}

static enum fault
pull_snapshot(struct publisher *publisher, struct err *err)
{
	struct buf bytes = { 0 };
	enum fault fault = carrier_get(publisher->carrier, CARRIER_SNAPSHOT, &bytes, err);

	if (fault == FAULT_NONE)
		fault = archive_take_snapshot(
		    publisher->archive, buf_slice(&bytes), publisher->now(), err);
	buf_clear(&bytes);
	return fault;
}

/* The snapshot closes a gap if it is above what we have; once. */
static enum fault
close_gap(struct publisher *publisher, bool *closed, struct err *err)
{
	enum fault fault = FAULT_GAP;

	if (!*closed)
		fault = pull_snapshot(publisher, err);
	if (*closed || fault == FAULT_EMPTY || fault == FAULT_REPLAYED) {
		err_set(err,
		    "the log in Redis does not follow entry %" PRIu64
		    ", and no snapshot closes the gap",
		    channel_seq(known(publisher)));
		fault = FAULT_GAP;
	}
	*closed = true;
	return fault;
}

static enum fault
pull_log(struct publisher *publisher, struct err *err)
{
	struct taking taking = { .publisher = publisher, .err = err };
	enum fault fault = FAULT_NONE;
	bool closed = false;
	uint64_t before;
	size_t count;

	do {
		before = channel_seq(known(publisher));
		taking.gap = false;
		fault = carrier_entries(
		    publisher->carrier, before + 1, 0, take_entry, &taking, &count, err);
		if (fault == FAULT_NONE)
			fault = taking.fault;
		if (fault == FAULT_NONE && taking.gap)
			fault = close_gap(publisher, &closed, err);
	} while (fault == FAULT_NONE && channel_seq(known(publisher)) > before);
	return fault;
}

/* A Redis that has lost its log still may have a snapshot of what we have never seen. */
static enum fault
pull_newer_snapshot(struct publisher *publisher, struct err *err)
{
	uint64_t seq = 0;
	enum fault fault = carrier_snapshot_seq(publisher->carrier, &seq, err);

	if (fault != FAULT_NONE || seq <= channel_seq(known(publisher)))
		return fault;
	fault = pull_snapshot(publisher, err);
	if (fault == FAULT_NONE || fault == FAULT_UNREACHABLE || fault == FAULT_DISK)
		return fault;
	tell(publisher, "the snapshot in Redis is refused: %s", fault_text(fault));
	return FAULT_NONE;
}

/* An entry of Redis's beside ours of the same number. */
struct comparing {
	struct slice ours;
	uint64_t seq;
	bool differs;
};

static bool
compare_entry(void *p, uint64_t seq, struct slice bytes)
{
	struct comparing *comparing = p;

	comparing->differs = seq == comparing->seq && !slice_eq(bytes, comparing->ours);
	return false;
}

/* FORK when the last number that both have is two entries. */
static enum fault
compare_ends(struct publisher *publisher, uint64_t last, struct err *err)
{
	uint64_t ours = channel_seq(known(publisher));
	struct comparing comparing = { .seq = last < ours ? last : ours };
	struct arena *arena = arena_new(ENTRY_ROOM);
	enum fault fault = FAULT_NONE;
	size_t count;

	comparing.ours = archive_entry(publisher->archive, comparing.seq, arena);
	if (comparing.seq > 0 && comparing.ours.p != NULL)
		fault = carrier_entries(
		    publisher->carrier, comparing.seq, 0, compare_entry, &comparing, &count, err);
	if (comparing.differs) {
		err_set(
		    err, "Redis has another entry %" PRIu64 " than this publisher", comparing.seq);
		fault = FAULT_FORK;
	}
	arena_free(&arena);
	return fault;
}

enum fault
publisher_look(struct publisher *publisher, struct err *err)
{
	uint64_t last = 0;
	enum fault fault = pull_keys(publisher, false, err);

	if (fault == FAULT_NONE)
		fault = pull_head(publisher, err);
	if (fault == FAULT_NONE)
		fault = pull_log(publisher, err);
	if (fault == FAULT_NONE)
		fault = pull_newer_snapshot(publisher, err);
	if (fault == FAULT_NONE)
		fault = carrier_last(publisher->carrier, &last, err);
	return fault == FAULT_NONE ? compare_ends(publisher, last, err) : fault;
}

static enum fault
send_kept(struct publisher *publisher, uint64_t seq, struct err *err)
{
	struct arena *arena = arena_new(ENTRY_ROOM);
	struct slice bytes = archive_entry(publisher->archive, seq, arena);
	enum fault fault = FAULT_GAP;

	if (bytes.p != NULL)
		fault = carrier_add(publisher->carrier, seq, bytes, err);
	else
		err_set(err, "entry %" PRIu64 " is missing in Redis and not kept here", seq);
	if (fault == FAULT_NONE)
		tell(publisher, "entry %" PRIu64 " has been put back into Redis", seq);
	arena_free(&arena);
	return fault;
}

enum fault
publisher_may_sign(const struct publisher *publisher, const struct feed_secret *key,
    enum carried_type type, struct err *err)
{
	const struct keyset *keyset = channel_keyset(known(publisher));
	uint64_t seq = channel_seq(known(publisher)) + (type == CARRIED_ENTRY ? 1 : 0);
	enum fault fault = keyset_allows(keyset, key->public.id, type, seq);

	if (fault != FAULT_NONE)
		err_set(err, "key %s of the file may not sign this in channel %.*s: %s",
		    key->public.id, SLICE_ARG(channel_name(known(publisher))), fault_text(fault));
	else if (keyset->expires <= publisher->now()) {
		err_set(err, "the keyset has expired: sign it anew with the root key "
			     "(steelyard feed keyset sign)");
		fault = FAULT_KEYSET_EXPIRED;
	}
	return fault;
}

static struct carried
carried_of(const struct publisher *publisher, enum carried_type type)
{
	struct carried carried = {
		.type = type,
		.channel = channel_name(known(publisher)),
		.seq = channel_seq(known(publisher)),
		.time = publisher->now(),
	};

	memcpy(carried.hash, channel_hash(known(publisher)), sizeof(carried.hash));
	return carried;
}

static enum fault
sign_snapshot(struct publisher *publisher, struct err *err)
{
	enum fault fault = publisher_may_sign(publisher, publisher->key, CARRIED_SNAPSHOT, err);
	struct buf bytes = { 0 };

	if (fault == FAULT_NONE &&
	    !snapshot_sign(known(publisher), publisher->now(), publisher->key, &bytes, err))
		fault = channel_seq(known(publisher)) == 0 ? FAULT_EMPTY : FAULT_OVERSIZED;
	if (fault == FAULT_NONE)
		fault = carrier_set(publisher->carrier, CARRIER_SNAPSHOT, buf_slice(&bytes), err);
	buf_clear(&bytes);
	return fault;
}

/* Entries that Redis lost are sent again; what is too old for that, a snapshot holds. */
static enum fault
fill_log(struct publisher *publisher, uint64_t last, struct err *err)
{
	uint64_t seq = last + 1, base = archive_base(publisher->archive), snapshot = 0;
	enum fault fault = carrier_snapshot_seq(publisher->carrier, &snapshot, err);

	if (fault == FAULT_NONE && seq <= base && snapshot < base) {
		if (publisher->key == NULL) {
			err_set(err, "Redis has lost entries that only a new snapshot replaces: "
				     "steelyard feed snapshot");
			return FAULT_GAP;
		}
		fault = sign_snapshot(publisher, err);
	}
	if (seq <= base)
		seq = base + 1;
	for (; fault == FAULT_NONE && seq <= channel_seq(known(publisher)); seq++)
		fault = send_kept(publisher, seq, err);
	return fault;
}

static enum fault
confirm_pending(struct publisher *publisher, uint64_t seq, struct err *err)
{
	enum fault fault = archive_confirm(publisher->archive, publisher->now(), err);

	if (fault == FAULT_NONE)
		publisher->settled = seq;
	return fault;
}

/* What an earlier run, or the last try, signed and did not see arrive. ORDER: look again. */
static enum fault
settle_pending(struct publisher *publisher, struct err *err)
{
	uint64_t seq;
	struct slice pending = archive_pending(publisher->archive, &seq), arrived;
	struct arena *arena;
	enum fault fault = FAULT_NONE;

	if (seq == 0)
		return FAULT_NONE;
	if (channel_seq(known(publisher)) < seq) {
		fault = carrier_add(publisher->carrier, seq, pending, err);
		if (fault == FAULT_NONE)
			fault = confirm_pending(publisher, seq, err);
		if (fault == FAULT_NONE)
			tell(publisher, "entry %" PRIu64 ", signed before, has been sent as it was",
			    seq);
		return fault;
	}
	arena = arena_new(ENTRY_ROOM);
	arrived = archive_entry(publisher->archive, seq, arena);
	if (slice_eq(arrived, pending))
		fault = confirm_pending(publisher, seq, err);
	else if (!archive_lose(publisher->archive, err))
		fault = FAULT_DISK;
	else
		tell(publisher, "another publisher was faster with entry %" PRIu64, seq);
	arena_free(&arena);
	return fault;
}

/* One round: look, fill, settle. ORDER: the channel has moved meanwhile. */
static enum fault
fetch_once(struct publisher *publisher, struct err *err)
{
	uint64_t last = 0;
	enum fault fault = publisher_look(publisher, err);

	if (fault == FAULT_NONE)
		fault = pull_keys(publisher, true, err);
	if (fault == FAULT_NONE)
		fault = carrier_last(publisher->carrier, &last, err);
	if (fault == FAULT_NONE && last < channel_seq(known(publisher)))
		fault = fill_log(publisher, last, err);
	return fault == FAULT_NONE ? settle_pending(publisher, err) : fault;
}

enum fault
publisher_fetch(struct publisher *publisher, struct err *err)
{
	enum fault fault = FAULT_ORDER;

	for (int i = 0; fault == FAULT_ORDER && i < PUBLISH_TRIES; i++)
		fault = fetch_once(publisher, err);
	return fault;
}

/* Whether a next entry may be signed at all. */
static enum fault
check_next(const struct publisher *publisher, struct err *err)
{
	uint64_t seq = channel_seq(known(publisher));
	const struct channel_head *head = channel_head(known(publisher));

	if (head->seq > seq) {
		err_set(err,
		    "the head tells of entry %" PRIu64 ", and Redis has only %" PRIu64
		    ": its publisher must send the others again first",
		    head->seq, seq);
		return FAULT_WITHHELD;
	}
	if (archive_signed(publisher->archive) > seq) {
		err_set(err,
		    "number %" PRIu64 " was signed here before and another publisher's entry took "
		    "it, which Redis has lost: he must send it again first",
		    archive_signed(publisher->archive));
		return FAULT_FORK;
	}
	return publisher_may_sign(publisher, publisher->key, CARRIED_ENTRY, err);
}

/* What we signed must hold for others: it is taken into a copy first. */
static enum fault
check_entry(const struct publisher *publisher, struct slice bytes, struct err *err)
{
	struct channel *channel = channel_copy(known(publisher));
	enum fault fault = channel_take_entry(channel, bytes, publisher->now(), NULL, NULL, err);

	channel_free(&channel);
	return fault;
}

/* Signs the body as the next entry, keeps it and sends it. ORDER: another was faster. */
static enum fault
put_body(struct publisher *publisher, struct slice body, uint64_t *seq_r, struct err *err)
{
	struct carried carried = carried_of(publisher, CARRIED_ENTRY);
	struct buf bytes = { 0 };
	enum fault fault;

	if (body.n > CARRIED_ENTRY_BODY_MAX) {
		err_set(err,
		    "the change is %zu bytes, and an entry carries %zu at most: publish it "
		    "in parts",
		    body.n, CARRIED_ENTRY_BODY_MAX);
		return FAULT_OVERSIZED;
	}
	carried.seq++;
	carried_sign(&carried, body, publisher->key, &bytes);
	fault = check_entry(publisher, buf_slice(&bytes), err);
	if (fault == FAULT_NONE &&
	    !archive_keep(publisher->archive, carried.seq, buf_slice(&bytes), err))
		fault = FAULT_DISK;
	if (fault == FAULT_NONE)
		fault = carrier_add(publisher->carrier, carried.seq, buf_slice(&bytes), err);
	if (fault == FAULT_NONE)
		fault = confirm_pending(publisher, carried.seq, err);
	buf_clear(&bytes);
	*seq_r = carried.seq;
	return fault;
}

static enum fault
sign_head(struct publisher *publisher, struct err *err)
{
	struct carried carried = carried_of(publisher, CARRIED_HEAD);
	enum fault fault = publisher_may_sign(publisher, publisher->head_key, CARRIED_HEAD, err);
	struct buf bytes = { 0 };

	if (fault == FAULT_NONE) {
		carried.expires = carried.time + publisher->head_s;
		carried_sign(&carried, SLICE_ABSENT, publisher->head_key, &bytes);
		fault = archive_take_head(
		    publisher->archive, buf_slice(&bytes), publisher->now(), err);
	}
	if (fault == FAULT_NONE)
		fault = carrier_set(publisher->carrier, CARRIER_HEAD, buf_slice(&bytes), err);
	buf_clear(&bytes);
	return fault;
}

enum fault
publisher_trim(struct publisher *publisher, uint64_t snapshot, struct err *err)
{
	uint64_t first = archive_keep_from(publisher->archive, publisher->now());

	if (first > snapshot + 1)
		first = snapshot + 1;
	return carrier_trim(publisher->carrier, first, err);
}

/* Behind an entry: head, snapshot, trimming. */
static enum fault
follow_up(struct publisher *publisher, struct err *err)
{
	uint64_t snapshot = 0, seq = channel_seq(known(publisher));
	enum fault fault = FAULT_NONE;

	if (publisher->head_key != NULL)
		fault = sign_head(publisher, err);
	if (fault == FAULT_NONE)
		fault = carrier_snapshot_seq(publisher->carrier, &snapshot, err);
	if (fault == FAULT_NONE && (snapshot == 0 || seq >= snapshot + PUBLISH_SNAPSHOT_AFTER)) {
		fault = sign_snapshot(publisher, err);
		snapshot = seq;
	}
	if (fault == FAULT_NONE)
		fault = publisher_trim(publisher, snapshot, err);
	if (fault == FAULT_NONE && !archive_tidy(publisher->archive, publisher->now(), err))
		fault = FAULT_DISK;
	return fault;
}

enum fault
publisher_put(
    struct publisher *publisher, publisher_body *body, void *p, uint64_t *seq_r, struct err *err)
{
	enum fault fault = FAULT_ORDER;
	uint64_t seq = 0;

	for (int i = 0; fault == FAULT_ORDER && i < PUBLISH_TRIES; i++) {
		struct buf text = { 0 };

		fault = publisher_fetch(publisher, err);
		if (fault == FAULT_NONE)
			fault = check_next(publisher, err);
		if (fault == FAULT_NONE && !body(p, channel_fold(known(publisher)), &text, err))
			fault = FAULT_MALFORMED;
		if (fault == FAULT_NONE && text.n > 0)
			fault = put_body(publisher, buf_slice(&text), &seq, err);
		buf_clear(&text);
	}
	/* An answer may be lost, and the entry have arrived all the same. */
	*seq_r = seq == publisher->settled ? seq : 0;
	if (fault == FAULT_NONE && *seq_r > 0 && follow_up(publisher, err) != FAULT_NONE)
		tell(publisher, "entry %" PRIu64 " is out, but not all that follows it: %s", *seq_r,
		    err->text);
	return fault;
}

enum fault
publisher_put_snapshot(struct publisher *publisher, struct err *err)
{
	enum fault fault = publisher_fetch(publisher, err);

	if (fault == FAULT_NONE)
		fault = sign_snapshot(publisher, err);
	if (fault == FAULT_NONE)
		fault = publisher_trim(publisher, channel_seq(known(publisher)), err);
	return fault;
}

enum fault
publisher_put_head(struct publisher *publisher, struct err *err)
{
	enum fault fault = publisher_fetch(publisher, err);

	return fault == FAULT_NONE ? sign_head(publisher, err) : fault;
}
