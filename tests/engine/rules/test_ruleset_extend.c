/*
 * test_ruleset_extend.c - ruleset_extend.c: rules that come one by one judge as those built at once
 *
 * Rulesets are split at random into what stands and what feeds bring, which
 * then comes, changes and goes in steps. After each step the layers must have
 * the id of one build of all, and say the same of every message, with the
 * prefilter and without. A seed is printed with each failure.
 */
#define _POSIX_C_SOURCE 200809L

#include "engine/rules/ruleset.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "conf/ruleset_load.h"
#include "engine/rules/rule.h"
#include "tests/engine/scan_helper.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define MESSAGES_MAX 60
#define STEPS_MAX 20
#define SPLITS 6

/* What a test works on. */
struct world {
	struct rule_source source;
	struct ruleset_source all;
	struct slice *messages;
	size_t message_count;
	struct arena *arena;
	uint64_t state; /* of the dice */
	uint64_t seed;
};

static size_t
dice(struct world *world, size_t sides)
{
	world->state = world->state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (size_t)(world->state >> 33) % sides;
}

static void
add_message(struct world *world, struct slice text)
{
	if (world->message_count < MESSAGES_MAX)
		world->messages[world->message_count++] = arena_copy(world->arena, text);
}

/* Messages that hold what rules' examples show. */
static void
add_made(struct world *world)
{
	for (unsigned i = 0; i < MESSAGES_MAX / 2; i++) {
		struct buf text = { 0 }, body = { 0 };

		for (unsigned k = 0; k < 12; k++) {
			const struct rule_def *def =
			    &world->all.defs[dice(world, world->all.def_count)];
			const struct rule_example *example = def->example_count == 0
								 ? NULL
								 : &def->examples[0];

			if (example == NULL || example->text.n == 0)
				continue;
			if (k == 0 && example->whole)
				buf_add(&text, example->text);
			else if (def->kind == RULE_HEADER && text.n == 0 && !example->whole &&
				 memchr(example->text.p, '\n', example->text.n) == NULL)
				buf_printf(&text, "Subject: %.*s\n", SLICE_ARG(example->text));
			else
				buf_printf(&body, "%.*s\n\n", SLICE_ARG(example->text));
		}
		if (slice_find(buf_slice(&text), 0, SLICE("\n\n")) == text.n)
			buf_printf(&text, "From: <a@example.org>\nTo: b@example.net\n\n");
		buf_add(&text, buf_slice(&body));
		add_message(world, buf_slice(&text));
		buf_clear(&text);
		buf_clear(&body);
	}
}

/* A few real ones, if they are there. */
static void
add_real(struct world *world, const char *folder)
{
	const char *data = getenv("STEELYARD_TESTDATA"), *top = getenv("TOP_SRCDIR");
	struct buf path = { 0 };
	struct dirent **names;
	int count;

	buf_printf(&path, "%s%s/mail/%s",
	    data != NULL  ? data
	    : top != NULL ? top
			  : ".",
	    data != NULL ? "" : "/../shared", folder);
	count = scandir(buf_text(&path), &names, NULL, alphasort);
	for (int i = 0; i < count; i++) {
		struct buf full = { 0 };
		char bytes[32768];
		FILE *file;

		buf_printf(&full, "%s/%s", buf_text(&path), names[i]->d_name);
		file = i % 16 == 2 ? fopen(buf_text(&full), "rb") : NULL;
		if (file != NULL) {
			add_message(
			    world, (struct slice){ bytes, fread(bytes, 1, sizeof(bytes), file) });
			fclose(file);
		}
		buf_clear(&full);
		free(names[i]);
	}
	if (count >= 0)
		free(names);
	buf_clear(&path);
}

/* False: there are no rules at that path. */
static bool
world_open(struct world *world, const char *path, uint64_t seed)
{
	struct diagnostics *found = diagnostics_new();
	struct settings *settings;
	bool read;

	*world = (struct world){ .source = RULE_SOURCE_INIT, .state = seed, .seed = seed };
	world->arena = arena_new(SIZE_MAX);
	world->messages = arena_array(world->arena, MESSAGES_MAX, sizeof(struct slice));
	assert_true(settings_read("none", SLICE(""), &settings, found));
	read = ruleset_gather(settings, &path, 1, &world->source, found);
	settings_free(&settings);
	diagnostics_free(&found);
	if (!read)
		return false;
	rule_source_view(&world->source, &world->all);
	add_made(world);
	add_real(world, "list-spam/spam");
	add_real(world, "list-ham/ham");
	return true;
}

