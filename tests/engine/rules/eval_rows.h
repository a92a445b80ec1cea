/*
 * eval_rows.h - tables of calls of eval functions: what each says of a message
 *
 * The rule's name is F.
 */
#ifndef STEELYARD_TESTS_ENGINE_RULES_EVAL_ROWS_H
#define STEELYARD_TESTS_ENGINE_RULES_EVAL_ROWS_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/envelope.h"
#include "engine/rules/ruleset.h"

struct eval_row {
	const char *call;
	const char *message;
	bool want;
	bool of_rawbody;
};

/* A row of a function that asks the DNS; all but call and message may be left out. */
struct dns_row {
	const char *call;
	const char *message;
	bool want;
	const char *dns; /* a table of answers (dns_table.h); NULL: the DNS is off */
	const struct envelope *envelope; /* NULL: not known */
	unsigned tags; /* of the rule, bits of enum rule_tag */
	bool imported; /* a rule of SpamAssassin's */
	bool unknown; /* the DNS fails it: no hit, and the verdict names it */
	const char *asked; /* the questions, "A name\n" each in their order; NULL: not looked at */
};

/* The number of a table's rows. */
#define ROWS(table) (sizeof(table) / sizeof((table)[0]))

/* Fails with all rows that hit and should not, or the other way round. Lists may be none. */
void eval_rows_check(
    const struct eval_row *rows, size_t count, const struct rule_list *lists, size_t list_count);

/* The same, and rows that ask what they should not, or are unknown. */
void dns_rows_check(
    const struct dns_row *rows, size_t count, const struct rule_list *lists, size_t list_count);

#endif
