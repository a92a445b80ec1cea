/*
 * fold.c - a sorted array of counted rules
 *
 * An entry is read whole, becomes a sorted list of changes, and that is merged with the
 * array into a new one: so an entry is applied or not, and one more costs a copy of the
 * pointers (80 KB at 10,000 rules). The bytes that the fold takes as text are counted as it
 * changes, since text is what is limited and carried.
 *
 * The YAML of entries is read by fold_entry.c, lines of text by fold_rule.c.
 */
#include "shared-sync/fold.h"

#include <stdlib.h>
#include <string.h>

#include "conf/yaml_render.h"
#include "engine/rules/score.h"
#include "engine/util/vec.h"
#include "shared-sync/carried.h"
#include "shared-sync/fold_entry.h"
#include "shared-sync/fold_rule.h"

struct fold {
	struct fold_rule **rules; /* by name */
	size_t n;
	size_t size; /* as text */
};

struct change {
	struct slice name;
	struct fold_rule *rule; /* ours alone until it is merged; NULL: removed */
};

static void *
need(void *p)
{
	if (p == NULL)
		abort();
	return p;
}

struct fold *
fold_new(void)
{
	return need(calloc(1, sizeof(struct fold)));
}

static void
fold_clear(struct fold *fold)
{
	for (size_t i = 0; i < fold->n; i++)
		fold_rule_unref(&fold->rules[i]);
	free(fold->rules);
	*fold = (struct fold){ 0 };
}

void
fold_free(struct fold **fold)
{
	if (*fold != NULL)
		fold_clear(*fold);
	free(*fold);
	*fold = NULL;
}

struct fold *
fold_copy(const struct fold *fold)
{
	struct fold *copy = fold_new();

	copy->rules = need(malloc((fold->n + 1) * sizeof(fold->rules[0])));
	for (size_t i = 0; i < fold->n; i++)
		copy->rules[i] = fold_rule_ref(fold->rules[i]);
	copy->n = fold->n;
	copy->size = fold->size;
	return copy;
}

size_t
fold_count(const struct fold *fold)
{
	return fold->n;
}

const struct fold_rule *
fold_at(const struct fold *fold, size_t i)
{
	return fold->rules[i];
}

