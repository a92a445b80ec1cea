/*
 * sample.c - texts made from a pattern's tree by throwing dice
 *
 * Each choice takes a branch at random, each repetition a number of copies,
 * each set a byte: letters and blanks more often than others, for what stands
 * around a match is mostly that.
 *
 * Limits: SAMPLE_BYTES_MAX, CALL_DEPTH_MAX, and WORK_MAX, since what takes no bytes may be
 * repeated or called without end.
 */
#include "engine/regex/sample.h"

#include "engine/util/ascii.h"

#define CALL_DEPTH_MAX 20
/* Bytes that are tried before any byte of the set will do. */
#define PLAIN_TRIES 4
/* Nodes of the tree that are walked through for a text: a millisecond. */
#define WORK_MAX 200000

/* A text in the making. */
struct making {
	struct sample_source *source;
	struct buf *out;
	unsigned depth; /* of calls */
	unsigned work;
};

unsigned
sample_number(struct sample_source *source, unsigned below)
{
	uint64_t x = source->state += UINT64_C(0x9e3779b97f4a7c15);

	x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
	return (unsigned)((x ^ (x >> 31)) >> 32) % below;
}

static void
add_byte(struct sample_source *source, const struct byte_set *set, struct buf *out)
{
	unsigned nth, count = byte_set_count(set);

	for (unsigned i = 0; i < PLAIN_TRIES; i++) {
		unsigned byte = 0x20 + sample_number(source, 0x60);

		if (byte_set_has(set, byte) &&
		    (ascii_is_alnum((char)byte) || byte == ' ' || i == PLAIN_TRIES - 1)) {
			buf_add_byte(out, (char)byte);
			return;
		}
	}
	if (count == 0)
		return;
	nth = sample_number(source, count);
	for (int byte = byte_set_next(set, 0); byte >= 0; byte = byte_set_next(set, byte + 1)) {
		if (nth-- == 0) {
			buf_add_byte(out, (char)byte);
			return;
		}
	}
}

static void add(struct making *making, const struct syntax_node *node);

static bool
is_full(const struct making *making)
{
	return making->out->n >= SAMPLE_BYTES_MAX || making->work >= WORK_MAX;
}

static void
add_copies(struct making *making, const struct syntax_node *node)
{
	const unsigned most = making->source->more, span = node->max - node->min;
	unsigned more = span < most ? span : most;
	unsigned count = node->min + (more == 0 ? 0 : sample_number(making->source, more + 1));

	for (unsigned i = 0; i < count && !is_full(making); i++)
		add(making, node->first);
}

static void
add_branch(struct making *making, const struct syntax_node *node)
{
	const struct syntax_node *child = node->first;
	unsigned count = 0, nth;

	for (const struct syntax_node *each = child; each != NULL; each = each->next)
		count++;
	for (nth = sample_number(making->source, count); nth > 0; nth--)
		child = child->next;
	making->work += count;
	add(making, child);
}

static void
add_called(struct making *making, const struct syntax_node *node)
{
	if (making->depth == CALL_DEPTH_MAX)
		return;
	making->depth++;
	add(making, node->target);
	making->depth--;
}

static void
add(struct making *making, const struct syntax_node *node)
{
	if (is_full(making))
		return;
	making->work++;
	switch (node->kind) {
	case SYNTAX_EMPTY:
	case SYNTAX_EDGE:
	case SYNTAX_ANY:
		break;
	case SYNTAX_SET:
		add_byte(making->source, &node->set, making->out);
		break;
	case SYNTAX_CAT:
		for (const struct syntax_node *child = node->first; child != NULL;
		     child = child->next)
			add(making, child);
		break;
	case SYNTAX_ALT:
		add_branch(making, node);
		break;
	case SYNTAX_REPEAT:
		add_copies(making, node);
		break;
	case SYNTAX_CALL:
		add_called(making, node);
		break;
	}
}

void
sample_add(struct sample_source *source, const struct syntax_node *tree, struct buf *out)
{
	struct making making = { .source = source, .out = out };

	add(&making, tree);
}
