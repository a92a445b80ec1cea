/*
 * sample.c - texts made from a pattern's tree by throwing dice
 *
 * Each choice takes a branch at random, each repetition a number of copies,
 * each set a byte: letters and blanks more often than others, for what stands
 * around a match is mostly that. Recursion ends at CALL_DEPTH_MAX.
 */
#include "engine/regex/sample.h"

#include "engine/util/ascii.h"

#define CALL_DEPTH_MAX 20
/* Bytes that are tried before any byte of the set will do. */
#define PLAIN_TRIES 4

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

static void
add(struct sample_source *source, const struct syntax_node *node, unsigned depth, struct buf *out);

static void
add_copies(
    struct sample_source *source, const struct syntax_node *node, unsigned depth, struct buf *out)
{
	unsigned more = node->max - node->min < source->more ? node->max - node->min : source->more;
	unsigned count = node->min + (more == 0 ? 0 : sample_number(source, more + 1));

	for (unsigned i = 0; i < count; i++)
		add(source, node->first, depth, out);
}

static void
add_branch(
    struct sample_source *source, const struct syntax_node *node, unsigned depth, struct buf *out)
{
	const struct syntax_node *child = node->first;
	unsigned count = 0, nth;

	for (const struct syntax_node *each = child; each != NULL; each = each->next)
		count++;
	for (nth = sample_number(source, count); nth > 0; nth--)
		child = child->next;
	add(source, child, depth, out);
}

static void
add(struct sample_source *source, const struct syntax_node *node, unsigned depth, struct buf *out)
{
	if (out->n >= SAMPLE_BYTES_MAX)
		return;
	switch (node->kind) {
	case SYNTAX_EMPTY:
	case SYNTAX_EDGE:
	case SYNTAX_ANY:
		break;
	case SYNTAX_SET:
		add_byte(source, &node->set, out);
		break;
	case SYNTAX_CAT:
		for (const struct syntax_node *child = node->first; child != NULL;
		     child = child->next)
			add(source, child, depth, out);
		break;
	case SYNTAX_ALT:
		add_branch(source, node, depth, out);
		break;
	case SYNTAX_REPEAT:
		add_copies(source, node, depth, out);
		break;
	case SYNTAX_CALL:
		if (depth < CALL_DEPTH_MAX)
			add(source, node->target, depth + 1, out);
		break;
	}
}

void
sample_add(struct sample_source *source, const struct syntax_node *tree, struct buf *out)
{
	add(source, tree, 0, out);
}
