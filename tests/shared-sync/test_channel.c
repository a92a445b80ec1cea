/*
 * test_channel.c - every attack on a channel is refused with its own word, and changes nothing
 *
 * Each row starts from the same channel: keyset 2, entries 1 to 5, a head at 5. What it brings
 * is taken, the fault compared, and the channel's whole text before and after.
 */
#include "shared-sync/channel.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "shared-sync/inflate.h"
#include "shared-sync/snapshot.h"
#include "tests/shared-sync/random_entry.h"
#include "tests/shared-sync/signer.h"

#define NOW INT64_C(1700000000)
#define DAY INT64_C(86400)
#define ENTRIES 5

static const struct slice community = { "community", 9 };

/* The publisher's keys, and those of people who are none. */
static struct feed_secret root, entry, head, retired, stranger, other_root;
static struct keyset_key lines[3];
static struct feed_public roots[1];

struct world {
	struct channel *channel;
	struct buf keyset, entries[ENTRIES + 1], head; /* as carried; entry n at n */
	unsigned char hashes[ENTRIES + 1][CARRIED_HASH];
};

static int
make_keys(void **state)
{
	(void)state;
	root = signer_key(1, FEED_ROLE_ROOT);
	entry = signer_key(2, FEED_ROLE_ENTRY);
	head = signer_key(3, FEED_ROLE_HEAD);
	retired = signer_key(4, FEED_ROLE_ENTRY);
	stranger = signer_key(5, FEED_ROLE_ENTRY | FEED_ROLE_HEAD);
	other_root = signer_key(6, FEED_ROLE_ROOT);
	lines[0] = signer_line(&entry, false, 0);
	lines[1] = signer_line(&head, false, 0);
	lines[2] = signer_line(&retired, true, 2);
	roots[0] = root.public;
	return 0;
}

static void
hash_of(const struct buf *bytes, unsigned char *hash_r)
{
	struct carried carried;
	struct err err;

	assert_int_equal(carried_read(CARRIED_ENTRY, buf_slice(bytes), &carried, &err), FAULT_NONE);
	carried_hash(&carried, hash_r);
}

/* Entries 1 and 2 are by the key that was retired after them. */
static void
make_entries(struct world *world)
{
	for (uint64_t seq = 1; seq <= ENTRIES; seq++) {
		struct buf body = { 0 };

		buf_printf(&body, "rules: {R%d: {body: /%d/}}\n", (int)seq % 3, (int)seq);
		signer_entry(community, seq, world->hashes[seq - 1], NOW, buf_slice(&body),
		    seq <= 2 ? &retired : &entry, &world->entries[seq]);
		hash_of(&world->entries[seq], world->hashes[seq]);
		buf_clear(&body);
	}
}

static struct world
make_world(void)
{
	struct world world = { .channel = channel_new(community, roots, 1) };
	struct err err = { 0 };

	make_entries(&world);
	signer_keyset(community, 2, NOW, NOW + 365 * DAY, lines, 3, &root, &world.keyset);
	signer_head(community, ENTRIES, world.hashes[ENTRIES], NOW, NOW + DAY, &head, &world.head);
	assert_int_equal(
	    channel_take_keyset(world.channel, buf_slice(&world.keyset), NOW, &err), FAULT_NONE);
	for (size_t seq = 1; seq <= ENTRIES; seq++)
		assert_int_equal(channel_take_entry(world.channel, buf_slice(&world.entries[seq]),
				     NOW, NULL, NULL, &err),
		    FAULT_NONE);
	assert_int_equal(
	    channel_take_head(world.channel, buf_slice(&world.head), NOW, &err), FAULT_NONE);
	return world;
}

static void
free_world(struct world *world)
{
	channel_free(&world->channel);
	buf_clear(&world->keyset);
	buf_clear(&world->head);
	for (size_t seq = 0; seq <= ENTRIES; seq++)
		buf_clear(&world->entries[seq]);
}

/* Each of these makes what an attacker would bring. */

static void
next_entry(struct world *world, const struct feed_secret *secret, struct buf *out)
{
	signer_entry(community, ENTRIES + 1, world->hashes[ENTRIES], NOW,
	    SLICE("rules: {EVIL: {body: /x/, score: -100}}"), secret, out);
}

static void
good_entry(struct world *world, struct buf *out)
{
	next_entry(world, &entry, out);
}

static void
altered_header(struct world *world, struct buf *out)
{
	next_entry(world, &entry, out);
	out->p[slice_find(buf_slice(out), 0, SLICE("time 1")) + 5] = '2';
}

static void
altered_body(struct world *world, struct buf *out)
{
	next_entry(world, &entry, out);
	out->p[slice_find(buf_slice(out), 0, SLICE("EVIL"))] = 'e';
}

