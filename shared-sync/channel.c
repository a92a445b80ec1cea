/*
 * channel.c - the verified state of a channel, and what may change it
 *
 * Everything that comes in goes through admit(): form and body hash, channel, key and role,
 * signature, the keyset's date. Only then its number, chain and body are looked at, and only when
 * all of it holds does anything change.
 *
 * The hashes of the last entries are a ring by number, so that an entry that comes again
 * can be told from another of the same number. A head may be ahead of our entries; the entry
 * of its number must then be the one it names. Flags that only tell of what was refused (a
 * fork, a rollback) are cleared by the next head that agrees with us, and by a restart.
 */
#include "shared-sync/channel.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "shared-sync/channel_keys.h"
#include "shared-sync/channel_text.h"
#include "shared-sync/snapshot.h"

struct channel {
	char name[CHANNEL_NAME_MAX + 1];
	struct feed_public *roots;
	size_t root_count;
	struct keyset keyset;
	struct buf keyset_bytes;
	uint64_t seq;
	uint64_t hashes_from; /* the first number whose hash is known */
	unsigned char hashes[CHANNEL_HASHES][CARRIED_HASH]; /* of number n at n % CHANNEL_HASHES */
	struct fold *fold;
	struct channel_head head;
	bool forked, rolled_back;
	bool above; /* the head is above our entries, */
	int64_t above_since; /* since then, monotonic */
};

static void *
need(void *p)
{
	if (p == NULL)
		abort();
	return p;
}

static enum fault
refuse(enum fault fault, struct err *err)
{
	err_set(err, "%s", fault_text(fault));
	return fault;
}

struct channel *
channel_new(struct slice name, const struct feed_public *roots, size_t count)
{
	struct channel *channel = need(calloc(1, sizeof(*channel)));

	assert(channel_name_valid(name));
	memcpy(channel->name, name.p, name.n);
	channel->roots = need(malloc((count + 1) * sizeof(roots[0])));
	if (count > 0)
		memcpy(channel->roots, roots, count * sizeof(roots[0]));
	channel->root_count = count;
	channel->fold = fold_new();
	return channel;
}

void
channel_free(struct channel **channel)
{
	struct channel *gone = *channel;

	*channel = NULL;
	if (gone == NULL)
		return;
	fold_free(&gone->fold);
	buf_clear(&gone->keyset_bytes);
	free(gone->roots);
	free(gone);
}

struct channel *
channel_copy(const struct channel *channel)
{
	struct channel *copy = channel_new(
	    channel_name(channel), channel->roots, channel->root_count);
	struct feed_public *roots = copy->roots;

	fold_free(&copy->fold);
	*copy = *channel;
	copy->roots = roots;
	copy->fold = fold_copy(channel->fold);
	copy->keyset_bytes = (struct buf){ 0 };
	buf_add(&copy->keyset_bytes, buf_slice(&channel->keyset_bytes));
	return copy;
}

struct slice
channel_name(const struct channel *channel)
{
	return slice_of(channel->name);
}

uint64_t
channel_seq(const struct channel *channel)
{
	return channel->seq;
}

const unsigned char *
channel_hash(const struct channel *channel)
{
	return channel->hashes[channel->seq % CHANNEL_HASHES];
}

const struct fold *
channel_fold(const struct channel *channel)
{
	return channel->fold;
}

const struct keyset *
channel_keyset(const struct channel *channel)
{
	return &channel->keyset;
}

struct slice
channel_keyset_bytes(const struct channel *channel)
{
	return buf_slice(&channel->keyset_bytes);
}

const struct channel_head *
channel_head(const struct channel *channel)
{
	return &channel->head;
}

/* Whether we know that the entry of that number has another hash. */
static bool
contradicts(const struct channel *channel, uint64_t seq, const unsigned char *hash)
{
	return channel->seq > 0 && seq <= channel->seq && seq >= channel->hashes_from &&
	       memcmp(channel->hashes[seq % CHANNEL_HASHES], hash, CARRIED_HASH) != 0;
}

