/*
 * feed_rules.c - the rules of a channel as they stand here: live, in shadow or refused
 *
 * A walk over the fold finds what differs by numbers and states alone; only that is read and
 * judged. New rules go into a ruleset that nobody scans with, their examples are run there, and
 * those that fail are taken out again. Of more rules than the policy allows those count that were
 * published first, so that a fold gives the same rules whatever the way it came.
 */
#include "shared-sync/feed_rules.h"

#include <stdlib.h>
#include <string.h>

#include "engine/util/buf.h"
#include "engine/util/map.h"

struct applied {
	struct feed_rule rule; /* first: a feed_rule is one of these */
	char *name;
	bool seen; /* in the fold that is applied now */
	bool fresh; /* put by the change at hand */
};

struct feed_rules {
	const struct feed_setting *setting;
	struct feed_judge *judge;
	struct map *applied; /* name -> struct applied */
	char *layer; /* "feed:community": what messages call the place */
	char *channel;
};

/* A change in the making. */
struct work {
	struct feed_rules *rules;
	const struct feed_change *change;
	struct rule_source source; /* of what is put */
	struct vec fresh; /* struct applied *: of each of them */
	struct vec removals; /* struct slice */
	struct vec told; /* struct applied *: standing has changed */
	struct vec waiting; /* struct applied *: were refused for what others were */
	uint64_t last_put; /* rules put after it are too many */
	size_t at_last; /* so many of those put by it are taken, by name */
};

struct feed_rules *
feed_rules_new(const struct feed_setting *setting)
{
	struct feed_rules *rules = calloc(1, sizeof(*rules));
	struct buf layer = { 0 };

	if (rules == NULL)
		abort();
	buf_printf(&layer, "feed:%.*s", SLICE_ARG(setting->channel));
	rules->setting = setting;
	rules->judge = feed_judge_new(&setting->policy);
	rules->applied = map_new(NULL, MAP_EXACT, 0);
	rules->layer = slice_dup(buf_slice(&layer));
	rules->channel = slice_dup(setting->channel);
	buf_clear(&layer);
	return rules;
}

static void
applied_free(struct applied *applied)
{
	free(applied->rule.refusal);
	free(applied->name);
	free(applied);
}

void
feed_rules_restart(struct feed_rules *rules)
{
	for (size_t i = 0; i < map_count(rules->applied); i++)
		applied_free(map_value(rules->applied, i));
	map_free(&rules->applied);
	rules->applied = map_new(NULL, MAP_EXACT, 0);
}

void
feed_rules_free(struct feed_rules **rules_p)
{
	struct feed_rules *rules = *rules_p;

	if (rules == NULL)
		return;
	feed_rules_restart(rules);
	map_free(&rules->applied);
	feed_judge_free(&rules->judge);
	free(rules->layer);
	free(rules->channel);
	free(rules);
	*rules_p = NULL;
}

void
feed_rules_move(struct feed_rules *rules, const struct feed_setting *setting)
{
	rules->setting = setting;
	feed_judge_move(rules->judge, &setting->policy);
}

static int
number_compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

/* Which rules are within max_rules: those put up to last_put, and at_last of that number. */
static void
find_limit(struct work *work)
{
	const struct fold *fold = work->change->fold;
	size_t count = fold_count(fold), most = work->rules->setting->policy.max_rules;
	uint64_t *numbers;

	work->last_put = UINT64_MAX;
	work->at_last = count;
	if (count <= most)
		return;
	numbers = calloc(count, sizeof(*numbers));
	if (numbers == NULL)
		abort();
	for (size_t i = 0; i < count; i++)
		numbers[i] = fold_at(fold, i)->put_seq;
	qsort(numbers, count, sizeof(*numbers), number_compare);
	work->last_put = numbers[most];
	work->at_last = 0;
	for (size_t i = most; i > 0 && numbers[i - 1] == work->last_put; i--)
		work->at_last++;
	free(numbers);
}

/* Whether the rule is within max_rules; rules are asked about in the order of their names. */
static bool
within_limit(struct work *work, const struct fold_rule *rule)
{
	if (rule->put_seq != work->last_put)
		return rule->put_seq < work->last_put;
	if (work->at_last == 0)
		return false;
	work->at_last--;
	return true;
}

static struct applied *
applied_of(struct feed_rules *rules, struct slice name)
{
	struct applied *applied = map_find(rules->applied, name);

	if (applied != NULL)
		return applied;
	applied = calloc(1, sizeof(*applied));
	if (applied == NULL)
		abort();
	applied->name = slice_dup(name);
	applied->rule.name = (struct slice){ applied->name, name.n };
	map_add(rules->applied, applied->rule.name, applied);
	return applied;
}

static void
set_refusal(struct applied *applied, const struct refusal *refusal)
{
	free(applied->rule.refusal);
	applied->rule.refusal = NULL;
	if (refusal->reason == REFUSAL_NONE)
		return;
	applied->rule.refusal = malloc(sizeof(*refusal));
	if (applied->rule.refusal == NULL)
		abort();
	*applied->rule.refusal = *refusal;
}

