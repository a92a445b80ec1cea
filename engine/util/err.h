/*
 * err.h - an error as a value: what was expected, and where in the input
 *
 * What can fail takes a `struct err *` last and fills it once. Shells print
 * it; the engine never does.
 */
#ifndef STEELYARD_ENGINE_UTIL_ERR_H
#define STEELYARD_ENGINE_UTIL_ERR_H

#include <stddef.h>

struct buf;

#define ERR_FILE_SIZE 512
#define ERR_TEXT_SIZE 1024

struct err {
	char file[ERR_FILE_SIZE]; /* of the input; "" where there is none */
	unsigned line; /* from 1; 0: the whole file */
	unsigned column; /* from 1, in bytes; 0: the whole line */
	char text[ERR_TEXT_SIZE]; /* what is wrong and what was expected; no newline */
};

/* Sets the text, and no place. */
void err_set(struct err *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Sets text and place; file may be NULL. */
void err_at(struct err *err, const char *file, unsigned line, unsigned column, const char *format,
    ...) __attribute__((format(printf, 5, 6)));

/* Appends "file:line:column: text" to out, without the parts that are not known. */
void err_format(const struct err *err, struct buf *out);

#endif
