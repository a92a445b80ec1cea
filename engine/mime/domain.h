/*
 * domain.h - host names: organisational domain, TLD, A-labels (RFC 5891; publicsuffix.org)
 */
#ifndef STEELYARD_ENGINE_MIME_DOMAIN_H
#define STEELYARD_ENGINE_MIME_DOMAIN_H

#include <stdbool.h>

#include "engine/util/arena.h"
#include "engine/util/slice.h"

/* A host name and one of its labels are no longer than this (RFC 1035, 2.3.4). */
#define DOMAIN_MAX 255
#define DOMAIN_LABEL_MAX 63

/*
 * The registrable part of host by the public suffix list ("b.co.uk" of
 * "a.b.co.uk"), in lower case; absent for a suffix itself, an IP address and
 * what is no host name. Host may have U-labels; the answer has A-labels.
 */
struct slice organisational_domain(struct arena *arena, struct slice host);

/*
 * Whether it looks like the name of a host on the Internet: two labels or
 * more, of letters, digits and inner hyphens; underscores pass in labels
 * before the last two. ASCII only; its TLD is not looked up.
 */
bool domain_is_host_name(struct slice host);

/* Whether the last label is a top-level domain that exists; any case, A- or U-label. */
bool domain_has_tld(struct slice host);

/*
 * Lower case, U-labels as A-labels (UTS #46, not transitional), one trailing
 * dot dropped; the same memory if nothing changes. Absent: no host name.
 */
struct slice domain_to_ascii(struct arena *arena, struct slice host);

#endif
