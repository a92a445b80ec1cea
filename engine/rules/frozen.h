/*
 * frozen.h - patterns with tags' values, as SpamAssassin's process keeps them
 *
 * SpamAssassin means to make such a pattern anew for each message, and by
 * mistake keeps the one of the first that it was matched for, as long as the
 * process lives. Rules imported from it do so too while its quirks are wanted.
 * A slot stands for such a process: it scans one message after the other.
 */
#ifndef STEELYARD_ENGINE_RULES_FROZEN_H
#define STEELYARD_ENGINE_RULES_FROZEN_H

#include <stddef.h>

#include "engine/regex/pcre.h"
#include "engine/rules/ruleset.h"

struct frozen;

/* Nothing is kept yet. Never NULL. */
struct frozen *frozen_new(void);

/* Frees the patterns too and nulls *frozen; NULL inside is fine. */
void frozen_free(struct frozen **frozen);

/* The pattern kept for the rule of that index; NULL: none, or it was of another ruleset. */
const struct regex *
frozen_find(const struct frozen *frozen, const struct ruleset *ruleset, size_t rule);

/* Keeps a pattern, which is frozen's then. What it kept of another ruleset is gone. */
void
frozen_keep(struct frozen *frozen, const struct ruleset *ruleset, size_t rule, struct regex *regex);

#endif
