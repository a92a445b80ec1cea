/*
 * eval_auth.c - what authentication found, for rules of our own
 *
 * All ours. Results are RFC 8601's words; a function hits when the result is
 * one of those that it names. A temporary error that is not asked for leaves
 * everything else unknown, and so does a DNS that is not asked at all.
 */
#include "engine/auth/arc.h"
#include "engine/auth/author.h"
#include "engine/auth/dkim.h"
#include "engine/auth/dmarc.h"
#include "engine/rules/auth_facts.h"
#include "engine/rules/eval.h"
#include "engine/rules/eval_help.h"
#include "engine/rules/spf_facts.h"

int
eval_auth_word(struct slice word)
{
	for (int i = AUTH_OPEN + 1; i <= AUTH_PERMERROR; i++)
		if (slice_eq(word, slice_of(auth_word((enum auth_result)i))))
			return i;
	return -1;
}

int
eval_policy_word(struct slice word)
{
	for (int i = DMARC_POLICY_NONE; i <= DMARC_POLICY_REJECT; i++)
		if (slice_eq(word, slice_of(dmarc_policy_word((enum dmarc_policy)i))))
			return i;
	return -1;
}

/* Whether one of the rule's arguments is that row. */
static bool
names_row(const struct rule *rule, int row)
{
	for (size_t i = 0; i < rule->call.arg_count; i++)
		if ((int)rule->call.args[i].number == row)
			return true;
	return false;
}

/* What a rule that names results makes of this one. */
static unsigned
result_hits(const struct rule *rule, enum auth_result result)
{
	if (result == AUTH_OPEN)
		return EVAL_OPEN;
	if (names_row(rule, result))
		return 1;
	return result == AUTH_TEMPERROR ? EVAL_UNKNOWN : 0;
}

static unsigned
spf_hits(const struct rule *rule, struct views *views, enum spf_identity which)
{
	const struct spf_fact *fact = spf_fact(views, which);

	if (fact == NULL)
		return 0;
	if (!fact->from_field && !facts_on(views->facts))
		return EVAL_UNKNOWN;
	return result_hits(rule, fact->spf.result);
}

unsigned
eval_spf_result(const struct rule *rule, struct views *views)
{
	return spf_hits(rule, views, SPF_MAIL_FROM);
}

unsigned
eval_spf_helo_result(const struct rule *rule, struct views *views)
{
	return spf_hits(rule, views, SPF_HELO);
}

unsigned
eval_dkim_result(const struct rule *rule, struct views *views)
{
	const struct dkim *dkim = facts_on(views->facts) ? views_dkim(views) : NULL;

	if (dkim == NULL)
		return facts_on(views->facts) ? 0 : EVAL_UNKNOWN;
	return result_hits(rule, dkim_result(dkim));
}

unsigned
eval_arc_result(const struct rule *rule, struct views *views)
{
	const struct arc *arc = facts_on(views->facts) ? views_arc(views) : NULL;

	if (arc == NULL)
		return facts_on(views->facts) ? 0 : EVAL_UNKNOWN;
	return result_hits(rule, arc->result);
}

/* DMARC, or NULL and what the function then says: open, unknown or no hit. */
static const struct dmarc *
known_dmarc(struct views *views, unsigned *hits_r)
{
	const struct dmarc *dmarc = facts_on(views->facts) ? views_dmarc(views) : NULL;

	*hits_r = facts_on(views->facts) ? 0 : EVAL_UNKNOWN;
	if (dmarc == NULL || dmarc->result != AUTH_OPEN)
		return dmarc;
	*hits_r = EVAL_OPEN;
	return NULL;
}

unsigned
eval_dmarc_result(const struct rule *rule, struct views *views)
{
	unsigned hits;
	const struct dmarc *dmarc = known_dmarc(views, &hits);

	return dmarc == NULL ? hits : result_hits(rule, dmarc->result);
}

unsigned
eval_dmarc_policy(const struct rule *rule, struct views *views)
{
	unsigned hits;
	const struct dmarc *dmarc = known_dmarc(views, &hits);

	if (dmarc == NULL)
		return hits;
	if (dmarc->policy_domain.p == NULL)
		return dmarc->result == AUTH_TEMPERROR ? EVAL_UNKNOWN : 0;
	return names_row(rule, dmarc->policy);
}

