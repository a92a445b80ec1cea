/*
 * scan_rules.h - runs a ruleset's rules over a scan, in the order of its schedule
 */
#ifndef STEELYARD_ENGINE_SCAN_RULES_H
#define STEELYARD_ENGINE_SCAN_RULES_H

#include <stdbool.h>

#include "engine/scan_state.h"

/* Makes what is kept of the rules while they run. False: the arena's cap. */
bool scan_rules_open(struct scan *scan);

/* All once; then those once more that read what others say, or that ask with it. */
void scan_rules_run(struct scan *scan);

/* Runs those once more that wait; with nothing left to wait for, they end as unknown. */
void scan_rules_resume(struct scan *scan);

#endif
