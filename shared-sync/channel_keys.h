/*
 * channel_keys.h - what a channel may be called, and under which keys it lies in Redis
 *
 * The braces around the name make Redis Cluster hash it alone, so that all
 * keys of a channel lie in one slot.
 */
#ifndef STEELYARD_SHARED_SYNC_CHANNEL_KEYS_H
#define STEELYARD_SHARED_SYNC_CHANNEL_KEYS_H

#include <stdbool.h>

#include "engine/util/slice.h"

/* Of a name; names become file names too. */
#define CHANNEL_NAME_MAX 63
/* "steelyard:{" NAME "}:snapshot" and a NUL. */
#define CHANNEL_KEY_SIZE (CHANNEL_NAME_MAX + 24)

/* NUL-terminated. */
struct channel_keys {
	char log[CHANNEL_KEY_SIZE]; /* a stream: the entries */
	char snapshot[CHANNEL_KEY_SIZE]; /* a string, as are the next two */
	char head[CHANNEL_KEY_SIZE];
	char keys[CHANNEL_KEY_SIZE]; /* the keyset */
};

/* Whether it matches [a-z0-9][a-z0-9.-]{0,62}. */
bool channel_name_valid(struct slice name);

/* Fills *keys_r. Returns false, *keys_r untouched, when the name is not valid. */
bool channel_keys_init(struct channel_keys *keys_r, struct slice name);

#endif
