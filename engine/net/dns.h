/*
 * dns.h - what is asked of the DNS and what comes back: plain data (RFC 1035, 3.2)
 *
 * Names are in presentation form, lower case, without the dot at the end;
 * bytes other than letters, digits, '-' and '_' stand as they are.
 */
#ifndef STEELYARD_ENGINE_NET_DNS_H
#define STEELYARD_ENGINE_NET_DNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/util/slice.h"

/* The longest name in presentation form, and the longest label (RFC 1035, 2.3.4). */
#define DNS_NAME_MAX 253
#define DNS_LABEL_MAX 63

/* The types that we ask for, by their numbers on the wire. */
enum dns_type {
	DNS_A = 1,
	DNS_NS = 2,
	DNS_PTR = 12,
	DNS_MX = 15,
	DNS_TXT = 16,
	DNS_AAAA = 28,
};

enum dns_outcome {
	DNS_OPEN, /* not answered yet */
	DNS_FOUND, /* one record or more of the type asked for */
	DNS_NODATA, /* the name is there, without a record of that type */
	DNS_NXDOMAIN, /* no such name */
	DNS_SERVFAIL, /* the servers failed, refused, or sent what is no answer: may pass */
	DNS_TIMEOUT, /* nobody answered in time: may pass */
	DNS_UNASKED, /* we did not ask: DNS is off, or the message's questions are used up */
};

struct dns_question {
	enum dns_type type;
	struct slice name;
};

struct dns_record {
	/* A: 4 bytes, AAAA: 16; NS, PTR and MX: the name; TXT: its strings, joined. */
	struct slice data;
	unsigned preference; /* of MX */
};

struct dns_answer {
	enum dns_outcome outcome;
	const struct dns_record *records; /* of the type asked for; CNAMEs are followed */
	size_t record_count;
	uint32_t ttl; /* seconds, the least on the way; 0: not known */
};

/* "A", "TXT", ...; "?" for a number that is no dns_type. */
const char *dns_type_name(enum dns_type type);

/* The type of that name, any case; 0: none that we ask for. */
enum dns_type dns_type_of(struct slice name);

/* "FOUND", "NXDOMAIN", ... */
const char *dns_outcome_name(enum dns_outcome outcome);

/*
 * Whether a name without its last dot can be: it and each label have 1 byte
 * or more, and no more than their limits.
 */
bool dns_name_can_be(struct slice name);

/* SERVFAIL or TIMEOUT: asking again later may give another answer. */
static inline int
dns_may_pass(enum dns_outcome outcome)
{
	return outcome == DNS_SERVFAIL || outcome == DNS_TIMEOUT;
}

#endif
