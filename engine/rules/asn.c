/*
 * asn.c - the networks that the last external relay is in, as the DNS tells them
 *
 * Law: SpamAssassin 4.0.1's ASN, by how it behaves. Entries of the lists
 * asn_lookup and asn_lookup_ipv6 are "ZONE _ASN_ _ROUTE_", the tags ASN and
 * ASNCIDR where they name none. An answer is a TXT record with fields between
 * bars: the numbers, then the network, or the other way round. The older form
 * of three strings without bars cannot be told apart once they are joined, and
 * is not read.
 */
#include "engine/rules/asn.h"

#include "engine/mime/ip.h"
#include "engine/rules/dns_query.h"
#include "engine/rules/rule.h"
#include "engine/util/ascii.h"

/* "_NAME_" without its underscores, or `usual`. */
static struct slice
tag_name(struct slice word, const char *usual)
{
	if (word.n < 3 || word.p[0] != '_' || word.p[word.n - 1] != '_')
		return slice_of(usual);
	return slice_cut(word, 1, word.n - 1);
}

/* Whether it is numbers with blanks between, "AS" before each or not. */
static bool
are_numbers(struct slice text)
{
	struct slice word;
	bool any = false;

	while (slice_next_word(&text, &word)) {
		if (slice_istarts(word, SLICE("AS")))
			word = slice_from(word, 2);
		for (size_t i = 0; i < word.n; i++) {
			if (!ascii_is_digit(word.p[i]))
				return false;
		}
		any = word.n > 0;
	}
	return any;
}

static void
add(struct vec *values, struct slice value)
{
	struct slice *added;

	for (size_t i = 0; i < values->n; i++) {
		if (slice_eq(*(struct slice *)vec_at(values, i), value))
			return;
	}
	added = values->n < DNS_TAG_VALUES_MAX ? vec_push(values) : NULL;
	if (added != NULL)
		*added = value;
}

/* Each number with the prefix; 0 and the last one are nobody's (RFC 7607, RFC 7300). */
static void
add_numbers(struct views *views, struct slice text, struct vec *values)
{
	struct slice prefix = ruleset_option(views->ruleset, "asn_prefix", SLICE("AS")), word;

	while (slice_next_word(&text, &word)) {
		if (slice_istarts(word, SLICE("AS")))
			word = slice_from(word, 2);
		if (!slice_eq(word, SLICE("0")) && !slice_eq(word, SLICE("4294967295")))
			add(values, arena_printf(views->arena, "%.*s%.*s", SLICE_ARG(prefix),
					SLICE_ARG(word)));
	}
}

/* One record: the numbers, or the networks. */
static void
add_record(struct views *views, struct slice text, bool route, struct vec *values)
{
	size_t bar = slice_find_byte(text, 0, '|');
	struct slice first = slice_trim(slice_cut(text, 0, bar)),
		     second = slice_from(text, bar + 1), word;

	second = slice_trim(slice_cut(second, 0, slice_find_byte(second, 0, '|')));
	if (!are_numbers(first)) {
		struct slice swapped = first;

		first = second;
		second = swapped;
	}
	if (!are_numbers(first))
		return;
	if (!route)
		add_numbers(views, first, values);
	while (route && slice_next_word(&second, &word)) {
		if (!slice_ends(word, SLICE("/0")))
			add(values, word);
	}
}

static enum dns_tag_state
look_up(struct views *views, struct slice zone, bool route, struct vec *values)
{
	const struct relays *relays = views_relays(views);
	const struct relay *relay = relays == NULL ? NULL : relays_last_external(relays);
	const struct dns_answer *answer;
	struct dns_tally tally = { 0 };
	struct ip ip;

	if (slice_ends(zone, SLICE(".")))
		zone = slice_cut(zone, 0, zone.n - 1);
	if (relay == NULL || !ip_parse(relay->ip, &ip) || ip_is_private(&ip))
		return DNS_TAG_SET;
	answer = dns_query_zone(views, DNS_TXT, ip_reversed(views->arena, &ip), zone).answer;
	if (!dns_tally_take(&tally, answer))
		return tally.open ? DNS_TAG_OPEN : tally.failed ? DNS_TAG_FAILED : DNS_TAG_SET;
	for (size_t i = 0; i < answer->record_count; i++)
		add_record(views, answer->records[i].data, route, values);
	return DNS_TAG_SET;
}

enum dns_tag_state
asn_tag_values(struct views *views, struct slice tag, struct vec *values)
{
	const struct relays *relays = views_relays(views);
	const struct relay *relay = relays == NULL ? NULL : relays_last_external(relays);
	bool v6 = relay != NULL && slice_find_byte(relay->ip, 0, ':') < relay->ip.n;
	const struct name_list *list = ruleset_list(
	    views->ruleset, v6 ? "asn_lookup_ipv6" : "asn_lookup");
	enum dns_tag_state state = DNS_TAG_UNSET;

	for (size_t i = 0; list != NULL && i < list->entries.n; i++) {
		struct slice entry = *(struct slice *)vec_at(&list->entries, i), zone,
			     word = SLICE_ABSENT, other = SLICE_ABSENT;

		if (!slice_next_word(&entry, &zone))
			continue;
		slice_next_word(&entry, &word);
		slice_next_word(&entry, &other);
		if (slice_eq(tag, tag_name(word, "ASN")))
			state = look_up(views, zone, false, values);
		else if (slice_eq(tag, tag_name(other, "ASNCIDR")))
			state = look_up(views, zone, true, values);
		if (state == DNS_TAG_OPEN || state == DNS_TAG_FAILED)
			return state;
	}
	return state;
}
