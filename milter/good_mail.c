/*
 * good_mail.c - whether a message is surely good, and whose it is
 *
 * A user counts as the domain of his login, and all users whose login has none as one: not as
 * his envelope sender, which he may choose. So stolen passwords of one site are one domain.
 */
#include "config.h"

#include "milter/good_mail.h"

#include "conf/ruleset_load.h"
#include "engine/mime/domain.h"

/* Stands for the domain of all users whose login has none. */
#define OWN_USERS SLICE("users of our own")

/* What stands behind the last @. */
static struct slice
domain_of(struct slice login)
{
	size_t at = login.n;

	while (at > 0 && login.p[at - 1] != '@')
		at--;
	return at > 0 ? slice_from(login, at) : OWN_USERS;
}

static bool
is_welcome(const struct verdict *verdict)
{
	for (size_t i = 0; i < verdict->hit_count; i++)
		if (slice_eq(verdict->hits[i].name, slice_of(RULESET_WELCOME)))
			return true;
	return false;
}

/* What was registered; the name itself where nothing was, as in a company's own network. */
static struct slice
registered(struct arena *arena, struct slice domain)
{
	struct slice found = organisational_domain(arena, domain);

	return found.n > 0 ? found : domain;
}

void
good_mail_judge(struct arena *arena, const struct verdict *verdict, const struct envelope *envelope,
    struct good_mail *mail_r)
{
	*mail_r = (struct good_mail){ .good = false };
	if (envelope->auth_user.n > 0) {
		mail_r->good = true;
		mail_r->domain = registered(arena, domain_of(envelope->auth_user));
	} else if (verdict->auth.known && verdict->auth.dmarc == AUTH_PASS &&
		   verdict->auth.dmarc_from.n > 0 && is_welcome(verdict)) {
		mail_r->good = true;
		mail_r->domain = registered(arena, verdict->auth.dmarc_from);
	}
}
