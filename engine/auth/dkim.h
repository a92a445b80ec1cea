/*
 * dkim.h - who signed a message: all its DKIM-Signature fields (RFC 6376, 8301, 8463, 8616)
 *
 * SYNOPSIS
 *	struct dkim_mail *mail = dkim_mail_new(arena, bytes, DKIM_LAW, now);
 *	struct dkim *dkim = dkim_prepare(mail);
 *
 *	dkim_body_run(mail->body, budget);	once, when ARC has been prepared too
 *	while (!dkim_verify(dkim, facts, budget))
 *		await_answers(facts);
 *	for (size_t i = 0; i < dkim->n; i++)
 *		use(&dkim->v[i]);
 */
#ifndef STEELYARD_ENGINE_AUTH_DKIM_H
#define STEELYARD_ENGINE_AUTH_DKIM_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/auth/dkim_mail.h"
#include "engine/auth/dkim_signature.h"
#include "engine/net/facts.h"
#include "engine/util/budget.h"

/* So many signatures that can be verified are, from the top; later ones are AUTH_POLICY. */
#define DKIM_VERIFIED_MAX 8
/* So many are listed at all. */
#define DKIM_LISTED_MAX 1000

struct dkim {
	struct dkim_mail *mail;
	struct dkim_signature *v; /* from the top of the message */
	size_t n;
	size_t left_out; /* fields beyond DKIM_LISTED_MAX */
};

/* Reads the signatures and asks for the hashes of the body that they need. NULL at the cap. */
struct dkim *dkim_prepare(struct dkim_mail *mail);

/*
 * Goes on as far as the answers go; all keys are asked for at once, and a
 * signature is verified once. True: no result is open any more. Those that the
 * budget leaves no time for are AUTH_TEMPERROR.
 */
bool dkim_verify(struct dkim *dkim, struct facts *facts, const struct budget *budget);

/*
 * One word for all: none (no signature), pass (one is good), open, else the best
 * there is of temperror, fail, policy and permerror.
 */
enum auth_result dkim_result(const struct dkim *dkim);

#endif
