/*
 * cmd_feed.c - `steelyard feed`: channels of rules that are signed and carried by Redis
 *
 * The table says what there is, what each takes, and which options. All else is the
 * subcommand's.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "milter/cmd_feed.h"
#include "milter/command.h"

/* Where a channel is and what is known of it; who may write it. */
#define READS "cCrRupas"
#define WRITES READS "k"

static const struct row {
	const char *name;
	feed_command *run;
	const char *letters; /* the options of FEED_OPTION_TABLE that it takes */
	size_t args_min, args_max;
	const char *usage;
	const char *what;
} rows[] = {
	{ "keygen", feed_keygen, "01J", 1, 1, "[--root|--head] FILE",
	    "make a key pair; print the public key" },
	{ "keyset", feed_keyset, WRITES "2fovlLJ", 1, 2,
	    "add KEY | retire KEY --last-seq N | sign --key ROOT | put FILE | show",
	    "say who may sign in a channel" },
	{ "publish", feed_publish, WRITES "KnxSdLJ", 0, SIZE_MAX,
	    "--key FILE [--remove NAME] [--score NAME=N] [--dry-run] [RULES]...",
	    "put what changed in rule files, as one entry" },
	{ "rollback", feed_rollback, WRITES "KnLdtJ", 0, 0, "--key FILE --to SEQ",
	    "undo what came after an entry, by a new one" },
	{ "snapshot", feed_snapshot, WRITES "J", 0, 0, "--key FILE",
	    "sign all rules as they are, for new subscribers" },
	{ "head", feed_head, WRITES "KeL", 0, 0, "--head-key FILE [--every 1h]",
	    "sign that the newest entry is the newest" },
	{ "log", feed_log, READS "J", 0, 0, "", "list the entries" },
	{ "show", feed_show, READS "J", 1, 1, "SEQ|NAME", "show an entry, or a rule" },
	{ "diff", feed_diff, READS, 2, 2, "SEQ SEQ", "what changed between two entries" },
	{ "export", feed_export, READS, 1, 1, "FILE", "write a channel into a file" },
	{ "import", feed_import, "cCR", 1, 1, "FILE",
	    "take a channel from a file, where there is no Redis" },
	{ "mirror", feed_mirror, "cCRupasPUO", 2, 2, "FROM TO",
	    "copy a channel into another Redis, and follow it" },
	{ "status", feed_status, "cDJ", 0, 0, "[--json] [--socket PATH]",
	    "how the running steelyardd follows its channels" },
	{ "promote", feed_promote, "cD", 1, 1, "NAME",
	    "let a rule score, whatever the guard finds" },
	{ "mute", feed_mute, "cD", 1, 1, "NAME", "let a rule count and not score" },
};
#define ROW_COUNT (sizeof(rows) / sizeof(rows[0]))

static void
usage(FILE *file)
{
	fputs("usage: steelyard feed COMMAND [OPTION]... [ARGUMENT]...\n\n", file);
	for (size_t i = 0; i < ROW_COUNT; i++)
		fprintf(file, "  %-9s %s\n", rows[i].name, rows[i].what);
	fputs(
	    "\nA channel is --channel NAME in --redis URL (may stand several times), vouched for by\n"
	    "--root-key KEY; feeds of steelyard.yaml says the same. Further: -c FILE, --user NAME,\n"
	    "--password-file FILE, --ca-file FILE, --state DIR, --json. steelyard(1) tells the rest.\n",
	    file);
}

static int
run(const struct row *row, int argc, char **argv)
{
	struct feed_options options;
	int status = COMMAND_USAGE;

	if (feed_options_parse(&options, row->letters, argc, argv)) {
		if (options.help) {
			printf(
			    "usage: steelyard feed %s %s\n%s\n", row->name, row->usage, row->what);
			status = COMMAND_DONE;
		} else if (options.arg_count < row->args_min || options.arg_count > row->args_max) {
			command_complain("usage: steelyard feed %s %s", row->name, row->usage);
		} else {
			status = row->run(&options);
		}
	}
	feed_options_clear(&options);
	return status;
}

int
cmd_feed(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : "";

	for (size_t i = 0; i < ROW_COUNT; i++)
		if (strcmp(name, rows[i].name) == 0)
			return run(&rows[i], argc - 1, argv + 1);
	if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0) {
		usage(stdout);
		return COMMAND_DONE;
	}
	if (argc > 1)
		command_complain("there is no command \"feed %s\"", name);
	usage(stderr);
	return COMMAND_USAGE;
}
