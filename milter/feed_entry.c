/*
 * feed_entry.c - reading a body for show; what it does to rules is fold.h's to say
 */
#include "config.h"

#include "milter/feed_entry.h"

#include "conf/yaml.h"
#include "engine/rules/score.h"
#include "engine/util/utf8.h"

void
feed_entry_safe(struct slice text, struct buf *out)
{
	uint32_t code;

	for (size_t at = 0; at < text.n;) {
		size_t n = utf8_read(slice_from(text, at), &code);
		bool good = n > 0 && code >= 0x20 && code != 0x7f && (code < 0x80 || code >= 0xa0);

		if (good)
			buf_add(out, slice_cut(text, at, at + n));
		else
			buf_add_byte(out, '?');
		at += n == 0 ? 1 : n;
	}
}

/* The keys of a mapping, and its values when they are asked for; or the texts of a list. */
static size_t
read_names(struct arena *arena, const struct yaml_node *node, struct slice **names_r,
    struct slice **values_r)
{
	size_t n = node == NULL || node->kind == YAML_TEXT ? 0 : node->n;

	*names_r = arena_array(arena, n + 1, sizeof(**names_r));
	if (values_r != NULL)
		*values_r = arena_array(arena, n + 1, sizeof(**values_r));
	if (*names_r == NULL || (values_r != NULL && *values_r == NULL))
		return 0;
	for (size_t i = 0; i < n; i++) {
		const struct yaml_entry *entry = &node->entries[i];

		(*names_r)[i] = entry->key != NULL ? entry->key->text : entry->value->text;
		if (values_r != NULL)
			(*values_r)[i] = entry->value->text;
	}
	return n;
}

void
feed_entry_read(struct arena *arena, struct slice body, struct feed_entry *entry_r)
{
	struct diagnostics *ignored = diagnostics_new();
	const struct yaml_node *root = yaml_read(arena, "entry", body, ignored), *note = NULL;

	*entry_r = (struct feed_entry){ .note = SLICE("") };
	if (root != NULL && root->kind == YAML_MAPPING) {
		note = yaml_find(root, SLICE("note"));
		if (note != NULL && note->kind == YAML_TEXT)
			entry_r->note = note->text;
		entry_r->put_count = read_names(
		    arena, yaml_find(root, SLICE("rules")), &entry_r->put, NULL);
		entry_r->removed_count = read_names(
		    arena, yaml_find(root, SLICE("remove")), &entry_r->removed, NULL);
		entry_r->scored_count = read_names(
		    arena, yaml_find(root, SLICE("scores")), &entry_r->scored, &entry_r->scores);
	}
	diagnostics_free(&ignored);
}

/* Up to three digits behind the point, as people write scores. */
static void
print_score(struct slice text, struct buf *out)
{
	int64_t score;

	if (score_parse(text, &score))
		score_print(out, score);
	else
		feed_entry_safe(text, out);
}

static void
print_names(const struct slice *names, size_t n, const char *mark, const struct slice *values,
    size_t most, struct buf *out)
{
	for (size_t i = 0; i < n && i < most; i++) {
		buf_printf(out, "%s%s", out->n > 0 && out->p[out->n - 1] != ' ' ? " " : "", mark);
		feed_entry_safe(names[i], out);
		if (values != NULL) {
			buf_add_byte(out, '=');
			print_score(values[i], out);
		}
	}
	if (n > most)
		buf_printf(out, " (%s%zu more)", mark, n - most);
}

void
feed_entry_print(const struct feed_entry *entry, size_t most, struct buf *out)
{
	print_names(entry->put, entry->put_count, "+", NULL, most, out);
	print_names(entry->removed, entry->removed_count, "-", NULL, most, out);
	print_names(entry->scored, entry->scored_count, "", entry->scores, most, out);
}

static void
json_names(struct json *json, const char *key, const struct slice *names, size_t n)
{
	json_key(json, key);
	json_open(json, '[');
	for (size_t i = 0; i < n; i++)
		json_string(json, names[i]);
	json_close(json, ']');
}

void
feed_entry_json(const struct feed_entry *entry, struct json *json)
{
	json_key(json, "note");
	json_string(json, entry->note);
	json_names(json, "put", entry->put, entry->put_count);
	json_names(json, "remove", entry->removed, entry->removed_count);
	json_key(json, "scores");
	json_open(json, '{');
	for (size_t i = 0; i < entry->scored_count; i++) {
		struct buf name = { 0 };
		int64_t score;

		feed_entry_safe(entry->scored[i], &name);
		json_key(json, buf_text(&name));
		if (score_parse(entry->scores[i], &score))
			json_score(json, score);
		else
			json_string(json, entry->scores[i]);
		buf_clear(&name);
	}
	json_close(json, '}');
}
