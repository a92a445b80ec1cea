/*
 * local_scan.h - messages through the engine from a program without an MTA: arena,
 * slots, clock and time limit
 *
 * SYNOPSIS
 *	struct local_scan *local = local_scan_new(ruleset, settings->time_limit, workers);
 *	struct arena *arena;
 *	const struct verdict *verdict =
 *	    local_scan_run(local, worker, &envelope, &options, bytes, &arena);
 *
 *	use(verdict);
 *	arena_free(&arena);
 *	local_scan_free(&local);
 */
#ifndef STEELYARD_MILTER_LOCAL_SCAN_H
#define STEELYARD_MILTER_LOCAL_SCAN_H

#include <stdint.h>

#include "engine/envelope.h"
#include "engine/rules/ruleset.h"
#include "engine/scan.h"
#include "engine/util/arena.h"
#include "engine/verdict.h"

/* An arena's cap: this, and ARENA_FACTOR times the bytes scanned (DESIGN 3). */
#define LOCAL_ARENA_BASE ((size_t)16 << 20)
#define LOCAL_ARENA_FACTOR 4

struct local_scan;

/*
 * One for `workers` threads. Takes a reference on the ruleset. A scan
 * that takes longer than time_limit_us is cut and incomplete. Never NULL.
 */
struct local_scan *local_scan_new(struct ruleset *ruleset, int64_t time_limit_us, unsigned workers);

/* Frees it and nulls *local; NULL inside is fine. */
void local_scan_free(struct local_scan **local);

/*
 * One message. `worker` is less than workers, and is used by one thread at a
 * time. Of the options, now, explain and subrules are read. The verdict lives in
 * *arena_r, which the caller frees after it.
 */
const struct verdict *
local_scan_run(struct local_scan *local, unsigned worker, const struct envelope *envelope,
    const struct scan_options *options, struct slice bytes, struct arena **arena_r);

#endif