static void
world_close(struct world *world)
{
	rule_source_clear(&world->source);
	arena_free(&world->arena);
}

/* All that rules say of a message, as text. */
static void
write_verdict(struct buf *out, struct ruleset *ruleset, struct slot *slot, struct slice message,
    bool no_prefilter)
{
	static const struct budget endless = { NULL, NULL };
	static const struct envelope nobody = { .known = false };
	const struct scan_options options = {
		.now = 1700000000, .explain = true, .subrules = true, .no_prefilter = no_prefilter
	};
	struct arena *arena = arena_new((size_t)64 << 20);
	struct scan *scan = scan_open(arena, ruleset, &nobody, &options);
	const struct verdict *verdict;
	const struct hit *lists[3];
	size_t counts[3];

	scan_message(scan, slot, message, &endless);
	verdict = scan_verdict(scan);
	buf_printf(out, "%lld %d\n", (long long)verdict->score, verdict->incomplete);
	lists[0] = verdict->hits, counts[0] = verdict->hit_count;
	lists[1] = verdict->subrule_hits, counts[1] = verdict->subrule_hit_count;
	lists[2] = verdict->shadow_hits, counts[2] = verdict->shadow_hit_count;
	for (unsigned list = 0; list < 3; list++) {
		for (size_t i = 0; i < counts[list]; i++) {
			const struct hit *hit = &lists[list][i];

			buf_printf(out, "%u %.*s %lld x%u, %u: %.*s\n", list, SLICE_ARG(hit->name),
			    (long long)hit->score, hit->count, hit->turn, SLICE_ARG(hit->matched));
		}
	}
	/* who reaches a limit depends on who is asked at all */
	for (size_t i = 0; i < verdict->note_count; i++)
		if (slice_find(verdict->notes[i], 0, SLICE("match limit")) == verdict->notes[i].n)
			buf_printf(out, "%.*s\n", SLICE_ARG(verdict->notes[i]));
	scan_close(&scan);
	arena_free(&arena);
}

/* Whether `line` is one of the text's. */
static bool
has_line(struct slice text, struct slice line)
{
	for (size_t at = 0; at < text.n; at = slice_find_byte(text, at, '\n') + 1) {
		if (slice_eq(slice_cut(text, at, slice_find_byte(text, at, '\n')), line))
			return true;
	}
	return false;
}

/* Tells the lines that only one of two verdicts has. */
static void
must_agree(const struct world *world, const char *what, struct slice got, struct slice want)
{
	struct buf text = { 0 };

	if (slice_eq(got, want))
		return;
	for (unsigned side = 0; side < 2; side++) {
		struct slice one = side == 0 ? got : want, other = side == 0 ? want : got;

		for (size_t at = 0; at < one.n; at = slice_find_byte(one, at, '\n') + 1) {
			struct slice line = slice_cut(one, at, slice_find_byte(one, at, '\n'));

			if (!has_line(other, line))
				buf_printf(&text, "%s %.*s\n", side == 0 ? "got" : "want",
				    SLICE_ARG(line));
		}
	}
	fail_msg("seed %llu, %s:\n%s", (unsigned long long)world->seed, what, buf_text(&text));
}

