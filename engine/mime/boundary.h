/*
 * boundary.h - where a registry's part of a host name ends, by lists of SpamAssassin's
 */
#ifndef STEELYARD_ENGINE_MIME_BOUNDARY_H
#define STEELYARD_ENGINE_MIME_BOUNDARY_H

#include <stdbool.h>

#include "engine/mime/text.h"
#include "engine/util/arena.h"
#include "engine/util/slice.h"

/*
 * What a ruleset says of registries; const once built. NULL, in all that
 * takes one: it says nothing, and the public suffix list decides.
 */
struct boundaries;

/*
 * From the entries of the lists util_rb_tld ("com"), util_rb_2tld ("co.uk")
 * and util_rb_3tld, in any case, with U-labels or A-labels. NULL when there
 * is no entry at all, and at the arena's cap. Lives in the arena.
 */
struct boundaries *boundaries_new(
    struct arena *arena, struct slice_list one, struct slice_list two, struct slice_list three);

/* Whether the last label is a top-level domain; any case. */
bool boundary_has_tld(const struct boundaries *boundaries, struct slice host);

/*
 * The registrable part of a host, in lower case. By the lists: never absent
 * but at the arena's cap, a host without one is its own (its last two labels
 * if it has them), and an IP address is cut as a name is. By the public
 * suffix list: organisational_domain. It lies in the host's memory if nothing changes.
 */
struct slice
boundary_domain(const struct boundaries *boundaries, struct arena *arena, struct slice host);

#endif
