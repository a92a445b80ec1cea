/*
 * prefix_pattern.c - how matches begin, from the pattern's tree
 *
 * A frame is a place in the tree and what is to come behind it, which is
 * another frame: so each is "the rest of the pattern from here". Frames are
 * made as they are reached, the likeliest first, by how likely mail's bytes
 * take the way there (Dijkstra's way through the graph, with bits of surprise
 * for lengths). Beyond RARE bits no frame is looked into: there the pattern
 * counts as matched. Where that gives too many frames, less rare must do.
 *
 * Bounded repetitions count up to COUNT_MAX copies and take any number then.
 *
 * Limits: FRAMES_MAX, STEPS_MAX, SETS_MAX, COUNT_MAX.
 */
#include "engine/regex/prefix_pattern.h"

#include <string.h>

#include "engine/regex/rareness.h"
#include "engine/util/ascii.h"

/* Half bits of surprise behind which a match is as good as certain, at first and at the least. */
#define RARE 100
#define RARE_LEAST 20
#define RARE_LESS 20
/* What surprises less is not worth looking for: one byte in 90 begins it. */
#define COMMON 13
#define FRAMES_MAX 16000
#define STEPS_MAX 100000
#define SETS_MAX 4000
#define COUNT_MAX 24
/* So many optional copies are counted; more are any number. */
#define OPTIONAL_MAX 6

#define SQRT_HALF 0.70710678118654752
#define SLOTS 32768
#define END 0U
#define NO_SET UINT16_MAX
#define NEEDS 8 /* combinations of enum syntax_edge */

/* The rest of a pattern. */
struct frame {
	const struct syntax_node *node;
	uint32_t rest; /* what comes behind it */
	uint16_t count; /* of a repetition: copies so far */
	bool row; /* the node's further siblings come before the rest */
	bool settled; /* its moves are known */
	uint16_t distance; /* half bits on the likeliest way here */
	uint32_t first, moves; /* in builder.moves */
	uint32_t item; /* number + 1; 0: none */
};

struct move {
	uint32_t target; /* a frame */
	uint16_t set; /* NO_SET: takes no byte */
	uint8_t needs;
};

/* A frame to be looked into at its distance. */
struct waiting {
	uint32_t frame;
	uint32_t next; /* number + 1 of the next one at that distance */
};

struct builder {
	struct arena *arena;
	struct prefix_pattern *pattern;
	double chances[256]; /* of bytes in mail */
	unsigned rare;
	struct vec frames; /* struct frame; 0 is END */
	struct vec moves; /* struct move */
	struct vec weights; /* uint16_t, by set: half bits */
	struct vec waiting; /* struct waiting */
	uint32_t queue[RARE]; /* by distance: numbers + 1 in `waiting` */
	uint32_t *slots; /* numbers of frames by hash; 0: empty */
	uint32_t *item_frames; /* by item */
	bool failed; /* a limit was reached, the arena's cap too */
};

static struct frame *
frame_at(const struct builder *builder, uint32_t number)
{
	return vec_at(&builder->frames, number);
}

static uint32_t
hash_of(const struct frame *frame)
{
	uint64_t hash = (uint64_t)(uintptr_t)frame->node * UINT64_C(0x9E3779B97F4A7C15);

	hash ^= ((uint64_t)frame->rest << 20) + ((uint64_t)frame->count << 1) + frame->row;
	hash *= UINT64_C(0xC2B2AE3D27D4EB4F);
	return (uint32_t)(hash >> 40);
}

/* The frame's number; a new one if there is none like it. */
static uint32_t
intern(struct builder *builder, const struct syntax_node *node, bool row, unsigned count,
    uint32_t rest)
{
	struct frame frame = { .node = node,
		.rest = rest,
		.count = (uint16_t)count,
		.row = row && node->next != NULL,
		.distance = UINT16_MAX };
	uint32_t slot = hash_of(&frame) % SLOTS;
	struct frame *kept;

	for (; builder->slots[slot] != 0; slot = (slot + 1) % SLOTS) {
		kept = frame_at(builder, builder->slots[slot]);
		if (kept->node == frame.node && kept->rest == frame.rest &&
		    kept->count == frame.count && kept->row == frame.row)
			return builder->slots[slot];
	}
	kept = builder->frames.n < FRAMES_MAX ? vec_push(&builder->frames) : NULL;
	if (kept == NULL) {
		builder->failed = true;
		return END;
	}
	*kept = frame;
	builder->slots[slot] = (uint32_t)builder->frames.n - 1;
	return builder->slots[slot];
}

static void
add_move(struct builder *builder, uint32_t target, uint16_t set, unsigned needs)
{
	struct move *move = vec_push(&builder->moves);

	if (move == NULL)
		builder->failed = true;
	else
		*move = (struct move){ target, set, (uint8_t)needs };
}

