/*
 * redis_wire.h - one connection to one Redis server: a command out, a reply in
 *
 * What to do about errors is the link's (redis_link.h).
 */
#ifndef STEELYARD_SHARED_SYNC_REDIS_WIRE_H
#define STEELYARD_SHARED_SYNC_REDIS_WIRE_H

#include <stdbool.h>
#include <stddef.h>

#include "conf/redis_address.h"
#include "engine/util/err.h"
#include "engine/util/slice.h"
#include "shared-sync/link_outcome.h"
#include "shared-sync/link_wait.h"
#include "shared-sync/redis_reply.h"

struct redis_wire;

/* Where a server is. */
struct redis_place {
	struct redis_host host;
	const char *path; /* of a unix socket; NULL: the host counts */
	bool tls;
	const char *ca_file; /* of TLS; NULL: the system's */
};

/* Connects; LINK_OK with *wire_r, else *err. */
enum link_outcome redis_wire_open(const struct redis_place *place, const struct link_wait *wait,
    struct redis_wire **wire_r, struct err *err);

/* Closes and frees it and nulls *wire; NULL inside is fine. */
void redis_wire_close(struct redis_wire **wire);

/* Bytes of a reply for which a millisecond is added to its time. */
#define REDIS_WIRE_PACE 32

/*
 * Sends a command and receives its reply: LINK_OK with *reply_r, an error reply too; else
 * *err, and the wire is good for nothing but to be closed. A large reply on a slow line may take
 * longer than `wait`, in proportion to what has come of it.
 */
enum link_outcome redis_wire_exchange(struct redis_wire *wire, const struct slice *args,
    size_t count, const struct link_wait *wait, struct redis_reply **reply_r, struct err *err);

#endif