static void
compare(struct world *world, struct slot *slot, struct ruleset *layers, struct ruleset *whole,
    size_t every)
{
	assert_int_equal(ruleset_count(layers), ruleset_count(whole));
	assert_int_equal(layers->schedule_count, whole->schedule_count);
	for (size_t i = 0; i < ruleset_count(whole); i++) {
		const struct rule *got = ruleset_at(layers, i), *want = ruleset_at(whole, i);

		if (!slice_eq(got->def.name, want->def.name) || got->live != want->live ||
		    got->priority != want->priority || got->rank != want->rank ||
		    got->idle != want->idle || got->digest != want->digest)
			fail_msg("seed %llu: %.*s live %d priority %d rank %zu, want %.*s %d %d "
				 "%zu",
			    (unsigned long long)world->seed, SLICE_ARG(got->def.name), got->live,
			    got->priority, got->rank, SLICE_ARG(want->def.name), want->live,
			    want->priority, want->rank);
		if (i < whole->schedule_count &&
		    !slice_eq(layers->schedule[i]->def.name, whole->schedule[i]->def.name))
			fail_msg("seed %llu: %.*s runs in the place of %.*s",
			    (unsigned long long)world->seed,
			    SLICE_ARG(layers->schedule[i]->def.name),
			    SLICE_ARG(whole->schedule[i]->def.name));
	}
	if (!slice_eq(ruleset_id(layers), ruleset_id(whole)))
		fail_msg("seed %llu: ids differ", (unsigned long long)world->seed);
	for (size_t i = dice(world, every); i < world->message_count; i += every) {
		struct buf got = { 0 }, want = { 0 }, bare = { 0 };

		write_verdict(&got, layers, slot, world->messages[i], false);
		write_verdict(&want, whole, slot, world->messages[i], false);
		write_verdict(&bare, layers, slot, world->messages[i], true);
		must_agree(world, "layers", buf_slice(&got), buf_slice(&want));
		must_agree(world, "without the prefilter", buf_slice(&bare), buf_slice(&want));
		buf_clear(&got);
		buf_clear(&want);
		buf_clear(&bare);
	}
}

/* What feeds bring, as it is wanted at the moment. */
struct wanted {
	struct rule_def *defs; /* all that may come */
	bool *there;
	size_t count;
	struct feed_origin feeds[2];
};

/* Each rule stays with the base, or is a feed's, of one of two channels. */
static void
split(struct world *world, struct wanted *wanted, struct ruleset_source *base)
{
	struct rule_def *stay = arena_array(world->arena, world->all.def_count + 1, sizeof(*stay));
	size_t share = 1 + dice(world, 9);

	*base = world->all;
	base->defs = stay;
	base->def_count = 0;
	*wanted = (struct wanted){ .feeds = { { .channel = "one", .sequence = 1 },
				       { .channel = "two", .sequence = 1 } } };
	wanted->defs = arena_array(world->arena, world->all.def_count + 1, sizeof(*stay));
	wanted->there = arena_array(world->arena, world->all.def_count + 1, sizeof(bool));
	for (size_t i = 0; i < world->all.def_count; i++) {
		struct rule_def *def = dice(world, 10) >= share ? &stay[base->def_count++]
								: &wanted->defs[wanted->count++];

		*def = world->all.defs[i];
	}
}

/* Names are brought once: what replaces another in the files does so for one channel. */
static void
settle_wanted(struct world *world, struct wanted *wanted, const struct ruleset_source *base)
{
	struct map *names = map_new(NULL, MAP_EXACT, 0);
	size_t kept = 0;

	for (size_t i = 0; i < base->def_count; i++)
		map_add(names, base->defs[i].name, (void *)(uintptr_t)1);
	for (size_t i = 0; i < wanted->count; i++) {
		struct rule_def *def = &wanted->defs[i];

		if (map_find(names, def->name) != NULL || def->shortcircuit != SHORTCIRCUIT_OFF)
			continue;
		map_add(names, def->name, (void *)(uintptr_t)1);
		wanted->defs[kept] = *def;
		wanted->defs[kept].feed = &wanted->feeds[dice(world, 4) == 0];
		wanted->defs[kept].shadow = dice(world, 10) == 0;
		kept++;
	}
	wanted->count = kept;
	map_free(&names);
}

/* One change: rules come, go, and change their scores. */
static struct ruleset *
step(struct world *world, struct wanted *wanted, struct ruleset *on)
{
	struct rule_def *puts = calloc(wanted->count + 1, sizeof(*puts));
	struct slice *removals = calloc(wanted->count + 1, sizeof(*removals));
	struct ruleset_change change = { .puts = puts, .removals = removals };
	size_t sides = dice(world, 2) == 0 ? 200 : 5 + dice(world, 40);
	struct ruleset *next;

	change.work_max = dice(world, 3) == 0 ? SIZE_MAX : dice(world, 50);
	for (size_t i = 0; i < wanted->count; i++) {
		struct rule_def *def = &wanted->defs[i];

		if (dice(world, sides) != 0)
			continue;
		if (wanted->there[i] && dice(world, 2) == 0) {
			removals[change.removal_count++] = def->name;
			wanted->there[i] = false;
			continue;
		}
		if (wanted->there[i] || dice(world, 4) == 0) {
			def->has_score = true;
			def->score = (int64_t)dice(world, 5) * SCORE_ONE / 2;
			def->shadow = dice(world, 10) == 0;
		}
		wanted->there[i] = true;
		puts[change.put_count++] = *def;
	}
	next = ruleset_extend(on, &change, NULL);
	free(puts);
	free(removals);
	return next;
}

