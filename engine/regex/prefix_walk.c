/*
 * prefix_walk.c - prefix_set.h's automaton made deterministic on the way
 *
 * A state is what may still come of all matches that may have begun: the group
 * of those that began with the last byte, the items of the older ones, and the
 * patterns that are done here. What a group becomes with a byte is the same
 * in all states that have it, so it is worked out once, as that of the state
 * that has nothing else.
 *
 * Patterns end or become rare after a few bytes, so states know but little of
 * the past and there are few of them: some thousands serve most mail. When the
 * table is full it is emptied.
 *
 * What one step costs depends on the patterns: of steps that look at many of
 * the automaton's, fewer are worked out (LOOKS_EACH).
 *
 * Limits: STATES_MAX, POOL_MAX, ITEMS_MAX, PREFIX_WALKS_MAX, the caller's steps.
 */
#include "engine/regex/prefix_walk.h"

#include <stdlib.h>
#include <string.h>

#define STATES_MAX 3072U
#define SLOTS 8192U
/* Items of all states, and of one. */
#define POOL_MAX ((size_t)96 * 1024)
#define ITEMS_MAX 400U
#define STATE_FIRST 1U /* at a text's beginning */
/* States that one step may add. */
#define STATES_SPARE 4U
/* Looks at steps of patterns that count as a step: stock rules take 54 in the mean. */
#define LOOKS_EACH 256
/* In the table of steps: patterns are done behind this one. 0 is a step never taken. */
#define DONE_FLAG 0x8000U
#define STATE_MASK 0x7fffU

struct state {
	uint32_t group;
	uint32_t first; /* in the pool: items, and behind them what is done */
	uint16_t items, done;
};

struct walk {
	const struct prefix_part *part; /* NULL: a free place */
	uint64_t digest; /* the set's, should another come to stand where it was */
	uint64_t used; /* when it was last asked */
	uint16_t *next; /* by state and class */
	struct state *states; /* from 1 on */
	unsigned count;
	uint16_t *slots; /* numbers of states by hash */
	uint32_t *pool;
	size_t pool_used;
	uint32_t *marks; /* by item: the step that took it last */
	uint32_t mark;
};

/* A state in the making. */
struct draft {
	uint32_t group;
	uint32_t items[ITEMS_MAX], done[ITEMS_MAX];
	unsigned item_count, done_count;
	bool full;
	size_t looks; /* at steps of patterns, and moves while sorting */
};

struct prefix_walks {
	struct walk walks[PREFIX_WALKS_MAX];
	uint64_t clock;
	struct draft draft;
};

static void *
must(void *p)
{
	if (p == NULL)
		abort();
	return p;
}

struct prefix_walks *
prefix_walks_new(void)
{
	return must(calloc(1, sizeof(struct prefix_walks)));
}

static void
walk_clear(struct walk *walk)
{
	free(walk->next);
	free(walk->states);
	free(walk->slots);
	free(walk->pool);
	free(walk->marks);
	*walk = (struct walk){ .part = NULL };
}

void
prefix_walks_free(struct prefix_walks **walks)
{
	if (*walks == NULL)
		return;
	for (size_t i = 0; i < PREFIX_WALKS_MAX; i++)
		walk_clear(&(*walks)->walks[i]);
	free(*walks);
	*walks = NULL;
}

size_t
prefix_walks_words(const struct prefix_set *set)
{
	return (prefix_set_count(set) + 63) / 64;
}

static uint32_t
hash_of(const struct draft *draft)
{
	uint32_t hash = draft->group * UINT32_C(2654435761) + draft->done_count;

	for (unsigned i = 0; i < draft->item_count; i++)
		hash = (hash ^ draft->items[i]) * UINT32_C(0x01000193);
	for (unsigned i = 0; i < draft->done_count; i++)
		hash = (hash ^ draft->done[i]) * UINT32_C(0x01000193);
	hash ^= hash >> 15;
	return hash;
}

static bool
state_is(const struct walk *walk, const struct state *state, const struct draft *draft)
{
	const uint32_t *kept = walk->pool + state->first;

	return state->group == draft->group && state->items == draft->item_count &&
	       state->done == draft->done_count &&
	       memcmp(kept, draft->items, draft->item_count * sizeof(*kept)) == 0 &&
	       memcmp(kept + state->items, draft->done, draft->done_count * sizeof(*kept)) == 0;
}

