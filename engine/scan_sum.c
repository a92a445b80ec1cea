/*
 * scan_sum.c - what the rules that hit add up to
 */
#include "engine/scan_sum.h"

#include "engine/rules/list_ask.h"
#include "engine/rules/ruleset_view.h"

bool
scan_sum_open(struct scan_sum *sum, const struct ruleset *ruleset, struct arena *arena)
{
	*sum = (struct scan_sum){ .ruleset = ruleset,
		.channels = arena_array(
		    arena, ruleset->channel_count + 1, sizeof(*sum->channels)) };
	return sum->channels != NULL;
}

int64_t
scan_sum_counted(const struct scan_sum *sum, size_t channel)
{
	const struct channel_limit *limit = &sum->ruleset->channels[channel];
	const struct channel_sum *came = &sum->channels[channel];

	return (came->above > limit->max_total ? limit->max_total : came->above) +
	       (came->below < limit->min_total ? limit->min_total : came->below);
}

void
scan_sum_add(struct scan_sum *sum, const struct rule *rule, int64_t points)
{
	struct channel_sum *came;
	int64_t before;

	if (rule->channel == 0) {
		sum->points += points;
		return;
	}
	came = &sum->channels[rule->channel - 1];
	before = scan_sum_counted(sum, rule->channel - 1);
	*(points > 0 ? &came->above : &came->below) += points;
	sum->points += scan_sum_counted(sum, rule->channel - 1) - before;
}

bool
scan_sum_takes_told(struct scan_sum *sum, const struct rule *rule)
{
	int64_t score = rule->def.score < 0 ? -rule->def.score : rule->def.score;

	if (sum->told + score > LIST_TOLD_SCORE)
		return false;
	sum->told += score;
	return true;
}
