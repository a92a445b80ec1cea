/*
 * eval_uribl.c - DNS lists of the domains and addresses that links lead to
 *
 * Law: SpamAssassin 4.0.1's URIDNSBL, by how it behaves. A rule that calls
 * check_uridnsbl() is found by its name, else by the argument, in the lists
 *	urirhsbl, urirhssub		about the domains (whole hosts with the tag notrim)
 *	uridnsbl, uridnssub		about the addresses of their name servers, or with the tag a
 *					of the hosts
 *	urinsrhsbl, urinsrhssub		about the domains of their name servers
 *	urifullnsrhsbl, urifullnsrhssub	about the names of their name servers
 * whose entries are "NAME ZONE TYPE", and of those in -sub "NAME ZONE TYPE
 * FILTER" (dns_filter.h). Addresses in links are asked about as such. Which
 * hosts are asked about says uribl_hosts.c.
 *
 * An oddity of SpamAssassin's: what uridnsbl and uridnssub would ask of name
 * servers' addresses is asked for rules with the tag a instead, and for these
 * besides their own. Rules that keep its quirks do the same.
 */
#include "engine/rules/eval.h"

#include <string.h>

#include "engine/mime/boundary.h"
#include "engine/mime/ip.h"
#include "engine/rules/dns_filter.h"
#include "engine/rules/dns_query.h"
#include "engine/rules/uribl_hosts.h"
#include "engine/util/ascii.h"
#include "engine/util/map.h"

/* Name servers of one domain, and addresses of one host, that are looked at. */
#define SERVERS_MAX 10
#define ADDRESSES_MAX 10

/* What a list is asked about. */
enum subject {
	SUBJECT_DOMAIN,
	SUBJECT_ADDRESS,
	SUBJECT_SERVER_DOMAIN,
	SUBJECT_SERVER,
};

/* One entry. */
struct uribl {
	enum subject subject;
	struct slice zone;
	enum dns_type type;
	bool filtered;
	struct dns_filter filter;
};

static const struct {
	const char *list;
	enum subject subject;
	bool filtered;
} lists[] = {
	{ "urirhsbl", SUBJECT_DOMAIN, false },
	{ "urirhssub", SUBJECT_DOMAIN, true },
	{ "uridnsbl", SUBJECT_ADDRESS, false },
	{ "uridnssub", SUBJECT_ADDRESS, true },
	{ "urinsrhsbl", SUBJECT_SERVER_DOMAIN, false },
	{ "urinsrhssub", SUBJECT_SERVER_DOMAIN, true },
	{ "urifullnsrhsbl", SUBJECT_SERVER, false },
	{ "urifullnsrhssub", SUBJECT_SERVER, true },
};

#define LIST_COUNT (sizeof(lists) / sizeof(lists[0]))

/* "NAME ZONE TYPE [FILTER]"; what cannot be read is passed over. */
static void
add_entry(struct ruleset *ruleset, struct map *uribls, size_t list, struct slice entry)
{
	struct uribl uribl = { .subject = lists[list].subject, .filtered = lists[list].filtered };
	struct slice name, type;
	struct uribl *kept;
	struct err err;

	if (!slice_next_word(&entry, &name) || !slice_next_word(&entry, &uribl.zone) ||
	    !slice_next_word(&entry, &type))
		return;
	if (slice_ends(uribl.zone, SLICE(".")))
		uribl.zone = slice_cut(uribl.zone, 0, uribl.zone.n - 1);
	uribl.type = dns_type_of(type);
	if ((uribl.type != DNS_A && uribl.type != DNS_TXT) ||
	    (uribl.filtered && !dns_filter_read_numbers(slice_trim(entry), &uribl.filter, &err)))
		return;
	kept = arena_alloc(ruleset->arena, sizeof(*kept));
	*kept = uribl;
	map_add(uribls, name, kept);
}

