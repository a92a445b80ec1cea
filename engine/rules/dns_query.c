/*
 * dns_query.c - what eval functions that ask the DNS share: one question, and the sum of several
 *
 * Law: SpamAssassin 4.0.1's AsyncLoop, by how it behaves: a question whose
 * name, or the nearest domain above it that a line of dns_query_restriction
 * names, is denied is not asked, and its rule does not hit; "*" is above all.
 * Ours: what the DNS failed is unknown, where SpamAssassin takes a miss.
 */
#include "engine/rules/dns_query.h"

#include <stdio.h>

#include "engine/mime/boundary.h"
#include "engine/mime/domain.h"
#include "engine/mime/ip.h"
#include "engine/rules/askable.h"
#include "engine/rules/eval.h"
#include "engine/rules/list_ask.h"
#include "engine/rules/rule.h"
#include "engine/util/buf.h"

/* Parent domains that are looked up: more labels than any name has that is asked in earnest. */
#define RESTRICTION_LABELS_MAX 40

static const struct slice allowed = { "allow", 5 }, denied = { "deny", 4 };

/* One line: "deny example.org example.com". */
static void
add_restriction(struct ruleset *ruleset, struct map *map, struct slice line)
{
	struct slice verb, word;

	if (!slice_next_word(&line, &verb))
		return;
	while (slice_next_word(&line, &word)) {
		if (slice_starts(word, SLICE(".")))
			word = slice_from(word, 1);
		if (slice_ends(word, SLICE(".")))
			word = slice_cut(word, 0, word.n - 1);
		map_add(map, arena_copy(ruleset->arena, word),
		    (void *)(uintptr_t)(slice_ieq(verb, denied) ? &denied : &allowed));
	}
}

const struct map *
dns_query_restrictions(struct ruleset *ruleset)
{
	const struct name_list *list = ruleset_list(ruleset, "dns_query_restriction");
	struct map *map;

	if (list == NULL || list->entries.n == 0)
		return NULL;
	map = map_new(ruleset->arena, MAP_FOLDED, 0);
	for (size_t i = 0; i < list->entries.n; i++)
		add_restriction(ruleset, map, *(struct slice *)vec_at(&list->entries, i));
	return map;
}

/* Whether the nearest domain that a restriction names is denied. */
static bool
is_denied(const struct map *map, struct slice name)
{
	const struct slice *found = NULL;

	for (int i = 0; i < RESTRICTION_LABELS_MAX && name.n > 0 && found == NULL; i++) {
		found = map_find(map, name);
		name = slice_from(name, slice_find_byte(name, 0, '.') + 1);
	}
	if (found == NULL)
		found = map_find(map, SLICE("*"));
	return found == &denied;
}

bool
dns_query_option(const struct views *views, const char *name)
{
	struct slice value = ruleset_option(views->ruleset, name, SLICE("0"));

	return value.n > 0 && !slice_eq(value, SLICE("0"));
}

struct slice
dns_query_host(struct views *views, struct slice host)
{
	struct slice ascii;

	while (slice_starts(host, SLICE(".")))
		host = slice_from(host, 1);
	while (slice_ends(host, SLICE(".")))
		host = slice_cut(host, 0, host.n - 1);
	ascii = domain_to_ascii(views->arena, host);
	return ascii.p != NULL ? ascii : arena_lower(views->arena, host);
}

struct slice
dns_query_squeezed(struct views *views, struct slice host)
{
	struct buf out = { .arena = views->arena };

	for (size_t i = 0; i < host.n; i++) {
		if (host.p[i] != '.' || (out.n > 0 && out.p[out.n - 1] != '.'))
			buf_add_byte(&out, host.p[i]);
	}
	return out.failed ? SLICE_ABSENT : dns_query_host(views, buf_slice(&out));
}

const struct dns_answer *
dns_query_ask(struct views *views, enum dns_type type, struct slice name)
{
	const struct map *restrictions = views->ruleset->dns_restrictions;

	name = dns_query_host(views, name);
	if (name.p == NULL || (restrictions != NULL && is_denied(restrictions, name)) ||
	    slice_ieq(ruleset_option(views->ruleset, "dns_available", SLICE("yes")), SLICE("no")))
		return NULL;
	return facts_ask(views->facts, type, name);
}

/* What of the name stands before the zone. */
static struct slice
subject_of(struct slice name, struct slice zone)
{
	return name.n > zone.n + 1 ? slice_cut(name, 0, name.n - zone.n - 1) : name;
}

/* The zone as names in questions have it: a key that stands in it is named there, not shown. */
static struct slice
zone_in_names(const struct views *views, struct slice zone)
{
	size_t number;

	return ruleset_dns_zone_known(views->ruleset, zone, &number)
		   ? views->ruleset->dns_lists.v[number].zone
		   : zone;
}

