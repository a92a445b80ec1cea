/*
 * rule_attribute.c - directives that say something of a rule: score, tflags, ...
 *
 * They may stand before the rule, and stay when it is defined anew; the last
 * line of a name counts.
 */
#include "conf/spamassassin/directive.h"
#include "engine/rules/score.h"
#include "engine/util/ascii.h"

#define PRIORITY_LIMIT 100000 /* as in YAML */

static void
expected(struct sa_config *config, const struct sa_statement *statement, const char *what)
{
	sa_config_warn(config, &statement->origin, SLICE_ABSENT, "%.*s: expected %s",
	    SLICE_ARG(statement->key), what);
}

/* A rule's name and a value; NULL and told: one is not there. */
static struct sa_rule *
split(struct sa_config *config, const struct sa_statement *statement, struct slice *value_r,
    const char *what)
{
	struct slice name;

	*value_r = statement->value;
	if (slice_next_word(value_r, &name)) {
		*value_r = slice_trim(*value_r);
		if (value_r->n > 0)
			return sa_config_rule(config, name);
	}
	expected(config, statement, what);
	return NULL;
}

/* -digits[.digits], of which six after the point are looked at and 1000 is the most. */
static bool
read_number(struct slice text, int64_t *score_r)
{
	size_t i = slice_starts(text, SLICE("-")) ? 1 : 0, start = i, point;

	while (i < text.n && ascii_is_digit(text.p[i]))
		i++;
	point = i;
	if (i == start || (i < text.n && text.p[i] != '.'))
		return false;
	for (i++; i < text.n; i++)
		if (!ascii_is_digit(text.p[i]))
			return false;
	if (point < text.n && text.n == point + 1)
		return false;
	if (!score_parse(slice_cut(text, 0, point + 7), score_r))
		*score_r = start == 1 ? -SCORE_LIMIT : SCORE_LIMIT;
	return true;
}

/* One score, perhaps in parentheses: then it is added to the one before. */
static bool
read_score(struct slice word, int64_t *score_r, bool *relative)
{
	if (word.n > 2 && word.p[0] == '(' && word.p[word.n - 1] == ')') {
		*relative = true;
		word = slice_cut(word, 1, word.n - 1);
	}
	return read_number(word, score_r);
}

void
sa_read_score(struct sa_config *config, const struct sa_statement *statement)
{
	struct slice value, word;
	struct sa_rule *rule = split(
	    config, statement, &value, "a rule's name and one score or four");
	int64_t scores[SA_SCORE_SETS];
	bool relative = false;
	size_t n = 0;

	if (rule == NULL)
		return;
	while (slice_next_word(&value, &word)) {
		if (n == SA_SCORE_SETS || !read_score(word, &scores[n], &relative)) {
			expected(config, statement, "a rule's name and one score or four");
			return;
		}
		n++;
	}
	if (n != 1 && n != SA_SCORE_SETS) {
		expected(config, statement, "a rule's name and one score or four");
		return;
	}
	if (relative && !rule->has_scores) {
		expected(
		    config, statement, "a score before one in parentheses, which is added to it");
		return;
	}
	for (size_t i = 0; i < SA_SCORE_SETS; i++)
		rule->scores[i] = scores[n == 1 ? 0 : i] + (relative ? rule->scores[i] : 0);
	rule->has_scores = true;
	rule->score_origin = statement->origin;
}

void
sa_read_tflags(struct sa_config *config, const struct sa_statement *statement)
{
	struct slice value;
	struct sa_rule *rule = split(config, statement, &value, "a rule's name and flags");

	if (rule != NULL)
		rule->tflags = value;
}

void
sa_read_describe(struct sa_config *config, const struct sa_statement *statement)
{
	struct slice value;
	struct sa_rule *rule = split(config, statement, &value, "a rule's name and a text");

	if (rule != NULL)
		rule->describe = value;
}

void
sa_read_subjprefix(struct sa_config *config, const struct sa_statement *statement)
{
	struct slice value;
	struct sa_rule *rule = split(config, statement, &value, "a rule's name and a text");

	if (rule != NULL)
		rule->subject_prefix = value;
}

static bool
read_integer(struct slice text, int *value_r)
{
	size_t i = slice_starts(text, SLICE("-")) ? 1 : 0, start = i;
	int value = 0;

	for (; i < text.n && ascii_is_digit(text.p[i]); i++)
		if (value < PRIORITY_LIMIT)
			value = value * 10 + (text.p[i] - '0');
	if (value > PRIORITY_LIMIT)
		value = PRIORITY_LIMIT;
	*value_r = start == 1 ? -value : value;
	return i == text.n && i > start;
}

void
sa_read_priority(struct sa_config *config, const struct sa_statement *statement)
{
	struct slice value;
	struct sa_rule *rule = split(config, statement, &value, "a rule's name and a whole number");
	int priority;

	if (rule == NULL)
		return;
	if (!read_integer(value, &priority)) {
		expected(config, statement, "a rule's name and a whole number");
		return;
	}
	rule->has_priority = true;
	rule->priority = priority;
}

/* tflags lines that come later take the place of those that ham and spam bring. */
void
sa_read_shortcircuit(struct sa_config *config, const struct sa_statement *statement)
{
	struct slice value;
	struct sa_rule *rule = split(
	    config, statement, &value, "a rule's name and on, off, ham or spam");
	bool ham;

	if (rule == NULL)
		return;
	ham = slice_eq(value, SLICE("ham"));
	if (ham || slice_eq(value, SLICE("spam"))) {
		rule->tflags = arena_printf(config->arena, "%.*s %s", SLICE_ARG(rule->tflags),
		    ham ? "nice noautolearn" : "noautolearn");
		if (rule->priority == 0) {
			rule->has_priority = true;
			rule->priority = -200;
		}
	} else if (!slice_eq(value, SLICE("on")) && !slice_eq(value, SLICE("off"))) {
		expected(config, statement, "a rule's name and on, off, ham or spam");
		return;
	}
	rule->shortcircuit = value;
}
