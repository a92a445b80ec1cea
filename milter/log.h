/*
 * log.h - the log: one event, one line, key=value
 *
 * SYNOPSIS
 *	struct log_line line;
 *
 *	log_begin(&line, LOG_LEVEL_INFO, "message");
 *	log_text(&line, "from", envelope_from);
 *	log_score(&line, "score", verdict->score);
 *	log_end(&line);
 *
 * gives
 *	time=2026-11-22T18:00:00.123456Z level=info event=message from=a@example.org score=7.321
 *
 * Values are escaped, so a line is one line and no value can look like
 * another key, whatever bytes came in.
 */
#ifndef STEELYARD_MILTER_LOG_H
#define STEELYARD_MILTER_LOG_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/util/buf.h"
#include "engine/util/slice.h"

/* Bytes of one value; what is longer is cut and ends in "...". */
#define LOG_VALUE_MAX 2048
/* Bytes of a whole line; syslog daemons take 8 KB. Keys that no longer fit are left out. */
#define LOG_LINE_MAX 8000

enum log_level {
	LOG_LEVEL_ERROR,
	LOG_LEVEL_WARNING,
	LOG_LEVEL_INFO,
};

struct log_line {
	struct buf text;
	enum log_level level;
};

/* Lines go to standard error: so it is from the start. */
void log_to_stderr(void);

/* Lines go to syslog(3) with this facility. */
void log_to_syslog(int facility);

/* A test's clock: every line shows this time (seconds since 1970); 0: the real one again. */
void log_fix_time(int64_t seconds);

void log_begin(struct log_line *line, enum log_level level, const char *event);
void log_text(struct log_line *line, const char *key, struct slice value);
void log_cstr(struct log_line *line, const char *key, const char *value);
void log_integer(struct log_line *line, const char *key, int64_t value);
void log_score(struct log_line *line, const char *key, int64_t millionths);
void log_bool(struct log_line *line, const char *key, bool value);

/* Writes the line and frees it. */
void log_end(struct log_line *line);

/* A line of one text: event, and "text" by format. */
void log_event(enum log_level level, const char *event, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Appends a value as lines show it: bare, or in quotes with \" \\ \n \r \t \xNN. */
void log_quote(struct buf *out, struct slice value);

#endif