/* Whether the head tells of another entry of that number. */
static bool
head_contradicts(const struct channel *channel, uint64_t seq, const unsigned char *hash)
{
	return channel->head.seq == seq && memcmp(channel->head.hash, hash, CARRIED_HASH) != 0;
}

/* Makes seq and its hash the last; `chained`: those before it are still known. */
static void
set_last(struct channel *channel, uint64_t seq, const unsigned char *hash, bool chained)
{
	if (!chained || channel->seq == 0)
		channel->hashes_from = seq;
	else if (seq - channel->hashes_from >= CHANNEL_HASHES)
		channel->hashes_from = seq - CHANNEL_HASHES + 1;
	channel->seq = seq;
	memcpy(channel->hashes[seq % CHANNEL_HASHES], hash, CARRIED_HASH);
	channel->above = false;
	if (channel->head.seq == seq)
		channel->forked = false; /* it is the one that the head names */
}

/* What holds for all but keysets, before numbers and bodies are looked at. */
static enum fault
admit(const struct channel *channel, enum carried_type type, struct slice bytes, int64_t now,
    struct carried *carried_r, struct err *err)
{
	const struct keyset *keyset = &channel->keyset;
	enum fault fault = carried_read(type, bytes, carried_r, err);

	if (fault != FAULT_NONE)
		return fault;
	if (!slice_eq(carried_r->channel, channel_name(channel)))
		return refuse(FAULT_CHANNEL, err);
	if (keyset->version == 0)
		return refuse(FAULT_NO_KEYSET, err);
	fault = keyset_allows(keyset, carried_r->key, type, carried_r->seq);
	if (fault != FAULT_NONE)
		return refuse(fault, err);
	if (!carried_verify(carried_r, &keyset_find(keyset, carried_r->key)->public))
		return refuse(FAULT_SIGNATURE, err);
	return now >= keyset->expires ? refuse(FAULT_KEYSET_EXPIRED, err) : FAULT_NONE;
}

/* A keyset's form, channel, signature and lines. */
static enum fault
keyset_admit(
    const struct channel *channel, struct slice bytes, struct keyset *keyset_r, struct err *err)
{
	const struct feed_public *root = NULL;
	struct carried carried;
	enum fault fault = carried_read(CARRIED_KEYSET, bytes, &carried, err);

	if (fault != FAULT_NONE)
		return fault;
	if (!slice_eq(carried.channel, channel_name(channel)))
		return refuse(FAULT_CHANNEL, err);
	for (size_t i = 0; i < channel->root_count && root == NULL; i++)
		if (strcmp(channel->roots[i].id, carried.key) == 0)
			root = &channel->roots[i];
	if (root == NULL)
		return refuse(keyset_find(&channel->keyset, carried.key) == NULL ? FAULT_UNKNOWN_KEY
										 : FAULT_ROLE,
		    err);
	if (!carried_verify(&carried, root))
		return refuse(FAULT_SIGNATURE, err);
	*keyset_r = (struct keyset){
		.version = carried.seq, .issued = carried.time, .expires = carried.expires
	};
	return keyset_read(carried.body, keyset_r, err) ? FAULT_NONE : FAULT_MALFORMED;
}

enum fault
channel_take_keyset(struct channel *channel, struct slice bytes, int64_t now, struct err *err)
{
	struct channel_head *head = &channel->head;
	struct keyset keyset;
	enum fault fault;

	if (channel->keyset.version > 0 && slice_eq(bytes, buf_slice(&channel->keyset_bytes)))
		return FAULT_NONE;
	fault = keyset_admit(channel, bytes, &keyset, err);
	if (fault != FAULT_NONE)
		return fault;
	if (keyset.version <= channel->keyset.version)
		return refuse(FAULT_VERSION, err);
	if (now >= keyset.expires)
		return refuse(FAULT_KEYSET_EXPIRED, err);
	channel->keyset = keyset;
	buf_clear(&channel->keyset_bytes);
	buf_add(&channel->keyset_bytes, bytes);
	if (head->seq > 0 &&
	    keyset_allows(&keyset, head->key, CARRIED_HEAD, head->seq) != FAULT_NONE) {
		*head = (struct channel_head){ 0 };
		channel->forked = channel->rolled_back = channel->above = false;
	}
	return FAULT_NONE;
}

