/*
 * scan.h - the whole interface of the core: message x ruleset -> verdict
 *
 * The engine is a pure function: no socket, file, clock, random number,
 * thread, environment, locale or log. What it needs from outside is handed in.
 *
 * SYNOPSIS
 *	struct scan *scan = scan_open(arena, ruleset, &envelope, &options);
 *
 *	scan_message(scan, slot, bytes, budget);
 *	while (scan_is_open(scan)) {
 *		while ((question = scan_wants(scan)) != NULL)
 *			... ask the DNS ...
 *		... wait, without the slot; scan_answer() what came, or scan_deadline() ...
 *		scan_resume(scan, slot, budget);
 *	}
 *	verdict = scan_verdict(scan);
 *	... use the verdict, which lives in the arena ...
 *	arena_free(&arena);
 *
 * Before a message comes, another scan can tell what is certain of its score:
 *
 *	options.early = ENVELOPE_CLIENT | ENVELOPE_HELO;
 *	... scan_open, scan_message of no bytes, the loop as above ...
 *	if ((verdict = scan_early(scan)) != NULL)
 *		... it will be rejected, whatever it says ...
 */
#ifndef STEELYARD_ENGINE_SCAN_H
#define STEELYARD_ENGINE_SCAN_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/envelope.h"
#include "engine/net/dns.h"
#include "engine/rules/ruleset.h"
#include "engine/util/arena.h"
#include "engine/util/budget.h"
#include "engine/util/profile.h"
#include "engine/util/slice.h"
#include "engine/verdict.h"

struct scan;
struct slot;

/* What a caller may vary from scan to scan. */
struct scan_options {
	int64_t now; /* seconds since 1970 (UTC) */
	uint64_t hash_seed; /* verdicts must not depend on it */
	bool explain; /* keep the matched bytes of each hit */
	bool subrules; /* list the sub-rules that hit */
	bool dns; /* rules may ask the DNS; else those that would do not run */
	/* Where the ruleset's DNS lists stand, by number; copied. NULL: all are well. */
	const struct dns_list_state *list_states;
	bool no_prefilter; /* PCRE2 alone: every pattern over every text of its view */
	uint64_t
	    size; /* bytes of the message, if more than scan_message is handed; 0: they are all */
	bool report; /* write the report of SpamAssassin's `report` template */
	/*
	 * The message is still to come: these parts of the envelope (enum envelope_part) are
	 * known, and only rules that need no more are run. 0: it is here.
	 */
	unsigned early;
	/* Tell of rules that take longer than so many microseconds; 0: time none. */
	int64_t slow_us;
	struct profile *profile; /* add to it where the time goes; NULL: time no stages */
	/* Microseconds on a clock that never goes back; NULL: the verdict's us_ stay 0. */
	int64_t (*clock_us)(void *p);
	void *clock_p;
	/* Microseconds of CPU of the calling thread; NULL: rules of feeds have no share of time. */
	int64_t (*cpu_us)(void *p);
	void *cpu_p;
};

/*
 * Begins a scan at MAIL FROM. The scan takes a reference on the ruleset and
 * gives it back in scan_close. `envelope` must outlive the scan. NULL at the
 * arena's cap.
 */
struct scan *scan_open(struct arena *arena, struct ruleset *ruleset,
    const struct envelope *envelope, const struct scan_options *options);

/*
 * Parses `bytes` (the message as it came, without the field that the MTA will
 * put on top) and matches every rule. `slot` is the scratch of this step; it
 * may be another one for each call. Bytes must outlive the scan.
 */
void
scan_message(struct scan *scan, struct slot *slot, struct slice bytes, const struct budget *budget);

/* Whether rules wait for answers of the DNS. */
bool scan_is_open(const struct scan *scan);

/*
 * A question that is to be asked now, each once; NULL: no further one at
 * present. A scan that is open and wants nothing waits for answers only.
 */
const struct dns_question *scan_wants(struct scan *scan);

/* Takes in an answer, which is copied; its outcome is never DNS_OPEN. */
void scan_answer(
    struct scan *scan, const struct dns_question *question, const struct dns_answer *answer);

/* The time for the DNS is over: what is open has timed out, and nothing more is asked. */
void scan_deadline(struct scan *scan);

/* Runs the rules that wait once more; `bytes` of scan_message must still live. */
void scan_resume(struct scan *scan, struct slot *slot, const struct budget *budget);

/*
 * Sums up, while the slot of the last step is still held: templates may read
 * fields of the message. A scan that is still open is past its deadline. The
 * verdict lives in the arena; never NULL: at the cap it is a static incomplete
 * one.
 */
const struct verdict *scan_verdict(struct scan *scan);

/*
 * Of a scan with options.early, instead of scan_verdict: the verdict on any
 * message that may follow, if that is to reject it, else NULL. It is certain
 * when the sum so far and every negative score that could still be added reach
 * the threshold. Never for senders of our own, trusted clients, and mail that
 * did not come by SMTP.
 */
const struct verdict *scan_early(struct scan *scan);

/* Gives back the ruleset; the arena stays the caller's. Nulls *scan. */
void scan_close(struct scan **scan);

#endif
