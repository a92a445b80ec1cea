/*
 * self_test.h - texts made of patterns are sent through the prefilter when a ruleset is built
 *
 * Whatever stands before PCRE2 must lose no match. Of each pattern that it
 * knows something of, a few texts are made that PCRE2 lets the pattern match;
 * the prefilter, as messages will meet it, must let them pass. A pattern of
 * which it loses one shows a mistake of ours: from then on PCRE2 alone is asked
 * about it.
 *
 * SYNOPSIS
 *	struct self_test *test = self_test_new();
 *
 *	... self_test_add(test, rule, tree); for each rule the prefilter takes ...
 *	lost = self_test_run(test, ruleset);
 *	self_test_free(&test);
 */
#ifndef STEELYARD_ENGINE_RULES_SELF_TEST_H
#define STEELYARD_ENGINE_RULES_SELF_TEST_H

#include <stddef.h>

#include "engine/regex/syntax.h"
#include "engine/rules/rule.h"

struct self_test;

/* Never NULL. */
struct self_test *self_test_new(void);

/* Frees all and nulls *test; NULL inside is fine. */
void self_test_free(struct self_test **test);

/* Makes the rule's texts, out of its pattern's tree. The rule must outlive the test. */
void self_test_add(struct self_test *test, struct rule *rule, const struct syntax_node *tree);

/*
 * Sends all texts through the prefilter of the ruleset's last layer, which is ready. The rules of
 * which it lost one are its no more, and `unproven`. Returns how many.
 */
size_t self_test_run(struct self_test *test, const struct ruleset *ruleset);

#endif
