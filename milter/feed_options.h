/*
 * feed_options.h - the options of `steelyard feed`, one list for all of its subcommands
 *
 * A subcommand's row says by letters which it takes; any other is a mistake.
 */
#ifndef STEELYARD_MILTER_FEED_OPTIONS_H
#define STEELYARD_MILTER_FEED_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/util/slice.h"
#include "engine/util/vec.h"

/* FEED_OPTION(letter, "name", field that takes its argument, or none for a flag) */
#define FEED_OPTION_TABLE(FLAG, TEXT, LIST)             \
	TEXT('c', "config", config)                     \
	TEXT('C', "channel", channel)                   \
	TEXT('k', "key", key)                           \
	TEXT('K', "head-key", head_key)                 \
	LIST('r', "redis", redis)                       \
	LIST('R', "root-key", root_keys)                \
	TEXT('u', "user", user)                         \
	TEXT('p', "password-file", password_file)       \
	TEXT('a', "ca-file", ca_file)                   \
	TEXT('s', "state", state)                       \
	TEXT('n', "note", note)                         \
	LIST('x', "remove", removed)                    \
	LIST('S', "score", scores)                      \
	FLAG('d', "dry-run", dry_run)                   \
	FLAG('J', "json", json)                         \
	FLAG('0', "root", root)                         \
	FLAG('1', "head", head)                         \
	TEXT('2', "roles", roles)                       \
	TEXT('t', "to", to)                             \
	TEXT('e', "every", every)                       \
	TEXT('L', "lifetime", lifetime)                 \
	TEXT('l', "last-seq", last_seq)                 \
	TEXT('v', "version", version)                   \
	TEXT('f', "file", file)                         \
	TEXT('o', "out", out)                           \
	TEXT('P', "to-password-file", to_password_file) \
	TEXT('U', "to-user", to_user)                   \
	FLAG('O', "once", once)                         \
	TEXT('D', "socket", socket)

struct feed_options {
#define FEED_OPTION_FLAG(letter, name, field) bool field;
#define FEED_OPTION_TEXT(letter, name, field) const char *field;
#define FEED_OPTION_LIST(letter, name, field) struct vec field; /* struct slice */
	FEED_OPTION_TABLE(FEED_OPTION_FLAG, FEED_OPTION_TEXT, FEED_OPTION_LIST)
#undef FEED_OPTION_FLAG
#undef FEED_OPTION_TEXT
#undef FEED_OPTION_LIST
	bool help;
	char **args;
	size_t arg_count;
};

/* Options of these letters; false, told of, at any other. Texts point into argv. */
bool feed_options_parse(struct feed_options *options, const char *letters, int argc, char **argv);
void feed_options_clear(struct feed_options *options);

/* A duration in seconds, `otherwise` when there is none; false, told of. */
bool
feed_option_seconds(const char *option, const char *text, int64_t otherwise, int64_t *seconds_r);

/* A whole number from 0; false, told of. */
bool feed_option_number(const char *option, const char *text, uint64_t *number_r);

#endif
