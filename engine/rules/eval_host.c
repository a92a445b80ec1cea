/*
 * eval_host.c - eval functions that ask the DNS about the client and the sender's domain
 *
 * All ours. The client is the host that handed the message to our networks;
 * one with a private address, or that authenticated itself, is asked nothing
 * about. What the MTA has confirmed is not asked again.
 */
#include "engine/mime/domain.h"
#include "engine/net/host.h"
#include "engine/rules/askable.h"
#include "engine/rules/eval.h"
#include "engine/rules/eval_help.h"

/* The client, whose address may be asked about; NULL: there is none. */
static const struct relay *
client_of(struct views *views, struct ip *ip_r)
{
	const struct relays *relays = views_relays(views);
	const struct relay *relay = relays == NULL ? NULL : relays_last_external(relays);

	if (relay == NULL || relay->auth.n > 0 || !askable_address(relay->ip, ip_r))
		return NULL;
	return relay;
}

/* A hit if the client's names are as `wanted`. */
static unsigned
fcrdns_is(struct views *views, enum host_reverse wanted)
{
	enum host_reverse reverse;
	const struct relay *client;
	struct ip ip;

	client = client_of(views, &ip);
	if (client == NULL)
		return 0;
	if (client->field == RELAY_CLIENT && client->rdns.n > 0)
		return wanted == HOST_REVERSE_CONFIRMED;
	reverse = host_reverse(views->arena, views->facts, &ip);
	if (reverse == HOST_REVERSE_OPEN)
		return EVAL_OPEN;
	return reverse == HOST_REVERSE_UNKNOWN ? EVAL_UNKNOWN : reverse == wanted;
}

unsigned
eval_check_fcrdns_none(const struct rule *rule, struct views *views)
{
	(void)rule;
	return fcrdns_is(views, HOST_REVERSE_NONE);
}

unsigned
eval_check_fcrdns_unconfirmed(const struct rule *rule, struct views *views)
{
	(void)rule;
	return fcrdns_is(views, HOST_REVERSE_UNCONFIRMED);
}

unsigned
eval_check_fcrdns_confirmed(const struct rule *rule, struct views *views)
{
	(void)rule;
	return fcrdns_is(views, HOST_REVERSE_CONFIRMED);
}

/* A hit if the client's HELO leads to `wanted`. */
static unsigned
helo_leads(struct views *views, enum host_place wanted)
{
	const struct relay *client;
	enum host_place place;
	struct slice helo;
	struct ip ip;

	client = client_of(views, &ip);
	helo = client == NULL ? SLICE_ABSENT : askable_name(views, client->helo);
	if (helo.n == 0)
		return 0;
	place = host_place(views->facts, helo, &ip);
	if (place == HOST_PLACE_OPEN)
		return EVAL_OPEN;
	return place == HOST_PLACE_UNKNOWN ? EVAL_UNKNOWN : place == wanted;
}

unsigned
eval_check_helo_nowhere(const struct rule *rule, struct views *views)
{
	(void)rule;
	return helo_leads(views, HOST_PLACE_NOWHERE);
}

unsigned
eval_check_helo_elsewhere(const struct rule *rule, struct views *views)
{
	(void)rule;
	return helo_leads(views, HOST_PLACE_ELSEWHERE);
}

/* A hit if the address's domain can be sent no mail. */
static unsigned
has_no_mail(struct views *views, struct slice address)
{
	struct slice domain = askable_name(views, eval_domain(address));

	if (domain.n == 0)
		return 0;
	switch (host_mail(views->facts, domain)) {
	case HOST_MAIL_OPEN:
		return EVAL_OPEN;
	case HOST_MAIL_UNKNOWN:
		return EVAL_UNKNOWN;
	case HOST_MAIL_NONE:
	case HOST_MAIL_REFUSED:
		return 1;
	case HOST_MAIL_TAKEN:
		break;
	}
	return 0;
}

unsigned
eval_check_from_no_mail(const struct rule *rule, struct views *views)
{
	(void)rule;
	return has_no_mail(views, eval_first_line(eval_field(views, FIXED_FROM_ADDR)));
}

unsigned
eval_check_envfrom_no_mail(const struct rule *rule, struct views *views)
{
	(void)rule;
	return has_no_mail(views, eval_first_line(eval_field(views, FIXED_ENVELOPE_FROM)));
}