/* The body's hash mended too: then the signature is of another header. */
static void
altered_wisely(struct world *world, struct buf *out)
{
	struct buf other = { 0 };
	struct slice signature;

	next_entry(world, &stranger, &other);
	signature = slice_from(buf_slice(&other), other.n - CRYPTO_ED25519_SIGNATURE);
	next_entry(world, &entry, out);
	memcpy(out->p + out->n - signature.n, signature.p, signature.n);
	buf_clear(&other);
}

static void
truncated(struct world *world, struct buf *out)
{
	next_entry(world, &entry, out);
	out->n -= 40;
}

static void
truncated_header(struct world *world, struct buf *out)
{
	next_entry(world, &entry, out);
	out->n = 50;
}

static void
appended(struct world *world, struct buf *out)
{
	next_entry(world, &entry, out);
	buf_add(out, SLICE("rules: {MORE: {}}"));
}

static void
oversized_entry(struct world *world, struct buf *out)
{
	(void)world;
	buf_add(out, SLICE("steelyard-entry-1\nchannel community\nseq "));
	for (size_t i = 0; i < 2 * CARRIED_HEADER_MAX; i++)
		buf_add_byte(out, '9');
}

static void
oversized_body(struct world *world, struct buf *out)
{
	struct carried from = { .type = CARRIED_SNAPSHOT,
		.channel = community,
		.seq = 6,
		.raw_size = CARRIED_SNAPSHOT_RAW_MAX + 1 };

	(void)world;
	carried_sign(&from, SLICE("x"), &entry, out);
}

static void
replayed(struct world *world, struct buf *out)
{
	buf_add(out, buf_slice(&world->entries[3]));
}

static void
replayed_last(struct world *world, struct buf *out)
{
	buf_add(out, buf_slice(&world->entries[ENTRIES]));
}

/* 7 before 6, as when 6 was dropped or the two were reordered. */
static void
dropped(struct world *world, struct buf *out)
{
	struct buf six = { 0 };
	unsigned char hash[CARRIED_HASH];

	next_entry(world, &entry, &six);
	hash_of(&six, hash);
	signer_entry(community, ENTRIES + 2, hash, NOW, SLICE("rules: {}"), &entry, out);
	buf_clear(&six);
}

static void
wrong_chain(struct world *world, struct buf *out)
{
	signer_entry(community, ENTRIES + 1, world->hashes[ENTRIES - 1], NOW, SLICE("rules: {}"),
	    &entry, out);
}

static void
forked(struct world *world, struct buf *out)
{
	signer_entry(
	    community, ENTRIES, world->hashes[ENTRIES - 1], NOW, SLICE("rules: {}"), &entry, out);
}

static void
forked_early(struct world *world, struct buf *out)
{
	signer_entry(community, 3, world->hashes[2], NOW, SLICE("rules: {EVIL: {}}"), &entry, out);
}

static void
foreign(struct world *world, struct buf *out)
{
	signer_entry(SLICE("other"), ENTRIES + 1, world->hashes[ENTRIES], NOW, SLICE("rules: {}"),
	    &entry, out);
}

static void
by_stranger(struct world *world, struct buf *out)
{
	next_entry(world, &stranger, out);
}

static void
by_retired(struct world *world, struct buf *out)
{
	next_entry(world, &retired, out);
}

static void
by_head_key(struct world *world, struct buf *out)
{
	next_entry(world, &head, out);
}

/* A root key is in no keyset: it signs keysets and nothing else. */
static void
by_root(struct world *world, struct buf *out)
{
	next_entry(world, &root, out);
}

static void
not_yaml(struct world *world, struct buf *out)
{
	signer_entry(community, ENTRIES + 1, world->hashes[ENTRIES], NOW, SLICE("rules: {A: {}"),
	    &entry, out);
}

static void
head_as_entry(struct world *world, struct buf *out)
{
	buf_add(out, buf_slice(&world->head));
}

static void
new_keyset(struct world *world, struct buf *out)
{
	(void)world;
	signer_keyset(community, 3, NOW, NOW + DAY, lines, 3, &root, out);
}

static void
same_keyset(struct world *world, struct buf *out)
{
	buf_add(out, buf_slice(&world->keyset));
}

static void
older_keyset(struct world *world, struct buf *out)
{
	(void)world;
	signer_keyset(community, 1, NOW, NOW + DAY, lines, 3, &root, out);
}

static void
other_keyset_of_version(struct world *world, struct buf *out)
{
	(void)world;
	signer_keyset(community, 2, NOW, NOW + DAY, lines, 1, &root, out);
}

