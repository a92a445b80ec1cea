/*
 * dns_tag.c - the values of template tags (_AUTHORDOMAIN_) that questions to the DNS are made of
 *
 * Law: SpamAssassin 4.0.1's PerMsgStatus, DKIM and URIDNSBL, by how they
 * behave. Tags that this does not know are those that patterns set
 * (capture.h); until all rules have run once they may still be.
 */
#include "engine/rules/dns_tag.h"

#include "engine/auth/dkim.h"
#include "engine/mime/ip.h"
#include "engine/rules/asn.h"
#include "engine/rules/auth_facts.h"
#include "engine/rules/capture.h"
#include "engine/rules/dns_query.h"
#include "engine/rules/eval.h"
#include "engine/rules/uribl_hosts.h"
#include "engine/util/ascii.h"

/* Adds a value once. */
static void
add(struct vec *values, struct slice value)
{
	struct slice *added;

	if (value.n == 0 || values->n >= DNS_TAG_VALUES_MAX)
		return;
	for (size_t i = 0; i < values->n; i++) {
		if (slice_eq(*(struct slice *)vec_at(values, i), value))
			return;
	}
	added = vec_push(values);
	if (added != NULL)
		*added = value;
}

static enum dns_tag_state
tag_authordomain(struct views *views, struct vec *values)
{
	struct slice value = views_read_text(views, SLICE("From:addr:host")), line;

	while (slice_next_line(&value, &line))
		add(values, dns_query_host(views, line));
	return DNS_TAG_SET;
}

static enum dns_tag_state
tag_senderdomain(struct views *views, struct vec *values)
{
	struct slice value = views_read_text(views, SLICE("EnvelopeFrom:first:addr:host"));

	add(values, dns_query_host(views, slice_cut(value, 0, slice_find_byte(value, 0, '\n'))));
	return DNS_TAG_SET;
}

/* The last relay that we trust, or NULL. */
static const struct relay *
first_trusted(struct views *views)
{
	const struct relays *relays = views_relays(views);

	return relays == NULL ? NULL : relays_first_trusted(relays);
}

static const struct relay *
last_external(struct views *views)
{
	const struct relays *relays = views_relays(views);

	return relays == NULL ? NULL : relays_last_external(relays);
}

static enum dns_tag_state
tag_firsttrustedip(struct views *views, struct vec *values)
{
	const struct relay *relay = first_trusted(views);

	add(values, relay == NULL ? SLICE_ABSENT : relay->ip);
	return DNS_TAG_SET;
}

static enum dns_tag_state
tag_firsttrustedrevip(struct views *views, struct vec *values)
{
	const struct relay *relay = first_trusted(views);

	add(values, relay == NULL ? SLICE_ABSENT : dns_query_reversed(views, relay->ip));
	return DNS_TAG_SET;
}

static enum dns_tag_state
tag_lastexternalip(struct views *views, struct vec *values)
{
	const struct relay *relay = last_external(views);

	add(values, relay == NULL ? SLICE_ABSENT : relay->ip);
	return DNS_TAG_SET;
}

static enum dns_tag_state
tag_lastexternalrevip(struct views *views, struct vec *values)
{
	const struct relay *relay = last_external(views);

	add(values, relay == NULL ? SLICE_ABSENT : dns_query_reversed(views, relay->ip));
	return DNS_TAG_SET;
}

static enum dns_tag_state
tag_lastexternalrdns(struct views *views, struct vec *values)
{
	const struct relay *relay = last_external(views);

	add(values, relay == NULL ? SLICE_ABSENT : relay->rdns);
	return DNS_TAG_SET;
}

static enum dns_tag_state
tag_lastexternalhelo(struct views *views, struct vec *values)
{
	const struct relay *relay = last_external(views);

	add(values, relay == NULL ? SLICE_ABSENT : relay->helo);
	return DNS_TAG_SET;
}

/* Public addresses of the relays that are as said, newest first. */
static enum dns_tag_state
add_relays(struct views *views, struct vec *values, bool by_trust, bool wanted)
{
	const struct relays *relays = views_relays(views);
	struct ip ip;

	for (size_t i = 0; relays != NULL && i < relays->n; i++) {
		const struct relay *relay = &relays->v[i];

		if ((i < (by_trust ? relays->trusted_count : relays->internal_count)) == wanted &&
		    ip_parse(relay->ip, &ip) && !ip_is_private(&ip))
			add(values, ip_reversed(views->arena, &ip));
	}
	return DNS_TAG_SET;
}

static enum dns_tag_state
tag_relaystrustedrevip(struct views *views, struct vec *values)
{
	return add_relays(views, values, true, true);
}

static enum dns_tag_state
tag_relaysuntrustedrevip(struct views *views, struct vec *values)
{
	return add_relays(views, values, true, false);
}

static enum dns_tag_state
tag_relaysinternalrevip(struct views *views, struct vec *values)
{
	return add_relays(views, values, false, true);
}

static enum dns_tag_state
tag_relaysexternalrevip(struct views *views, struct vec *values)
{
	return add_relays(views, values, false, false);
}

static enum dns_tag_state
tag_urihosts(struct views *views, struct vec *values)
{
	const struct uribl_hosts *hosts = uribl_hosts_find(views);

	for (size_t i = 0; hosts != NULL && i < hosts->n; i++)
		add(values, hosts->v[i].host);
	return DNS_TAG_SET;
}

