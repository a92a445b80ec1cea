/*
 * literal_set.c - many literals in one pass, by a window of four bytes of each
 *
 * Each literal is known by four bytes of its own, the rarest it has, unless
 * too many others chose them (a literal of three bytes by all of it, in a
 * table of its own). At each byte of a text the last four are hashed into a
 * bitmap that few of all windows are in; where the bit is set the window's
 * literals are compared. So the cost is a multiplication and a look into a
 * bitmap of some KB a byte, and a comparison for what nearly stands there.
 *
 * Tables are as large as the number of literals asks for: BITS_EACH bits in
 * the bitmap and BUCKETS_EACH buckets a literal.
 */
#include "engine/regex/literal_set.h"

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "engine/regex/rareness.h"
#include "engine/util/map.h"
#include "engine/util/vec.h"

#define WINDOW 4
#define BITS_EACH 32
#define BUCKETS_EACH 2
/* Bits of surprise that a literal gives up for a window no other literal uses. */
#define CROWD_BITS 1.0
/* Knuth's multiplier: 2^32 by the golden ratio. */
#define MULTIPLIER UINT32_C(2654435761)

struct literal {
	struct slice bytes;
	uint32_t window; /* the bytes it is known by */
	unsigned char offset; /* of the window in `bytes` */
};

/* Literals by their windows. */
struct window_table {
	uint64_t *bitmap;
	uint32_t *buckets; /* where each one's literals begin in `order`; one more at the end */
	uint32_t *order; /* numbers of literals */
	unsigned bitmap_shift, bucket_shift; /* of the hash */
	size_t count; /* 0: the table is not there */
};

struct literal_set {
	struct arena *arena;
	struct map *numbers; /* bytes -> number + 1 */
	struct vec literals; /* struct literal */
	struct window_table fours, threes;
};

struct literal_set *
literal_set_new(struct arena *arena)
{
	struct literal_set *set = arena_alloc(arena, sizeof(*set));

	set->arena = arena;
	set->numbers = map_new(arena, MAP_EXACT, 0);
	set->literals = VEC_OF(struct literal, arena);
	return set;
}

unsigned
literal_set_add(struct literal_set *set, struct slice bytes)
{
	uintptr_t known = (uintptr_t)map_find(set->numbers, bytes);
	struct literal *literal;

	assert(bytes.n >= LITERAL_MIN && bytes.n <= LITERAL_MAX);
	if (known != 0)
		return (unsigned)known - 1;
	literal = vec_push(&set->literals);
	literal->bytes = arena_copy(set->arena, bytes);
	map_add(set->numbers, literal->bytes, (void *)(uintptr_t)set->literals.n);
	return (unsigned)set->literals.n - 1;
}

static uint32_t
window_at(struct slice bytes, size_t at, size_t n)
{
	uint32_t window = 0;

	for (size_t i = 0; i < n; i++)
		window = window << 8 | (unsigned char)bytes.p[at + i];
	return window;
}

static uint32_t
hash(uint32_t window)
{
	return window * MULTIPLIER;
}

/* Chooses the literal's window; `load` counts, by hash, those that others chose. */
static void
choose_window(struct literal *literal, uint16_t *load, unsigned load_shift)
{
	double best = 0;
	size_t windows = literal->bytes.n < WINDOW ? 1 : literal->bytes.n - WINDOW + 1;
	size_t width = literal->bytes.n < WINDOW ? literal->bytes.n : WINDOW;

	for (size_t i = 0; i < windows; i++) {
		uint32_t window = window_at(literal->bytes, i, width);
		double bits = rareness_bits(slice_cut(literal->bytes, i, i + width)) -
			      CROWD_BITS * load[hash(window) >> load_shift];

		if (i > 0 && bits <= best)
			continue;
		best = bits;
		literal->window = window;
		literal->offset = (unsigned char)i;
	}
	if (load[hash(literal->window) >> load_shift] < UINT16_MAX)
		load[hash(literal->window) >> load_shift]++;
}

/* The power of two that is at least n, and at least 64, as what is left of 32 bits. */
static unsigned
shift_for(size_t n)
{
	unsigned bits = 6;

	while (bits < 24 && ((size_t)1 << bits) < n)
		bits++;
	return 32 - bits;
}