unsigned
eval_dmarc_disposition(const struct rule *rule, struct views *views)
{
	unsigned hits;
	const struct dmarc *dmarc = known_dmarc(views, &hits);

	if (dmarc == NULL)
		return hits;
	if (dmarc->result == AUTH_TEMPERROR)
		return EVAL_UNKNOWN;
	return dmarc->policy_domain.p != NULL && names_row(rule, dmarc->disposition);
}

/* Whether the domain belongs to the organisation of one of the author's domains. */
static bool
is_author_domain(struct views *views, struct slice domain)
{
	const struct author *author = views_author(views);

	for (size_t i = 0; author != NULL && i < author->domain_count; i++)
		if (dmarc_aligned(views->arena, domain, author->domains[i], false))
			return true;
	return false;
}

unsigned
eval_spf_aligned(const struct rule *rule, struct views *views)
{
	const struct spf_fact *fact = spf_fact(views, SPF_MAIL_FROM);

	(void)rule;
	if (fact == NULL)
		return 0;
	if (!fact->from_field && !facts_on(views->facts))
		return EVAL_UNKNOWN;
	if (fact->spf.result == AUTH_OPEN)
		return EVAL_OPEN;
	if (fact->spf.result != AUTH_PASS)
		return fact->spf.result == AUTH_TEMPERROR ? EVAL_UNKNOWN : 0;
	return is_author_domain(views, fact->domain);
}

/* Tells which signatures count for a function. */
typedef bool signature_fn(const struct rule *rule, struct views *views, struct slice domain);

/* A hit if one that counts passes; what is open or failed for now may still. */
static unsigned
signatures_hit(const struct rule *rule, struct views *views, signature_fn *counts)
{
	const struct dmarc_identity *signers;
	unsigned hits = 0;
	size_t count;

	if (!facts_on(views->facts))
		return EVAL_UNKNOWN;
	signers = views_dkim_identities(views, &count);
	for (size_t i = 0; i < count; i++) {
		enum auth_result result = signers[i].result;

		if ((result != AUTH_PASS && result != AUTH_OPEN && result != AUTH_TEMPERROR) ||
		    !counts(rule, views, signers[i].domain))
			continue;
		if (result == AUTH_PASS)
			return 1;
		if (result == AUTH_OPEN || hits == 0)
			hits = result == AUTH_OPEN ? EVAL_OPEN : EVAL_UNKNOWN;
	}
	return hits;
}

static bool
author_counts(const struct rule *rule, struct views *views, struct slice domain)
{
	(void)rule;
	return is_author_domain(views, domain);
}

unsigned
eval_dkim_aligned(const struct rule *rule, struct views *views)
{
	return signatures_hit(rule, views, author_counts);
}

/* Whether the domain is one that the rule names, or below it. */
static bool
named_counts(const struct rule *rule, struct views *views, struct slice domain)
{
	domain = author_domain(views->arena, domain);
	for (size_t i = 0; domain.p != NULL && i < rule->call.arg_count; i++) {
		struct slice name = rule->call.args[i].text;

		if (slice_iends(domain, name) &&
		    (domain.n == name.n || domain.p[domain.n - name.n - 1] == '.'))
			return true;
	}
	return false;
}

unsigned
eval_dkim_signed_by(const struct rule *rule, struct views *views)
{
	return signatures_hit(rule, views, named_counts);
}

unsigned
eval_arc_sealed_by(const struct rule *rule, struct views *views)
{
	const struct arc *arc = facts_on(views->facts) ? views_arc(views) : NULL;

	if (arc == NULL)
		return facts_on(views->facts) ? 0 : EVAL_UNKNOWN;
	if (arc->result == AUTH_OPEN)
		return EVAL_OPEN;
	if (arc->result == AUTH_TEMPERROR)
		return EVAL_UNKNOWN;
	return arc->result == AUTH_PASS && arc->n > 0 &&
	       named_counts(rule, views, arc->v[arc->n - 1].seal.domain);
}