/* The first place from `low` on whose name is not below `name`. */
static size_t
fold_place(const struct fold *fold, size_t low, struct slice name)
{
	size_t high = fold->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (slice_compare(fold->rules[middle]->name, name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool
stands_at(const struct fold *fold, size_t at, struct slice name)
{
	return at < fold->n && slice_eq(fold->rules[at]->name, name);
}

const struct fold_rule *
fold_find(const struct fold *fold, struct slice name)
{
	size_t at = fold_place(fold, 0, name);

	return stands_at(fold, at, name) ? fold->rules[at] : NULL;
}

/* By name; a removal comes before what is put under the same name. */
static int
change_compare(const void *a, const void *b)
{
	const struct change *one = a, *two = b;
	int order = slice_compare(one->name, two->name);

	return order != 0 ? order : (one->rule != NULL) - (two->rule != NULL);
}

/* Sorts, and keeps the last of each name. */
static void
changes_settle(struct vec *changes)
{
	struct change *all = changes->p;
	size_t kept = 0;

	if (changes->n == 0)
		return;
	qsort(all, changes->n, sizeof(all[0]), change_compare);
	for (size_t i = 0; i < changes->n; i++)
		if (i + 1 == changes->n || !slice_eq(all[i].name, all[i + 1].name))
			all[kept++] = all[i];
	changes->n = kept;
}

static void
changes_clear(struct vec *changes)
{
	for (size_t i = 0; i < changes->n; i++)
		fold_rule_unref(&((struct change *)vec_at(changes, i))->rule);
	vec_clear(changes);
}

static struct change *
changes_find(const struct vec *changes, size_t count, struct slice name)
{
	struct change wanted = { .name = name }, *all = changes->p;
	size_t low = 0, high = count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (slice_compare(all[middle].name, wanted.name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low < count && slice_eq(all[low].name, name) ? &all[low] : NULL;
}

static void
changes_add(struct vec *changes, struct slice name, const struct fold_rule *rule)
{
	struct change *change = vec_push(changes);

	change->name = name;
	if (rule == NULL)
		return;
	change->rule = fold_rule_new(rule);
	change->name = change->rule->name;
}

static void
add_removed_and_put(
    struct vec *changes, const struct fold_entry *entry, uint64_t seq, const char *key)
{
	for (size_t i = 0; i < entry->removed.n; i++)
		changes_add(changes, *(struct slice *)vec_at(&entry->removed, i), NULL);
	for (size_t i = 0; i < entry->put.n; i++) {
		struct fold_rule rule = *(struct fold_rule *)vec_at(&entry->put, i);

		rule.note = entry->note;
		rule.seq = rule.put_seq = seq;
		memcpy(rule.key, key, sizeof(rule.key));
		changes_add(changes, rule.name, &rule);
	}
	changes_settle(changes);
}

/* Scores what the entry has put, or what stood there before. */
static void
add_scored(
    struct vec *changes, const struct fold_entry *entry, const struct fold *fold, uint64_t seq)
{
	size_t settled = changes->n;

	for (size_t i = 0; i < entry->scored.n; i++) {
		const struct fold_rule *scored = vec_at(&entry->scored, i);
		struct change *change = changes_find(changes, settled, scored->name);
		const struct fold_rule *found = fold_find(fold, scored->name);
		struct fold_rule *rule = change == NULL ? NULL : change->rule;

		if (change == NULL && found != NULL) {
			changes_add(changes, scored->name, found);
			rule = ((struct change *)vec_at(changes, changes->n - 1))->rule;
		}
		if (rule == NULL)
			continue;
		rule->has_score = true;
		rule->score = scored->score;
		rule->seq = seq;
	}
	changes_settle(changes);
}

/* What the fold would be: its rules, without references of its own. */
static struct fold
merge(const struct fold *fold, const struct vec *changes)
{
	struct fold merged = { .size = fold->size };
	size_t at = 0;

	merged.rules = need(malloc((fold->n + changes->n + 1) * sizeof(merged.rules[0])));
	for (size_t i = 0; i < changes->n; i++) {
		const struct change *change = vec_at(changes, i);
		size_t end = fold_place(fold, at, change->name);

		if (end > at)
			memcpy(merged.rules + merged.n, fold->rules + at,
			    (end - at) * sizeof(merged.rules[0]));
		merged.n += end - at;
		at = end;
		if (stands_at(fold, at, change->name))
			merged.size -= fold_rule_size(fold->rules[at++]);
		if (change->rule == NULL)
			continue;
		merged.size += fold_rule_size(change->rule);
		merged.rules[merged.n++] = change->rule;
	}
	if (fold->n > at)
		memcpy(merged.rules + merged.n, fold->rules + at,
		    (fold->n - at) * sizeof(merged.rules[0]));
	merged.n += fold->n - at;
	return merged;
}

static bool
within_limits(const struct fold *fold, struct err *err)
{
	if (fold->n > FOLD_RULES_MAX)
		err_set(err, "the channel would have over %zu rules", FOLD_RULES_MAX);
	else if (fold->size > FOLD_TEXT_MAX)
		err_set(err, "the channel's rules would be over %zu bytes", FOLD_TEXT_MAX);
	else
		return true;
	return false;
}

/* Makes `merged` the fold. The changes own from now on what they replaced. */
static void
adopt(struct fold *fold, const struct fold *merged, struct vec *changes)
{
	size_t at = 0;

	for (size_t i = 0; i < changes->n; i++) {
		struct change *change = vec_at(changes, i);

		at = fold_place(fold, at, change->name);
		change->rule = stands_at(fold, at, change->name) ? fold->rules[at] : NULL;
	}
	free(fold->rules);
	*fold = *merged;
}

bool
fold_apply(struct fold *fold, struct slice body, uint64_t seq, const char *key,
    void (*tell)(void *p, const char *text), void *p, struct err *err)
{
	struct arena *arena = arena_new(FOLD_ENTRY_ARENA);
	struct vec changes = VEC_OF(struct change, NULL);
	struct fold_entry entry;
	struct fold merged;
	bool good = fold_entry_read(arena, body, &entry, tell, p, err);

	if (good) {
		add_removed_and_put(&changes, &entry, seq, key);
		add_scored(&changes, &entry, fold, seq);
		merged = merge(fold, &changes);
		good = within_limits(&merged, err);
		if (good)
			adopt(fold, &merged, &changes);
		else
			free(merged.rules);
	}
	changes_clear(&changes);
	arena_free(&arena);
	return good;
}

static bool
read_line(struct fold *fold, struct slice line, size_t number, struct err *err)
{
	struct fold_rule *rule = fold_rule_read(line);

	if (rule != NULL && fold->n > 0 &&
	    slice_compare(fold->rules[fold->n - 1]->name, rule->name) >= 0)
		fold_rule_unref(&rule);
	if (rule == NULL) {
		err_set(err, "line %zu is not one of a fold, or not in its place", number);
		return false;
	}
	fold->rules[fold->n++] = rule;
	fold->size += line.n + 1;
	return true;
}

static size_t
count_lines(struct slice text)
{
	size_t count = 0;

	for (size_t at = 0; (at = slice_find_byte(text, at, '\n')) < text.n; at++)
		count++;
	return count;
}

bool
fold_read(struct fold *fold, struct slice text, struct err *err)
{
	struct fold made = { .n = count_lines(text), .size = text.n };
	size_t number = 1;
	bool good = within_limits(&made, err);

	if (!good)
		return false;
	made = (struct fold){ .rules = need(malloc((made.n + 1) * sizeof(made.rules[0]))) };
	for (size_t at = 0; good && at < text.n; number++) {
		size_t end = slice_find_byte(text, at, '\n');

		if (end == text.n) {
			err_set(err, "line %zu does not end", number);
			good = false;
		} else
			good = read_line(&made, slice_cut(text, at, end), number, err);
		at = end + 1;
	}
	if (good) {
		fold_clear(fold);
		*fold = made;
	} else
		fold_clear(&made);
	return good;
}

void
fold_write(const struct fold *fold, struct buf *out)
{
	for (size_t i = 0; i < fold->n; i++)
		fold_rule_write(fold->rules[i], out);
}

/* What a body says so far, in its three parts; what does not fit any more is left for the next. */
struct difference {
	struct buf removed, put, scored;
	size_t room;
	bool full;
};

static void
difference_add(struct difference *difference, struct buf *part, struct buf *piece)
{
	if (piece->n > difference->room)
		difference->full = true;
	else {
		difference->room -= piece->n;
		buf_add(part, buf_slice(piece));
	}
	piece->n = 0;
}

static void
difference_rule(
    struct difference *difference, const struct fold_rule *from, const struct fold_rule *to)
{
	bool put = from == NULL || !slice_eq(from->text, to->text) ||
		   (from->has_score && !to->has_score);
	struct buf piece = { 0 };

	if (put) {
		buf_printf(&piece, "  %.*s: ", SLICE_ARG(to->name));
		buf_add(&piece, to->text);
		buf_add_byte(&piece, '\n');
		difference_add(difference, &difference->put, &piece);
	}
	if (!difference->full && to->has_score &&
	    (put || !from->has_score || from->score != to->score)) {
		buf_printf(&piece, "  %.*s: ", SLICE_ARG(to->name));
		score_print_exact(&piece, to->score);
		buf_add_byte(&piece, '\n');
		difference_add(difference, &difference->scored, &piece);
	}
	buf_clear(&piece);
}

static void
difference_removed(struct difference *difference, const struct fold_rule *from)
{
	struct buf piece = { 0 };

	buf_printf(&piece, "  - %.*s\n", SLICE_ARG(from->name));
	difference_add(difference, &difference->removed, &piece);
	buf_clear(&piece);
}

/* Both folds by name, side by side. */
static void
difference_walk(struct difference *difference, const struct fold *from, const struct fold *to)
{
	size_t i = 0, k = 0;

	while ((i < from->n || k < to->n) && !difference->full) {
		int order = i == from->n ? 1
			    : k == to->n ? -1
					 : slice_compare(from->rules[i]->name, to->rules[k]->name);

		if (order < 0)
			difference_removed(difference, from->rules[i]);
		else
			difference_rule(
			    difference, order == 0 ? from->rules[i] : NULL, to->rules[k]);
		i += order <= 0;
		k += order >= 0;
	}
}

static void
add_part(struct slice key, struct buf *part, struct buf *out)
{
	if (part->n > 0) {
		buf_add(out, key);
		buf_add(out, buf_slice(part));
	}
	buf_clear(part);
}

void
fold_difference(const struct fold *from, const struct fold *to, struct slice note, struct buf *out)
{
	static const struct slice keys[] = { { "remove:\n", 8 }, { "rules:\n", 7 },
		{ "scores:\n", 8 } };
	const struct yaml_node text = { .kind = YAML_TEXT, .text = note };
	struct difference difference = { 0 };
	struct buf head = { 0 };

	if (note.n > 0) {
		buf_add(&head, SLICE("note: "));
		yaml_render(&text, &head);
		buf_add_byte(&head, '\n');
	}
	difference.room = CARRIED_ENTRY_BODY_MAX - head.n - keys[0].n - keys[1].n - keys[2].n;
	difference_walk(&difference, from, to);
	if (difference.removed.n + difference.put.n + difference.scored.n > 0)
		buf_add(out, buf_slice(&head));
	add_part(keys[0], &difference.removed, out);
	add_part(keys[1], &difference.put, out);
	add_part(keys[2], &difference.scored, out);
	buf_clear(&head);
}
