/*
 * eval_rows.h - tables of calls of eval functions: what each says of a message
 */
#ifndef STEELYARD_TESTS_ENGINE_RULES_EVAL_ROWS_H
#define STEELYARD_TESTS_ENGINE_RULES_EVAL_ROWS_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/rules/ruleset.h"

struct eval_row {
	const char *call;
	const char *message;
	bool want;
	bool of_rawbody;
};

/* The number of a table's rows. */
#define ROWS(table) (sizeof(table) / sizeof((table)[0]))

/* Fails with all rows that hit and should not, or the other way round. Lists may be none. */
void eval_rows_check(
    const struct eval_row *rows, size_t count, const struct rule_list *lists, size_t list_count);

#endif
