/*
 * prefix_part.c - the beginnings of some patterns, brought together
 *
 * Bytes that no pattern tells apart become one class, so that tables are
 * small. At each byte of a text a match of any pattern may begin: what that
 * leads to depends on the byte's class and on what stood before it alone, and
 * is found here for all of them, as groups.
 */
#include "engine/regex/prefix_part.h"

#include <assert.h>
#include <string.h>

#include "engine/util/ascii.h"
#include "engine/util/map.h"

struct prefix_part *
prefix_part_new(struct arena *arena)
{
	struct prefix_part *part = arena_alloc(arena, sizeof(*part));

	part->arena = arena;
	part->items = VEC_OF(struct prefix_item, arena);
	part->steps = VEC_OF(struct prefix_step, arena);
	part->sets = VEC_OF(struct byte_set, arena);
	part->starts = VEC_OF(struct prefix_step, arena);
	part->groups = VEC_OF(struct prefix_group, arena);
	part->targets = VEC_OF(uint32_t, arena);
	return part;
}

/* The number of an equal set; there are some hundreds. */
static uint16_t
set_number(struct prefix_part *part, const struct byte_set *bytes)
{
	for (size_t i = 0; i < part->sets.n; i++) {
		if (memcmp(vec_at(&part->sets, i), bytes, sizeof(*bytes)) == 0)
			return (uint16_t)i;
	}
	assert(part->sets.n < UINT16_MAX);
	*(struct byte_set *)vec_push(&part->sets) = *bytes;
	return (uint16_t)(part->sets.n - 1);
}

/* What the parts of a pattern are called in here. */
struct adding {
	uint16_t *sets; /* by its own number */
	uint32_t base; /* of its items */
	uint32_t number; /* its own */
};

static void
add_steps(const struct prefix_pattern *pattern, const struct prefix_item *item,
    const struct adding *adding, struct vec *steps)
{
	for (uint32_t i = 0; i < item->count; i++) {
		struct prefix_step step = *(struct prefix_step *)vec_at(
		    &pattern->steps, item->first + i);

		step.set = adding->sets[step.set];
		step.target = step.target == PREFIX_DONE ? PREFIX_DONE_BIT | adding->number
							 : adding->base + step.target;
		*(struct prefix_step *)vec_push(steps) = step;
	}
}

void
prefix_part_add(struct prefix_part *part, unsigned number, const struct prefix_pattern *pattern)
{
	struct adding adding = { .base = (uint32_t)part->items.n, .number = number };

	adding.sets = arena_array(part->arena, pattern->sets.n + 1, sizeof(*adding.sets));
	for (size_t i = 0; i < pattern->sets.n; i++)
		adding.sets[i] = set_number(part, vec_at(&pattern->sets, i));
	for (size_t i = 0; i < pattern->items.n; i++) {
		const struct prefix_item *item = vec_at(&pattern->items, i);
		uint32_t first = (uint32_t)part->steps.n;

		add_steps(pattern, item, &adding, &part->steps);
		*(struct prefix_item *)vec_push(
		    &part->items) = (struct prefix_item){ first, item->count };
	}
	add_steps(pattern, vec_at(&pattern->items, 0), &adding, &part->starts);
	part->pattern_count++;
}

/* Tells apart, in the classes so far, what is in the set and what is not. */
static void
split_classes(struct prefix_part *part, const struct byte_set *bytes)
{
	int inside[256];

	memset(inside, -1, sizeof(inside));
	for (unsigned byte = 0; byte < 256; byte++) {
		unsigned of = part->classes[byte];
		bool others = false;

		if (!byte_set_has(bytes, byte))
			continue;
		/* A class that is in the set whole stays as it is. */
		for (unsigned other = 0; other < 256 && inside[of] < 0 && !others; other++)
			others = part->classes[other] == of && !byte_set_has(bytes, other);
		if (inside[of] < 0)
			inside[of] = others ? (int)part->class_count++ : (int)of;
	}
	for (unsigned byte = 0; byte < 256; byte++) {
		if (byte_set_has(bytes, byte))
			part->classes[byte] = (unsigned char)inside[part->classes[byte]];
	}
}