/* What the definition says of where it came from; lives with the source. */
static bool
set_origin(struct work *work, const struct fold_rule *rule, struct rule_def *def)
{
	struct arena *arena = rule_source_arena(&work->source);
	struct feed_origin *feed = arena_alloc(arena, sizeof(*feed));
	struct slice note = arena_copy(arena, rule->note);

	if (feed == NULL || note.p == NULL)
		return false;
	*feed = (struct feed_origin){ work->rules->channel, rule->seq,
		arena_copy(arena, slice_of(rule->key)).p, note.n > 0 ? note.p : NULL };
	def->feed = feed;
	return true;
}

/* Judges a rule that is new, has changed or waits for others; it is put, or is out. */
static void
judge_rule(struct work *work, const struct fold_rule *rule, struct applied *applied, bool within)
{
	struct feed_rules *rules = work->rules;
	struct refusal refusal = { REFUSAL_MANY, "" };
	bool was_in = applied->rule.seq != 0 && applied->rule.refusal == NULL;
	bool taken = within &&
		     feed_judge_rule(rules->judge, rule, rules->layer, &work->source, &refusal);
	struct rule_def *def;

	applied->rule.seq = rule->seq;
	applied->rule.put_seq = rule->put_seq;
	set_refusal(applied, &refusal);
	/* A rule that was too dear is not even matched. */
	if (!taken || applied->rule.state == GUARD_LIMIT) {
		if (taken)
			work->source.defs.n--;
		if (was_in)
			*(struct slice *)vec_push(&work->removals) = applied->rule.name;
		return;
	}
	def = vec_at(&work->source.defs, work->source.defs.n - 1);
	def->shadow = applied->rule.state != GUARD_LIVE;
	if (!set_origin(work, rule, def))
		abort();
	applied->fresh = true;
	*(struct applied **)vec_push(&work->fresh) = applied;
}

/* Finds what differs from what was applied. */
static void
gather(struct work *work)
{
	const struct fold *fold = work->change->fold;
	struct feed_rules *rules = work->rules;
	size_t count = fold_count(fold);

	find_limit(work);
	for (size_t i = 0; i < map_count(rules->applied); i++)
		((struct applied *)map_value(rules->applied, i))->seen = false;
	for (size_t i = 0; i < count; i++) {
		const struct fold_rule *rule = fold_at(fold, i);
		struct applied *applied = applied_of(rules, rule->name);
		enum guard_state state = guard_state(
		    work->change->guard, rule->name, work->change->now);
		bool within = within_limit(work, rule);
		bool was_many = applied->rule.refusal != NULL &&
				applied->rule.refusal->reason == REFUSAL_MANY;
		bool same = applied->rule.seq == rule->seq &&
			    applied->rule.put_seq == rule->put_seq && within != was_many;

		applied->seen = true;
		applied->fresh = false;
		if (same && (applied->rule.state == state || applied->rule.refusal != NULL))
			continue;
		applied->rule.state = state;
		judge_rule(work, rule, applied, within);
		*(struct applied **)vec_push(&work->told) = applied;
	}
}

/*
 * Metas that were refused for what others were are judged anew after each change, so that a log
 * and a snapshot of it come to the same rules.
 */
static void
gather_waiting(struct work *work)
{
	struct feed_rules *rules = work->rules;

	if (work->told.n == 0 && work->removals.n == 0)
		return;
	for (size_t i = 0; i < map_count(rules->applied); i++) {
		struct applied *applied = map_value(rules->applied, i);

		if (!applied->seen || applied->fresh || applied->rule.refusal == NULL ||
		    !feed_judge_waits(rules->judge, applied->rule.name))
			continue;
		*(struct applied **)vec_push(&work->waiting) = applied;
		judge_rule(work, fold_find(work->change->fold, applied->rule.name), applied, true);
	}
}

/* Takes out what the fold no longer has. */
static void
gather_gone(struct work *work)
{
	struct feed_rules *rules = work->rules;

	if (map_count(rules->applied) == fold_count(work->change->fold))
		return;
	for (size_t i = 0; i < map_count(rules->applied); i++) {
		struct applied *applied = map_value(rules->applied, i);

		if (!applied->seen && applied->rule.refusal == NULL)
			*(struct slice *)vec_push(&work->removals) = applied->rule.name;
	}
	feed_judge_forget(rules->judge, work->change->fold);
}

/* Frees them, once nothing points to their names. */
static void
forget_gone(struct feed_rules *rules)
{
	struct map *kept = map_new(NULL, MAP_EXACT, 0);

	for (size_t i = 0; i < map_count(rules->applied); i++) {
		struct applied *applied = map_value(rules->applied, i);

		if (applied->seen)
			map_add(kept, applied->rule.name, applied);
		else
			applied_free(applied);
	}
	map_free(&rules->applied);
	rules->applied = kept;
}

