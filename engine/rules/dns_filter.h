/*
 * dns_filter.h - what an answer of the DNS must be to count as a hit
 *
 * The forms are SpamAssassin's. check_rbl: "127.0.0.2" (that address), "4"
 * (a bit of it within 127.0.0.0/8), else a regular expression without
 * delimiters. uridnssub and its kin: "2" (a bit), "127.0.1.2",
 * "127.0.1.2-127.0.1.9", "0x10/0x10" (value and mask), decimal, hexadecimal
 * or dotted. askdns: these, "text" in quotes, /regex/, [NXDOMAIN,2] (outcomes).
 */
#ifndef STEELYARD_ENGINE_RULES_DNS_FILTER_H
#define STEELYARD_ENGINE_RULES_DNS_FILTER_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/net/dns.h"
#include "engine/regex/pcre.h"
#include "engine/rules/views.h"
#include "engine/util/err.h"
#include "engine/util/slice.h"

struct dns_filter {
	struct slice text; /* the record's whole text; absent: none is given */
	const struct regex *regex; /* NULL: none */
	char form; /* of numbers: '&' a mask, '-' a range, '/' a value and a mask; '\0': none */
	uint64_t first, second;
	uint32_t outcomes; /* bits by RCODE (RFC 1035, 4.1.1); 0: it is not about outcomes */
};

/* Each reads one of the forms above, for a ruleset. False with *err. */
bool dns_filter_read_list(
    struct ruleset *ruleset, struct slice text, struct dns_filter *filter_r, struct err *err);
bool dns_filter_read_numbers(struct slice text, struct dns_filter *filter_r, struct err *err);
bool dns_filter_read_asked(
    struct ruleset *ruleset, struct slice text, struct dns_filter *filter_r, struct err *err);

/* A record as people write it: "127.0.0.2", "10 mail.example.org.", a TXT's strings joined. */
struct slice
dns_filter_text(struct views *views, enum dns_type type, const struct dns_record *record);

/* Whether a record passes, at the rule's expense; an empty filter lets all pass. */
bool dns_filter_passes(const struct dns_filter *filter, struct views *views,
    const struct rule *rule, enum dns_type type, const struct dns_record *record);

/* Whether it says nothing of what a record must be. */
bool dns_filter_is_any(const struct dns_filter *filter);

/* Whether a filter of outcomes lets this one pass. */
bool dns_filter_passes_outcome(const struct dns_filter *filter, enum dns_outcome outcome);

/* A filter of its own in the ruleset's arena. */
const struct dns_filter *dns_filter_keep(struct ruleset *ruleset, const struct dns_filter *filter);

#endif
