/*
 * author.h - whose a message says it is: the domains of its From (RFC 7489, 6.6.1)
 */
#ifndef STEELYARD_ENGINE_AUTH_AUTHOR_H
#define STEELYARD_ENGINE_AUTH_AUTHOR_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/mime/header.h"
#include "engine/util/arena.h"
#include "engine/util/slice.h"

/* Domains that are kept: each costs two questions to the DNS, and honest mail has one. */
#define AUTHOR_DOMAINS_MAX 8

struct author {
	/* In A-labels and lower case, each once, in order. */
	struct slice domains[AUTHOR_DOMAINS_MAX];
	size_t domain_count;
	size_t field_count; /* From fields; more than one is against RFC 5322, 3.6 */
	bool too_many; /* there were more domains */
};

/* Reads every From field. Fewer domains, or none, at the arena's cap. */
void author_find(struct arena *arena, const struct header_list *headers, struct author *author_r);

/* Adds the domains of one unfolded From value. */
void author_add(struct arena *arena, struct slice value, struct author *author);

/*
 * The name that two domains are compared by: A-labels in lower case, without
 * dots around. Absent: no domain.
 */
struct slice author_domain(struct arena *arena, struct slice domain);

#endif