/* Tells of a fork: it is reported until a head agrees with us again. */
static enum fault
fork_found(struct channel *channel, struct err *err)
{
	channel->forked = true;
	return refuse(FAULT_FORK, err);
}

enum fault
channel_take_entry(struct channel *channel, struct slice bytes, int64_t now,
    void (*tell)(void *p, const char *text), void *p, struct err *err)
{
	unsigned char hash[CARRIED_HASH];
	struct carried entry;
	enum fault fault = admit(channel, CARRIED_ENTRY, bytes, now, &entry, err);

	if (fault != FAULT_NONE)
		return fault;
	carried_hash(&entry, hash);
	if (contradicts(channel, entry.seq, hash))
		return fork_found(channel, err);
	if (entry.seq <= channel->seq)
		return refuse(FAULT_REPLAYED, err);
	if (entry.seq > channel->seq + 1)
		return refuse(FAULT_ORDER, err);
	if (memcmp(entry.hash, channel_hash(channel), CARRIED_HASH) != 0)
		return refuse(FAULT_CHAIN, err);
	if (head_contradicts(channel, entry.seq, hash))
		return fork_found(channel, err);
	if (!fold_apply(channel->fold, entry.body, entry.seq, entry.key, tell, p, err))
		return FAULT_MALFORMED;
	set_last(channel, entry.seq, hash, true);
	return FAULT_NONE;
}

enum fault
channel_take_snapshot(struct channel *channel, struct slice bytes, int64_t now, struct err *err)
{
	struct carried snapshot;
	struct fold *fold;
	enum fault fault = admit(channel, CARRIED_SNAPSHOT, bytes, now, &snapshot, err);

	if (fault != FAULT_NONE)
		return fault;
	if (contradicts(channel, snapshot.seq, snapshot.hash) ||
	    head_contradicts(channel, snapshot.seq, snapshot.hash))
		return fork_found(channel, err);
	if (snapshot.seq <= channel->seq)
		return refuse(FAULT_REPLAYED, err);
	fold = fold_new();
	fault = snapshot_read(&snapshot, fold, err);
	if (fault != FAULT_NONE) {
		fold_free(&fold);
		return fault;
	}
	fold_free(&channel->fold);
	channel->fold = fold;
	set_last(channel, snapshot.seq, snapshot.hash, false);
	return FAULT_NONE;
}

/* Whether a head is below the kept one. One that a wrong clock dated ahead does not bar others. */
static bool
is_older(const struct channel_head *kept, const struct carried *head, int64_t now)
{
	if (head->seq != kept->seq)
		return head->seq < kept->seq;
	return head->time < kept->issued && kept->issued <= now + CHANNEL_CLOCK_S;
}

/* What is wrong with a head that holds: STALE and CLOCK keep nobody from being told of it. */
static enum fault
head_time(const struct channel_head *head, int64_t now)
{
	if (head->seq == 0)
		return FAULT_NONE;
	if (head->issued > now + CHANNEL_CLOCK_S)
		return FAULT_CLOCK;
	return now >= head->expires ? FAULT_STALE : FAULT_NONE;
}

