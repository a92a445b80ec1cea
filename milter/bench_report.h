/*
 * bench_report.h - what a bench found, for people or as JSON
 */
#ifndef STEELYARD_MILTER_BENCH_REPORT_H
#define STEELYARD_MILTER_BENCH_REPORT_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/util/buf.h"
#include "milter/bench.h"

/* The dearest rules that are shown. */
#define BENCH_REPORT_RULES 25

struct bench_report {
	int64_t load_ns; /* what reading and compiling the rules took */
	bool stages; /* bench_profile was run, */
	bool later; /* in a walk that found warm what those before had found cold */
	bool rules; /* the dearest rules too */
	bool compared; /* bench_compare was run */
	bool each; /* the cost of each message too */
};

/* Appends a table. */
void
bench_report_text(const struct bench_report *report, const struct bench *bench, struct buf *out);

/* Appends one object on one line. */
void
bench_report_json(const struct bench_report *report, const struct bench *bench, struct buf *out);

#endif
