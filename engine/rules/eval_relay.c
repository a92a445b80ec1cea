/*
 * eval_relay.c - eval functions over the hosts that a message passed
 *
 * Sources: SpamAssassin 4.0.1's RelayEval and WLBLEval, by how they behave.
 * Trust is relays.c's.
 */
#include "engine/rules/eval.h"
#include "engine/rules/eval_help.h"

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
	if (relays == NULL)
		return 0;
	return relays->unparseable < RULE_HITS_MAX ? (unsigned)relays->unparseable : RULE_HITS_MAX;
}

/* Whether two addresses lie in one /24 (IPv4) or /64. */
static bool
near(const struct ip *a, const struct ip *b)
{
	struct network network = { .bits = ip_is_v4(a) ? 96 + 24 : 64 };

	for (size_t i = 0; i < sizeof(a->v); i++)
		network.address[i] = a->v[i];
	for (size_t bit = network.bits; bit < 128; bit++)
		network.address[bit / 8] &= (unsigned char)~(0x80u >> bit % 8);
	return network_has(&network, b);
}

/* The address that a HELO name is: "1.2.3.4", "[1.2.3.4]" or "!1.2.3.4!". */
static bool
helo_ip(struct slice helo, struct ip *ip_r)
{
	while (helo.n > 1 && (helo.p[0] == '[' || helo.p[0] == '!'))
		helo = slice_cut(helo, 1, helo.n - 1);
	return ip_parse(helo, ip_r);
}

unsigned
eval_helo_ip_mismatch(const struct rule *rule, struct views *views)
{
	const struct relays *relays = views_relays(views);

	(void)rule;
	for (size_t i = relays == NULL ? 0 : relays->trusted_count; relays != NULL && i < relays->n;
	     i++) {
		struct ip helo, ip;

		if (helo_ip(relays->v[i].helo, &helo) && ip_parse(relays->v[i].ip, &ip) &&
		    !ip_is_private(&helo) && !ip_is_private(&ip) && !near(&helo, &ip))
			return 1;
	}
	return 0;
}

/* Names of great providers, whose own hosts always have names, and one that forgers like. */
static bool
is_dotcom(struct slice helo)
{
	static const char *const names[] = { "hotmail.com", "msn.com", "yahoo.com", "aol.com",
		"excite.com", "lycos.com", "cs.com", "localhost.com" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct slice name = slice_of(names[i]);

		if (slice_iends(helo, name) &&
		    (helo.n == name.n || !ascii_is_word(helo.p[helo.n - name.n - 1])))
			return true;
	}
	return false;
}

unsigned
eval_check_for_no_rdns_dotcom_helo(const struct rule *rule, struct views *views)
{
	const struct relays *relays = views_relays(views);

	(void)rule;
	for (size_t i = relays == NULL ? 0 : relays->trusted_count; relays != NULL && i < relays->n;
	     i++) {
		if (relays->v[i].no_reverse_dns && is_dotcom(relays->v[i].helo))
			return 1;
	}
	return 0;
}

unsigned
eval_check_for_forged_received_trail(const struct rule *rule, struct views *views)
{
	const struct relays *relays = views_relays(views);
	unsigned mismatches = 0;

	(void)rule;
	for (size_t i = 1; relays != NULL && i < relays->n; i++) {
		struct slice name = relays->v[i - 1].rdns, by = relays->v[i].by;

		if (i <= relays->trusted_count || name.n == 0 ||
		    slice_find_byte(by, 0, '.') == by.n)
			continue;
		mismatches += !eval_same_organisation(views, name, by);
	}
	return mismatches > 1;
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
