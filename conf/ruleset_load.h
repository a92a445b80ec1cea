/*
 * ruleset_load.h - from settings and rule paths to a compiled ruleset
 *
 * The one way in for the daemon (start, reload) and the command line (check,
 * lint, rules): layers are the entries of `rules:` in their order, then the
 * configuration's `lists:` and `scores:`.
 */
#ifndef STEELYARD_CONF_RULESET_LOAD_H
#define STEELYARD_CONF_RULESET_LOAD_H

#include <stdbool.h>
#include <stddef.h>

#include "conf/diagnostic.h"
#include "conf/rules_yaml.h"
#include "conf/settings.h"
#include "engine/rules/ruleset.h"

/* The rule that hits for senders of the setting `welcome`. */
#define RULESET_WELCOME "WELCOME_SENDER"

/*
 * Compiles the rules that `settings` name, or, when n > 0, exactly those at
 * `paths` (files, or directories whose *.yaml are read in the order of their
 * names; what is SpamAssassin's is read as its files, all of them together; the
 * configuration's scores and lists still apply). Problems are told;
 * a rule with an error is left out. Returns NULL only when a path cannot be
 * read; whether errors in rules make the set unfit is the caller's to say
 * (diagnostics_count). The reference is the caller's.
 */
struct ruleset *ruleset_load(const struct settings *settings, const char *const *paths, size_t n,
    struct diagnostics *diagnostics);

/*
 * The first half: reads without compiling, so that lint can walk the
 * definitions and their examples. Returns false when a path cannot be read.
 */
bool ruleset_gather(const struct settings *settings, const char *const *paths, size_t n,
    struct rule_source *source, struct diagnostics *diagnostics);

/* The second half. Problems go to `report`, those of settings that rules bring to `diagnostics`. */
struct ruleset *ruleset_compile(const struct settings *settings, struct rule_source *source,
    const struct ruleset_report *report, struct diagnostics *diagnostics);

/*
 * The settings that are in force with these rules: what the rules bring is laid
 * under what `settings` say. The result is freed before `settings`. NULL: a path
 * cannot be read, which was told.
 */
struct settings *ruleset_settings(const struct settings *settings, struct diagnostics *diagnostics);

/* Where the shipped rules are: the installed folder, or $STEELYARD_RULES when it is set. */
const char *ruleset_shipped_path(void);

#endif
