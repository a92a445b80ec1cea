/*
 * command.h - the subcommands of `steelyard`, and what they share
 *
 * A subcommand gets its own argv (argv[0] is its name) and returns the
 * program's exit status.
 */
#ifndef STEELYARD_MILTER_COMMAND_H
#define STEELYARD_MILTER_COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "conf/settings.h"
#include "engine/rules/ruleset.h"
#include "engine/util/buf.h"
#include "engine/util/err.h"

/* DESIGN 9: scripts rely on these. */
enum command_status {
	COMMAND_DONE = 0,
	COMMAND_NO = 1, /* the question's answer is no */
	COMMAND_USAGE = 2, /* usage or configuration error */
	COMMAND_FAULT = 75, /* a passing fault: EX_TEMPFAIL */
};

int cmd_bench(int argc, char **argv);
int cmd_check(int argc, char **argv);
int cmd_lint(int argc, char **argv);
int cmd_rules(int argc, char **argv);
int cmd_status(int argc, char **argv);
int cmd_dnsbl(int argc, char **argv);
int cmd_reload(int argc, char **argv);
int cmd_config(int argc, char **argv);
int cmd_import_sa(int argc, char **argv);
int cmd_feed(int argc, char **argv);

/* Writes "steelyard: text" and a newline to standard error. */
void command_complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The same of an error with its place, "FILE:LINE: text". Returns false. */
bool command_complain_err(const struct err *err);

/*
 * The settings in the file at `config`, or, when it is NULL, in the usual
 * place, or the defaults if nothing is there. NULL: errors, which were told.
 * The caller frees them.
 */
struct settings *command_settings(const char *config);

/* The rules at `paths`, or the settings' when n is 0. NULL: errors, which were told. */
struct ruleset *
command_ruleset(const struct settings *settings, const char *const *paths, size_t n);

/* The whole number in min..max that option --NAME was given; false, told of: it is none. */
bool
command_number(const char *name, const char *text, int64_t min, int64_t max, int64_t *number_r);

/*
 * Asks the daemon by one request line (control_protocol.h) and prints its answer: over the socket
 * at `socket`, or, when it is NULL, over that of the settings in `config`. Returns the exit status;
 * `refused` when the daemon answers with an error, which goes to standard error.
 */
int command_ask(
    const char *socket, const char *config, const char *request, unsigned wait_s, int refused);

/* Writes all of it to standard output; false, told of, when that fails. */
bool command_print(const struct buf *out);

#endif
