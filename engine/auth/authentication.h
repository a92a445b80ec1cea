/*
 * authentication.h - what is known of who sent a message: plain data
 *
 * In the words of RFC 8601. Part of the verdict; the Authentication-Results
 * field and the JSON are written from it.
 */
#ifndef STEELYARD_ENGINE_AUTH_AUTHENTICATION_H
#define STEELYARD_ENGINE_AUTH_AUTHENTICATION_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/auth/auth.h"
#include "engine/auth/dmarc_record.h"
#include "engine/util/slice.h"

/* The field that tells of it (RFC 8601). */
#define AUTHRES_FIELD SLICE("Authentication-Results")

/* One of SPF's two identities (RFC 7208, 2.3 and 2.4). */
struct auth_sender {
	enum auth_result result;
	struct slice identity; /* "local@domain" or the HELO name; absent: none to check */
	struct slice problem; /* what an error is, foreign bytes perhaps; absent: none */
};

/* One DKIM signature. */
struct auth_signature {
	enum auth_result result;
	struct slice domain, selector; /* d=, s= */
	struct slice identity; /* i=; absent: none given */
	struct slice algorithm; /* a= */
	struct slice value; /* b=, as much of it as is told; absent: none */
	struct slice problem; /* why it is no pass; absent: none */
};

struct authentication {
	bool known; /* it was worked out; else nothing below says anything */
	struct auth_sender spf, spf_helo;
	const struct auth_signature *dkim; /* in the header's order */
	size_t dkim_count;
	enum auth_result arc;
	unsigned arc_sets; /* of the chain */
	enum auth_result dmarc;
	enum dmarc_policy dmarc_policy, dmarc_disposition; /* where dmarc_domain is there */
	struct slice dmarc_from; /* the author's domain; absent: none */
	struct slice dmarc_domain; /* whose record it is; absent: there is none */
	struct slice dmarc_reason; /* absent: none */
};

#endif
