/*
 * rule_dns_yaml.h - keys of the kinds dnsbl, uribl and dns
 *
 * For rule_yaml.c alone. Each reads the value of a key into *def; false: told of.
 */
#ifndef STEELYARD_CONF_RULE_DNS_YAML_H
#define STEELYARD_CONF_RULE_DNS_YAML_H

#include <stdbool.h>

#include "conf/schema.h"
#include "conf/yaml.h"
#include "engine/rules/rule_def.h"

typedef bool
rule_dns_key(const struct schema *schema, const struct yaml_node *node, struct rule_def *def);

rule_dns_key rule_dns_list, rule_dns_question, rule_dns_of, rule_dns_by, rule_dns_hash,
    rule_dns_answer, rule_dns_text, rule_dns_type;

#endif