static void
expired_keyset(struct world *world, struct buf *out)
{
	(void)world;
	signer_keyset(community, 3, NOW - 2 * DAY, NOW, lines, 3, &root, out);
}

static void
keyset_by_entry_key(struct world *world, struct buf *out)
{
	struct keyset_key mine = signer_line(&stranger, false, 0);

	(void)world;
	signer_keyset(community, 3, NOW, NOW + DAY, &mine, 1, &entry, out);
}

static void
keyset_by_other_root(struct world *world, struct buf *out)
{
	(void)world;
	signer_keyset(community, 3, NOW, NOW + DAY, lines, 3, &other_root, out);
}

static void
keyset_forged(struct world *world, struct buf *out)
{
	(void)world;
	signer_keyset(community, 3, NOW, NOW + DAY, lines, 3, &root, out);
	out->p[out->n - 1] ^= 1;
}

static void
keyset_of_other_channel(struct world *world, struct buf *out)
{
	(void)world;
	signer_keyset(SLICE("other"), 3, NOW, NOW + DAY, lines, 3, &root, out);
}

/* Signed by the root, and yet nothing that a keyset may say. */
static void
keyset_with_root(struct world *world, struct buf *out)
{
	struct carried from = {
		.type = CARRIED_KEYSET, .channel = community, .seq = 3, .expires = NOW + DAY
	};
	struct buf body = { 0 };

	(void)world;
	buf_printf(&body, "%s ", other_root.public.id);
	feed_public_write(&other_root.public, &body);
	buf_add(&body, SLICE(" root -\n"));
	carried_sign(&from, buf_slice(&body), &root, out);
	buf_clear(&body);
}

/* A snapshot of `text` at seq 8, with any size and hash. */
static void
snapshot_of(struct slice text, size_t raw_size, uint64_t seq, const struct feed_secret *secret,
    struct buf *out)
{
	struct carried from = { .type = CARRIED_SNAPSHOT,
		.channel = community,
		.seq = seq,
		.hash = { 9 },
		.raw_size = raw_size };
	struct buf packed = { 0 };

	deflate_whole(text, &packed);
	carried_sign(&from, buf_slice(&packed), secret, out);
	buf_clear(&packed);
}

#define LINE "R\t8\t8\t0123456789abcdef\t-\t\t{}\n"

static void
good_snapshot(struct world *world, struct buf *out)
{
	(void)world;
	snapshot_of(SLICE(LINE), sizeof(LINE) - 1, 8, &entry, out);
}

static void
empty_snapshot(struct world *world, struct buf *out)
{
	(void)world;
	snapshot_of(SLICE(""), 0, 8, &entry, out);
}

/* 20 MB of nothing in 20 KB, said to be a line. */
static void
bomb(struct world *world, struct buf *out)
{
	size_t n = (size_t)20 * 1024 * 1024;
	char *zeros = calloc(1, n);

	(void)world;
	snapshot_of((struct slice){ zeros, n }, sizeof(LINE) - 1, 8, &entry, out);
	free(zeros);
}

static void
short_bomb(struct world *world, struct buf *out)
{
	(void)world;
	snapshot_of(SLICE(LINE), sizeof(LINE), 8, &entry, out);
}

static void
not_deflated(struct world *world, struct buf *out)
{
	struct carried from = {
		.type = CARRIED_SNAPSHOT, .channel = community, .seq = 8, .raw_size = 10
	};

	(void)world;
	carried_sign(&from, SLICE("no zlib at all"), &entry, out);
}

static void
snapshot_no_fold(struct world *world, struct buf *out)
{
	(void)world;
	snapshot_of(SLICE("rules: {}\n"), 10, 8, &entry, out);
}

static void
snapshot_from_future(struct world *world, struct buf *out)
{
	(void)world;
	snapshot_of(SLICE(LINE), sizeof(LINE) - 1, 7, &entry, out);
}

static void
snapshot_old(struct world *world, struct buf *out)
{
	struct channel *young = channel_new(community, roots, 1);
	struct err err = { 0 };

	assert_int_equal(
	    channel_take_keyset(young, buf_slice(&world->keyset), NOW, &err), FAULT_NONE);
	for (size_t seq = 1; seq <= 4; seq++)
		assert_int_equal(channel_take_entry(
				     young, buf_slice(&world->entries[seq]), NOW, NULL, NULL, &err),
		    FAULT_NONE);
	assert_true(snapshot_sign(young, NOW, &entry, out, &err));
	channel_free(&young);
}

static void
snapshot_forked(struct world *world, struct buf *out)
{
	(void)world;
	snapshot_of(SLICE(""), 0, 4, &entry, out);
}

