/*
 * check_options.h - what `steelyard check` was asked to do
 */
#ifndef STEELYARD_MILTER_CHECK_OPTIONS_H
#define STEELYARD_MILTER_CHECK_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/envelope.h"
#include "engine/util/arena.h"
#include "engine/util/vec.h"

struct check_options {
	const char *config; /* NULL: the usual place */
	struct vec rules; /* const char *: --rules, in order */
	bool json, all, explain, report, mbox, exit_code;
	bool pass, fail_open;
	bool no_prefilter;
	bool help; /* asked for and given: nothing else is to be done */
	int64_t now; /* seconds since 1970 */
	const char *dns; /* "off", "live" or the file of a table */
	const char *record; /* the file that answers go to; NULL: none */
	int64_t slow_ms; /* tell of rules that take longer; 0: of none */
	unsigned jobs;
	struct envelope envelope; /* known: --client-ip was given */
	struct vec rcpts; /* struct slice, of the envelope */
	struct arena *arena; /* of the envelope's client_ip */
	const char *const *paths; /* never none: "-" by default */
	size_t path_count;
};

/*
 * Reads the arguments, which must outlive the options. Goes on after a
 * mistake, so that pass, fail_open and paths stand even then: a filter must
 * know what to do with the message. False: there was a mistake, told of.
 */
bool check_options_parse(struct check_options *options, int argc, char **argv);

void check_options_clear(struct check_options *options);

#endif
