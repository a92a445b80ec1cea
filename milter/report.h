/*
 * report.h - a verdict as text for people, or as the JSON of DESIGN 9
 */
#ifndef STEELYARD_MILTER_REPORT_H
#define STEELYARD_MILTER_REPORT_H

#include <stdbool.h>

#include "engine/rules/rule_def.h"
#include "engine/util/buf.h"
#include "engine/util/slice.h"
#include "engine/verdict.h"

/* Bytes of a match that are shown. */
#define REPORT_MATCH_MAX 80

struct report {
	bool json; /* one object on one line; else lines for people */
	bool all; /* sub-rules too */
	bool explain; /* what matched where, and who set the score; of sub-rules with `all` too */
	bool slow; /* which rules were slow */
};

/* Appends the verdict on the message `name`. */
void report_verdict(
    const struct report *report, struct slice name, const struct verdict *verdict, struct buf *out);

/* Appends the JSON object that stands for a message that could not be read. */
void report_error(struct slice name, struct slice error, struct buf *out);

/* Appends s with what is not printable UTF-8 as \n, \t, \xNN and the like. */
void report_escape(struct slice s, struct buf *out);

/* Appends "CHANNEL entry 12 by KEY: NOTE", what brought a rule; nothing is escaped. */
void report_feed(const struct feed_origin *feed, struct buf *out);

#endif
