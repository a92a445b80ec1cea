/*
 * dmarc_facts.c - what DMARC is fed in one message, and all of authentication as plain data
 *
 * SPF, DKIM and DMARC's own questions go out together: DMARC is run with what
 * is known of the others, open results too. What did not come from outside
 * (no relay of others, or a sender who authenticated) is under no policy.
 *
 * The message's share in pct is drawn by a hash of its header, so the same
 * message meets the same fate everywhere.
 *
 * views_dmarc_verdict: the law of SpamAssassin 4.0.1's DMARC over Mail::DMARC
 * 1.20211209, learned from what they answer.
 */
#include "engine/rules/dmarc_facts.h"

#include "engine/auth/arc.h"
#include "engine/auth/dkim.h"
#include "engine/rules/auth_facts.h"
#include "engine/rules/eval.h"
#include "engine/rules/eval_help.h"
#include "engine/rules/spf_facts.h"

/* Of the header, what the hash reads. */
#define SAMPLE_BYTES ((size_t)64 * 1024)

struct dmarc_memo {
	struct dmarc dmarc; /* open: not known yet */
	enum dmarc_verdict verdict;
};

struct author_memo {
	struct author all;
	struct slice first; /* see views_first_author */
};

/* NULL at the arena's cap. */
static struct dmarc_memo *
memo_of(struct views *views)
{
	struct dmarc_memo *memo = views->memos[MEMO_DMARC];

	if (memo == NULL) {
		memo = arena_alloc(views->arena, sizeof(*memo));
		views->memos[MEMO_DMARC] = memo;
	}
	return memo;
}

/* FNV-1a of the header. */
static uint64_t
sample_of(const struct message *message)
{
	struct slice header = slice_cut(message->header_bytes, 0, SAMPLE_BYTES);
	uint64_t hash = UINT64_C(0xcbf29ce484222325);

	for (size_t i = 0; i < header.n; i++)
		hash = (hash ^ (unsigned char)header.p[i]) * UINT64_C(0x100000001b3);
	return hash >> 32;
}

/* Whether a host of others handed the message to us. */
static bool
is_from_outside(struct views *views)
{
	const struct relays *relays = views_relays(views);
	const struct relay *relay = relays == NULL ? NULL : relays_last_external(relays);

	return relay != NULL && relay->auth.n == 0 && views->envelope->auth_user.p == NULL;
}

static bool
has_open(const struct dkim *dkim)
{
	for (size_t i = 0; i < dkim->n; i++)
		if (dkim->v[i].result == AUTH_OPEN)
			return true;
	return false;
}

/* NULL at the arena's cap. */
static const struct author_memo *
author_of(struct views *views)
{
	struct author_memo *memo = views->memos[MEMO_AUTHOR];
	struct slice address;

	if (memo != NULL)
		return memo;
	memo = arena_alloc(views->arena, sizeof(*memo));
	views->memos[MEMO_AUTHOR] = memo;
	if (memo == NULL)
		return NULL;
	author_find(views->arena, &views->message->headers, &memo->all);
	address = slice_trim(eval_first_line(eval_field(views, FIXED_FROM_ADDR)));
	if (slice_find_byte(address, 0, '@') < address.n)
		memo->first = author_domain(views->arena, eval_domain(address));
	return memo;
}

const struct author *
views_author(struct views *views)
{
	const struct author_memo *memo = author_of(views);

	return memo == NULL ? NULL : &memo->all;
}

struct slice
views_first_author(struct views *views)
{
	const struct author_memo *memo = author_of(views);

	return memo == NULL ? SLICE_ABSENT : memo->first;
}

const struct dmarc *
views_dmarc(struct views *views)
{
	struct dmarc_memo *memo = memo_of(views);
	struct dmarc_request request = { .spf_count = 1 };
	const struct spf_fact *spf;
	struct dmarc_identity identity;

	if (memo == NULL || memo->dmarc.result != AUTH_OPEN)
		return memo == NULL ? NULL : &memo->dmarc;
	if (!is_from_outside(views)) {
		memo->dmarc = (struct dmarc){ .result = AUTH_NONE, .reason = "not from outside" };
		return &memo->dmarc;
	}
	spf = spf_fact(views, SPF_MAIL_FROM);
	request.dkim = views_dkim_identities(views, &request.dkim_count);
	if (spf == NULL || request.dkim == NULL)
		return NULL;
	identity = (struct dmarc_identity){ spf->domain, spf->spf.result };
	request.sample = sample_of(views->message);
	request.author = views_author(views);
	request.spf = &identity;
	if (request.author == NULL)
		return NULL;
	dmarc_check(views->arena, views->facts, &request, &memo->dmarc);
	/* SPF that is open may not know its domain yet. */
	if (spf->spf.result == AUTH_OPEN && memo->dmarc.result != AUTH_NONE)
		memo->dmarc.result = AUTH_OPEN;
	return &memo->dmarc;
}

