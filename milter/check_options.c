/*
 * check_options.c - the arguments of `steelyard check`
 *
 * getopt_long splits them; all values are checked here, so that a wrong one
 * is a usage error and not a wrong verdict. Addresses may come with or without
 * their angle brackets; "<>" and "" are the null sender.
 */
#include "config.h"

#include "milter/check_options.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "engine/mime/ip.h"
#include "milter/command.h"
#include "milter/ordered.h"

/* Seconds to the end of the year 9999: beyond it a date has no RFC 5322 form. */
#define NOW_MAX INT64_C(253402300799)

/* An hour, in milliseconds. */
#define SLOW_MAX 3600000

/* Holds the text of one address. */
#define ARENA_BYTES 4096

enum check_option {
	OPTION_CONFIG = 'c',
	OPTION_HELP = 'h',
	OPTION_JOBS = 'j',
	OPTION_RULES = 256,
	OPTION_JSON,
	OPTION_ALL,
	OPTION_EXPLAIN,
	OPTION_REPORT,
	OPTION_CLIENT_IP,
	OPTION_HELO,
	OPTION_RDNS,
	OPTION_FROM,
	OPTION_RCPT,
	OPTION_AUTH_USER,
	OPTION_QUEUE_ID,
	OPTION_PASS,
	OPTION_FAIL_OPEN,
	OPTION_MBOX,
	OPTION_EXIT_CODE,
	OPTION_NOW,
	OPTION_SLOW,
	OPTION_DNS,
	OPTION_RECORD,
	OPTION_NO_PREFILTER,
};

static const struct option long_options[] = {
	{ "config", required_argument, NULL, OPTION_CONFIG },
	{ "rules", required_argument, NULL, OPTION_RULES },
	{ "json", no_argument, NULL, OPTION_JSON },
	{ "all", no_argument, NULL, OPTION_ALL },
	{ "explain", no_argument, NULL, OPTION_EXPLAIN },
	{ "report", no_argument, NULL, OPTION_REPORT },
	{ "client-ip", required_argument, NULL, OPTION_CLIENT_IP },
	{ "helo", required_argument, NULL, OPTION_HELO },
	{ "rdns", required_argument, NULL, OPTION_RDNS },
	{ "from", required_argument, NULL, OPTION_FROM },
	{ "rcpt", required_argument, NULL, OPTION_RCPT },
	{ "auth-user", required_argument, NULL, OPTION_AUTH_USER },
	{ "queue-id", required_argument, NULL, OPTION_QUEUE_ID },
	{ "pass", no_argument, NULL, OPTION_PASS },
	{ "fail-open", no_argument, NULL, OPTION_FAIL_OPEN },
	{ "mbox", no_argument, NULL, OPTION_MBOX },
	{ "jobs", required_argument, NULL, OPTION_JOBS },
	{ "exit-code", no_argument, NULL, OPTION_EXIT_CODE },
	{ "now", required_argument, NULL, OPTION_NOW },
	{ "slow", required_argument, NULL, OPTION_SLOW },
	{ "dns", required_argument, NULL, OPTION_DNS },
	{ "record", required_argument, NULL, OPTION_RECORD },
	{ "no-prefilter", no_argument, NULL, OPTION_NO_PREFILTER },
	{ "help", no_argument, NULL, OPTION_HELP },
	{ NULL, 0, NULL, 0 },
};

static const char help_text[] =
    "usage: steelyard check [OPTION]... [FILE|DIR|-]...\n"
    "\n"
    "Scores messages. A FILE is one message, a DIR is walked (a Maildir's cur and\n"
    "new), \"-\", the default, is standard input.\n"
    "\n"
    "  -c, --config FILE   configuration (default: the installed one, else built-in)\n"
    "      --rules PATH    exactly these rules, not the configured ones; repeatable\n"
    "      --json          one JSON object a line\n"
    "      --all           list sub-rules too\n"
    "      --explain       what matched where, and who set each score\n"
    "      --report        the report that SpamAssassin's report lines describe\n"
    "      --mbox          split files at their \"From \" lines\n"
    "  -j, --jobs N        scan N messages at the same time\n"
    "      --exit-code     exit with 1 when any message is spam\n"
    "      --now SECONDS   the time to scan by, in seconds since 1970\n"
    "      --slow MS       tell of rules that take longer on a message\n"
    "      --dns WHAT      ask the DNS: live, off (the default), or a table of answers\n"
    "      --record FILE   write the answers of the DNS as such a table\n"
    "      --no-prefilter  match every pattern by PCRE2 alone\n"
    "      --pass          write the message back with its headers added\n"
    "      --fail-open     with --pass: on a fault, write the message as it came\n"
    "\n"
    "The envelope, otherwise read from the message itself:\n"
    "      --client-ip IP --rdns NAME --helo NAME --from ADDRESS --rcpt ADDRESS\n"
    "      --auth-user NAME --queue-id ID\n";

static bool
parse_client_ip(struct check_options *options, const char *text)
{
	struct ip ip;

	if (!ip_parse(slice_of(text), &ip)) {
		command_complain("--client-ip: want an IPv4 or IPv6 address, got \"%s\"", text);
		return false;
	}
	options->envelope.client_ip = ip_text(options->arena, &ip);
	options->envelope.known = true;
	options->envelope.smtp = true;
	return true;
}

