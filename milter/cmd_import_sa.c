/*
 * cmd_import_sa.c - `steelyard import-sa`: SpamAssassin's rules as a rule file of ours
 *
 * For who wants to move over: what is written scores the same mail the same.
 * Replacement tags stay, as groups that patterns call by name.
 */
#include "config.h"

#include <getopt.h>
#include <stdio.h>

#include "conf/diagnostic.h"
#include "conf/rules_yaml_write.h"
#include "conf/spamassassin/reader.h"
#include "conf/spamassassin/resolve.h"
#include "milter/command.h"

static const char help_text[] =
    "usage: steelyard import-sa PATH...\n"
    "\n"
    "Reads SpamAssassin's configuration, directories and files, and writes its rules,\n"
    "scores and lists as one rule file in YAML. What has no form there is an error\n"
    "with its place, and nothing is written.\n";

/* The file's text; false: something has no form in YAML, or a path cannot be read. */
static bool
import(const char *const *paths, size_t n, struct diagnostics *found, struct buf *out)
{
	struct rule_source source = RULE_SOURCE_INIT;
	struct sa_config *config = sa_config_new(rule_source_arena(&source), found);
	bool good;

	config->local_tests_only = true;
	config->replace_form = REPLACE_DEFINE;
	good = sa_read_paths(config, paths, n);
	sa_resolve(config, &source);
	if (good)
		good = rules_yaml_write(&source, out, found);
	sa_config_free(&config);
	rule_source_clear(&source);
	return good;
}

int
cmd_import_sa(int argc, char **argv)
{
	static const struct option options[] = {
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int option = getopt_long(argc, argv, "h", options, NULL), status;
	struct diagnostics *found;
	struct buf out = { 0 };

	if (option != -1 || optind == argc) {
		fputs(help_text, option == 'h' ? stdout : stderr);
		return option == 'h' ? COMMAND_DONE : COMMAND_USAGE;
	}
	found = diagnostics_new();
	if (!import((const char *const *)argv + optind, (size_t)(argc - optind), found, &out))
		status = COMMAND_USAGE;
	else
		status = command_print(&out) ? COMMAND_DONE : COMMAND_FAULT;
	diagnostics_print(found, stderr);
	diagnostics_free(&found);
	buf_clear(&out);
	return status;
}
