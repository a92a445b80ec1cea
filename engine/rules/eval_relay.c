/*
 * eval_relay.c - eval functions over the hosts that a message passed
 *
 * Sources: SpamAssassin 4.0.1's RelayEval and WLBLEval, by how they behave,
 * oddities included. Trust is relays.c's; whether hosts' names fit one another
 * is eval_trail.c's.
 */
#include "engine/rules/eval.h"
#include "engine/rules/eval_help.h"
#include "engine/rules/eval_pattern.h"

#include <string.h>

#include "engine/mime/ip.h"
#include "engine/util/ascii.h"

unsigned
eval_check_all_trusted(const struct rule *rule, struct views *views)
{
	const struct relays *relays = views_relays(views);

	(void)rule;
	return relays != NULL && relays->n > 0 && relays->trusted_count == relays->n &&
	       relays->unparseable == 0;
}

unsigned
eval_check_no_relays(const struct rule *rule, struct views *views)
{
	const struct relays *relays = views_relays(views);

	(void)rule;
	return relays != NULL && relays->n == 0 && relays->unparseable == 0;
}

unsigned
eval_check_relays_unparseable(const struct rule *rule, struct views *views)
{
	const struct relays *relays = views_relays(views);

	(void)rule;
	return relays != NULL && relays->unparseable > 0;
}

/* Four numbers of at most 255 without leading zeros: names in this form alone count. */
static bool
is_dotted_quad(struct slice text)
{
	size_t at = 0;

	for (int i = 0; i < 4; i++) {
		size_t start = at;
		unsigned value = 0;

		while (at < text.n && at < start + 3 && ascii_is_digit(text.p[at]))
			value = value * 10 + (unsigned)(text.p[at++] - '0');
		if (at == start || value > 255 || (text.p[start] == '0' && at - start > 1))
			return false;
		if (i < 3 && (at == text.n || text.p[at++] != '.'))
			return false;
	}
	return at == text.n;
}

/* A dotted quad that is not of a private network. */
static bool
is_public_quad(struct slice text, struct ip *ip_r)
{
	return is_dotted_quad(text) && ip_parse(text, ip_r) && !ip_is_private(ip_r);
}

static bool
is_private(struct slice text)
{
	struct ip ip;

	return ip_parse(text, &ip) && ip_is_private(&ip);
}

/* The i-th of the relays that we do not trust, newest first, or NULL. */
static const struct relay *
untrusted(struct views *views, size_t i)
{
	const struct relays *relays = views_relays(views);

	if (relays == NULL || i >= relays->n - relays->trusted_count)
		return NULL;
	return &relays->v[relays->trusted_count + i];
}

/* A HELO name that is an address, yet of another /24 than the client. */
unsigned
eval_helo_ip_mismatch(const struct rule *rule, struct views *views)
{
	const struct relay *relay;
	struct ip helo, ip;

	(void)rule;
	for (size_t i = 0; (relay = untrusted(views, i)) != NULL; i++) {
		if (is_public_quad(relay->helo, &helo) && is_public_quad(relay->ip, &ip) &&
		    memcmp(helo.v, ip.v, sizeof(ip.v) - 1) != 0)
			return 1;
	}
	return 0;
}

/* SpamAssassin means to spare private addresses, and does not. */
unsigned
eval_check_for_numeric_helo(const struct rule *rule, struct views *views)
{
	const struct relays *relays = views_relays(views);

	return relays != NULL &&
	       eval_pattern_in(views, rule, PATTERN_NUMERIC_HELO, relays->untrusted);
}

/* SpamAssassin keeps the name for old rules; it says nothing any more. */
unsigned
eval_check_for_illegal_ip(const struct rule *rule, struct views *views)
{
	(void)rule;
	(void)views;
	return 0;
}

/* Against its name, it hits where the oldest relay has a name. */
unsigned
eval_check_for_sender_no_reverse(const struct rule *rule, struct views *views)
{
	const struct relays *relays = views_relays(views);
	const struct relay *oldest;

	(void)rule;
	if (relays == NULL || relays->trusted_count == relays->n)
		return 0;
	oldest = &relays->v[relays->n - 1];
	return slice_find_byte(oldest->rdns, 0, '.') < oldest->rdns.n && !is_private(oldest->ip);
}

