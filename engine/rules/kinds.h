/*
 * kinds.h - what each kind of rule implements, from kinds.def
 */
#ifndef STEELYARD_ENGINE_RULES_KINDS_H
#define STEELYARD_ENGINE_RULES_KINDS_H

#include "engine/rules/rule.h"
#include "engine/rules/views.h"

#define KIND(id, name)                                                                           \
	bool kind_##name##_compile(struct ruleset *ruleset, struct rule *rule, struct err *err); \
	void kind_##name##_eval(                                                                 \
	    const struct rule *rule, struct views *views, struct outcome *outcome);
#include "engine/rules/kinds.def"
#undef KIND

/* For early.c: which parts of the envelope a rule of the kind needs; 0: the message. */
unsigned kind_dns_early(const struct rule *rule);
unsigned list_rule_early(const struct rule *rule);

/* For ruleset_dns.c: the zone of an operator of lists that a rule of dns: asks; absent: none. */
struct slice kind_dns_zone(const struct rule *rule);

#endif