/* What there is, built at once. */
static struct ruleset *
build_whole(struct world *world, const struct wanted *wanted, const struct ruleset_source *base)
{
	struct ruleset_source source = *base;
	struct rule_def *defs = calloc(world->all.def_count + 1, sizeof(*defs));
	struct ruleset *whole;

	memcpy(defs, base->defs, base->def_count * sizeof(*defs));
	for (size_t i = 0; i < wanted->count; i++) {
		if (wanted->there[i])
			defs[source.def_count++] = wanted->defs[i];
	}
	source.defs = defs;
	whole = ruleset_build(&source, NULL);
	free(defs);
	return whole;
}

static void
swap(struct ruleset **ruleset, struct ruleset *next)
{
	ruleset_unref(ruleset);
	*ruleset = next;
}

/* What a subscriber that starts anew makes of the same rules. */
static void
compare_followed(struct world *world, const struct wanted *wanted, struct ruleset *base,
    struct ruleset *whole, struct slot *slot)
{
	struct rule_def *defs = calloc(wanted->count + 1, sizeof(*defs));
	struct ruleset *followed;
	size_t count = 0;

	for (size_t i = 0; i < wanted->count; i++) {
		if (wanted->there[i])
			defs[count++] = wanted->defs[i];
	}
	followed = ruleset_follow(base, defs, count, NULL);
	compare(world, slot, followed, whole, 7);
	swap(&followed, ruleset_follow(followed, defs, count / 2, NULL));
	swap(&followed, ruleset_follow(followed, defs, count, NULL));
	compare(world, slot, followed, whole, 7);
	ruleset_unref(&followed);
	free(defs);
}

static void
run_split(struct world *world, struct slot *slot)
{
	static const struct channel_limit limits[] = { { SLICE("one"), 2 * SCORE_ONE, 0 } };
	size_t steps = 1 + dice(world, STEPS_MAX);
	struct ruleset *base, *layers, *whole;
	struct ruleset_source source;
	struct wanted wanted;

	split(world, &wanted, &source);
	settle_wanted(world, &wanted, &source);
	source.channels = limits;
	source.channel_count = COUNT(limits);
	base = ruleset_build(&source, NULL);
	layers = ruleset_ref(base);
	for (size_t i = 0; i < steps; i++) {
		struct ruleset *folded;

		swap(&layers, step(world, &wanted, layers));
		if (dice(world, 4) != 0 && i + 1 < steps)
			continue;
		whole = build_whole(world, &wanted, &source);
		compare(world, slot, layers, whole, i + 1 < steps ? 11 : 1);
		folded = dice(world, 2) == 0 ? ruleset_fold(layers) : NULL;
		if (folded != NULL) {
			swap(&layers, folded);
			compare(world, slot, layers, whole, 5);
		}
		if (i + 1 == steps)
			compare_followed(world, &wanted, base, whole, slot);
		ruleset_unref(&whole);
	}
	print_message("seed %llu: %zu rules stay, %zu come in %zu steps, %zu messages\n",
	    (unsigned long long)world->seed, ruleset_count(base), wanted.count, steps,
	    world->message_count);
	ruleset_unref(&base);
	ruleset_unref(&layers);
}

static void
run_splits(const char *path, uint64_t first, unsigned count)
{
	struct slot *slot = helper_slot();

	for (uint64_t seed = first; seed < first + count; seed++) {
		struct world world;

		if (world_open(&world, path, seed))
			run_split(&world, slot);
		else
			print_message("skipped: no rules at %s\n", path);
		world_close(&world);
	}
	slot_free(&slot);
}

static uint64_t
first_seed(void)
{
	const char *seed = getenv("STEELYARD_SEED");

	return seed == NULL ? 1 : strtoull(seed, NULL, 10);
}

static void
test_shipped(void **state)
{
	const char *top = getenv("TOP_SRCDIR");
	struct buf path = { 0 };

	(void)state;
	buf_printf(&path, "%s/rules", top != NULL ? top : ".");
	run_splits(buf_text(&path), first_seed(), SPLITS);
	buf_clear(&path);
}

