/*
 * rule_examples.c - one slot, and every rule's examples through it
 */
#include "config.h"

#include "milter/rule_examples.h"

#include <string.h>

#include "engine/example.h"
#include "milter/converters.h"

void
rule_examples_run(struct ruleset *ruleset, const char *layer, struct diagnostics *found)
{
	const struct ruleset_report report = diagnostics_report(found);
	struct converters *converters = converters_open();
	struct slot *slot = slot_new(converters);

	for (size_t i = 0; i < ruleset_count(ruleset); i++) {
		const struct rule *rule = ruleset_at(ruleset, i);

		if (layer == NULL || strcmp(rule_definition(rule)->origin.layer, layer) == 0)
			example_run(ruleset, rule, slot, &report);
	}
	slot_free(&slot);
	converters_close(&converters);
}