/* Half bits of surprise that a byte of the set stands at a given place. */
static unsigned
weight_of(const struct builder *builder, const struct byte_set *set)
{
	double chance = 0;
	unsigned weight = 0;

	for (int byte = byte_set_next(set, 0); byte >= 0; byte = byte_set_next(set, byte + 1))
		chance += builder->chances[byte];
	for (; chance < 0.84 && weight < RARE; weight++)
		chance *= 1.41421356;
	return weight;
}

static uint16_t
set_number(struct builder *builder, const struct byte_set *set)
{
	struct vec *sets = &builder->pattern->sets;
	struct byte_set *kept;
	uint16_t *weight;

	for (size_t i = 0; i < sets->n; i++) {
		if (memcmp(vec_at(sets, i), set, sizeof(*set)) == 0)
			return (uint16_t)i;
	}
	kept = sets->n < SETS_MAX ? vec_push(sets) : NULL;
	weight = kept == NULL ? NULL : vec_push(&builder->weights);
	if (weight == NULL) {
		builder->failed = true;
		return 0;
	}
	*kept = *set;
	*weight = (uint16_t)weight_of(builder, set);
	return (uint16_t)(sets->n - 1);
}

/* One copy more of a repetition, or none. */
static void
repeat_moves(struct builder *builder, const struct frame *frame, uint32_t rest)
{
	const struct syntax_node *node = frame->node;
	unsigned min = node->min < COUNT_MAX ? node->min : COUNT_MAX;
	bool endless = node->max > min + OPTIONAL_MAX;
	unsigned count = frame->count + 1U;
	uint32_t again;

	if (frame->count >= min)
		add_move(builder, rest, NO_SET, 0);
	if (!endless && frame->count >= node->max)
		return;
	if (endless && count > min)
		count = min;
	/* Itself, with one copy more; its siblings are in the rest. */
	again = intern(builder, node, false, count, rest);
	add_move(builder, intern(builder, node->first, false, 0, again), NO_SET, 0);
}

/* Where the frame leads to. */
static void
find_moves(struct builder *builder, uint32_t number)
{
	const struct frame frame = *frame_at(builder, number);
	const struct syntax_node *node = frame.node;
	uint32_t rest = frame.row ? intern(builder, node->next, true, 0, frame.rest) : frame.rest;
	uint32_t first = (uint32_t)builder->moves.n;

	switch (node->kind) {
	case SYNTAX_EMPTY:
		add_move(builder, rest, NO_SET, 0);
		break;
	case SYNTAX_EDGE:
		add_move(builder, rest, NO_SET, node->edge);
		break;
	case SYNTAX_SET:
		add_move(builder, rest, set_number(builder, &node->set), 0);
		break;
	case SYNTAX_CAT:
		if (node->first != NULL)
			rest = intern(builder, node->first, true, 0, rest);
		add_move(builder, rest, NO_SET, 0);
		break;
	case SYNTAX_ALT:
		for (const struct syntax_node *child = node->first; child != NULL;
		     child = child->next)
			add_move(builder, intern(builder, child, false, 0, rest), NO_SET, 0);
		break;
	case SYNTAX_REPEAT:
		repeat_moves(builder, &frame, rest);
		break;
	case SYNTAX_CALL:
		add_move(builder, intern(builder, node->target, false, 0, rest), NO_SET, 0);
		break;
	case SYNTAX_ANY:
		add_move(builder, END, NO_SET, 0);
		break;
	}
	frame_at(builder, number)->first = first;
	frame_at(builder, number)->moves = (uint32_t)builder->moves.n - first;
}

/* The frame can be reached at that distance. */
static void
reach(struct builder *builder, uint32_t number, unsigned distance)
{
	struct frame *frame = frame_at(builder, number);
	struct waiting *waiting;

	if (distance >= frame->distance)
		return;
	frame->distance = (uint16_t)distance;
	if (number == END || distance >= builder->rare)
		return;
	waiting = vec_push(&builder->waiting);
	if (waiting == NULL) {
		builder->failed = true;
		return;
	}
	*waiting = (struct waiting){ number, builder->queue[distance] };
	builder->queue[distance] = (uint32_t)builder->waiting.n;
}

static void
settle(struct builder *builder, uint32_t number, unsigned distance)
{
	find_moves(builder, number);
	frame_at(builder, number)->settled = true;
	for (uint32_t i = 0; i < frame_at(builder, number)->moves && !builder->failed; i++) {
		const struct move *move = vec_at(
		    &builder->moves, frame_at(builder, number)->first + i);
		unsigned weight = move->set == NO_SET
				      ? 0
				      : *(uint16_t *)vec_at(&builder->weights, move->set);

		reach(builder, move->target, distance + weight);
	}
}