/* A retired key could otherwise tell newcomers any fold. */
static void
snapshot_by_retired(struct world *world, struct buf *out)
{
	(void)world;
	snapshot_of(SLICE(""), 0, 2, &retired, out);
}

static void
snapshot_by_head_key(struct world *world, struct buf *out)
{
	(void)world;
	snapshot_of(SLICE(""), 0, 8, &head, out);
}

static void
new_head(struct world *world, struct buf *out)
{
	signer_head(community, ENTRIES, world->hashes[ENTRIES], NOW + 60, NOW + DAY, &head, out);
}

static void
forged_head(struct world *world, struct buf *out)
{
	signer_head(community, 9, world->hashes[1], NOW, NOW + DAY, &head, out);
	out->p[out->n - 2] ^= 64;
}

static void
head_by_entry_key(struct world *world, struct buf *out)
{
	signer_head(community, 9, world->hashes[1], NOW, NOW + DAY, &entry, out);
}

static void
head_by_stranger(struct world *world, struct buf *out)
{
	signer_head(community, 9, world->hashes[1], NOW, NOW + DAY, &stranger, out);
}

static void
head_of_fork(struct world *world, struct buf *out)
{
	signer_head(community, ENTRIES, world->hashes[1], NOW + 60, NOW + DAY, &head, out);
}

static void
head_of_early_fork(struct world *world, struct buf *out)
{
	signer_head(community, 3, world->hashes[1], NOW + 60, NOW + DAY, &head, out);
}

/* The Redis of yesterday: rolled back by number, and by time. */
static void
head_rolled_back(struct world *world, struct buf *out)
{
	signer_head(community, 4, world->hashes[4], NOW + 60, NOW + DAY, &head, out);
}

static void
head_of_before(struct world *world, struct buf *out)
{
	signer_head(community, ENTRIES, world->hashes[ENTRIES], NOW - 60, NOW + DAY, &head, out);
}

static void
foreign_head(struct world *world, struct buf *out)
{
	signer_head(SLICE("other"), 9, world->hashes[1], NOW, NOW + DAY, &head, out);
}

/* These two hold, are kept, and told of: the frozen Redis, and a wrong clock. */
static void
stale_head(struct world *world, struct buf *out)
{
	signer_head(community, ENTRIES, world->hashes[ENTRIES], NOW + 1, NOW, &head, out);
}

static void
head_of_tomorrow(struct world *world, struct buf *out)
{
	signer_head(
	    community, ENTRIES, world->hashes[ENTRIES], NOW + DAY, NOW + 2 * DAY, &head, out);
}

#define TAKEN true

