/*
 * markup_read.h - SpamAssassin's directives on headers and reports -> struct markup
 *
 * SYNOPSIS
 *	struct markup_reader *reader = markup_reader_new(arena);
 *
 *	switch (markup_read(reader, SLICE("add_header"), SLICE("all Foo _TESTS_"), &err)) ...
 *	markup_reader_view(reader, &policy.markup);
 */
#ifndef STEELYARD_CONF_MARKUP_READ_H
#define STEELYARD_CONF_MARKUP_READ_H

#include <stddef.h>

#include "conf/diagnostic.h"
#include "engine/markup.h"
#include "engine/rules/rule_def.h"
#include "engine/util/arena.h"
#include "engine/util/err.h"
#include "engine/util/slice.h"

/* A directive as it stands in a file. */
struct markup_line {
	struct slice directive; /* "add_header" */
	struct slice value; /* what stands behind it, without blanks around */
	struct origin origin;
};

enum markup_answer {
	MARKUP_TAKEN,
	MARKUP_NOTED, /* taken, but not as it says: *err tells */
	MARKUP_WRONG, /* not taken: *err tells */
	MARKUP_UNKNOWN, /* no directive on headers or reports */
};

struct markup_reader;

/*
 * Begins with what SpamAssassin's own rules set: the fields Checker-Version,
 * Flag, Level, Status and, of spam, Report. Never NULL in an arena without a cap.
 */
struct markup_reader *markup_reader_new(struct arena *arena);

/*
 * Takes a directive: add_header, remove_header, clear_headers, rewrite_header,
 * report_safe, fold_headers, report, clear_report_template, report_contact,
 * report_hostname, report_wrap_width. unsafe_report, its clear_, report_charset
 * and report_safe_copy_headers are taken and mean nothing: they are of reports
 * that a message is put into. Texts are copied.
 */
enum markup_answer markup_read(
    struct markup_reader *reader, struct slice directive, struct slice value, struct err *err);

/*
 * Takes them all; what is to be told goes to the diagnostics, at each line's
 * place (NULL: nowhere), but what a later line has mended is not told of.
 */
void markup_read_lines(struct markup_reader *reader, const struct markup_line *lines, size_t n,
    struct diagnostics *diagnostics);

/* What it all comes to; `on` is left to the caller. Points into the reader's arena. */
void markup_reader_view(const struct markup_reader *reader, struct markup *markup_r);

#endif
