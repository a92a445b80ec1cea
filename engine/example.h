/*
 * example.h - a rule's examples are its tests: each goes through the real pipeline
 *
 * A short example is made into a message as its rule's kind wants it: a field
 * body for header (a header block for ALL, the sender for EnvelopeFrom, a
 * Received value for X-Spam-Relays-*; empty: no such field), a text/plain
 * body for body and rawbody, an address for uri, a field or its value for
 * mime, the message itself for full and function. A meta's short example is
 * the list of the rules that hit.
 */
#ifndef STEELYARD_ENGINE_EXAMPLE_H
#define STEELYARD_ENGINE_EXAMPLE_H

#include "engine/rules/ruleset.h"
#include "engine/slot.h"

/* A miss is near when so few bytes make a hit of it. */
#define EXAMPLE_NEAR_BYTES 12

/*
 * Runs all examples of the rule. Tells 'e' for each that does not do what it
 * says, with what hit instead, and 'w' when none of its misses is near.
 * Returns the number of 'e'. A rule that is switched off is not run.
 */
unsigned example_run(struct ruleset *ruleset, const struct rule *rule, struct slot *slot,
    const struct ruleset_report *report);

#endif