/* Asks a list whose zone a rule names for a name in it. */
static struct dns_listing
ask_list(struct views *views, enum dns_type type, struct slice name, struct slice subject,
    struct slice zone)
{
	static const struct dns_answer unasked = { .outcome = DNS_UNASKED };
	struct dns_listing listing = { .type = type, .name = name };
	const struct dns_answer *codes;

	if (name.p == NULL)
		return listing;
	listing.answer = &unasked;
	if (!list_zone_asks(views, zone))
		return listing;
	codes = listing.answer = dns_query_ask(views, type, name);
	if (type == DNS_TXT)
		codes = list_has_name(views, name) ? dns_query_ask(views, DNS_A, name) : NULL;
	if (codes != NULL && (type == DNS_A || type == DNS_TXT))
		list_zone_told(views, zone, name, subject, codes);
	return listing;
}

struct dns_listing
dns_query_zone(struct views *views, enum dns_type type, struct slice thing, struct slice zone)
{
	/* A name that is cut is too long all the same. */
	char text[DNS_NAME_MAX + 3];
	struct slice name;

	snprintf(text, sizeof(text), "%.*s.%.*s", SLICE_ARG(thing),
	    SLICE_ARG(zone_in_names(views, zone)));
	name = facts_name(views->facts, type, slice_of(text));
	if (name.p == NULL)
		name = arena_copy(views->arena, slice_of(text));
	return ask_list(views, type, name, thing, zone);
}

struct dns_listing
dns_query_listing(struct views *views, enum dns_type type, struct slice name, struct slice zone)
{
	struct slice subject;

	if (slice_ends(name, SLICE(".")))
		name.n--;
	subject = subject_of(name, zone);
	if (zone.n > 0 && slice_iends(name, zone) && !slice_ieq(zone_in_names(views, zone), zone))
		return dns_query_zone(views, type, subject, zone);
	return ask_list(views, type, name, subject, zone);
}

bool
dns_tally_take(struct dns_tally *tally, const struct dns_answer *answer)
{
	tally->telling = false;
	if (answer == NULL)
		return false;
	switch (answer->outcome) {
	case DNS_OPEN:
		tally->open = true;
		return false;
	case DNS_SERVFAIL:
	case DNS_TIMEOUT:
	case DNS_UNASKED:
		tally->failed = true;
		return false;
	case DNS_FOUND:
	case DNS_NODATA:
	case DNS_NXDOMAIN:
		break;
	}
	return true;
}

/* The answer that has the codes of a listing; NULL: it is none of a list. */
static const struct dns_answer *
codes_of(struct views *views, const struct dns_listing *listing)
{
	if (listing->type == DNS_TXT && list_has_name(views, listing->name))
		return dns_query_ask(views, DNS_A, listing->name);
	return listing->type == DNS_A ? listing->answer : NULL;
}

/* Whether all records lie outside 127/8, where no list has codes. */
static bool
is_strange(const struct dns_answer *codes)
{
	for (size_t i = 0; i < codes->record_count; i++)
		if (dns_code_inside(dns_code_of(&codes->records[i])))
			return false;
	return codes->record_count > 0;
}

bool
dns_tally_listing(struct dns_tally *tally, struct views *views, const struct rule *rule, bool any,
    const struct dns_listing *listing)
{
	const struct dns_answer *codes;

	if (!dns_tally_take(tally, listing->answer))
		return false;
	codes = listing->answer->record_count > 0 ? codes_of(views, listing) : NULL;
	if (codes == NULL)
		return true;
	if (codes != listing->answer && !dns_tally_take(tally, codes))
		return false;
	switch (list_answer_worth(views, rule, any, listing->name, codes)) {
	case LIST_ANSWER_COUNTS:
		return listing->type == DNS_A || !is_strange(codes);
	case LIST_ANSWER_TOLD:
		tally->telling = tally->failed = true;
		return true;
	case LIST_ANSWER_REFUSED:
		break;
	}
	tally->failed = true;
	return false;
}

bool
dns_tally_hit(struct dns_tally *tally)
{
	(*(tally->telling ? &tally->told_hits : &tally->hits))++;
	return tally->hits + tally->told_hits == 1;
}

unsigned
dns_tally_result(const struct dns_tally *tally, const struct rule *rule)
{
	if (tally->open && (tally->hits == 0 || (rule->def.tags & RULE_MULTIPLE) != 0))
		return EVAL_OPEN;
	if (tally->hits > 0)
		return tally->hits;
	if (tally->told_hits > 0)
		return EVAL_TOLD;
	return tally->failed ? EVAL_UNKNOWN : 0;
}

struct slice
dns_query_reversed(struct views *views, struct slice text)
{
	struct ip ip;

	return ip_parse(text, &ip) ? ip_reversed(views->arena, &ip) : SLICE_ABSENT;
}

bool
dns_query_can_be_listed(struct views *views, const struct rule *rule, struct slice host)
{
	return domain_is_host_name(host) && boundary_has_tld(views->ruleset->boundaries, host) &&
	       (rule_has_quirks(views->ruleset, rule) || askable_name(views, host).p != NULL);
}