static void
find_classes(struct prefix_part *part)
{
	struct byte_set words = { { 0 } }, line_feed = { { 0 } };

	for (unsigned byte = 0; byte < 256; byte++) {
		if (ascii_is_word((char)byte))
			byte_set_add(&words, byte);
	}
	byte_set_add(&line_feed, '\n');
	part->class_count = 1;
	split_classes(part, &words);
	split_classes(part, &line_feed);
	for (size_t i = 0; i < part->sets.n; i++)
		split_classes(part, vec_at(&part->sets, i));
	for (unsigned byte = 0; byte < 256; byte++)
		part->contexts[part->classes[byte]] = byte == '\n'                 ? PREFIX_LINE
						      : byte_set_has(&words, byte) ? PREFIX_WORD
										   : PREFIX_OTHER;
	while ((1U << part->class_bits) < part->class_count)
		part->class_bits++;
	/* From now on the sets are of classes. */
	for (size_t i = 0; i < part->sets.n; i++) {
		struct byte_set *bytes = vec_at(&part->sets, i);
		struct byte_set of = { { 0 } };

		for (int byte = byte_set_next(bytes, 0); byte >= 0;
		     byte = byte_set_next(bytes, byte + 1))
			byte_set_add(&of, part->classes[byte]);
		*bytes = of;
	}
}

/* The number of the group of the targets from `first` on; a new one if there is none like it. */
static uint32_t
keep_group(struct prefix_part *part, struct map *known, uint32_t first, enum prefix_context context)
{
	struct prefix_group group = { first, (uint32_t)part->targets.n - first, context };
	struct slice key;
	uintptr_t number;

	/* The context goes into the key behind the targets. */
	*(uint32_t *)vec_push(&part->targets) = (uint32_t)context;
	key = (struct slice){ (const char *)((uint32_t *)part->targets.p + first),
		((size_t)group.count + 1) * sizeof(uint32_t) };
	number = (uintptr_t)map_find(known, key);
	if (number != 0) {
		part->targets.n = first;
		return (uint32_t)number;
	}
	*(struct prefix_group *)vec_push(&part->groups) = group;
	map_add(known, arena_copy(part->arena, key), (void *)(uintptr_t)(part->groups.n - 1));
	return (uint32_t)(part->groups.n - 1);
}

static void
find_groups(struct prefix_part *part)
{
	struct map *known = map_new(part->arena, MAP_EXACT, 0);
	uint32_t *seen = arena_array(part->arena, part->items.n + 1, sizeof(*seen));
	uint32_t mark = 0;

	part->group_of = arena_array(
	    part->arena, (size_t)PREFIX_CONTEXTS * part->class_count, sizeof(*part->group_of));
	*(struct prefix_group *)vec_push(
	    &part->groups) = (struct prefix_group){ 0, 0, PREFIX_LINE };
	for (unsigned i = 0; i < PREFIX_CONTEXTS * part->class_count; i++) {
		unsigned class = i % part->class_count;
		uint32_t first = (uint32_t)part->targets.n;

		mark++;
		for (size_t k = 0; k < part->starts.n; k++) {
			const struct prefix_step *step = vec_at(&part->starts, k);

			if (!byte_set_has(vec_at(&part->sets, step->set), class) ||
			    !prefix_place_is((enum prefix_context)(i / part->class_count),
				part->contexts[class], step->needs))
				continue;
			if ((step->target & PREFIX_DONE_BIT) == 0) {
				if (seen[step->target] == mark)
					continue;
				seen[step->target] = mark;
			}
			*(uint32_t *)vec_push(&part->targets) = step->target;
		}
		part->group_of[i] = keep_group(part, known, first, part->contexts[class]);
	}
}

static uint64_t
digest_of(uint64_t digest, const struct vec *vec)
{
	const unsigned char *bytes = vec->p;

	for (size_t i = 0; i < vec->n * vec->size; i++)
		digest = (digest ^ bytes[i]) * UINT64_C(0x100000001b3);
	return digest;
}

void
prefix_part_seal(struct prefix_part *part)
{
	part->digest = UINT64_C(0xcbf29ce484222325);
	/* Structs without holes, zeroed: each byte is of one meaning. */
	part->digest = digest_of(part->digest, &part->items);
	part->digest = digest_of(part->digest, &part->sets);
	part->digest = digest_of(part->digest, &part->steps);
	part->digest = digest_of(part->digest, &part->starts);
	if (part->pattern_count == 0)
		return;
	find_classes(part);
	find_groups(part);
}
