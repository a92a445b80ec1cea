/*
 * lint_cost.c - what each pattern of the rules costs
 *
 * Guesses are the engine's. Measured is one walk over the messages after
 * another that is not counted, for machine code is made when a pattern is first
 * run; a rule's time is the CPU that PCRE2 took.
 */
#include "config.h"

#include "milter/lint_cost.h"

#include <stdlib.h>
#include <time.h>

#include "engine/rules/pattern_cost.h"
#include "milter/bench.h"
#include "milter/clock.h"
#include "milter/command.h"
#include "milter/local_scan.h"

#define NS_US 1000.0

struct row {
	struct pattern_cost cost;
	double us; /* of CPU a message: measured, or guessed */
	double calls; /* of PCRE2 a message, */
	double hits; /* and the share of them that matched */
};

struct table {
	struct row *rows;
	size_t n;
	size_t messages; /* 0: nothing was measured */
	size_t cut; /* scans that a limit cut short */
};

static int64_t
cost_clock(void *p)
{
	struct timespec now;

	(void)p;
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (int64_t)now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

/* A row for each pattern, with what is guessed. */
static void
guess(struct table *table, const struct ruleset *ruleset, struct arena *arena)
{
	const struct pattern_clock clock = { cost_clock, NULL };
	struct regex_scratch *scratch = regex_scratch_new();

	table->rows = calloc(ruleset_count(ruleset) + 1, sizeof(*table->rows));
	if (table->rows == NULL)
		abort();
	for (size_t i = 0; i < ruleset_count(ruleset); i++) {
		struct row *row = &table->rows[table->n];

		if (!pattern_cost_guess(
			ruleset, ruleset_at(ruleset, i), &clock, scratch, arena, &row->cost))
			continue;
		row->us = row->cost.us;
		table->n++;
	}
	regex_scratch_free(&scratch);
}

static void
take_measured(struct table *table, const struct bench *bench)
{
	double messages = (double)bench->mails.n;

	table->messages = bench->mails.n;
	table->cut = bench->profile_cut;
	for (size_t i = 0; i < table->n; i++) {
		struct row *row = &table->rows[i];
		size_t number = rule_number(row->cost.rule);
		const struct profile_asked *asked = &bench->profile.asked[number];

		row->us = (double)asked->ns / NS_US / messages;
		row->calls = (double)asked->calls / messages;
		row->hits = asked->calls == 0 ? 0 : (double)asked->matches / (double)asked->calls;
	}
}

/* Replaces guesses by what the messages at `paths` cost; returns the exit status. */
static int
measure(struct table *table, struct ruleset *ruleset, int64_t time_limit_us,
    const char *const *paths, size_t n)
{
	struct local_scan *scanner = local_scan_new(&(struct local_scan_setup){ .ruleset = ruleset,
	    .time_limit_us = time_limit_us,
	    .cpu_limit_us = time_limit_us,
	    .workers = 1 });
	struct bench bench = { .scanner = scanner,
		.ruleset = ruleset,
		.jobs = 1,
		.repeat = 1,
		.asked = true,
		.now = clock_wall_us() / CLOCK_SECOND_US };
	int status = COMMAND_USAGE;

	if (bench_load(&bench, paths, n, false)) {
		bench_warm(&bench);
		bench_profile(&bench);
		take_measured(table, &bench);
		status = COMMAND_DONE;
	}
	if (bench.unread > 0)
		status = COMMAND_FAULT;
	bench_clear(&bench);
	local_scan_free(&scanner);
	return status;
}

static int
compare_rows(const void *a, const void *b)
{
	const struct row *one = a, *two = b;

	if (one->us != two->us)
		return one->us < two->us ? 1 : -1;
	return one->cost.rule < two->cost.rule ? -1 : 1;
}

static void
tell_summary(const struct table *table, struct buf *out)
{
	buf_printf(out, "%zu patterns, microseconds a message %s\n", table->n,
	    table->messages > 0 ? "measured" : "guessed");
	if (table->cut > 0)
		buf_printf(out, "%zu scans were cut short by a limit\n", table->cut);
	for (size_t way = 0; way < PATTERN_WAY_COUNT; way++) {
		size_t count = 0;
		double us = 0;

		for (size_t i = 0; i < table->n; i++) {
			if (table->rows[i].cost.way != way)
				continue;
			count++;
			us += table->rows[i].us;
		}
		buf_printf(out, "  %-20s %6zu %10.1f us\n", pattern_way_name((enum pattern_way)way),
		    count, us);
	}
}

static void
tell_row(const struct table *table, const struct row *row, struct buf *out)
{
	const struct rule_def *def = rule_definition(row->cost.rule);

	buf_printf(out, "%10.3f us", row->us);
	if (table->messages > 0)
		buf_printf(out, " %8.2f calls %5.1f%% hit", row->calls, 100 * row->hits);
	buf_printf(out, "  %-20s %.*s (%s:%u)", pattern_way_name(row->cost.way),
	    SLICE_ARG(def->name), def->origin.file == NULL ? "built in" : def->origin.file,
	    def->origin.line);
	if (row->cost.requires.n > 0)
		buf_printf(out, ": %.*s", SLICE_ARG(row->cost.requires));
	if (row->cost.why != NULL)
		buf_printf(out, "; %s", row->cost.why);
	buf_add_byte(out, '\n');
}

int
lint_cost_tell(struct ruleset *ruleset, int64_t time_limit_us, const char *const *paths, size_t n,
    struct buf *out)
{
	struct arena *arena = arena_new((size_t)256 << 20);
	struct table table = { .n = 0 };
	int status = COMMAND_DONE;

	guess(&table, ruleset, arena);
	if (n > 0)
		status = measure(&table, ruleset, time_limit_us, paths, n);
	if (n == 0 || table.messages > 0) {
		qsort(table.rows, table.n, sizeof(*table.rows), compare_rows);
		tell_summary(&table, out);
		for (size_t i = 0; i < table.n; i++)
			tell_row(&table, &table.rows[i], out);
	}
	free(table.rows);
	arena_free(&arena);
	return status;
}
