/*
 * yaml_render.c - YAML on one line: flow lists and mappings, quotes where they are needed
 *
 * A text stays plain when every byte of it is a letter, a digit or one of a
 * few harmless marks and it begins with a letter or a digit; double quotes
 * serve control characters, single quotes all else. Depth is that of the tree.
 */
#include "conf/yaml_render.h"

#include "engine/util/ascii.h"
#include "engine/util/utf8.h"

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

/* Characters that the reader does not take as they are. */
static bool
needs_escape(uint32_t code)
{
	return code < 0x20 || (code >= 0x7f && code < 0xa0) || code == 0x2028 || code == 0x2029 ||
	       code == 0xfeff || (code & 0xfffe) == 0xfffe;
}

static bool
needs_escapes(struct slice text)
{
	uint32_t code;

	for (size_t at = 0; at < text.n;) {
		size_t n = utf8_read(slice_from(text, at), &code);

		if (n == 0 || needs_escape(code))
			return true;
		at += n;
	}
	return false;
}

static void
render_double(struct slice text, struct buf *out)
{
	uint32_t code;

	buf_add_byte(out, '"');
	for (size_t at = 0; at < text.n;) {
		size_t n = utf8_read(slice_from(text, at), &code);

		if (n == 0)
			code = UTF8_REPLACEMENT;
		if (code == '"' || code == '\\')
			buf_printf(out, "\\%c", (char)code);
		else if (code == '\n')
			buf_add(out, SLICE("\\n"));
		else if (needs_escape(code) && code > 0xffff)
			buf_printf(out, "\\U%08x", (unsigned)code);
		else if (needs_escape(code))
			buf_printf(out, code > 0xff ? "\\u%04x" : "\\x%02x", (unsigned)code);
		else
			buf_add(out, slice_cut(text, at, at + n));
		at += n == 0 ? 1 : n;
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
