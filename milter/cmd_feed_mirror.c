/*
 * cmd_feed_mirror.c - `steelyard feed mirror FROM TO`: copies until it is ended
 *
 * A Redis that is away, either one, is waited for. New entries go on at once; keyset, snapshot and
 * head, which no stream tells of, within MIRROR_WAIT_MS.
 */
#include "config.h"

#include "milter/cmd_feed.h"
#include "milter/clock.h"
#include "milter/command.h"
#include "milter/end_signal.h"
#include "milter/feed_desk.h"
#include "shared-sync/backoff.h"
#include "shared-sync/mirror.h"

#define MIRROR_WAIT_MS 2000

static void
tell(void *p, const char *text)
{
	(void)p;
	command_complain("%s", text);
}

/* A fault that time may mend: a spoiled byte, a foreign item, a keyset that is renewed late. */
static bool
may_pass(enum fault fault)
{
	return fault != FAULT_FORK && fault != FAULT_ROLE && fault != FAULT_RETIRED;
}

/* Copies and follows. What only a person can mend, such as a fork, ends it. */
static int
follow(struct mirror *mirror, bool once, int end_pipe)
{
	struct backoff backoff = { 0 };
	enum fault told = FAULT_NONE;

	for (;;) {
		struct err err = { 0 };
		enum fault fault = mirror_copy(mirror, &err);

		if (fault == FAULT_NONE && once)
			return COMMAND_DONE;
		if (fault == FAULT_NONE)
			fault = mirror_wait(mirror, MIRROR_WAIT_MS, &err);
		if (end_signal_came())
			return COMMAND_DONE;
		if (fault != FAULT_NONE && (once || !may_pass(fault)))
			return feed_complain(fault, &err);
		if (fault != told && fault != FAULT_NONE)
			feed_complain(fault, &err);
		told = fault;
		if (fault == FAULT_NONE)
			backoff_reset(&backoff);
		else if (!backoff_wait(
			     backoff_next(&backoff, (uint64_t)clock_monotonic_us()), end_pipe))
			return COMMAND_DONE;
	}
}

static int
mirror_with(struct feed_desk *desk, struct carrier *to)
{
	struct mirror mirror = { .from = desk->publisher, .to = desk->publisher };
	int end_pipe = end_signal_catch();

	mirror.from.tell = tell;
	mirror.to.carrier = to;
	mirror.to.tell = NULL;
	return end_pipe < 0 ? COMMAND_FAULT : follow(&mirror, desk->options->once, end_pipe);
}

int
feed_mirror(const struct feed_options *options)
{
	const struct slice addresses[] = { slice_of(options->args[0]), slice_of(options->args[1]) };
	const char *to_user = options->to_user, *to_password = options->to_password_file;
	struct carrier_place place = { .addresses = &addresses[1],
		.count = 1,
		.user = to_user != NULL ? to_user : "",
		.password_file = to_password != NULL ? to_password : "",
		.ca_file = options->ca_file != NULL ? options->ca_file : "" };
	struct feed_desk desk;
	struct carrier *to = NULL;
	int status = COMMAND_USAGE;

	if (feed_desk_init(&desk, options)) {
		desk.place.addresses = &addresses[0];
		desk.place.count = 1;
		if (feed_desk_open(&desk, FEED_NEED_REDIS | FEED_NEED_ASIDE))
			to = feed_desk_carrier(&desk, &place);
	}
	if (to != NULL)
		status = mirror_with(&desk, to);
	carrier_free(&to);
	feed_desk_clear(&desk);
	return status;
}