static bool
in_table(const struct literal *literal, size_t width)
{
	return (literal->bytes.n < WINDOW ? literal->bytes.n : WINDOW) == width;
}

/* Fills the table with the literals whose windows are `width` bytes wide. */
static void
fill_table(struct literal_set *set, struct window_table *table, size_t width)
{
	size_t buckets;

	for (size_t i = 0; i < set->literals.n; i++)
		table->count += in_table(vec_at(&set->literals, i), width);
	if (table->count == 0)
		return;
	table->bitmap_shift = shift_for(table->count * BITS_EACH);
	table->bucket_shift = shift_for(table->count * BUCKETS_EACH);
	buckets = (size_t)1 << (32 - table->bucket_shift);
	table->bitmap = arena_array(
	    set->arena, ((size_t)1 << (32 - table->bitmap_shift)) / 64, sizeof(uint64_t));
	table->buckets = arena_array(set->arena, buckets + 1, sizeof(uint32_t));
	table->order = arena_array(set->arena, table->count, sizeof(uint32_t));
	/* Summed up they are the buckets' ends; filled backwards, their beginnings. */
	for (size_t i = 0; i < set->literals.n; i++) {
		const struct literal *literal = vec_at(&set->literals, i);
		uint32_t bit = hash(literal->window) >> table->bitmap_shift;

		if (!in_table(literal, width))
			continue;
		table->bitmap[bit / 64] |= UINT64_C(1) << (bit % 64);
		table->buckets[hash(literal->window) >> table->bucket_shift]++;
	}
	for (size_t i = 1; i <= buckets; i++)
		table->buckets[i] += table->buckets[i - 1];
	for (size_t i = set->literals.n; i-- > 0;) {
		const struct literal *literal = vec_at(&set->literals, i);

		if (in_table(literal, width))
			table->order[--table->buckets[hash(literal->window) >>
						      table->bucket_shift]] = (uint32_t)i;
	}
}

void
literal_set_seal(struct literal_set *set)
{
	unsigned shift = shift_for(set->literals.n * BUCKETS_EACH);
	uint16_t *load = calloc((size_t)1 << (32 - shift), sizeof(*load));

	if (load == NULL)
		abort();
	for (size_t i = 0; i < set->literals.n; i++)
		choose_window(vec_at(&set->literals, i), load, shift);
	free(load);
	fill_table(set, &set->fours, WINDOW);
	fill_table(set, &set->threes, LITERAL_MIN);
}

/* Tells of the literals whose window ends before `end`. */
static void
look_closer(const struct literal_set *set, const struct window_table *table, uint32_t window,
    size_t width, struct slice text, size_t end, literal_found_fn *found, void *p)
{
	uint32_t bucket = hash(window) >> table->bucket_shift;

	for (uint32_t i = table->buckets[bucket]; i < table->buckets[bucket + 1]; i++) {
		const struct literal *literal = vec_at(&set->literals, table->order[i]);
		size_t before = literal->offset + width;

		if (literal->window != window || before > end ||
		    literal->bytes.n - before > text.n - end)
			continue;
		if (memcmp(text.p + end - before, literal->bytes.p, literal->bytes.n) == 0)
			found(p, table->order[i]);
	}
}

static bool
table_may_hold(const struct window_table *table, uint32_t window)
{
	uint32_t bit = hash(window) >> table->bitmap_shift;

	return (table->bitmap[bit / 64] >> (bit % 64) & 1) != 0;
}

void
literal_set_find(const struct literal_set *set, struct slice text, literal_found_fn *found, void *p)
{
	const struct window_table *fours = set->fours.count > 0 ? &set->fours : NULL;
	const struct window_table *threes = set->threes.count > 0 ? &set->threes : NULL;
	uint32_t window = 0;

	for (size_t i = 0; i < text.n; i++) {
		window = window << 8 | (unsigned char)text.p[i];
		if (threes != NULL && i + 1 >= LITERAL_MIN &&
		    table_may_hold(threes, window & 0xffffff))
			look_closer(
			    set, threes, window & 0xffffff, LITERAL_MIN, text, i + 1, found, p);
		if (fours != NULL && i + 1 >= WINDOW && table_may_hold(fours, window))
			look_closer(set, fours, window, WINDOW, text, i + 1, found, p);
	}
}
