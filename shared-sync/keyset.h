/*
 * keyset.h - who may sign what in a channel: a list that a root key signed
 *
 * A keyset's body is a line for each key: "ID ed25519:... ROLES LAST_SEQ", ROLES as
 * feed_roles_text has them (never root), LAST_SEQ "-" or the last entry of a retired key. At
 * most KEYSET_KEYS_MAX keys, no id twice.
 */
#ifndef STEELYARD_SHARED_SYNC_KEYSET_H
#define STEELYARD_SHARED_SYNC_KEYSET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shared-sync/carried.h"
#include "shared-sync/fault.h"
#include "shared-sync/feed_key.h"

#define KEYSET_KEYS_MAX 64

struct keyset_key {
	struct feed_public public;
	unsigned roles;
	bool retired;
	uint64_t last_seq; /* of a retired key */
};

struct keyset {
	uint64_t version; /* 0: none yet */
	int64_t issued, expires;
	struct keyset_key keys[KEYSET_KEYS_MAX];
	size_t n;
};

/* Reads a body of lines; false with *err. Version and times are the caller's to fill. */
bool keyset_read(struct slice body, struct keyset *keyset_r, struct err *err);
void keyset_write(const struct keyset *keyset, struct buf *out);

/* The key of that id, or NULL. */
const struct keyset_key *keyset_find(const struct keyset *keyset, const char *id);

/*
 * Whether that key may sign such a thing at that number: FAULT_NONE, UNKNOWN_KEY, ROLE or
 * RETIRED. Of a retired key the entries up to last_seq hold, as the chain behind them vouches for
 * them; its snapshots and heads hold no more, whatever their number: nothing vouches for a fold.
 */
enum fault
keyset_allows(const struct keyset *keyset, const char *id, enum carried_type type, uint64_t seq);

#endif
