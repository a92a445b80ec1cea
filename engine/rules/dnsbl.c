/*
 * dnsbl.c - which questions the rules over DNS lists of addresses ask, and which of them share
 *
 * Law: SpamAssassin 4.0.1's DNSEval, by how it behaves. What is asked about
 * is worked out once for each rule and message; the answers come with the facts.
 *
 * Relays: the untrusted ones, oldest first. A set's name may end in
 * -lastexternal (the one that handed the mail to our networks), -notfirsthop
 * (all outside but the first sender), -firsttrusted (the newest untrusted one)
 * or -untrusted (all but that). Private addresses are never asked about, and
 * trusted ones by rules with the tag nice alone. Nothing is asked when no
 * untrusted address is public. Fields of webmail count as relays (relays.c).
 *
 * check_rbl_ns_from: ours asks about the name servers that a domain has;
 * SpamAssassin, by an oddity, about the primary one of domains that have none.
 */
#include "engine/rules/dnsbl.h"

#include <string.h>

#include "engine/mime/boundary.h"
#include "engine/mime/ip.h"
#include "engine/mime/uri_canonical.h"
#include "engine/rules/eval.h"
#include "engine/rules/senders.h"
#include "engine/util/ascii.h"

/* The fields of check_rbl_headers where nobody names others (rbl_headers). */
#define USUAL_HEADERS \
	"EnvelopeFrom,Reply-To,Disposition-Notification-To,X-WebmailclientIP,X-Source-IP"

/* What one asker's questions are being made of. */
struct asking {
	struct views *views;
	struct dnsbl *dnsbl;
	struct dnsbl_asker *asker;
	struct slice zone;
};

static bool
holds(const struct vec *slices, struct slice s)
{
	for (size_t i = 0; i < slices->n; i++) {
		if (slice_eq(*(struct slice *)vec_at(slices, i), s))
			return true;
	}
	return false;
}

/* Each public address once, up to what any rule may ask about, and as many trusted ones. */
static void
add_public(struct vec *ips, struct slice text)
{
	struct slice *added;
	struct ip ip;

	if (ips->n >= (size_t)2 * DNSBL_RELAYS_MAX || !ip_parse(text, &ip) || ip_is_private(&ip) ||
	    holds(ips, text))
		return;
	added = vec_push(ips);
	if (added != NULL)
		*added = text;
}

/* The addresses of the relays that we do not trust, or that are outside our networks. */
static struct slice_list
find_relays(struct views *views, bool external)
{
	const struct relays *relays = views_relays(views);
	struct vec ips = VEC_OF(struct slice, views->arena);

	for (size_t i = 0; relays != NULL && i < relays->n; i++) {
		bool trusted = i < relays->trusted_count;

		if (!trusted || (external && !relays->v[i].internal))
			add_public(&ips, relays->v[i].ip);
	}
	return (struct slice_list){ ips.p, ips.n };
}

static void
ask(const struct asking *asking, enum dns_type type, struct slice thing, struct slice label)
{
	struct dnsbl_query *query;
	struct dns_listing listing;

	if (label.p == NULL || asking->asker->queries.n >= DNSBL_HOSTS_MAX)
		return;
	listing = dns_query_zone(asking->views, type, label, asking->zone);
	query = listing.answer == NULL ? NULL : vec_push(&asking->asker->queries);
	if (query != NULL)
		*query = (struct dnsbl_query){ thing, asking->zone, listing };
}

static bool
is_trusted(const struct views *views, struct slice text)
{
	struct ip ip;

	return ip_parse(text, &ip) &&
	       network_list_has(&views->ruleset->policy.trusted_networks, &ip);
}

/* The relays that a set is about: a part of the list, from..to-1, perhaps its end first. */
struct relay_range {
	struct slice_list ips;
	size_t from, to;
	bool reversed;
};

