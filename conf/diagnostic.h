/*
 * diagnostic.h - what is wrong with the files that people write
 *
 * Readers go on after a mistake where they can, so that one run tells of all
 * of them. Each prints as "file:line:column: error|warning: text".
 *
 * SYNOPSIS
 *	struct diagnostics *found = diagnostics_new();
 *
 *	if (!settings_load(path, &settings, found))
 *		diagnostics_print(found, stderr);
 *	diagnostics_free(&found);
 */
#ifndef STEELYARD_CONF_DIAGNOSTIC_H
#define STEELYARD_CONF_DIAGNOSTIC_H

#include <stddef.h>
#include <stdio.h>

#include "engine/rules/ruleset.h"
#include "engine/util/buf.h"
#include "engine/util/err.h"

/* More than these are counted but not kept: nobody reads on. */
#define DIAGNOSTICS_MAX 10000

enum severity {
	SEVERITY_ERROR,
	SEVERITY_WARNING,
};

struct diagnostic {
	enum severity severity;
	const char *file; /* "" where there is none */
	unsigned line; /* from 1; 0: the whole file */
	unsigned column; /* from 1, in bytes; 0: the whole line */
	const char *text; /* one line, no newline */
};

struct diagnostics;

/* An empty list. Never NULL. */
struct diagnostics *diagnostics_new(void);

/* Frees the list with its texts and nulls *diagnostics. */
void diagnostics_free(struct diagnostics **diagnostics);

/* Adds one; everything is copied. `file` may be NULL. */
void diagnostics_add(struct diagnostics *diagnostics, enum severity severity, const char *file,
    unsigned line, unsigned column, const char *format, ...) __attribute__((format(printf, 6, 7)));

/* The same from an error value. */
void
diagnostics_add_err(struct diagnostics *diagnostics, enum severity severity, const struct err *err);

/* How many of one severity were added, the dropped ones included. */
size_t diagnostics_count(const struct diagnostics *diagnostics, enum severity severity);

/* How many are kept, and the i-th in the order they were added. */
size_t diagnostics_kept(const struct diagnostics *diagnostics);
const struct diagnostic *diagnostics_at(const struct diagnostics *diagnostics, size_t i);

/* Appends "file:line:column: error: text", no newline; control bytes become \xNN. */
void diagnostic_format(const struct diagnostic *diagnostic, struct buf *out);

/* Writes each as a line; says at the end how many were not kept. */
void diagnostics_print(const struct diagnostics *diagnostics, FILE *file);

/* What ruleset_build is given so that its problems land here. */
struct ruleset_report diagnostics_report(struct diagnostics *diagnostics);

#endif
