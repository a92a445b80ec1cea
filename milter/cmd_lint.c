/*
 * cmd_lint.c - `steelyard lint`: every mistake in configuration and rules, with its place
 *
 * Reading and compiling tell their own problems; then each rule's examples are
 * run through the real pipeline. Without PATH it is the configuration and the
 * rules it names; with PATHs it is these rules, under the defaults unless a
 * configuration is named too.
 */
#include "config.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/diagnostic.h"
#include "conf/ruleset_load.h"
#include "engine/util/vec.h"
#include "milter/command.h"
#include "milter/coverage.h"
#include "milter/lint_cost.h"
#include "milter/rule_examples.h"

static const char help_text[] =
    "usage: steelyard lint [-c FILE] [--coverage] [PATH]...\n"
    "       steelyard lint --cost [-c FILE] [--rules PATH]... [MESSAGE]...\n"
    "\n"
    "Finds every mistake in the configuration and its rules, or in the rules at each\n"
    "PATH (a .yaml file or a directory of them, or SpamAssassin's files or a directory\n"
    "of them), and runs the rules' examples. Prints\n"
    "file:line:column: error|warning: text, and exits with 1 when there is an error.\n"
    "\n"
    "  -c, --config FILE   configuration (default: the installed one)\n"
    "      --coverage      count the rules that run, wait for facts or are not supported\n"
    "      --cost          tell which way each pattern goes to PCRE2, why, and what it costs,\n"
    "                      by a guess or on each MESSAGE (a file or directory)\n"
    "      --rules PATH    with --cost: these rules; may be given several times\n";

struct linting {
	const char *config;
	bool help;
	bool coverage;
	bool cost;
	struct vec rules; /* const char * */
	const char *const *paths; /* of rules, or of messages with `cost` */
	size_t path_count;
};

static bool
parse(struct linting *linting, int argc, char **argv)
{
	static const struct option options[] = {
		{ "config", required_argument, NULL, 'c' },
		{ "coverage", no_argument, NULL, 'C' },
		{ "cost", no_argument, NULL, 'o' },
		{ "rules", required_argument, NULL, 'r' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int option;

	while ((option = getopt_long(argc, argv, "c:h", options, NULL)) != -1) {
		if (option == 'c')
			linting->config = optarg;
		else if (option == 'C')
			linting->coverage = true;
		else if (option == 'o')
			linting->cost = true;
		else if (option == 'r')
			*(const char **)vec_push(&linting->rules) = optarg;
		else if (option == 'h')
			linting->help = true;
		else
			return false;
	}
	linting->paths = (const char *const *)argv + optind;
	linting->path_count = (size_t)(argc - optind);
	if (linting->config == NULL &&
	    (linting->cost ? linting->rules.n : linting->path_count) == 0)
		linting->config = settings_usual_path();
	if (linting->cost && linting->coverage)
		command_complain("lint: --cost and --coverage do not go together");
	else if (!linting->cost && linting->rules.n > 0)
		command_complain("lint: --rules goes with --cost only: name the rules as they are");
	else
		return true;
	return false;
}

/* The table of costs; returns the exit status, but for what is in `found`. */
static int
tell_cost(const struct linting *linting, const struct settings *settings, struct diagnostics *found,
    struct buf *table)
{
	struct ruleset *ruleset = ruleset_load(
	    settings, (const char *const *)linting->rules.p, linting->rules.n, found);
	int status = COMMAND_DONE;

	if (ruleset != NULL)
		status = lint_cost_tell(
		    ruleset, settings->time_limit, linting->paths, linting->path_count, table);
	ruleset_unref(&ruleset);
	return status;
}

/* Returns the exit status, but for what is in `found`. */
static int
lint(const struct linting *linting, struct diagnostics *found, struct buf *table)
{
	struct settings *settings = NULL;
	struct ruleset *ruleset;
	int status = COMMAND_DONE;

	if (!settings_load(linting->config, &settings, found))
		return status;
	if (linting->coverage || linting->cost) {
		if (linting->cost)
			status = tell_cost(linting, settings, found, table);
		else
			coverage_tell(settings, linting->paths, linting->path_count, found, table);
		settings_free(&settings);
		return status;
	}
	ruleset = ruleset_load(settings, linting->paths, linting->path_count, found);
	if (ruleset != NULL)
		rule_examples_run(ruleset, NULL, found);
	ruleset_unref(&ruleset);
	settings_free(&settings);
	return status;
}

/* By file, line and column; what has the same place stays in the order it was found. */
static int
compare_places(const void *a, const void *b)
{
	const struct diagnostic *one = *(const struct diagnostic *const *)a;
	const struct diagnostic *two = *(const struct diagnostic *const *)b;
	int order = strcmp(one->file, two->file);

	if (order != 0)
		return order;
	if (one->line != two->line)
		return one->line < two->line ? -1 : 1;
	if (one->column != two->column)
		return one->column < two->column ? -1 : 1;
	return one < two ? -1 : one > two;
}

/* Prints all that was found; false when the output fails. */
static bool
print_sorted(const struct diagnostics *found)
{
	struct vec sorted = VEC_OF(const struct diagnostic *, NULL);
	size_t told = diagnostics_count(found, SEVERITY_ERROR) +
		      diagnostics_count(found, SEVERITY_WARNING);
	struct buf out = { 0 };
	bool printed;

	for (size_t i = 0; i < diagnostics_kept(found); i++)
		*(const struct diagnostic **)vec_push(&sorted) = diagnostics_at(found, i);
	if (sorted.n > 0)
		qsort(sorted.p, sorted.n, sizeof(const struct diagnostic *), compare_places);
	for (size_t i = 0; i < sorted.n; i++) {
		struct buf line = { 0 };

		diagnostic_format(*(const struct diagnostic **)vec_at(&sorted, i), &line);
		buf_printf(&out, "%s\n", buf_text(&line));
		buf_clear(&line);
	}
	if (told > sorted.n)
		buf_printf(&out, "and %zu more\n", told - sorted.n);
	vec_clear(&sorted);
	printed = command_print(&out);
	buf_clear(&out);
	return printed;
}

int
cmd_lint(int argc, char **argv)
{
	struct linting linting = { .rules = VEC_OF(const char *, NULL) };
	struct diagnostics *found;
	struct buf table = { 0 };
	bool good = parse(&linting, argc, argv);
	bool errors, printed;
	int status;

	if (!good || linting.help) {
		vec_clear(&linting.rules);
		fputs(linting.help ? help_text : "`steelyard lint --help` tells more\n",
		    linting.help ? stdout : stderr);
		return linting.help ? COMMAND_DONE : COMMAND_USAGE;
	}
	found = diagnostics_new();
	status = lint(&linting, found, &table);
	printed = print_sorted(found) && (table.n == 0 || command_print(&table));
	buf_clear(&table);
	vec_clear(&linting.rules);
	errors = diagnostics_count(found, SEVERITY_ERROR) > 0;
	diagnostics_free(&found);
	if (!printed)
		return COMMAND_FAULT;
	return status == COMMAND_DONE && errors ? COMMAND_NO : status;
}
