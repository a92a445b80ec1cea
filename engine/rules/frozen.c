/*
 * frozen.c - patterns with tags' values, as SpamAssassin's process keeps them
 *
 * A ruleset is known by its id, as its address may be used again.
 */
#include "engine/rules/frozen.h"

#include <stdlib.h>
#include <string.h>

#include "engine/util/buf.h"
#include "engine/util/vec.h"

struct frozen_pattern {
	size_t rule;
	struct regex *regex;
};

struct frozen {
	struct buf ruleset; /* the id of the ruleset they are of */
	struct vec patterns; /* struct frozen_pattern */
};

struct frozen *
frozen_new(void)
{
	struct frozen *frozen = calloc(1, sizeof(*frozen));

	if (frozen == NULL)
		abort();
	frozen->patterns = VEC_OF(struct frozen_pattern, NULL);
	return frozen;
}

static void
forget(struct frozen *frozen)
{
	for (size_t i = 0; i < frozen->patterns.n; i++)
		regex_free(&((struct frozen_pattern *)vec_at(&frozen->patterns, i))->regex);
	vec_clear(&frozen->patterns);
	buf_clear(&frozen->ruleset);
}

void
frozen_free(struct frozen **frozen)
{
	if (*frozen == NULL)
		return;
	forget(*frozen);
	free(*frozen);
	*frozen = NULL;
}

const struct regex *
frozen_find(const struct frozen *frozen, const struct ruleset *ruleset, size_t rule)
{
	if (!slice_eq(buf_slice(&frozen->ruleset), ruleset_id(ruleset)))
		return NULL;
	for (size_t i = 0; i < frozen->patterns.n; i++) {
		const struct frozen_pattern *pattern = vec_at(&frozen->patterns, i);

		if (pattern->rule == rule)
			return pattern->regex;
	}
	return NULL;
}

void
frozen_keep(struct frozen *frozen, const struct ruleset *ruleset, size_t rule, struct regex *regex)
{
	if (!slice_eq(buf_slice(&frozen->ruleset), ruleset_id(ruleset))) {
		forget(frozen);
		buf_add(&frozen->ruleset, ruleset_id(ruleset));
	}
	*(struct frozen_pattern *)vec_push(
	    &frozen->patterns) = (struct frozen_pattern){ rule, regex };
}
