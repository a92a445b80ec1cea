/*
 * early.h - which rules can be judged before the message comes, by its envelope alone
 *
 * What such a rule says then it says at the end too: of some only a hit is
 * certain, since fields of the message may still make a hit of a miss.
 */
#ifndef STEELYARD_ENGINE_RULES_EARLY_H
#define STEELYARD_ENGINE_RULES_EARLY_H

#include <stdbool.h>

#include "engine/envelope.h"
#include "engine/rules/rule.h"

/*
 * Which parts of the envelope a compiled rule needs, bits of enum
 * envelope_part, if it needs nothing else; 0: it needs the message, or other
 * rules. *miss_certain_r: whether a miss is one for good.
 */
unsigned early_needs(const struct rule *rule, bool *miss_certain_r);

/*
 * What the live rules that are not decided by `outcomes` (by rule number; NULL: a miss) can take
 * off the sum at the most, in millionths: 0 or less. False: they may also end the scan before
 * others have run.
 */
bool early_open(const struct ruleset *ruleset, struct outcome *const *outcomes, int64_t *sum_r);

#endif
