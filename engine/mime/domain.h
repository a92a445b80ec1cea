/*
 * domain.h - host names: organisational domain, A-labels, IP literals (RFC 5891; publicsuffix.org)
 */
#ifndef STEELYARD_ENGINE_MIME_DOMAIN_H
#define STEELYARD_ENGINE_MIME_DOMAIN_H

#include <stdbool.h>

#include "engine/util/arena.h"
#include "engine/util/slice.h"

/* The registrable part of host by the public suffix list ("b.co.uk" of "a.b.co.uk"), or absent. */
struct slice organisational_domain(struct arena *arena, struct slice host);

/* Whether the last label is a top-level domain that exists. */
bool domain_has_tld(struct slice host);

/* Lower case, U-labels as A-labels; the same memory if nothing changes. Absent: no host name. */
struct slice domain_to_ascii(struct arena *arena, struct slice host);

#endif
