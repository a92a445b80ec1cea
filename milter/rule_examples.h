/*
 * rule_examples.h - running the examples of the rules of a ruleset, for lint and for publishing
 */
#ifndef STEELYARD_MILTER_RULE_EXAMPLES_H
#define STEELYARD_MILTER_RULE_EXAMPLES_H

#include "conf/diagnostic.h"
#include "engine/rules/ruleset.h"

/* Runs the examples of all rules, or of one layer's; what fails is told of. */
void rule_examples_run(struct ruleset *ruleset, const char *layer, struct diagnostics *found);

#endif
