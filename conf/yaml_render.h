/*
 * yaml_render.h - a tree as YAML on one line, for `config --effective`
 */
#ifndef STEELYARD_CONF_YAML_RENDER_H
#define STEELYARD_CONF_YAML_RENDER_H

#include "conf/yaml.h"
#include "engine/util/buf.h"

/* Appends the node as YAML in flow form that reads back as the same tree. */
void yaml_render(const struct yaml_node *node, struct buf *out);

#endif