/* SpamAssassin's: more metas, that read more. */
static void
test_stock(void **state)
{
	(void)state;
	run_splits("/usr/share/spamassassin", first_seed(), 1);
}

static const struct feed_origin feed_one = { .channel = "one", .sequence = 7 };
static const struct feed_origin feed_two = { .channel = "two", .sequence = 7 };

#define PUT(id, re, of)                                                                  \
	{                                                                                \
		.name = SLICE(id), .kind = RULE_BODY, .pattern = SLICE(re), .feed = (of) \
	}
#define PUT_META(id, text, of)                                                                \
	{                                                                                     \
		.name = SLICE(id), .kind = RULE_META, .expression = SLICE(text), .feed = (of) \
	}
#define PUT_SHADOW(id, re, of)                                                            \
	{                                                                                 \
		.name = SLICE(id), .kind = RULE_BODY, .pattern = SLICE(re), .feed = (of), \
		.shadow = true                                                            \
	}

/* What a change does to a small ruleset, and what hits in "red green blue" then. */
static const struct {
	const char *name;
	struct rule_def puts[3];
	size_t count;
	const char *removal;
	const char *want_told;
	const char *want; /* hits, then sub-rules, "/" and those in shadow */
	int64_t want_score;
} changes[] = {
	{ "nothing", { { .shadow = false } }, 0, "B_BASE", "", "B_BASE,M_NOT/", 2000000 },
	{ "a new rule", { PUT("F", "/green/", &feed_one) }, 1, NULL, "", "B_BASE,F,M_NOT/",
	    3000000 },
	{ "a base meta sees it", { PUT("F_SEEN", "/green/", &feed_one) }, 1, NULL, "",
	    "B_BASE,F_SEEN,M_READS,M_SECOND/", 4000000 },
	{ "a base glob sees it", { PUT("G_1", "/green/", &feed_one) }, 1, NULL, "",
	    "B_BASE,G_1,M_GLOB,M_NOT/", 4000000 },
	{ "a score is ready for it", { PUT("F_SCORED", "/green/", &feed_one) }, 1, NULL, "",
	    "B_BASE,F_SCORED,M_NOT/", 2500000 },
	{ "the configuration switched it off", { PUT("F_OFF", "/green/", &feed_one) }, 1, NULL, "",
	    "B_BASE,M_NOT/", 2000000 },
	{ "no rule of the base", { PUT("B_BASE", "/nothing/", &feed_one) }, 1, NULL,
	    "e B_BASE: the name is that of a rule which is not of this channel\n", "B_BASE,M_NOT/",
	    2000000 },
	{ "of no channel", { PUT("F", "/green/", NULL) }, 1, NULL,
	    "e F: the name is that of a rule which is not of this channel\n", "B_BASE,M_NOT/",
	    2000000 },
	{ "broken", { PUT("F", "/(/", &feed_one), PUT("G_2", "/blue/", &feed_one) }, 2, NULL,
	    "e F: the pattern does not compile: missing closing parenthesis (byte 3)\n",
	    "B_BASE,G_2,M_GLOB,M_NOT/", 4000000 },
	{ "the last of a name", { PUT("F", "/none/", &feed_one), PUT("F", "/green/", &feed_one) },
	    2, NULL, "", "B_BASE,F,M_NOT/", 3000000 },
	{ "a meta reads the base",
	    { PUT_META("FM", "B_BASE && __FS", &feed_one), PUT("__FS", "/blue/", &feed_one) }, 2,
	    NULL, "", "B_BASE,FM,M_NOT,__FS/", 3000000 },
	{ "shadow",
	    { PUT_SHADOW("F_SEEN", "/green/", &feed_one), PUT_META("FM", "F_SEEN", &feed_one),
		PUT_META("FN", "F_SEEN", &feed_two) },
	    3, NULL, "w FN: reads F_SEEN, which no rule is named: it counts 0\n",
	    "B_BASE,FM,M_NOT/F_SEEN", 3000000 },
	{ "a ring through the base breaks the feed's",
	    { PUT_META("F_SEEN", "M_SECOND", &feed_one) }, 1, NULL,
	    "e F_SEEN: reads itself through", "B_BASE,M_NOT/", 2000000 },
	{ "the limit of a channel",
	    { PUT("L_1", "/green/", &feed_two), PUT("L_2", "/blue/", &feed_two),
		PUT("L_3", "/red/", &feed_two) },
	    3, NULL, "", "B_BASE,L_1,L_2,L_3,M_NOT/", 4500000 },
	{ "no shortcircuit",
	    { { .name = SLICE("F"),
		.kind = RULE_BODY,
		.pattern = SLICE("/green/"),
		.shortcircuit = SHORTCIRCUIT_HAM,
		.feed = &feed_one } },
	    1, NULL, "e F: a rule of a feed ends no scan\n", "B_BASE,M_NOT/", 2000000 },
};

