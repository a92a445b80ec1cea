/*
 * address_set.c - many address patterns, compiled for quick answers
 *
 * Nearly all patterns are an address, "*@domain" or "*@*.domain": the first
 * stand in a map by their text, the others in maps by what follows their
 * star, which is looked up for each @ and each dot of an address. What has
 * wildcards elsewhere is tried one by one.
 *
 * As SpamAssassin has it, a NUL, a backslash and a ( in a pattern stand for _,
 * yet an address that is the pattern letter by letter is in.
 */
#include "engine/rules/address_set.h"

#include "engine/rules/rule.h"
#include "engine/util/map.h"

/* Patterns of one key, newest first. */
struct pattern_chain {
	size_t pattern;
	const struct pattern_chain *next;
};

/* Keys that an address must end in, from a certain mark on. */
struct tail_map {
	struct map *tails; /* -> struct pattern_chain */
	size_t longest;
};

struct odd_pattern {
	struct slice glob;
	size_t pattern;
};

struct address_set {
	struct map *exact; /* -> struct pattern_chain */
	struct tail_map behind_at; /* "*@domain": "@domain" */
	struct tail_map behind_at_dot; /* "*@*.domain": ".domain", behind an @ */
	struct tail_map behind_dot; /* "*.domain": ".domain" */
	struct vec odd; /* struct odd_pattern */
};

static bool
is_wild(char c)
{
	return c == '*' || c == '?';
}

static bool
has_wild(struct slice text)
{
	for (size_t i = 0; i < text.n; i++) {
		if (is_wild(text.p[i]))
			return true;
	}
	return false;
}

static void
chain_add(struct arena *arena, struct map *map, struct slice key, size_t pattern)
{
	struct pattern_chain *chain = arena_alloc(arena, sizeof(*chain));

	chain->pattern = pattern;
	chain->next = map_find(map, key);
	map_add(map, key, chain);
}

static void
tail_add(struct arena *arena, struct tail_map *map, struct slice tail, size_t pattern)
{
	chain_add(arena, map->tails, tail, pattern);
	if (tail.n > map->longest)
		map->longest = tail.n;
}

/* The pattern with what stands for an underscore as one. */
static struct slice
plain_glob(struct arena *arena, struct slice pattern)
{
	struct slice glob = arena_copy(arena, pattern);

	for (size_t i = 0; i < glob.n; i++) {
		if (glob.p[i] == '\0' || glob.p[i] == '\\' || glob.p[i] == '(')
			((char *)glob.p)[i] = '_';
	}
	return glob;
}

static void
set_add(struct arena *arena, struct address_set *set, struct slice pattern, size_t number)
{
	struct slice glob = plain_glob(arena, pattern);
	struct odd_pattern *odd;

	chain_add(arena, set->exact, pattern, number);
	if (!has_wild(glob)) {
		if (!slice_eq(glob, pattern))
			chain_add(arena, set->exact, glob, number);
	} else if (slice_starts(glob, SLICE("*@*.")) && !has_wild(slice_from(glob, 3))) {
		tail_add(arena, &set->behind_at_dot, slice_from(glob, 3), number);
	} else if (slice_starts(glob, SLICE("*@")) && !has_wild(slice_from(glob, 1))) {
		tail_add(arena, &set->behind_at, slice_from(glob, 1), number);
	} else if (slice_starts(glob, SLICE("*.")) && !has_wild(slice_from(glob, 1))) {
		tail_add(arena, &set->behind_dot, slice_from(glob, 1), number);
	} else {
		odd = vec_push(&set->odd);
		*odd = (struct odd_pattern){ glob, number };
	}
}

const struct address_set *
address_set_new(struct arena *arena, const struct vec *patterns)
{
	struct address_set *set = arena_alloc(arena, sizeof(*set));

	set->exact = map_new(arena, MAP_FOLDED, 0);
	set->behind_at.tails = map_new(arena, MAP_FOLDED, 0);
	set->behind_at_dot.tails = map_new(arena, MAP_FOLDED, 0);
	set->behind_dot.tails = map_new(arena, MAP_FOLDED, 0);
	set->odd = VEC_OF(struct odd_pattern, arena);
	for (size_t i = 0; i < patterns->n; i++)
		set_add(arena, set, *(struct slice *)vec_at(patterns, i), i);
	return set;
}

static bool
chain_tell(const struct pattern_chain *chain, address_set_fn *found, void *p)
{
	for (; chain != NULL; chain = chain->next) {
		if (found(p, chain->pattern))
			return true;
	}
	return false;
}

/* Tails longer than any key are not looked up, so that an address of dots alone costs no square. */
static bool
tail_tell(const struct tail_map *map, struct slice tail, address_set_fn *found, void *p)
{
	return tail.n <= map->longest && chain_tell(map_find(map->tails, tail), found, p);
}

bool
address_set_each(
    const struct address_set *set, struct slice address, address_set_fn *found, void *p)
{
	bool behind_at = false;

	if (set == NULL)
		return false;
	if (chain_tell(map_find(set->exact, address), found, p))
		return true;
	for (size_t i = 0; i < address.n; i++) {
		struct slice tail = slice_from(address, i);

		if (address.p[i] == '@') {
			behind_at = true;
			if (tail_tell(&set->behind_at, tail, found, p))
				return true;
		} else if (address.p[i] == '.') {
			if (behind_at && tail_tell(&set->behind_at_dot, tail, found, p))
				return true;
			if (tail_tell(&set->behind_dot, tail, found, p))
				return true;
		}
	}
	for (size_t i = 0; i < set->odd.n; i++) {
		const struct odd_pattern *odd = vec_at(&set->odd, i);

		if (glob_matches(odd->glob, address, true) && found(p, odd->pattern))
			return true;
	}
	return false;
}

static bool
any_will_do(void *p, size_t pattern)
{
	(void)p;
	(void)pattern;
	return true;
}

bool
address_set_has(const struct address_set *set, struct slice address)
{
	return address_set_each(set, address, any_will_do, NULL);
}
