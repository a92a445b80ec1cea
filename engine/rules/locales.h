/*
 * locales.h - whether a charset is one that the languages of the setting ok_locales are written in
 */
#ifndef STEELYARD_ENGINE_RULES_LOCALES_H
#define STEELYARD_ENGINE_RULES_LOCALES_H

#include <stdbool.h>

#include "engine/rules/rule.h"
#include "engine/util/slice.h"

/* Whether the setting leaves any charset out: without it, or with "all" in it, none. */
bool locales_limited(const struct ruleset *ruleset);

/* Whether text in this charset is welcome. Charsets of Western languages and UTF always are. */
bool locales_allow(const struct ruleset *ruleset, struct slice charset);

#endif