/* Whether something is in the DNS. */
enum existence {
	EXISTS_OPEN,
	EXISTS_NOT,
	EXISTS_UNKNOWN,
	EXISTS,
};

static enum existence
has_record(struct views *views, enum dns_type type, struct slice domain)
{
	switch (facts_ask_share(views->facts, FACTS_AUTHOR, type, domain)->outcome) {
	case DNS_OPEN:
		return EXISTS_OPEN;
	case DNS_FOUND:
		return EXISTS;
	case DNS_NODATA:
	case DNS_NXDOMAIN:
		return EXISTS_NOT;
	case DNS_SERVFAIL:
	case DNS_TIMEOUT:
	case DNS_UNASKED:
		break;
	}
	return EXISTS_UNKNOWN;
}

/* The better of two. */
static enum existence
either(enum existence a, enum existence b)
{
	if (a == EXISTS || b == EXISTS)
		return EXISTS;
	if (a == EXISTS_OPEN || b == EXISTS_OPEN)
		return EXISTS_OPEN;
	return a == EXISTS_UNKNOWN ? a : b;
}

/* Whether the domain or its organisational domain is there: MX first, for most have one. */
static enum existence
is_in_dns(struct views *views, struct slice domain)
{
	static const enum dns_type types[] = { DNS_NS, DNS_A, DNS_AAAA };
	struct slice organisation = eval_organisation(views, domain);
	enum existence found = has_record(views, DNS_MX, domain);

	if (found == EXISTS || found == EXISTS_OPEN)
		return found;
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		found = either(found, has_record(views, types[i], domain));
	if (slice_ieq(organisation, domain))
		return found;
	found = either(found, has_record(views, DNS_MX, organisation));
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		found = either(found, has_record(views, types[i], organisation));
	return found;
}

/* What of SPF counts: MAIL FROM if it passes, else the HELO name if that does. */
static const struct spf_fact *
spf_that_counts(const struct spf_fact *mail_from, const struct spf_fact *helo)
{
	bool helo_passes = mail_from->spf.result != AUTH_PASS && helo->spf.result == AUTH_PASS;

	return helo_passes ? helo : mail_from;
}

/* Whether a chain that passes speaks for a sender at the author's own domain. */
static bool
is_sealed(
    struct views *views, const struct arc *arc, const struct spf_fact *spf, struct slice author)
{
	return arc->result == AUTH_PASS && dmarc_aligned(views->arena, spf->domain, author, true);
}

static enum dmarc_verdict
verdict_of(const struct dmarc *dmarc, bool sealed)
{
	switch (dmarc->result) {
	case AUTH_OPEN:
		return DMARC_VERDICT_OPEN;
	case AUTH_TEMPERROR:
		return sealed ? DMARC_VERDICT_PASS : DMARC_VERDICT_UNKNOWN;
	case AUTH_PASS:
		return DMARC_VERDICT_PASS;
	case AUTH_PERMERROR: /* a record that cannot be read: fails, and nothing is wanted */
		return DMARC_VERDICT_NONE;
	case AUTH_FAIL:
		if (sealed)
			return DMARC_VERDICT_PASS;
		return dmarc->disposition == DMARC_POLICY_REJECT       ? DMARC_VERDICT_REJECT
		       : dmarc->disposition == DMARC_POLICY_QUARANTINE ? DMARC_VERDICT_QUARANTINE
								       : DMARC_VERDICT_NONE;
	case AUTH_NONE:
	case AUTH_SOFTFAIL:
	case AUTH_NEUTRAL:
	case AUTH_POLICY:
		break;
	}
	return DMARC_VERDICT_MISSING;
}

