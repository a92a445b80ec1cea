/*
 * dmarc.c - policy discovery, alignment and what comes of it
 *
 * Both places where a record may stand are asked at once: the author's domain
 * and its organisational domain by the public suffix list. The first that has
 * a record decides; several at one place are none (6.6.3, 5). The domain that
 * is itself a public suffix is its own organisation.
 *
 * SPF and DKIM may still be open, or have met a temporary error. An identity
 * that belongs to the author's domain and ended so could still have passed:
 * then there is no result yet, or a temperror (6.6.2: the policy cannot be
 * applied); others change nothing.
 *
 * A message with several author domains passes only if each does, and fails
 * if one does. Several From fields (against RFC 5322, 3.6) may fail, but
 * nobody answers for them, so they never pass; nor do more domains than we
 * read.
 */
#include "engine/auth/dmarc.h"

#include "engine/mime/domain.h"

#define RECORD_LABEL "_dmarc."

/* The organisational domain; of a public suffix, itself. */
static struct slice
organisation(struct arena *arena, struct slice domain)
{
	struct slice found = organisational_domain(arena, domain);

	return found.p == NULL ? domain : found;
}

bool
dmarc_aligned(struct arena *arena, struct slice a, struct slice b, bool strict)
{
	a = author_domain(arena, a);
	b = author_domain(arena, b);
	if (a.p == NULL || b.p == NULL)
		return false;
	if (slice_eq(a, b))
		return true;
	return !strict && slice_eq(organisation(arena, a), organisation(arena, b));
}

/* What one place in the DNS has of records. */
enum place {
	PLACE_OPEN,
	PLACE_EMPTY,
	PLACE_ONE,
	PLACE_SEVERAL,
	PLACE_ERROR, /* temporary */
};

static enum place
read_place(const struct dns_answer *answer, struct dmarc_record *record_r)
{
	enum place place = PLACE_EMPTY;

	if (answer->outcome == DNS_OPEN)
		return PLACE_OPEN;
	if (dns_may_pass(answer->outcome) || answer->outcome == DNS_UNASKED)
		return PLACE_ERROR;
	for (size_t i = 0; i < answer->record_count; i++) {
		struct dmarc_record record;

		dmarc_record_parse(answer->records[i].data, &record);
		if (record.state == DMARC_RECORD_OTHER)
			continue;
		if (place == PLACE_ONE)
			return PLACE_SEVERAL;
		*record_r = record;
		place = PLACE_ONE;
	}
	return place;
}

static const struct dns_answer *
ask_record(struct facts *facts, struct slice domain)
{
	return facts_ask_made(facts, FACTS_AUTHOR, DNS_TXT, RECORD_LABEL "%.*s", SLICE_ARG(domain));
}

/* Policy discovery (6.6.3): where the record is, and which. */
static enum place
discover(struct arena *arena, struct facts *facts, struct dmarc *dmarc)
{
	struct slice organisation_name = organisation(arena, dmarc->from_domain);
	const struct dns_answer *own = ask_record(facts, dmarc->from_domain);
	const struct dns_answer *above = slice_eq(organisation_name, dmarc->from_domain)
					     ? own
					     : ask_record(facts, organisation_name);
	enum place place = read_place(own, &dmarc->record);

	dmarc->policy_domain = dmarc->from_domain;
	if (place == PLACE_EMPTY && above != own) {
		place = read_place(above, &dmarc->record);
		dmarc->policy_domain = organisation_name;
	}
	if (place != PLACE_ONE)
		dmarc->policy_domain = SLICE_ABSENT;
	return place;
}

/* What is known of the identities that belong to the author's domain. */
struct alignment {
	bool passed, open, may_pass;
};

static struct alignment
align(struct arena *arena, struct slice from, const struct dmarc_identity *identities, size_t n,
    bool strict)
{
	struct alignment alignment = { false, false, false };

	for (size_t i = 0; i < n; i++) {
		enum auth_result result = identities[i].result;

		if (result != AUTH_PASS && result != AUTH_OPEN && result != AUTH_TEMPERROR)
			continue;
		if (!dmarc_aligned(arena, identities[i].domain, from, strict))
			continue;
		alignment.passed |= result == AUTH_PASS;
		alignment.open |= result == AUTH_OPEN;
		alignment.may_pass |= result == AUTH_TEMPERROR;
	}
	return alignment;
}

