/*
 * condition.h - the conditions of `if` and `ifplugin` lines
 */
#ifndef STEELYARD_CONF_SPAMASSASSIN_CONDITION_H
#define STEELYARD_CONF_SPAMASSASSIN_CONDITION_H

#include <stdbool.h>

#include "conf/spamassassin/plugin.h"
#include "engine/util/arena.h"
#include "engine/util/err.h"
#include "engine/util/slice.h"

/* The SpamAssassin that we are to its rules, and its Perl, as numbers in conditions. */
#define SA_VERSION "4.000001"
#define SA_PERL_VERSION "5.036"

enum condition {
	CONDITION_FALSE,
	CONDITION_TRUE,
	CONDITION_UNKNOWN_WORD, /* SpamAssassin passes over such a line as if it were not there */
};

/*
 * Whether the expression is true: version, perl_version, local_tests_only,
 * plugin(PACKAGE), can(FUNCTION), has(FUNCTION), numbers and Perl's operators.
 * On an expression that cannot be read *err says why and it is false.
 */
enum condition condition_value(struct arena *arena, const struct sa_plugins *plugins,
    bool local_tests_only, struct slice text, struct err *err);

#endif
