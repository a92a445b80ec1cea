/*
 * test_subscribe.c - a subscriber before a carrier that does what a row says
 *
 * The carrier is made up: a keyset, a head, a snapshot and a log that tests change between
 * steps, and faults that it answers with. Time stands still but for what tests add.
 */
#include "shared-sync/subscribe.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/shared-sync/signer.h"

#define NOW INT64_C(1700000000)
#define DAY INT64_C(86400)
#define LOG_MAX 400

static const struct slice community = { "community", 9 };

struct world {
	struct feed_secret root, entry, head;
	struct buf keys, head_bytes, snapshot;
	struct buf log[LOG_MAX + 1]; /* entry n at n; empty: not there */
	unsigned char hashes[LOG_MAX + 1][CARRIED_HASH];
	enum fault fault; /* of every question */
	unsigned questions, waits;
	uint64_t last; /* the newest entry that was made */
	struct channel *channel;
	struct subscriber *subscriber;
	struct subscriber_now now;
};

static enum fault
fake_get(void *p, enum carrier_thing thing, struct buf *out, struct err *err)
{
	struct world *world = p;
	const struct buf *bytes = thing == CARRIER_KEYS   ? &world->keys
				  : thing == CARRIER_HEAD ? &world->head_bytes
							  : &world->snapshot;

	world->questions++;
	if (world->fault != FAULT_NONE) {
		err_set(err, "no carrier");
		return world->fault;
	}
	buf_add(out, buf_slice(bytes));
	return bytes->n == 0 ? FAULT_EMPTY : FAULT_NONE;
}

static enum fault
fake_entries(void *p, uint64_t from, unsigned wait_ms, carrier_entry *each, void *each_p,
    size_t *count_r, struct err *err)
{
	struct world *world = p;

	world->questions++;
	world->waits += wait_ms > 0;
	*count_r = 0;
	if (world->fault != FAULT_NONE) {
		err_set(err, "no carrier");
		return world->fault;
	}
	for (uint64_t seq = from; seq <= LOG_MAX && *count_r < CARRIER_BATCH; seq++) {
		if (world->log[seq].n == 0)
			continue;
		++*count_r;
		if (!each(each_p, seq, buf_slice(&world->log[seq])))
			break;
	}
	return FAULT_NONE;
}

static void
sign_keys(struct world *world, uint64_t version)
{
	struct keyset_key lines[2] = { signer_line(&world->entry, false, 0),
		signer_line(&world->head, false, 0) };

	buf_clear(&world->keys);
	signer_keyset(
	    community, version, NOW, NOW + 365 * DAY, lines, 2, &world->root, &world->keys);
}

static void
add_entry(struct world *world)
{
	uint64_t seq = ++world->last;
	struct buf body = { 0 };
	struct carried carried;
	struct err err;

	buf_printf(&body, "rules: {R%d: {body: /%d/}}\n", (int)seq % 7, (int)seq);
	signer_entry(community, seq, world->hashes[seq - 1], NOW, buf_slice(&body), &world->entry,
	    &world->log[seq]);
	assert_int_equal(
	    carried_read(CARRIED_ENTRY, buf_slice(&world->log[seq]), &carried, &err), FAULT_NONE);
	carried_hash(&carried, world->hashes[seq]);
	buf_clear(&body);
}

static void
sign_head(struct world *world, uint64_t seq)
{
	buf_clear(&world->head_bytes);
	signer_head(
	    community, seq, world->hashes[seq], NOW, NOW + DAY, &world->head, &world->head_bytes);
}

static struct world *
world_new(unsigned entries)
{
	struct world *world = calloc(1, sizeof(*world));
	const struct subscriber_ops ops = { fake_get, fake_entries, NULL, world };

	assert_non_null(world);
	world->root = signer_key(1, FEED_ROLE_ROOT);
	world->entry = signer_key(2, FEED_ROLE_ENTRY);
	world->head = signer_key(3, FEED_ROLE_HEAD);
	world->now = (struct subscriber_now){ NOW, 1000000, 1 };
	sign_keys(world, 1);
	for (unsigned i = 0; i < entries; i++)
		add_entry(world);
	world->channel = channel_new(community, &world->root.public, 1);
	world->subscriber = subscriber_new(world->channel, &ops);
	return world;
}

