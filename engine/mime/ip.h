/*
 * ip.h - IP addresses and networks as text and as bytes (RFC 4291, 2.2; RFC 5952)
 *
 * One form holds both families: IPv4 is ::ffff:a.b.c.d, so that a mapped
 * address and its IPv4 self are the same address everywhere.
 */
#ifndef STEELYARD_ENGINE_MIME_IP_H
#define STEELYARD_ENGINE_MIME_IP_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/policy.h"
#include "engine/util/arena.h"
#include "engine/util/err.h"
#include "engine/util/slice.h"

/* The longest text of an address. */
#define IP_TEXT_MAX 46

struct ip {
	unsigned char v[16];
};

/*
 * Reads all of `text`: dotted quad (leading zeros are decimal, as in mail
 * headers) or IPv6, mapped forms and a zone ("%eth0", ignored) included.
 */
bool ip_parse(struct slice text, struct ip *ip_r);

bool ip_is_v4(const struct ip *ip);

bool ip_eq(const struct ip *a, const struct ip *b);

/* Loopback, link-local, RFC 1918 and RFC 6598: the addresses SpamAssassin calls private. */
bool ip_is_private(const struct ip *ip);

/* The shortest text (RFC 5952; dotted quad for IPv4) in the arena; absent at the cap. */
struct slice ip_text(struct arena *arena, const struct ip *ip);

/* "4.3.2.1", or the nibbles of IPv6 with dots between, last first; absent at the cap. */
struct slice ip_reversed(struct arena *arena, const struct ip *ip);

/* Its nibbles, last first, as ip_reversed but also of a mapped IPv4 address. */
struct slice ip_nibbles(struct arena *arena, const struct ip *ip);

/*
 * Reads a network: "10.0.0.0/8", "10/8", "10.1." and "10.1" (a prefix of
 * whole octets), "192.0.2.0/255.255.255.0", an address, "2001:db8::/32",
 * brackets around the address; "!" before it excludes. Bits behind the
 * prefix are dropped. False with *err.
 */
bool network_parse(struct slice text, struct network *network_r, struct err *err);

/* One range "10.0.0.1-10.0.0.9" is no more networks than this. */
#define NETWORK_RANGE_MAX 254

/*
 * Reads what a list of networks has in one place: a network, or a range of
 * addresses, "!" before it or not, which is as many networks as it takes.
 * How many they are, at most NETWORK_RANGE_MAX; 0 with *err.
 */
size_t networks_parse(struct slice text, struct network v[NETWORK_RANGE_MAX], struct err *err);

/* Whether all of `inner` lies in `outer`; neither's `negated` is looked at. */
bool network_contains(const struct network *outer, const struct network *inner);

/* Whether the address lies in it; `negated` is not looked at. */
bool network_has(const struct network *network, const struct ip *ip);

/* The first network that has the address decides. */
bool network_list_has(const struct network_list *list, const struct ip *ip);

#endif
