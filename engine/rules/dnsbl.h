/*
 * dnsbl.h - which questions the rules over DNS lists of addresses ask, and which of them share
 *
 * Rules name a set; a rule of check_rbl_sub asks nothing and looks at the
 * answers to what the others of its set ask.
 */
#ifndef STEELYARD_ENGINE_RULES_DNSBL_H
#define STEELYARD_ENGINE_RULES_DNSBL_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/mime/text.h"
#include "engine/rules/dns_query.h"
#include "engine/rules/views.h"
#include "engine/util/vec.h"

/* Addresses of relays that one rule asks about, as SpamAssassin has it. */
#define DNSBL_RELAYS_MAX 9
/* Hosts of senders' addresses, or of fields, that one rule asks about: ours. */
#define DNSBL_HOSTS_MAX 20

/* One question of a rule, and its answer so far. */
struct dnsbl_query {
	struct slice thing; /* what is asked about: "192.0.2.1", "example.org" */
	struct slice zone;
	struct dns_listing listing;
};

/* A rule that asks. */
struct dnsbl_asker {
	const struct rule *rule;
	struct slice set;
	bool complete; /* all its questions are asked */
	bool open, failed; /* else: the DNS has still to tell what is to be asked, or failed to */
	struct vec queries; /* struct dnsbl_query */
};

struct dnsbl {
	struct vec askers; /* struct dnsbl_asker */
	/* Addresses of relays, public ones alone, each once, newest first. */
	struct slice_list untrusted, external;
};

/* The zone that a rule asks itself; absent: it asks none. */
struct slice dnsbl_zone(const struct rule *rule);

/* The message's, with what the live rules ask. NULL at the arena's cap. */
struct dnsbl *dnsbl_find(struct views *views);

/* Asks what the asker can ask by now. */
void dnsbl_ask(struct views *views, struct dnsbl *dnsbl, struct dnsbl_asker *asker);

#endif
