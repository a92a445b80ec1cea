/*
 * rule_change.h - what a publisher wants of a channel: rule files, removals and scores
 *
 * SYNOPSIS
 *	struct rule_change *change = rule_change_new();
 *
 *	if (rule_change_read(change, paths, n, found) && rule_change_remove(change, name, &err) &&
 *	    rule_change_body(change, fold, note, RULE_CHANGE_MOST, &body, &err))
 *		sign(&body);
 *	rule_change_free(&change);
 */
#ifndef STEELYARD_SHARED_SYNC_RULE_CHANGE_H
#define STEELYARD_SHARED_SYNC_RULE_CHANGE_H

#include <stdbool.h>
#include <stddef.h>

#include "conf/diagnostic.h"
#include "engine/util/buf.h"
#include "engine/util/err.h"
#include "engine/util/slice.h"
#include "shared-sync/fold.h"

/* What an entry is filled with: room for what the difference adds. */
#define RULE_CHANGE_MOST ((size_t)192 * 1024)

struct rule_change;

struct rule_change *rule_change_new(void);
void rule_change_free(struct rule_change **change);

/*
 * Adds the rules and scores of rule files: .yaml, and SpamAssassin's .cf, all of which are
 * one configuration. What is no rule or score, or is dropped by its reader, is an error told
 * of. False when there was one.
 */
bool rule_change_read(struct rule_change *change, const char *const *paths, size_t n,
    struct diagnostics *diagnostics);

/* Adds the removal of a rule. False with *err: it is no name. */
bool rule_change_remove(struct rule_change *change, struct slice name, struct err *err);

/* Adds a score, "NAME=1.5". False with *err. */
bool rule_change_score(struct rule_change *change, struct slice text, struct err *err);

/* Whether the change puts a rule of that name, or removes it. */
bool rule_change_replaces(const struct rule_change *change, struct slice name);

/* The rule files of it as YAML, in their order: name and bytes. */
size_t rule_change_files(const struct rule_change *change);
void rule_change_file(
    const struct rule_change *change, size_t i, const char **name_r, struct slice *bytes_r);

/*
 * Appends the body of an entry that makes the change on top of `fold`, or as much of it as
 * about `most` bytes hold; nothing when all of it is there already. A rule that stands
 * there as it is keeps the score that an entry gave it. False with *err: a rule to be
 * removed or scored is not in the channel.
 */
bool rule_change_body(struct rule_change *change, const struct fold *fold, struct slice note,
    size_t most, struct buf *out, struct err *err);

/* An entry with the last body stands in the channel; whether there is more. */
bool rule_change_next(struct rule_change *change);

#endif
