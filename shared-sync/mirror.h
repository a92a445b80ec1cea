/*
 * mirror.h - a channel copied from one Redis to another, bytes and signatures as they are
 *
 * What the first Redis holds is verified into an archive and goes from there into the
 * second, which a subscriber needs to trust as little as the first. It resumes where the second
 * one stands, and fills up what a failover took from it.
 */
#ifndef STEELYARD_SHARED_SYNC_MIRROR_H
#define STEELYARD_SHARED_SYNC_MIRROR_H

#include "engine/util/err.h"
#include "shared-sync/fault.h"
#include "shared-sync/publish.h"

struct mirror {
	struct publisher from; /* without keys */
	struct publisher to; /* the same archive, the other Redis */
};

/* Brings the second Redis to what the first has. What is refused of the first does not go on. */
enum fault mirror_copy(struct mirror *mirror, struct err *err);

/* Waits up to wait_ms for the first Redis to have more than the archive. */
enum fault mirror_wait(struct mirror *mirror, unsigned wait_ms, struct err *err);

#endif
