/*
 * steelyardd.c - the daemon's command line
 *
 * Reads the options and hands over to daemon.c. A relative configuration path
 * is made absolute here, for the daemon leaves its directory and reads the
 * file again at each reload. There is no setlocale: bytes are bytes.
 */
#include "config.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conf/settings.h"
#include "milter/daemon.h"

static const char usage[] =
    "usage: steelyardd [-ftV] [-c FILE] [--dns WHAT] [--now SECONDS]\n"
    "                   [--no-prefilter]\n"
    "  -c, --config FILE   configuration (default: the installed one, if any)\n"
    "  -f, --foreground    stay in the foreground\n"
    "  -t, --test          test the configuration and exit\n"
    "      --dns WHAT      ask the DNS: live, off, or a table of answers\n"
    "      --now SECONDS   take this for the time, in seconds since 1970\n"
    "      --no-prefilter  match every pattern by PCRE2 alone\n"
    "  -V, --version       print the version and exit\n"
    "  -h, --help          print this and exit\n";

enum {
	OPTION_NOW = 256,
	OPTION_DNS,
	OPTION_NO_PREFILTER,
};

static const struct option long_options[] = {
	{ "config", required_argument, NULL, 'c' },
	{ "foreground", no_argument, NULL, 'f' },
	{ "test", no_argument, NULL, 't' },
	{ "dns", required_argument, NULL, OPTION_DNS },
	{ "now", required_argument, NULL, OPTION_NOW },
	{ "no-prefilter", no_argument, NULL, OPTION_NO_PREFILTER },
	{ "version", no_argument, NULL, 'V' },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

/* `path` from the root on; the caller's for good. */
static char *
path_absolute(const char *path)
{
	char *here, *whole;
	size_t n;

	if (path[0] == '/')
		return strdup(path);
	here = getcwd(NULL, 0);
	if (here == NULL)
		return strdup(path);
	n = strlen(here) + strlen(path) + 2;
	whole = malloc(n);
	if (whole != NULL)
		snprintf(whole, n, "%s/%s", here, path);
	free(here);
	return whole;
}

static bool
parse_now(const char *text, int64_t *now_r)
{
	char *end;

	*now_r = strtoll(text, &end, 10);
	if (end != text && *end == '\0' && *now_r > 0 && *now_r < INT64_C(253402300800))
		return true;
	fprintf(stderr, "steelyardd: --now: expected seconds since 1970, got \"%s\"\n", text);
	return false;
}

/* Runs with what the options ask for. */
static int
run(int argc, char **argv, struct daemon_options *options, char **config)
{
	bool test = false;
	int c;

	while ((c = getopt_long(argc, argv, "c:fthV", long_options, NULL)) != -1) {
		switch (c) {
		case 'c':
			free(*config);
			*config = path_absolute(optarg);
			break;
		case 'f':
			options->foreground = true;
			break;
		case 't':
			test = true;
			break;
		case OPTION_DNS:
			options->dns = optarg;
			break;
		case OPTION_NO_PREFILTER:
			options->no_prefilter = true;
			break;
		case OPTION_NOW:
			if (!parse_now(optarg, &options->now))
				return DAEMON_USAGE;
			break;
		case 'V':
			printf("steelyardd %s\n", PACKAGE_VERSION);
			return DAEMON_DONE;
		case 'h':
			fputs(usage, stdout);
			return DAEMON_DONE;
		default:
			fputs(usage, stderr);
			return DAEMON_USAGE;
		}
	}
	if (optind < argc) {
		fprintf(stderr, "steelyardd: unexpected argument \"%s\"\n%s", argv[optind], usage);
		return DAEMON_USAGE;
	}
	options->config = *config != NULL ? *config : settings_usual_path();
	return test ? daemon_test(options) : daemon_run(options);
}

int
main(int argc, char **argv)
{
	static struct daemon_options options;
	char *config = NULL;
	int status = run(argc, argv, &options, &config);

	fflush(NULL);
	_exit(status);
}