/* It failed: what the domain wants, less what pct spares (6.6.4). */
static void
dispose(struct dmarc *dmarc, uint64_t sample)
{
	dmarc->result = AUTH_FAIL;
	dmarc->disposition = dmarc->policy;
	if (dmarc->policy == DMARC_POLICY_NONE || sample % 100 < dmarc->record.percent)
		return;
	dmarc->sampled_out = true;
	dmarc->reason = "spared by pct";
	dmarc->disposition--;
}

static void
compare(struct arena *arena, const struct dmarc_request *request, struct dmarc *dmarc)
{
	struct slice from = dmarc->from_domain;
	struct alignment spf = align(
	    arena, from, request->spf, request->spf_count, dmarc->record.strict_spf);
	struct alignment dkim = align(
	    arena, from, request->dkim, request->dkim_count, dmarc->record.strict_dkim);

	dmarc->policy = slice_eq(from, dmarc->policy_domain) ? dmarc->record.policy
							     : dmarc->record.subdomain_policy;
	dmarc->spf_aligned = spf.passed;
	dmarc->dkim_aligned = dkim.passed;
	if (spf.open || dkim.open) {
		dmarc->result = AUTH_OPEN;
	} else if (spf.passed || dkim.passed) {
		dmarc->result = AUTH_PASS;
	} else if (spf.may_pass || dkim.may_pass) {
		dmarc->result = AUTH_TEMPERROR;
		dmarc->reason = spf.may_pass ? "SPF met a temporary error"
					     : "DKIM met a temporary error";
	} else {
		dispose(dmarc, request->sample);
	}
}

/* One author domain. */
static void
check_domain(struct arena *arena, struct facts *facts, const struct dmarc_request *request,
    struct slice domain, struct dmarc *dmarc)
{
	*dmarc = (struct dmarc){ .result = AUTH_NONE, .from_domain = domain, .reason = "" };
	/* A name of one label is a local one: nothing is asked about it. */
	if (slice_find_byte(domain, 0, '.') == domain.n)
		return;
	switch (discover(arena, facts, dmarc)) {
	case PLACE_OPEN:
		dmarc->result = AUTH_OPEN;
		return;
	case PLACE_EMPTY:
		return;
	case PLACE_SEVERAL:
		dmarc->reason = "several records";
		return;
	case PLACE_ERROR:
		dmarc->result = AUTH_TEMPERROR;
		dmarc->reason = "the policy could not be looked up";
		return;
	case PLACE_ONE:
		break;
	}
	if (dmarc->record.state == DMARC_RECORD_BROKEN) {
		dmarc->result = AUTH_PERMERROR;
		dmarc->reason = "the record cannot be read";
		return;
	}
	compare(arena, request, dmarc);
}

/* The order in which results outweigh one another; an open one outweighs all. */
static unsigned
weight(const struct dmarc *dmarc)
{
	switch (dmarc->result) {
	case AUTH_OPEN:
		return 7;
	case AUTH_FAIL:
		return 4 + (unsigned)dmarc->disposition;
	case AUTH_TEMPERROR:
		return 3;
	case AUTH_PERMERROR:
		return 2;
	case AUTH_NONE:
		return 1;
	case AUTH_PASS:
	case AUTH_SOFTFAIL:
	case AUTH_NEUTRAL:
	case AUTH_POLICY:
		break;
	}
	return 0;
}

void
dmarc_check(struct arena *arena, struct facts *facts, const struct dmarc_request *request,
    struct dmarc *dmarc_r)
{
	const struct author *author = request->author;
	struct dmarc one;

	*dmarc_r = (struct dmarc){ .result = AUTH_NONE, .reason = "no author domain" };
	for (size_t i = 0; i < author->domain_count; i++) {
		check_domain(arena, facts, request, author->domains[i], &one);
		if (i == 0 || weight(&one) > weight(dmarc_r))
			*dmarc_r = one;
	}
	if (dmarc_r->result != AUTH_PASS)
		return;
	if (author->field_count > 1) {
		dmarc_r->result = AUTH_NONE;
		dmarc_r->reason = "several From fields";
	} else if (author->too_many) {
		dmarc_r->result = AUTH_PERMERROR;
		dmarc_r->reason = "too many author domains";
	}
}
