/*
 * tree_match.c - trees run over texts as they are, by sets of places
 *
 * What a node takes, begun at each place of a set, ends at the places of
 * another. Calls that are too deep, and more work than WORK_MAX, count as
 * anything.
 */
#include "tests/engine/regex/tree_match.h"

#include <string.h>

#include "engine/regex/byte_set.h"
#include "engine/util/ascii.h"

#define CALLS_MAX 8
#define WORK_MAX 200000

/* Places before, between and behind the bytes of a text. */
struct run {
	struct slice text;
	unsigned calls, work;
};

static bool
is_empty(const struct byte_set *places)
{
	return byte_set_next(places, 0) < 0;
}

/* From the first place on all of them. */
static struct byte_set
anywhere(const struct run *run, const struct byte_set *places)
{
	struct byte_set all = { { 0 } };
	int first = byte_set_next(places, 0);

	if (first >= 0)
		byte_set_add_range(&all, (unsigned)first, (unsigned)run->text.n);
	return all;
}

static bool
place_is(const struct run *run, unsigned at, enum syntax_edge edge)
{
	bool before = at > 0 && ascii_is_word(run->text.p[at - 1]);
	bool behind = at < run->text.n && ascii_is_word(run->text.p[at]);

	switch (edge) {
	case SYNTAX_WORD_EDGE:
		return before != behind;
	case SYNTAX_NO_WORD_EDGE:
		return before == behind;
	case SYNTAX_LINE_START:
		return at == 0 || run->text.p[at - 1] == '\n';
	}
	return true;
}

static struct byte_set take(struct run *run, const struct syntax_node *node, struct byte_set from);

/* A byte out of the node's set, or its edge. */
static struct byte_set
take_place(const struct run *run, const struct syntax_node *node, const struct byte_set *from)
{
	struct byte_set to = { { 0 } };

	for (unsigned place = 0; place <= run->text.n; place++) {
		if (!byte_set_has(from, place))
			continue;
		if (node->kind == SYNTAX_EDGE) {
			if (place_is(run, place, node->edge))
				byte_set_add(&to, place);
		} else if (place < run->text.n &&
			   byte_set_has(&node->set, (unsigned char)run->text.p[place])) {
			byte_set_add(&to, place + 1);
		}
	}
	return to;
}

static struct byte_set
take_copies(struct run *run, const struct syntax_node *node, struct byte_set from)
{
	struct byte_set to = { { 0 } }, last = { { 0 } };
	/* More copies than places bring nothing new. */
	unsigned least = node->min < 2 * TREE_MATCH_BYTES ? node->min : 2 * TREE_MATCH_BYTES;
	unsigned most = node->max < 4 * TREE_MATCH_BYTES ? node->max : 4 * TREE_MATCH_BYTES;

	for (unsigned copies = 0;; copies++) {
		if (copies >= least)
			byte_set_join(&to, &from);
		if (copies == most || is_empty(&from))
			return to;
		last = from;
		from = take(run, node->first, from);
		if (copies >= least && memcmp(&last, &from, sizeof(from)) == 0)
			return to;
	}
}

static struct byte_set
take_call(struct run *run, const struct syntax_node *node, struct byte_set from)
{
	if (run->calls == CALLS_MAX)
		return anywhere(run, &from);
	run->calls++;
	from = take(run, node->target, from);
	run->calls--;
	return from;
}

/* Where what the node takes ends, begun at any of the places. */
static struct byte_set
take(struct run *run, const struct syntax_node *node, struct byte_set from)
{
	struct byte_set to = { { 0 } };

	if (is_empty(&from) || ++run->work > WORK_MAX)
		return anywhere(run, &from);
	switch (node->kind) {
	case SYNTAX_EMPTY:
		return from;
	case SYNTAX_EDGE:
	case SYNTAX_SET:
		return take_place(run, node, &from);
	case SYNTAX_CAT:
		for (node = node->first; node != NULL; node = node->next)
			from = take(run, node, from);
		return from;
	case SYNTAX_ALT:
		for (node = node->first; node != NULL; node = node->next) {
			struct byte_set branch = take(run, node, from);

			byte_set_join(&to, &branch);
		}
		return to;
	case SYNTAX_REPEAT:
		return take_copies(run, node, from);
	case SYNTAX_CALL:
		return take_call(run, node, from);
	case SYNTAX_ANY:
		break;
	}
	return anywhere(run, &from);
}

bool
tree_match_ends(const struct syntax_node *tree, struct slice text, size_t end)
{
	struct run run = { .text = text };
	struct byte_set from = { { 0 } };

	if (text.n > TREE_MATCH_BYTES)
		return true;
	byte_set_add_range(&from, 0, (unsigned)text.n);
	from = take(&run, tree, from);
	return byte_set_has(&from, (unsigned)end);
}
