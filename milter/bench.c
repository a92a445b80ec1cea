/*
 * bench.c - what scans of many messages cost
 *
 * Threads take the next message from one counter until none is left; each
 * writes the CPU time of its scan where the scan's number says, so that they
 * share nothing else. Warming, laps and comparisons are walks of their own:
 * the first costs more than any other, and taking laps costs time.
 */
#include "config.h"

#include "milter/bench.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "engine/rules/score.h"
#include "milter/command.h"
#include "milter/mail_source.h"

#define NS INT64_C(1000000000)

static int64_t
clock_ns(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (int64_t)now.tv_sec * NS + now.tv_nsec;
}

static int64_t
profile_clock(void *p)
{
	(void)p;
	return clock_ns(CLOCK_MONOTONIC);
}

bool
bench_load(struct bench *bench, const char *const *paths, size_t count, bool mbox)
{
	struct mail_source *source = mail_source_new(paths, count, mbox);
	struct mail mail;

	bench->mails = VEC_OF(struct mail, NULL);
	bench->differences = VEC_OF(struct bench_difference, NULL);
	while (bench->bytes <= BENCH_BYTES_MAX && mail_source_next(source, &mail)) {
		if (mail.readable) {
			bench->bytes += mail.bytes.n;
			*(struct mail *)vec_push(&bench->mails) = mail;
			continue;
		}
		command_complain("%s: %s", buf_text(&mail.name), mail.error);
		bench->unread++;
		mail_clear(&mail);
	}
	mail_source_free(&source);
	if (bench->bytes > BENCH_BYTES_MAX)
		command_complain("more than 4 GB of mail do not fit into memory");
	else if (bench->mails.n == 0)
		command_complain("there is no message in what was named");
	else
		return true;
	return false;
}

static const struct verdict *
scan_one(const struct bench *bench, unsigned worker, size_t number,
    const struct scan_options *options, struct arena **arena_r)
{
	static const struct envelope none = { .known = false };
	const struct mail *mail = vec_at(&bench->mails, number);

	return local_scan_run(
	    bench->scanner, worker, &none, options, buf_slice(&mail->bytes), arena_r);
}

/* What the threads of one run share. */
struct run {
	const struct bench *bench;
	atomic_size_t next;
	size_t scans;
	atomic_size_t incomplete;
	int64_t *costs; /* nanoseconds, by scan */
};

struct worker {
	struct run *run;
	unsigned number;
	int64_t walk_ns; /* CPU of its walk */
	pthread_t thread;
};

/* One scan of a message; what it cost this thread. */
static int64_t
time_scan(const struct worker *worker, size_t number, bool *incomplete_r)
{
	const struct bench *bench = worker->run->bench;
	const struct scan_options options = { .now = bench->now,
		.no_prefilter = bench->no_prefilter };
	int64_t begun = clock_ns(CLOCK_THREAD_CPUTIME_ID);
	struct arena *arena;

	*incomplete_r = scan_one(bench, worker->number, number, &options, &arena)->incomplete;
	arena_free(&arena);
	return clock_ns(CLOCK_THREAD_CPUTIME_ID) - begun;
}

/* p: a worker. All messages, once; sets `walk_ns`. */
static void *
walk(void *p)
{
	struct worker *worker = p;
	bool incomplete;

	for (size_t i = 0; i < worker->run->bench->mails.n; i++)
		worker->walk_ns += time_scan(worker, i, &incomplete);
	return NULL;
}

/* p: a worker. What it gets of the run's scans. */
static void *
work(void *p)
{
	const struct worker *worker = p;
	struct run *run = worker->run;
	bool incomplete;
	size_t scan;

	while ((scan = atomic_fetch_add(&run->next, 1)) < run->scans) {
		run->costs[scan] = time_scan(worker, scan % run->bench->mails.n, &incomplete);
		if (incomplete)
			atomic_fetch_add(&run->incomplete, 1);
	}
	return NULL;
}

static struct worker *
new_workers(unsigned count, struct run *run)
{
	struct worker *workers = calloc(count, sizeof(*workers));

	if (workers == NULL)
		abort();
	for (unsigned i = 0; i < count; i++)
		workers[i] = (struct worker){ .run = run, .number = i };
	return workers;
}

/* All workers at the same time; this thread is the first. */
static void
run_threads(struct worker *workers, unsigned count, void *(*call)(void *))
{
	for (unsigned i = 1; i < count; i++)
		if (pthread_create(&workers[i].thread, NULL, call, &workers[i]) != 0)
			abort();
	call(&workers[0]);
	for (unsigned i = 1; i < count; i++)
		pthread_join(workers[i].thread, NULL);
}

