/*
 * kind_uribl.c - uribl: a DNS list asked about the hosts of the message's URIs
 *
 * Hosts are asked about by their organisational domain unless the rule says
 * otherwise. Addresses that stand as hosts are asked about only where the list
 * takes addresses too: lists of domains answer those with an error code.
 */
#include "engine/rules/kinds.h"
#include "engine/rules/list_rule.h"

bool
kind_uribl_compile(struct ruleset *ruleset, struct rule *rule, struct err *err)
{
	return list_rule_compile(ruleset, rule, DNS_SUBJECT_URI, err);
}

void
kind_uribl_eval(const struct rule *rule, struct views *views, struct outcome *outcome)
{
	const struct list_plan *plan = rule->plan;
	const struct dns_list *list = &views->ruleset->dns_lists.v[plan->list];
	struct dns_keys keys, ips;

	if (!facts_on(views->facts))
		return;
	dns_subject_keys(views, DNS_SUBJECT_URI, plan->part, &keys);
	if (!plan->hashed && plan->part != DNS_PART_IP && (list->takes & DNS_LIST_IP) != 0) {
		dns_subject_keys(views, DNS_SUBJECT_URI, DNS_PART_IP, &ips);
		for (size_t i = 0; i < ips.n && keys.n < DNS_SUBJECTS_MAX; i++)
			keys.v[keys.n++] = ips.v[i];
	}
	list_rule_ask(rule, views, &keys, outcome);
}
