/*
 * plugin.c - which of SpamAssassin's plugins are loaded, and what they bring
 */
#include "conf/spamassassin/plugin.h"

#define PACKAGE SLICE("Mail::SpamAssassin::")

struct plugin_row {
	const char *name;
	bool standard;
};

struct eval_row {
	const char *name;
	enum sa_plugin plugin;
	enum sa_eval_type type;
};

struct feature_row {
	const char *package; /* behind Mail::SpamAssassin:: */
	const char *name;
};

static const struct plugin_row plugin_rows[] = {
#define SA_PLUGIN(name, standard) { #name, standard },
#define SA_EVAL(plugin, name, type)
#define SA_FEATURE(package, name)
#include "conf/spamassassin/plugin.def"
#undef SA_PLUGIN
#undef SA_EVAL
#undef SA_FEATURE
};

static const struct eval_row eval_rows[] = {
#define SA_PLUGIN(name, standard)
#define SA_EVAL(plugin, name, type) { #name, SA_PLUGIN_##plugin, SA_EVAL_##type },
#define SA_FEATURE(package, name)
#include "conf/spamassassin/plugin.def"
#undef SA_EVAL
#undef SA_FEATURE
};
#define EVAL_COUNT (sizeof(eval_rows) / sizeof(eval_rows[0]))

static const struct feature_row feature_rows[] = {
#define SA_EVAL(plugin, name, type)
#define SA_FEATURE(package, name) { #package, #name },
#include "conf/spamassassin/plugin.def"
#undef SA_PLUGIN
#undef SA_EVAL
#undef SA_FEATURE
};
#define FEATURE_COUNT (sizeof(feature_rows) / sizeof(feature_rows[0]))

/* By the name behind Mail::SpamAssassin::Plugin::, today's or an old one; SA_PLUGIN_COUNT: none. */
static enum sa_plugin
plugin_find(struct slice name)
{
	if (slice_eq(name, SLICE("Dmarc")))
		return SA_PLUGIN_DMARC;
	if (slice_eq(name, SLICE("WhiteListSubject")))
		return SA_PLUGIN_WelcomeListSubject;
	for (size_t i = 0; i < SA_PLUGIN_COUNT; i++)
		if (slice_eq(name, slice_of(plugin_rows[i].name)))
			return (enum sa_plugin)i;
	return SA_PLUGIN_COUNT;
}

/* The plugin's name in a package name; absent: it is no plugin's package. */
static struct slice
plugin_of(struct slice package)
{
	struct slice prefix = SLICE("Mail::SpamAssassin::Plugin::");

	return slice_starts(package, prefix) ? slice_from(package, prefix.n) : SLICE_ABSENT;
}

bool
sa_plugins_load(struct sa_plugins *plugins, struct slice package)
{
	enum sa_plugin plugin = plugin_find(plugin_of(package));

	plugins->named = true;
	if (plugin == SA_PLUGIN_COUNT)
		return false;
	plugins->loaded[plugin] = true;
	return true;
}

void
sa_plugins_load_standard(struct sa_plugins *plugins)
{
	for (size_t i = 0; i < SA_PLUGIN_COUNT; i++)
		if (plugin_rows[i].standard)
			plugins->loaded[i] = true;
}

bool
sa_plugins_has(const struct sa_plugins *plugins, struct slice package)
{
	struct slice name = plugin_of(package);
	enum sa_plugin plugin = plugin_find(name);

	/* It has gone, and asking for it is always answered with yes. */
	if (slice_eq(name, SLICE("RaciallyCharged")))
		return true;
	return plugin != SA_PLUGIN_COUNT && plugins->loaded[plugin];
}

static bool
has_compat(const struct sa_plugins *plugins, struct slice name)
{
	for (size_t i = 0; i < plugins->compats.n; i++)
		if (slice_eq(*(struct slice *)vec_at(&plugins->compats, i), name))
			return true;
	return false;
}

/* Where the last "::" of a name stands; n: nowhere. */
static size_t
last_colons(struct slice name)
{
	for (size_t i = name.n; i >= 2; i--)
		if (name.p[i - 1] == ':' && name.p[i - 2] == ':')
			return i - 2;
	return name.n;
}

bool
sa_plugins_can(const struct sa_plugins *plugins, struct slice function, bool called)
{
	size_t colons = last_colons(function);
	struct slice package = slice_cut(function, 0, colons), plugin = plugin_of(package);
	struct slice name = slice_from(function, colons + 2);

	if (plugin.p != NULL && !sa_plugins_has(plugins, package))
		return false;
	if (!slice_starts(package, PACKAGE))
		return false;
	package = slice_from(package, PACKAGE.n);
	if (slice_eq(package, SLICE("Conf")) && slice_starts(name, SLICE("compat_")))
		return has_compat(plugins, slice_from(name, SLICE("compat_").n));
	for (size_t i = 0; i < FEATURE_COUNT; i++)
		if (slice_eq(package, slice_of(feature_rows[i].package)) &&
		    slice_eq(name, slice_of(feature_rows[i].name)))
			return true;
	/* Test's own: it is there, and says no. */
	if (slice_eq(plugin, SLICE("Test")) && slice_eq(name, SLICE("test_feature_xxxx_false")))
		return !called;
	for (size_t i = 0; !called && plugin.p != NULL && i < EVAL_COUNT; i++)
		if (eval_rows[i].plugin == plugin_find(plugin) &&
		    slice_eq(name, slice_of(eval_rows[i].name)))
			return true;
	return false;
}

bool
sa_plugin_loaded(const struct sa_plugins *plugins, enum sa_plugin plugin)
{
	return plugin == SA_PLUGIN_Conf || plugins->loaded[plugin];
}

const char *
sa_plugin_name(enum sa_plugin plugin)
{
	return plugin == SA_PLUGIN_Conf ? "Conf" : plugin_rows[plugin].name;
}

bool
sa_eval_find(struct slice name, enum sa_plugin *plugin_r, enum sa_eval_type *type_r)
{
	for (size_t i = 0; i < EVAL_COUNT; i++) {
		if (!slice_eq(name, slice_of(eval_rows[i].name)))
			continue;
		*plugin_r = eval_rows[i].plugin;
		*type_r = eval_rows[i].type;
		return true;
	}
	return false;
}
