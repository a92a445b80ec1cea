/*
 * dkim_facts.c - DKIM and ARC of one message: both share the mail and one walk over its body
 *
 * The body is walked when the first of them is asked for, with what both want
 * of it; after that each round only looks at keys. When all signatures are
 * judged, those that passed set SpamAssassin's tags: DKIMIDENTITY,
 * DKIMDOMAIN and DKIMSELECTOR.
 */
#include "engine/auth/arc.h"
#include "engine/auth/author.h"
#include "engine/auth/dkim.h"
#include "engine/auth/dmarc.h"
#include "engine/rules/auth_facts.h"
#include "engine/rules/capture.h"

struct dkim_memo {
	struct dkim *dkim;
	struct arc *arc;
	struct dmarc_identity *identities; /* of dkim->v */
	bool dkim_known, arc_known;
};

/* The domains as they are compared; NULL at the arena's cap. */
static struct dmarc_identity *
read_identities(struct views *views, const struct dkim *dkim)
{
	struct dmarc_identity *identities = arena_array(
	    views->arena, dkim->n + 1, sizeof(*identities));

	for (size_t i = 0; identities != NULL && i < dkim->n; i++)
		identities[i].domain = author_domain(views->arena, dkim->v[i].domain);
	return identities;
}

/* NULL at the arena's cap. */
static struct dkim_memo *
memo_of(struct views *views)
{
	struct dkim_memo *memo = views->memos[MEMO_DKIM];
	struct dkim_mail *mail;

	if (memo != NULL)
		return memo;
	memo = arena_alloc(views->arena, sizeof(*memo));
	mail = dkim_mail_new(views->arena, views->bytes, DKIM_LAW, views->now);
	if (memo == NULL || mail == NULL)
		return NULL;
	if (views->bytes_cut)
		dkim_mail_cut(mail);
	memo->dkim = dkim_prepare(mail);
	memo->arc = arc_prepare(mail);
	if (memo->dkim == NULL || memo->arc == NULL)
		return NULL;
	memo->identities = read_identities(views, memo->dkim);
	if (memo->identities == NULL)
		return NULL;
	if (mail->header.too_long)
		views_note(views, "header limit: no signature was looked at");
	dkim_body_run(mail->body, views->budget);
	views->memos[MEMO_DKIM] = memo;
	return memo;
}

static void
set_tags(struct views *views, const struct dkim *dkim)
{
	for (size_t i = 0; i < dkim->n; i++) {
		const struct dkim_signature *signature = &dkim->v[i];

		if (signature->result != AUTH_PASS)
			continue;
		capture_set(views, "DKIMIDENTITY", signature->identity);
		capture_set(views, "DKIMDOMAIN", arena_lower(views->arena, signature->domain));
		capture_set(views, "DKIMSELECTOR", signature->selector);
	}
}

const struct dkim *
views_dkim(struct views *views)
{
	struct dkim_memo *memo = memo_of(views);

	if (memo == NULL)
		return NULL;
	if (!memo->dkim_known) {
		memo->dkim_known = dkim_verify(memo->dkim, views->facts, views->budget);
		if (memo->dkim_known)
			set_tags(views, memo->dkim);
	}
	return memo->dkim;
}

const struct dmarc_identity *
views_dkim_identities(struct views *views, size_t *n_r)
{
	const struct dkim *dkim = views_dkim(views);
	struct dkim_memo *memo = views->memos[MEMO_DKIM];

	*n_r = dkim == NULL ? 0 : dkim->n;
	for (size_t i = 0; i < *n_r; i++)
		memo->identities[i].result = dkim->v[i].result;
	return dkim == NULL ? NULL : memo->identities;
}

const struct arc *
views_arc(struct views *views)
{
	struct dkim_memo *memo = memo_of(views);

	if (memo == NULL)
		return NULL;
	if (!memo->arc_known)
		memo->arc_known = arc_verify(memo->arc, views->facts, views->budget);
	return memo->arc;
}
