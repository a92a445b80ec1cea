/*
 * coverage.h - how much of a rule set runs: the table of `steelyard lint --coverage`
 */
#ifndef STEELYARD_MILTER_COVERAGE_H
#define STEELYARD_MILTER_COVERAGE_H

#include "conf/diagnostic.h"
#include "conf/settings.h"
#include "engine/util/buf.h"

/*
 * Writes of the rules at `paths` how many were read, run, wait for facts, are
 * switched off, and each that is not supported with its place and why; then
 * the functions that they call, by family. False when a path cannot be read.
 */
bool coverage_tell(const struct settings *settings, const char *const *paths, size_t n,
    struct diagnostics *found, struct buf *out);

#endif