static struct ruleset *
small_base(void)
{
	static const struct rule_def defs[] = {
		BODY("B_BASE", "/red/"),
		META("M_READS", "F_SEEN + 0"),
		META("M_SECOND", "M_READS"),
		META("M_NOT", "!F_SEEN"),
		META("M_GLOB", "rules_matching(G_*)"),
	};
	static const struct score_override scores[] = {
		{ SLICE("F_SCORED"), 500000, { "c", 1, 1, "configuration" } },
		{ SLICE("F_OFF"), 0, { "c", 1, 1, "configuration" } },
	};
	static const struct channel_limit limits[] = { { SLICE("two"), 2500000, 0 } };
	const struct ruleset_source source = { .defs = defs,
		.def_count = COUNT(defs),
		.scores = scores,
		.score_count = COUNT(scores),
		.channels = limits,
		.channel_count = COUNT(limits) };

	return ruleset_build(&source, NULL);
}

static const struct verdict *
scan_small(struct arena *arena, struct ruleset *ruleset, struct slot *slot, struct buf *names)
{
	const struct verdict *verdict = helper_scan(
	    arena, ruleset, slot, SLICE("From: a@example.org\n\nred green blue\n"), names);

	buf_add_byte(names, '/');
	for (size_t i = 0; i < verdict->shadow_hit_count; i++)
		buf_add(names, verdict->shadow_hits[i].name);
	return verdict;
}

static void
test_changes(void **state)
{
	struct slot *slot = helper_slot();

	(void)state;
	for (size_t i = 0; i < COUNT(changes); i++) {
		struct problems problems = { { 0 } };
		const struct ruleset_report report = { helper_keep, &problems };
		struct slice removal = changes[i].removal == NULL ? SLICE_ABSENT
								  : slice_of(changes[i].removal);
		const struct ruleset_change change = { .puts = changes[i].puts,
			.put_count = changes[i].count,
			.removals = &removal,
			.removal_count = changes[i].removal != NULL };
		struct ruleset *base = small_base();
		struct ruleset *ruleset = ruleset_extend(base, &change, &report);
		struct arena *arena = arena_new((size_t)1 << 20);
		struct buf names = { 0 };
		const struct verdict *verdict;

		ruleset_unref(&base);
		verdict = scan_small(arena, ruleset, slot, &names);
		if (strcmp(buf_text(&names), changes[i].want) != 0 ||
		    strncmp(buf_text(&problems.text), changes[i].want_told,
			strlen(changes[i].want_told)) != 0 ||
		    (changes[i].want_told[0] == '\0' && problems.text.n > 0) ||
		    verdict->score != changes[i].want_score)
			fail_msg("%s: got %s, %lld\n%s\nwant %s, %lld\n%s", changes[i].name,
			    buf_text(&names), (long long)verdict->score, buf_text(&problems.text),
			    changes[i].want, (long long)changes[i].want_score,
			    changes[i].want_told);
		buf_clear(&names);
		buf_clear(&problems.text);
		arena_free(&arena);
		ruleset_unref(&ruleset);
	}
	slot_free(&slot);
}

/* Rules come one by one and go again: layers stay few, and what is left is the base. */
static void
test_many(void **state)
{
	struct ruleset *base = small_base(), *ruleset = ruleset_ref(base);
	size_t deepest = 0;

	(void)state;
	for (unsigned round = 0; round < 2; round++) {
		for (unsigned i = 0; i < 400; i++) {
			char name[16], pattern[32];
			const struct slice slice = { name,
				(size_t)snprintf(name, sizeof(name), "N_%u", i % 1000) };
			struct rule_def def = {
				.name = slice, .kind = RULE_BODY, .feed = &feed_one
			};
			const struct ruleset_change change = { .puts = &def,
				.put_count = round == 0,
				.removals = &slice,
				.removal_count = round };

			def.pattern = (struct slice){ pattern,
				(size_t)snprintf(pattern, sizeof(pattern), "/word%u/", i % 1000) };
			swap(&ruleset, ruleset_extend(ruleset, &change, NULL));
			if (ruleset_depth(ruleset) > deepest)
				deepest = ruleset_depth(ruleset);
		}
		assert_int_equal(
		    ruleset_count(ruleset), ruleset_count(base) + (round == 0 ? 400 : 0));
	}
	if (deepest > 18)
		fail_msg("%zu layers", deepest);
	assert_true(slice_eq(ruleset_id(ruleset), ruleset_id(base)));
	ruleset_unref(&ruleset);
	ruleset_unref(&base);
}

