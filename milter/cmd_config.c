/*
 * cmd_config.c - `steelyard config`: the configuration in force
 *
 * What it prints is YAML that steelyardd would take: the keys that a file
 * sets, or, with --effective, all of them. Where a value came from stands
 * behind it as a comment, so that the output stays a configuration.
 */
#include "config.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "conf/diagnostic.h"
#include "conf/ruleset_load.h"
#include "milter/command.h"

static const char help_text[] = "usage: steelyard config [--effective] [--origin] [-c FILE]\n"
				"\n"
				"Shows the configuration in force, as YAML.\n"
				"\n"
				"  -c, --config FILE   configuration (default: the installed one)\n"
				"      --effective     defaults too, not only what a file sets\n"
				"      --origin        say of each value where it came from\n";

struct showing {
	const char *config;
	bool effective, origin, help;
};

static bool
parse(struct showing *showing, int argc, char **argv)
{
	static const struct option options[] = {
		{ "config", required_argument, NULL, 'c' },
		{ "effective", no_argument, NULL, 'e' },
		{ "origin", no_argument, NULL, 'o' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int option;

	while ((option = getopt_long(argc, argv, "c:h", options, NULL)) != -1) {
		if (option == 'c')
			showing->config = optarg;
		else if (option == 'e')
			showing->effective = true;
		else if (option == 'o')
			showing->origin = true;
		else if (option == 'h')
			showing->help = true;
		else
			return false;
	}
	return optind == argc;
}

/* "thresholds.tag" as "thresholds:" (once for its group) and "  tag". */
static void
add_key(struct buf *out, const char *key, struct slice *group)
{
	struct slice whole = slice_of(key), head;
	size_t dot = slice_find_byte(whole, 0, '.');

	if (dot == whole.n) {
		*group = SLICE_ABSENT;
		buf_add(out, whole);
		return;
	}
	head = slice_cut(whole, 0, dot);
	if (group->p == NULL || !slice_eq(*group, head))
		buf_printf(out, "%.*s:\n", SLICE_ARG(head));
	*group = head;
	buf_printf(out, "  %s", key + dot + 1);
}

static void
add_origin(struct buf *out, const struct setting *setting)
{
	const struct origin *origin = &setting->origin;

	if (origin->file == NULL)
		buf_add(out, SLICE("  # default"));
	else if (origin->line == 0)
		buf_printf(out, "  # %s", origin->file);
	else if (origin->column == 0)
		buf_printf(out, "  # %s:%u", origin->file, origin->line);
	else
		buf_printf(out, "  # %s:%u:%u", origin->file, origin->line, origin->column);
}

static void
add_settings(struct buf *out, const struct settings *settings, const struct showing *showing)
{
	struct slice group = SLICE_ABSENT;

	for (size_t i = 0; i < settings_count(); i++) {
		const struct setting *setting = settings_at(settings, i);

		if (!setting->set && !showing->effective)
			continue;
		add_key(out, setting->key, &group);
		buf_printf(out, ": %s", setting->value);
		if (showing->origin)
			add_origin(out, setting);
		buf_add_byte(out, '\n');
	}
}

/* What rules bring counts too, where they can be read; mistakes in them are lint's to tell. */
static void
add_in_force(struct buf *out, const struct settings *settings, const struct showing *showing)
{
	struct diagnostics *found = diagnostics_new();
	struct settings *laid = showing->effective ? ruleset_settings(settings, found) : NULL;

	add_settings(out, laid != NULL ? laid : settings, showing);
	settings_free(&laid);
	diagnostics_free(&found);
}

int
cmd_config(int argc, char **argv)
{
	struct showing showing = { 0 };
	struct settings *settings;
	struct buf out = { 0 };
	bool printed;

	if (!parse(&showing, argc, argv) || showing.help) {
		fputs(help_text, showing.help ? stdout : stderr);
		return showing.help ? COMMAND_DONE : COMMAND_USAGE;
	}
	settings = command_settings(showing.config);
	if (settings == NULL)
		return COMMAND_USAGE;
	add_in_force(&out, settings, &showing);
	if (out.n == 0)
		buf_add(&out, SLICE("# every setting has its default: see --effective\n"));
	printed = command_print(&out);
	buf_clear(&out);
	settings_free(&settings);
	return printed ? COMMAND_DONE : COMMAND_FAULT;
}
