/*
 * ruleset_view.h - the arrays of rules that a scan walks, made of a former ruleset's
 *
 * For ruleset_build.c and ruleset_extend.c. What is taken out and what joins
 * is found by halving; all between is copied as it is.
 */
#ifndef STEELYARD_ENGINE_RULES_RULESET_VIEW_H
#define STEELYARD_ENGINE_RULES_RULESET_VIEW_H

#include "engine/rules/rule.h"

/* Some rules, in one order. */
struct rule_refs {
	const struct rule **v;
	size_t count;
};

/* How a ruleset differs from a former one. */
struct view_change {
	const struct ruleset *former; /* NULL: nothing stood before */
	/*
	 * Those of the former's that are in force no more, sorted by name. Of those with numbers
	 * that the ruleset's layer takes, if that is new, or behind: all.
	 */
	struct rule_refs gone;
	bool grows; /* the ruleset's layer is new: its rules join */
};

/* For qsort: two of rule_refs.v by name. */
int view_by_name(const void *a, const void *b);

/* Opens the view: rules by number and by name, while the layer's are not compiled yet. */
void view_open(struct ruleset *ruleset, const struct view_change *change);

/* When they are compiled and ordered: what is in force, when it runs, who reads it, and the id. */
void view_close(struct ruleset *ruleset, const struct view_change *change);

#endif
