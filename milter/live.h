/*
 * live.h - the one cell that changes: the generation in force
 *
 * A generation is a configuration with the ruleset compiled from it, and the
 * resolver that serves it, which goes on from one to the next. A
 * message takes a reference at its start and keeps that generation to its
 * end; a reload puts another one into the cell, and the old one goes with its
 * last message. So a verdict never mixes two.
 */
#ifndef STEELYARD_MILTER_LIVE_H
#define STEELYARD_MILTER_LIVE_H

#include <stddef.h>

#include "conf/settings.h"
#include "engine/policy.h"
#include "engine/rules/ruleset.h"
#include "milter/resolver.h"

/* Everything in it is const from birth but for the reference counts. */
struct generation {
	const struct settings *settings;
	struct ruleset *ruleset;
	const struct policy *policy; /* the ruleset's */
	struct resolver *resolver; /* NULL: dns.enabled is off */
};

struct live;

/*
 * A generation that owns all three, with one reference: the caller's. The
 * resolver may be NULL. Never NULL.
 */
const struct generation *
generation_new(struct settings *settings, struct ruleset *ruleset, struct resolver *resolver);

/*
 * The same configuration and resolver with another ruleset, whose reference it takes over: what
 * feeds bring between two reloads. One reference, the caller's; it keeps what it shares alive.
 */
const struct generation *
generation_with_rules(const struct generation *generation, struct ruleset *ruleset);

/* A further reference, for the caller to give back. */
const struct generation *generation_ref(const struct generation *generation);

/* Gives a reference back and nulls *generation; NULL inside is fine. */
void generation_unref(const struct generation **generation);

/* The cell with its first generation, whose reference it takes over. */
struct live *live_new(const struct generation *first);

/* Gives back what is in the cell and frees it; nulls *live; NULL inside is fine. */
void live_free(struct live **live);

/* A reference to the generation in force. */
const struct generation *live_take(struct live *live);

/* Puts `next`, whose reference it takes over, in force. */
void live_swap(struct live *live, const struct generation *next);

#endif