/* An address without the angle brackets it may have. */
static struct slice
address(const char *text)
{
	struct slice s = slice_trim(slice_of(text));

	if (s.n >= 2 && s.p[0] == '<' && s.p[s.n - 1] == '>')
		s = slice_cut(s, 1, s.n - 1);
	return s;
}

/* An option of the envelope; false: it is none of them. */
static bool
take_envelope(struct check_options *options, int option, const char *value)
{
	switch (option) {
	case OPTION_HELO:
		options->envelope.helo = slice_of(value);
		return true;
	case OPTION_RDNS:
		options->envelope.rdns = slice_of(value);
		return true;
	case OPTION_FROM:
		options->envelope.mail_from = address(value);
		return true;
	case OPTION_RCPT:
		*(struct slice *)vec_push(&options->rcpts) = address(value);
		return true;
	case OPTION_AUTH_USER:
		options->envelope.auth_user = slice_of(value);
		return true;
	case OPTION_QUEUE_ID:
		options->envelope.queue_id = slice_of(value);
		return true;
	default:
		return false;
	}
}

/* Where a flag's answer goes; NULL: it is no flag. */
static bool *
flag_of(struct check_options *options, int option)
{
	switch (option) {
	case OPTION_JSON:
		return &options->json;
	case OPTION_ALL:
		return &options->all;
	case OPTION_EXPLAIN:
		return &options->explain;
	case OPTION_REPORT:
		return &options->report;
	case OPTION_PASS:
		return &options->pass;
	case OPTION_FAIL_OPEN:
		return &options->fail_open;
	case OPTION_MBOX:
		return &options->mbox;
	case OPTION_EXIT_CODE:
		return &options->exit_code;
	case OPTION_NO_PREFILTER:
		return &options->no_prefilter;
	case OPTION_HELP:
		return &options->help;
	default:
		return NULL;
	}
}

static bool
take_option(struct check_options *options, int option, const char *value)
{
	bool *flag = flag_of(options, option);
	int64_t jobs;

	if (flag != NULL) {
		*flag = true;
		return true;
	}
	if (take_envelope(options, option, value))
		return true;
	switch (option) {
	case OPTION_CONFIG:
		options->config = value;
		return true;
	case OPTION_RULES:
		*(const char **)vec_push(&options->rules) = value;
		return true;
	case OPTION_CLIENT_IP:
		return parse_client_ip(options, value);
	case OPTION_JOBS:
		if (!command_number("jobs", value, 1, ORDERED_WORKERS_MAX, &jobs))
			return false;
		options->jobs = (unsigned)jobs;
		return true;
	case OPTION_NOW:
		return command_number("now", value, 0, NOW_MAX, &options->now);
	case OPTION_DNS:
		options->dns = value;
		return true;
	case OPTION_RECORD:
		options->record = value;
		return true;
	case OPTION_SLOW:
		return command_number("slow", value, 1, SLOW_MAX, &options->slow_ms);
	default:
		return false; /* getopt_long has told */
	}
}

/* What does not go together. */
static bool
check_sense(const struct check_options *options)
{
	if (options->fail_open && !options->pass)
		command_complain("--fail-open goes with --pass only");
	else if (options->pass && options->path_count > 1)
		command_complain("--pass takes one message");
	else if (options->pass && (options->mbox || options->json || options->all ||
				      options->explain || options->report || options->slow_ms > 0))
		command_complain("--pass does not go with --mbox, --json, --all, --explain, "
				 "--report or --slow");
	else if (options->report && (options->json || options->all || options->explain))
		command_complain("--report does not go with --json, --all or --explain");
	else if ((options->envelope.helo.p != NULL || options->envelope.rdns.p != NULL) &&
		 options->envelope.client_ip.p == NULL)
		command_complain("--helo and --rdns go with --client-ip only");
	else
		return true;
	return false;
}

bool
check_options_parse(struct check_options *options, int argc, char **argv)
{
	static const char *const standard_input[] = { "-" };
	bool good = true;
	int option;

	*options = (struct check_options){ .rules = VEC_OF(const char *, NULL),
		.rcpts = VEC_OF(struct slice, NULL),
		.arena = arena_new(ARENA_BYTES),
		.jobs = 1,
		.dns = "off",
		.now = (int64_t)time(NULL) };
	while ((option = getopt_long(argc, argv, "c:hj:", long_options, NULL)) != -1)
		good = take_option(options, option, optarg) && good;
	options->envelope.rcpts = options->rcpts.p;
	options->envelope.rcpt_count = options->rcpts.n;
	options->paths = (const char *const *)argv + optind;
	options->path_count = (size_t)(argc - optind);
	if (options->path_count == 0) {
		options->paths = standard_input;
		options->path_count = 1;
	}
	if (options->help)
		fputs(help_text, stdout);
	return good && check_sense(options);
}

void
check_options_clear(struct check_options *options)
{
	vec_clear(&options->rules);
	vec_clear(&options->rcpts);
	arena_free(&options->arena);
}