static enum dmarc_verdict
find_verdict(struct views *views)
{
	const struct spf_fact *mail_from = spf_fact(views, SPF_MAIL_FROM);
	const struct spf_fact *helo = spf_fact(views, SPF_HELO), *spf;
	const struct arc *arc = views_arc(views);
	struct author author = { .domain_count = 1, .field_count = 1 };
	struct dmarc_request request = {
		.author = &author, .spf_count = 1, .sample = sample_of(views->message)
	};
	struct dmarc_identity identity;
	enum existence existence;
	struct dmarc dmarc;

	author.domains[0] = views_first_author(views);
	request.dkim = views_dkim_identities(views, &request.dkim_count);
	if (author.domains[0].p == NULL || !is_from_outside(views))
		return DMARC_VERDICT_SKIPPED;
	if (mail_from == NULL || helo == NULL || request.dkim == NULL || arc == NULL)
		return DMARC_VERDICT_SKIPPED;
	spf = spf_that_counts(mail_from, helo);
	identity = (struct dmarc_identity){ spf->domain, spf->spf.result };
	request.spf = &identity;
	dmarc_check(views->arena, views->facts, &request, &dmarc);
	existence = is_in_dns(views, author.domains[0]);
	if (mail_from->spf.result == AUTH_OPEN || helo->spf.result == AUTH_OPEN ||
	    arc->result == AUTH_OPEN || dmarc.result == AUTH_OPEN || existence == EXISTS_OPEN)
		return DMARC_VERDICT_OPEN;
	if (existence == EXISTS_NOT)
		return DMARC_VERDICT_MISSING;
	if (existence == EXISTS_UNKNOWN)
		return DMARC_VERDICT_UNKNOWN;
	return verdict_of(&dmarc,
	    dmarc.policy_domain.p != NULL && is_sealed(views, arc, mail_from, author.domains[0]));
}

enum dmarc_verdict
views_dmarc_verdict(struct views *views)
{
	struct dmarc_memo *memo = memo_of(views);

	if (memo == NULL)
		return DMARC_VERDICT_SKIPPED;
	if (memo->verdict == DMARC_VERDICT_OPEN)
		memo->verdict = find_verdict(views);
	return memo->verdict;
}

static struct auth_sender
sender_of(const struct spf_fact *fact, bool helo)
{
	struct slice identity = helo && fact->spf.domain.p != NULL ? fact->spf.domain
								   : fact->spf.sender;

	return (struct auth_sender){ fact->spf.result, identity, fact->spf.problem };
}

/* Signatures as plain data; none at the arena's cap. */
static void
tell_signatures(struct views *views, const struct dkim *dkim, struct authentication *found)
{
	struct auth_signature *list = arena_array(views->arena, dkim->n + 1, sizeof(*list));

	if (list == NULL)
		return;
	for (size_t i = 0; i < dkim->n; i++) {
		const struct dkim_signature *signature = &dkim->v[i];

		list[i] = (struct auth_signature){
			.result = signature->result,
			.domain = signature->domain,
			.selector = signature->selector,
			.identity = signature->identity,
			.algorithm = signature->algorithm,
			.value = signature->mark,
			.problem = slice_of(signature->reason),
		};
	}
	found->dkim = list;
	found->dkim_count = dkim->n;
}

static void
tell_dmarc(const struct dmarc *dmarc, struct authentication *found)
{
	found->dmarc = dmarc->result;
	found->dmarc_policy = dmarc->policy;
	found->dmarc_disposition = dmarc->disposition;
	found->dmarc_from = dmarc->from_domain;
	found->dmarc_domain = dmarc->policy_domain;
	found->dmarc_reason = dmarc->reason[0] == '\0' ? SLICE_ABSENT : slice_of(dmarc->reason);
}

bool
views_authentication(struct views *views, struct authentication *found_r)
{
	const struct spf_fact *mail_from = spf_fact(views, SPF_MAIL_FROM);
	const struct spf_fact *helo = spf_fact(views, SPF_HELO);
	const struct dkim *dkim = views_dkim(views);
	const struct arc *arc = views_arc(views);
	const struct dmarc *dmarc = views_dmarc(views);

	*found_r = (struct authentication){
		.spf = { .result = AUTH_NONE },
		.spf_helo = { .result = AUTH_NONE },
		.arc = AUTH_NONE,
		.dmarc = AUTH_NONE,
	};
	if (mail_from != NULL)
		found_r->spf = sender_of(mail_from, false);
	if (helo != NULL)
		found_r->spf_helo = sender_of(helo, true);
	if (arc != NULL) {
		found_r->arc = arc->result;
		found_r->arc_sets = (unsigned)arc->n;
	}
	if (dmarc != NULL)
		tell_dmarc(dmarc, found_r);
	found_r->known = found_r->spf.result != AUTH_OPEN &&
			 found_r->spf_helo.result != AUTH_OPEN &&
			 (dkim == NULL || !has_open(dkim)) && found_r->arc != AUTH_OPEN &&
			 found_r->dmarc != AUTH_OPEN;
	if (dkim != NULL && found_r->known)
		tell_signatures(views, dkim, found_r);
	return found_r->known;
}
