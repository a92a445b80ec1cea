/*
 * prefilter.h - which rules may match which texts of a message: PCRE2 is asked about no others
 *
 * Built with the ruleset: the patterns of its live rules with their factors,
 * a set for each view. A rule whose pattern requires nothing that is known, or
 * has templates, is always asked. What it tells is only ever "cannot match",
 * so hits, counts and scores are those without it.
 */
#ifndef STEELYARD_ENGINE_RULES_PREFILTER_H
#define STEELYARD_ENGINE_RULES_PREFILTER_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/regex/prefix_walk.h"
#include "engine/rules/rule.h"
#include "engine/util/arena.h"
#include "engine/util/slice.h"

/* Views that have a set of their own. */
enum prefilter_view {
	PREFILTER_HEADER, /* a group for each selector */
	PREFILTER_BODY,
	PREFILTER_RAWBODY,
	PREFILTER_URI,
	PREFILTER_FULL,
	PREFILTER_COUNT
};

struct prefilter;
struct prefilter_scan;
struct self_test;

/* The view of the rule's pattern; PREFILTER_COUNT: it is not matched to one view's texts. */
enum prefilter_view prefilter_view_of(const struct rule *rule);

/* Of the live rules of the ruleset's last layer; gives each its number, and texts to the test. */
const struct prefilter *prefilter_new(struct ruleset *ruleset, struct self_test *test);

/* Whether texts are looked through for the rule's literals, and for how its matches begin. */
void prefilter_looks(
    const struct ruleset *ruleset, const struct rule *rule, bool *literals_r, bool *beginnings_r);

/* For one message, of all layers: nothing read yet. NULL at the arena's cap. */
struct prefilter_scan *prefilter_scan_new(const struct ruleset *ruleset, struct arena *arena);

/*
 * Nothing is read yet, and from now on the rule's pattern alone is looked for. So one scan serves
 * one rule after another at a cost that the others have no part in. Only of a scan that never
 * read for all.
 */
void prefilter_only(struct prefilter_scan *scan, const struct rule *rule);

/* Whether the view's `count` texts are still to be read; they then count as read. */
bool prefilter_wants(struct prefilter_scan *scan, enum prefilter_view view, size_t count);

/* Whether a header rule's pattern may match the value of its selector, which is read at need. */
bool
prefilter_may_hit_field(struct prefilter_scan *scan, const struct rule *rule, struct slice value);

/*
 * Reads one text of the view, the number-th; not for headers. Without `walks` no pattern is found
 * to begin in it.
 */
void prefilter_read(struct prefilter_scan *scan, struct prefix_walks *walks,
    enum prefilter_view view, size_t number, struct slice text);

/* The texts of the view have changed: they are to be read again. */
void prefilter_forget(struct prefilter_scan *scan, enum prefilter_view view);

/*
 * Moves *at to the next of `count` texts, itself included, that the rule may
 * match; false: none. Not for headers. A rule that nothing is known of,
 * or whose view was not read, may match all.
 */
bool prefilter_next(
    const struct prefilter_scan *scan, const struct rule *rule, size_t count, size_t *at);

#endif
