/*
 * kind_uri.c - uri: a pattern over each form of each URI, or conditions on parts of one
 *
 * The plain form sees every variant that uri.c makes, one at a time. With
 * named parts one record (where it stood, its text, its host ...) must meet
 * all conditions at once; a part that is absent is an empty text.
 */
#include "engine/rules/kinds.h"

/* Parts of a URI record: PART(ID, "key"). */
#define PART_TABLE(X)         \
	X(RAW, "raw")         \
	X(CLEANED, "cleaned") \
	X(TYPE, "type")       \
	X(TAG, "tag")         \
	X(TEXT, "text")       \
	X(HOST, "host")       \
	X(DOMAIN, "domain")

enum part_key {
#define PART_ENUM(id, key) PART_##id,
	PART_TABLE(PART_ENUM)
#undef PART_ENUM
	    PART_COUNT
};

static const char *const keys[] = {
#define PART_NAME(id, key) key,
	PART_TABLE(PART_NAME)
#undef PART_NAME
};

static bool
compile_condition(struct ruleset *ruleset, const struct uri_condition *condition,
    struct uri_test *test, struct err *err)
{
	while (test->part < PART_COUNT && !slice_eq(condition->key, slice_of(keys[test->part])))
		test->part++;
	if (test->part == PART_COUNT) {
		err_set(err,
		    "a URI has no part %.*s: there are raw cleaned type tag text host domain",
		    SLICE_ARG(condition->key));
		return false;
	}
	test->negated = condition->negated;
	test->regex = ruleset_regex(ruleset, condition->pattern, err);
	return test->regex != NULL;
}

bool
kind_uri_compile(struct ruleset *ruleset, struct rule *rule, struct err *err)
{
	size_t count = rule->def.condition_count;

	if (count == 0) {
		rule->regex = ruleset_regex(ruleset, rule->def.pattern, err);
		return rule->regex != NULL;
	}
	rule->tests = arena_array(ruleset->arena, count, sizeof(*rule->tests));
	for (size_t i = 0; i < count; i++) {
		if (!compile_condition(ruleset, &rule->def.conditions[i], &rule->tests[i], err))
			return false;
	}
	rule->test_count = count;
	return true;
}

static struct slice
uri_part(const struct uri *uri, enum part_key part)
{
	switch (part) {
	case PART_RAW:
		return uri->raw;
	case PART_TYPE:
	case PART_TAG:
		return uri->element;
	case PART_TEXT:
		return uri->text;
	case PART_HOST:
		return uri->host;
	case PART_DOMAIN:
		return uri->domain;
	case PART_CLEANED:
	case PART_COUNT:
		break;
	}
	return SLICE_ABSENT;
}

static bool
test_variants(struct views *views, const struct rule *rule, const struct uri_test *test,
    const struct uri *uri)
{
	for (size_t i = 0; i < uri->variants.n; i++) {
		if (views_test(views, rule, test->regex, uri->variants.v[i]))
			return true;
	}
	return false;
}

static bool
record_holds(struct views *views, const struct rule *rule, const struct uri *uri)
{
	for (size_t i = 0; i < rule->test_count; i++) {
		const struct uri_test *test = &rule->tests[i];
		bool matches = test->part == PART_CLEANED
				   ? test_variants(views, rule, test, uri)
				   : views_test(views, rule, test->regex,
					 uri_part(uri, (enum part_key)test->part));

		if (matches == test->negated)
			return false;
	}
	return true;
}

static void
eval_records(const struct rule *rule, struct views *views, const struct uri_list *uris,
    struct outcome *outcome)
{
	unsigned most = (rule->def.tags & RULE_MULTIPLE) == 0 ? 1
			: rule->def.maxhits == 0              ? RULE_HITS_MAX
							      : rule->def.maxhits;

	for (size_t i = 0; i < uris->n && outcome->count < most && !views->spent; i++) {
		if (!record_holds(views, rule, &uris->v[i]) || views->spent)
			continue;
		if (outcome->count++ == 0) {
			outcome->matched = uris->v[i].raw;
			outcome->view = SLICE("uri");
		}
	}
}

void
kind_uri_eval(const struct rule *rule, struct views *views, struct outcome *outcome)
{
	struct uri_list uris = views_uris(views);

	if (rule->test_count > 0) {
		eval_records(rule, views, &uris, outcome);
		return;
	}
	for (size_t i = 0; i < uris.variants.n; i++) {
		if (views_match(views, rule, uris.variants.v[i], SLICE("uri"), outcome))
			return;
	}
}
