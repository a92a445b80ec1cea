/*
 * fold_entry.c - an entry's YAML as lists of names, texts and scores
 *
 * The shape of the whole must hold (a mapping of mappings and a list), else the entry is
 * refused; what is wrong inside costs that name alone. Every rule is rendered on one line and
 * read again from it, so that nothing gets into a fold that does not come out of it.
 *
 * Limits: the reader's (conf/yaml.h), FOLD_ENTRY_ARENA, and the entry's own 256 KB.
 */
#include "shared-sync/fold_entry.h"

#include "conf/diagnostic.h"
#include "conf/yaml.h"
#include "conf/yaml_render.h"
#include "engine/rules/score.h"
#include "engine/util/ascii.h"
#include "shared-sync/fold_rule.h"

/* Of a name that is told of. */
#define SHOWN_MAX 60

struct reader {
	struct arena *arena;
	struct fold_entry *entry;
	void (*tell)(void *p, const char *text);
	void *p;
	struct err *err;
};

/* Tells that `name` is left aside; bytes that a terminal would not like become '?'. */
static void
leave(struct reader *reader, struct slice name, const char *why)
{
	struct slice shown = slice_cut(name, 0, SHOWN_MAX);
	struct buf text = { 0 };

	if (reader->tell == NULL)
		return;
	for (size_t i = 0; i < shown.n; i++)
		buf_add_byte(&text, ascii_is_print(shown.p[i]) ? shown.p[i] : '?');
	buf_printf(&text, ": %s", why);
	reader->tell(reader->p, buf_text(&text));
	buf_clear(&text);
}

static bool
of_kind(struct reader *reader, const struct yaml_node *node, enum yaml_kind kind, const char *what)
{
	if (node->kind == kind)
		return true;
	err_set(reader->err, "%s, found %s", what, yaml_kind_name(node));
	return false;
}

static bool
read_note(struct reader *reader, const struct yaml_node *node)
{
	struct slice note = node->text;

	if (!of_kind(reader, node, YAML_TEXT, "note: expected a text"))
		return false;
	if (note.n > FOLD_NOTE_MAX || slice_find_byte(note, 0, '\n') < note.n)
		leave(reader, SLICE("note"), "left aside: expected one line of at most 500 bytes");
	else
		reader->entry->note = note;
	return true;
}

static bool
read_removed(struct reader *reader, const struct yaml_node *node)
{
	if (!of_kind(reader, node, YAML_LIST, "remove: expected a list of names"))
		return false;
	for (size_t i = 0; i < node->n; i++) {
		const struct yaml_node *name = node->entries[i].value;
		struct slice *removed;

		if (name->kind != YAML_TEXT || !fold_rule_name(name->text)) {
			leave(reader, SLICE("remove"), "left aside: not a rule's name");
			continue;
		}
		removed = vec_push(&reader->entry->removed);
		if (removed != NULL)
			*removed = name->text;
	}
	return true;
}

static void
read_rule(struct reader *reader, struct slice name, const struct yaml_node *node)
{
	struct buf text = { .arena = reader->arena };
	struct fold_rule *rule;

	if (!fold_rule_name(name) || node->kind != YAML_MAPPING) {
		leave(reader, name, "left aside: not a rule");
		return;
	}
	yaml_render(node, &text);
	if (text.failed || !fold_rule_text(buf_slice(&text))) {
		leave(reader, name, "left aside: over 64 KB, or it cannot stand on one line");
		return;
	}
	rule = vec_push(&reader->entry->put);
	if (rule == NULL)
		return;
	rule->name = name;
	rule->text = buf_slice(&text);
}

static bool
read_rules(struct reader *reader, const struct yaml_node *node)
{
	if (!of_kind(reader, node, YAML_MAPPING, "rules: expected a mapping of names to rules"))
		return false;
	for (size_t i = 0; i < node->n; i++)
		read_rule(reader, node->entries[i].key->text, node->entries[i].value);
	return true;
}

static bool
read_scores(struct reader *reader, const struct yaml_node *node)
{
	if (!of_kind(reader, node, YAML_MAPPING, "scores: expected a mapping of names to scores"))
		return false;
	for (size_t i = 0; i < node->n; i++) {
		struct slice name = node->entries[i].key->text;
		const struct yaml_node *value = node->entries[i].value;
		struct fold_rule *scored;
		int64_t score;

		if (!fold_rule_name(name) || value->kind != YAML_TEXT ||
		    !score_parse(value->text, &score)) {
			leave(reader, name, "left aside: not a rule's score");
			continue;
		}
		scored = vec_push(&reader->entry->scored);
		if (scored == NULL)
			continue;
		scored->name = name;
		scored->score = score;
	}
	return true;
}

static bool
read_key(struct reader *reader, struct slice key, const struct yaml_node *value)
{
	if (slice_eq(key, SLICE("note")))
		return read_note(reader, value);
	if (slice_eq(key, SLICE("rules")))
		return read_rules(reader, value);
	if (slice_eq(key, SLICE("remove")))
		return read_removed(reader, value);
	if (slice_eq(key, SLICE("scores")))
		return read_scores(reader, value);
	leave(reader, key, "left aside: this version does not know the key");
	return true;
}

static void
set_first_error(const struct diagnostics *found, struct err *err)
{
	if (diagnostics_kept(found) > 0) {
		const struct diagnostic *first = diagnostics_at(found, 0);

		err_set(err, "the body, line %u: %s", first->line, first->text);
	} else
		err_set(err, "the body is not YAML");
}

bool
fold_entry_read(struct arena *arena, struct slice body, struct fold_entry *entry_r,
    void (*tell)(void *p, const char *text), void *p, struct err *err)
{
	struct reader reader = {
		.arena = arena, .entry = entry_r, .tell = tell, .p = p, .err = err
	};
	struct diagnostics *found = diagnostics_new();
	const struct yaml_node *root = yaml_read(arena, "", body, found);
	bool good;

	*entry_r = (struct fold_entry){
		.removed = VEC_OF(struct slice, arena),
		.put = VEC_OF(struct fold_rule, arena),
		.scored = VEC_OF(struct fold_rule, arena),
	};
	if (root == NULL)
		set_first_error(found, err);
	good = root != NULL && of_kind(&reader, root, YAML_MAPPING, "the body: expected a mapping");
	for (size_t i = 0; good && i < root->n; i++)
		good = read_key(&reader, root->entries[i].key->text, root->entries[i].value);
	if (good && arena_overflowed(arena)) {
		err_set(err, "the body takes too much memory");
		good = false;
	}
	diagnostics_free(&found);
	return good;
}
