/*
 * capture.c - tags that patterns take from a message, and patterns that look for them
 *
 * Law: parse_captures of SpamAssassin's Conf::Parser, capture_rules_replace
 * of its plugin Check, set_captures of PerMsgStatus. A tag keeps each value
 * once and no empty one; a rule that hits sets its tags anew, to nothing when
 * its groups took nothing. Of its other template tags only HEADER(..) is
 * known here; the rest counts as unset. There a template's pattern is
 * compiled for the first message only, by mistake: ours for each, but for
 * rules that keep its quirks (frozen.h).
 *
 * A pattern with templates is compiled for the message when the first text
 * comes, and freed behind the rule: rules are const. Values stand in it with
 * a backslash before all that is no letter, digit or underscore.
 */
#include "engine/rules/capture.h"

#include "engine/util/ascii.h"
#include "engine/util/buf.h"

/* A piece of a template's pattern: a text, then a tag (by number) but for the last. */
struct template_part {
	struct slice text;
	size_t tag;
};

struct template_tag {
	struct slice name;
	bool header; /* HEADER(..): `selector` is its number, when it is known */
	bool known;
	size_t selector;
};

struct capture_template {
	struct vec parts; /* struct template_part */
	struct vec tags; /* struct template_tag */
	struct slice last; /* what follows the last tag */
};

/* A value as it was taken; empty: the group took part, but took nothing. */
struct capture {
	struct slice name, value;
};

/* Of one message. */
struct captures {
	struct map *tags; /* name -> struct vec of struct slice */
	struct vec taken; /* struct capture, of the rule that runs */
	struct slice pattern; /* of the rule that runs; absent: it has no template */
	struct regex *regex; /* made of it */
	bool tried;
	const struct regex *frozen; /* the slot's, in the place of regex; NULL: none */
};

/* Capitals and digits, in words joined by single underscores, a capital first: its length. */
static size_t
tag_name(struct slice text)
{
	size_t at = 0;

	if (text.n == 0 || !ascii_is_upper(text.p[0]))
		return 0;
	while (at < text.n && (ascii_is_upper(text.p[at]) || ascii_is_digit(text.p[at]) ||
				  (text.p[at] == '_' && text.p[at - 1] != '_')))
		at++;
	return text.p[at - 1] == '_' ? 0 : at;
}

size_t
capture_reference(struct slice text)
{
	size_t at, name;

	if (!slice_starts(text, SLICE("%{")))
		return 0;
	name = tag_name(slice_from(text, 2));
	at = 2 + name;
	if (name == 0 || at >= text.n)
		return 0;
	if (text.p[at] == '(') {
		while (at < text.n && text.p[at] != ')' && text.p[at] != '}')
			at++;
		if (at >= text.n || text.p[at] != ')')
			return 0;
		at++;
	}
	return at < text.n && text.p[at] == '}' ? at + 1 : 0;
}

bool
capture_declared(const struct rule_def *def)
{
	static const char *const openings[] = { "(?<", "(?P<", "(?'" };

	if (def->kind != RULE_HEADER && def->kind != RULE_BODY && def->kind != RULE_RAWBODY &&
	    def->kind != RULE_URI && def->kind != RULE_FULL)
		return false;
	for (size_t i = 0; i < 3; i++) {
		struct slice opening = slice_of(openings[i]);

		for (size_t at = slice_find(def->pattern, 0, opening); at < def->pattern.n;
		     at = slice_find(def->pattern, at + 1, opening)) {
			if (at + opening.n < def->pattern.n &&
			    ascii_is_upper(def->pattern.p[at + opening.n]))
				return true;
		}
	}
	return false;
}

/* The number of a tag in the template; a new one is looked up. */
static size_t
template_tag(struct ruleset *ruleset, struct capture_template *template, struct slice name)
{
	static const struct slice header = { "HEADER(", 7 };
	struct template_tag *tag;
	struct err err;

	for (size_t i = 0; i < template->tags.n; i++) {
		if (slice_eq(((struct template_tag *)vec_at(&template->tags, i))->name, name))
			return i;
	}
	tag = vec_push(&template->tags);
	*tag = (struct template_tag){ .name = name, .header = slice_starts(name, header) };
	if (tag->header)
		tag->known = ruleset_selector(
		    ruleset, slice_cut(name, header.n, name.n - 1), &tag->selector, &err);
	return template->tags.n - 1;
}

