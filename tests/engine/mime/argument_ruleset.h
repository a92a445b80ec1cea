/*
 * argument_ruleset.h - what the dump programs take on the command line: lists of a ruleset
 */
#ifndef STEELYARD_TESTS_ENGINE_MIME_ARGUMENT_RULESET_H
#define STEELYARD_TESTS_ENGINE_MIME_ARGUMENT_RULESET_H

#include "engine/rules/ruleset.h"

/*
 * A ruleset without rules whose lists the arguments give, in pairs: "LIST
 * ENTRY", or "registries FILE" for the util_rb lists of a .cf file. Problems
 * go to standard error. NULL: a file cannot be read.
 */
struct ruleset *argument_ruleset(char **argv);

#endif