/* A feed's pattern that costs too much has a tenth of the limit, and the verdict names it. */
static void
test_limited(void **state)
{
	static const struct rule_def put = PUT("F", "/^(?:a+)+$/", &feed_one);
	static const struct rule_def same[] = { BODY("B", "/^(?:a+)+$/") };
	const struct ruleset_change change = { .puts = &put, .put_count = 1 };
	struct ruleset *base = helper_build(same, 1, NULL, NULL);
	struct ruleset *ruleset = ruleset_extend(base, &change, NULL);
	struct slot *slot = helper_slot();
	struct arena *arena = arena_new((size_t)1 << 20);
	const struct verdict *verdict = helper_scan(
	    arena, ruleset, slot, SLICE("From: a@example.org\n\naaaaaaaaaaaaaaa!\n"), NULL);

	(void)state;
	assert_int_equal(verdict->limited_count, 1);
	assert_true(slice_eq(verdict->limited[0].name, SLICE("F")));
	assert_int_equal(verdict->limited[0].times, 1);
	arena_free(&arena);
	slot_free(&slot);
	ruleset_unref(&ruleset);
	ruleset_unref(&base);
}

/* A thread that has used 30 ms more each time that somebody asks. */
static int64_t
slow_thread(void *p)
{
	return *(int64_t *)p += 30000;
}

/* Rules of feeds together have a share of a message's time; rules of ours go on. */
static void
test_share(void **state)
{
	static const struct rule_def ours[] = { BODY("OURS", "/last/") };
	struct rule_def puts[] = { PUT("F1", "/first/", &feed_one), PUT("F2", "/first/", &feed_one),
		PUT("F3", "/first/", &feed_one), PUT("F4", "/first/", &feed_one),
		PUT("F5", "/first/", &feed_one), PUT("F6", "/first/", &feed_one),
		PUT("F7", "/first/", &feed_one), PUT("F8", "/first/", &feed_one),
		PUT("F9", "/first/", &feed_one) };
	const struct ruleset_change change = { .puts = puts, .put_count = 9 };
	static const struct budget endless = { NULL, NULL };
	static const struct envelope nobody = { .known = false };
	int64_t used = 0;
	const struct scan_options options = { .cpu_us = slow_thread, .cpu_p = &used };
	struct ruleset *base = helper_build(ours, 1, NULL, NULL);
	struct ruleset *ruleset = ruleset_extend(base, &change, NULL);
	struct slot *slot = helper_slot();
	struct arena *arena = arena_new((size_t)1 << 20);
	struct scan *scan = scan_open(arena, ruleset, &nobody, &options);
	const struct verdict *verdict;
	bool ours_hit = false;

	(void)state;
	scan_message(scan, slot, SLICE("From: a@example.org\n\nfirst and last\n"), &endless);
	verdict = scan_verdict(scan);
	/* Seven of them make 200 ms. */
	assert_int_equal(verdict->hit_count, 8);
	for (size_t i = 0; i < verdict->hit_count; i++)
		ours_hit |= slice_eq(verdict->hits[i].name, SLICE("OURS"));
	assert_true(ours_hit);
	assert_int_equal(verdict->limited_count, 1);
	assert_true(slice_starts(verdict->notes[0], SLICE("rules of feeds took 200 ms")));
	assert_false(verdict->incomplete);
	scan_close(&scan);
	arena_free(&arena);
	slot_free(&slot);
	ruleset_unref(&ruleset);
	ruleset_unref(&base);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_changes),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_limited),
		cmocka_unit_test(test_share),
		cmocka_unit_test(test_shipped),
		cmocka_unit_test(test_stock),
	};

	return cmocka_run_group_tests_name("ruleset_extend", tests, NULL, NULL);
}
