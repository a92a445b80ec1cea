/*
 * host.h - what the DNS says of a host: its names, its addresses, its mail
 *
 * Each is a pure function of the facts so far. An answer that is still to come
 * makes it OPEN: it is called again when there are more. What the DNS failed,
 * and what was not asked, is UNKNOWN and never a guess.
 */
#ifndef STEELYARD_ENGINE_NET_HOST_H
#define STEELYARD_ENGINE_NET_HOST_H

#include "engine/mime/ip.h"
#include "engine/net/facts.h"
#include "engine/util/arena.h"
#include "engine/util/slice.h"

/* Names of one address that are looked up (as RFC 7208, 4.6.4 has it); the rest is left aside. */
#define HOST_PTR_MAX 10
/* An address this near is in the same network: the prefix lengths that are routed alone. */
#define HOST_NEAR_BITS_V4 24
#define HOST_NEAR_BITS_V6 64

/* Whether an address has a name that leads back to it (RFC 8601, 3: iprev). */
enum host_reverse {
	HOST_REVERSE_OPEN,
	HOST_REVERSE_UNKNOWN,
	HOST_REVERSE_NONE, /* it has no name */
	HOST_REVERSE_UNCONFIRMED, /* it has names; none of them leads back */
	HOST_REVERSE_CONFIRMED,
};

/* The name under in-addr.arpa or ip6.arpa (RFC 1035, 3.5; RFC 3596, 2.5); absent at the cap. */
struct slice host_reverse_name(struct arena *arena, const struct ip *ip);

enum host_reverse host_reverse(struct arena *arena, struct facts *facts, const struct ip *ip);

/* Where a name leads, seen from an address. */
enum host_place {
	HOST_PLACE_OPEN,
	HOST_PLACE_UNKNOWN,
	HOST_PLACE_NOWHERE, /* it has no address */
	HOST_PLACE_APART, /* its addresses are all of the other family: they cannot be compared */
	HOST_PLACE_ELSEWHERE, /* to other networks */
	HOST_PLACE_NEAR, /* to the address's network */
	HOST_PLACE_HERE, /* to the address itself */
};

enum host_place host_place(struct facts *facts, struct slice name, const struct ip *ip);

/* Whether mail for a domain has somewhere to go (RFC 5321, 5.1). */
enum host_mail {
	HOST_MAIL_OPEN,
	HOST_MAIL_UNKNOWN,
	HOST_MAIL_NONE, /* no MX and no address */
	HOST_MAIL_REFUSED, /* the domain says that it takes none: a null MX (RFC 7505) */
	HOST_MAIL_TAKEN,
};

enum host_mail host_mail(struct facts *facts, struct slice domain);

#endif
