/*
 * cmd_bench.c - `steelyard bench`: what messages cost, and which rules cost it
 */
#include "config.h"

#include <getopt.h>
#include <stdio.h>
#include <time.h>

#include "milter/bench.h"
#include "milter/bench_report.h"
#include "milter/check_options.h"
#include "milter/check_setup.h"
#include "milter/clock.h"
#include "milter/command.h"
#include "milter/ordered.h"

#define REPEAT_MAX 10000

static const char help_text[] =
    "usage: steelyard bench [OPTION]... FILE|DIR...\n"
    "\n"
    "Measures what scanning the messages costs. They are read into memory and scanned\n"
    "once before, which is told apart; the DNS is not asked.\n"
    "\n"
    "  -c, --config FILE   configuration (default: the installed one, else built-in)\n"
    "      --rules PATH    exactly these rules, not the configured ones; repeatable\n"
    "  -j, --jobs N        scan N messages at the same time\n"
    "      --repeat N      scan each message N times (default 3)\n"
    "      --cold          measure from the first scan on\n"
    "      --mbox          split files at their \"From \" lines\n"
    "      --profile       list the dearest rules\n"
    "      --each          list what each message costs, not where the time goes\n"
    "      --compare       scan with and without the prefilter: exit with 1 when any\n"
    "                      message's hits or score differ\n"
    "      --no-prefilter  match every pattern by PCRE2 alone\n"
    "      --json          one JSON object\n";

struct bench_options {
	struct check_options check; /* what is set up as for `check` */
	int64_t repeat;
	bool profile, compare, each, cold;
};

static const struct option long_options[] = {
	{ "config", required_argument, NULL, 'c' },
	{ "rules", required_argument, NULL, 'r' },
	{ "jobs", required_argument, NULL, 'j' },
	{ "repeat", required_argument, NULL, 'n' },
	{ "cold", no_argument, NULL, 'C' },
	{ "mbox", no_argument, NULL, 'm' },
	{ "profile", no_argument, NULL, 'p' },
	{ "compare", no_argument, NULL, 'd' },
	{ "each", no_argument, NULL, 'e' },
	{ "no-prefilter", no_argument, NULL, 'x' },
	{ "json", no_argument, NULL, 'J' },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

static bool
take_option(struct bench_options *options, int option, const char *value)
{
	int64_t jobs;

	switch (option) {
	case 'c':
		options->check.config = value;
		return true;
	case 'r':
		*(const char **)vec_push(&options->check.rules) = value;
		return true;
	case 'j':
		if (!command_number("jobs", value, 1, ORDERED_WORKERS_MAX, &jobs))
			return false;
		options->check.jobs = (unsigned)jobs;
		return true;
	case 'n':
		return command_number("repeat", value, 1, REPEAT_MAX, &options->repeat);
	case 'C':
		options->cold = true;
		return true;
	case 'm':
		options->check.mbox = true;
		return true;
	case 'p':
		options->profile = true;
		return true;
	case 'd':
		options->compare = true;
		return true;
	case 'e':
		options->each = true;
		return true;
	case 'x':
		options->check.no_prefilter = true;
		return true;
	case 'J':
		options->check.json = true;
		return true;
	case 'h':
		options->check.help = true;
		return true;
	default:
		return false; /* getopt_long has told */
	}
}

static bool
parse(struct bench_options *options, int argc, char **argv)
{
	bool good = true;
	int option;

	*options = (struct bench_options){ .repeat = 3,
		.check = { .rules = VEC_OF(const char *, NULL),
		    .rcpts = VEC_OF(struct slice, NULL),
		    .jobs = 1,
		    .dns = "off",
		    .now = (int64_t)time(NULL) } };
	while ((option = getopt_long(argc, argv, "c:hj:", long_options, NULL)) != -1)
		good = take_option(options, option, optarg) && good;
	options->check.paths = (const char *const *)argv + optind;
	options->check.path_count = (size_t)(argc - optind);
	if (good && !options->check.help && options->check.path_count == 0) {
		command_complain("bench: which messages? Name files or directories");
		return false;
	}
	return good;
}

/* Runs what was asked for; returns the exit status. */
static int
measure(const struct bench_options *options, struct bench *bench, struct bench_report *report)
{
	struct buf out = { 0 };
	bool printed;

	report->stages = options->profile || !options->each;
	report->later = options->cold;
	if (!options->cold)
		bench_warm(bench);
	bench_run(bench);
	if (report->stages)
		bench_profile(bench);
	if (options->compare)
		bench_compare(bench);
	report->rules = options->profile;
	report->compared = options->compare;
	report->each = options->each;
	if (options->check.json)
		bench_report_json(report, bench, &out);
	else
		bench_report_text(report, bench, &out);
	printed = command_print(&out);
	buf_clear(&out);
	if (!printed || bench->unread > 0)
		return COMMAND_FAULT;
	return bench->differences.n > 0 ? COMMAND_NO : COMMAND_DONE;
}

static int
run(const struct bench_options *options)
{
	struct bench_report report = { .load_ns = clock_monotonic_us() };
	struct check_setup setup;
	int status = COMMAND_USAGE;

	if (check_setup_open(&setup, &options->check, options->check.jobs)) {
		struct bench bench = { .scanner = setup.scanner,
			.ruleset = setup.ruleset,
			.jobs = options->check.jobs,
			.repeat = (unsigned)options->repeat,
			.now = options->check.now,
			.no_prefilter = options->check.no_prefilter };

		report.load_ns = (clock_monotonic_us() - report.load_ns) * 1000;
		if (bench_load(&bench, options->check.paths, options->check.path_count,
			options->check.mbox))
			status = measure(options, &bench, &report);
		else if (bench.unread > 0)
			status = COMMAND_FAULT;
		bench_clear(&bench);
	}
	check_setup_close(&setup);
	return status;
}

int
cmd_bench(int argc, char **argv)
{
	struct bench_options options;
	bool good = parse(&options, argc, argv);
	int status = COMMAND_USAGE;

	if (options.check.help) {
		fputs(help_text, stdout);
		status = COMMAND_DONE;
	} else if (good) {
		status = run(&options);
	} else {
		fputs("`steelyard bench --help` tells more\n", stderr);
	}
	check_options_clear(&options.check);
	return status;
}
