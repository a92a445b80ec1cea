/*
 * coverage.c - how much of a rule set runs
 *
 * Every name that a file defines is counted once: as a rule that runs, one
 * that a score of 0 switches off, one that waits for facts, or one that is not
 * supported. Nothing is in none of the rows.
 */
#include "config.h"

#include "milter/coverage.h"

#include <stdlib.h>
#include <string.h>

#include "conf/ruleset_load.h"
#include "engine/rules/eval.h"
#include "engine/util/map.h"

/* Calls of one function, or of all of a family. */
struct calls {
	struct slice name;
	const struct eval_function *function; /* NULL: there is none of that name */
	size_t rules;
};

struct coverage {
	struct map *problems; /* rule -> why it does not compile, on the heap */
	struct diagnostics *found;
	size_t read, live, off, waiting, missing;
	struct vec waits; /* struct calls, by what is waited for */
	struct vec functions; /* struct calls */
	struct buf unsupported;
};

/* A problem while compiling: told as ever, and kept under the rule's name that it begins with. */
static void
keep_problem(void *p, char severity, const struct err *err)
{
	struct coverage *coverage = p;
	struct ruleset_report report = diagnostics_report(coverage->found);
	const char *colon = strstr(err->text, ": ");

	report.tell(report.p, severity, err);
	if (colon != NULL) {
		struct slice name = { err->text, (size_t)(colon - err->text) };

		if (map_find(coverage->problems, name) == NULL)
			map_add(coverage->problems, slice_of(strndup(name.p, name.n)),
			    strdup(colon + 2));
	}
}

/* The row of that name, a new one at its end if need be. */
static struct calls *
calls_row(struct vec *rows, struct slice name)
{
	struct calls *row;

	for (size_t i = 0; i < rows->n; i++) {
		row = vec_at(rows, i);
		if (slice_eq(row->name, name))
			return row;
	}
	row = vec_push(rows);
	*row = (struct calls){ .name = name };
	return row;
}

static void
count_unsupported(
    struct coverage *coverage, struct slice name, struct slice why, const struct origin *origin)
{
	coverage->missing++;
	buf_printf(&coverage->unsupported, "  %s:%u: %.*s: %.*s\n",
	    origin->file == NULL ? "?" : origin->file, origin->line, SLICE_ARG(name),
	    SLICE_ARG(why));
}

/* What a rule waits for; NULL: nothing. */
static const char *
waits_for(const struct rule_def *def, const struct eval_function *function)
{
	if (def->kind != RULE_FUNCTION)
		return NULL;
	if (function != NULL && function->waits != NULL)
		return function->waits;
	if (def->tags & RULE_LEARN)
		return "a filter that learns";
	return NULL;
}

static void
count_rule(struct coverage *coverage, const struct ruleset *ruleset, const struct rule_def *def)
{
	const struct rule *rule = ruleset_find(ruleset, def->name);
	const char *why = map_find(coverage->problems, def->name), *waits;
	const struct eval_function *function = NULL;

	coverage->read++;
	if (def->kind == RULE_FUNCTION) {
		struct slice name = slice_cut(
		    def->expression, 0, slice_find_byte(def->expression, 0, '('));
		struct calls *row = calls_row(&coverage->functions, name);

		function = row->function = eval_find(name);
		row->rules++;
	}
	waits = waits_for(def, function);
	if (rule == NULL) {
		count_unsupported(coverage, def->name,
		    slice_of(why == NULL ? "it does not compile" : why), &def->origin);
	} else if (waits != NULL) {
		coverage->waiting++;
		calls_row(&coverage->waits, slice_of(waits))->rules++;
	} else if (rule_is_live(rule)) {
		coverage->live++;
	} else {
		coverage->off++;
	}
}

/* The last definition of each name, and what readers left out. */
static void
count_all(
    struct coverage *coverage, const struct ruleset *ruleset, const struct rule_source *source)
{
	struct map *last = map_new(NULL, MAP_EXACT, 0);

	for (size_t i = 0; i < source->defs.n; i++) {
		struct rule_def *def = vec_at(&source->defs, i);

		map_add(last, def->name, def);
	}
	for (size_t i = 0; i < source->defs.n; i++) {
		const struct rule_def *def = vec_at(&source->defs, i);

		if (map_find(last, def->name) == def)
			count_rule(coverage, ruleset, def);
	}
	for (size_t i = 0; i < source->dropped.n; i++) {
		const struct dropped_rule *dropped = vec_at(&source->dropped, i);

		if (map_find(last, dropped->name) != NULL)
			continue;
		coverage->read++;
		count_unsupported(coverage, dropped->name, dropped->why, &dropped->origin);
	}
	map_free(&last);
}

