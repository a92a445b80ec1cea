/*
 * dkim_signature.h - one signature: DKIM-Signature (RFC 6376, 3.5), and ARC's two (RFC 8617, 4.1)
 *
 * Three steps, so that the caller can ask for all keys and walk the body
 * once: read, want, verify. The last is called until the result is no more
 * AUTH_OPEN; then it is kept.
 *
 *	pass		the signature is good
 *	fail		the body or a signed field is not what was signed
 *	policy		not judged, or not believed: too short a key, too many signatures
 *	permerror	no signature as the RFC has it, or no key for it
 *	temperror	the key could not be had now, or time was up
 */
#ifndef STEELYARD_ENGINE_AUTH_DKIM_SIGNATURE_H
#define STEELYARD_ENGINE_AUTH_DKIM_SIGNATURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/auth/auth.h"
#include "engine/auth/dkim_key.h"
#include "engine/auth/dkim_mail.h"
#include "engine/net/facts.h"
#include "engine/util/crypto.h"
#include "engine/util/slice.h"

/* A longer field is no signature: 8192 bits and a hundred names take 4 KB. */
#define DKIM_FIELD_MAX ((size_t)64 * 1024)

enum dkim_kind {
	DKIM_OF_MESSAGE, /* DKIM-Signature */
	DKIM_OF_ARC_MESSAGE, /* ARC-Message-Signature */
	DKIM_OF_ARC_SEAL, /* ARC-Seal: no h=, no body */
};

struct dkim_signature {
	enum dkim_kind kind;
	enum auth_result result; /* AUTH_OPEN: an answer of the DNS is still to come */
	const char *reason; /* a few words; NULL with pass and open */
	struct slice domain; /* d=, as written; absent: none */
	struct slice selector; /* s=, likewise */
	struct slice identity; /* i= of a DKIM-Signature, "@" and d= where there is none */
	struct slice algorithm; /* a=, as written */
	struct slice mark; /* b=, its first 8 characters (RFC 6008) */
	unsigned key_bits; /* 0: no key was had */
	bool testing; /* the key says t=y */
	bool partial; /* l= is there: what follows that many bytes is not signed */
	bool has_created, has_expiry;
	uint64_t created, expiry; /* t=, x=: seconds since 1970 */
	unsigned instance; /* i= of ARC's; 0: none, or no number from 1 to 50 */
	struct slice cv; /* of an ARC-Seal */
	/* the rest is dkim_signature.c's own */
	struct slice key_name; /* absent: not made yet */
	const struct dkim_field *field;
	struct slice names, signature, body_digest, cut;
	enum dkim_canon header_canon, body_canon;
	enum crypto_hash hash;
	enum dkim_key_type key_type;
	uint64_t length;
	const struct dkim_body_hash *body_hash;
};

/* Reads a field. The result is AUTH_OPEN when it is worth verifying. */
void dkim_signature_read(struct dkim_mail *mail, enum dkim_kind kind,
    const struct dkim_field *field, struct dkim_signature *signature_r);

/* Asks for the hash of the body that it needs, if it needs one. */
void dkim_signature_want(struct dkim_mail *mail, struct dkim_signature *signature);

/*
 * Goes on as far as the answers go. `sealed`, for an ARC-Seal: the digest of all
 * that it covers but itself. Its result stays AUTH_OPEN while the key is awaited.
 */
void dkim_signature_verify(struct dkim_mail *mail, struct facts *facts,
    struct dkim_signature *signature, const struct crypto_digest *sealed);

#endif