static struct relay_range
set_relays(const struct dnsbl *dnsbl, struct slice set)
{
	struct relay_range range = { .ips = dnsbl->untrusted };

	if (slice_ends(set, SLICE("-lastexternal")) || slice_ends(set, SLICE("-notfirsthop")))
		range.ips = dnsbl->external;
	range.to = range.ips.n;
	if (slice_ends(set, SLICE("-lastexternal")) || slice_ends(set, SLICE("-firsttrusted")))
		range.to = range.ips.n > 0 ? 1 : 0;
	else if (slice_ends(set, SLICE("-notfirsthop")))
		range.to -= range.ips.n > 1 ? 1 : 0;
	else if (slice_ends(set, SLICE("-untrusted")))
		range.from = range.ips.n > 0 ? 1 : 0;
	else
		range.reversed = true;
	return range;
}

static void
ask_relays(const struct asking *asking, enum dns_type type)
{
	const struct dnsbl_asker *asker = asking->asker;
	struct relay_range range = set_relays(asking->dnsbl, asker->set);
	size_t n = range.to - range.from, at = 0;
	bool nice = (asker->rule->def.tags & RULE_NICE) != 0, leading = true;

	if (asking->dnsbl->untrusted.n == 0)
		return;
	for (; at < n && at < DNSBL_RELAYS_MAX; at++) {
		size_t i = range.reversed ? range.to - 1 - at : range.from + at;
		struct slice ip = range.ips.v[i];

		leading = leading && !nice && is_trusted(asking->views, ip);
		if (!leading)
			ask(asking, type, ip, dns_query_reversed(asking->views, ip));
	}
}

static void
ask_rbl(const struct asking *asking)
{
	ask_relays(asking, DNS_A);
}

static void
ask_rbl_txt(const struct asking *asking)
{
	ask_relays(asking, DNS_TXT);
}

/* A host by its name, or by its address. */
static void
ask_host(const struct asking *asking, struct slice host)
{
	unsigned tags = asking->asker->rule->def.tags;
	struct slice reversed;

	if (host.p == NULL)
		return;
	reversed = dns_query_reversed(asking->views, host);
	if (reversed.p != NULL) {
		if ((tags & RULE_DOMAINS_ONLY) == 0)
			ask(asking, DNS_A, host, reversed);
	} else if ((tags & RULE_IPS_ONLY) == 0 &&
		   dns_query_can_be_listed(asking->views, asking->asker->rule, host)) {
		ask(asking, DNS_A, host, host);
	}
}

/* What follows the first @ that has something behind it, up to a blank or @; absent: none. */
static struct slice
address_host(struct slice text)
{
	for (size_t at = slice_find_byte(text, 0, '@'); at < text.n;
	     at = slice_find_byte(text, at + 1, '@')) {
		size_t end = at + 1;

		while (end < text.n && text.p[end] != '@' && !ascii_is_space(text.p[end]))
			end++;
		if (end > at + 1)
			return slice_cut(text, at + 1, end);
	}
	return SLICE_ABSENT;
}

/* The host of an address: the rule that asks one asks no host twice. */
static void
ask_address(const struct asking *asking, struct vec *seen, struct slice address)
{
	struct slice host = address_host(address), *kept;

	if (host.p == NULL)
		return;
	host = dns_query_squeezed(asking->views, host);
	if (host.p == NULL || slice_find_byte(host, 0, '.') == host.n || holds(seen, host))
		return;
	kept = seen->n < DNSBL_HOSTS_MAX ? vec_push(seen) : NULL;
	if (kept == NULL)
		return;
	*kept = host;
	ask_host(asking, host);
}

static void
ask_from_host(const struct asking *asking)
{
	struct vec seen = VEC_OF(struct slice, asking->views->arena);
	const struct senders *senders = senders_find(asking->views);

	for (size_t i = 0; senders != NULL && i < senders->from_count; i++)
		ask_address(asking, &seen, senders->from[i]);
}

