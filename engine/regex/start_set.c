/*
 * start_set.c - where matches may begin, by the kinds of their first three bytes
 *
 * For each node of the tree: whether it may be empty, which texts of one and
 * of two kinds it may be as a whole, and which three kinds it may begin with.
 * Of a sequence only so many items are looked at as it takes to be past three
 * bytes. What is worked out for a group that calls name is kept.
 *
 * The table has a row for each three kinds, with a bit for each pattern: 256 KB
 * for 64 patterns. Texts have few different rows, so they stay in the cache.
 *
 * Limits: a pattern that may begin at more than CHANCE_MAX of mail's bytes is
 * not taken; DEPTH_MAX, beyond which a node may be anything.
 */
#include "engine/regex/start_set.h"

#include <stdlib.h>
#include <string.h>

#include "engine/regex/rareness.h"
#include "engine/util/vec.h"

#define KINDS RARENESS_KINDS
#define PAIRS (KINDS * KINDS)
#define ROWS ((size_t)KINDS * PAIRS)
#define CHANCE_MAX 0.2
#define DEPTH_MAX 60
/* Copies of an item until three bytes are past. */
#define COPIES 3

/* What a node may begin with. */
struct start {
	bool empty;
	uint32_t ones; /* kinds that are all of it */
	uint32_t twos[KINDS]; /* by the first kind: the second, and no more follows */
	uint32_t threes[PAIRS]; /* by the first two kinds: the third */
};

struct start_set {
	struct arena *arena;
	struct vec patterns; /* struct start *, on the heap until the set is sealed */
	size_t words;
	uint64_t *rows; /* ROWS times words */
	unsigned char kinds[256];
};

struct start_set *
start_set_new(struct arena *arena)
{
	struct start_set *set = arena_alloc(arena, sizeof(*set));

	set->arena = arena;
	set->patterns = VEC_OF(struct start *, arena);
	for (unsigned byte = 0; byte < 256; byte++)
		set->kinds[byte] = (unsigned char)rareness_kind((char)byte);
	return set;
}

static void start_of(const struct start_set *set, struct arena *work, struct syntax_node *node,
    unsigned depth, struct start *start);

static void
set_anything(struct start *start)
{
	memset(start, 0xff, sizeof(*start));
	start->empty = true;
}

static bool
is_short(const struct start *start)
{
	uint32_t any = start->ones;

	for (unsigned i = 0; i < KINDS; i++)
		any |= start->twos[i];
	return start->empty || any != 0;
}

/* Joins what `b` may begin with. */
static void
join(struct start *a, const struct start *b)
{
	a->empty |= b->empty;
	a->ones |= b->ones;
	for (unsigned i = 0; i < KINDS; i++)
		a->twos[i] |= b->twos[i];
	for (unsigned i = 0; i < PAIRS; i++)
		a->threes[i] |= b->threes[i];
}

/* The first kind of b, and by it the second: of all that has so many. */
static void
first_kinds(const struct start *b, uint32_t *first, uint32_t seconds[KINDS])
{
	*first = b->ones;
	for (unsigned i = 0; i < KINDS; i++) {
		seconds[i] = b->twos[i];
		for (unsigned k = 0; k < KINDS; k++) {
			if (b->threes[i * KINDS + k] != 0)
				seconds[i] |= UINT32_C(1) << k;
		}
		if (seconds[i] != 0)
			*first |= UINT32_C(1) << i;
	}
}

/* a with b behind it, in a. */
static void
append(struct start *a, const struct start *b)
{
	const uint32_t ones = a->ones;
	uint32_t twos[KINDS], first, seconds[KINDS];

	memcpy(twos, a->twos, sizeof(twos));
	first_kinds(b, &first, seconds);
	if (!b->empty) {
		a->ones = 0;
		memset(a->twos, 0, sizeof(a->twos));
	}
	for (unsigned i = 0; i < KINDS; i++) {
		if ((ones >> i & 1) != 0) {
			a->twos[i] |= b->ones;
			for (unsigned k = 0; k < KINDS; k++) {
				/* What has two kinds, or begins with two. */
				if ((seconds[k]) != 0)
					a->threes[i * KINDS + k] |= seconds[k];
			}
		}
		for (unsigned k = 0; k < KINDS; k++) {
			if ((twos[i] >> k & 1) != 0)
				a->threes[i * KINDS + k] |= first;
		}
	}
	if (a->empty) {
		a->ones |= b->ones;
		for (unsigned i = 0; i < KINDS; i++)
			a->twos[i] |= b->twos[i];
		for (unsigned i = 0; i < PAIRS; i++)
			a->threes[i] |= b->threes[i];
	}
	a->empty = a->empty && b->empty;
}

/* The same for a class, which most items are. */
static void
append_kinds(struct start *a, uint32_t kinds)
{
	for (unsigned i = 0; i < KINDS; i++) {
		for (unsigned k = 0; k < KINDS && a->twos[i] != 0; k++) {
			if ((a->twos[i] >> k & 1) != 0)
				a->threes[i * KINDS + k] |= kinds;
		}
		a->twos[i] = (a->ones >> i & 1) != 0 ? kinds : 0;
	}
	a->ones = a->empty ? kinds : 0;
	a->empty = false;
}

static uint32_t
kinds_of(const struct start_set *set, const struct byte_set *bytes)
{
	uint32_t kinds = 0;

	for (int byte = byte_set_next(bytes, 0); byte >= 0; byte = byte_set_next(bytes, byte + 1))
		kinds |= UINT32_C(1) << set->kinds[byte];
	return kinds;
}