/* Looks into all frames that are likelier than `rare`. */
static void
explore(struct builder *builder, uint32_t start)
{
	reach(builder, start, 0);
	for (unsigned distance = 0; distance < builder->rare; distance++) {
		while (builder->queue[distance] != 0 && !builder->failed) {
			const struct waiting waiting = *(struct waiting *)vec_at(
			    &builder->waiting, builder->queue[distance] - 1);

			builder->queue[distance] = waiting.next;
			if (!frame_at(builder, waiting.frame)->settled)
				settle(builder, waiting.frame, distance);
		}
	}
}

static uint32_t
item_of(struct builder *builder, uint32_t number)
{
	struct frame *frame = frame_at(builder, number);

	if (frame->item == 0) {
		if (vec_push(&builder->pattern->items) == NULL) {
			builder->failed = true;
			return 0;
		}
		frame->item = (uint32_t)builder->pattern->items.n;
		builder->item_frames[frame->item - 1] = number;
	}
	return frame->item - 1;
}

/* What gathers an item's steps. */
struct closure {
	uint32_t *stack; /* frame * NEEDS + needs */
	size_t depth;
	uint32_t *seen; /* by the same: the item + 1 that saw it last */
};

static void
visit(struct builder *builder, struct closure *closure, uint32_t item, uint32_t at)
{
	if (closure->seen[at] == item + 1)
		return;
	closure->seen[at] = item + 1;
	if (closure->depth == FRAMES_MAX)
		builder->failed = true;
	else
		closure->stack[closure->depth++] = at;
}

/* The item's steps: by its frame's moves, and those of all that is reached without a byte. */
static void
find_steps(struct builder *builder, struct closure *closure, uint32_t item)
{
	struct vec *steps = &builder->pattern->steps;
	uint32_t first = (uint32_t)steps->n;
	bool done = false;

	closure->depth = 0;
	visit(builder, closure, item, builder->item_frames[item] * NEEDS);
	while (closure->depth > 0 && !done && !builder->failed) {
		uint32_t at = closure->stack[--closure->depth];
		const struct frame *frame = frame_at(builder, at / NEEDS);
		uint32_t first_move = frame->first, moves = frame->moves;

		done = !frame->settled;
		for (uint32_t i = 0; i < moves && !done && !builder->failed; i++) {
			const struct move *move = vec_at(&builder->moves, first_move + i);
			struct prefix_step *step;

			if (move->set == NO_SET) {
				visit(builder, closure, item,
				    move->target * NEEDS + (at % NEEDS | move->needs));
				continue;
			}
			step = steps->n < STEPS_MAX ? vec_push(steps) : NULL;
			if (step == NULL)
				builder->failed = true;
			else
				*step = (struct prefix_step){ item_of(builder, move->target),
					move->set, (uint16_t)(at % NEEDS) };
		}
	}
	/* Nothing more is asked here. */
	if (done)
		steps->n = first;
	*(struct prefix_item *)vec_at(&builder->pattern->items, item) = (struct prefix_item){ first,
		done ? PREFIX_DONE : (uint32_t)steps->n - first };
}

/* Items at which nothing more is asked become ends of the steps that lead there. */
static void
end_steps(struct prefix_pattern *pattern)
{
	for (size_t i = 0; i < pattern->steps.n; i++) {
		struct prefix_step *step = vec_at(&pattern->steps, i);
		const struct prefix_item *target = vec_at(&pattern->items, step->target);

		if (target->count == PREFIX_DONE)
			step->target = PREFIX_DONE;
	}
	for (size_t i = 0; i < pattern->items.n; i++) {
		struct prefix_item *item = vec_at(&pattern->items, i);

		if (item->count == PREFIX_DONE)
			item->count = 0;
	}
}

/* The chance, at a given byte, of so many half bits. */
static double
chance_of(unsigned distance)
{
	double chance = 1;

	for (; distance > 0; distance--)
		chance *= SQRT_HALF;
	return chance;
}

/* Guesses how many items are live at a time that know more than the last byte. */
static double
unrest_of(const struct builder *builder)
{
	const struct prefix_pattern *pattern = builder->pattern;
	const struct prefix_item *start = vec_at(&pattern->items, 0);
	double unrest = 0;

	for (size_t i = start->count + 1; i < pattern->items.n; i++)
		unrest += chance_of(frame_at(builder, builder->item_frames[i])->distance);
	return unrest;
}