/* The number of the state like the draft: there is room for one more. */
static unsigned
intern(struct walk *walk, const struct draft *draft)
{
	uint32_t slot = hash_of(draft) % SLOTS;
	struct state *state;
	uint32_t *kept = walk->pool + walk->pool_used;

	for (; walk->slots[slot] != 0; slot = (slot + 1) % SLOTS) {
		if (state_is(walk, &walk->states[walk->slots[slot]], draft))
			return walk->slots[slot];
	}
	walk->slots[slot] = (uint16_t)++walk->count;
	state = &walk->states[walk->count];
	*state = (struct state){ draft->group, (uint32_t)walk->pool_used,
		(uint16_t)draft->item_count, (uint16_t)draft->done_count };
	memcpy(kept, draft->items, draft->item_count * sizeof(*kept));
	memcpy(kept + draft->item_count, draft->done, draft->done_count * sizeof(*kept));
	walk->pool_used += draft->item_count + draft->done_count;
	return walk->count;
}

/* The state that has nothing but the group. */
static void
draft_alone(struct draft *draft, uint32_t group)
{
	draft->group = group;
	draft->item_count = draft->done_count = 0;
}

/* Forgets all states but the first: what stands at a text's beginning. */
static void
forget_states(struct walk *walk, struct draft *draft)
{
	memset(walk->next, 0,
	    ((size_t)(walk->count + 1) << walk->part->class_bits) * sizeof(*walk->next));
	memset(walk->slots, 0, SLOTS * sizeof(*walk->slots));
	walk->count = 0;
	walk->pool_used = 0;
	draft_alone(draft, 0);
	intern(walk, draft);
}

static struct walk *
walk_of(struct prefix_walks *walks, const struct prefix_part *part)
{
	struct walk *walk = &walks->walks[0];

	for (size_t i = 0; i < PREFIX_WALKS_MAX; i++) {
		struct walk *other = &walks->walks[i];

		if (other->part == part && other->digest == part->digest) {
			other->used = ++walks->clock;
			return other;
		}
		if (other->used < walk->used)
			walk = other;
	}
	walk_clear(walk);
	walk->part = part;
	walk->digest = part->digest;
	walk->used = ++walks->clock;
	/* Not touched before it is used: a walk that knows little is small. */
	walk->next = must(calloc((size_t)STATES_MAX << part->class_bits, sizeof(*walk->next)));
	walk->states = must(calloc(STATES_MAX, sizeof(*walk->states)));
	walk->slots = must(calloc(SLOTS, sizeof(*walk->slots)));
	walk->pool = must(calloc(POOL_MAX, sizeof(*walk->pool)));
	walk->marks = must(calloc(part->items.n + 1, sizeof(*walk->marks)));
	forget_states(walk, &walks->draft);
	return walk;
}

/* Marks of the steps before hold no longer. */
static void
mark_anew(struct walk *walk)
{
	if (++walk->mark != 0)
		return;
	memset(walk->marks, 0, walk->part->items.n * sizeof(*walk->marks));
	walk->mark = 1;
}

/* Takes a step's target into the draft. */
static void
take(struct walk *walk, struct draft *draft, uint32_t target)
{
	if ((target & PREFIX_DONE_BIT) != 0) {
		for (unsigned i = 0; i < draft->done_count; i++) {
			if (draft->done[i] == (target & ~PREFIX_DONE_BIT))
				return;
		}
		if (draft->done_count == ITEMS_MAX)
			draft->full = true;
		else
			draft->done[draft->done_count++] = target & ~PREFIX_DONE_BIT;
		return;
	}
	if (walk->marks[target] == walk->mark)
		return;
	walk->marks[target] = walk->mark;
	if (draft->item_count == ITEMS_MAX)
		draft->full = true;
	else
		draft->items[draft->item_count++] = target;
}

/* Takes all that the item becomes with a byte of the class. */
static void
take_steps(struct walk *walk, struct draft *draft, uint32_t number, enum prefix_context context,
    unsigned class)
{
	const struct prefix_part *part = walk->part;
	const struct prefix_item *item = (struct prefix_item *)part->items.p + number;
	const struct prefix_step *steps = (struct prefix_step *)part->steps.p + item->first;
	const struct byte_set *sets = part->sets.p;

	draft->looks += item->count;
	for (uint32_t i = 0; i < item->count; i++) {
		if (byte_set_has(&sets[steps[i].set], class) &&
		    prefix_place_is(context, part->contexts[class], steps[i].needs))
			take(walk, draft, steps[i].target);
	}
}

