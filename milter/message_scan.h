/*
 * message_scan.h - a message that has been collected -> a verdict
 *
 * The shell's half of a scan: it waits for a scan slot and for memory, keeps
 * the time and hands the engine its clock. Whoever asks says how the peer is
 * told that the answer takes a while.
 *
 * SYNOPSIS
 *	struct message_scan scan = { .generation = g, .envelope = &e, .bytes = bytes };
 *
 *	if (message_scan_run(&scanner, &scan) == SCAN_END_JUDGED)
 *		act_on(scan.verdict);
 *	message_scan_clear(&scanner, &scan);
 */
#ifndef STEELYARD_MILTER_MESSAGE_SCAN_H
#define STEELYARD_MILTER_MESSAGE_SCAN_H

#include <stddef.h>
#include <stdint.h>

#include "engine/envelope.h"
#include "engine/util/arena.h"
#include "engine/util/slice.h"
#include "engine/verdict.h"
#include "milter/clock.h"
#include "milter/list_health.h"
#include "milter/live.h"
#include "milter/memory.h"
#include "milter/slots.h"

/* How often a waiting peer is told that we are alive; MTAs wait minutes. */
#define SCAN_PROGRESS_US INT64_C(5000000)
/* An arena's cap: this, and four times the bytes that are scanned. */
#define SCAN_ARENA_BASE ((size_t)16 * 1024 * 1024)
#define SCAN_ARENA_FACTOR 4
/*
 * Before a message comes, an MTA waits for the answer to one command, Postfix
 * no longer than 30 s: so long at most for each of slot and memory, scan, and DNS.
 */
#define SCAN_EARLY_US INT64_C(5000000)

/* What all scans share. */
struct scanner {
	struct slots *slots;
	struct memory *memory;
	int64_t fixed_now; /* seconds since 1970 that rules see; 0: the real time */
	bool no_prefilter; /* PCRE2 alone matches */
	uint64_t hash_seed;
	struct list_health *health; /* of DNS lists; NULL: all are trusted */
};

enum scan_end {
	SCAN_END_JUDGED,
	SCAN_END_BUSY, /* no slot within the time limit */
	SCAN_END_MEMORY, /* no memory within the time limit */
	SCAN_END_OPEN, /* early: a message that follows may still pass */
};

struct message_scan {
	/* what is asked */
	const struct generation *generation;
	const struct envelope *envelope;
	struct slice bytes;
	uint64_t size; /* of the message, when `bytes` are not all of it; else 0 or their number */
	/* Bits of enum envelope_part: the message is still to come, and so much of it is known. */
	unsigned early;
	void (*progress)(void *p); /* called every progress_us or so; NULL: not wanted */
	void *progress_p;
	int64_t progress_us;

	/* what comes of it; lives until message_scan_clear */
	const struct verdict *verdict;
	struct arena *arena;

	/* its own */
	size_t charged;
	int64_t next_progress_us;
	int64_t deadline_us;
	struct clock_share cpu; /* from when it is opened */
};

/*
 * Scans within time_limit and cpu_limit, after waiting for time_limit at most; early on in less.
 * Sets scan->verdict when judged.
 */
enum scan_end message_scan_run(struct scanner *scanner, struct message_scan *scan);

/*
 * Asks the DNS what the rules will want to know of a message of which the envelope is known so
 * far (scan->early), and waits for nothing: where no slot or memory is at hand it is left.
 */
void message_scan_prefetch(struct scanner *scanner, struct message_scan *scan);

/* Frees verdict and arena. */
void message_scan_clear(struct scanner *scanner, struct message_scan *scan);

#endif
