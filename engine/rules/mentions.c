/*
 * mentions.c - names that metas read, sorted; globs are tried one by one, for there are few
 */
#include "engine/rules/mentions.h"

#include <stdlib.h>

#include "engine/rules/rule.h"
#include "engine/util/vec.h"

struct mention {
	struct slice text;
	size_t meta;
};

struct mentions {
	struct vec names, globs; /* struct mention */
};

struct mentions *
mentions_new(struct arena *arena)
{
	struct mentions *mentions = arena_alloc(arena, sizeof(*mentions));

	mentions->names = VEC_OF(struct mention, arena);
	mentions->globs = VEC_OF(struct mention, arena);
	return mentions;
}

void
mentions_add(struct mentions *mentions, struct slice name, size_t meta)
{
	*(struct mention *)vec_push(&mentions->names) = (struct mention){ name, meta };
}

void
mentions_add_glob(struct mentions *mentions, struct slice glob, size_t meta)
{
	*(struct mention *)vec_push(&mentions->globs) = (struct mention){ glob, meta };
}

static int
by_text(const void *a, const void *b)
{
	return slice_compare(((const struct mention *)a)->text, ((const struct mention *)b)->text);
}

void
mentions_seal(struct mentions *mentions)
{
	if (mentions->names.n > 0)
		qsort(mentions->names.p, mentions->names.n, sizeof(struct mention), by_text);
}

void
mentions_find(const struct mentions *mentions, struct slice name, mention_found_fn *found, void *p)
{
	const struct mention *names = mentions->names.p;
	size_t low = 0, high = mentions->names.n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (slice_compare(names[middle].text, name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < mentions->names.n && slice_eq(names[low].text, name); low++)
		found(p, names[low].meta);
	for (size_t i = 0; i < mentions->globs.n; i++) {
		const struct mention *glob = vec_at(&mentions->globs, i);

		if (glob_matches(glob->text, name, false))
			found(p, glob->meta);
	}
}
