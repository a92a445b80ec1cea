/*
 * mutate.c - scans N seeded mutations of the messages at PATH... and says what came of it
 *
 *	mutate [-n COUNT] [-s SEED] [-j JOBS] [-t SECONDS] [-r RULES]... PATH...
 *	mutate -o NUMBER [-s SEED] PATH... >message
 *
 * Mutation K of a seed is the same whatever ran before it, so one that fails
 * can be written out with -o and looked at. The work is done by forked children
 * that note in shared memory what they are at: a child that dies (a sanitizer's
 * report, a signal, an assert) costs that one mutation, which is told of. A
 * scan that is incomplete (time, arena, steps) fails too. Prints TAP.
 */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/util/arena.h"
#include "engine/util/vec.h"
#include "milter/clock.h"
#include "milter/command.h"
#include "milter/mail_source.h"
#include "milter/local_scan.h"
#include "tests/fuzz/mutation.h"

#define JOBS_MAX 16
/* Originals in memory, in all and each: larger ones tell nothing that these do not. */
#define ORIGINALS_BYTES ((size_t)256 << 20)
#define ORIGINAL_MAX ((size_t)256 << 10)
/* After so many failures, more would say nothing new. */
#define FAILURES_MAX 20
/* The clock that rules see: 2026-01-01. */
#define NOW INT64_C(1767225600)

struct original {
	const char *name;
	struct slice bytes;
};

/* What a child tells, in memory that outlives it. */
struct tally {
	size_t at; /* the mutation it is on */
	bool over; /* it has done its share */
	size_t incomplete, first_incomplete;
	size_t arena_peak, arena_peak_at;
	int64_t slowest_us;
	size_t slowest_at;
	size_t largest; /* bytes of a mutated message */
};

struct job {
	pid_t pid;
	struct tally *tally;
};

struct run {
	struct arena *arena; /* holds the originals */
	struct vec originals; /* struct original */
	struct vec rules; /* const char * */
	size_t count, only;
	uint64_t seed;
	unsigned jobs;
	int64_t limit_us;
	bool one; /* write mutation `only` out */
	struct local_scan *scanner;
	size_t failures;
};

/* Which message and which way mutation k is; the message itself into out. */
static enum mutation
make(const struct run *run, size_t k, struct buf *out, const char **name_r)
{
	struct stream stream = { run->seed * UINT64_C(0x9e3779b97f4a7c15) + k };
	const struct original *one = vec_at(
	    &run->originals, stream_below(&stream, run->originals.n));
	const struct original *two = vec_at(
	    &run->originals, stream_below(&stream, run->originals.n));
	enum mutation first = (enum mutation)(k % MUTATION_COUNT);
	struct slice bytes = one->bytes;
	struct buf again = { 0 };

	mutation_apply(first, &stream, bytes, two->bytes, out);
	/* One in three is broken in a second way as well. */
	if (stream_below(&stream, 3) == 0) {
		buf_add(&again, buf_slice(out));
		out->n = 0;
		mutation_apply((enum mutation)stream_below(&stream, MUTATION_COUNT), &stream,
		    buf_slice(&again), two->bytes, out);
		buf_clear(&again);
	}
	*name_r = one->name;
	return first;
}

static void
scan_one(const struct run *run, struct tally *tally, size_t k)
{
	const struct envelope envelope = { 0 };
	const struct scan_options options = { .now = NOW, .explain = true, .subrules = true };
	const struct verdict *verdict;
	struct buf bytes = { 0 };
	struct arena *arena;
	const char *name;
	int64_t begun;

	make(run, k, &bytes, &name);
	begun = clock_monotonic_us();
	verdict = local_scan_run(run->scanner, 0, &envelope, &options, buf_slice(&bytes), &arena);
	begun = clock_monotonic_us() - begun;
	if (begun > tally->slowest_us) {
		tally->slowest_us = begun;
		tally->slowest_at = k;
	}
	if (arena_used(arena) > tally->arena_peak) {
		tally->arena_peak = arena_used(arena);
		tally->arena_peak_at = k;
	}
	if (verdict->incomplete && tally->incomplete++ == 0)
		tally->first_incomplete = k;
	if (bytes.n > tally->largest)
		tally->largest = bytes.n;
	arena_free(&arena);
	buf_clear(&bytes);
}