static int
compare_costs(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

void
bench_warm(struct bench *bench)
{
	struct run run = { .bench = bench };
	struct worker *workers = new_workers(bench->jobs, &run);

	run_threads(workers, bench->jobs, walk);
	bench->cost.first_ns = workers[0].walk_ns / (int64_t)bench->mails.n;
	free(workers);
}

void
bench_run(struct bench *bench)
{
	struct run run = { .bench = bench, .scans = bench->mails.n * bench->repeat };
	/* Who finds nothing to do would only be counted: threads cost as much as scans. */
	unsigned count = bench->jobs < run.scans ? bench->jobs : (unsigned)run.scans;
	struct worker *workers = new_workers(count, &run);
	struct bench_cost *cost = &bench->cost;
	size_t dearest = 0;

	run.costs = calloc(run.scans, sizeof(*run.costs));
	cost->each = calloc(bench->mails.n, sizeof(*cost->each));
	if (run.costs == NULL || cost->each == NULL)
		abort();
	cost->wall_ns = clock_ns(CLOCK_MONOTONIC);
	cost->cpu_ns = clock_ns(CLOCK_PROCESS_CPUTIME_ID);
	run_threads(workers, count, work);
	cost->wall_ns = clock_ns(CLOCK_MONOTONIC) - cost->wall_ns;
	cost->cpu_ns = clock_ns(CLOCK_PROCESS_CPUTIME_ID) - cost->cpu_ns;
	for (size_t i = 0; i < run.scans; i++) {
		int64_t *least = &cost->each[i % bench->mails.n];

		if (i < bench->mails.n || run.costs[i] < *least)
			*least = run.costs[i];
		if (run.costs[i] > run.costs[dearest])
			dearest = i;
	}
	cost->scans = run.scans;
	cost->incomplete = run.incomplete;
	cost->dearest = buf_text(
	    &((struct mail *)vec_at(&bench->mails, dearest % bench->mails.n))->name);
	qsort(run.costs, run.scans, sizeof(*run.costs), compare_costs);
	cost->p50_ns = run.costs[run.scans / 2];
	cost->p99_ns = run.costs[run.scans * 99 / 100];
	cost->max_ns = run.costs[run.scans - 1];
	free(run.costs);
	free(workers);
}

void
bench_profile(struct bench *bench)
{
	const struct scan_options options = {
		.now = bench->now, .no_prefilter = bench->no_prefilter, .profile = &bench->profile
	};
	struct arena *arena;

	bench->profile.clock_ns = profile_clock;
	bench->profile.rules = calloc(ruleset_number_count(bench->ruleset) + 1, sizeof(int64_t));
	if (bench->asked)
		bench->profile.asked = calloc(
		    ruleset_number_count(bench->ruleset) + 1, sizeof(*bench->profile.asked));
	if (bench->profile.rules == NULL || (bench->asked && bench->profile.asked == NULL))
		abort();
	for (size_t i = 0; i < bench->mails.n; i++) {
		bench->profile_cut += scan_one(bench, 0, i, &options, &arena)->incomplete;
		arena_free(&arena);
	}
}

/* Where two lists of hits, both by name, part: the name; absent: nowhere. */
static struct slice
first_difference(const struct hit *a, size_t a_count, const struct hit *b, size_t b_count)
{
	for (size_t i = 0; i < a_count || i < b_count; i++) {
		if (i == a_count)
			return b[i].name;
		if (i == b_count || !slice_eq(a[i].name, b[i].name) || a[i].count != b[i].count ||
		    a[i].score != b[i].score)
			return a[i].name;
	}
	return SLICE_ABSENT;
}

static void
compare_verdicts(struct bench *bench, struct mail *mail, const struct verdict *with,
    const struct verdict *without)
{
	struct slice hit = first_difference(
	    with->hits, with->hit_count, without->hits, without->hit_count);
	struct slice subrule = first_difference(with->subrule_hits, with->subrule_hit_count,
	    without->subrule_hits, without->subrule_hit_count);
	struct bench_difference *difference;
	bool cut = with->incomplete || without->incomplete;

	if (hit.p == NULL && subrule.p == NULL && with->score == without->score && !cut)
		return;
	difference = vec_push(&bench->differences);
	difference->name = buf_text(&mail->name);
	snprintf(difference->what, sizeof(difference->what), "%.*s",
	    SLICE_ARG(cut                 ? SLICE("a limit cut a scan short")
		      : hit.p != NULL     ? hit
		      : subrule.p != NULL ? subrule
					  : SLICE("the sum of scores")));
}

void
bench_compare(struct bench *bench)
{
	const struct scan_options with = { .now = bench->now, .subrules = true, .explain = true };
	struct scan_options without = with;

	without.no_prefilter = true;
	for (size_t i = 0; i < bench->mails.n; i++) {
		struct arena *a, *b;
		const struct verdict *one = scan_one(bench, 0, i, &with, &a);
		const struct verdict *other = scan_one(bench, 0, i, &without, &b);

		compare_verdicts(bench, vec_at(&bench->mails, i), one, other);
		arena_free(&a);
		arena_free(&b);
	}
}

void
bench_clear(struct bench *bench)
{
	for (size_t i = 0; i < bench->mails.n; i++)
		mail_clear(vec_at(&bench->mails, i));
	vec_clear(&bench->mails);
	vec_clear(&bench->differences);
	free(bench->profile.rules);
	bench->profile.rules = NULL;
	free(bench->profile.asked);
	bench->profile.asked = NULL;
	free(bench->cost.each);
	bench->cost.each = NULL;
}
