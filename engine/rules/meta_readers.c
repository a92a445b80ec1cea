/*
 * meta_readers.c - metas by what they read, so that a message costs as many as it touches
 *
 * Most rules do not hit, and most metas are 0 then; whether one is, is tried
 * once, with a value of 0 for every rule.
 */
#include "engine/rules/meta_readers.h"

static void
count_readers(struct ruleset *ruleset)
{
	for (size_t i = 0; i < ruleset->schedule_count; i++) {
		const struct rule *rule = ruleset->schedule[i];

		for (size_t k = 0; k < rule->meta.use_count; k++)
			ruleset->rules[rule->meta.uses[k]].reader_count++;
	}
}

void
meta_readers_find(struct ruleset *ruleset)
{
	double *zeros = arena_array(ruleset->arena, ruleset->rule_count + 1, sizeof(*zeros));
	double value;

	count_readers(ruleset);
	for (size_t i = 0; i < ruleset->rule_count; i++) {
		struct rule *rule = &ruleset->rules[i];

		rule->readers = arena_array(
		    ruleset->arena, rule->reader_count + 1, sizeof(*rule->readers));
		rule->reader_count = 0;
	}
	for (size_t i = 0; i < ruleset->schedule_count; i++) {
		struct rule *meta = &ruleset->rules[ruleset->schedule[i]->index];

		for (size_t k = 0; k < meta->meta.use_count; k++) {
			struct rule *used = &ruleset->rules[meta->meta.uses[k]];

			used->readers[used->reader_count++] = meta->index;
		}
		meta->idle = meta->def.kind == RULE_META &&
			     meta_value(&meta->meta, zeros, 0, &value) && value == 0;
	}
}