/* Cuts a pattern at its templates; NULL: it has none. */
static struct capture_template *
template_new(struct ruleset *ruleset, struct slice pattern)
{
	struct capture_template *template = NULL;
	size_t from = 0, at = slice_find(pattern, 0, SLICE("%{"));

	for (; at < pattern.n; at = slice_find(pattern, at, SLICE("%{"))) {
		size_t n = capture_reference(slice_from(pattern, at));
		struct template_part *part;

		if (n == 0 || (at > 0 && pattern.p[at - 1] == '\\')) {
			at++;
			continue;
		}
		if (template == NULL) {
			template = arena_alloc(ruleset->arena, sizeof(*template));
			template->parts = VEC_OF(struct template_part, ruleset->arena);
			template->tags = VEC_OF(struct template_tag, ruleset->arena);
		}
		part = vec_push(&template->parts);
		part->text = slice_cut(pattern, from, at);
		part->tag = template_tag(ruleset, template, slice_cut(pattern, at + 2, at + n - 1));
		at += n;
		from = at;
	}
	if (template != NULL)
		template->last = slice_from(pattern, from);
	return template;
}

/* Whether the pattern compiles with something in the place of its templates. */
static bool
template_check(
    const struct ruleset *ruleset, const struct capture_template *template, struct err *err)
{
	struct buf text = { 0 };
	struct regex *regex;

	for (size_t i = 0; i < template->parts.n; i++) {
		buf_add(&text, ((struct template_part *)vec_at(&template->parts, i))->text);
		buf_add(&text, SLICE("(?:x)"));
	}
	buf_add(&text, template->last);
	regex = regex_new(ruleset->compiler, buf_slice(&text), err);
	err->column = 0;
	buf_clear(&text);
	if (regex == NULL)
		return false;
	regex_free(&regex);
	return true;
}

bool
capture_compile(struct ruleset *ruleset, struct rule *rule, struct err *err)
{
	rule->captures = capture_declared(&rule->def) && !rule->def.shadow;
	rule->template = template_new(ruleset, rule->def.pattern);
	if (rule->template != NULL)
		return template_check(ruleset, rule->template, err);
	rule->regex = ruleset_regex(ruleset, rule->def.pattern, err);
	return rule->regex != NULL;
}

/* NULL at the arena's cap. */
static struct captures *
captures_of(struct views *views)
{
	struct captures *captures = views->memos[MEMO_CAPTURES];

	if (captures != NULL)
		return captures;
	captures = arena_alloc(views->arena, sizeof(*captures));
	if (captures == NULL)
		return NULL;
	captures->tags = map_new(views->arena, MAP_EXACT, views->hash_seed);
	captures->taken = VEC_OF(struct capture, views->arena);
	if (captures->tags == NULL)
		return NULL;
	views->memos[MEMO_CAPTURES] = captures;
	return captures;
}

const struct vec *
capture_tag(struct views *views, struct slice name)
{
	const struct captures *captures = views->memos[MEMO_CAPTURES];

	return captures == NULL ? NULL : map_find(captures->tags, name);
}

static void
quote(struct buf *out, struct slice value)
{
	for (size_t i = 0; i < value.n; i++) {
		if (!ascii_is_word(value.p[i]) && !ascii_is_high(value.p[i]))
			buf_add_byte(out, '\\');
		buf_add_byte(out, value.p[i]);
	}
}

/* "(?:one|other)"; false: the tag is unset. */
static bool
add_values(struct views *views, const struct template_tag *tag, struct buf *out)
{
	const struct vec *values = capture_tag(views, tag->name);
	struct slice value;

	if (tag->header) {
		if (!tag->known || !views_field(views, tag->selector, &value) || value.n == 0)
			return false;
		buf_add(out, SLICE("(?:"));
		quote(out, value);
		buf_add_byte(out, ')');
		return true;
	}
	if (values == NULL || values->n == 0)
		return false;
	for (size_t i = 0; i < values->n; i++) {
		buf_add(out, i == 0 ? SLICE("(?:") : SLICE("|"));
		quote(out, *(struct slice *)vec_at(values, i));
	}
	buf_add_byte(out, ')');
	return true;
}

/* Whether the rule keeps the pattern of the first message, as SpamAssassin does. */
static bool
freezes(const struct views *views, const struct rule *rule)
{
	return views->frozen != NULL && rule_has_quirks(views->ruleset, rule);
}

bool
capture_open(struct views *views, const struct rule *rule)
{
	struct captures *captures;
	struct buf out = { .arena = views->arena };

	if (rule->template == NULL)
		return true;
	captures = captures_of(views);
	if (captures == NULL)
		return false;
	for (size_t i = 0; i < rule->template->parts.n; i++) {
		const struct template_part *part = vec_at(&rule->template->parts, i);

		buf_add(&out, part->text);
		if (!add_values(views, vec_at(&rule->template->tags, part->tag), &out))
			return false;
	}
	buf_add(&out, rule->template->last);
	if (out.n > CAPTURE_PATTERN_MAX + rule->def.pattern.n) {
		views_note(views, "rule %.*s: not run, its tags' values are too long",
		    SLICE_ARG(rule->def.name));
		return false;
	}
	captures->pattern = buf_slice(&out);
	captures->tried = false;
	captures->frozen = freezes(views, rule)
			       ? frozen_find(views->frozen, views->ruleset, rule->index)
			       : NULL;
	return !out.failed;
}

