/*
 * bench.c - what scans of many messages cost
 *
 * Threads take the next message from one counter until none is left; each
 * writes the CPU time of its scan where the scan's number says, so that they share nothing
 * else. Laps and comparisons are walks of their own: taking them costs time.
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
		command_complain("bench: more than 4 GB of mail do not fit into memory");
	else if (bench->mails.n == 0)
		command_complain("bench: there is no message in what was named");
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
	pthread_t thread;
};

static void *
work(void *p)
{
	const struct worker *worker = p;
	struct run *run = worker->run;
	const struct bench *bench = run->bench;
	const struct scan_options options = { .now = bench->now,
		.no_prefilter = bench->no_prefilter };

	for (;;) {
		size_t scan = atomic_fetch_add(&run->next, 1);
		int64_t begun = clock_ns(CLOCK_THREAD_CPUTIME_ID);
		struct arena *arena;

		if (scan >= run->scans)
			return NULL;
		if (scan_one(bench, worker->number, scan % bench->mails.n, &options, &arena)
			->incomplete)
			atomic_fetch_add(&run->incomplete, 1);
		arena_free(&arena);
		run->costs[scan] = clock_ns(CLOCK_THREAD_CPUTIME_ID) - begun;
	}
}

static void
run_threads(struct run *run, unsigned jobs)
{
	struct worker *workers = calloc(jobs, sizeof(*workers));

	if (workers == NULL)
		abort();
	for (unsigned i = 0; i < jobs; i++) {
		workers[i] = (struct worker){ .run = run, .number = i };
		if (i > 0 && pthread_create(&workers[i].thread, NULL, work, &workers[i]) != 0)
			abort();
	}
	work(&workers[0]);
	for (unsigned i = 1; i < jobs; i++)
		pthread_join(workers[i].thread, NULL);
	free(workers);
}

static int
compare_costs(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

void
bench_run(struct bench *bench)
{
	struct run run = { .bench = bench, .scans = bench->mails.n * bench->repeat };
	struct bench_cost *cost = &bench->cost;
	size_t dearest = 0;

	run.costs = calloc(run.scans, sizeof(*run.costs));
	cost->each = calloc(bench->mails.n, sizeof(*cost->each));
	if (run.costs == NULL || cost->each == NULL)
		abort();
	cost->wall_ns = clock_ns(CLOCK_MONOTONIC);
	cost->cpu_ns = clock_ns(CLOCK_PROCESS_CPUTIME_ID);
	run_threads(&run, bench->jobs);
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
		scan_one(bench, 0, i, &options, &arena);
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

	if (hit.p == NULL && subrule.p == NULL && with->score == without->score)
		return;
	difference = vec_push(&bench->differences);
	difference->name = buf_text(&mail->name);
	snprintf(difference->what, sizeof(difference->what), "%.*s",
	    SLICE_ARG(hit.p != NULL       ? hit
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
