/*
 * directive.c - the directives of SpamAssassin's configuration
 */
#include "conf/spamassassin/directive.h"

static const struct sa_directive directives[] = {
#define SA_DIRECTIVE(name, plugin, reader, target)                          \
	{ { name, sizeof(name) - 1 }, SA_PLUGIN_##plugin, sa_read_##reader, \
		{ target, sizeof(target) - 1 } },
#include "conf/spamassassin/directive.def"
#undef SA_DIRECTIVE
};
#define DIRECTIVE_COUNT (sizeof(directives) / sizeof(directives[0]))

static bool
name_fits(struct slice name, struct slice key)
{
	if (name.p[name.n - 1] == '*')
		return slice_starts(key, slice_cut(name, 0, name.n - 1));
	return slice_eq(name, key);
}

const struct sa_directive *
sa_directive_find(const struct sa_plugins *plugins, struct slice key, bool *known_r)
{
	*known_r = false;
	for (size_t i = 0; i < DIRECTIVE_COUNT; i++) {
		if (!name_fits(directives[i].name, key))
			continue;
		*known_r = true;
		if (sa_plugin_loaded(plugins, directives[i].plugin))
			return &directives[i];
	}
	return NULL;
}
