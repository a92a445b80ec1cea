/*
 * scan_helper.h - what tests of the core share: rulesets from C, one scan, its hits as text
 */
#ifndef STEELYARD_TESTS_ENGINE_SCAN_HELPER_H
#define STEELYARD_TESTS_ENGINE_SCAN_HELPER_H

#include <stddef.h>

#include "engine/net/dns_table.h"
#include "engine/rules/ruleset.h"
#include "engine/scan.h"
#include "engine/slot.h"
#include "engine/util/buf.h"

/* A rule in the fewest words; the score is in millionths, 0: the default of 1. */
#define HEADER(id, field, re)                                                     \
	{                                                                         \
		.name = SLICE(id), .kind = RULE_HEADER, .selector = SLICE(field), \
		.pattern = SLICE(re)                                              \
	}
#define BODY(id, re)                                                       \
	{                                                                  \
		.name = SLICE(id), .kind = RULE_BODY, .pattern = SLICE(re) \
	}
#define META(id, text)                                                          \
	{                                                                       \
		.name = SLICE(id), .kind = RULE_META, .expression = SLICE(text) \
	}
#define FUNCTION(id, text)                                                          \
	{                                                                           \
		.name = SLICE(id), .kind = RULE_FUNCTION, .expression = SLICE(text) \
	}

/* Problems while building, one a line: "e NAME: text". */
struct problems {
	struct buf text;
};

/* A ruleset_report's tell, whose p is a struct problems; NULL: nothing may be told. */
void helper_keep(void *p, char severity, const struct err *err);

/* Builds; what it told is in *problems (NULL: nothing may be told). policy NULL: the default. */
struct ruleset *helper_build(const struct rule_def *defs, size_t count, const struct policy *policy,
    struct problems *problems);

/* A slot without converters: what the message says is UTF-8 or ASCII. */
struct slot *helper_slot(void);

/* Scans with no limits; `names_r` gets "A,B=2,__C" (hits with their counts, then sub-rules). */
const struct verdict *helper_scan(struct arena *arena, struct ruleset *ruleset, struct slot *slot,
    struct slice message, struct buf *names_r);

/*
 * The same with the DNS on, whose answers are those of `table`, each question told only when the
 * round before it was answered; what `asked` says (NULL: nothing) gets "A name\n" for each.
 * `envelope` NULL: not known.
 */
const struct verdict *helper_scan_dns(struct arena *arena, struct ruleset *ruleset,
    struct slot *slot, struct slice message, const struct envelope *envelope,
    const struct dns_table *table, struct buf *names_r, struct buf *asked_r);

#endif
