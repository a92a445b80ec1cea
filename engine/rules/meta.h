/*
 * meta.h - expressions over hits: "__A && (__B + __C > 1) && !D"
 *
 * Perl's operators with Perl's precedence, as SpamAssassin's metas have them:
 * ?: || && ^ == != < <= > >= + - * / ! and unary -. && and || give the value
 * of the side that decided. Compiled to flat code; a name's value is its hits.
 * Logic is three-valued: a value may be unknown.
 */
#ifndef STEELYARD_ENGINE_RULES_META_H
#define STEELYARD_ENGINE_RULES_META_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>

#include "engine/util/arena.h"
#include "engine/util/err.h"
#include "engine/util/slice.h"
#include "engine/util/vec.h"

/* Parentheses, signs and ?: inside one another: people write fewer than ten. */
#define META_DEPTH_MAX 100
/* Values that wait for their operator: follows from the depth. */
#define META_STACK_MAX 1024

/* How names are looked up while compiling. */
struct meta_names {
	/* The number of rule `name` to *index_r; false: it is always 0. */
	bool (*find)(void *p, struct slice name, size_t *index_r);
	/* Pushes the numbers (size_t) of the rules that match a glob: rules_matching(GLOB). */
	void (*matching)(void *p, struct slice glob, struct vec *indices);
	void *p;
};

struct meta_code;

struct meta {
	const struct meta_code *code;
	size_t code_count;
	const size_t *uses; /* numbers of the rules it reads, each once */
	size_t use_count;
};

/*
 * Compiles `text` into the arena. False with *err, whose column is the byte
 * from 1. An arena without a cap is expected: this is not for messages.
 */
bool meta_compile(struct arena *arena, struct slice text, const struct meta_names *names,
    struct meta *meta_r, struct err *err);

/* The value of what is not known: a rule that the DNS failed. */
#define META_UNKNOWN NAN

/*
 * The value over `values`, by rule number (NULL: all are 0), where META_UNKNOWN counts as
 * `unknown`: a number, or META_UNKNOWN again, which then is the value if it
 * depends on it (0 && unknown is 0, 1 || unknown is 1). False, and 0, where
 * Perl would die (division by zero).
 */
bool meta_value(const struct meta *meta, const double *values, double unknown, double *value_r);

#endif