static void
world_free(struct world **world_p)
{
	struct world *world = *world_p;

	subscriber_free(&world->subscriber);
	channel_free(&world->channel);
	buf_clear(&world->keys);
	buf_clear(&world->head_bytes);
	buf_clear(&world->snapshot);
	for (size_t i = 0; i <= LOG_MAX; i++)
		buf_clear(&world->log[i]);
	free(world);
	*world_p = NULL;
}

/* So many steps; the entries that came, and the last wait. */
static size_t
steps(struct world *world, unsigned count, unsigned *wait_r)
{
	struct subscriber_news news = SUBSCRIBER_NEWS_INIT;
	size_t entries = 0;
	unsigned wait_ms = 0;

	while (count-- > 0) {
		wait_ms = subscriber_step(world->subscriber, &world->now, &news);
		entries += news.entries.n;
		subscriber_news_clear(&news);
		world->now.monotonic_ms += wait_ms + 10;
		world->now.random = world->now.random * 6364136223846793005U + 1;
	}
	if (wait_r != NULL)
		*wait_r = wait_ms;
	return entries;
}

static enum fault
fault_now(struct world *world)
{
	struct subscriber_status status;

	subscriber_status(world->subscriber, &world->now, &status);
	return status.fault;
}

static void
test_from_nothing(void **state)
{
	struct world *world = world_new(300);
	struct subscriber_status status;

	(void)state;
	sign_head(world, 300);
	/* Batches: keys, head, snapshot, 128, 128, 44, nothing. */
	assert_int_equal(steps(world, 7, NULL), 300);
	assert_int_equal(channel_seq(world->channel), 300);
	subscriber_status(world->subscriber, &world->now, &status);
	assert_true(status.following && status.connected);
	assert_int_equal(status.fault, FAULT_NONE);
	assert_int_equal(status.refused, 0);
	add_entry(world);
	assert_int_equal(steps(world, 3, NULL), 1);
	assert_true(world->waits > 0);
	world_free(&world);
}

static void
test_unreachable(void **state)
{
	struct world *world = world_new(3);
	unsigned wait_ms, last = 0;

	(void)state;
	steps(world, 6, NULL);
	assert_int_equal(channel_seq(world->channel), 3);
	world->fault = FAULT_UNREACHABLE;
	for (int i = 0; i < 12; i++) {
		steps(world, 1, &wait_ms);
		assert_true(wait_ms > 0);
		last = wait_ms;
	}
	assert_true(last > 1000);
	assert_int_equal(fault_now(world), FAULT_UNREACHABLE);
	assert_int_equal(channel_seq(world->channel), 3);
	world->fault = FAULT_NONE;
	add_entry(world);
	assert_int_equal(steps(world, 4, NULL), 1);
	assert_int_equal(fault_now(world), FAULT_NONE);
	world_free(&world);
}

static void
test_no_keyset(void **state)
{
	struct world *world = world_new(2);
	struct feed_secret other = signer_key(9, FEED_ROLE_ROOT);
	struct keyset_key line = signer_line(&world->entry, false, 0);
	struct buf keys = world->keys;
	unsigned wait_ms;

	(void)state;
	world->keys = (struct buf){ 0 };
	assert_int_equal(steps(world, 3, &wait_ms), 0);
	assert_true(wait_ms > 0);
	assert_int_equal(fault_now(world), FAULT_EMPTY);
	/* One of a stranger's is no better. */
	signer_keyset(community, 5, NOW, NOW + DAY, &line, 1, &other, &world->keys);
	assert_int_equal(steps(world, 3, NULL), 0);
	assert_true(fault_now(world) != FAULT_NONE);
	buf_clear(&world->keys);
	world->keys = keys;
	assert_int_equal(steps(world, 6, NULL), 2);
	world_free(&world);
}