/* Gives the moves that it took. */
static size_t
sort(uint32_t *numbers, unsigned count)
{
	size_t moves = 0;

	for (unsigned i = 1; i < count; i++) {
		uint32_t number = numbers[i];
		unsigned k = i;

		for (; k > 0 && numbers[k - 1] > number; k--)
			numbers[k] = numbers[k - 1];
		numbers[k] = number;
		moves += i - k;
	}
	return moves;
}

/* A step of a state that is its group alone. */
static void
draft_group(struct walk *walk, struct draft *draft, uint32_t number, unsigned class)
{
	const struct prefix_part *part = walk->part;
	const struct prefix_group *group = vec_at(&part->groups, number);
	const struct prefix_group *next;
	const uint32_t *targets = part->targets.p;

	draft_alone(draft, part->group_of[group->context * part->class_count + class]);
	mark_anew(walk);
	for (uint32_t i = 0; i < group->count; i++) {
		if ((targets[group->first + i] & PREFIX_DONE_BIT) == 0)
			take_steps(walk, draft, targets[group->first + i], group->context, class);
	}
	next = vec_at(&part->groups, draft->group);
	for (uint32_t i = 0; i < next->count; i++) {
		if ((targets[next->first + i] & PREFIX_DONE_BIT) != 0)
			take(walk, draft, targets[next->first + i]);
	}
}

static unsigned
keep(struct walk *walk, struct draft *draft)
{
	draft->looks += sort(draft->items, draft->item_count);
	draft->looks += sort(draft->done, draft->done_count);
	return intern(walk, draft);
}

/* Works a step out and keeps it. The table's entry; 0: it comes to too much. */
static unsigned
new_step(struct walk *walk, struct draft *draft, unsigned number, unsigned class)
{
	const struct state *state = &walk->states[number];
	const struct prefix_group *group = vec_at(&walk->part->groups, state->group);
	uint16_t *entry = &walk->next[((size_t)number << walk->part->class_bits) + class];
	unsigned target;

	draft->full = false;
	if (state->items == 0 && state->done == 0) {
		draft_group(walk, draft, state->group, class);
	} else {
		const struct state *of_group;
		unsigned alone, step;

		draft_alone(draft, state->group);
		alone = intern(walk, draft);
		step = walk->next[((size_t)alone << walk->part->class_bits) + class] & STATE_MASK;
		if (step == 0)
			step = new_step(walk, draft, alone, class) & STATE_MASK;
		if (step == 0)
			return 0;
		of_group = &walk->states[step];
		mark_anew(walk);
		draft_alone(draft, of_group->group);
		for (unsigned i = 0; i < of_group->items; i++)
			take(walk, draft, walk->pool[of_group->first + i]);
		for (unsigned i = 0; i < of_group->done; i++)
			take(walk, draft,
			    walk->pool[of_group->first + of_group->items + i] | PREFIX_DONE_BIT);
		for (unsigned i = 0; i < state->items; i++)
			take_steps(
			    walk, draft, walk->pool[state->first + i], group->context, class);
	}
	if (draft->full)
		return 0;
	target = keep(walk, draft);
	*entry = (uint16_t)(target | (draft->done_count > 0 ? DONE_FLAG : 0));
	return *entry;
}

/* Empties the table if it may be too small for a step; the state's number there. */
static unsigned
make_room(struct walk *walk, struct draft *draft, unsigned number)
{
	const struct state *state = &walk->states[number], old = *state;
	uint32_t kept[2 * ITEMS_MAX];

	if (walk->count + STATES_SPARE < STATES_MAX &&
	    walk->pool_used + (size_t)STATES_SPARE * 2 * ITEMS_MAX < POOL_MAX)
		return number;
	memcpy(kept, walk->pool + state->first, (old.items + old.done) * sizeof(*kept));
	forget_states(walk, draft);
	draft->group = old.group;
	draft->item_count = old.items;
	draft->done_count = old.done;
	memcpy(draft->items, kept, old.items * sizeof(*kept));
	memcpy(draft->done, kept + old.items, old.done * sizeof(*kept));
	return intern(walk, draft);
}