static void
ask_from_domain(const struct asking *asking)
{
	struct views *views = asking->views;
	const struct boundaries *boundaries = views->ruleset->boundaries;
	struct vec seen = VEC_OF(struct slice, views->arena);
	const struct senders *senders = senders_find(views);

	for (size_t i = 0; senders != NULL && i < senders->from_count; i++) {
		struct slice host = uri_host(boundaries, senders->from[i]), domain;

		if (host.p == NULL)
			continue;
		domain = boundary_domain(boundaries, views->arena, host);
		if (domain.p != NULL)
			ask_address(asking, &seen,
			    arena_printf(views->arena, "dummy@%.*s", SLICE_ARG(domain)));
	}
}

static void
ask_envfrom(const struct asking *asking)
{
	struct vec seen = VEC_OF(struct slice, asking->views->arena);

	ask_address(asking, &seen, eval_field(asking->views, FIXED_ENVELOPE_FROM));
}

/* One field: the hosts of its addresses, or what stands in it, one a line. */
static void
ask_field(const struct asking *asking, struct slice name)
{
	struct views *views = asking->views;
	struct vec seen = VEC_OF(struct slice, views->arena);
	struct slice value = views_read_text(
			 views, arena_printf(views->arena, "%.*s:addr", SLICE_ARG(name))),
		     line;

	if (address_host(value).p != NULL) {
		ask_address(asking, &seen, value);
		return;
	}
	value = views_read_text(views, name);
	while (slice_next_line(&value, &line))
		ask_host(asking, dns_query_host(views, line));
}

static void
ask_headers(const struct asking *asking)
{
	const struct eval_call *call = &asking->asker->rule->call;
	struct slice names = call->arg_count > 3 ? call->args[3].text
						 : ruleset_option(asking->views->ruleset,
						       "rbl_headers", SLICE(USUAL_HEADERS));

	while (names.n > 0) {
		size_t at = slice_find_byte(names, 0, ',');

		if (at > 0)
			ask_field(asking, slice_cut(names, 0, at));
		names = slice_from(names, at + 1);
	}
}

/* The oldest untrusted relay: its address and names. */
static void
ask_rcvd(const struct asking *asking)
{
	const struct relays *relays = views_relays(asking->views);
	struct vec seen = VEC_OF(struct slice, asking->views->arena);
	const struct relay *relay;

	if (relays == NULL || relays->n == relays->trusted_count)
		return;
	relay = &relays->v[relays->n - 1];
	const struct slice hosts[] = { relay->ip, relay->by, relay->helo, relay->rdns };
	for (size_t i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++) {
		struct slice *kept;

		if (hosts[i].n == 0 || holds(&seen, hosts[i]))
			continue;
		kept = vec_push(&seen);
		if (kept == NULL)
			return;
		*kept = hosts[i];
		ask_host(asking, dns_query_host(asking->views, hosts[i]));
	}
}

/* The name servers of the envelope sender's domain. */
static void
ask_ns_from(const struct asking *asking)
{
	struct views *views = asking->views;
	struct slice host = address_host(eval_field(views, FIXED_ENVELOPE_FROM));
	struct dns_tally tally = { 0 };
	const struct dns_answer *answer;

	if (host.p == NULL)
		return;
	host = dns_query_squeezed(views, host);
	if (host.p == NULL || slice_find_byte(host, 0, '.') == host.n)
		return;
	answer = dns_query_ask(views, DNS_NS, host);
	if (!dns_tally_take(&tally, answer)) {
		asking->asker->complete = !tally.open;
		asking->asker->open = tally.open;
		asking->asker->failed = tally.failed;
		return;
	}
	for (size_t i = 0; i < answer->record_count; i++)
		ask_host(asking, dns_query_host(views, answer->records[i].data));
}

/* Whether the envelope sender is at "a--accreditor.", any case. */
static bool
address_names(struct slice address, struct slice accreditor)
{
	for (size_t at = slice_ifind(address, 0, SLICE("a--")); at < address.n;
	     at = slice_ifind(address, at + 1, SLICE("a--"))) {
		struct slice rest = slice_from(address, at + 3);

		if (at > 0 && (address.p[at - 1] == '@' || address.p[at - 1] == '.') &&
		    slice_istarts(rest, accreditor) && rest.n > accreditor.n &&
		    rest.p[accreditor.n] == '.')
			return true;
	}
	return false;
}