const void *
uribl_prepare(struct ruleset *ruleset)
{
	struct map *uribls = map_new(ruleset->arena, MAP_EXACT, 0);

	for (size_t i = 0; i < LIST_COUNT; i++) {
		const struct name_list *list = ruleset_list(ruleset, lists[i].list);

		for (size_t k = 0; list != NULL && k < list->entries.n; k++)
			add_entry(ruleset, uribls, i, *(struct slice *)vec_at(&list->entries, k));
	}
	return uribls;
}

/* The entry of the rule's; NULL: none. */
static const struct uribl *
uribl_of(const struct ruleset *ruleset, const struct rule *rule)
{
	const struct map *uribls = ruleset->prepared[PREPARED_URIBL];
	const struct uribl *uribl = map_find(uribls, rule->def.name);

	if (uribl == NULL && rule->call.arg_count > 0)
		uribl = map_find(uribls, rule->call.args[0].text);
	return uribl;
}

struct slice
uribl_zone(const struct ruleset *ruleset, const struct rule *rule)
{
	const struct uribl *uribl = NULL;

	if (ruleset->prepared[PREPARED_URIBL] != NULL &&
	    rule->call.function->run == eval_check_uridnsbl)
		uribl = uribl_of(ruleset, rule);
	return uribl == NULL ? SLICE_ABSENT : uribl->zone;
}

/* One rule's round. */
struct round {
	struct views *views;
	const struct rule *rule;
	const struct uribl *uribl;
	struct map *seen; /* what was asked about; on the heap, for there are many rounds */
	struct dns_tally tally;
};

/* What an answer without a filter must be: an address within 127.0.0.0/8, or any text. */
static bool
is_listing(const struct round *round, const struct dns_record *record)
{
	const struct uribl *uribl = round->uribl;

	if (uribl->filtered)
		return dns_filter_passes(
		    &uribl->filter, round->views, round->rule, uribl->type, record);
	return uribl->type != DNS_A || (record->data.n == 4 && record->data.p[0] == 127);
}

/* Asks the list about `label`, which stands for `thing`, that belongs to a host or to none. */
static void
ask(struct round *round, struct slice label, struct slice thing, struct slice host)
{
	struct dns_listing listing;

	if (label.p == NULL || map_find(round->seen, label) != NULL ||
	    !map_add(round->seen, label, round))
		return;
	listing = dns_query_zone(round->views, round->uribl->type, label, round->uribl->zone);
	if (!dns_tally_listing(
		&round->tally, round->views, round->rule, !round->uribl->filtered, &listing))
		return;
	for (size_t i = 0; i < listing.answer->record_count; i++) {
		if (!is_listing(round, &listing.answer->records[i]))
			continue;
		if (!dns_tally_hit(&round->tally) || round->rule->subrule)
			continue;
		if (host.p == NULL)
			views_log(round->views, round->rule, "URI: %.*s", SLICE_ARG(thing));
		else
			views_log(round->views, round->rule, "URI: %.*s/%.*s", SLICE_ARG(host),
			    SLICE_ARG(thing));
	}
}

/* Whether rules of ours may ask about the name. */
static bool
may_ask(const struct round *round, struct slice host)
{
	return dns_query_can_be_listed(round->views, round->rule, host);
}

static void
ask_domain(struct round *round, const struct uribl_host *host)
{
	unsigned tags = round->rule->def.tags;

	if (host->reversed.p != NULL) {
		if ((tags & RULE_DOMAINS_ONLY) == 0 || (tags & RULE_IPS_ONLY) != 0)
			ask(round, host->reversed, host->host, SLICE_ABSENT);
	} else if ((tags & RULE_IPS_ONLY) == 0 && may_ask(round, host->host)) {
		struct slice name = (tags & RULE_NOTRIM) != 0 ? host->host : host->domain;

		ask(round, name, name, SLICE_ABSENT);
	}
}

/* The list about each address that the host has. */
static void
ask_addresses(struct round *round, struct slice host)
{
	const struct dns_answer *answer = dns_query_ask(round->views, DNS_A, host);

	if (!dns_tally_take(&round->tally, answer))
		return;
	for (size_t i = 0; i < answer->record_count && i < ADDRESSES_MAX; i++) {
		struct slice text = dns_filter_text(round->views, DNS_A, &answer->records[i]);

		ask(round, dns_query_reversed(round->views, text), text, host);
	}
}

