/*
 * relays.h - the hosts a message passed, newest first, and which of them we trust
 *
 * The client that the MTA saw is the first relay; the message's Received
 * fields follow. Trust is walked from the top and ends at the first relay
 * that is not in trusted_networks (facts: SpamAssassin's documentation of
 * trusted_networks, internal_networks, msa_networks).
 */
#ifndef STEELYARD_ENGINE_MIME_RELAYS_H
#define STEELYARD_ENGINE_MIME_RELAYS_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/envelope.h"
#include "engine/mime/message.h"
#include "engine/policy.h"
#include "engine/util/arena.h"
#include "engine/util/slice.h"

struct relay {
	struct slice ip, rdns, helo, by, ident, envfrom, id, auth;
	bool no_reverse_dns; /* that MTA always looks, and found none */
	bool trusted;
	bool internal;
	bool msa;
	size_t field; /* which Received field of the message, 0 the first, or one of those below */
};

/* struct relay.field: the SMTP session's own client; a webmail field such as X-Originating-IP. */
#define RELAY_CLIENT ((size_t)-1)
#define RELAY_ORIGINATING ((size_t)-2)

struct relays {
	const struct relay *v; /* newest first */
	size_t n;
	size_t trusted_count; /* the first so many are trusted */
	size_t internal_count; /* the first so many are internal */
	size_t unparseable; /* Received fields that nobody could read */
	/* "[ ip=... rdns=... helo=... ... ] [ ... ]" as X-Spam-Relays-* have it */
	struct slice trusted, untrusted, internal, external;
	struct slice received; /* the client's own field in Postfix's form; absent: no envelope */
};

/* Never NULL but at the arena's cap. `envelope->known` false: the fields alone. */
const struct relays *relays_find(struct arena *arena, const struct message *message,
    const struct envelope *envelope, const struct policy *policy);

/* The last relay outside internal_networks (the one that handed the mail to us), or NULL. */
const struct relay *relays_last_external(const struct relays *relays);

/* The trusted relay that is farthest from us (SpamAssassin's first trusted one), or NULL. */
const struct relay *relays_first_trusted(const struct relays *relays);

#endif
