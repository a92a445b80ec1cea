/*
 * dkim.c - who signed a message: all its DKIM-Signature fields
 *
 * A message may carry any number of signatures and a sender of rubbish will
 * try: the first few that are well-formed are verified, the others are named.
 * Ill-formed ones cost no more than reading them, and do not count.
 */
#include "engine/auth/dkim.h"

static const struct slice field_name = { "DKIM-Signature", 14 };

static size_t
count_fields(const struct dkim_mail *mail)
{
	size_t n = 0;

	while (dkim_header_find(&mail->header, field_name, n) != NULL)
		n++;
	return n;
}

struct dkim *
dkim_prepare(struct dkim_mail *mail)
{
	struct dkim *dkim = arena_alloc(mail->arena, sizeof(*dkim));
	size_t fields = count_fields(mail), verified = 0;

	if (dkim == NULL)
		return NULL;
	dkim->mail = mail;
	dkim->n = fields < DKIM_LISTED_MAX ? fields : DKIM_LISTED_MAX;
	dkim->left_out = fields - dkim->n;
	dkim->v = arena_array(mail->arena, dkim->n + 1, sizeof(*dkim->v));
	if (dkim->v == NULL)
		return NULL;
	for (size_t i = 0; i < dkim->n; i++) {
		struct dkim_signature *signature = &dkim->v[i];

		dkim_signature_read(mail, DKIM_OF_MESSAGE,
		    dkim_header_find(&mail->header, field_name, fields - 1 - i), signature);
		if (signature->result != AUTH_OPEN)
			continue;
		if (verified++ < DKIM_VERIFIED_MAX) {
			dkim_signature_want(mail, signature);
		} else {
			signature->result = AUTH_POLICY;
			signature->reason = "too many signatures";
		}
	}
	return dkim;
}

bool
dkim_verify(struct dkim *dkim, struct facts *facts, const struct budget *budget)
{
	size_t open = 0;

	for (size_t i = 0; i < dkim->n; i++) {
		struct dkim_signature *signature = &dkim->v[i];

		if (signature->result != AUTH_OPEN)
			continue;
		if (budget_spent(budget)) {
			signature->result = AUTH_TEMPERROR;
			signature->reason = "time limit";
			continue;
		}
		dkim_signature_verify(dkim->mail, facts, signature, NULL);
		open += signature->result == AUTH_OPEN;
	}
	return open == 0;
}

enum auth_result
dkim_result(const struct dkim *dkim)
{
	static const enum auth_result order[] = { AUTH_PASS, AUTH_OPEN, AUTH_TEMPERROR, AUTH_FAIL,
		AUTH_POLICY, AUTH_PERMERROR };

	for (size_t k = 0; k < sizeof(order) / sizeof(order[0]); k++)
		for (size_t i = 0; i < dkim->n; i++)
			if (dkim->v[i].result == order[k])
				return order[k];
	return AUTH_NONE;
}