/* Gives the pattern to the slot. */
static void
freeze(struct views *views, const struct rule *rule, struct captures *captures)
{
	frozen_keep(views->frozen, views->ruleset, rule->index, captures->regex);
	captures->frozen = captures->regex;
	captures->regex = NULL;
}

const struct regex *
capture_regex(struct views *views, const struct rule *rule)
{
	struct captures *captures = views->memos[MEMO_CAPTURES];
	struct err err;

	if (rule->template == NULL)
		return rule->regex;
	if (captures->frozen != NULL)
		return captures->frozen;
	if (!captures->tried) {
		captures->tried = true;
		captures->regex = regex_new(views->ruleset->compiler, captures->pattern, &err);
		if (captures->regex == NULL)
			views_note(views, "rule %.*s: not run, its tags' values do not compile",
			    SLICE_ARG(rule->def.name));
		else if (freezes(views, rule))
			freeze(views, rule, captures);
	}
	return captures->frozen != NULL ? captures->frozen : captures->regex;
}

void
capture_take(struct views *views, const struct rule *rule, struct slice text)
{
	const struct regex *regex = capture_regex(views, rule);
	struct captures *captures = captures_of(views);

	if (captures == NULL)
		return;
	for (size_t i = 0; i < regex_names(regex); i++) {
		struct slice name = regex_name(regex, i);
		struct slice value = regex_named(regex, views->scratch, text, i);
		struct capture *capture;

		if (tag_name(name) != name.n)
			continue;
		if (value.n > CAPTURE_VALUE_MAX ||
		    captures->taken.n >= CAPTURE_VALUES_MAX * regex_names(regex)) {
			views_note(views, "rule %.*s: more values of a tag than %d, or longer ones",
			    SLICE_ARG(rule->def.name), CAPTURE_VALUES_MAX);
			continue;
		}
		capture = vec_push(&captures->taken);
		if (capture != NULL)
			*capture = (struct capture){ name, value };
	}
}

static bool
holds(const struct vec *values, struct slice value)
{
	for (size_t i = 0; i < values->n; i++) {
		if (slice_eq(*(struct slice *)vec_at(values, i), value))
			return true;
	}
	return false;
}

/* Sets the tag to what was taken for it, from the first taking on. */
static void
set_tag(struct views *views, struct captures *captures, struct slice name)
{
	struct vec *values = arena_alloc(views->arena, sizeof(*values));

	if (values == NULL)
		return;
	*values = VEC_OF(struct slice, views->arena);
	for (size_t i = 0; i < captures->taken.n; i++) {
		const struct capture *capture = vec_at(&captures->taken, i);
		struct slice *kept;

		if (capture->value.n == 0 || !slice_eq(capture->name, name) ||
		    holds(values, capture->value) || values->n >= CAPTURE_VALUES_MAX)
			continue;
		kept = vec_push(values);
		if (kept != NULL)
			*kept = capture->value;
	}
	map_add(captures->tags, name, values);
}

void
capture_set(struct views *views, const char *name, struct slice value)
{
	struct captures *captures = captures_of(views);
	struct vec *values = captures == NULL ? NULL : map_find(captures->tags, slice_of(name));
	struct slice *kept;

	if (captures == NULL || value.n == 0 || value.n > CAPTURE_VALUE_MAX)
		return;
	if (values == NULL) {
		values = arena_alloc(views->arena, sizeof(*values));
		if (values == NULL)
			return;
		*values = VEC_OF(struct slice, views->arena);
		if (!map_add(captures->tags, slice_of(name), values))
			return;
	}
	if (holds(values, value) || values->n >= CAPTURE_VALUES_MAX)
		return;
	kept = vec_push(values);
	if (kept != NULL)
		*kept = value;
}

void
capture_close(struct views *views, const struct rule *rule)
{
	struct captures *captures = views->memos[MEMO_CAPTURES];

	if (captures == NULL || (rule->template == NULL && !rule->captures))
		return;
	for (size_t i = 0; i < captures->taken.n; i++) {
		struct slice name = ((struct capture *)vec_at(&captures->taken, i))->name;
		size_t first = 0;

		while (!slice_eq(((struct capture *)vec_at(&captures->taken, first))->name, name))
			first++;
		if (first == i)
			set_tag(views, captures, name);
	}
	vec_clear(&captures->taken);
	captures->pattern = SLICE_ABSENT;
	regex_free(&captures->regex);
}
