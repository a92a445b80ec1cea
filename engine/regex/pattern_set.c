/*
 * pattern_set.c - factors of many patterns over texts, at a cost of what is found
 *
 * A literal knows the clauses it stands in. Found in a text for the first time, it meets
 * them; a pattern all of whose clauses are met is noted for that text. What a text
 * has met is forgotten behind it by walking what was met, so nothing costs
 * as much as there are patterns.
 *
 * Texts are folded block by block. What must be kept for a message is bounded
 * by PATTERN_TEXTS_MAX; when there is no memory, a pattern may match anywhere.
 */
#include "engine/regex/pattern_set.h"

#include <stdint.h>
#include <string.h>

#include "engine/regex/fold.h"
#include "engine/regex/literal_set.h"
#include "engine/util/vec.h"

/* Bytes that are folded at a time, and of the last block that come once more. */
#define BLOCK ((size_t)8192)
#define OVERLAP ((size_t)FACTOR_LITERAL_MAX)

/* A clause that a literal stands in. */
struct use {
	uint32_t pattern;
	uint32_t bit;
};

struct pattern {
	unsigned group;
	unsigned char all; /* bits of its clauses */
};

/* A literal's uses, while they are gathered. */
struct literal_uses {
	struct vec uses; /* struct use */
};

struct pattern_set {
	struct arena *arena;
	struct literal_set *literals;
	struct vec patterns; /* struct pattern */
	struct vec gathered; /* struct literal_uses, by literal */
	uint32_t *first; /* by literal: where its uses begin; one more at the end */
	struct use *uses; /* of a literal: by pattern */
	unsigned char fold[256];
};

/* A text that a pattern may match. */
struct place {
	uint32_t text;
	uint32_t next; /* number + 1 of its next one; 0: none */
};

/* Of one pattern in one message. */
struct pattern_places {
	uint32_t first, last; /* numbers + 1 in `places`; 0: none */
	uint32_t count;
	uint32_t all_from; /* number + 1 of the text from which on it may match all; 0: none */
};

struct pattern_hits {
	const struct pattern_set *set;
	struct arena *arena;
	struct pattern_places *patterns;
	struct vec places; /* struct place */
	unsigned group;
	size_t text;
	unsigned char *met; /* by pattern: bits of clauses, of the text at hand */
	struct vec touched; /* uint32_t: patterns with bits */
	uint32_t *found_in; /* by literal: the reading that found it last */
	uint32_t reading; /* a text's, 1 the first */
	char *block; /* folded */
	uint32_t only; /* number + 1 of the pattern that is looked for; 0: all are */
};

struct pattern_set *
pattern_set_new(struct arena *arena)
{
	struct pattern_set *set = arena_alloc(arena, sizeof(*set));

	set->arena = arena;
	set->literals = literal_set_new(arena);
	set->patterns = VEC_OF(struct pattern, arena);
	set->gathered = VEC_OF(struct literal_uses, arena);
	for (unsigned byte = 0; byte < 256; byte++)
		set->fold[byte] = fold_byte((unsigned char)byte);
	return set;
}

unsigned
pattern_set_add(struct pattern_set *set, unsigned group, const struct factor *factor)
{
	struct pattern *pattern = vec_push(&set->patterns);

	pattern->group = group;
	for (size_t i = 0; i < factor->n; i++) {
		const struct factor_clause *clause = &factor->clauses[i];

		pattern->all |= (unsigned char)(1U << i);
		for (size_t k = 0; k < clause->n; k++) {
			unsigned number = literal_set_add(set->literals, clause->literals[k]);
			struct literal_uses *of;
			struct use *use;

			if (number == set->gathered.n) {
				of = vec_push(&set->gathered);
				of->uses = VEC_OF(struct use, set->arena);
			}
			of = vec_at(&set->gathered, number);
			use = vec_push(&of->uses);
			*use = (struct use){ (uint32_t)set->patterns.n - 1, UINT32_C(1) << i };
		}
	}
	return (unsigned)set->patterns.n - 1;
}

size_t
pattern_set_count(const struct pattern_set *set)
{
	return set->patterns.n;
}

void
pattern_set_seal(struct pattern_set *set)
{
	size_t all = 0;

	for (size_t i = 0; i < set->gathered.n; i++)
		all += ((struct literal_uses *)vec_at(&set->gathered, i))->uses.n;
	set->first = arena_array(set->arena, set->gathered.n + 1, sizeof(*set->first));
	set->uses = arena_array(set->arena, all + 1, sizeof(*set->uses));
	all = 0;
	for (size_t i = 0; i < set->gathered.n; i++) {
		const struct vec *uses = &((struct literal_uses *)vec_at(&set->gathered, i))->uses;

		set->first[i] = (uint32_t)all;
		memcpy(set->uses + all, uses->p, uses->n * sizeof(struct use));
		all += uses->n;
	}
	set->first[set->gathered.n] = (uint32_t)all;
	literal_set_seal(set->literals);
}

