/*
 * generation_fixture.c - a generation without rules, for tests of the shell
 */
#include "tests/milter/generation_fixture.h"

#include <stdlib.h>

#include "conf/diagnostic.h"
#include "conf/settings.h"

const struct generation *
generation_fixture(const char *yaml)
{
	struct diagnostics *diagnostics = diagnostics_new();
	struct ruleset_report report = diagnostics_report(diagnostics);
	struct ruleset_source source = { 0 };
	const struct generation *generation;
	struct settings *settings;
	struct policy policy;

	if (!settings_read("fixture", slice_of(yaml), &settings, diagnostics)) {
		diagnostics_print(diagnostics, stderr);
		abort();
	}
	settings_policy(settings, &policy);
	source.policy = &policy;
	generation = generation_new(settings, ruleset_build(&source, &report), NULL);
	diagnostics_free(&diagnostics);
	return generation;
}