/* Forks a child that goes on at tally->at. */
static void
job_start(const struct run *run, struct job *job)
{
	fflush(NULL);
	job->pid = fork();
	if (job->pid < 0) {
		perror("fork");
		exit(2);
	}
	if (job->pid > 0)
		return;
	for (; job->tally->at < run->count; job->tally->at += run->jobs)
		scan_one(run, job->tally, job->tally->at);
	job->tally->over = true;
	_exit(0);
}

static void
tell(const struct run *run, const char *what, size_t k)
{
	struct buf bytes = { 0 };
	const char *name;
	enum mutation mutation = make(run, k, &bytes, &name);

	printf("# %s: mutation %zu (%s of %s, %zu bytes)\n", what, k, mutation_name(mutation), name,
	    bytes.n);
	buf_clear(&bytes);
}

/* A child has ended; goes on behind the mutation that killed it. True: that share is done. */
static bool
job_ended(struct run *run, struct job *job, int status)
{
	if (job->tally->over)
		return true;
	tell(run, WIFSIGNALED(status) ? "killed by a signal" : "died", job->tally->at);
	job->tally->at += run->jobs;
	if (++run->failures >= FAILURES_MAX)
		return true;
	job_start(run, job);
	return false;
}

static void
run_all(struct run *run, struct job *jobs)
{
	unsigned running = run->jobs;

	for (unsigned i = 0; i < run->jobs; i++) {
		jobs[i].tally->at = i;
		job_start(run, &jobs[i]);
	}
	while (running > 0) {
		int status;
		pid_t pid = wait(&status);

		for (unsigned i = 0; i < run->jobs; i++)
			if (jobs[i].pid == pid && job_ended(run, &jobs[i], status))
				running--;
	}
}

static struct tally
add_up(const struct run *run, const struct job *jobs)
{
	struct tally sum = *jobs[0].tally;

	for (unsigned i = 1; i < run->jobs; i++) {
		const struct tally *one = jobs[i].tally;

		if (one->incomplete > 0 && sum.incomplete == 0)
			sum.first_incomplete = one->first_incomplete;
		sum.incomplete += one->incomplete;
		if (one->slowest_us > sum.slowest_us) {
			sum.slowest_us = one->slowest_us;
			sum.slowest_at = one->slowest_at;
		}
		if (one->arena_peak > sum.arena_peak) {
			sum.arena_peak = one->arena_peak;
			sum.arena_peak_at = one->arena_peak_at;
		}
		if (one->largest > sum.largest)
			sum.largest = one->largest;
	}
	return sum;
}

static int
conclude(const struct run *run, const struct tally *sum)
{
	printf("# %zu mutations (seed %" PRIu64 ") of %zu messages, the largest of %zu bytes\n",
	    run->count, run->seed, run->originals.n, sum->largest);
	printf("# slowest: %" PRId64 ".%03d ms; most memory: %zu KB\n", sum->slowest_us / 1000,
	    (int)(sum->slowest_us % 1000), sum->arena_peak / 1024);
	tell(run, "slowest", sum->slowest_at);
	tell(run, "most memory", sum->arena_peak_at);
	printf("%sok 1 - no mutation crashes\n", run->failures > 0 ? "not " : "");
	if (sum->incomplete > 0)
		tell(run, "first incomplete", sum->first_incomplete);
	printf("%sok 2 - %zu scans are incomplete\n1..2\n", sum->incomplete > 0 ? "not " : "",
	    sum->incomplete);
	return run->failures > 0 || sum->incomplete > 0;
}

