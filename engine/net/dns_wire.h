/*
 * dns_wire.h - the bytes of a DNS response -> an answer (RFC 1035, 4; RFC 2308)
 */
#ifndef STEELYARD_ENGINE_NET_DNS_WIRE_H
#define STEELYARD_ENGINE_NET_DNS_WIRE_H

#include "engine/net/dns.h"
#include "engine/util/arena.h"

/* CNAMEs that follow one another in an answer; at one more it is DNS_SERVFAIL. */
#define DNS_WIRE_CNAMES_MAX 10

/*
 * Reads a response to `question` (its name in lower case, without a dot at its
 * end). CNAMEs in it are followed; records of other names and types are left
 * aside, those with data that cannot be too, and so are those past the limits
 * of facts.h. What is no answer (another question, cut short, a referral, any
 * code but "no error" and "no such name") is DNS_SERVFAIL. The TTL is the least
 * of all that the answer rests on; for DNS_NODATA and DNS_NXDOMAIN that of the
 * SOA record, 0 without one. The records live in the arena.
 */
void dns_wire_read(struct arena *arena, struct slice packet, const struct dns_question *question,
    struct dns_answer *answer_r);

#endif
