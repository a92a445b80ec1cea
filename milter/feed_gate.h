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

/* Rules that are tried against a policy at most: each pattern takes milliseconds. */
#define FEED_GATE_TRIED 200

/*
 * Warns of rules of the body, which is about to be put on top of `fold`, that subscribers with
 * that policy will refuse.
 */
void feed_gate_warn(const struct feed_policy *policy, const struct fold *fold, struct slice body,
    struct diagnostics *found);

/*
 * Settings with one feed, the channel, of which nothing is said: feeds.v[0].policy is what a
 * subscriber has by default. The caller's; NULL: there are none.
 */
struct settings *feed_gate_defaults(struct slice channel);

#endif
