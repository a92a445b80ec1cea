/*
 * arc.h - the chain of those who handled a message and sealed what they saw (RFC 8617)
 *
 * SYNOPSIS
 *	struct arc *arc = arc_prepare(mail);
 *
 *	dkim_body_run(mail->body, budget);	once, when DKIM has been prepared too
 *	while (!arc_verify(arc, facts, budget))
 *		await_answers(facts);
 *	if (arc->result == AUTH_PASS && is_trusted(arc->v[arc->n - 1].seal.domain))
 *		use(arc->v[arc->n - 1].results);
 */
#ifndef STEELYARD_ENGINE_AUTH_ARC_H
#define STEELYARD_ENGINE_AUTH_ARC_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/auth/auth.h"
#include "engine/auth/dkim_mail.h"
#include "engine/auth/dkim_signature.h"
#include "engine/net/facts.h"
#include "engine/util/budget.h"
#include "engine/util/crypto.h"
#include "engine/util/slice.h"

/* A longer chain fails (RFC 8617, 4.2.1). */
#define ARC_SETS_MAX 50

/* What one handler added. */
struct arc_set {
	const struct dkim_field *results_field; /* ARC-Authentication-Results */
	struct slice results; /* its value behind "i=N;", folds and all */
	struct dkim_signature message; /* ARC-Message-Signature */
	struct dkim_signature seal; /* ARC-Seal */
	unsigned results_count, message_count, seal_count; /* fields of that instance */
	struct crypto_digest sealed; /* arc.c's own: what the seal covers but itself */
};

struct arc {
	struct dkim_mail *mail;
	/* none, pass or fail (RFC 8617, 5.2); temperror: a key could not be had; open */
	enum auth_result result;
	const char *reason; /* a few words; NULL with none, pass and open */
	unsigned failed; /* the instance that failed; 0: none, or the chain as a whole */
	/* The message is what it was since this instance; 0: since before the first (5.2, 4) */
	unsigned oldest_pass;
	struct arc_set *v; /* v[i] is instance i + 1 */
	size_t n;
};

/* Reads the sets and asks for the hashes of the body that they need. NULL at the arena's cap. */
struct arc *arc_prepare(struct dkim_mail *mail);

/* Goes on as far as the answers go; all keys are asked for at once. True: no more open. */
bool arc_verify(struct arc *arc, struct facts *facts, const struct budget *budget);

#endif
