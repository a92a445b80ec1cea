/*
 * dkim_body.h - the hashes of a message's body that its signatures ask for (RFC 6376, 3.4.3, 3.4.4)
 *
 * Whoever needs a hash asks for it beforehand; then all are made in one walk
 * over the body. What is asked for twice is made once, and hashes that differ
 * only in their length share their work.
 *
 * SYNOPSIS
 *	struct dkim_body *body = dkim_body_new(arena, bytes);
 *	const struct dkim_body_hash *hash =
 *	    dkim_body_want(body, DKIM_RELAXED, CRYPTO_SHA256, DKIM_WHOLE_BODY);
 *
 *	dkim_body_run(body, budget);
 *	if (hash->made)
 *		compare(hash->bytes, hash->n);
 */
#ifndef STEELYARD_ENGINE_AUTH_DKIM_BODY_H
#define STEELYARD_ENGINE_AUTH_DKIM_BODY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/auth/dkim_header.h"
#include "engine/util/arena.h"
#include "engine/util/budget.h"
#include "engine/util/crypto.h"
#include "engine/util/slice.h"

#define DKIM_WHOLE_BODY UINT64_MAX

struct dkim_body;

struct dkim_body_hash {
	enum dkim_canon canon;
	enum crypto_hash hash;
	uint64_t length; /* bytes of the canonical body, or DKIM_WHOLE_BODY */
	bool made; /* false: not yet, the budget ran out, or it needs what was cut off */
	bool too_short; /* the body has fewer bytes than `length` */
	size_t n;
	unsigned char bytes[CRYPTO_DIGEST_MAX];
};

/* `bytes` (CRLF or LF line ends) must outlive it. NULL at the arena's cap. */
struct dkim_body *dkim_body_new(struct arena *arena, struct slice bytes);

/* Asks for a hash; SHA-1 or SHA-256. NULL at the arena's cap. */
const struct dkim_body_hash *dkim_body_want(
    struct dkim_body *body, enum dkim_canon canon, enum crypto_hash hash, uint64_t length);

/* The bytes are not all of the body: hashes that need more are never made. */
void dkim_body_cut(struct dkim_body *body);

/* Makes what was asked for and is not made; stops without it when the budget is spent. */
void dkim_body_run(struct dkim_body *body, const struct budget *budget);

#endif
