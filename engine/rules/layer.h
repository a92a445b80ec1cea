/*
 * layer.h - rules that were compiled together: they live and go together
 */
#ifndef STEELYARD_ENGINE_RULES_LAYER_H
#define STEELYARD_ENGINE_RULES_LAYER_H

#include "engine/rules/rule.h"

/* An empty one on `below`, of which it takes a reference (NULL: it is the base). Never NULL. */
struct layer *layer_new(struct layer *below);

struct layer *layer_ref(struct layer *layer);

/* Gives a reference back and nulls *layer; the last one frees it, and its own of those below. */
void layer_unref(struct layer **layer);

#endif
