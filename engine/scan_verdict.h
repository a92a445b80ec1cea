/*
 * scan_verdict.h - tells in a scan's verdict what came of it
 */
#ifndef STEELYARD_ENGINE_SCAN_VERDICT_H
#define STEELYARD_ENGINE_SCAN_VERDICT_H

#include <stdbool.h>

#include "engine/scan_state.h"

/* Whether a limit cut it short: memory, the budget, or what of the message could be read. */
bool scan_cut_short(const struct scan *scan);

/* Sets the verdict of a scan whose rules have run: hits, sum, action, notes. */
void scan_tell(struct scan *scan);

#endif
