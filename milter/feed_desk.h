/*
 * feed_desk.h - what a feed command works with: channel, archive, Redis, keys
 *
 * Each comes from its option, or else from what `feeds` of the configuration says of the
 * channel, or else from its usual place.
 */
#ifndef STEELYARD_MILTER_FEED_DESK_H
#define STEELYARD_MILTER_FEED_DESK_H

#include <stdbool.h>
#include <stdint.h>

#include "conf/settings.h"
#include "engine/util/arena.h"
#include "milter/feed_options.h"
#include "shared-sync/publish.h"

/* For how long a head holds if nothing else is said: a day. */
#define FEED_HEAD_S (INT64_C(24) * 3600)

/* What a command needs. */
enum feed_need {
	FEED_NEED_REDIS = 1 << 0, /* an address */
	FEED_NEED_KEY = 1 << 1, /* --key */
	FEED_NEED_HEAD_KEY = 1 << 2, /* --head-key, or --key */
	FEED_NEED_ASIDE = 1 << 3, /* an archive of its own: it runs on beside publishers */
};

struct feed_desk {
	const struct feed_options *options;
	struct arena *arena;
	struct settings *settings;
	const struct feed_setting *feed; /* of the channel, or NULL */
	struct slice channel;
	struct slice state; /* the folder of archives and drafts, NUL-terminated */
	struct carrier_place place; /* count 0: no Redis is known */
	struct feed_secret key, head_key;
	struct publisher publisher; /* archive and carrier, once feed_desk_open says so */
};

/* Channel, folder, Redis's address, configuration; opens nothing. False, told of. */
bool feed_desk_init(struct feed_desk *desk, const struct feed_options *options);

/* Opens archive and carrier and reads the keys, as `needs` has it. False, told of. */
bool feed_desk_open(struct feed_desk *desk, unsigned needs);

/* The root keys that options or configuration name; their number, -1: told of. */
int feed_desk_roots(const struct feed_desk *desk, struct feed_public roots_r[ARCHIVE_ROOTS_MAX]);

/* A carrier to another place than the desk's; NULL, told of. */
struct carrier *feed_desk_carrier(const struct feed_desk *desk, const struct carrier_place *place);

void feed_desk_clear(struct feed_desk *desk);

/* Reads a secret key's file; false, told of. */
bool feed_key_read(const char *path, struct feed_secret *secret_r);

/*
 * Brings the archive to what Redis has. Without Redis, or when it is away (told of), what
 * the archive knows serves, if anything. A status; other faults are told of.
 */
int feed_desk_look(struct feed_desk *desk);

/* Seconds since 1970. */
int64_t feed_now(void);

/* Tells of a fault, and the exit status that goes with it. */
int feed_complain(enum fault fault, const struct err *err);

#endif
