/*
 * rules_yaml_write.h - rule definitions and lists -> a rule file in YAML
 *
 * What rules_yaml_read makes of the text scores the same mail the same.
 */
#ifndef STEELYARD_CONF_RULES_YAML_WRITE_H
#define STEELYARD_CONF_RULES_YAML_WRITE_H

#include <stdbool.h>

#include "conf/diagnostic.h"
#include "conf/rules_yaml.h"
#include "engine/util/buf.h"

/*
 * Appends the file's text. Bytes of 0x80 and more and controls in patterns are
 * written as \xHH. False when something has no form in YAML: each is an error
 * told of at the place it came from.
 */
bool rules_yaml_write(
    const struct rule_source *source, struct buf *out, struct diagnostics *diagnostics);

#endif
