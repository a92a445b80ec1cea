/*
 * dns_list_yaml.h - `dns_lists:`: what the configuration and rule files say of DNS lists
 */
#ifndef STEELYARD_CONF_DNS_LIST_YAML_H
#define STEELYARD_CONF_DNS_LIST_YAML_H

#include "conf/schema.h"
#include "conf/yaml.h"
#include "engine/util/vec.h"

/*
 * A mapping of names to descriptions, pushed as settled struct dns_list; bad
 * ones are told of and left out. Secrets are read from their files, whose
 * relative paths start at the folder of schema->file.
 */
void dns_lists_yaml(const struct schema *schema, const struct yaml_node *node, struct vec *lists);

#endif