/* Whether text ends in domain at a word's edge. SpamAssassin reads "." as any byte. */
static bool
ends_in_domain(struct slice text, struct slice domain)
{
	size_t at;

	if (domain.n == 0 || text.n < domain.n)
		return false;
	at = text.n - domain.n;
	for (size_t i = 0; i < domain.n; i++) {
		if (domain.p[i] != '.' && domain.p[i] != text.p[at + i])
			return false;
	}
	return (at > 0 && ascii_is_word(text.p[at - 1])) != ascii_is_word(text.p[at]);
}

/* Whether the domain stands in the From address as a word begins. */
static bool
from_has_domain(struct views *views, struct slice domain)
{
	struct slice from = eval_first_line(eval_field(views, FIXED_FROM_ADDR));

	for (size_t at = slice_ifind(from, 0, domain); at < from.n;
	     at = slice_ifind(from, at + 1, domain)) {
		if ((at > 0 && ascii_is_word(from.p[at - 1])) != ascii_is_word(from.p[at]))
			return true;
	}
	return false;
}

/*
 * (domain, true): From is there, and one of its hosts took the message from
 * another of them; (domain, false): From is there, and none did.
 */
unsigned
eval_check_for_from_domain_in_received_headers(const struct rule *rule, struct views *views)
{
	const struct eval_arg *args = rule->call.args;
	const struct relays *relays = views_relays(views);
	bool found = false;

	if (relays == NULL || !from_has_domain(views, args[0].text))
		return 0;
	for (size_t i = 0; i < relays->n && !found; i++)
		found = ends_in_domain(relays->v[i].rdns, args[0].text) &&
			ends_in_domain(relays->v[i].by, args[0].text);
	return found == slice_eq(args[1].text, SLICE("true"));
}

/* Names of great providers, whose own hosts always have names, and one that forgers like. */
static bool
is_dotcom(struct slice helo)
{
	static const char *const names[] = { "lycos.com", "lycos.co.uk", "hotmail.com",
		"localhost.com", "excite.com", "caramail.com", "cs.com", "aol.com", "msn.com",
		"yahoo.com", "drizzle.com" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct slice name = slice_of(names[i]);

		if (slice_iends(helo, name) &&
		    (helo.n == name.n || helo.p[helo.n - name.n - 1] == '.'))
			return true;
	}
	return false;
}

/* The last relay with a public address decides: SpamAssassin forgets those before it. */
unsigned
eval_check_for_no_rdns_dotcom_helo(const struct rule *rule, struct views *views)
{
	const struct relay *relay;
	unsigned answer = 0;

	(void)rule;
	for (size_t i = 0; (relay = untrusted(views, i)) != NULL; i++) {
		if (!is_private(relay->ip))
			answer = relay->no_reverse_dns && is_dotcom(relay->helo);
	}
	return answer;
}

unsigned
eval_check_mailfrom_matches_rcvd(const struct rule *rule, struct views *views)
{
	const struct relays *relays = views_relays(views);
	struct slice from = eval_first_line(eval_field(views, FIXED_ENVELOPE_FROM));
	size_t at;

	(void)rule;
	if (relays == NULL || relays->n == 0 || eval_domain(from).n == 0)
		return 0;
	at = relays->trusted_count < relays->n ? relays->trusted_count : relays->n - 1;
	return relays->v[at].rdns.n > 0 && eval_same_organisation(views, from, relays->v[at].rdns);
}

/* The host that handed the message to our networks, or NULL. */
static const struct relay *
last_external(struct views *views)
{
	const struct relays *relays = views_relays(views);

	return relays == NULL ? NULL : relays_last_external(relays);
}

unsigned
eval_check_client_no_rdns(const struct rule *rule, struct views *views)
{
	const struct relay *relay = last_external(views);

	(void)rule;
	return relay != NULL && relay->rdns.n == 0 && relay->no_reverse_dns && relay->auth.n == 0;
}

unsigned
eval_check_helo_not_rdns(const struct rule *rule, struct views *views)
{
	const struct relay *relay = last_external(views);

	(void)rule;
	return relay != NULL && relay->rdns.n > 0 && relay->auth.n == 0 &&
	       slice_find_byte(relay->helo, 0, '.') < relay->helo.n &&
	       !eval_same_organisation(views, relay->helo, relay->rdns);
}
