/*
 * received.h - one Received field to the relay it tells of (RFC 5321, 4.4; the dialects of MTAs)
 */
#ifndef STEELYARD_ENGINE_MIME_RECEIVED_H
#define STEELYARD_ENGINE_MIME_RECEIVED_H

#include "engine/envelope.h"
#include "engine/mime/relays.h"
#include "engine/util/arena.h"
#include "engine/util/slice.h"

enum received_outcome {
	RECEIVED_PARSED,
	RECEIVED_IGNORED, /* tells of no handover between hosts, or does not say from which */
	RECEIVED_UNPARSEABLE, /* it should have, but nobody can read it */
	RECEIVED_FETCHED, /* a mail fetcher's: what stands above it is of the mailbox's owner */
	RECEIVED_SCANNED, /* qmail-scanner's: only envfrom is filled, of the relay below it */
};

/*
 * Reads the field's text (behind the colon, folded or not) as SpamAssassin
 * does. *relay_r is filled only for RECEIVED_PARSED: ip, rdns, helo, by,
 * ident, envfrom, id, auth and no_reverse_dns; bytes that could be mistaken
 * in the relays' text form are "!". At the arena's cap: RECEIVED_IGNORED.
 */
enum received_outcome
received_parse(struct arena *arena, struct slice value, struct relay *relay_r);

/*
 * The Received field that Postfix would write for this client: name, value
 * and "\n". Absent at the cap. Whatever stands in the envelope, it parses back
 * to the client's address.
 */
struct slice received_render(struct arena *arena, const struct envelope *envelope);

#endif
