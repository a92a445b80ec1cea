/*
 * spf_facts.h - SPF of a message, worked out once for all rules
 */
#ifndef STEELYARD_ENGINE_RULES_SPF_FACTS_H
#define STEELYARD_ENGINE_RULES_SPF_FACTS_H

#include <stdbool.h>

#include "engine/auth/spf.h"
#include "engine/rules/views.h"

/* Whose SPF: RFC 7208, 2.4 and 2.3. */
enum spf_identity {
	SPF_MAIL_FROM,
	SPF_HELO,
};

struct spf_fact {
	/*
	 * There was something to check: a relay that handed the message to our
	 * networks, with a public address, a name that it gave, and a DNS to ask.
	 * Else the result is AUTH_NONE and nothing more is set.
	 */
	bool checked;
	bool null_sender; /* of MAIL FROM: the HELO name was checked in its stead (RFC 7208, 2.4) */
	/* An internal host's field says so: result, sender and domain are all that is set. */
	bool from_field;
	struct slice domain; /* that SPF looked at, by author_domain */
	struct spf_result spf;
};

/*
 * SPF of the relay that handed the message to our networks: what an internal
 * host wrote into Received-SPF or Authentication-Results, unless the list
 * ignore_received_spf_header has 1; else our own check. AUTH_OPEN while
 * answers are missing: ask again in the next round. NULL at the arena's cap.
 */
const struct spf_fact *spf_fact(struct views *views, enum spf_identity which);

/*
 * The sender that SPF looks at, in lower case: as the relay that handed the
 * message to our networks gave it, else as a field has it when no trusted
 * relay may have changed it. Empty: the null sender; absent: not known.
 */
struct slice spf_sender(struct views *views);

#endif
