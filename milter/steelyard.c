/*
 * steelyard.c - the command line: finds the subcommand and leaves all else to it
 *
 * Each subcommand is one file, cmd_NAME.c. Exit statuses are DESIGN 9's and
 * stand in command.h.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "milter/command.h"

static const struct {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *what;
} commands[] = {
	{ "check", cmd_check,
	    "score messages: files, directories, Maildirs, mboxes, standard input" },
	{ "bench", cmd_bench, "measure what messages cost, and which rules cost it" },
	{ "lint", cmd_lint,
	    "find every mistake in rules and configuration; run the rules' examples" },
	{ "rules", cmd_rules, "list the rules, or show one in full" },
	{ "import-sa", cmd_import_sa, "write SpamAssassin's rules as a rule file of ours" },
	{ "config", cmd_config, "show the configuration in force" },
	{ "status", cmd_status, "ask the running daemon how it is" },
	{ "dnsbl", cmd_dnsbl, "tell how DNS lists stand, or ask them all about one address" },
	{ "feed", cmd_feed, "publish, carry and look at channels of signed rules" },
	{ "reload", cmd_reload, "make the running daemon read configuration and rules again" },
};
#define COMMAND_COUNT (sizeof(commands) / sizeof(commands[0]))

static void
usage(FILE *file)
{
	fputs("usage: steelyard COMMAND [OPTION]... [ARGUMENT]...\n\n", file);
	for (size_t i = 0; i < COMMAND_COUNT; i++)
		fprintf(file, "  %-9s  %s\n", commands[i].name, commands[i].what);
	fputs("\n`steelyard COMMAND --help` tells more, and steelyard(1) everything.\n", file);
}

int
main(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : "";

	for (size_t i = 0; i < COMMAND_COUNT; i++)
		if (strcmp(name, commands[i].name) == 0)
			return commands[i].run(argc - 1, argv + 1);
	if (strcmp(name, "--version") == 0 || strcmp(name, "-V") == 0) {
		puts(PACKAGE_STRING);
		return COMMAND_DONE;
	}
	if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0 || strcmp(name, "help") == 0) {
		usage(stdout);
		return COMMAND_DONE;
	}
	if (argc > 1)
		command_complain("there is no command \"%s\"", name);
	usage(stderr);
	return COMMAND_USAGE;
}
