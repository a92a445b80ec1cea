/*
 * lint_cost.h - what each pattern of the rules costs: the table of `steelyard lint --cost`
 */
#ifndef STEELYARD_MILTER_LINT_COST_H
#define STEELYARD_MILTER_LINT_COST_H

#include <stddef.h>
#include <stdint.h>

#include "engine/rules/ruleset.h"
#include "engine/util/buf.h"

/*
 * Writes a summary by way and a row for each pattern, the dearest first: by what it cost on the
 * messages at `paths`, or, when n is 0, by what is guessed. A scan of one takes `time_limit_us` at
 * most; how many it cut is written too. Returns the exit status: COMMAND_FAULT when a message could
 * not be read, COMMAND_USAGE when there was none; both were told.
 */
int lint_cost_tell(struct ruleset *ruleset, int64_t time_limit_us, const char *const *paths,
    size_t n, struct buf *out);

#endif
