/*
 * cmd_control.c - `steelyard status` and `steelyard reload`: one question to the daemon
 *
 * Which socket: --socket, or the configuration's control_socket. No daemon,
 * or no answer, is a passing fault (75); a refused reload is a configuration
 * error (2), and the daemon goes on with what it had.
 */
#include "config.h"

#include <getopt.h>
#include <stdio.h>

#include "milter/command.h"
#include "milter/control_protocol.h"

#define STATUS_WAIT_S 10
/* A reload compiles every rule before it answers. */
#define RELOAD_WAIT_S 120

struct asking {
	const char *config, *socket;
	bool json, help;
};

static const char status_help[] =
    "usage: steelyard status [--json] [-c FILE | --socket PATH]\n"
    "\n"
    "Asks the running steelyardd for its version, uptime, ruleset and counters.\n";

static const char reload_help[] =
    "usage: steelyard reload [-c FILE | --socket PATH]\n"
    "\n"
    "Makes the running steelyardd read configuration and rules again, and says what\n"
    "came of it. A bad configuration is refused; the old one stays.\n";

static bool
parse(struct asking *asking, int argc, char **argv, bool may_json)
{
	static const struct option options[] = {
		{ "config", required_argument, NULL, 'c' },
		{ "socket", required_argument, NULL, 's' },
		{ "help", no_argument, NULL, 'h' },
		{ "json", no_argument, NULL, 'J' },
		{ NULL, 0, NULL, 0 },
	};
	int option;

	while ((option = getopt_long(argc, argv, "c:h", options, NULL)) != -1) {
		if (option == 'c')
			asking->config = optarg;
		else if (option == 's')
			asking->socket = optarg;
		else if (option == 'h')
			asking->help = true;
		else if (option == 'J' && may_json)
			asking->json = true;
		else
			return false;
	}
	return optind == argc;
}

int
cmd_status(int argc, char **argv)
{
	struct asking asking = { 0 };

	if (!parse(&asking, argc, argv, true) || asking.help) {
		fputs(status_help, asking.help ? stdout : stderr);
		return asking.help ? COMMAND_DONE : COMMAND_USAGE;
	}
	return command_ask(asking.socket, asking.config,
	    asking.json ? CONTROL_STATUS_JSON : CONTROL_STATUS, STATUS_WAIT_S, COMMAND_FAULT);
}

int
cmd_reload(int argc, char **argv)
{
	struct asking asking = { 0 };

	if (!parse(&asking, argc, argv, false) || asking.help) {
		fputs(reload_help, asking.help ? stdout : stderr);
		return asking.help ? COMMAND_DONE : COMMAND_USAGE;
	}
	return command_ask(
	    asking.socket, asking.config, CONTROL_RELOAD, RELOAD_WAIT_S, COMMAND_USAGE);
}
