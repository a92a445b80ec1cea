/*
 * feed_channel.h - one channel as the daemon follows it: journal, thread, guard, rules
 *
 * Its thread takes what the carrier brings, puts it in force, and then writes the journal. What
 * it shares with others (the fold, the guard, the ruleset in force) is changed under the host's
 * `building` lock; messages hand their hits over by a queue and wait for nobody.
 */
#ifndef STEELYARD_MILTER_FEED_CHANNEL_H
#define STEELYARD_MILTER_FEED_CHANNEL_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "conf/settings.h"
#include "engine/slot.h"
#include "engine/util/arena.h"
#include "engine/util/err.h"
#include "milter/live.h"
#include "milter/metrics.h"
#include "shared-sync/feed_rules.h"
#include "shared-sync/guard.h"
#include "shared-sync/subscribe.h"

/* What all channels share. */
struct feed_host {
	struct live *live;
	struct metrics *metrics;
	struct slot *slot; /* for examples; under `building` */
	int64_t fixed_now; /* seconds since 1970; 0: the real time */
	pthread_mutex_t building; /* one at a time changes what is in force */
};

/* The time that channels see, in seconds since 1970. */
int64_t feed_host_now(const struct feed_host *host);

struct feed_channel;

/*
 * The channel with what its journal holds; what cannot be used is logged, and done without. It
 * keeps a reference on the generation, which owns the setting. Never NULL.
 */
struct feed_channel *feed_channel_open(struct feed_host *host, const struct generation *generation,
    const struct feed_setting *setting);

/*
 * Under `building`: `on`, another base than before, with the channel's rules. Takes over the
 * reference and returns one.
 */
struct ruleset *feed_channel_lay(struct feed_channel *channel, struct ruleset *on);

/* It is followed from now on, under these settings, which are equal to those it was opened with. */
void feed_channel_start(struct feed_channel *channel);

/* Another generation owns the setting now. Under `building`. */
void feed_channel_move(struct feed_channel *channel, const struct generation *generation,
    const struct feed_setting *setting);

/* The setting in force; for the builder's thread alone, which moves it. */
const struct feed_setting *feed_channel_setting(const struct feed_channel *channel);

/* Its channel's name, which any thread may read and which never changes. */
struct slice feed_channel_name(const struct feed_channel *channel);

/* Ends the thread, keeps counters, frees it and nulls *channel; NULL inside is fine. */
void feed_channel_close(struct feed_channel **channel);

/* A hit of a rule, or (`limited`) a limit that its pattern reached. Never waits for long. */
struct feed_hit {
	struct slice rule;
	bool limited;
	bool good;
	struct slice domain, queue_id;
};

void feed_channel_hit(struct feed_channel *channel, const struct feed_hit *hit);

/* The postmaster's word. False: it has no such rule, or with *err: it cannot be kept. */
bool feed_channel_decide(
    struct feed_channel *channel, struct slice rule, enum guard_decision decision, struct err *err);

/* One rule, for people. */
struct feed_rule_status {
	struct slice name;
	uint64_t sequence;
	const char *key;
	struct slice note;
	const char *state; /* "live", why it is in shadow, or "refused" */
	const char *reason; /* of a refusal; NULL */
	struct slice text; /* of a refusal */
	uint64_t hits, good;
	char examples[GUARD_EXAMPLES][GUARD_QUEUE_ID_MAX + 1];
};

struct feed_channel_status {
	struct slice channel;
	struct subscriber_status link;
	const char *journal_fault; /* "" where none */
	uint64_t sequence;
	struct channel_head head;
	uint64_t keyset_version;
	int64_t keyset_expires;
	int64_t now;
	struct feed_counts counts;
	const struct feed_rule_status *rules; /* sorted by name */
	size_t rule_count;
};

/* Texts live in the arena. */
void feed_channel_status(
    struct feed_channel *channel, struct arena *arena, struct feed_channel_status *status_r);

#endif
