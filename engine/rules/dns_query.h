/*
 * dns_query.h - what eval functions that ask the DNS share: one question, and the sum of several
 *
 * SYNOPSIS
 *	struct dns_tally tally = { 0 };
 *
 *	for (...) {
 *		answer = dns_query_ask(views, DNS_A, name);
 *		if (dns_tally_take(&tally, answer) && ... the answer is a hit ...)
 *			tally.hits++;
 *	}
 *	return dns_tally_result(&tally, rule);
 */
#ifndef STEELYARD_ENGINE_RULES_DNS_QUERY_H
#define STEELYARD_ENGINE_RULES_DNS_QUERY_H

#include <stdbool.h>

#include "engine/net/dns.h"
#include "engine/rules/views.h"
#include "engine/util/slice.h"

struct rule;
struct ruleset;

/* The answers that a function has looked at. */
struct dns_tally {
	unsigned hits; /* by answers that list something */
	unsigned told_hits; /* by error codes, of a rule that tells of such */
	bool open; /* one is still to come */
	bool failed; /* the DNS failed one, or a list refused it */
	bool telling; /* the one that is looked at has an error code */
};

/*
 * Asks (facts_ask), unless the rule set forbids it: dns_query_restriction and dns_available.
 * The name may have U-labels. NULL: it is forbidden, or nothing can be asked.
 */
const struct dns_answer *dns_query_ask(struct views *views, enum dns_type type, struct slice name);

/* A question whose answer may be a list's, and that answer so far. */
struct dns_listing {
	enum dns_type type;
	struct slice name;
	const struct dns_answer *answer; /* NULL: it is forbidden, or nothing can be asked */
};

/*
 * Asks for two names with a dot between, a thing and the zone of a list, under the list's health.
 * Of what a list says in words (TXT) its codes are asked too: they tell whether it answers us.
 */
struct dns_listing
dns_query_zone(struct views *views, enum dns_type type, struct slice thing, struct slice zone);

/* The same for a name in that zone; `zone` may be no list's, or absent. */
struct dns_listing
dns_query_listing(struct views *views, enum dns_type type, struct slice name, struct slice zone);

/* Whether a single value of the rule set ("skip_rbl_checks") is set to something but 0. */
bool dns_query_option(const struct views *views, const char *name);

/* Whether the answer, which may be NULL, is one to look at; else it is kept count of. */
bool dns_tally_take(struct dns_tally *tally, const struct dns_answer *answer);

/*
 * The same for an answer that may be a list's: not one to look at when an error code is in it, by
 * words or by codes, unless the rule tells of such (list_ask.h); nor words whose code is none.
 * `any`: the rule takes whatever is listed.
 */
bool dns_tally_listing(struct dns_tally *tally, struct views *views, const struct rule *rule,
    bool any, const struct dns_listing *listing);

/* The answer that was taken last hits. True: it is the first that does. */
bool dns_tally_hit(struct dns_tally *tally);

/*
 * What an eval function returns, in whatever order answers came: an error code is told of when
 * none of them lists anything. Hits of a rule that counts each wait for all answers.
 */
unsigned dns_tally_result(const struct dns_tally *tally, const struct rule *rule);

/* An address as lists are asked for it: "2.0.0.127", nibbles for IPv6; absent: text is none. */
struct slice dns_query_reversed(struct views *views, struct slice text);

/* The host in lower case with A-labels, dots at its ends dropped; absent at the cap. */
struct slice dns_query_host(struct views *views, struct slice host);

/* The same, and runs of dots inside are one: "a..b" is written by mistake. */
struct slice dns_query_squeezed(struct views *views, struct slice host);

/*
 * Whether it is a name that lists are asked for: a host's, with a top-level domain that exists;
 * for rules of our own not one of the recipients' (askable.h), whom SpamAssassin asks about too.
 */
bool dns_query_can_be_listed(struct views *views, const struct rule *rule, struct slice host);

/*
 * For core_lists.c: what dns_query_restriction says, by domain; NULL: nothing. A value tells
 * whether the domain may be asked.
 */
const struct map *dns_query_restrictions(struct ruleset *ruleset);

#endif
