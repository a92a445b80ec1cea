/*
 * uribl_hosts.h - the hosts of a message's links that DNS lists are asked about
 */
#ifndef STEELYARD_ENGINE_RULES_URIBL_HOSTS_H
#define STEELYARD_ENGINE_RULES_URIBL_HOSTS_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/rules/views.h"
#include "engine/util/slice.h"

/* So many hosts at most, unless uridnsbl_max_domains says another number, up to the second. */
#define URIBL_HOSTS_USUAL 20
#define URIBL_HOSTS_MAX 100

struct uribl_host {
	struct slice host; /* lower case, A-labels; or an IPv4 address */
	struct slice domain; /* its registrable part; of an address itself */
	struct slice reversed; /* of a public IPv4 address; absent: it is a name */
	bool askable; /* not an address that nobody lists: private, IPv6, or none that can be */
};

struct uribl_hosts {
	const struct uribl_host *v;
	size_t n;
};

/* Worked out once for each message. NULL at the arena's cap. */
const struct uribl_hosts *uribl_hosts_find(struct views *views);

/* For core_lists.c: the list uridnsbl_skip_domain by name; NULL: nobody gave it. */
const struct map *uribl_skip_map(struct ruleset *ruleset);

/* Whether the list uridnsbl_skip_domain has the host or its domain. */
bool uribl_skips(const struct views *views, struct slice host, struct slice domain);

#endif
