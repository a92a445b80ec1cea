/*
 * plugin.h - which of SpamAssassin's plugins are loaded, and what they bring
 *
 * loadplugin lines decide what `ifplugin`, `can()` and `has()` see, which
 * directives are known and which eval functions a rule may call. None of
 * SpamAssassin's code is run: plugin.def tells what each would bring.
 */
#ifndef STEELYARD_CONF_SPAMASSASSIN_PLUGIN_H
#define STEELYARD_CONF_SPAMASSASSIN_PLUGIN_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/util/slice.h"
#include "engine/util/vec.h"

enum sa_plugin {
#define SA_PLUGIN(name, standard) SA_PLUGIN_##name,
#define SA_EVAL(plugin, name, type)
#define SA_FEATURE(package, name)
#include "conf/spamassassin/plugin.def"
#undef SA_PLUGIN
	SA_PLUGIN_COUNT,
	SA_PLUGIN_Conf /* stands for the program itself: always there */
};

/* The type of rule that may call an eval function. */
enum sa_eval_type {
	SA_EVAL_ANY,
	SA_EVAL_HEADER,
	SA_EVAL_BODY,
	SA_EVAL_RAWBODY,
	SA_EVAL_FULL,
	SA_EVAL_RBL,
};

struct sa_plugins {
	bool loaded[SA_PLUGIN_COUNT];
	bool named; /* a loadplugin line was seen */
	struct vec compats; /* struct slice: enable_compat NAME */
};

/* Loads by package name ("Mail::SpamAssassin::Plugin::DKIM"); false: there is no such plugin. */
bool sa_plugins_load(struct sa_plugins *plugins, struct slice package);

/* Loads those that SpamAssassin's own .pre files load. */
void sa_plugins_load_standard(struct sa_plugins *plugins);

/* plugin(PACKAGE) */
bool sa_plugins_has(const struct sa_plugins *plugins, struct slice package);

/*
 * can(PACKAGE::FUNCTION), or with `called` false has(...), which asks only
 * whether the function is there. `function` is the whole name.
 */
bool sa_plugins_can(const struct sa_plugins *plugins, struct slice function, bool called);

bool sa_plugin_loaded(const struct sa_plugins *plugins, enum sa_plugin plugin);
const char *sa_plugin_name(enum sa_plugin plugin);

/* An eval function of any plugin; false: none has it. */
bool sa_eval_find(struct slice name, enum sa_plugin *plugin_r, enum sa_eval_type *type_r);

#endif