static void
start_of_sequence(const struct start_set *set, struct arena *work, const struct syntax_node *node,
    unsigned depth, struct start *start)
{
	struct start item;

	memset(start, 0, sizeof(*start));
	start->empty = true;
	for (struct syntax_node *child = node->first; child != NULL && is_short(start);
	     child = child->next) {
		if (child->kind == SYNTAX_SET) {
			append_kinds(start, kinds_of(set, &child->set));
			continue;
		}
		start_of(set, work, child, depth, &item);
		append(start, &item);
	}
}

static void
start_of_copies(const struct start_set *set, struct arena *work, const struct syntax_node *node,
    unsigned depth, struct start *start)
{
	struct start item;

	start_of(set, work, node->first, depth, &item);
	memset(start, 0, sizeof(*start));
	start->empty = true;
	for (unsigned i = 0; i < COPIES && i < node->max; i++) {
		if (i == node->min)
			item.empty = true;
		append(start, &item);
	}
}

/* A group that calls name is worked out once. */
static void
start_of_call(const struct start_set *set, struct arena *work, struct syntax_node *target,
    unsigned depth, struct start *start)
{
	struct start *kept;

	if (target->busy) {
		set_anything(start);
		return;
	}
	if (target->start_memo == NULL) {
		kept = arena_alloc(work, sizeof(*kept));
		if (kept == NULL) {
			set_anything(start);
			return;
		}
		target->busy = true;
		start_of(set, work, target, depth, kept);
		target->busy = false;
		target->start_memo = kept;
	}
	*start = *(const struct start *)target->start_memo;
}

static void
start_of(const struct start_set *set, struct arena *work, struct syntax_node *node, unsigned depth,
    struct start *start)
{
	struct start branch;

	if (depth == DEPTH_MAX) {
		set_anything(start);
		return;
	}
	switch (node->kind) {
	case SYNTAX_EMPTY:
		memset(start, 0, sizeof(*start));
		start->empty = true;
		break;
	case SYNTAX_SET:
		memset(start, 0, sizeof(*start));
		start->ones = kinds_of(set, &node->set);
		break;
	case SYNTAX_CAT:
		start_of_sequence(set, work, node, depth + 1, start);
		break;
	case SYNTAX_ALT:
		start_of(set, work, node->first, depth + 1, start);
		for (struct syntax_node *child = node->first->next; child != NULL;
		     child = child->next) {
			start_of(set, work, child, depth + 1, &branch);
			join(start, &branch);
		}
		break;
	case SYNTAX_REPEAT:
		start_of_copies(set, work, node, depth + 1, start);
		break;
	case SYNTAX_CALL:
		start_of_call(set, work, node->target, depth + 1, start);
		break;
	case SYNTAX_ANY:
		set_anything(start);
		break;
	}
}

/* At which share of mail's bytes three such kinds stand. */
static double
start_chance(const struct start *start)
{
	double chance = 0;

	for (unsigned pair = 0; pair < PAIRS && chance <= CHANCE_MAX; pair++) {
		for (unsigned third = 0; third < KINDS && start->threes[pair] != 0; third++) {
			if ((start->threes[pair] >> third & 1) != 0)
				chance += rareness_kinds_chance(pair / KINDS, pair % KINDS, third);
		}
	}
	return chance;
}

int
start_set_add(struct start_set *set, struct arena *work, struct syntax_node *tree)
{
	struct start start, *kept;

	start_of(set, work, tree, 0, &start);
	if (is_short(&start) || start_chance(&start) > CHANCE_MAX)
		return -1;
	kept = malloc(sizeof(*kept));
	if (kept == NULL)
		abort();
	*kept = start;
	*(struct start **)vec_push(&set->patterns) = kept;
	return (int)set->patterns.n - 1;
}

size_t
start_set_count(const struct start_set *set)
{
	return set->patterns.n;
}

size_t
start_set_words(const struct start_set *set)
{
	return set->words;
}

void
start_set_seal(struct start_set *set)
{
	set->words = (set->patterns.n + 63) / 64;
	set->rows = arena_array(set->arena, ROWS * set->words + 1, sizeof(*set->rows));
	for (size_t i = 0; i < set->patterns.n; i++) {
		struct start *start = *(struct start **)vec_at(&set->patterns, i);

		for (size_t row = 0; row < ROWS; row++) {
			if ((start->threes[row / KINDS] >> (row % KINDS) & 1) != 0)
				set->rows[row * set->words + i / 64] |= UINT64_C(1) << (i % 64);
		}
		free(start);
	}
}

void
start_set_drop(struct start_set *set)
{
	for (size_t i = 0; i < set->patterns.n; i++)
		free(*(struct start **)vec_at(&set->patterns, i));
	set->patterns = VEC_OF(struct start *, set->arena);
}

void
start_set_read(const struct start_set *set, struct slice text, uint64_t *words)
{
	size_t row = 0;

	for (size_t i = 0; i < text.n; i++) {
		row = (row * KINDS + set->kinds[(unsigned char)text.p[i]]) % ROWS;
		if (i < 2)
			continue;
		for (size_t k = 0; k < set->words; k++)
			words[k] |= set->rows[row * set->words + k];
	}
}

size_t
start_set_next(const struct start_set *set, unsigned number, struct slice text, size_t at)
{
	const uint64_t *column = set->rows + number / 64;
	size_t row = 0;

	for (size_t i = at; i < text.n; i++) {
		row = (row * KINDS + set->kinds[(unsigned char)text.p[i]]) % ROWS;
		if (i >= at + 2 && (column[row * set->words] >> (number % 64) & 1) != 0)
			return i - 2;
	}
	return text.n;
}
