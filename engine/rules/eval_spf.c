/*
 * eval_spf.c - what SPF says of who sent a message, and senders that are welcome when it passes
 *
 * Source: SpamAssassin 4.0.1's SPF, by how it behaves: the null sender has no
 * SPF of its own, and a HELO that is no name of two labels none at all. The
 * lists carry the names of its directives: welcomelist_from_spf and
 * welcomelist_auth, and the same with def_.
 */
#include "engine/rules/eval.h"

#include "engine/rules/address_set.h"
#include "engine/rules/spf_facts.h"

struct welcome_lists {
	const struct address_set *of_spf, *of_any; /* method of authentication */
};

struct spf_lists {
	struct welcome_lists own, def;
};

const void *
spf_prepare(struct ruleset *ruleset)
{
	struct spf_lists *lists = arena_alloc(ruleset->arena, sizeof(*lists));

	lists->own.of_spf = ruleset_addresses(ruleset, SLICE("welcomelist_from_spf"));
	lists->own.of_any = ruleset_addresses(ruleset, SLICE("welcomelist_auth"));
	lists->def.of_spf = ruleset_addresses(ruleset, SLICE("def_welcomelist_from_spf"));
	lists->def.of_any = ruleset_addresses(ruleset, SLICE("def_welcomelist_auth"));
	return lists;
}

/* Whether SPF's result is `wanted`; a passing error of the DNS leaves all others unknown. */
static unsigned
result_is(struct views *views, enum spf_identity which, enum auth_result wanted)
{
	const struct spf_fact *fact = spf_fact(views, which);

	if (fact == NULL || !fact->checked || fact->null_sender)
		return 0;
	if (fact->spf.result == AUTH_OPEN)
		return EVAL_OPEN;
	if (which == SPF_HELO && !fact->from_field && fact->spf.domain.p == NULL)
		return 0;
	if (fact->spf.result == wanted)
		return 1;
	return fact->spf.result == AUTH_TEMPERROR ? EVAL_UNKNOWN : 0;
}

/* The same for a fail, whose explanation by the domain is told. */
static unsigned
is_fail(const struct rule *rule, struct views *views, enum spf_identity which)
{
	unsigned hits = result_is(views, which, AUTH_FAIL);
	struct slice explanation = SLICE_ABSENT;

	if (hits == 1)
		explanation = spf_fact(views, which)->spf.explanation;
	if (explanation.n > 0)
		views_log(views, rule, "SPF failed: %.*s", SLICE_ARG(explanation));
	return hits;
}

unsigned
eval_check_for_spf_pass(const struct rule *rule, struct views *views)
{
	(void)rule;
	return result_is(views, SPF_MAIL_FROM, AUTH_PASS);
}

unsigned
eval_check_for_spf_neutral(const struct rule *rule, struct views *views)
{
	(void)rule;
	return result_is(views, SPF_MAIL_FROM, AUTH_NEUTRAL);
}

unsigned
eval_check_for_spf_none(const struct rule *rule, struct views *views)
{
	(void)rule;
	return result_is(views, SPF_MAIL_FROM, AUTH_NONE);
}

unsigned
eval_check_for_spf_fail(const struct rule *rule, struct views *views)
{
	return is_fail(rule, views, SPF_MAIL_FROM);
}

unsigned
eval_check_for_spf_softfail(const struct rule *rule, struct views *views)
{
	(void)rule;
	return result_is(views, SPF_MAIL_FROM, AUTH_SOFTFAIL);
}

unsigned
eval_check_for_spf_permerror(const struct rule *rule, struct views *views)
{
	(void)rule;
	return result_is(views, SPF_MAIL_FROM, AUTH_PERMERROR);
}

unsigned
eval_check_for_spf_temperror(const struct rule *rule, struct views *views)
{
	(void)rule;
	return result_is(views, SPF_MAIL_FROM, AUTH_TEMPERROR);
}

unsigned
eval_check_for_spf_helo_pass(const struct rule *rule, struct views *views)
{
	(void)rule;
	return result_is(views, SPF_HELO, AUTH_PASS);
}

unsigned
eval_check_for_spf_helo_neutral(const struct rule *rule, struct views *views)
{
	(void)rule;
	return result_is(views, SPF_HELO, AUTH_NEUTRAL);
}

unsigned
eval_check_for_spf_helo_none(const struct rule *rule, struct views *views)
{
	(void)rule;
	return result_is(views, SPF_HELO, AUTH_NONE);
}

unsigned
eval_check_for_spf_helo_fail(const struct rule *rule, struct views *views)
{
	return is_fail(rule, views, SPF_HELO);
}

unsigned
eval_check_for_spf_helo_softfail(const struct rule *rule, struct views *views)
{
	(void)rule;
	return result_is(views, SPF_HELO, AUTH_SOFTFAIL);
}

unsigned
eval_check_for_spf_helo_permerror(const struct rule *rule, struct views *views)
{
	(void)rule;
	return result_is(views, SPF_HELO, AUTH_PERMERROR);
}

unsigned
eval_check_for_spf_helo_temperror(const struct rule *rule, struct views *views)
{
	(void)rule;
	return result_is(views, SPF_HELO, AUTH_TEMPERROR);
}

/* A sender of the lists whom SPF passes; for others the DNS is not asked. */
static unsigned
is_welcome(struct views *views, const struct welcome_lists *lists)
{
	struct slice sender = spf_sender(views);

	if (sender.n == 0 ||
	    (!address_set_has(lists->of_spf, sender) && !address_set_has(lists->of_any, sender)))
		return 0;
	return result_is(views, SPF_MAIL_FROM, AUTH_PASS);
}

unsigned
eval_check_for_spf_welcomelist_from(const struct rule *rule, struct views *views)
{
	const struct spf_lists *lists = views->ruleset->prepared[PREPARED_SPF];

	(void)rule;
	return is_welcome(views, &lists->own);
}

unsigned
eval_check_for_def_spf_welcomelist_from(const struct rule *rule, struct views *views)
{
	const struct spf_lists *lists = views->ruleset->prepared[PREPARED_SPF];

	(void)rule;
	return is_welcome(views, &lists->def);
}

unsigned
eval_check_spf_skipped_noenvfrom(const struct rule *rule, struct views *views)
{
	(void)rule;
	return spf_sender(views).p == NULL;
}