static void
load_originals(struct run *run, const char *const *paths, size_t count)
{
	struct mail_source *source = mail_source_new(paths, count, false);
	size_t total = 0;
	struct mail mail;

	while (total < ORIGINALS_BYTES && mail_source_next(source, &mail)) {
		struct original *original;

		if (!mail.readable || mail.bytes.n == 0 || mail.bytes.n > ORIGINAL_MAX) {
			mail_clear(&mail);
			continue;
		}
		total += mail.bytes.n;
		original = vec_push(&run->originals);
		original->name = arena_copy(run->arena, buf_slice(&mail.name)).p;
		original->bytes = arena_copy(run->arena, buf_slice(&mail.bytes));
		mail_clear(&mail);
	}
	mail_source_free(&source);
}

static bool
parse(struct run *run, int argc, char **argv)
{
	int option;

	while ((option = getopt(argc, argv, "n:s:j:t:r:o:")) != -1) {
		if (option == 'n')
			run->count = strtoul(optarg, NULL, 10);
		else if (option == 's')
			run->seed = strtoul(optarg, NULL, 10);
		else if (option == 'j')
			run->jobs = (unsigned)strtoul(optarg, NULL, 10);
		else if (option == 't')
			run->limit_us = (int64_t)strtoul(optarg, NULL, 10) * 1000000;
		else if (option == 'r')
			*(const char **)vec_push(&run->rules) = optarg;
		else if (option == 'o')
			run->only = strtoul(optarg, NULL, 10), run->one = true;
		else
			return false;
	}
	return run->jobs >= 1 && run->jobs <= JOBS_MAX && run->count >= 1 && optind < argc;
}

static int
write_one(const struct run *run)
{
	struct buf bytes = { 0 };
	const char *name;
	bool written;

	make(run, run->only, &bytes, &name);
	written = command_print(&bytes);
	buf_clear(&bytes);
	return written ? 0 : 1;
}

static int
scan_all(struct run *run)
{
	struct settings *settings = command_settings(NULL);
	struct ruleset *ruleset = settings == NULL
				      ? NULL
				      : command_ruleset(settings, run->rules.p, run->rules.n);
	struct job jobs[JOBS_MAX] = { 0 };
	struct tally *tallies, sum;

	if (ruleset == NULL)
		return 2;
	tallies = mmap(NULL, sizeof(*tallies) * JOBS_MAX, PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (tallies == MAP_FAILED) {
		perror("mmap");
		return 2;
	}
	for (unsigned i = 0; i < run->jobs; i++)
		jobs[i].tally = &tallies[i];
	run->scanner = local_scan_new(&(struct local_scan_setup){ .ruleset = ruleset,
	    .time_limit_us = run->limit_us,
	    .cpu_limit_us = run->limit_us,
	    .workers = 1 });
	run_all(run, jobs);
	sum = add_up(run, jobs);
	local_scan_free(&run->scanner);
	ruleset_unref(&ruleset);
	settings_free(&settings);
	return conclude(run, &sum);
}

int
main(int argc, char **argv)
{
	struct run run = { .arena = arena_new(SIZE_MAX),
		.originals = VEC_OF(struct original, NULL),
		.rules = VEC_OF(const char *, NULL),
		.count = 500,
		.seed = 1,
		.jobs = 1,
		.limit_us = INT64_C(10000000) };
	int status;

	if (!parse(&run, argc, argv)) {
		fputs("usage: mutate [-n COUNT] [-s SEED] [-j JOBS] [-t SECONDS] [-r RULES]... "
		      "[-o NUMBER] PATH...\n",
		    stderr);
		return 2;
	}
	load_originals(&run, (const char *const *)argv + optind, (size_t)(argc - optind));
	if (run.originals.n == 0) {
		fputs("mutate: no messages there\n", stderr);
		return 2;
	}
	status = run.one ? write_one(&run) : scan_all(&run);
	vec_clear(&run.originals);
	vec_clear(&run.rules);
	arena_free(&run.arena);
	return status;
}
