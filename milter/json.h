/*
 * json.h - writing JSON (RFC 8259) into a buffer, one value after another
 *
 * The writer keeps commas; the caller keeps keys and brackets in order.
 *
 * SYNOPSIS
 *	struct json json = { .out = &buf };
 *
 *	json_open(&json, '{');
 *	json_key(&json, "file");
 *	json_string(&json, path);
 *	json_close(&json, '}');
 */
#ifndef STEELYARD_MILTER_JSON_H
#define STEELYARD_MILTER_JSON_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/util/buf.h"
#include "engine/util/slice.h"

struct json {
	struct buf *out;
	bool comma; /* a value stands before the next one */
};

/* Begins an object ('{') or an array ('['); ends one. */
void json_open(struct json *json, char bracket);
void json_close(struct json *json, char bracket);

/* The next value's key. */
void json_key(struct json *json, const char *key);

/*
 * A string. Bytes that are not UTF-8 appear as \u00XX, each as if it were
 * Latin-1, so that the output is UTF-8 whatever came in.
 */
void json_string(struct json *json, struct slice s);

void json_integer(struct json *json, int64_t value);
void json_bool(struct json *json, bool value);

/* Millionths as a number with three decimals (engine/rules/score.h). */
void json_score(struct json *json, int64_t millionths);

#endif
