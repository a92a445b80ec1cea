/*
 * kind_uri.c - uri: a pattern over each form of each URI, or conditions on parts of one
 *
 * The plain form sees every variant that uri.c makes, one at a time. With
 * named parts one record (where it stood, its text, its host ...) must meet
 * all conditions at once. A part may have several values, of which one must
 * do, or none, and then its condition never holds: SpamAssassin's uri_detail.
 */
#include "engine/rules/kinds.h"

#include "engine/rules/capture.h"

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

	if (count == 0)
		return capture_compile(ruleset, rule, err);
	rule->tests = arena_array(ruleset->arena, count, sizeof(*rule->tests));
	for (size_t i = 0; i < count; i++) {
		if (!compile_condition(ruleset, &rule->def.conditions[i], &rule->tests[i], err))
			return false;
	}
	rule->test_count = count;
	return true;
}

static struct slice_list
one_value(const struct slice *value)
{
	return (struct slice_list){ value, value->p != NULL };
}

/* What there is of a part; nothing: the URI has none. */
static struct slice_list
part_values(const struct rule *rule, const struct uri *uri, enum part_key part)
{
	switch (part) {
	case PART_RAW:
		return one_value(&uri->raw);
	case PART_CLEANED:
		return uri->variants;
	case PART_TYPE:
		return uri->types;
	case PART_TAG:
		return one_value(&uri->element);
	case PART_TEXT:
		/* The href as written has it; for ours so has what a base made of that. */
		return uri->anchors.n > 0 || rule->def.imported ? uri->anchors
								: one_value(&uri->text);
	case PART_HOST:
		return uri->hosts;
	case PART_DOMAIN:
		return uri->domains;
	case PART_COUNT:
		break;
	}
	return (struct slice_list){ NULL, 0 };
}

/* Whether one of the part's values is as asked: with !~ one that does not match will do. */
static bool
test_holds(struct views *views, const struct rule *rule, const struct uri_test *test,
    const struct uri *uri)
{
	struct slice_list values = part_values(rule, uri, (enum part_key)test->part);

	for (size_t i = 0; i < values.n; i++) {
		if (views_test(views, rule, test->regex, values.v[i]) != test->negated)
			return true;
	}
	return false;
}

static bool
record_holds(struct views *views, const struct rule *rule, const struct uri *uri)
{
	if (uri->extended && rule->def.imported)
		return false;
	for (size_t i = 0; i < rule->test_count; i++) {
		if (!test_holds(views, rule, &rule->tests[i], uri))
			return false;
	}
	return true;
}

static void
eval_records(const struct rule *rule, struct views *views, const struct uri_list *uris,
    struct outcome *outcome)
{
	unsigned most = rule_most_hits(rule);

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
	for (size_t i = 0; views_next_text(views, rule, PREFILTER_URI, uris.variants, &i); i++) {
		if (views_match(views, rule, uris.variants.v[i], SLICE("uri"), outcome))
			return;
	}
}
