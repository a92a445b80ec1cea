/*
 * cmd_feed_status.c - `steelyard feed status`, promote and mute: what the daemon says of channels
 *
 * A decision is the daemon's to keep: it is one line over the control socket.
 */
#include "config.h"

#include "milter/cmd_feed.h"
#include "milter/command.h"
#include "milter/control_protocol.h"

#define STATUS_WAIT_S 60

static int
ask(const struct feed_options *options, const char *request)
{
	return command_ask(options->socket, options->config, request, STATUS_WAIT_S, COMMAND_NO);
}

int
feed_status(const struct feed_options *options)
{
	return ask(options, options->json ? CONTROL_FEED_JSON : CONTROL_FEED);
}

static int
decide(const struct feed_options *options, const char *request)
{
	struct buf line = { 0 };
	int status;

	buf_printf(&line, "%s%s", request, options->args[0]);
	status = ask(options, buf_text(&line));
	buf_clear(&line);
	return status;
}

int
feed_promote(const struct feed_options *options)
{
	return decide(options, CONTROL_FEED_PROMOTE);
}

int
feed_mute(const struct feed_options *options)
{
	return decide(options, CONTROL_FEED_MUTE);
}
