/*
 * cmd_check.c - `steelyard check`: messages in, verdicts out, in the same order
 *
 * A message is taken, scanned by one of --jobs workers, and its report printed
 * when all before it are. A message's bytes are freed as soon as its report
 * stands, so memory is bounded by the number of workers.
 */
#include "config.h"

#include <stdio.h>
#include <unistd.h>

#include "milter/check_options.h"
#include "milter/check_pass.h"
#include "milter/check_setup.h"
#include "milter/command.h"
#include "milter/mail_source.h"
#include "milter/ordered.h"
#include "milter/progress.h"
#include "milter/report.h"

struct checking {
	const struct check_options *options;
	struct mail_source *source;
	struct local_scan *scanner;
	struct progress progress;
	unsigned long done;
	bool spam; /* any was */
	bool fault; /* any could not be read, or output failed */
};

struct checked {
	struct mail mail;
	struct buf out; /* the report */
	bool spam;
};

static bool
checking_take(void *p, void *item)
{
	struct checking *checking = p;

	return mail_source_next(checking->source, &((struct checked *)item)->mail);
}

static void
checking_work(void *p, unsigned worker, void *item)
{
	const struct checking *checking = p;
	const struct check_options *options = checking->options;
	struct checked *checked = item;
	const struct report report = { options->json, options->all, options->explain,
		options->slow_ms > 0 };
	const struct scan_options how = {
		.now = options->now,
		.explain = options->explain,
		.subrules = options->all,
		.report = options->report,
		.no_prefilter = options->no_prefilter,
		.slow_us = options->slow_ms * 1000,
	};
	struct slice name = buf_slice(&checked->mail.name);
	const struct verdict *verdict;
	struct arena *arena;

	if (!checked->mail.readable) {
		if (options->json)
			report_error(name, slice_of(checked->mail.error), &checked->out);
		return;
	}
	verdict = local_scan_run(checking->scanner, worker, &options->envelope, &how,
	    buf_slice(&checked->mail.bytes), &arena);
	if (options->report)
		buf_add(&checked->out, verdict->report);
	else
		report_verdict(&report, name, verdict, &checked->out);
	checked->spam = verdict->spam;
	arena_free(&arena);
	buf_clear(&checked->mail.bytes);
}

static bool
checking_put(void *p, void *item)
{
	struct checking *checking = p;
	struct checked *checked = item;
	bool printed;

	progress_hide(&checking->progress);
	printed = command_print(&checked->out);
	checking->done++;
	checking->spam |= checked->spam;
	checking->fault |= !checked->mail.readable || !printed;
	if (!checked->mail.readable)
		command_complain("%s: %s", buf_text(&checked->mail.name), checked->mail.error);
	buf_clear(&checked->out);
	mail_clear(&checked->mail);
	progress_draw(&checking->progress, checking->done, mail_source_share(checking->source));
	return printed;
}

/* Everything but the set-up; returns the exit status. */
static int
check_all(const struct check_options *options, struct checking *checking)
{
	const struct ordered ordered = { sizeof(struct checked), checking_take, checking_work,
		checking_put, checking };

	checking->options = options;
	checking->source = mail_source_new(options->paths, options->path_count, options->mbox);
	progress_init(&checking->progress, STDERR_FILENO);
	ordered_run(&ordered, options->jobs);
	progress_hide(&checking->progress);
	mail_source_free(&checking->source);
	if (checking->fault)
		return COMMAND_FAULT;
	return options->exit_code && checking->spam ? COMMAND_NO : COMMAND_DONE;
}

static int
check(const struct check_options *options)
{
	struct check_setup setup;
	struct checking checking = { 0 };
	int status = COMMAND_USAGE;

	if (check_setup_open(&setup, options, options->jobs)) {
		checking.scanner = setup.scanner;
		status = check_all(options, &checking);
	}
	if (!check_setup_close(&setup) && status == COMMAND_DONE)
		status = COMMAND_FAULT;
	return status;
}

int
cmd_check(int argc, char **argv)
{
	struct check_options options;
	bool good = check_options_parse(&options, argc, argv);
	int status = COMMAND_USAGE;

	if (options.help)
		status = COMMAND_DONE;
	else if (options.pass)
		status = check_pass(&options, good);
	else if (good)
		status = check(&options);
	else
		fputs("`steelyard check --help` tells more\n", stderr);
	check_options_clear(&options);
	return status;
}
