/*
 * order.h - in which order rules run: priorities, metas behind what they read
 */
#ifndef STEELYARD_ENGINE_RULES_ORDER_H
#define STEELYARD_ENGINE_RULES_ORDER_H

#include "engine/rules/rule.h"

/* Metas that read metas that read metas ...: people write fewer than ten. */
#define ORDER_CHAIN_MAX 200

/* Told of a meta that reads itself or is chained too deep. */
struct order_report {
	void (*broken)(void *p, struct rule *rule, const struct rule *through);
	void *p;
};

/*
 * The place of a rule's class among those that run at one priority: header
 * patterns and calls, body, uri, calls in body rules (and mime, and uri with
 * conditions), rawbody and its calls, full and its calls, metas.
 */
unsigned order_class(const struct rule *rule);

/* Which of two rules (const struct rule **) runs first, for qsort: 0 for one and the same alone. */
int order_compare(const void *a, const void *b);

/* Of the ruleset's last layer: ranks metas, pulls priorities and says which rules are live. */
void order_rules(struct ruleset *ruleset, const struct order_report *report);

#endif