/* An entry that was altered stops the channel there until it is right again. */
static void
test_altered(void **state)
{
	struct world *world = world_new(5);
	char *byte = world->log[4].p + world->log[4].n - CRYPTO_ED25519_SIGNATURE - 2;

	(void)state;
	*byte ^= 1;
	assert_int_equal(steps(world, 30, NULL), 3);
	assert_int_equal(fault_now(world), FAULT_BODY_HASH);
	assert_int_equal(channel_seq(world->channel), 3);
	*byte ^= 1;
	assert_int_equal(steps(world, 30, NULL), 2);
	assert_int_equal(fault_now(world), FAULT_NONE);
	world_free(&world);
}

/* Entries are missing, and no snapshot helps: a gap. */
static void
test_gap(void **state)
{
	struct world *world = world_new(6);
	struct buf kept = world->log[3];

	(void)state;
	world->log[3] = (struct buf){ 0 };
	assert_int_equal(steps(world, 40, NULL), 2);
	assert_int_equal(fault_now(world), FAULT_GAP);
	world->log[3] = kept;
	assert_int_equal(steps(world, 40, NULL), 4);
	assert_int_equal(fault_now(world), FAULT_NONE);
	world_free(&world);
}

static void
test_head(void **state)
{
	struct world *world = world_new(5);

	(void)state;
	sign_head(world, 5);
	steps(world, 8, NULL);
	assert_int_equal(fault_now(world), FAULT_NONE);
	/* Entries that the head tells of do not come. */
	add_entry(world);
	sign_head(world, 6);
	buf_clear(&world->log[6]);
	world->now.monotonic_ms += SUBSCRIBER_LOOK_MS;
	steps(world, 8, NULL);
	assert_int_equal(fault_now(world), FAULT_NONE);
	world->now.monotonic_ms += (CHANNEL_WITHHELD_S + 1) * 1000;
	steps(world, 8, NULL);
	assert_int_equal(fault_now(world), FAULT_WITHHELD);
	/* An older one than was seen. */
	sign_head(world, 4);
	world->now.monotonic_ms += SUBSCRIBER_LOOK_MS;
	steps(world, 8, NULL);
	assert_int_equal(fault_now(world), FAULT_ROLLED_BACK);
	assert_int_equal(channel_seq(world->channel), 5);
	world_free(&world);
}

/* A Redis that has lost all takes nothing away. */
static void
test_wiped(void **state)
{
	struct world *world = world_new(5);

	(void)state;
	steps(world, 8, NULL);
	for (size_t i = 0; i <= LOG_MAX; i++)
		buf_clear(&world->log[i]);
	buf_clear(&world->keys);
	world->now.monotonic_ms += SUBSCRIBER_LOOK_MS;
	assert_int_equal(steps(world, 20, NULL), 0);
	assert_int_equal(channel_seq(world->channel), 5);
	assert_int_equal(fold_count(channel_fold(world->channel)), 5);
	assert_int_equal(fault_now(world), FAULT_EMPTY);
	world_free(&world);
}

/* A carrier that answers at once with nothing, though it should wait, is not asked without end. */
static void
test_hasty(void **state)
{
	struct world *world = world_new(5);
	struct subscriber_news news = SUBSCRIBER_NEWS_INIT;
	unsigned asked = 0;

	(void)state;
	steps(world, 8, NULL);
	for (int64_t end = world->now.monotonic_ms + 10000; world->now.monotonic_ms < end; asked++)
		world->now.monotonic_ms += 1 +
					   subscriber_step(world->subscriber, &world->now, &news);
	assert_in_range(asked, 100, 2 * (SUBSCRIBER_STEPS + 10000 / SUBSCRIBER_STEP_MS));
	/* What comes then is taken in none the less, and the pace is forgotten. */
	add_entry(world);
	assert_int_equal(steps(world, 3, NULL), 1);
	subscriber_news_clear(&news);
	world_free(&world);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_from_nothing),
		cmocka_unit_test(test_unreachable),
		cmocka_unit_test(test_no_keyset),
		cmocka_unit_test(test_altered),
		cmocka_unit_test(test_gap),
		cmocka_unit_test(test_head),
		cmocka_unit_test(test_wiped),
		cmocka_unit_test(test_hasty),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
