/*
 * eval_author.c - whether the domain that a message shows as its author's had a part in it
 *
 * All ours. Two ways to borrow a name that SPF, DKIM and DMARC of the From
 * domain let pass: to send from a host that the domain shares with others,
 * with a signature of its that does not hold any more; and to show a domain in
 * the author's name, which people read, beside an address of one's own.
 *
 * The latter asks for the policy of the domain that the name shows: one that
 * wants quarantine or reject for mail like this is a name worth protecting.
 * Domains whose organisations begin alike (example.com, example.co.uk) are
 * taken for one owner's.
 *
 * Limits: SHOWN_MAX domains of a name.
 */
#include <stdio.h>

#include "engine/auth/dkim.h"
#include "engine/auth/dmarc.h"
#include "engine/auth/spf.h"
#include "engine/mime/boundary.h"
#include "engine/mime/domain.h"
#include "engine/rules/askable.h"
#include "engine/rules/auth_facts.h"
#include "engine/rules/eval.h"
#include "engine/rules/eval_help.h"
#include "engine/rules/spf_facts.h"
#include "engine/util/ascii.h"

/* Domains that are looked for in one name; honest names show one at the most. */
#define SHOWN_MAX 3

/* The domain of From's first address that may be asked about; absent: none. */
static struct slice
author_of(struct views *views)
{
	return askable_name(views, views_first_author(views));
}

/* The client may send for From's domain, whatever the envelope's sender is. */
unsigned
eval_check_from_spf_pass(const struct rule *rule, struct views *views)
{
	const struct relays *relays = views_relays(views);
	const struct relay *client = relays == NULL ? NULL : relays_last_external(relays);
	struct slice domain = author_of(views);
	struct spf_query query = { .now = (uint64_t)views->now };
	char sender[sizeof("postmaster@") + DOMAIN_MAX];
	enum auth_result result;

	(void)rule;
	if (domain.n == 0 || client == NULL || client->auth.n > 0 ||
	    !askable_address(client->ip, &query.client))
		return 0;
	query.helo = client->helo;
	if (!facts_on(views->facts))
		return EVAL_UNKNOWN;
	snprintf(sender, sizeof(sender), "postmaster@%.*s", SLICE_ARG(domain));
	query.sender = slice_of(sender);
	result = spf_check_mail_from(views->arena, views->facts, &query).result;
	if (result == AUTH_OPEN)
		return EVAL_OPEN;
	return result == AUTH_TEMPERROR ? EVAL_UNKNOWN : result == AUTH_PASS;
}

/* A signature by From's organisation does not hold, and no other of its does. */
unsigned
eval_check_from_dkim_broken(const struct rule *rule, struct views *views)
{
	struct slice domain = author_of(views);
	const struct dkim *dkim = domain.n == 0 || !facts_on(views->facts) ? NULL
									   : views_dkim(views);
	bool open = false, broken = false, unknown = false;

	(void)rule;
	for (size_t i = 0; dkim != NULL && i < dkim->n; i++) {
		const struct dkim_signature *signature = &dkim->v[i];

		if (!eval_same_organisation(views, signature->domain, domain))
			continue;
		if (signature->result == AUTH_PASS)
			return 0;
		open |= signature->result == AUTH_OPEN;
		unknown |= signature->result == AUTH_TEMPERROR;
		broken |= signature->result == AUTH_FAIL;
	}
	if (open || unknown)
		return open ? EVAL_OPEN : EVAL_UNKNOWN;
	return broken;
}

/* The next run of bytes that a host name may have, from *at on; absent: no more. */
static struct slice
next_host(struct slice text, size_t *at)
{
	size_t start;

	while (*at < text.n && !ascii_is_alnum(text.p[*at]))
		++*at;
	for (start = *at; *at < text.n && (ascii_is_alnum(text.p[*at]) || text.p[*at] == '.' ||
					      text.p[*at] == '-');)
		++*at;
	return *at == start ? SLICE_ABSENT : slice_cut(text, start, *at);
}

/* Whether the organisations of two domains begin with the same label. */
static bool
is_one_owner(struct views *views, struct slice a, struct slice b)
{
	struct slice x = eval_organisation(views, a), y = eval_organisation(views, b);

	return slice_ieq(slice_cut(x, 0, slice_find_byte(x, 0, '.')),
	    slice_cut(y, 0, slice_find_byte(y, 0, '.')));
}

/* The domains that the author's name shows and that are not the author's. */
struct shown {
	struct slice domains[SHOWN_MAX];
	size_t count;
};

static void
find_shown(struct views *views, struct slice author, struct shown *shown)
{
	struct slice name = eval_first_line(eval_field(views, FIXED_FROM_NAME)), host;
	size_t at = 0;

	while (shown->count < SHOWN_MAX && (host = next_host(name, &at)).n > 0) {
		while (slice_ends(host, SLICE(".")))
			host = slice_cut(host, 0, host.n - 1);
		if (slice_find_byte(host, 0, '.') == host.n ||
		    !boundary_has_tld(views->ruleset->boundaries, host))
			continue;
		host = askable_name(views, host);
		if (host.n > 0 && !is_one_owner(views, host, author))
			shown->domains[shown->count++] = host;
	}
}

/* They are looked for once. NULL: there is no author, or the arena is full. */
static const struct shown *
shown_of(struct views *views)
{
	struct slice author = views_first_author(views);
	struct shown *shown = views->memos[MEMO_SHOWN];

	if (author.n == 0 || shown != NULL)
		return shown;
	shown = views->memos[MEMO_SHOWN] = arena_alloc(views->arena, sizeof(*shown));
	if (shown != NULL)
		find_shown(views, author, shown);
	return shown;
}

/* Whether the domain wants mail like this, that does not pass for it, kept away. */
static unsigned
wants_none(struct views *views, struct slice domain, const struct dmarc_request *parts)
{
	struct author author = { .domains = { domain }, .domain_count = 1, .field_count = 1 };
	struct dmarc_request request = *parts;
	struct dmarc dmarc;

	request.author = &author;
	dmarc_check(views->arena, views->facts, &request, &dmarc);
	if (dmarc.result == AUTH_OPEN)
		return EVAL_OPEN;
	if (dmarc.result == AUTH_TEMPERROR)
		return EVAL_UNKNOWN;
	return dmarc.result == AUTH_FAIL && dmarc.policy != DMARC_POLICY_NONE;
}

unsigned
eval_check_fromname_protected(const struct rule *rule, struct views *views)
{
	const struct shown *shown = shown_of(views);
	size_t count = shown == NULL ? 0 : shown->count;
	const struct spf_fact *spf = count == 0 ? NULL : spf_fact(views, SPF_MAIL_FROM);
	struct dmarc_request request = { .spf_count = 1 };
	struct dmarc_identity sender;
	unsigned hits = 0;

	(void)rule;
	if (count > 0 && !facts_on(views->facts))
		return EVAL_UNKNOWN;
	if (spf == NULL)
		return 0;
	request.dkim = views_dkim_identities(views, &request.dkim_count);
	if (request.dkim == NULL)
		return 0;
	sender = (struct dmarc_identity){ spf->domain, spf->spf.result };
	request.spf = &sender;
	for (size_t i = 0; i < count && hits != 1; i++) {
		unsigned one = wants_none(views, shown->domains[i], &request);

		if (one > hits || one == 1)
			hits = one;
	}
	return hits > 0 && spf->spf.result == AUTH_OPEN ? EVAL_OPEN : hits;
}
