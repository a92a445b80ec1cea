/*
 * local_scan.h - messages through the engine from a program without an MTA: arena,
 * slots, clock, time limit and the DNS
 *
 * SYNOPSIS
 *	struct local_scan *local = local_scan_new(&(struct local_scan_setup){
 *	    .ruleset = ruleset, .time_limit_us = settings->time_limit,
 *	    .cpu_limit_us = settings->cpu_limit, .workers = workers });
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
#include "milter/dns_recorder.h"
#include "milter/list_health.h"
#include "milter/resolver.h"

/* An arena's cap: this, and ARENA_FACTOR times the bytes scanned (DESIGN 3). */
#define LOCAL_ARENA_BASE ((size_t)16 << 20)
#define LOCAL_ARENA_FACTOR 4

struct local_scan;

/* What all its scans share. */
struct local_scan_setup {
	struct ruleset *ruleset;
	int64_t time_limit_us; /* a scan that takes longer is cut and incomplete */
	int64_t cpu_limit_us; /* the same of CPU */
	unsigned workers; /* threads */
	struct resolver *resolver; /* NULL: rules do not ask the DNS */
	int64_t dns_deadline_us; /* how long one scan waits for it */
	struct list_health *health; /* of DNS lists; NULL: all are trusted */
	struct dns_recorder *recorder; /* of its answers; NULL: none */
};

/* Takes references on ruleset and resolver. Never NULL. */
struct local_scan *local_scan_new(const struct local_scan_setup *setup);

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
