/*
 * authres_ours.h - Authentication-Results fields that came in under our own name (RFC 8601, 5)
 */
#ifndef STEELYARD_MILTER_AUTHRES_OURS_H
#define STEELYARD_MILTER_AUTHRES_OURS_H

#include <stdbool.h>

#include "engine/envelope.h"
#include "engine/policy.h"
#include "engine/util/arena.h"
#include "engine/util/slice.h"

/*
 * Whether a field with this value must go before ours comes: it bears our
 * name, or that of a server which we trust though the client is none of
 * internal_networks. The arena may grow a little.
 */
bool authres_is_ours(struct arena *arena, const struct policy *policy,
    const struct envelope *envelope, struct slice value);

#endif
