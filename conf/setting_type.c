/*
 * setting_type.c - settings that are one text: numbers, sizes, words, paths, replies
 *
 * Lists and mappings are in setting_list.c. Ranges stand in settings.def, in
 * the unit of the type; what is said when a value is outside names both ends
 * in that unit as people write it.
 */
#include "config.h"

#include "conf/setting_type.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include "conf/duration.h"
#include "conf/size.h"
#include "engine/rules/score.h"
#include "engine/util/ascii.h"

/* libmilter's limit for a line of a reply is 980 bytes; templates may grow. */
#define REPLY_MAX 500

#define WORD_COUNT(words) (sizeof(words) / sizeof((words)[0]))

bool
setting_parse_bool(const struct schema *schema, const struct setting_row *row,
    const struct yaml_node *node, void *field)
{
	(void)row;
	return schema_bool(schema, node, (setting_bool *)field);
}

bool
setting_parse_count(const struct schema *schema, const struct setting_row *row,
    const struct yaml_node *node, void *field)
{
	int64_t value;

	if (!schema_integer(schema, node, row->min, row->max, &value))
		return false;
	*(setting_count *)field = (setting_count)value;
	return true;
}

/* A number of bytes as people write it. */
static void
size_print(char *text, size_t room, int64_t bytes)
{
	static const char *const units[] = { "B", "KB", "MB", "GB", "TB" };
	size_t unit = 0;

	for (; bytes > 0 && bytes % 1024 == 0 && unit + 1 < WORD_COUNT(units); unit++)
		bytes /= 1024;
	snprintf(text, room, "%lld %s", (long long)bytes, units[unit]);
}

bool
setting_parse_size(const struct schema *schema, const struct setting_row *row,
    const struct yaml_node *node, void *field)
{
	struct slice text;
	struct err err;
	uint64_t bytes;
	char min[32], max[32];

	if (!schema_text(schema, node, &text))
		return false;
	if (size_parse(text, &bytes, &err) < 0)
		return schema_error(schema, node, "%s", err.text);
	if (bytes >= (uint64_t)row->min && bytes <= (uint64_t)row->max) {
		*(setting_size *)field = (setting_size)bytes;
		return true;
	}
	size_print(min, sizeof(min), row->min);
	size_print(max, sizeof(max), row->max);
	return schema_error(schema, node, "out of range: expected %s to %s", min, max);
}

/* Microseconds in the largest unit that divides them. */
static void
duration_print(char *text, size_t room, int64_t us)
{
	if (us % 3600000000 == 0 && us > 0)
		snprintf(text, room, "%lldh", (long long)(us / 3600000000));
	else if (us % 60000000 == 0 && us > 0)
		snprintf(text, room, "%lldm", (long long)(us / 60000000));
	else if (us % 1000000 == 0)
		snprintf(text, room, "%llds", (long long)(us / 1000000));
	else
		snprintf(text, room, "%lldms", (long long)(us / 1000));
}

bool
setting_parse_duration(const struct schema *schema, const struct setting_row *row,
    const struct yaml_node *node, void *field)
{
	struct slice text;
	struct err err;
	int64_t us;
	char min[32], max[32];

	if (!schema_text(schema, node, &text))
		return false;
	if (duration_parse(text, &us, &err) < 0)
		return schema_error(schema, node, "%s", err.text);
	if (us >= row->min && us <= row->max) {
		*(setting_duration *)field = us;
		return true;
	}
	duration_print(min, sizeof(min), row->min);
	duration_print(max, sizeof(max), row->max);
	return schema_error(schema, node, "out of range: expected %s to %s", min, max);
}

bool
setting_parse_threshold(const struct schema *schema, const struct setting_row *row,
    const struct yaml_node *node, void *field)
{
	int64_t score;

	(void)row;
	if (node->kind == YAML_TEXT && slice_eq(node->text, SLICE("off"))) {
		*(setting_threshold *)field = THRESHOLD_OFF;
		return true;
	}
	if (node->kind != YAML_TEXT || !score_parse(node->text, &score))
		return schema_error(schema, node, "expected a number from -1000 to 1000, or off");
	*(setting_threshold *)field = score;
	return true;
}

bool
setting_parse_mode(const struct schema *schema, const struct setting_row *row,
    const struct yaml_node *node, void *field)
{
	struct slice text;
	unsigned mode = 0;

	if (!schema_text(schema, node, &text))
		return false;
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] < '0' || text.p[i] > '7' || mode > row->max)
			return schema_error(
			    schema, node, "expected octal permission bits like 0660");
		mode = mode * 8 + (unsigned)(text.p[i] - '0');
	}
	if (text.n == 0 || mode > row->max)
		return schema_error(schema, node, "expected octal permission bits like 0660");
	*(setting_mode *)field = mode;
	return true;
}

bool
setting_parse_text(const struct schema *schema, const struct setting_row *row,
    const struct yaml_node *node, void *field)
{
	struct slice text;

	(void)row;
	if (!schema_text(schema, node, &text))
		return false;
	for (size_t i = 0; i < text.n; i++)
		if (ascii_is_control(text.p[i]))
			return schema_error(schema, node, "a line end or control character");
	*(setting_text *)field = text.p;
	return true;
}

const char *
setting_path_of(const struct schema *schema, struct slice path)
{
	const char *slash = schema->file == NULL ? NULL : strrchr(schema->file, '/');
	char *folder;
	struct slice full;

	if (path.n == 0 || path.p[0] == '/')
		return arena_copy(schema->arena, path).p;
	full = slash == NULL ? arena_copy(schema->arena, SLICE("."))
			     : arena_copy(schema->arena, (struct slice){ schema->file,
							     (size_t)(slash - schema->file) + 1 });
	if (full.p == NULL)
		return NULL;
	/* The daemon changes its folder later: a relative name must not depend on it. */
	folder = realpath(full.p, NULL);
	full = arena_printf(schema->arena, "%s%s%.*s", folder == NULL ? full.p : folder,
	    folder != NULL && strcmp(folder, "/") == 0 ? "" : "/", SLICE_ARG(path));
	free(folder);
	return full.p;
}

