/*
 * host_set.h - host names, each of which holds for all below it, and exceptions
 *
 * The law is SpamAssassin's of enlist_uri_host: an entry is a host name, a
 * domain or an IPv4 address; with "!" before it what lies there is out. The
 * longest entry that a host lies in decides.
 */
#ifndef STEELYARD_ENGINE_RULES_HOST_SET_H
#define STEELYARD_ENGINE_RULES_HOST_SET_H

#include <stdbool.h>

#include "engine/util/arena.h"
#include "engine/util/slice.h"
#include "engine/util/vec.h"

struct host_set;

/* Of `entries` (struct slice), which must outlive it. In an arena without a cap: a ruleset's. */
const struct host_set *host_set_new(struct arena *arena, const struct vec *entries);

/* Whether the host is in; NULL: an empty set. */
bool host_set_has(const struct host_set *set, struct slice host);

#endif