static const struct row {
	const char *name;
	enum carried_type as;
	void (*make)(struct world *world, struct buf *out);
	enum fault want;
	bool changes; /* it is taken, or a head that is kept */
} rows[] = {
	{ "the next entry", CARRIED_ENTRY, good_entry, FAULT_NONE, TAKEN },
	{ "altered header", CARRIED_ENTRY, altered_header, FAULT_SIGNATURE, false },
	{ "altered body", CARRIED_ENTRY, altered_body, FAULT_BODY_HASH, false },
	{ "another's signature", CARRIED_ENTRY, altered_wisely, FAULT_SIGNATURE, false },
	{ "truncated", CARRIED_ENTRY, truncated, FAULT_TRUNCATED, false },
	{ "truncated in its header", CARRIED_ENTRY, truncated_header, FAULT_TRUNCATED, false },
	{ "bytes appended", CARRIED_ENTRY, appended, FAULT_MALFORMED, false },
	{ "a header without end", CARRIED_ENTRY, oversized_entry, FAULT_OVERSIZED, false },
	{ "replayed", CARRIED_ENTRY, replayed, FAULT_REPLAYED, false },
	{ "the last replayed", CARRIED_ENTRY, replayed_last, FAULT_REPLAYED, false },
	{ "one dropped, or reordered", CARRIED_ENTRY, dropped, FAULT_ORDER, false },
	{ "of another chain", CARRIED_ENTRY, wrong_chain, FAULT_CHAIN, false },
	{ "two of one number", CARRIED_ENTRY, forked, FAULT_FORK, false },
	{ "two of an early number", CARRIED_ENTRY, forked_early, FAULT_FORK, false },
	{ "of another channel", CARRIED_ENTRY, foreign, FAULT_CHANNEL, false },
	{ "by a stranger", CARRIED_ENTRY, by_stranger, FAULT_UNKNOWN_KEY, false },
	{ "by a retired key", CARRIED_ENTRY, by_retired, FAULT_RETIRED, false },
	{ "by a head key", CARRIED_ENTRY, by_head_key, FAULT_ROLE, false },
	{ "by the root key", CARRIED_ENTRY, by_root, FAULT_UNKNOWN_KEY, false },
	{ "no YAML", CARRIED_ENTRY, not_yaml, FAULT_MALFORMED, false },
	{ "a head in an entry's place", CARRIED_ENTRY, head_as_entry, FAULT_MALFORMED, false },

	{ "a new keyset", CARRIED_KEYSET, new_keyset, FAULT_NONE, TAKEN },
	{ "the keyset in force", CARRIED_KEYSET, same_keyset, FAULT_NONE, false },
	{ "an older keyset", CARRIED_KEYSET, older_keyset, FAULT_VERSION, false },
	{ "another of that version", CARRIED_KEYSET, other_keyset_of_version, FAULT_VERSION,
	    false },
	{ "an expired keyset", CARRIED_KEYSET, expired_keyset, FAULT_KEYSET_EXPIRED, false },
	{ "an entry key signs a keyset", CARRIED_KEYSET, keyset_by_entry_key, FAULT_ROLE, false },
	{ "a keyset by another root", CARRIED_KEYSET, keyset_by_other_root, FAULT_UNKNOWN_KEY,
	    false },
	{ "a forged keyset", CARRIED_KEYSET, keyset_forged, FAULT_SIGNATURE, false },
	{ "another channel's keyset", CARRIED_KEYSET, keyset_of_other_channel, FAULT_CHANNEL,
	    false },
	{ "a keyset with a root", CARRIED_KEYSET, keyset_with_root, FAULT_MALFORMED, false },

	{ "a snapshot ahead", CARRIED_SNAPSHOT, good_snapshot, FAULT_NONE, TAKEN },
	{ "an empty snapshot ahead", CARRIED_SNAPSHOT, empty_snapshot, FAULT_NONE, TAKEN },
	{ "an oversized snapshot", CARRIED_SNAPSHOT, oversized_body, FAULT_OVERSIZED, false },
	{ "a bomb", CARRIED_SNAPSHOT, bomb, FAULT_BOMB, false },
	{ "inflates to less", CARRIED_SNAPSHOT, short_bomb, FAULT_BOMB, false },
	{ "does not inflate", CARRIED_SNAPSHOT, not_deflated, FAULT_BOMB, false },
	{ "no fold", CARRIED_SNAPSHOT, snapshot_no_fold, FAULT_MALFORMED, false },
	{ "a rule after its end", CARRIED_SNAPSHOT, snapshot_from_future, FAULT_MALFORMED, false },
	{ "a snapshot behind us", CARRIED_SNAPSHOT, snapshot_old, FAULT_REPLAYED, false },
	{ "a snapshot of a fork", CARRIED_SNAPSHOT, snapshot_forked, FAULT_FORK, false },
	{ "a retired key's snapshot", CARRIED_SNAPSHOT, snapshot_by_retired, FAULT_RETIRED, false },
	{ "a head key's snapshot", CARRIED_SNAPSHOT, snapshot_by_head_key, FAULT_ROLE, false },

	{ "a newer head", CARRIED_HEAD, new_head, FAULT_NONE, TAKEN },
	{ "a forged head", CARRIED_HEAD, forged_head, FAULT_SIGNATURE, false },
	{ "an entry key's head", CARRIED_HEAD, head_by_entry_key, FAULT_ROLE, false },
	{ "a stranger's head", CARRIED_HEAD, head_by_stranger, FAULT_UNKNOWN_KEY, false },
	{ "a head of a fork", CARRIED_HEAD, head_of_fork, FAULT_FORK, false },
	{ "a head of an early fork", CARRIED_HEAD, head_of_early_fork, FAULT_FORK, false },
	{ "rolled back by number", CARRIED_HEAD, head_rolled_back, FAULT_ROLLED_BACK, false },
	{ "rolled back by time", CARRIED_HEAD, head_of_before, FAULT_ROLLED_BACK, false },
	{ "another channel's head", CARRIED_HEAD, foreign_head, FAULT_CHANNEL, false },
	{ "a stale head: frozen", CARRIED_HEAD, stale_head, FAULT_STALE, TAKEN },
	{ "a head of tomorrow", CARRIED_HEAD, head_of_tomorrow, FAULT_CLOCK, TAKEN },
};

static enum fault
take(
    struct channel *channel, enum carried_type as, struct slice bytes, int64_t now, struct err *err)
{
	switch (as) {
	case CARRIED_ENTRY:
		return channel_take_entry(channel, bytes, now, NULL, NULL, err);
	case CARRIED_SNAPSHOT:
		return channel_take_snapshot(channel, bytes, now, err);
	case CARRIED_HEAD:
		return channel_take_head(channel, bytes, now, err);
	case CARRIED_KEYSET:
		return channel_take_keyset(channel, bytes, now, err);
	}
	return FAULT_NONE;
}