bool
setting_parse_path(const struct schema *schema, const struct setting_row *row,
    const struct yaml_node *node, void *field)
{
	setting_text text;
	const char *path;

	if (!setting_parse_text(schema, row, node, &text))
		return false;
	path = setting_path_of(schema, node->text);
	if (path == NULL)
		return schema_no_memory(schema, node);
	*(setting_path *)field = path;
	return true;
}

/* Whether text is "NNN N.N.N text" with both codes of one class; the number is *code_r. */
static bool
reply_parse(struct slice text, int64_t *code_r)
{
	size_t at = 5;
	unsigned dots = 0;

	if (text.n < 10 || text.n > REPLY_MAX || text.p[3] != ' ' || text.p[4] != text.p[0])
		return false;
	*code_r = 0;
	for (size_t i = 0; i < 3; i++) {
		if (!ascii_is_digit(text.p[i]))
			return false;
		*code_r = *code_r * 10 + (text.p[i] - '0');
	}
	for (; at < text.n && text.p[at] != ' '; at++) {
		if (text.p[at] == '.' && at + 1 < text.n && ascii_is_digit(text.p[at + 1]))
			dots++;
		else if (!ascii_is_digit(text.p[at]))
			return false;
	}
	return dots == 2 && at + 1 < text.n;
}

bool
setting_parse_reply(const struct schema *schema, const struct setting_row *row,
    const struct yaml_node *node, void *field)
{
	setting_text text;
	int64_t code;

	if (!setting_parse_text(schema, row, node, &text))
		return false;
	if (!reply_parse(node->text, &code) || code < row->min || code > row->max)
		return schema_error(schema, node,
		    "expected an SMTP reply like '%c50 %c.7.1 text': a code from %lld to %lld, "
		    "an enhanced code of its class, and text (at most %d bytes)",
		    (char)('0' + row->min / 100), (char)('0' + row->min / 100), (long long)row->min,
		    (long long)row->max, REPLY_MAX);
	*(setting_reply *)field = text;
	return true;
}

bool
setting_parse_facility(const struct schema *schema, const struct setting_row *row,
    const struct yaml_node *node, void *field)
{
	static const struct slice words[] = { { "mail", 4 }, { "daemon", 6 }, { "user", 4 },
		{ "local0", 6 }, { "local1", 6 }, { "local2", 6 }, { "local3", 6 }, { "local4", 6 },
		{ "local5", 6 }, { "local6", 6 }, { "local7", 6 } };
	static const int facilities[] = { LOG_MAIL, LOG_DAEMON, LOG_USER, LOG_LOCAL0, LOG_LOCAL1,
		LOG_LOCAL2, LOG_LOCAL3, LOG_LOCAL4, LOG_LOCAL5, LOG_LOCAL6, LOG_LOCAL7 };
	size_t i;

	(void)row;
	if (!schema_word(schema, node, words, WORD_COUNT(words), &i))
		return false;
	*(setting_facility *)field = facilities[i];
	return true;
}

bool
setting_parse_log_to(const struct schema *schema, const struct setting_row *row,
    const struct yaml_node *node, void *field)
{
	static const struct slice words[] = {
		[LOG_TO_SYSLOG] = { "syslog", 6 }, [LOG_TO_STDERR] = { "stderr", 6 }
	};
	size_t i;

	(void)row;
	if (!schema_word(schema, node, words, WORD_COUNT(words), &i))
		return false;
	*(setting_log_to *)field = (enum log_to)i;
	return true;
}

bool
setting_parse_log_recipients(const struct schema *schema, const struct setting_row *row,
    const struct yaml_node *node, void *field)
{
	static const struct slice words[] = { [LOG_RECIPIENTS_FULL] = { "full", 4 },
		[LOG_RECIPIENTS_DOMAIN] = { "domain", 6 },
		[LOG_RECIPIENTS_OFF] = { "off", 3 } };
	size_t i;

	(void)row;
	if (!schema_word(schema, node, words, WORD_COUNT(words), &i))
		return false;
	*(setting_log_recipients *)field = (enum log_recipients)i;
	return true;
}

bool
setting_parse_on_incomplete(const struct schema *schema, const struct setting_row *row,
    const struct yaml_node *node, void *field)
{
	static const struct slice words[] = { [INCOMPLETE_VERDICT] = { "verdict", 7 },
		[INCOMPLETE_PASS] = { "pass", 4 },
		[INCOMPLETE_TAG] = { "tag", 3 },
		[INCOMPLETE_TEMPFAIL] = { "tempfail", 8 } };
	size_t i;

	(void)row;
	if (!schema_word(schema, node, words, WORD_COUNT(words), &i))
		return false;
	*(setting_on_incomplete *)field = (enum on_incomplete)i;
	return true;
}

bool
setting_parse_fail_action(const struct schema *schema, const struct setting_row *row,
    const struct yaml_node *node, void *field)
{
	static const struct slice words[] = {
		[FAIL_ACCEPT] = { "accept", 6 }, [FAIL_TEMPFAIL] = { "tempfail", 8 }
	};
	size_t i;

	(void)row;
	if (!schema_word(schema, node, words, WORD_COUNT(words), &i))
		return false;
	*(setting_fail_action *)field = (enum fail_action)i;
	return true;
}
