/*
 * authres_ours.c - Authentication-Results fields that came in under our own name
 *
 * Whoever reads a field with our name believes that we wrote it, so none that
 * came in may stay, whoever wrote it. Fields of other servers of ours may have
 * come by them: from outside they are as forged as ours (RFC 8601, 5).
 */
#include "config.h"

#include "milter/authres_ours.h"

#include "engine/judge.h"
#include "engine/mime/authserv.h"
#include "engine/mime/ip.h"

/* Whether the client may be one of our own relays. */
static bool
is_internal(const struct policy *policy, const struct envelope *envelope)
{
	struct ip ip;

	return !envelope->known || !envelope->smtp ||
	       (ip_parse(envelope->client_ip, &ip) &&
		   network_list_has(&policy->internal_networks, &ip));
}

bool
authres_is_ours(struct arena *arena, const struct policy *policy, const struct envelope *envelope,
    struct slice value)
{
	struct slice id = authserv_of(arena, value);

	if (id.p == NULL)
		return false;
	if (authserv_same(arena, id, judge_authserv_id(policy, envelope)))
		return true;
	if (policy->trusted_id_count == 0 || is_internal(policy, envelope))
		return false;
	for (size_t i = 0; i < policy->trusted_id_count; i++)
		if (authserv_same(arena, id, policy->trusted_ids[i]))
			return true;
	return false;
}