static void
test_attacks(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct world world = make_world();
		struct buf bytes = { 0 }, before = { 0 }, after = { 0 };
		struct err err = { 0 };
		enum fault got;

		rows[i].make(&world, &bytes);
		channel_write(world.channel, &before);
		got = take(world.channel, rows[i].as, buf_slice(&bytes), NOW, &err);
		channel_write(world.channel, &after);
		if (got != rows[i].want)
			fail_msg("%s: got %s (%s), want %s", rows[i].name, fault_word(got),
			    err.text, fault_word(rows[i].want));
		if (got != FAULT_NONE && err.text[0] == '\0')
			fail_msg("%s: nothing is said", rows[i].name);
		if (slice_eq(buf_slice(&before), buf_slice(&after)) == rows[i].changes)
			fail_msg("%s: the state %s", rows[i].name,
			    rows[i].changes ? "stayed" : "changed");
		got = channel_state(world.channel, NOW, 0);
		if (rows[i].want == FAULT_FORK || rows[i].want == FAULT_ROLLED_BACK ||
		    rows[i].want == FAULT_STALE || rows[i].want == FAULT_CLOCK)
			assert_int_equal(got, rows[i].want);
		else
			assert_int_equal(got, FAULT_NONE);
		if (!rows[i].changes) {
			/* the daemon goes on */
			buf_clear(&bytes);
			good_entry(&world, &bytes);
			assert_int_equal(
			    take(world.channel, CARRIED_ENTRY, buf_slice(&bytes), NOW, &err),
			    FAULT_NONE);
		}
		buf_clear(&bytes);
		buf_clear(&before);
		buf_clear(&after);
		free_world(&world);
	}
	print_message("# %zu rows\n", sizeof(rows) / sizeof(rows[0]));
}

/* Before there is a keyset nothing is taken; after it has expired nothing new. */
static void
test_keyset_first_and_last(void **state)
{
	struct world world = make_world();
	struct channel *bare = channel_new(community, roots, 1);
	struct buf bytes = { 0 }, snapshot = { 0 };
	struct err err = { 0 };

	(void)state;
	good_entry(&world, &bytes);
	good_snapshot(&world, &snapshot);
	assert_int_equal(
	    take(bare, CARRIED_ENTRY, buf_slice(&world.entries[1]), NOW, &err), FAULT_NO_KEYSET);
	assert_int_equal(
	    take(bare, CARRIED_SNAPSHOT, buf_slice(&snapshot), NOW, &err), FAULT_NO_KEYSET);
	assert_int_equal(
	    take(bare, CARRIED_HEAD, buf_slice(&world.head), NOW, &err), FAULT_NO_KEYSET);
	assert_int_equal(channel_state(bare, NOW, 0), FAULT_NO_KEYSET);

	assert_int_equal(
	    take(world.channel, CARRIED_ENTRY, buf_slice(&bytes), NOW + 365 * DAY, &err),
	    FAULT_KEYSET_EXPIRED);
	assert_int_equal(
	    take(world.channel, CARRIED_SNAPSHOT, buf_slice(&snapshot), NOW + 365 * DAY, &err),
	    FAULT_KEYSET_EXPIRED);
	assert_int_equal(channel_state(world.channel, NOW + 365 * DAY, 0), FAULT_KEYSET_EXPIRED);
	assert_int_equal(channel_seq(world.channel), ENTRIES);
	assert_int_equal(fold_count(channel_fold(world.channel)), 3);
	buf_clear(&bytes);
	buf_clear(&snapshot);
	channel_free(&bare);
	free_world(&world);
}

/* The head is ahead: withheld after a minute; the entry of its number must be the one it names. */
static void
test_head_ahead(void **state)
{
	struct world world = make_world();
	struct channel *copy;
	struct buf good = { 0 }, other = { 0 }, ahead = { 0 };
	unsigned char hash[CARRIED_HASH];
	struct err err = { 0 };

	(void)state;
	good_entry(&world, &good);
	hash_of(&good, hash);
	signer_head(community, ENTRIES + 1, hash, NOW + 60, NOW + DAY, &head, &ahead);
	signer_entry(
	    community, ENTRIES + 1, world.hashes[ENTRIES], NOW, SLICE("rules: {}"), &entry, &other);
	channel_note_time(world.channel, 1000);
	assert_int_equal(
	    take(world.channel, CARRIED_HEAD, buf_slice(&ahead), NOW + 60, &err), FAULT_NONE);
	channel_note_time(world.channel, 1010);
	channel_note_time(world.channel, 1060);
	assert_int_equal(channel_state(world.channel, NOW + 60, 1069), FAULT_NONE);
	assert_int_equal(channel_state(world.channel, NOW + 60, 1070), FAULT_WITHHELD);
	copy = channel_copy(world.channel);
	assert_int_equal(take(copy, CARRIED_ENTRY, buf_slice(&other), NOW + 60, &err), FAULT_FORK);
	assert_int_equal(channel_state(copy, NOW + 60, 1070), FAULT_FORK);
	assert_int_equal(take(copy, CARRIED_ENTRY, buf_slice(&good), NOW + 60, &err), FAULT_NONE);
	assert_int_equal(channel_state(copy, NOW + 60, 1070), FAULT_NONE);
	assert_int_equal(channel_seq(world.channel), ENTRIES);
	channel_free(&copy);
	buf_clear(&good);
	buf_clear(&other);
	buf_clear(&ahead);
	free_world(&world);
}