/* An error of the engine's, "NAME: text": that rule is refused for it. */
static void
tell_compile(void *p, char severity, const struct err *err)
{
	struct work *work = p;
	struct slice text = slice_of(err->text);
	size_t colon = slice_find_byte(text, 0, ':');
	struct applied *applied = map_find(work->rules->applied, slice_cut(text, 0, colon));
	struct refusal refusal = { REFUSAL_COMPILE, "" };
	struct slice why = slice_trim(slice_from(text, colon + 1));

	if (severity != 'e' || applied == NULL || !applied->fresh || applied->rule.refusal != NULL)
		return;
	memcpy(
	    refusal.text, why.p, why.n < sizeof(refusal.text) ? why.n : sizeof(refusal.text) - 1);
	set_refusal(applied, &refusal);
}

/* Runs the examples of what was put; takes out again what fails. */
static struct ruleset *
prove(struct work *work, struct ruleset *next)
{
	struct vec failed = VEC_OF(struct slice, NULL);
	struct ruleset_change change = { 0 };
	struct ruleset *without;

	for (size_t i = 0; i < work->fresh.n; i++) {
		struct applied *applied = *(struct applied **)vec_at(&work->fresh, i);
		const struct rule *rule = ruleset_find(next, applied->rule.name);
		struct refusal refusal = { REFUSAL_COMPILE, "" };

		if (applied->rule.refusal != NULL)
			continue;
		if (rule == NULL || rule_definition(rule)->feed == NULL) {
			set_refusal(applied, &refusal);
		} else if (!feed_judge_examples(work->rules->judge,
			       fold_find(work->change->fold, applied->rule.name), next,
			       work->change->slot, &refusal)) {
			set_refusal(applied, &refusal);
			*(struct slice *)vec_push(&failed) = applied->rule.name;
		}
	}
	if (failed.n == 0)
		return next;
	change.removals = failed.p;
	change.removal_count = failed.n;
	without = ruleset_extend(next, &change, NULL);
	vec_clear(&failed);
	ruleset_unref(&next);
	return without;
}

static struct ruleset *
extend(struct work *work, struct ruleset *on)
{
	const struct ruleset_change change = {
		.puts = work->source.defs.p,
		.put_count = work->source.defs.n,
		.removals = work->removals.p,
		.removal_count = work->removals.n,
	};
	const struct ruleset_report report = { tell_compile, work };

	if (change.put_count == 0 && change.removal_count == 0)
		return NULL;
	return prove(work, ruleset_extend(on, &change, &report));
}

struct ruleset *
feed_rules_apply(struct feed_rules *rules, const struct feed_change *change, struct ruleset *on)
{
	struct work work = { .rules = rules,
		.change = change,
		.source = RULE_SOURCE_INIT,
		.fresh = VEC_OF(struct applied *, NULL),
		.removals = VEC_OF(struct slice, NULL),
		.told = VEC_OF(struct applied *, NULL),
		.waiting = VEC_OF(struct applied *, NULL) };
	struct ruleset *next;

	gather(&work);
	gather_gone(&work);
	gather_waiting(&work);
	next = extend(&work, on);
	for (size_t i = 0; i < work.waiting.n; i++) {
		struct applied *applied = *(struct applied **)vec_at(&work.waiting, i);

		if (applied->rule.refusal == NULL)
			*(struct applied **)vec_push(&work.told) = applied;
	}
	for (size_t i = 0; i < work.told.n && change->tell != NULL; i++)
		change->tell(change->tell_p, &(*(struct applied **)vec_at(&work.told, i))->rule);
	if (map_count(rules->applied) > fold_count(change->fold))
		forget_gone(rules);
	vec_clear(&work.fresh);
	vec_clear(&work.removals);
	vec_clear(&work.told);
	vec_clear(&work.waiting);
	rule_source_clear(&work.source);
	return next;
}

struct feed_counts
feed_rules_counts(const struct feed_rules *rules)
{
	struct feed_counts counts = { 0 };

	for (size_t i = 0; i < map_count(rules->applied); i++) {
		const struct applied *applied = map_value(rules->applied, i);

		if (applied->rule.refusal != NULL)
			counts.refused++;
		else if (applied->rule.state != GUARD_LIVE)
			counts.shadow++;
		else
			counts.live++;
	}
	return counts;
}

size_t
feed_rules_count(const struct feed_rules *rules)
{
	return map_count(rules->applied);
}

const struct feed_rule *
feed_rules_at(const struct feed_rules *rules, size_t i)
{
	return &((const struct applied *)map_value(rules->applied, i))->rule;
}

const struct feed_rule *
feed_rules_find(const struct feed_rules *rules, struct slice name)
{
	const struct applied *applied = map_find(rules->applied, name);

	return applied == NULL ? NULL : &applied->rule;
}
