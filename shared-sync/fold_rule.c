/*
 * fold_rule.c - a rule in one block of memory, and as a line of seven fields
 *
 * A line is read leniently, written again and compared: what is not the one text of its
 * meaning is refused. So is a rule's YAML: what log and snapshot hold is what the renderer
 * makes of it, and never more than one value.
 */
#include "shared-sync/fold_rule.h"

#include <inttypes.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "conf/diagnostic.h"
#include "conf/yaml.h"
#include "conf/yaml_render.h"
#include "engine/rules/rule_def.h"
#include "engine/util/arena.h"
#include "engine/util/ascii.h"
#include "engine/util/utf8.h"
#include "shared-sync/carried.h"
#include "shared-sync/hex.h"

#define FIELDS 7
/* What the tree of FOLD_RULE_MAX bytes may take: a node for every second byte. */
#define TREE_MAX ((size_t)32 * 1024 * 1024)

struct counted {
	struct fold_rule rule; /* first: one is the other's address */
	atomic_uint refs;
	char bytes[];
};

static struct slice
place(char **at, struct slice text)
{
	struct slice placed = { *at, text.n };

	if (text.n > 0)
		memcpy(*at, text.p, text.n);
	*at += text.n;
	return placed;
}

struct fold_rule *
fold_rule_new(const struct fold_rule *from)
{
	size_t n = from->name.n + from->text.n + from->note.n;
	struct counted *made = malloc(sizeof(*made) + n);
	char *at;

	if (made == NULL)
		abort();
	at = made->bytes;
	made->rule = *from;
	made->rule.name = place(&at, from->name);
	made->rule.text = place(&at, from->text);
	made->rule.note = place(&at, from->note);
	atomic_init(&made->refs, 1);
	return &made->rule;
}

struct fold_rule *
fold_rule_ref(struct fold_rule *rule)
{
	atomic_fetch_add_explicit(&((struct counted *)rule)->refs, 1, memory_order_relaxed);
	return rule;
}

void
fold_rule_unref(struct fold_rule **rule)
{
	struct counted *gone = (struct counted *)*rule;

	*rule = NULL;
	if (gone != NULL && atomic_fetch_sub_explicit(&gone->refs, 1, memory_order_acq_rel) == 1)
		free(gone);
}

bool
fold_rule_name(struct slice name)
{
	if (name.n == 0 || name.n > FOLD_NAME_MAX || ascii_is_digit(name.p[0]))
		return false;
	for (size_t i = 0; i < name.n; i++)
		if (!ascii_is_word(name.p[i]))
			return false;
	return true;
}

bool
fold_rule_text(struct slice text)
{
	struct diagnostics *found;
	const struct yaml_node *node;
	struct arena *arena;
	struct buf again = { 0 };
	bool same = false;

	if (text.n > FOLD_RULE_MAX)
		return false;
	found = diagnostics_new();
	arena = arena_new(TREE_MAX);
	node = yaml_read(arena, "rule", text, found);
	if (node != NULL && node->kind == YAML_MAPPING) {
		yaml_render(node, &again);
		same = slice_eq(buf_slice(&again), text);
	}
	buf_clear(&again);
	arena_free(&arena);
	diagnostics_free(&found);
	return same;
}

static void
write_note(struct slice note, struct buf *out)
{
	for (size_t i = 0; i < note.n; i++) {
		unsigned char byte = (unsigned char)note.p[i];

		if (note.p[i] == '\\')
			buf_add(out, SLICE("\\\\"));
		else if (ascii_is_control(note.p[i])) {
			buf_add(out, SLICE("\\x"));
			hex_write(&byte, 1, out);
		} else
			buf_add_byte(out, note.p[i]);
	}
}

static void
read_note(struct slice text, struct buf *out)
{
	for (size_t i = 0; i < text.n; i++) {
		unsigned char byte;

		if (text.p[i] != '\\')
			buf_add_byte(out, text.p[i]);
		else if (hex_read(slice_cut(text, i + 2, i + 4), &byte, 1)) {
			buf_add_byte(out, (char)byte);
			i += 3;
		} else {
			buf_add_byte(out, '\\');
			i += 1;
		}
	}
}

void
fold_rule_write(const struct fold_rule *rule, struct buf *out)
{
	buf_add(out, rule->name);
	buf_printf(out, "\t%" PRIu64 "\t%" PRIu64 "\t%s\t", rule->seq, rule->put_seq, rule->key);
	if (rule->has_score)
		buf_printf(out, "%" PRId64, rule->score);
	else
		buf_add_byte(out, '-');
	buf_add_byte(out, '\t');
	write_note(rule->note, out);
	buf_add_byte(out, '\t');
	buf_add(out, rule->text);
	buf_add_byte(out, '\n');
}

size_t
fold_rule_size(const struct fold_rule *rule)
{
	struct fold_rule bare = *rule;
	struct buf line = { 0 };
	size_t n;

	bare.text = SLICE("");
	fold_rule_write(&bare, &line);
	n = line.n + rule->text.n;
	buf_clear(&line);
	return n;
}

static bool
read_score(struct slice text, struct fold_rule *rule)
{
	bool negative = slice_starts(text, SLICE("-"));
	uint64_t size;

	if (slice_eq(text, SLICE("-")))
		return true;
	if (!carried_number(slice_from(text, negative ? 1 : 0), &size) || size > SCORE_LIMIT)
		return false;
	rule->has_score = true;
	rule->score = negative ? -(int64_t)size : (int64_t)size;
	return true;
}

/* All but the note. */
static bool
read_fields(const struct slice fields[FIELDS], struct fold_rule *rule)
{
	rule->name = fields[0];
	rule->text = fields[6];
	return fold_rule_name(fields[0]) && carried_number(fields[1], &rule->seq) &&
	       carried_number(fields[2], &rule->put_seq) && rule->put_seq > 0 &&
	       rule->put_seq <= rule->seq && feed_key_id_read(fields[3], rule->key) &&
	       read_score(fields[4], rule) && fold_rule_text(fields[6]);
}

/* Whether writing the rule gives the line again. */
static bool
writes_as(const struct fold_rule *rule, struct slice line)
{
	struct buf again = { 0 };
	bool same;

	fold_rule_write(rule, &again);
	same = slice_eq(slice_cut(buf_slice(&again), 0, again.n - 1), line);
	buf_clear(&again);
	return same;
}

struct fold_rule *
fold_rule_read(struct slice line)
{
	struct fold_rule rule = { 0 }, *made = NULL;
	struct slice fields[FIELDS], rest = line;
	struct buf note = { 0 };

	for (size_t i = 0; i < FIELDS; i++) {
		size_t end = i + 1 < FIELDS ? slice_find_byte(rest, 0, '\t') : rest.n;

		fields[i] = slice_cut(rest, 0, end);
		rest = slice_from(rest, end + 1);
	}
	read_note(fields[5], &note);
	rule.note = buf_slice(&note);
	if (note.n <= FOLD_NOTE_MAX && utf8_valid(rule.note) && read_fields(fields, &rule) &&
	    writes_as(&rule, line))
		made = fold_rule_new(&rule);
	buf_clear(&note);
	return made;
}