static void
find_items(struct builder *builder, uint32_t start)
{
	struct closure closure = {
		.stack = arena_array(builder->arena, FRAMES_MAX, sizeof(uint32_t)),
		.seen = arena_array(
		    builder->arena, (builder->frames.n + 1) * NEEDS, sizeof(uint32_t)),
	};

	builder->item_frames = arena_array(
	    builder->arena, builder->frames.n + 1, sizeof(*builder->item_frames));
	if (closure.stack == NULL || closure.seen == NULL || builder->item_frames == NULL) {
		builder->failed = true;
		return;
	}
	item_of(builder, start);
	for (uint32_t i = 0; i < builder->pattern->items.n && !builder->failed; i++)
		find_steps(builder, &closure, i);
}

/* How likely each byte is in mail. */
static void
guess_chances(double chances[256])
{
	double sum = 0;

	for (unsigned byte = 0; byte < 256; byte++) {
		char c = (char)byte;

		chances[byte] = rareness_chance((struct slice){ &c, 1 });
		if (ascii_is_upper(c))
			chances[byte] *= 0.1;
		else if (ascii_is_digit(c))
			chances[byte] *= 0.1;
		else if (ascii_is_high(c))
			chances[byte] *= 0.004;
		else if (ascii_is_control(c) && c != '\n')
			chances[byte] *= 0.001;
		else if (rareness_kind(c) == RARENESS_KINDS - 1)
			chances[byte] *= 0.05;
		sum += chances[byte];
	}
	for (unsigned byte = 0; byte < 256; byte++)
		chances[byte] /= sum;
}

/* With frames up to `rare` half bits; false: there are too many, or they are too common. */
static bool
find_within(struct arena *work, const struct syntax_node *tree, unsigned rare,
    struct prefix_pattern *pattern)
{
	struct builder builder = { .arena = work, .pattern = pattern, .rare = rare };
	struct frame *end;
	uint32_t start;

	*pattern = (struct prefix_pattern){ VEC_OF(struct prefix_item, work),
		VEC_OF(struct prefix_step, work), VEC_OF(struct byte_set, work), 0 };
	builder.frames = VEC_OF(struct frame, work);
	builder.moves = VEC_OF(struct move, work);
	builder.weights = VEC_OF(uint16_t, work);
	builder.waiting = VEC_OF(struct waiting, work);
	builder.slots = arena_array(work, SLOTS, sizeof(*builder.slots));
	end = vec_push(&builder.frames);
	if (builder.slots == NULL || end == NULL)
		return false;
	end->distance = UINT16_MAX;
	guess_chances(builder.chances);
	start = intern(&builder, tree, false, 0, END);
	explore(&builder, start);
	if (builder.failed || frame_at(&builder, END)->distance < COMMON)
		return false;
	find_items(&builder, start);
	if (builder.failed || ((struct prefix_item *)vec_at(&pattern->items, 0))->count == 0 ||
	    ((struct prefix_item *)vec_at(&pattern->items, 0))->count == PREFIX_DONE)
		return false;
	pattern->unrest = unrest_of(&builder);
	end_steps(pattern);
	return true;
}

bool
prefix_pattern_find(
    struct arena *work, const struct syntax_node *tree, struct prefix_pattern *pattern_r)
{
	for (unsigned rare = RARE; rare >= RARE_LEAST; rare -= RARE_LESS) {
		if (find_within(work, tree, rare, pattern_r))
			return true;
	}
	return false;
}

/* Whether the place before text.p[at] is as needed. */
static bool
place_is(struct slice text, size_t at, unsigned needs)
{
	bool line = at == 0 || text.p[at - 1] == '\n';
	bool edge = (at > 0 && ascii_is_word(text.p[at - 1])) != ascii_is_word(text.p[at]);

	return ((needs & SYNTAX_LINE_START) == 0 || line) &&
	       ((needs & SYNTAX_WORD_EDGE) == 0 || edge) &&
	       ((needs & SYNTAX_NO_WORD_EDGE) == 0 || !edge);
}

bool
prefix_pattern_may_match(
    const struct prefix_pattern *pattern, struct arena *work, struct slice text)
{
	size_t count = pattern->items.n;
	bool *now = arena_array(work, count, sizeof(bool));
	bool *then = arena_array(work, count, sizeof(bool));

	if (now == NULL || then == NULL)
		return true;
	for (size_t at = 0; at < text.n; at++) {
		bool *swap = now;

		now[0] = true;
		memset(then, 0, count);
		for (size_t i = 0; i < count; i++) {
			const struct prefix_item *item = vec_at(&pattern->items, i);

			for (uint32_t k = 0; now[i] && k < item->count; k++) {
				const struct prefix_step *step = vec_at(
				    &pattern->steps, item->first + k);

				if (!byte_set_has(vec_at(&pattern->sets, step->set),
					(unsigned char)text.p[at]) ||
				    !place_is(text, at, step->needs))
					continue;
				if (step->target == PREFIX_DONE)
					return true;
				then[step->target] = true;
			}
		}
		now = then;
		then = swap;
	}
	return false;
}
