/*
 * feed_gate.h - what must hold of rules that are published: they lint, their examples pass
 */
#ifndef STEELYARD_MILTER_FEED_GATE_H
#define STEELYARD_MILTER_FEED_GATE_H

#include <stdbool.h>

#include "conf/diagnostic.h"
#include "conf/settings.h"
#include "shared-sync/rule_change.h"

/*
 * Compiles the rule files of the change together with the channel's other rules and runs
 * their examples. What is wrong with the files is told of, what is wrong with the
 * others is not. False when there was an error.
 */
bool feed_gate_pass(const struct settings *settings, const struct rule_change *change,
    const struct fold *fold, struct diagnostics *found);

#endif
