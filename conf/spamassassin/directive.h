/*
 * directive.h - the directives of SpamAssassin's configuration and their readers
 *
 * directive.def is the list; a reader takes the value of one line into the
 * configuration. A line with a mistake is told of and changes nothing.
 */
#ifndef STEELYARD_CONF_SPAMASSASSIN_DIRECTIVE_H
#define STEELYARD_CONF_SPAMASSASSIN_DIRECTIVE_H

#include "conf/spamassassin/sa_config.h"
#include "conf/spamassassin/plugin.h"
#include "engine/rules/rule_def.h"
#include "engine/util/slice.h"

struct sa_directive;

/* A line with its directive found. */
struct sa_statement {
	const struct sa_directive *directive;
	struct slice key;
	struct slice value;
	struct origin origin;
};

typedef void sa_reader_fn(struct sa_config *config, const struct sa_statement *statement);

struct sa_directive {
	struct slice name;
	enum sa_plugin plugin;
	sa_reader_fn *read;
	struct slice target;
};

/* The directive of that key; NULL: there is none, or, with *known_r, its plugin is not loaded. */
const struct sa_directive *
sa_directive_find(const struct sa_plugins *plugins, struct slice key, bool *known_r);

#define SA_DIRECTIVE(name, plugin, reader, target) sa_reader_fn sa_read_##reader;
#include "conf/spamassassin/directive.def"
#undef SA_DIRECTIVE

#endif
