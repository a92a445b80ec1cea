/*
 * generation_fixture.h - a generation without rules, for tests of the shell
 */
#ifndef STEELYARD_TESTS_MILTER_GENERATION_FIXTURE_H
#define STEELYARD_TESTS_MILTER_GENERATION_FIXTURE_H

#include "milter/live.h"

/* Settings as in a file of that text, and an empty ruleset with their policy. */
const struct generation *generation_fixture(const char *yaml);

#endif
