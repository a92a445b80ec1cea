/*
 * command.c - what the subcommands of `steelyard` share: complaints, and the
 * way from a configuration to a ruleset
 *
 * The command line takes no half-good configuration: one error, and it stops
 * with COMMAND_USAGE. Warnings are lint's to tell.
 */
#include "config.h"

#include "milter/command.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conf/diagnostic.h"
#include "conf/ruleset_load.h"
#include "milter/control_client.h"
#include "milter/feed_state.h"

void
command_complain(const char *format, ...)
{
	va_list args;

	fputs("steelyard: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
}

/* Prints the errors among what was found. */
static void
tell_errors(const struct diagnostics *found)
{
	for (size_t i = 0; i < diagnostics_kept(found); i++) {
		const struct diagnostic *diagnostic = diagnostics_at(found, i);
		struct buf line = { 0 };

		if (diagnostic->severity != SEVERITY_ERROR)
			continue;
		diagnostic_format(diagnostic, &line);
		fprintf(stderr, "%s\n", buf_text(&line));
		buf_clear(&line);
	}
}

bool
command_complain_err(const struct err *err)
{
	struct buf text = { 0 };

	err_format(err, &text);
	command_complain("%s", buf_text(&text));
	buf_clear(&text);
	return false;
}

struct settings *
command_settings(const char *config)
{
	struct diagnostics *found = diagnostics_new();
	struct settings *settings = NULL;

	settings_load(config != NULL ? config : settings_usual_path(), &settings, found);
	tell_errors(found);
	diagnostics_free(&found);
	return settings;
}

struct ruleset *
command_ruleset(const struct settings *settings, const char *const *paths, size_t n)
{
	struct diagnostics *found = diagnostics_new();
	struct ruleset *ruleset = ruleset_load(settings, paths, n, found);

	tell_errors(found);
	if (ruleset != NULL && diagnostics_count(found, SEVERITY_ERROR) > 0)
		ruleset_unref(&ruleset);
	diagnostics_free(&found);
	/* Exactly these rules, or the configured ones with all that belongs to them. */
	if (ruleset != NULL && n == 0)
		ruleset = feed_state_lay(settings, ruleset);
	return ruleset;
}

bool
command_print(const struct buf *out)
{
	struct slice rest = buf_slice(out);

	while (rest.n > 0) {
		ssize_t n = write(STDOUT_FILENO, rest.p, rest.n);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			command_complain("standard output: %s", strerror(errno));
			return false;
		}
		rest = slice_from(rest, (size_t)n);
	}
	return true;
}

bool
command_number(const char *name, const char *text, int64_t min, int64_t max, int64_t *number_r)
{
	char *end;
	long long number;

	errno = 0;
	number = strtoll(text, &end, 10);
	if (end == text || *end != '\0' || errno != 0 || number < min || number > max) {
		command_complain("--%s: want a number from %lld to %lld, got \"%s\"", name,
		    (long long)min, (long long)max, text);
		return false;
	}
	*number_r = number;
	return true;
}

int
command_ask(
    const char *socket, const char *config, const char *request, unsigned wait_s, int refused)
{
	struct settings *settings = NULL;
	struct buf text = { 0 };
	struct err err = { 0 };
	int answer;

	if (socket == NULL) {
		settings = command_settings(config);
		if (settings == NULL)
			return COMMAND_USAGE;
		socket = settings->control_socket;
	}
	answer = control_ask(socket, request, wait_s, &text, &err);
	settings_free(&settings);
	if (answer < 0)
		command_complain("%s", err.text);
	else if (answer == 0)
		fwrite(text.p, 1, text.n, stderr);
	else if (!command_print(&text))
		answer = -1;
	buf_clear(&text);
	return answer > 0 ? COMMAND_DONE : answer == 0 ? refused : COMMAND_FAULT;
}
