/*
 * senders.h - everybody who may have sent a message, and everybody it may be for
 */
#ifndef STEELYARD_ENGINE_RULES_SENDERS_H
#define STEELYARD_ENGINE_RULES_SENDERS_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/rules/address_set.h"
#include "engine/rules/views.h"
#include "engine/util/slice.h"

/* Addresses, each once. */
struct senders {
	const struct slice *from; /* in lower case */
	size_t from_count;
	const struct slice *to; /* as written */
	size_t to_count;
};

/* Worked out once for each message. NULL at the arena's cap. */
const struct senders *senders_find(struct views *views);

/* Whether a sender, or a recipient, matches a pattern; NULL: an empty set. */
bool senders_from_in(struct views *views, const struct address_set *set);
bool senders_to_in(struct views *views, const struct address_set *set);

#endif