/* Works out the step that a text takes from *state. False: it comes to too much. */
static bool
step_anew(
    struct prefix_walks *walks, struct walk *walk, unsigned *state, unsigned class, size_t *steps)
{
	unsigned entry;
	size_t more;

	if (*steps == 0)
		return false;
	--*steps;
	walks->draft.looks = 0;
	*state = make_room(walk, &walks->draft, *state);
	entry = new_step(walk, &walks->draft, *state, class);
	more = walks->draft.looks / LOOKS_EACH;
	*steps -= more < *steps ? more : *steps;
	*state = entry & STATE_MASK;
	return entry != 0;
}

static void
tell_done(const struct walk *walk, unsigned number, uint64_t *words)
{
	const struct state *state = &walk->states[number];

	for (unsigned i = 0; i < state->done; i++) {
		uint32_t done = walk->pool[state->first + state->items + i];

		words[done / 64] |= UINT64_C(1) << (done % 64);
	}
}

/* The way of a text through an automaton. */
struct way {
	struct walk *walk;
	const uint16_t *next;
	const unsigned char *classes;
	unsigned bits, state;
};

static struct way
way_begin(struct prefix_walks *walks, const struct prefix_part *part)
{
	struct walk *walk = walk_of(walks, part);

	return (struct way){ walk, walk->next, part->classes, part->class_bits, STATE_FIRST };
}

static unsigned
way_entry(const struct way *way, unsigned state, unsigned char byte)
{
	return way->next[((size_t)state << way->bits) + way->classes[byte]];
}

/* Whether the entry is a state where no pattern is done. */
static bool
is_plain(unsigned entry)
{
	return entry - 1 < STATE_MASK;
}

/* Goes on by an entry that may not be plain. False: it comes to too much. */
static bool
way_go(struct prefix_walks *walks, struct way *way, unsigned entry, unsigned char byte,
    size_t *steps, uint64_t *words)
{
	if (is_plain(entry)) {
		way->state = entry;
		return true;
	}
	if (entry != 0)
		way->state = entry & STATE_MASK;
	else if (!step_anew(walks, way->walk, &way->state, way->classes[byte], steps))
		return false;
	tell_done(way->walk, way->state, words);
	return true;
}

/*
 * Reads the text with two automata at once, for each step of one waits for the memory that the step
 * before it named. False: more states would be needed than are worth it.
 */
static bool
read_pair(struct prefix_walks *walks, struct way *one, struct way *other, struct slice text,
    size_t *steps, uint64_t *words)
{
	unsigned one_state = one->state, other_state = other->state;

	for (size_t i = 0; i < text.n; i++) {
		unsigned char byte = (unsigned char)text.p[i];
		unsigned one_entry = way_entry(one, one_state, byte);
		unsigned other_entry = way_entry(other, other_state, byte);

		if (is_plain(one_entry) && is_plain(other_entry)) {
			one_state = one_entry;
			other_state = other_entry;
			continue;
		}
		one->state = one_state;
		other->state = other_state;
		if (!way_go(walks, one, one_entry, byte, steps, words) ||
		    !way_go(walks, other, other_entry, byte, steps, words))
			return false;
		one_state = one->state;
		other_state = other->state;
	}
	return true;
}

/* The same with one. */
static bool
read_one(
    struct prefix_walks *walks, struct way *way, struct slice text, size_t *steps, uint64_t *words)
{
	for (size_t i = 0; i < text.n; i++) {
		unsigned char byte = (unsigned char)text.p[i];

		if (!way_go(walks, way, way_entry(way, way->state, byte), byte, steps, words))
			return false;
	}
	return true;
}

void
prefix_walks_read(struct prefix_walks *walks, const struct prefix_set *set, struct slice text,
    size_t *steps, uint64_t *words)
{
	size_t count = prefix_set_parts(set);

	for (size_t i = 0; i < count; i += 2) {
		struct way one = way_begin(walks, prefix_set_part(set, i)), other = { 0 };
		bool pair = i + 1 < count;

		if (pair)
			other = way_begin(walks, prefix_set_part(set, i + 1));
		if (pair ? read_pair(walks, &one, &other, text, steps, words)
			 : read_one(walks, &one, text, steps, words))
			continue;
		memset(words, 0xff, prefix_walks_words(set) * sizeof(*words));
		return;
	}
}
