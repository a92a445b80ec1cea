/*
 * cmd_feed_status.c - `steelyard feed status`, promote and mute: what the daemon says of channels
 *
 * A decision is the daemon's to keep: it is one line over the control socket.
 */
#include "config.h"

#include <stdio.h>

#include "milter/cmd_feed.h"
#include "milter/command.h"
#include "milter/control_client.h"
#include "milter/control_protocol.h"

#define STATUS_WAIT_S 60

/* Asks the daemon and prints its answer. */
static int
ask(const struct feed_options *options, const char *request)
{
	struct settings *settings = NULL;
	struct buf text = { 0 };
	struct err err = { 0 };
	const char *socket = options->socket;
	int answer;

	if (socket == NULL) {
		settings = command_settings(options->config);
		if (settings == NULL)
			return COMMAND_USAGE;
		socket = settings->control_socket;
	}
	answer = control_ask(socket, request, STATUS_WAIT_S, &text, &err);
	settings_free(&settings);
	if (answer < 0)
		command_complain("%s", err.text);
	else if (answer == 0)
		fwrite(text.p, 1, text.n, stderr);
	else if (!command_print(&text))
		answer = -1;
	buf_clear(&text);
	return answer > 0 ? COMMAND_DONE : answer == 0 ? COMMAND_NO : COMMAND_FAULT;
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
