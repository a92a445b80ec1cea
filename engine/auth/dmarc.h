/*
 * dmarc.h - does the author's domain answer for the message? (RFC 7489)
 *
 * SYNOPSIS
 *	struct dmarc_request request = { .author = &author, .spf = &spf, .dkim = sigs,
 *		.dkim_count = n, .sample = hash_of_the_message };
 *	struct dmarc dmarc;
 *
 *	dmarc_check(arena, facts, &request, &dmarc);
 *	if (dmarc.result == AUTH_OPEN)
 *		return;		(and again when facts came)
 */
#ifndef STEELYARD_ENGINE_AUTH_DMARC_H
#define STEELYARD_ENGINE_AUTH_DMARC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/auth/auth.h"
#include "engine/auth/author.h"
#include "engine/auth/dmarc_record.h"
#include "engine/net/facts.h"
#include "engine/util/arena.h"
#include "engine/util/slice.h"

/* A domain that SPF or DKIM looked at, and what came of it. */
struct dmarc_identity {
	struct slice domain;
	enum auth_result result;
};

struct dmarc_request {
	const struct author *author;
	/* SPF's MAIL FROM identity, or HELO's when the sender is null (3.1.2). */
	const struct dmarc_identity *spf;
	size_t spf_count;
	const struct dmarc_identity *dkim; /* d= of each signature */
	size_t dkim_count;
	uint64_t sample; /* a hash of the message: which of them pct spares */
};

struct dmarc {
	enum auth_result result; /* open, none, pass, fail, temperror or permerror */
	enum dmarc_policy policy; /* asked of this domain: the record's p, or sp */
	enum dmarc_policy disposition; /* what the domain wants done: none unless it fails */
	struct dmarc_record record; /* of policy_domain */
	struct slice from_domain; /* the author's domain that decided; absent: there is none */
	struct slice policy_domain; /* where its record was found; absent: nowhere */
	bool spf_aligned, dkim_aligned; /* an identity passed and belongs to from_domain */
	bool sampled_out; /* pct spared it: the next milder policy holds */
	const char *reason; /* a few words for people, "" when the result says all */
};

/*
 * Looks the policy up and compares. Never guesses: a temporary error that
 * could have made it pass is a temperror. Of several author domains the worst
 * result counts, the strictest policy first (6.6.1).
 */
void dmarc_check(struct arena *arena, struct facts *facts, const struct dmarc_request *request,
    struct dmarc *dmarc_r);

/*
 * Whether the domains belong together: equal, or if not `strict` of one organisation (3.1).
 * Names by author_domain cost no memory: nor do those of a request.
 */
bool dmarc_aligned(struct arena *arena, struct slice a, struct slice b, bool strict);

#endif
