/*
 * condition.c - the conditions of `if` and `ifplugin` lines
 *
 * Words become numbers first; what is left is an expression like that of a
 * meta rule, and read by the same code.
 */
#include "conf/spamassassin/condition.h"

#include "engine/rules/meta.h"
#include "engine/util/ascii.h"
#include "engine/util/buf.h"

struct condition_text {
	struct slice text;
	size_t at;
	const struct sa_plugins *plugins;
	bool local_tests_only;
	struct buf out;
};

static bool
is_name_byte(char c)
{
	return ascii_is_word(c) || c == ':';
}

/* A word of letters, digits, '_' and "::" at the place. */
static struct slice
read_name(struct condition_text *c)
{
	size_t start = c->at;

	while (c->at < c->text.n && is_name_byte(c->text.p[c->at]))
		c->at++;
	return slice_cut(c->text, start, c->at);
}

static void
skip_blanks(struct condition_text *c)
{
	while (c->at < c->text.n && ascii_is_space(c->text.p[c->at]))
		c->at++;
}

/* "(NAME)" behind plugin, can and has. */
static bool
read_argument(struct condition_text *c, struct slice *name_r)
{
	skip_blanks(c);
	if (c->at == c->text.n || c->text.p[c->at] != '(')
		return false;
	c->at++;
	skip_blanks(c);
	*name_r = read_name(c);
	skip_blanks(c);
	if (c->at == c->text.n || c->text.p[c->at] != ')')
		return false;
	c->at++;
	return name_r->n > 0;
}

/* Another word is a string to Perl: true, but no function. One letter is not read at all. */
static bool
translate_unknown(struct condition_text *c, struct slice word, struct err *err)
{
	if (err->text[0] == '\0')
		err_set(err,
		    "unknown word \"%.*s\": expected version, plugin(), can(), has() or local_tests_only",
		    SLICE_ARG(slice_cut(word, 0, 100)));
	buf_add(&c->out, SLICE("1"));
	return word.n > 1;
}

/* Writes a word as a number; false: SpamAssassin would not read the line. */
static bool
translate_word(struct condition_text *c, struct slice word, struct err *err)
{
	bool plugin = slice_eq(word, SLICE("plugin")), can = slice_eq(word, SLICE("can"));
	struct slice name;
	bool value;

	if (plugin || can || slice_eq(word, SLICE("has"))) {
		if (!read_argument(c, &name)) {
			err_set(err, "expected (NAME) behind %.*s", SLICE_ARG(word));
			buf_add(&c->out, SLICE("("));
			return true;
		}
		value = plugin ? sa_plugins_has(c->plugins, name)
			       : sa_plugins_can(c->plugins, name, can);
		buf_add(&c->out, value ? SLICE("1") : SLICE("0"));
	} else if (slice_eq(word, SLICE("version"))) {
		buf_add(&c->out, SLICE(SA_VERSION));
	} else if (slice_eq(word, SLICE("perl_version"))) {
		buf_add(&c->out, SLICE(SA_PERL_VERSION));
	} else if (slice_eq(word, SLICE("local_tests_only"))) {
		buf_add(&c->out, c->local_tests_only ? SLICE("1") : SLICE("0"));
	} else {
		return translate_unknown(c, word, err);
	}
	return true;
}

static bool
translate(struct condition_text *c, struct err *err)
{
	while (c->at < c->text.n) {
		char byte = c->text.p[c->at];

		if (ascii_is_alpha(byte) || byte == '_') {
			if (!translate_word(c, read_name(c), err))
				return false;
		} else {
			buf_add_byte(&c->out, byte);
			c->at++;
		}
	}
	return !c->out.failed;
}

static bool
no_rule(void *p, struct slice name, size_t *index_r)
{
	(void)p;
	(void)name;
	(void)index_r;
	return false;
}

static void
no_rules(void *p, struct slice glob, struct vec *indices)
{
	(void)p;
	(void)glob;
	(void)indices;
}

enum condition
condition_value(struct arena *arena, const struct sa_plugins *plugins, bool local_tests_only,
    struct slice text, struct err *err)
{
	static const struct meta_names names = { no_rule, no_rules, NULL };
	struct condition_text c = { .text = text,
		.plugins = plugins,
		.local_tests_only = local_tests_only,
		.out = { .arena = arena } };
	struct meta meta;
	struct err bad = { 0 };
	double value;

	err->text[0] = '\0';
	if (!translate(&c, err))
		return CONDITION_UNKNOWN_WORD;
	if (!meta_compile(arena, buf_slice(&c.out), &names, &meta, &bad) ||
	    !meta_value(&meta, NULL, 0, &value)) {
		if (err->text[0] == '\0')
			*err = bad;
		return CONDITION_FALSE;
	}
	return value != 0 ? CONDITION_TRUE : CONDITION_FALSE;
}