static enum dns_tag_state
tag_uridomains(struct views *views, struct vec *values)
{
	const struct uribl_hosts *hosts = uribl_hosts_find(views);

	for (size_t i = 0; hosts != NULL && i < hosts->n; i++)
		add(values, hosts->v[i].domain);
	return DNS_TAG_SET;
}

/* What good signatures have set, when all of them are judged. */
static enum dns_tag_state
add_signers(struct views *views, struct slice name, struct vec *values)
{
	const struct dkim *dkim = views_dkim(views);
	const struct vec *set = dkim == NULL ? NULL : capture_tag(views, name);
	enum auth_result result = dkim == NULL ? AUTH_NONE : dkim_result(dkim);

	for (size_t i = 0; dkim != NULL && i < dkim->n; i++)
		if (dkim->v[i].result == AUTH_OPEN)
			return DNS_TAG_OPEN;
	for (size_t i = 0; set != NULL && i < set->n; i++)
		add(values, *(struct slice *)vec_at(set, i));
	return result == AUTH_TEMPERROR && facts_on(views->facts) ? DNS_TAG_FAILED : DNS_TAG_SET;
}

static enum dns_tag_state
tag_dkimidentity(struct views *views, struct vec *values)
{
	return add_signers(views, SLICE("DKIMIDENTITY"), values);
}

static enum dns_tag_state
tag_dkimdomain(struct views *views, struct vec *values)
{
	return add_signers(views, SLICE("DKIMDOMAIN"), values);
}

static enum dns_tag_state
tag_dkimselector(struct views *views, struct vec *values)
{
	return add_signers(views, SLICE("DKIMSELECTOR"), values);
}

static const struct {
	const char *name;
	enum dns_tag_state (*values)(struct views *views, struct vec *values);
} tags[] = {
	{ "AUTHORDOMAIN", tag_authordomain },
	{ "SENDERDOMAIN", tag_senderdomain },
	{ "FIRSTTRUSTEDIP", tag_firsttrustedip },
	{ "FIRSTTRUSTEDREVIP", tag_firsttrustedrevip },
	{ "LASTEXTERNALIP", tag_lastexternalip },
	{ "LASTEXTERNALREVIP", tag_lastexternalrevip },
	{ "LASTEXTERNALRDNS", tag_lastexternalrdns },
	{ "LASTEXTERNALHELO", tag_lastexternalhelo },
	{ "RELAYSTRUSTEDREVIP", tag_relaystrustedrevip },
	{ "RELAYSUNTRUSTEDREVIP", tag_relaysuntrustedrevip },
	{ "RELAYSINTERNALREVIP", tag_relaysinternalrevip },
	{ "RELAYSEXTERNALREVIP", tag_relaysexternalrevip },
	{ "DKIMIDENTITY", tag_dkimidentity },
	{ "DKIMDOMAIN", tag_dkimdomain },
	{ "DKIMSELECTOR", tag_dkimselector },
	{ "URIHOSTS", tag_urihosts },
	{ "URIDOMAINS", tag_uridomains },
};

/* Of a field that is one line. */
static enum dns_tag_state
add_field(struct views *views, struct slice selector, struct vec *values)
{
	struct slice value = slice_trim(views_read_text(views, selector));

	if (slice_find_byte(value, 0, '\n') == value.n)
		add(values, value);
	return DNS_TAG_SET;
}

/* Of a tag that a pattern set, or check_asn() found. */
static enum dns_tag_state
add_found(struct views *views, struct slice name, struct vec *values)
{
	const struct vec *captured = capture_tag(views, name);
	enum dns_tag_state state = asn_tag_values(views, name, values);

	if (state != DNS_TAG_UNSET)
		return state;
	if (captured == NULL)
		return views->settled ? DNS_TAG_UNSET : DNS_TAG_OPEN;
	for (size_t i = 0; i < captured->n; i++)
		add(values, *(struct slice *)vec_at(captured, i));
	return DNS_TAG_SET;
}

enum dns_tag_state
dns_tag_values(struct views *views, struct slice name, struct vec *values)
{
	enum dns_tag_state state = DNS_TAG_OPEN;
	size_t i = 0, n = sizeof(tags) / sizeof(tags[0]);

	while (i < n && !slice_eq(name, slice_of(tags[i].name)))
		i++;
	if (i < n)
		state = tags[i].values(views, values);
	else if (slice_starts(name, SLICE("HEADER(")))
		state = add_field(views, slice_cut(name, 7, name.n - 1), values);
	else
		state = add_found(views, name, values);
	return state == DNS_TAG_SET && values->n == 0 ? DNS_TAG_UNSET : state;
}

size_t
dns_tag_reference(struct slice text)
{
	size_t at = 1, end = 0;

	if (text.n < 3 || text.p[0] != '_' || !ascii_is_upper(text.p[1]))
		return 0;
	while (at < text.n && (ascii_is_upper(text.p[at]) || ascii_is_digit(text.p[at]) ||
				  (text.p[at] == '_' && text.p[at - 1] != '_'))) {
		if (text.p[at] == '_')
			end = at + 1;
		at++;
	}
	if (at < text.n && text.p[at] == '(' && text.p[at - 1] != '_') {
		size_t close = slice_find(text, at, SLICE(")_"));

		if (close < text.n)
			return close + 2;
	}
	return end;
}
