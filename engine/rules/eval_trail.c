/*
 * eval_trail.c - eval functions that hold each untrusted relay against the one before it
 *
 * Who took a message from a host should hand it on under that host's domain,
 * and a HELO that is an address should be near the client's. Domains are found
 * by the number of labels, not by the public suffix list, and only names that
 * look like a host's count. Source: SpamAssassin 4.0.1's RelayEval, by how it
 * behaves, oddities included.
 */
#include "engine/rules/eval.h"
#include "engine/rules/eval_help.h"

#include "engine/mime/ip.h"
#include "engine/util/ascii.h"

/* As many disagreements are a forged trail. */
#define MISMATCHES_MIN 2

static bool
has_letter(struct slice host)
{
	for (size_t i = 0; i < host.n; i++) {
		if (ascii_is_alpha(host.p[i]))
			return true;
	}
	return false;
}

/* Whether a top-level domain sells second levels: by its length, or because "ie" stands in it. */
static bool
is_flat(struct slice label)
{
	static const char *const known[] = { "ie", "fr", "de" };

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (slice_find(label, 0, slice_of(known[i])) < label.n)
			return true;
	}
	return label.n >= 3;
}

/* The last two labels of a host's name, three under most top-level domains of two letters. */
static struct slice
host_domain(struct slice host)
{
	struct slice tail;

	if (!has_letter(host))
		return host;
	while (host.n > 0 && host.p[host.n - 1] == '.')
		host.n--;
	tail = eval_last_labels(host, 1);
	return eval_last_labels(host, is_flat(tail) ? 2 : 3);
}

/* Letters, digits, "_", "-" and dots; a dot no earlier than third; the last label a plain word. */
static bool
looks_like_host(struct slice name)
{
	size_t dot = name.n;

	for (size_t i = 0; i < name.n; i++) {
		if (name.p[i] == '.')
			dot = i;
		else if (!ascii_is_word(name.p[i]) && name.p[i] != '-')
			return false;
	}
	if (dot < 2 || dot + 1 >= name.n || !ascii_is_word(name.p[0]))
		return false;
	return slice_find_byte(slice_from(name, dot), 0, '-') == name.n - dot;
}

/* The host itself: what it hands to itself says nothing. */
static bool
is_local(const struct relay *relay, struct slice domain)
{
	return (slice_ieq(domain, SLICE("localhost")) ||
		   slice_ieq(domain, SLICE("localhost.localdomain"))) &&
	       slice_eq(relay->ip, SLICE("127.0.0.1"));
}

/* Hotmail's hosts take mail as msn.com. */
static bool
is_known_pair(struct slice by, struct slice name)
{
	return slice_ieq(by, SLICE("msn.com")) && slice_ieq(name, SLICE("hotmail.com"));
}

unsigned
eval_check_for_forged_received_trail(const struct rule *rule, struct views *views)
{
	const struct relays *relays = views_relays(views);
	struct slice previous = SLICE_ABSENT;
	unsigned mismatches = 0;

	(void)rule;
	for (size_t i = relays == NULL ? 0 : relays->trusted_count; relays != NULL && i < relays->n;
	     i++) {
		struct slice by = host_domain(relays->v[i].by);
		struct slice name = host_domain(relays->v[i].rdns);

		if (looks_like_host(by)) {
			mismatches += looks_like_host(previous) && !slice_ieq(by, previous) &&
				      !is_known_pair(by, previous);
			if (is_local(&relays->v[i], name))
				name = SLICE_ABSENT;
		}
		previous = name;
	}
	return mismatches >= MISMATCHES_MIN;
}

/* "1.2" of "1.2.3.4", whatever the numbers' size; absent: no four numbers. */
static struct slice
class_b(struct slice text)
{
	struct slice found = SLICE_ABSENT;
	size_t at = 0;

	for (int i = 0; i < 4; i++) {
		size_t start = at;

		while (at < text.n && ascii_is_digit(text.p[at]))
			at++;
		if (at == start)
			return SLICE_ABSENT;
		if (i == 1)
			found = slice_cut(text, 0, at);
		if (i < 3 && (at == text.n || text.p[at++] != '.'))
			return SLICE_ABSENT;
	}
	return at == text.n ? found : SLICE_ABSENT;
}

/* Whether HELO and client are IPv4 addresses of different /16s, the HELO's a public one. */
static bool
far_apart(struct slice helo, struct slice client)
{
	struct slice a = class_b(helo), b = class_b(client);
	struct ip ip;

	return a.p != NULL && b.p != NULL && !slice_eq(a, b) &&
	       !(ip_parse(helo, &ip) && ip_is_private(&ip));
}

unsigned
eval_check_for_forged_received_ip_helo(const struct rule *rule, struct views *views)
{
	const struct relays *relays = views_relays(views);

	(void)rule;
	for (size_t i = relays == NULL ? 0 : relays->trusted_count; relays != NULL && i < relays->n;
	     i++) {
		if (looks_like_host(host_domain(relays->v[i].by)) &&
		    far_apart(relays->v[i].helo, relays->v[i].ip))
			return 1;
	}
	return 0;
}
