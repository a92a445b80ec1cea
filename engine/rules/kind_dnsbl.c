/*
 * kind_dnsbl.c - dnsbl: a DNS list asked about relays, or about names of the sender
 */
#include "engine/rules/kinds.h"
#include "engine/rules/list_rule.h"

bool
kind_dnsbl_compile(struct ruleset *ruleset, struct rule *rule, struct err *err)
{
	enum dns_subject subject = DNS_SUBJECT_LAST_EXTERNAL;

	if (rule->def.of.p != NULL &&
	    (!dns_subject_of(rule->def.of, &subject) || subject == DNS_SUBJECT_URI)) {
		err_set(err,
		    "of: expected last-external, first-external, first-trusted, all-external, "
		    "all-untrusted, client, helo, rdns, envelope-from, from, reply-to or dkim");
		return false;
	}
	return list_rule_compile(ruleset, rule, subject, err);
}

void
kind_dnsbl_eval(const struct rule *rule, struct views *views, struct outcome *outcome)
{
	const struct list_plan *plan = rule->plan;
	struct dns_keys keys;

	if (!facts_on(views->facts))
		return;
	dns_subject_keys(views, plan->subject, plan->part, &keys);
	list_rule_ask(rule, views, &keys, outcome);
}