/* Whether the field Accreditor names it, parameters left aside. */
static bool
field_names(struct slice value, struct slice accreditor)
{
	while (value.n > 0) {
		size_t at = slice_find_byte(value, 0, ',');
		struct slice terms = slice_cut(value, 0, at), word;

		if (slice_next_word(&terms, &word) && slice_ieq(word, accreditor))
			return true;
		value = slice_from(value, at + 1);
	}
	return false;
}

static void
ask_accreditor(const struct asking *asking)
{
	const struct eval_call *call = &asking->asker->rule->call;
	struct slice accreditor = call->arg_count > 3 ? call->args[3].text : SLICE("");

	if (accreditor.n > 0 &&
	    (address_names(eval_field(asking->views, FIXED_ENVELOPE_FROM), accreditor) ||
		field_names(views_read_text(asking->views, SLICE("Accreditor")), accreditor)))
		ask_relays(asking, DNS_A);
}

static const struct {
	const char *name; /* of the function, or what eval_check_rbl is called besides */
	void (*ask)(const struct asking *asking);
} askers[] = {
	{ "check_rbl", ask_rbl },
	{ "check_rbl_txt", ask_rbl_txt },
	{ "check_rbl_accreditor", ask_accreditor },
	{ "check_rbl_headers", ask_headers },
	{ "check_rbl_from_host", ask_from_host },
	{ "check_rbl_from_domain", ask_from_domain },
	{ "check_rbl_envfrom", ask_envfrom },
	{ "check_rbl_ns_from", ask_ns_from },
	{ "check_rbl_rcvd", ask_rcvd },
};

#define ASKER_COUNT (sizeof(askers) / sizeof(askers[0]))

/* The row of the rule's function, or ASKER_COUNT. */
static size_t
asker_row(const struct rule *rule)
{
	const struct eval_function *function = rule->call.function;
	size_t i = 0;

	if (function->run != eval_check_rbl)
		return ASKER_COUNT;
	while (i < ASKER_COUNT && strcmp(function->name, askers[i].name) != 0)
		i++;
	return i;
}

struct slice
dnsbl_zone(const struct rule *rule)
{
	return asker_row(rule) < ASKER_COUNT && rule->call.arg_count > 1 ? rule->call.args[1].text
									 : SLICE_ABSENT;
}

void
dnsbl_ask(struct views *views, struct dnsbl *dnsbl, struct dnsbl_asker *asker)
{
	struct asking asking = { views, dnsbl, asker, asker->rule->call.args[1].text };

	if (asker->complete)
		return;
	while (slice_ends(asking.zone, SLICE(".")))
		asking.zone = slice_cut(asking.zone, 0, asking.zone.n - 1);
	asker->complete = true;
	asker->open = asker->failed = false;
	askers[asker_row(asker->rule)].ask(&asking);
}

struct dnsbl *
dnsbl_find(struct views *views)
{
	const struct ruleset *ruleset = views->ruleset;
	struct dnsbl *dnsbl = views->memos[MEMO_DNSBL];

	if (dnsbl != NULL)
		return dnsbl;
	dnsbl = arena_alloc(views->arena, sizeof(*dnsbl));
	if (dnsbl == NULL)
		return NULL;
	dnsbl->askers = VEC_OF(struct dnsbl_asker, views->arena);
	dnsbl->untrusted = find_relays(views, false);
	dnsbl->external = find_relays(views, true);
	for (size_t i = 0; i < ruleset->schedule_count; i++) {
		const struct rule *rule = ruleset->schedule[i];
		struct dnsbl_asker *asker;

		if (rule->def.kind != RULE_FUNCTION || asker_row(rule) == ASKER_COUNT)
			continue;
		asker = vec_push(&dnsbl->askers);
		if (asker == NULL)
			return NULL;
		*asker = (struct dnsbl_asker){ .rule = rule, .set = rule->call.args[0].text };
		asker->queries = VEC_OF(struct dnsbl_query, views->arena);
	}
	views->memos[MEMO_DNSBL] = dnsbl;
	return dnsbl;
}
