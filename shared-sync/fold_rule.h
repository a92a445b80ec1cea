/*
 * fold_rule.h - one rule of a fold: counted, never changed once it is shared, and its line of text
 */
#ifndef STEELYARD_SHARED_SYNC_FOLD_RULE_H
#define STEELYARD_SHARED_SYNC_FOLD_RULE_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/util/buf.h"
#include "engine/util/slice.h"
#include "shared-sync/fold.h"

/* A copy with one reference; its texts are copied with it. */
struct fold_rule *fold_rule_new(const struct fold_rule *from);

struct fold_rule *fold_rule_ref(struct fold_rule *rule);
void fold_rule_unref(struct fold_rule **rule);

/* Whether that may be a rule's name: letters, digits and underscores, no digit first. */
bool fold_rule_name(struct slice name);

/* Whether it is a mapping exactly as yaml_render writes it, of at most FOLD_RULE_MAX bytes. */
bool fold_rule_text(struct slice text);

/* The rule's line with its LF: its length, and appending it. */
size_t fold_rule_size(const struct fold_rule *rule);
void fold_rule_write(const struct fold_rule *rule, struct buf *out);

/* The rule of a line without its LF; NULL: fold_rule_write never wrote it. */
struct fold_rule *fold_rule_read(struct slice line);

#endif