/* The name server's own name, domain or addresses, as the rule has it. */
static void
ask_server(struct round *round, struct slice server)
{
	const struct boundaries *boundaries = round->views->ruleset->boundaries;
	struct ip ip;

	if (server.p == NULL || ip_parse(server, &ip))
		return;
	switch (round->uribl->subject) {
	case SUBJECT_ADDRESS:
		ask_addresses(round, server);
		break;
	case SUBJECT_SERVER_DOMAIN:
		server = boundary_domain(boundaries, round->views->arena, server);
		ask(round, server, server, SLICE_ABSENT);
		break;
	case SUBJECT_SERVER:
		ask(round, server, server, SLICE_ABSENT);
		break;
	case SUBJECT_DOMAIN:
		break;
	}
}

static void
ask_servers(struct round *round, const struct uribl_host *host)
{
	const struct dns_answer *answer;

	if (host->reversed.p != NULL || !may_ask(round, host->host))
		return;
	answer = dns_query_ask(round->views, DNS_NS, host->domain);
	if (!dns_tally_take(&round->tally, answer))
		return;
	for (size_t i = 0; i < answer->record_count && i < SERVERS_MAX; i++)
		ask_server(round, dns_query_host(round->views, answer->records[i].data));
}

/* Whether a live rule makes SpamAssassin look for name servers. */
static bool
any_asks_servers(const struct ruleset *ruleset)
{
	for (size_t i = 0; i < ruleset->schedule_count; i++) {
		const struct rule *rule = ruleset->schedule[i];
		const struct uribl *uribl;

		if (rule->def.kind != RULE_FUNCTION ||
		    rule->call.function->run != eval_check_uridnsbl)
			continue;
		uribl = uribl_of(ruleset, rule);
		if (uribl != NULL && uribl->subject != SUBJECT_DOMAIN &&
		    (uribl->subject != SUBJECT_ADDRESS || (rule->def.tags & RULE_NS) != 0 ||
			(rule->def.tags & RULE_A) == 0))
			return true;
	}
	return false;
}

/* The addresses that a rule of uridnsbl or uridnssub is about. */
static void
ask_host_addresses(struct round *round, const struct uribl_host *host, bool servers)
{
	bool a = (round->rule->def.tags & RULE_A) != 0;

	if (servers)
		ask_servers(round, host);
	if (a && host->reversed.p == NULL && may_ask(round, host->host))
		ask_addresses(round, host->host);
}

unsigned
eval_check_uridnsbl(const struct rule *rule, struct views *views)
{
	struct round round = {
		.views = views, .rule = rule, .uribl = uribl_of(views->ruleset, rule)
	};
	unsigned tags = rule->def.tags;
	bool a = (tags & RULE_A) != 0, servers = (tags & RULE_NS) != 0 || !a;
	const struct uribl_hosts *hosts;

	if (round.uribl == NULL || !facts_on(views->facts) ||
	    dns_query_option(views, "skip_uribl_checks"))
		return 0;
	round.seen = map_new(NULL, MAP_EXACT, views->hash_seed);
	hosts = uribl_hosts_find(views);
	if (rule_has_quirks(views->ruleset, rule))
		servers = a && any_asks_servers(views->ruleset);
	for (size_t i = 0; hosts != NULL && i < hosts->n; i++) {
		if (!hosts->v[i].askable)
			continue;
		switch (round.uribl->subject) {
		case SUBJECT_DOMAIN:
			ask_domain(&round, &hosts->v[i]);
			break;
		case SUBJECT_ADDRESS:
			ask_host_addresses(&round, &hosts->v[i], servers);
			break;
		case SUBJECT_SERVER_DOMAIN:
		case SUBJECT_SERVER:
			ask_servers(&round, &hosts->v[i]);
			break;
		}
	}
	map_free(&round.seen);
	return dns_tally_result(&round.tally, rule);
}
