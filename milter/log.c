/*
 * log.c - the log: one event, one line, key=value
 *
 * A value stands bare when it is made of harmless characters and in double
 * quotes otherwise; inside quotes, everything that could end the quotes, move
 * a terminal's cursor or reverse its text is escaped. UTF-8 letters stay as
 * they are, so that internationalised addresses can be read.
 *
 * The sink is the one mutable global of the program: it is set while there is
 * one thread, and lines of all threads go out whole, by one write(2) or one
 * syslog(3) each. A log that cannot be written is no reason to hold up mail:
 * such errors are passed over.
 */
#include "config.h"

#include "milter/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "engine/rules/score.h"
#include "engine/util/ascii.h"
#include "engine/util/utf8.h"
#include "milter/clock.h"

static struct {
	bool syslog;
	int64_t fixed_us; /* 0: the real clock */
} sink;

static const char *const level_names[] = { "error", "warning", "info" };
static const int level_priorities[] = { LOG_ERR, LOG_WARNING, LOG_INFO };

void
log_to_stderr(void)
{
	sink.syslog = false;
}

void
log_to_syslog(int facility)
{
	openlog("steelyardd", LOG_PID | LOG_NDELAY, facility);
	sink.syslog = true;
}

void
log_fix_time(int64_t seconds)
{
	sink.fixed_us = seconds * CLOCK_SECOND_US;
}

/* What may stand in a value without quotes. */
static bool
log_is_bare(char c)
{
	return ascii_is_alnum(c) || (c != '\0' && strchr("_-.,:;@/+*%<>[](){}!?#$&~^|", c) != NULL);
}

/* Format characters and controls beyond ASCII: they can hide or reorder what a person reads. */
static bool
log_is_deceptive(uint32_t code)
{
	return (code >= 0x80 && code < 0xa0) || code == 0xad || code == 0x61c ||
	       (code >= 0x200b && code <= 0x200f) || (code >= 0x2028 && code <= 0x202e) ||
	       (code >= 0x2060 && code <= 0x206f) || code == 0xfeff ||
	       (code >= 0xfff0 && code <= 0xfffb) || (code >= 0xe0000 && code <= 0xe0fff);
}

/* Appends what stands at the front of s, escaped, and returns how many of its bytes that were. */
static size_t
log_escape_one(struct buf *out, struct slice s)
{
	static const char named[] = "\"\"\\\\\nn\rr\tt";
	uint32_t code;
	size_t n;

	for (const char *p = named; *p != '\0'; p += 2) {
		if (*p == s.p[0]) {
			buf_add_byte(out, '\\');
			buf_add_byte(out, p[1]);
			return 1;
		}
	}
	if (ascii_is_print(s.p[0])) {
		buf_add_byte(out, s.p[0]);
		return 1;
	}
	n = ascii_is_high(s.p[0]) ? utf8_read(s, &code) : 0;
	if (n > 0 && !log_is_deceptive(code)) {
		buf_add(out, slice_cut(s, 0, n));
		return n;
	}
	buf_printf(out, "\\x%02x", (unsigned char)s.p[0]);
	return 1;
}

void
log_quote(struct buf *out, struct slice value)
{
	bool cut = value.n > LOG_VALUE_MAX;
	size_t bare = 0;

	if (cut)
		value = slice_cut(value, 0, LOG_VALUE_MAX);
	while (bare < value.n && log_is_bare(value.p[bare]))
		bare++;
	if (bare == value.n && value.n > 0) {
		buf_add(out, value);
	} else {
		buf_add_byte(out, '"');
		while (value.n > 0)
			value = slice_from(value, log_escape_one(out, value));
		buf_add_byte(out, '"');
	}
	if (cut)
		buf_add(out, SLICE("..."));
}

static void
log_key(struct log_line *line, const char *key)
{
	if (line->text.n > 0)
		buf_add_byte(&line->text, ' ');
	buf_printf(&line->text, "%s=", key);
}

void
log_begin(struct log_line *line, enum log_level level, const char *event)
{
	*line = (struct log_line){ .level = level };
	log_key(line, "time");
	clock_format(sink.fixed_us != 0 ? sink.fixed_us : clock_wall_us(), &line->text);
	log_cstr(line, "level", level_names[level]);
	log_cstr(line, "event", event);
}

void
log_text(struct log_line *line, const char *key, struct slice value)
{
	size_t start = line->text.n;

	log_key(line, key);
	log_quote(&line->text, value);
	if (line->text.n > LOG_LINE_MAX)
		line->text.n = start;
}

void
log_cstr(struct log_line *line, const char *key, const char *value)
{
	log_text(line, key, slice_of(value));
}

void
log_integer(struct log_line *line, const char *key, int64_t value)
{
	log_key(line, key);
	buf_printf(&line->text, "%lld", (long long)value);
}

void
log_score(struct log_line *line, const char *key, int64_t millionths)
{
	log_key(line, key);
	score_print(&line->text, millionths);
}

void
log_bool(struct log_line *line, const char *key, bool value)
{
	log_cstr(line, key, value ? "yes" : "no");
}

static void
log_write_stderr(struct slice text)
{
	while (text.n > 0) {
		ssize_t n = write(STDERR_FILENO, text.p, text.n);

		if (n <= 0)
			return;
		text = slice_from(text, (size_t)n);
	}
}

void
log_end(struct log_line *line)
{
	if (sink.syslog) {
		syslog(level_priorities[line->level], "%s", buf_text(&line->text));
	} else {
		buf_add_byte(&line->text, '\n');
		log_write_stderr(buf_slice(&line->text));
	}
	buf_clear(&line->text);
}

void
log_event(enum log_level level, const char *event, const char *format, ...)
{
	struct log_line line;
	char text[LOG_VALUE_MAX];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	log_begin(&line, level, event);
	log_cstr(&line, "text", text);
	log_end(&line);
}
