/*
 * feed_options.c - getopt_long over the one table, and the letters that a subcommand takes
 */
#include "config.h"

#include "milter/feed_options.h"

#include <getopt.h>
#include <string.h>

#include "conf/duration.h"
#include "milter/command.h"
#include "shared-sync/carried.h"

static const struct option all[] = {
#define ROW_FLAG(letter, name, field) { name, no_argument, NULL, letter },
#define ROW_TEXT(letter, name, field) { name, required_argument, NULL, letter },
	FEED_OPTION_TABLE(ROW_FLAG, ROW_TEXT, ROW_TEXT)
#undef ROW_FLAG
#undef ROW_TEXT
};
#define ALL_COUNT (sizeof(all) / sizeof(all[0]))

static void
take(struct feed_options *options, int letter, const char *text)
{
	switch (letter) {
#define TAKE_FLAG(which, name, field)  \
	case which:                    \
		options->field = true; \
		break;
#define TAKE_TEXT(which, name, field)  \
	case which:                    \
		options->field = text; \
		break;
#define TAKE_LIST(which, name, field)                                        \
	case which:                                                          \
		*(struct slice *)vec_push(&options->field) = slice_of(text); \
		break;
		FEED_OPTION_TABLE(TAKE_FLAG, TAKE_TEXT, TAKE_LIST)
#undef TAKE_FLAG
#undef TAKE_TEXT
#undef TAKE_LIST
	}
}

static void
begin(struct feed_options *options)
{
	*options = (struct feed_options){ 0 };
#define BEGIN_NONE(letter, name, field)
#define BEGIN_LIST(letter, name, field) options->field = VEC_OF(struct slice, NULL);
	FEED_OPTION_TABLE(BEGIN_NONE, BEGIN_NONE, BEGIN_LIST)
#undef BEGIN_NONE
#undef BEGIN_LIST
}

void
feed_options_clear(struct feed_options *options)
{
#define CLEAR_NONE(letter, name, field)
#define CLEAR_LIST(letter, name, field) vec_clear(&options->field);
	FEED_OPTION_TABLE(CLEAR_NONE, CLEAR_NONE, CLEAR_LIST)
#undef CLEAR_NONE
#undef CLEAR_LIST
}

bool
feed_options_parse(struct feed_options *options, const char *letters, int argc, char **argv)
{
	struct option rows[ALL_COUNT + 2];
	size_t n = 0;
	int letter;

	begin(options);
	for (size_t i = 0; i < ALL_COUNT; i++)
		if (strchr(letters, all[i].val) != NULL)
			rows[n++] = all[i];
	rows[n++] = (struct option){ "help", no_argument, NULL, 'h' };
	rows[n] = (struct option){ NULL, 0, NULL, 0 };
	optind = 1;
	while ((letter = getopt_long(
		    argc, argv, strchr(letters, 'c') != NULL ? "c:h" : "h", rows, NULL)) != -1) {
		if (letter == 'h')
			options->help = true;
		else if (letter == '?')
			return false;
		else
			take(options, letter, optarg);
	}
	options->args = argv + optind;
	options->arg_count = (size_t)(argc - optind);
	return true;
}

bool
feed_option_seconds(const char *option, const char *text, int64_t otherwise, int64_t *seconds_r)
{
	struct err err;
	int64_t us;

	*seconds_r = otherwise;
	if (text == NULL)
		return true;
	if (duration_parse(slice_of(text), &us, &err) < 0) {
		command_complain("--%s: %s", option, err.text);
		return false;
	}
	*seconds_r = us / 1000000;
	if (*seconds_r > 0)
		return true;
	command_complain("--%s: at least a second", option);
	return false;
}

bool
feed_option_number(const char *option, const char *text, uint64_t *number_r)
{
	uint64_t number = 0;
	size_t i = 0;

	for (; text[i] >= '0' && text[i] <= '9' && number <= CARRIED_SEQ_MAX; i++)
		number = number * 10 + (uint64_t)(text[i] - '0');
	*number_r = number;
	if (i > 0 && text[i] == '\0' && number <= CARRIED_SEQ_MAX)
		return true;
	command_complain("%s%s: expected a number", option[0] == '\0' ? "" : "--", option);
	return false;
}
