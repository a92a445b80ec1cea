/*
 * askable.c - what the DNS may be asked about on a message's behalf
 *
 * Recipients are those of the envelope; without one, those that the message's
 * own fields name. Their organisational domains are kept in a map, so that many
 * recipients cost no more than one.
 */
#include "engine/rules/askable.h"

#include "engine/mime/domain.h"
#include "engine/rules/eval_help.h"
#include "engine/rules/host_set.h"
#include "engine/rules/senders.h"
#include "engine/util/map.h"

bool
askable_address(struct slice text, struct ip *ip_r)
{
	const unsigned char *v4 = ip_r->v + 12;

	if (!ip_parse(text, ip_r) || ip_is_private(ip_r))
		return false;
	/* nor what is nobody's own address (RFC 1112, 4; RFC 4291, 2.4; RFC 4193, 3) */
	return ip_is_v4(ip_r) ? v4[0] != 0 && v4[0] < 224 : ip_r->v[0] >= 0x20 && ip_r->v[0] < 0xfc;
}

/* Ends of names that no public name server knows (RFC 6762, app. G; RFC 8375; RFC 7686). */
static bool
is_home_name(struct slice host)
{
	static const struct slice ends[] = { { ".local", 6 }, { ".localhost", 10 },
		{ ".localdomain", 12 }, { ".internal", 9 }, { ".intranet", 9 }, { ".private", 8 },
		{ ".corp", 5 }, { ".home", 5 }, { ".lan", 4 }, { ".home.arpa", 10 },
		{ ".onion", 6 } };

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		if (slice_iends(host, ends[i]))
			return true;
	}
	return false;
}

static void
add_own(struct views *views, struct map *own, struct slice host)
{
	struct slice domain = host.n == 0 ? host : eval_organisation(views, host);

	if (domain.n > 0 && map_find(own, domain) == NULL)
		map_add(own, domain, own);
}

/* The organisational domains that are our own, worked out once; NULL at the arena's cap. */
static const struct map *
own_domains(struct views *views)
{
	const struct envelope *envelope = views->envelope;
	const struct senders *senders = envelope->known ? NULL : senders_find(views);
	const struct slice *to = senders == NULL ? envelope->rcpts : senders->to;
	size_t count = senders == NULL ? envelope->rcpt_count : senders->to_count;
	struct map *own = views->memos[MEMO_OWN_DOMAINS];

	if (own != NULL)
		return own;
	own = map_new(views->arena, MAP_FOLDED, views->hash_seed);
	if (own == NULL)
		return NULL;
	for (size_t i = 0; i < count; i++)
		add_own(views, own, eval_domain(to[i]));
	add_own(views, own, envelope->my_name);
	views->memos[MEMO_OWN_DOMAINS] = own;
	return own;
}

struct slice
askable_name(struct views *views, struct slice host)
{
	struct slice name = domain_to_ascii(views->arena, host);
	const struct map *own;
	struct ip ip;

	if (name.n == 0 || ip_parse(name, &ip) || !domain_is_host_name(name) ||
	    is_home_name(name) || host_set_has(views->ruleset->local_domains, name))
		return SLICE_ABSENT;
	own = own_domains(views);
	if (own == NULL || map_find(own, eval_organisation(views, name)) != NULL)
		return SLICE_ABSENT;
	return name;
}
