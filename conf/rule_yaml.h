/*
 * rule_yaml.h - one entry of `rules:` -> one rule definition
 *
 * For rules_yaml.c alone; rules_yaml.h is what others use.
 */
#ifndef STEELYARD_CONF_RULE_YAML_H
#define STEELYARD_CONF_RULE_YAML_H

#include <stdbool.h>

#include "conf/schema.h"
#include "conf/yaml.h"
#include "engine/rules/rule_def.h"

/* Reads name and mapping into *def; every mistake in it is told of. False: there was one. */
bool rule_yaml_read(const struct schema *schema, const struct yaml_node *key,
    const struct yaml_node *value, struct rule_def *def);

/* Reads `examples:` of a rule of this kind. */
bool
rule_yaml_examples(const struct schema *schema, const struct yaml_node *node, struct rule_def *def);

#endif
