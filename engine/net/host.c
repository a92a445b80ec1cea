/*
 * host.c - what the DNS says of a host: its names, its addresses, its mail
 *
 * All that can be asked at once is asked before the first answer is looked at,
 * so that a chain is two questions long at most. MX comes alone: nearly every
 * domain that sends mail has one, and then its addresses are of no interest.
 *
 * Limits: HOST_PTR_MAX names of one address.
 */
#include "engine/net/host.h"

#include <string.h>

struct slice
host_reverse_name(struct arena *arena, const struct ip *ip)
{
	struct slice reversed = ip_reversed(arena, ip);

	if (reversed.p == NULL)
		return SLICE_ABSENT;
	return arena_printf(
	    arena, "%.*s.%s", SLICE_ARG(reversed), ip_is_v4(ip) ? "in-addr.arpa" : "ip6.arpa");
}

/* The address of a record of type A or AAAA, whichever its length says; false: neither. */
static bool
record_ip(const struct dns_record *record, struct ip *ip_r)
{
	if (record->data.n == sizeof(ip_r->v)) {
		memcpy(ip_r->v, record->data.p, sizeof(ip_r->v));
		return true;
	}
	if (record->data.n != 4)
		return false;
	memset(ip_r->v, 0, 10);
	memset(ip_r->v + 10, 0xff, 2);
	memcpy(ip_r->v + 12, record->data.p, 4);
	return true;
}

/* An answer that says neither yes nor no. */
static bool
is_unknown(const struct dns_answer *answer)
{
	return dns_may_pass(answer->outcome) || answer->outcome == DNS_UNASKED;
}

static bool
answer_has(const struct dns_answer *answer, const struct ip *ip)
{
	struct ip found;

	for (size_t i = 0; i < answer->record_count; i++) {
		if (record_ip(&answer->records[i], &found) && ip_eq(&found, ip))
			return true;
	}
	return false;
}

enum host_reverse
host_reverse(struct arena *arena, struct facts *facts, const struct ip *ip)
{
	enum dns_type type = ip_is_v4(ip) ? DNS_A : DNS_AAAA;
	struct slice name = host_reverse_name(arena, ip);
	bool open = false, unknown = false, confirmed = false;
	const struct dns_answer *names;

	if (name.p == NULL)
		return HOST_REVERSE_UNKNOWN;
	names = facts_ask(facts, DNS_PTR, name);
	if (names->outcome == DNS_OPEN)
		return HOST_REVERSE_OPEN;
	if (is_unknown(names))
		return HOST_REVERSE_UNKNOWN;
	for (size_t i = 0; i < names->record_count && i < HOST_PTR_MAX; i++) {
		const struct dns_answer *answer = facts_ask(facts, type, names->records[i].data);

		open |= answer->outcome == DNS_OPEN;
		unknown |= is_unknown(answer);
		confirmed |= answer_has(answer, ip);
	}
	if (confirmed)
		return HOST_REVERSE_CONFIRMED;
	if (open || unknown)
		return open ? HOST_REVERSE_OPEN : HOST_REVERSE_UNKNOWN;
	return names->record_count == 0 ? HOST_REVERSE_NONE : HOST_REVERSE_UNCONFIRMED;
}

/* Where the addresses of one answer are: NOWHERE if there are none. */
static enum host_place
answer_place(const struct dns_answer *answer, const struct ip *ip)
{
	const unsigned near_bits = ip_is_v4(ip) ? 96 + HOST_NEAR_BITS_V4 : HOST_NEAR_BITS_V6;
	enum host_place place = HOST_PLACE_NOWHERE, one;
	struct network near = { .bits = near_bits };
	struct ip found;

	memcpy(near.address, ip->v, sizeof(near.address));
	memset(near.address + near_bits / 8, 0, sizeof(near.address) - near_bits / 8);
	for (size_t i = 0; i < answer->record_count; i++) {
		if (!record_ip(&answer->records[i], &found))
			continue;
		if (ip_is_v4(&found) != ip_is_v4(ip))
			one = HOST_PLACE_APART;
		else if (ip_eq(&found, ip))
			one = HOST_PLACE_HERE;
		else
			one = network_has(&near, &found) ? HOST_PLACE_NEAR : HOST_PLACE_ELSEWHERE;
		if (one > place)
			place = one;
	}
	return place;
}

enum host_place
host_place(struct facts *facts, struct slice name, const struct ip *ip)
{
	const struct dns_answer *v4 = facts_ask(facts, DNS_A, name);
	const struct dns_answer *v6 = facts_ask(facts, DNS_AAAA, name);
	const struct dns_answer *same = ip_is_v4(ip) ? v4 : v6, *other = ip_is_v4(ip) ? v6 : v4;
	enum host_place place = answer_place(same, ip);

	if (same->outcome == DNS_OPEN)
		return HOST_PLACE_OPEN;
	if (is_unknown(same))
		return HOST_PLACE_UNKNOWN;
	if (place != HOST_PLACE_NOWHERE)
		return place;
	if (other->outcome == DNS_OPEN)
		return HOST_PLACE_OPEN;
	return is_unknown(other) ? HOST_PLACE_UNKNOWN : answer_place(other, ip);
}

/* One MX whose host is the root: no mail, please. */
static bool
is_null_mx(const struct dns_answer *mx)
{
	return mx->record_count == 1 &&
	       (mx->records[0].data.n == 0 || slice_eq(mx->records[0].data, SLICE(".")));
}

enum host_mail
host_mail(struct facts *facts, struct slice domain)
{
	const struct dns_answer *mx = facts_ask(facts, DNS_MX, domain), *v4, *v6;

	if (mx->outcome == DNS_OPEN)
		return HOST_MAIL_OPEN;
	if (is_unknown(mx))
		return HOST_MAIL_UNKNOWN;
	if (mx->outcome == DNS_NXDOMAIN)
		return HOST_MAIL_NONE;
	if (mx->outcome == DNS_FOUND)
		return is_null_mx(mx) ? HOST_MAIL_REFUSED : HOST_MAIL_TAKEN;
	v4 = facts_ask(facts, DNS_A, domain);
	v6 = facts_ask(facts, DNS_AAAA, domain);
	if (v4->outcome == DNS_FOUND || v6->outcome == DNS_FOUND)
		return HOST_MAIL_TAKEN;
	if (v4->outcome == DNS_OPEN || v6->outcome == DNS_OPEN)
		return HOST_MAIL_OPEN;
	return is_unknown(v4) || is_unknown(v6) ? HOST_MAIL_UNKNOWN : HOST_MAIL_NONE;
}
