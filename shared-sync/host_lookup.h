/*
 * host_lookup.h - getaddrinfo(3) that can be given up
 */
#ifndef STEELYARD_SHARED_SYNC_HOST_LOOKUP_H
#define STEELYARD_SHARED_SYNC_HOST_LOOKUP_H

#include <netdb.h>

#include "conf/redis_address.h"
#include "engine/util/err.h"
#include "shared-sync/link_outcome.h"
#include "shared-sync/link_wait.h"

/*
 * The stream addresses of a host, IPv4 and IPv6, as the system orders them. LINK_OK with *list_r,
 * which the caller gives to freeaddrinfo; else *err and the outcome: LINK_LOST for a name
 * that is not there.
 */
enum link_outcome host_lookup(const struct redis_host *host, const struct link_wait *wait,
    struct addrinfo **list_r, struct err *err);

#endif
