/*
 * fuzz_sa.c - any bytes as a configuration file of SpamAssassin, down to the ruleset
 *
 * Beyond not crashing: whatever is told of has its file and line.
 */
#include <stdint.h>
#include <stdlib.h>

#include "conf/rules_yaml.h"
#include "conf/settings.h"
#include "conf/spamassassin/reader.h"
#include "conf/spamassassin/resolve.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must_have_places(const struct diagnostics *found)
{
	for (size_t i = 0; i < diagnostics_kept(found); i++) {
		const struct diagnostic *diagnostic = diagnostics_at(found, i);

		if (diagnostic->file[0] == '\0' || diagnostic->line == 0) {
			diagnostics_print(found, stderr);
			abort();
		}
	}
}

/* What ruleset_load does with files. */
static void
build(struct rule_source *source, struct diagnostics *found)
{
	struct ruleset_report report = diagnostics_report(found);
	struct settings *settings, *laid;
	struct ruleset_source view;
	struct ruleset *ruleset;
	struct policy policy;

	if (!settings_read("none", SLICE(""), &settings, found))
		abort();
	laid = settings_overlay(settings, source->settings.p, source->settings.n, found);
	rule_source_view(source, &view);
	settings_policy(laid, &policy);
	view.policy = &policy;
	ruleset = ruleset_build(&view, &report);
	ruleset_unref(&ruleset);
	settings_free(&laid);
	settings_free(&settings);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice bytes = { (const char *)data, size };
	struct diagnostics *found = diagnostics_new();
	struct rule_source source = RULE_SOURCE_INIT;
	struct sa_config *config = sa_config_new(rule_source_arena(&source), found);

	sa_read_bytes(config, "f", bytes);
	sa_resolve(config, &source);
	sa_config_free(&config);
	build(&source, found);
	must_have_places(found);
	rule_source_clear(&source);
	diagnostics_free(&found);
	return 0;
}