struct pattern_hits *
pattern_hits_new(const struct pattern_set *set, struct arena *arena)
{
	struct pattern_hits *hits = arena_alloc(arena, sizeof(*hits));
	size_t count = set->patterns.n + 1;

	if (hits == NULL)
		return NULL;
	hits->set = set;
	hits->arena = arena;
	hits->patterns = arena_array(arena, count, sizeof(*hits->patterns));
	hits->met = arena_array(arena, count, 1);
	hits->block = arena_alloc(arena, BLOCK);
	hits->places = VEC_OF(struct place, arena);
	hits->touched = VEC_OF(uint32_t, arena);
	hits->found_in = arena_array(arena, set->gathered.n + 1, sizeof(*hits->found_in));
	return hits->patterns == NULL || hits->met == NULL || hits->block == NULL ||
		       hits->found_in == NULL
		   ? NULL
		   : hits;
}

void
pattern_hits_only(struct pattern_hits *hits, unsigned pattern)
{
	if (hits->only != 0)
		hits->patterns[hits->only - 1] = (struct pattern_places){ 0 };
	hits->places.n = 0;
	hits->only = pattern + 1;
}

/* There is no room: from the text at hand on it may match all. */
static void
match_all(struct pattern_hits *hits, uint32_t pattern)
{
	if (hits->patterns[pattern].all_from == 0)
		hits->patterns[pattern].all_from = (uint32_t)hits->text + 1;
}

/* The pattern may match the text at hand. */
static void
note_place(struct pattern_hits *hits, uint32_t pattern)
{
	struct pattern_places *places = &hits->patterns[pattern];
	struct place *place = NULL;

	if (places->all_from != 0)
		return;
	if (places->count < PATTERN_TEXTS_MAX)
		place = vec_push(&hits->places);
	if (place == NULL) {
		match_all(hits, pattern);
		return;
	}
	place->text = (uint32_t)hits->text;
	if (places->last != 0)
		((struct place *)vec_at(&hits->places, places->last - 1))->next =
		    (uint32_t)hits->places.n;
	else
		places->first = (uint32_t)hits->places.n;
	places->last = (uint32_t)hits->places.n;
	places->count++;
}

/* The first use of a literal that is one of the pattern's or of a later pattern. */
static uint32_t
first_use_of(const struct pattern_set *set, unsigned literal, uint32_t pattern)
{
	uint32_t from = set->first[literal], to = set->first[literal + 1];

	while (from < to) {
		uint32_t middle = from + (to - from) / 2;

		if (set->uses[middle].pattern < pattern)
			from = middle + 1;
		else
			to = middle;
	}
	return from;
}

/* A literal stands in the text at hand. */
static void
literal_found(void *p, unsigned number)
{
	struct pattern_hits *hits = p;
	const struct pattern_set *set = hits->set;
	uint32_t from = set->first[number], to = set->first[number + 1];

	if (hits->found_in[number] == hits->reading)
		return;
	hits->found_in[number] = hits->reading;
	if (hits->only != 0) {
		from = first_use_of(set, number, hits->only - 1);
		to = first_use_of(set, number, hits->only);
	}
	for (uint32_t i = from; i < to; i++) {
		const struct use *use = &set->uses[i];
		const struct pattern *pattern = vec_at(&set->patterns, use->pattern);
		unsigned char *met = &hits->met[use->pattern];

		if (pattern->group != hits->group || (*met & use->bit) != 0)
			continue;
		if (*met == 0) {
			uint32_t *touched = vec_push(&hits->touched);

			if (touched == NULL) {
				match_all(hits, use->pattern);
				continue;
			}
			*touched = use->pattern;
		}
		*met |= (unsigned char)use->bit;
		if (*met == pattern->all)
			note_place(hits, use->pattern);
	}
}

/* Folds text[from..to-1] into the block; a blank behind another is left out. */
static size_t
fold(struct pattern_hits *hits, struct slice text, size_t from, size_t to, size_t n)
{
	const unsigned char *table = hits->set->fold;
	char *block = hits->block;
	char last = n > 0 ? block[n - 1] : '\0';

	for (size_t i = from; i < to; i++) {
		char c = (char)table[(unsigned char)text.p[i]];

		block[n] = c;
		n += !(c == ' ' && last == ' ');
		last = c;
	}
	return n;
}

void
pattern_hits_read(struct pattern_hits *hits, unsigned group, size_t number, struct slice text)
{
	size_t at = 0, n = 0;

	hits->group = group;
	hits->text = number;
	hits->reading++;
	while (at < text.n) {
		size_t end = text.n - at < BLOCK - n ? text.n : at + BLOCK - n;

		n = fold(hits, text, at, end, n);
		literal_set_find(
		    hits->set->literals, (struct slice){ hits->block, n }, literal_found, hits);
		at = end;
		if (n > OVERLAP) {
			memmove(hits->block, hits->block + n - OVERLAP, OVERLAP);
			n = OVERLAP;
		}
	}
	for (size_t i = 0; i < hits->touched.n; i++)
		hits->met[*(uint32_t *)vec_at(&hits->touched, i)] = 0;
	hits->touched.n = 0;
}

bool
pattern_hits_next(const struct pattern_hits *hits, unsigned pattern, size_t *at)
{
	const struct pattern_places *places = &hits->patterns[pattern];
	uint32_t number = places->first;

	while (number != 0) {
		const struct place *place = vec_at(&hits->places, number - 1);

		if (place->text >= *at) {
			*at = place->text;
			return true;
		}
		number = place->next;
	}
	if (places->all_from == 0)
		return false;
	if (places->all_from - 1 > *at)
		*at = places->all_from - 1;
	return true;
}