static int
compare_calls(const void *a, const void *b)
{
	const struct calls *one = a, *two = b;
	const char *family = one->function == NULL ? "~" : one->function->family;
	int order = strcmp(family, two->function == NULL ? "~" : two->function->family);

	return order != 0 ? order : slice_compare(one->name, two->name);
}

/* A row of the table of families; its functions are next to each other. */
static void
tell_family(struct buf *out, const struct calls *calls, size_t n)
{
	const struct eval_function *function = calls[0].function;
	size_t rules = 0, waiting = 0;

	for (size_t i = 0; i < n; i++) {
		rules += calls[i].rules;
		if (calls[i].function != NULL && calls[i].function->waits != NULL)
			waiting++;
	}
	buf_printf(
	    out, "  %-14s %9zu %7zu", function == NULL ? "not known" : function->family, n, rules);
	if (waiting > 0)
		buf_printf(out, "   %zu wait%s for %s", waiting, waiting == 1 ? "s" : "",
		    function->waits != NULL ? function->waits : "facts");
	buf_add(out, SLICE("\n"));
}

static void
tell_functions(struct buf *out, struct vec *functions)
{
	struct calls *calls = functions->p;
	size_t start = 0;

	if (functions->n == 0)
		return;
	qsort(calls, functions->n, sizeof(*calls), compare_calls);
	buf_printf(out, "\nfunctions called %6zu   by family:\n  %-14s %9s %7s\n", functions->n,
	    "family", "functions", "rules");
	for (size_t i = 1; i <= functions->n; i++) {
		if (i < functions->n &&
		    (calls[i].function == NULL) == (calls[start].function == NULL) &&
		    (calls[i].function == NULL ||
			strcmp(calls[i].function->family, calls[start].function->family) == 0))
			continue;
		tell_family(out, calls + start, i - start);
		start = i;
	}
}

static void
tell_rules(struct buf *out, const struct coverage *coverage)
{
	buf_printf(out, "rules read       %6zu\n", coverage->read);
	buf_printf(out, "  live           %6zu\n", coverage->live);
	buf_printf(out, "  switched off   %6zu   by a score of 0\n", coverage->off);
	buf_printf(out, "  waiting        %6zu", coverage->waiting);
	for (size_t i = 0; i < coverage->waits.n; i++) {
		const struct calls *row = vec_at(&coverage->waits, i);

		buf_printf(
		    out, "%s%.*s %zu", i == 0 ? "   for " : ", ", SLICE_ARG(row->name), row->rules);
	}
	buf_printf(out, "\n  not supported  %6zu\n", coverage->missing);
	buf_add(out, buf_slice(&coverage->unsupported));
}

static void
clear(struct coverage *coverage)
{
	for (size_t i = 0; i < map_count(coverage->problems); i++) {
		free((char *)(uintptr_t)map_key(coverage->problems, i).p);
		free(map_value(coverage->problems, i));
	}
	map_free(&coverage->problems);
	vec_clear(&coverage->waits);
	vec_clear(&coverage->functions);
	buf_clear(&coverage->unsupported);
}

bool
coverage_tell(const struct settings *settings, const char *const *paths, size_t n,
    struct diagnostics *found, struct buf *out)
{
	struct coverage coverage = { .found = found,
		.problems = map_new(NULL, MAP_EXACT, 0),
		.waits = VEC_OF(struct calls, NULL),
		.functions = VEC_OF(struct calls, NULL) };
	const struct ruleset_report report = { keep_problem, &coverage };
	struct rule_source source = RULE_SOURCE_INIT;
	bool readable = ruleset_gather(settings, paths, n, &source, found);

	if (readable) {
		struct ruleset *ruleset = ruleset_compile(settings, &source, &report, found);

		count_all(&coverage, ruleset, &source);
		tell_rules(out, &coverage);
		tell_functions(out, &coverage.functions);
		ruleset_unref(&ruleset);
	}
	rule_source_clear(&source);
	clear(&coverage);
	return readable;
}
