/*
 * bench.h - what scans of many messages cost: from memory, several times, by several threads
 *
 * SYNOPSIS
 *	struct bench bench = { .scanner = scanner, .ruleset = ruleset, .jobs = 2, .repeat = 3 };
 *
 *	bench_load(&bench, paths, count, mbox);
 *	bench_warm(&bench);
 *	bench_run(&bench);
 *	bench_profile(&bench);
 *	use(bench.cost, bench.profile);
 *	bench_clear(&bench);
 */
#ifndef STEELYARD_MILTER_BENCH_H
#define STEELYARD_MILTER_BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/rules/ruleset.h"
#include "engine/util/profile.h"
#include "engine/util/vec.h"
#include "milter/local_scan.h"

/* Messages are held in memory; more than this together is refused. */
#define BENCH_BYTES_MAX ((size_t)4 << 30)

/* Of all scans together, but first_ns. Times of one are the CPU of the thread that made it. */
struct bench_cost {
	size_t scans;
	int64_t wall_ns; /* from the first to the last */
	int64_t cpu_ns; /* of the whole process meanwhile */
	int64_t first_ns; /* CPU of a scan in the mean while the first worker warmed; 0: not done */
	int64_t p50_ns, p99_ns, max_ns; /* of one scan, a message having several */
	const char *dearest; /* the message that took max_ns */
	size_t incomplete; /* scans that a limit cut short */
	int64_t *each; /* by message: the least that one of its scans took */
};

/* A message whose verdict depends on the prefilter. */
struct bench_difference {
	const char *name;
	char what[256];
};

struct bench {
	/* what is asked */
	struct local_scan *scanner; /* for `jobs` workers */
	struct ruleset *ruleset; /* the scanner's */
	unsigned jobs;
	unsigned repeat;
	int64_t now; /* seconds since 1970 that rules see */
	bool no_prefilter;
	bool asked; /* in the profile, PCRE2's calls: the clock that they take is in the laps */

	/* what comes of it */
	struct vec mails; /* struct mail, readable ones */
	size_t bytes; /* of them together */
	size_t unread; /* that could not be read, which was told */
	struct bench_cost cost;
	struct profile profile; /* of one walk by one thread */
	size_t profile_cut; /* scans of that walk that a limit cut short */
	struct vec differences; /* struct bench_difference */
};

/* Reads all messages. False: there was none (see `unread`), or too much, which was told. */
bool bench_load(struct bench *bench, const char *const *paths, size_t count, bool mbox);

/*
 * Scans all messages once in each of `jobs` workers and sets cost.first_ns. What
 * patterns need (code, automata) is made in each when a text first asks for it, and a
 * filter is started once a month: costs are those of workers that have it.
 */
void bench_warm(struct bench *bench);

/* Scans each message `repeat` times and sets the rest of `cost`. */
void bench_run(struct bench *bench);

/* Scans each once with laps taken and sets `profile`, by rule too. */
void bench_profile(struct bench *bench);

/* Scans each once with the prefilter and once without, and sets `differences`. */
void bench_compare(struct bench *bench);

/* Frees what came of it. */
void bench_clear(struct bench *bench);

#endif
