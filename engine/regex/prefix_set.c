/*
 * prefix_set.c - the patterns of a set dealt out to automata
 *
 * What many patterns come to at once is told apart by one automaton with as
 * many states as there are combinations. So those that are in the middle of
 * something at most bytes of any text (runs of letters) are not put together with
 * those that seldom are; nor are large ones, whose states are many, with
 * small ones. Patterns of one sort are often variants of each other, and share states.
 *
 * Limits: PART_PATTERNS_MAX, PART_SETS_MAX, SIZE_MOST.
 */
#include "engine/regex/prefix_set.h"

#include <string.h>

#include "engine/util/vec.h"

/* Fewer patterns are one automaton, whatever they are. */
#define SMALL 32
/* Of one automaton. */
#define PART_PATTERNS_MAX 64
#define PART_SETS_MAX 2000
/* Of all patterns together, some 60 MB; any view of the stock rules has less than a tenth. */
#define SIZE_MOST ((size_t)4000000)
/* What a first step counts for, since it is looked at for each class of bytes. */
#define FIRST_STEP 16

/* By how often they are in the middle of something, and by how much they know. */
enum sort {
	SORT_RESTLESS, /* most of the time */
	SORT_LARGEST,
	SORT_LARGE,
	SORT_BUSY, /* often */
	SORT_MIDDLE,
	SORT_PLAIN,
	SORT_COUNT
};

#define RESTLESS 0.3
#define BUSY 0.1
#define LARGEST 1100
#define LARGE 300
#define MIDDLE 100

struct prefix_set {
	struct arena *arena;
	struct arena *gathered; /* the patterns', until the set is sealed */
	struct vec patterns; /* struct prefix_pattern, in it */
	struct vec parts; /* struct prefix_part * */
	size_t count;
	size_t size; /* as SIZE_MOST counts it */
};

struct prefix_set *
prefix_set_new(struct arena *arena)
{
	struct prefix_set *set = arena_alloc(arena, sizeof(*set));

	set->arena = arena;
	set->parts = VEC_OF(struct prefix_part *, arena);
	return set;
}

static struct vec
copy_of(struct arena *arena, const struct vec *vec)
{
	struct vec copy = *vec;

	copy.arena = arena;
	copy.room = vec->n;
	copy.p = arena_array(arena, vec->n + 1, vec->size);
	if (vec->n > 0)
		memcpy(copy.p, vec->p, vec->n * vec->size);
	return copy;
}

bool
prefix_set_add(struct prefix_set *set, const struct prefix_pattern *pattern, unsigned *number_r)
{
	const struct prefix_item *start = vec_at(&pattern->items, 0);
	size_t size = pattern->items.n + pattern->steps.n + start->count * (size_t)FIRST_STEP;

	if (size > SIZE_MOST - set->size)
		return false;
	set->size += size;
	if (set->gathered == NULL) {
		set->gathered = arena_new(SIZE_MAX);
		set->patterns = VEC_OF(struct prefix_pattern, set->gathered);
	}
	*(struct prefix_pattern *)vec_push(&set->patterns) = (struct prefix_pattern){
		.items = copy_of(set->gathered, &pattern->items),
		.steps = copy_of(set->gathered, &pattern->steps),
		.sets = copy_of(set->gathered, &pattern->sets),
		.unrest = pattern->unrest,
	};
	*number_r = (unsigned)set->count++;
	return true;
}

static enum sort
sort_of(const struct prefix_pattern *pattern)
{
	if (pattern->unrest >= RESTLESS)
		return SORT_RESTLESS;
	if (pattern->items.n >= LARGEST)
		return SORT_LARGEST;
	if (pattern->items.n >= LARGE)
		return SORT_LARGE;
	if (pattern->unrest >= BUSY)
		return SORT_BUSY;
	return pattern->items.n >= MIDDLE ? SORT_MIDDLE : SORT_PLAIN;
}

size_t
prefix_set_count(const struct prefix_set *set)
{
	return set->count;
}

void
prefix_set_seal(struct prefix_set *set)
{
	struct prefix_part *open[SORT_COUNT] = { NULL };

	for (size_t i = 0; i < set->patterns.n; i++) {
		const struct prefix_pattern *pattern = vec_at(&set->patterns, i);
		struct prefix_part **part =
		    &open[set->count < SMALL ? SORT_PLAIN : sort_of(pattern)];

		if (*part == NULL || (*part)->pattern_count == PART_PATTERNS_MAX ||
		    (*part)->sets.n + pattern->sets.n > PART_SETS_MAX) {
			*part = prefix_part_new(set->arena);
			*(struct prefix_part **)vec_push(&set->parts) = *part;
		}
		prefix_part_add(*part, (unsigned)i, pattern);
	}
	for (size_t i = 0; i < set->parts.n; i++)
		prefix_part_seal(*(struct prefix_part **)vec_at(&set->parts, i));
	set->patterns.n = 0;
	arena_free(&set->gathered);
}

size_t
prefix_set_parts(const struct prefix_set *set)
{
	return set->parts.n;
}

const struct prefix_part *
prefix_set_part(const struct prefix_set *set, size_t i)
{
	return *(struct prefix_part **)vec_at(&set->parts, i);
}
