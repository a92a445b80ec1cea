/*
 * lint_cost.h - what each pattern of the rules costs: the table of `steelyard lint --cost`
 */
#ifndef STEELYARD_MILTER_LINT_COST_H
#define STEELYARD_MILTER_LINT_COST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/rules/ruleset.h"
#include "engine/util/buf.h"

/*
 * Writes a summary by way and a row for each pattern, the dearest first: by what it cost on the
 * messages at `paths`, or, when n is 0, by what is guessed. A scan of one takes `time_limit_us` at
 * most. False: there were no messages, which was told.
 */
bool lint_cost_tell(struct ruleset *ruleset, int64_t time_limit_us, const char *const *paths,
    size_t n, struct buf *out);

#endif
