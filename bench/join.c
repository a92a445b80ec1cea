/*
 * join.c - what one more rule of a feed costs: time until it is live, and memory
 *
 *	bench/join [RULES_PATH...]
 *
 * The rules (SpamAssassin's stock ones unless paths are given) are built, then
 * 10,000 rules of the kinds that feeds bring follow at once, as of a snapshot;
 * then further ones join one by one. Prints median, 99th percentile and most,
 * for rules of each kind; what the ruleset holds more for each; and the time of
 * one build of all, which is what a reload costs.
 */
#define _POSIX_C_SOURCE 200809L

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "conf/ruleset_load.h"
#include "engine/util/buf.h"

#define MANY 10000
#define MORE 500

static const struct feed_origin feed = { .channel = "bench", .sequence = 1 };

static double
now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1000 + (double)t.tv_nsec / 1e6;
}

/* Some word of two syllables to four, by its number. */
static struct slice
word(struct arena *arena, unsigned n)
{
	static const char *const syllables[] = { "ba", "cre", "di", "fo", "gu", "hal", "in", "jo",
		"ket", "lor", "ma", "nu", "per", "qui", "ro", "sta", "tel", "ur", "ver", "xi" };
	struct buf text = { .arena = arena };

	n = n * 2654435761U >> 7;
	for (unsigned i = 0; i < 2 + n % 3; i++)
		buf_add(&text, slice_of(syllables[n / 3 % 20])), n = n / 20 + n * 31;
	return buf_slice(&text);
}

/* The n-th rule: bodies, URIs, headers and metas in turn. */
static struct rule_def
make_rule(struct arena *arena, unsigned n)
{
	struct slice one = word(arena, n), two = word(arena, n + 77777);
	struct rule_def def = { .name = arena_printf(arena, "BENCH_%u", n), .feed = &feed };

	switch (n % 4) {
	case 0:
		def.kind = RULE_BODY;
		def.pattern = arena_printf(
		    arena, "/\\b%.*s (?:your|the) %.*s\\b/i", SLICE_ARG(one), SLICE_ARG(two));
		break;
	case 1:
		def.kind = RULE_URI;
		def.pattern = arena_printf(arena, "m{^https?://[^/]*%.*s-?%.*s\\.(?:com|top)/}i",
		    SLICE_ARG(one), SLICE_ARG(two));
		break;
	case 2:
		def.kind = RULE_HEADER;
		def.selector = SLICE("Subject");
		def.pattern = arena_printf(
		    arena, "/%.*s.{0,20}%.*s/i", SLICE_ARG(one), SLICE_ARG(two));
		break;
	default:
		def.kind = RULE_META;
		def.expression = arena_printf(
		    arena, "BENCH_%u && !BENCH_%u && __HAS_URI", n - 1, n - 2);
		break;
	}
	return def;
}

static int
by_size(const void *a, const void *b)
{
	double left = *(const double *)a, right = *(const double *)b;

	return left < right ? -1 : left > right;
}

static size_t
heap(void)
{
	const struct mallinfo2 info = mallinfo2();

	return info.uordblks + info.hblkhd;
}

/* One rule more; the former ruleset goes. Milliseconds. */
static double
join(struct ruleset **ruleset, const struct rule_def *def)
{
	const struct ruleset_change change = { .puts = def, .put_count = 1 };
	double begun = now_ms();
	struct ruleset *next = ruleset_extend(*ruleset, &change, NULL);
	double took = now_ms() - begun;

	ruleset_unref(ruleset);
	*ruleset = next;
	return took;
}

static void
run(struct ruleset *base, struct arena *arena)
{
	struct rule_def *defs = arena_array(arena, MANY, sizeof(*defs));
	double times[MORE], begun;
	struct ruleset *ruleset, *folded;
	size_t before;

	for (unsigned i = 0; i < MANY; i++)
		defs[i] = make_rule(arena, i);
	before = heap();
	begun = now_ms();
	ruleset = ruleset_follow(base, defs, MANY, NULL);
	printf("%d rules at once: %.0f ms, %.1f KB each\n", MANY, now_ms() - begun,
	    (double)(heap() - before) / 1024 / MANY);
	before = heap();
	for (unsigned i = 0; i < MORE; i++) {
		const struct rule_def def = make_rule(arena, MANY + i);

		times[i] = join(&ruleset, &def);
	}
	qsort(times, MORE, sizeof(*times), by_size);
	printf("one more: %.2f ms the median, %.2f ms p99, %.2f ms at most, %.1f KB each, %zu "
	       "layers\n",
	    times[MORE / 2], times[MORE * 99 / 100], times[MORE - 1],
	    ((double)heap() - (double)before) / 1024 / MORE, ruleset_depth(ruleset));
	begun = now_ms();
	folded = ruleset_fold(ruleset);
	printf("folded: %.0f ms, %zu layers\n", now_ms() - begun,
	    ruleset_depth(folded == NULL ? ruleset : folded));
	ruleset_unref(&folded);
	ruleset_unref(&ruleset);
}

int
main(int argc, char **argv)
{
	static const char *const stock[] = { "/usr/share/spamassassin", "/etc/spamassassin" };
	struct diagnostics *found = diagnostics_new();
	struct settings *settings;
	struct arena *arena = arena_new(SIZE_MAX);
	struct ruleset *base;
	double begun = now_ms();

	if (!settings_read("none", SLICE(""), &settings, found))
		return 1;
	base = argc > 1
		   ? ruleset_load(settings, (const char *const *)argv + 1, (size_t)argc - 1, found)
		   : ruleset_load(settings, stock, 2, found);
	if (base == NULL) {
		diagnostics_print(found, stderr);
		return 1;
	}
	printf("%zu rules to stand on: %.0f ms, %zu KB\n", ruleset_count(base), now_ms() - begun,
	    heap() / 1024);
	run(base, arena);
	ruleset_unref(&base);
	settings_free(&settings);
	diagnostics_free(&found);
	arena_free(&arena);
	return 0;
}