/* A stolen head key names a number that never comes; the keyset that drops the key drops it too. */
static void
test_head_key_retired(void **state)
{
	struct feed_secret new_key = signer_key(7, FEED_ROLE_HEAD);
	struct keyset_key new_lines[] = { lines[0], signer_line(&new_key, false, 0) };
	struct world world = make_world();
	struct buf evil = { 0 }, keyset = { 0 }, good = { 0 };
	struct err err = { 0 };

	(void)state;
	signer_head(community, CARRIED_SEQ_MAX, world.hashes[1], NOW + 1, NOW + DAY, &head, &evil);
	signer_head(community, ENTRIES, world.hashes[ENTRIES], NOW + 2, NOW + DAY, &new_key, &good);
	signer_keyset(community, 3, NOW, NOW + DAY, new_lines, 2, &root, &keyset);
	assert_int_equal(
	    take(world.channel, CARRIED_HEAD, buf_slice(&evil), NOW, &err), FAULT_NONE);
	assert_int_equal(
	    take(world.channel, CARRIED_KEYSET, buf_slice(&keyset), NOW, &err), FAULT_NONE);
	assert_int_equal(channel_head(world.channel)->seq, 0);
	assert_int_equal(
	    take(world.channel, CARRIED_HEAD, buf_slice(&evil), NOW, &err), FAULT_UNKNOWN_KEY);
	assert_int_equal(
	    take(world.channel, CARRIED_HEAD, buf_slice(&good), NOW + 2, &err), FAULT_NONE);
	assert_int_equal(channel_state(world.channel, NOW + 2, 0), FAULT_NONE);
	buf_clear(&evil);
	buf_clear(&keyset);
	buf_clear(&good);
	free_world(&world);
}

/* A head that a wrong clock dated ahead does not bar those of the mended clock. */
static void
test_clock_mended(void **state)
{
	struct world world = make_world();
	struct buf tomorrow = { 0 }, today = { 0 };
	struct err err = { 0 };

	(void)state;
	head_of_tomorrow(&world, &tomorrow);
	new_head(&world, &today);
	assert_int_equal(
	    take(world.channel, CARRIED_HEAD, buf_slice(&tomorrow), NOW, &err), FAULT_CLOCK);
	assert_int_equal(
	    take(world.channel, CARRIED_HEAD, buf_slice(&today), NOW + 60, &err), FAULT_NONE);
	assert_int_equal(channel_state(world.channel, NOW + 60, 0), FAULT_NONE);
	buf_clear(&tomorrow);
	buf_clear(&today);
	free_world(&world);
}

static void
assert_same_state(const struct channel *a, const struct channel *b)
{
	struct buf one = { 0 }, two = { 0 };

	channel_write(a, &one);
	channel_write(b, &two);
	if (!slice_eq(buf_slice(&one), buf_slice(&two)))
		fail_msg("states differ:\n%s\n%s", buf_text(&one), buf_text(&two));
	buf_clear(&one);
	buf_clear(&two);
}