enum fault
channel_take_head(struct channel *channel, struct slice bytes, int64_t now, struct err *err)
{
	struct channel_head *kept = &channel->head;
	struct carried head;
	enum fault fault = admit(channel, CARRIED_HEAD, bytes, now, &head, err);

	if (fault != FAULT_NONE)
		return fault;
	if (contradicts(channel, head.seq, head.hash) ||
	    head_contradicts(channel, head.seq, head.hash))
		return fork_found(channel, err);
	if (is_older(kept, &head, now)) {
		channel->rolled_back = true;
		return refuse(FAULT_ROLLED_BACK, err);
	}
	channel->rolled_back = false;
	*kept = (struct channel_head){
		.seq = head.seq, .issued = head.time, .expires = head.expires
	};
	memcpy(kept->hash, head.hash, sizeof(kept->hash));
	memcpy(kept->key, head.key, sizeof(kept->key));
	if (head.seq <= channel->seq && head.seq >= channel->hashes_from)
		channel->forked = false;
	fault = head_time(kept, now);
	return fault == FAULT_NONE ? fault : refuse(fault, err);
}

void
channel_note_time(struct channel *channel, int64_t monotonic)
{
	bool above = channel->head.seq > channel->seq;

	if (above && !channel->above)
		channel->above_since = monotonic;
	channel->above = above;
}

enum fault
channel_state(const struct channel *channel, int64_t now, int64_t monotonic)
{
	enum fault time = head_time(&channel->head, now);

	if (channel->keyset.version == 0)
		return FAULT_NO_KEYSET;
	if (channel->forked)
		return FAULT_FORK;
	if (channel->rolled_back)
		return FAULT_ROLLED_BACK;
	if (now >= channel->keyset.expires)
		return FAULT_KEYSET_EXPIRED;
	if (time != FAULT_CLOCK && channel->above && channel->head.seq > channel->seq &&
	    monotonic - channel->above_since >= CHANNEL_WITHHELD_S)
		return FAULT_WITHHELD;
	return time;
}

void
channel_write(const struct channel *channel, struct buf *out)
{
	struct channel_text text = {
		.name = channel_name(channel),
		.seq = channel->seq,
		.head = channel->head,
		.keyset = buf_slice(&channel->keyset_bytes),
	};
	struct buf fold = { 0 };

	memcpy(text.hash, channel_hash(channel), sizeof(text.hash));
	fold_write(channel->fold, &fold);
	text.fold = buf_slice(&fold);
	channel_text_write(&text, out);
	buf_clear(&fold);
}

/* The keyset and the fold of a text that is well formed; both are of use only if both hold. */
static bool
restore_parts(const struct channel *channel, const struct channel_text *text,
    struct keyset *keyset_r, struct fold *fold, struct err *err)
{
	*keyset_r = (struct keyset){ 0 };
	if (!slice_eq(text->name, channel_name(channel))) {
		err_set(err, "the state of another channel");
		return false;
	}
	if (text->keyset.n > 0 && keyset_admit(channel, text->keyset, keyset_r, err) != FAULT_NONE)
		return false;
	if (text->keyset.n == 0 && text->seq > 0) {
		err_set(err, "entries without a keyset");
		return false;
	}
	if (!fold_read(fold, text->fold, err))
		return false;
	if (!snapshot_is_of(fold, text->seq)) {
		err_set(err, "a rule of an entry after the last one");
		return false;
	}
	return true;
}

bool
channel_restore(struct channel *channel, struct slice bytes, struct err *err)
{
	struct channel_text text;
	struct keyset keyset;
	struct fold *fold = fold_new();

	if (!channel_text_read(bytes, &text, err) ||
	    !restore_parts(channel, &text, &keyset, fold, err)) {
		fold_free(&fold);
		return false;
	}
	fold_free(&channel->fold);
	channel->fold = fold;
	channel->keyset = keyset;
	buf_clear(&channel->keyset_bytes);
	buf_add(&channel->keyset_bytes, text.keyset);
	channel->head = text.head;
	channel->forked = channel->rolled_back = false;
	set_last(channel, text.seq, text.hash, false);
	return true;
}
