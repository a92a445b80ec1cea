/*
 * list_rule.h - what the kinds dnsbl and uribl have in common: a list, whom to ask about, codes
 */
#ifndef STEELYARD_ENGINE_RULES_LIST_RULE_H
#define STEELYARD_ENGINE_RULES_LIST_RULE_H

#include "engine/net/dns_list.h"
#include "engine/rules/dns_subject.h"
#include "engine/rules/rule.h"
#include "engine/rules/views.h"

/* rule.plan of both. */
struct list_plan {
	size_t list; /* number in the ruleset */
	enum dns_subject subject;
	enum dns_part part;
	bool hashed;
	unsigned hash; /* enum crypto_hash */
	struct dns_codes codes;
};

/*
 * Compiles `list`, `by`, `hash` and `answer` of the rule about `subject`, and
 * declares its codes. False with *err.
 */
bool list_rule_compile(
    struct ruleset *ruleset, struct rule *rule, enum dns_subject subject, struct err *err);

/* Asks about all of keys at once, and hits where an answer has one of the codes. */
void list_rule_ask(const struct rule *rule, struct views *views, const struct dns_keys *keys,
    struct outcome *outcome);

#endif
