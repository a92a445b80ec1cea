/*
 * dmarc_answer.h - DMARC worked out from texts: for a table of tests and for the suites
 */
#ifndef STEELYARD_TESTS_ENGINE_AUTH_DMARC_ANSWER_H
#define STEELYARD_TESTS_ENGINE_AUTH_DMARC_ANSWER_H

#include <stddef.h>

#include "engine/auth/dmarc.h"
#include "engine/util/arena.h"

struct dmarc_case {
	const char *zone; /* lines of dns_table.h */
	const char *from; /* From fields, one a line, without their names */
	const char *spf; /* "example.org=pass" */
	const char *dkim; /* the same, apart by blanks */
	unsigned sample;
	unsigned open; /* answers that are held back; the rest comes */
};

/* Asks and answers until nothing is open any more, or no answer is left to give. */
void dmarc_answer(struct arena *arena, const struct dmarc_case *asked, struct dmarc *dmarc_r);

/* "fail reject spf=0 dkim=1 of example.org: reason" */
struct slice dmarc_print(struct arena *arena, const struct dmarc *dmarc);

#endif
