/*
 * check_pass.c - `steelyard check --pass`: a filter in a pipe
 *
 * The message is read whole first, since --fail-open must be able to give it
 * back whatever is wrong with the configuration; it is written only after the
 * whole verdict stands. Postfix's pipe(8) bounces mail on a status of 1 or 2,
 * so every fault is 75. An incomplete scan comes to what on_incomplete says:
 * tempfail is a fault here, the others write the message with its fields, since
 * a pipe can neither hold nor refuse.
 */
#include "config.h"

#include "milter/check_pass.h"

#include <signal.h>

#include "milter/check_options.h"
#include "milter/check_setup.h"
#include "milter/command.h"
#include "milter/mail_source.h"
#include "milter/pass.h"

/* The message with its fields into out; COMMAND_NO when it is spam and that was asked. */
static int
scan_and_pass(const struct check_options *options, const struct check_setup *setup,
    struct slice bytes, struct buf *out)
{
	const struct scan_options how = { .now = options->now };
	struct arena *arena;
	const struct verdict *verdict = local_scan_run(
	    setup->scanner, 0, &options->envelope, &how, bytes, &arena);
	int status = verdict->spam && options->exit_code ? COMMAND_NO : COMMAND_DONE;

	if (verdict->incomplete && setup->settings->on_incomplete == INCOMPLETE_TEMPFAIL) {
		command_complain("the scan is incomplete");
		status = COMMAND_FAULT;
	} else {
		pass_message(out, &(struct pass_source){ bytes, ruleset_policy(setup->ruleset),
				      &options->envelope, verdict });
	}
	arena_free(&arena);
	return status;
}

static int
pass_checked(const struct check_options *options, struct slice bytes, struct buf *out)
{
	struct check_setup setup;
	int status = COMMAND_FAULT;

	if (check_setup_open(&setup, options, 1))
		status = scan_and_pass(options, &setup, bytes, out);
	if (!check_setup_close(&setup))
		status = COMMAND_FAULT;
	return status;
}

int
check_pass(const struct check_options *options, bool good)
{
	struct buf out = { 0 };
	struct mail mail;
	int status = COMMAND_FAULT;

	/* A reader that is gone is a fault to tell of by status, not by signal. */
	signal(SIGPIPE, SIG_IGN);
	if (!mail_read(options->paths[0], &mail)) {
		command_complain("%s: %s", options->paths[0], mail.error);
		mail_clear(&mail);
		return COMMAND_FAULT;
	}
	if (good)
		status = pass_checked(options, buf_slice(&mail.bytes), &out);
	if (status == COMMAND_FAULT && options->fail_open) {
		buf_clear(&out);
		buf_add(&out, buf_slice(&mail.bytes));
		status = COMMAND_DONE;
	}
	if (status != COMMAND_FAULT && !command_print(&out))
		status = COMMAND_FAULT;
	buf_clear(&out);
	mail_clear(&mail);
	return status;
}
