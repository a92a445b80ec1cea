/*
 * daemon.h - steelyardd from its first breath to its last
 */
#ifndef STEELYARD_MILTER_DAEMON_H
#define STEELYARD_MILTER_DAEMON_H

#include <stdbool.h>
#include <stdint.h>

struct daemon_options {
	const char *config; /* path; NULL: defaults alone */
	bool foreground;
	const char *dns; /* "off", "live" or the file of a table; NULL: what the settings say */
	bool no_prefilter; /* PCRE2 alone matches */
	int64_t now; /* seconds since 1970 that rules and log see; 0: the real time */
};

/* Exit statuses (DESIGN.md 9). */
enum daemon_status {
	DAEMON_DONE = 0,
	DAEMON_USAGE = 2, /* usage or configuration */
	DAEMON_FAULT = 75, /* a passing fault: a socket in use, ... */
};

/*
 * Reads the configuration, serves until SIGTERM, drains, and returns the exit
 * status. In the background the caller's process returns DAEMON_DONE as soon
 * as the daemon serves. The caller must exit at once: libmilter's threads
 * still run.
 */
int daemon_run(const struct daemon_options *options);

/* Reads the configuration and says on standard error what is wrong with it. Opens nothing. */
int daemon_test(const struct daemon_options *options);

#endif
