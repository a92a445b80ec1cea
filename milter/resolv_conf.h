/*
 * resolv_conf.h - the servers that a resolv.conf(5) names
 */
#ifndef STEELYARD_MILTER_RESOLV_CONF_H
#define STEELYARD_MILTER_RESOLV_CONF_H

#include <stddef.h>

#include "engine/util/arena.h"

/* Servers that are taken from one file: what glibc takes, and some more. */
#define RESOLV_CONF_SERVERS_MAX 8

/*
 * The first servers of its `nameserver` lines, in the arena, as dns.servers has them: with a
 * port, if one is given, which is more than resolv.conf(5) knows. What cannot be asked (no
 * address, one with a zone) is passed over. *count_r 0: none, or the file cannot be read.
 */
const char *const *resolv_conf_servers(struct arena *arena, const char *path, size_t *count_r);

#endif
