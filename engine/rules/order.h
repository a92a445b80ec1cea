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

/* Ranks metas, pulls priorities and fills the ruleset's schedule with its live rules. */
void order_rules(struct ruleset *ruleset, const struct order_report *report);

#endif
