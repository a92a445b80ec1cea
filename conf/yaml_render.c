/*
 * yaml_render.c - YAML on one line: flow lists and mappings, quotes where they are needed
 *
 * A text stays plain when every byte of it is a letter, a digit or one of a
 * few harmless marks and it begins with a letter or a digit; double quotes
 * serve control characters, single quotes all else. Depth is that of the tree.
 */
#include "conf/yaml_render.h"

#include "engine/util/ascii.h"

static bool
may_stand_plain(struct slice text)
{
	if (text.n == 0 || !ascii_is_alnum(text.p[0]) || text.p[text.n - 1] == ' ')
		return false;
	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];

		if (!ascii_is_alnum(c) && c != '_' && c != '-' && c != '.' && c != '/' &&
		    c != ' ' && c != '@')
			return false;
	}
	return true;
}

static bool
needs_escapes(struct slice text)
{
	for (size_t i = 0; i < text.n; i++)
		if (ascii_is_control(text.p[i]))
			return true;
	return false;
}

static void
render_double(struct slice text, struct buf *out)
{
	buf_add_byte(out, '"');
	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];

		if (c == '"' || c == '\\')
			buf_printf(out, "\\%c", c);
		else if (c == '\n')
			buf_add(out, SLICE("\\n"));
		else if (ascii_is_control(c))
			buf_printf(out, "\\x%02x", (unsigned)(unsigned char)c);
		else
			buf_add_byte(out, c);
	}
	buf_add_byte(out, '"');
}

static void
render_single(struct slice text, struct buf *out)
{
	buf_add_byte(out, '\'');
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == '\'')
			buf_add_byte(out, '\'');
		buf_add_byte(out, text.p[i]);
	}
	buf_add_byte(out, '\'');
}

static void
render_text(struct slice text, struct buf *out)
{
	if (may_stand_plain(text))
		buf_add(out, text);
	else if (needs_escapes(text))
		render_double(text, out);
	else
		render_single(text, out);
}

void
yaml_render(const struct yaml_node *node, struct buf *out)
{
	if (node->kind == YAML_TEXT) {
		render_text(node->text, out);
		return;
	}
	buf_add_byte(out, node->kind == YAML_LIST ? '[' : '{');
	for (size_t i = 0; i < node->n; i++) {
		if (i > 0)
			buf_add(out, SLICE(", "));
		if (node->entries[i].key != NULL) {
			render_text(node->entries[i].key->text, out);
			buf_add(out, SLICE(": "));
		}
		yaml_render(node->entries[i].value, out);
	}
	buf_add_byte(out, node->kind == YAML_LIST ? ']' : '}');
}