/* A newcomer by snapshot and log, at any point, comes to what the log alone comes to. */
static void
test_snapshot_is_log(void **state)
{
	struct random random = { 11 };

	(void)state;
	for (size_t walk = 0; walk < 30; walk++) {
		struct channel *log = channel_new(community, roots, 1), *young = NULL;
		struct buf keyset = { 0 }, bytes = { 0 }, body = { 0 };
		uint64_t from = 1 + random_below(&random, 15);
		struct err err = { 0 };

		signer_keyset(community, 1, NOW, NOW + DAY, lines, 3, &root, &keyset);
		assert_int_equal(
		    take(log, CARRIED_KEYSET, buf_slice(&keyset), NOW, &err), FAULT_NONE);
		for (uint64_t seq = 1; seq <= 20; seq++) {
			buf_clear(&body);
			buf_clear(&bytes);
			random_entry(&random, &body);
			signer_entry(community, seq, channel_hash(log), NOW, buf_slice(&body),
			    &entry, &bytes);
			assert_int_equal(
			    take(log, CARRIED_ENTRY, buf_slice(&bytes), NOW, &err), FAULT_NONE);
			if (young != NULL)
				assert_int_equal(
				    take(young, CARRIED_ENTRY, buf_slice(&bytes), NOW, &err),
				    FAULT_NONE);
			if (seq == from) {
				young = channel_new(community, roots, 1);
				buf_clear(&bytes);
				assert_true(snapshot_sign(log, NOW, &entry, &bytes, &err));
				assert_int_equal(
				    take(young, CARRIED_KEYSET, buf_slice(&keyset), NOW, &err),
				    FAULT_NONE);
				assert_int_equal(
				    take(young, CARRIED_SNAPSHOT, buf_slice(&bytes), NOW, &err),
				    FAULT_NONE);
			}
		}
		assert_same_state(log, young);
		buf_clear(&keyset);
		buf_clear(&bytes);
		buf_clear(&body);
		channel_free(&log);
		channel_free(&young);
	}
}

static void
test_restore(void **state)
{
	struct world world = make_world();
	struct channel *again = channel_new(community, roots, 1);
	struct channel *foreign_channel = channel_new(SLICE("other"), roots, 1);
	struct channel *distrusting = channel_new(community, &other_root.public, 1);
	struct buf text = { 0 }, bytes = { 0 };
	struct err err = { 0 };

	(void)state;
	channel_write(world.channel, &text);
	assert_true(channel_restore(again, buf_slice(&text), &err));
	assert_same_state(world.channel, again);
	assert_false(channel_restore(foreign_channel, buf_slice(&text), &err));
	assert_false(channel_restore(distrusting, buf_slice(&text), &err));
	for (size_t n = 0; n < text.n; n++)
		if (channel_restore(again, slice_cut(buf_slice(&text), 0, n), &err))
			fail_msg("restored from %zu bytes of %zu", n, text.n);
	assert_same_state(world.channel, again);
	good_entry(&world, &bytes);
	assert_int_equal(take(again, CARRIED_ENTRY, buf_slice(&bytes), NOW, &err), FAULT_NONE);
	buf_clear(&bytes);
	head_rolled_back(&world, &bytes);
	assert_int_equal(
	    take(again, CARRIED_HEAD, buf_slice(&bytes), NOW, &err), FAULT_ROLLED_BACK);
	buf_clear(&text);
	channel_free(&world.channel);
	world.channel = channel_new(community, roots, 1);
	channel_write(world.channel, &text);
	assert_true(channel_restore(again, buf_slice(&text), &err));
	assert_same_state(world.channel, again);
	buf_clear(&text);
	buf_clear(&bytes);
	channel_free(&again);
	channel_free(&foreign_channel);
	channel_free(&distrusting);
	free_world(&world);
}

/* More entries than hashes are kept: old ones are replays, the kept ones still tell forks. */
static void
test_many_entries(void **state)
{
	struct world world = make_world();
	struct buf bytes = { 0 };
	struct err err = { 0 };

	(void)state;
	for (uint64_t seq = ENTRIES + 1; seq <= CHANNEL_HASHES + 10; seq++) {
		buf_clear(&bytes);
		signer_entry(community, seq, channel_hash(world.channel), NOW, SLICE("note: n"),
		    &entry, &bytes);
		assert_int_equal(
		    take(world.channel, CARRIED_ENTRY, buf_slice(&bytes), NOW, &err), FAULT_NONE);
	}
	buf_clear(&bytes);
	signer_entry(community, 11, world.hashes[1], NOW, SLICE("note: x"), &entry, &bytes);
	assert_int_equal(
	    take(world.channel, CARRIED_ENTRY, buf_slice(&bytes), NOW, &err), FAULT_FORK);
	buf_clear(&bytes);
	signer_entry(community, 10, world.hashes[1], NOW, SLICE("note: x"), &entry, &bytes);
	assert_int_equal(
	    take(world.channel, CARRIED_ENTRY, buf_slice(&bytes), NOW, &err), FAULT_REPLAYED);
	buf_clear(&bytes);
	free_world(&world);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_attacks),
		cmocka_unit_test(test_keyset_first_and_last),
		cmocka_unit_test(test_head_ahead),
		cmocka_unit_test(test_head_key_retired),
		cmocka_unit_test(test_clock_mended),
		cmocka_unit_test(test_snapshot_is_log),
		cmocka_unit_test(test_restore),
		cmocka_unit_test(test_many_entries),
	};

	return cmocka_run_group_tests_name("channel", tests, make_keys, NULL);
}
