/*
 * channel_keys.c - what a channel may be called, and under which keys it lies in Redis
 *
 * A name is at home in a Redis key, a file name, a log line and a signed
 * header alike: it has no blank, slash, brace, upper case or leading dot.
 */
#include "config.h"

#include "shared-sync/channel_keys.h"

#include <stdio.h>

#include "engine/util/ascii.h"

bool
channel_name_valid(struct slice name)
{
	if (name.n == 0 || name.n > CHANNEL_NAME_MAX)
		return false;
	for (size_t i = 0; i < name.n; i++) {
		char c = name.p[i];
		bool inside = i > 0 && (c == '.' || c == '-');

		if (!ascii_is_lower(c) && !ascii_is_digit(c) && !inside)
			return false;
	}
	return true;
}

static void
key_print(char *key_r, struct slice name, const char *what)
{
	snprintf(key_r, CHANNEL_KEY_SIZE, "steelyard:{%.*s}:%s", SLICE_ARG(name), what);
}

bool
channel_keys_init(struct channel_keys *keys_r, struct slice name)
{
	if (!channel_name_valid(name))
		return false;
	key_print(keys_r->log, name, "log");
	key_print(keys_r->snapshot, name, "snapshot");
	key_print(keys_r->head, name, "head");
	key_print(keys_r->keys, name, "keys");
	return true;
}
