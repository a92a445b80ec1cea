/*
 * dmarc_facts.h - DMARC of one message, by RFC 7489 and as SpamAssassin takes it
 */
#ifndef STEELYARD_ENGINE_RULES_DMARC_FACTS_H
#define STEELYARD_ENGINE_RULES_DMARC_FACTS_H

#include "engine/auth/authentication.h"
#include "engine/auth/dmarc.h"
#include "engine/rules/views.h"

/* What SpamAssassin's DMARC comes to. */
enum dmarc_verdict {
	DMARC_VERDICT_OPEN, /* answers are missing */
	DMARC_VERDICT_UNKNOWN, /* the DNS failed it */
	DMARC_VERDICT_SKIPPED, /* no relay of others, or no author */
	DMARC_VERDICT_MISSING, /* no policy */
	DMARC_VERDICT_PASS,
	DMARC_VERDICT_NONE, /* fails, and the domain wants nothing done */
	DMARC_VERDICT_QUARANTINE,
	DMARC_VERDICT_REJECT,
};

/*
 * By the first address of From alone. A domain that has no MX, NS, A or AAAA
 * record has no policy; a HELO that passes SPF stands in for a MAIL FROM that
 * does not; a sealed chain that passes vouches for its author.
 */
enum dmarc_verdict views_dmarc_verdict(struct views *views);

/*
 * All of SPF, DKIM, ARC and DMARC as plain data. False: answers are missing;
 * ask again in the next round. What the arena has no room for is AUTH_NONE.
 */
bool views_authentication(struct views *views, struct authentication *found_r);

#endif
