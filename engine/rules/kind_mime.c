/*
 * kind_mime.c - mime: a pattern over a field of each part's header, enclosed messages' too
 *
 * The selector is a field's name with :raw or not, or ALL for a part's whole
 * header. The last field of the name counts; its value is unfolded, with its
 * encoded words decoded, and ends in a newline, as SpamAssassin's mimeheader
 * sees it; a part without the field shows an empty text (or if-unset). Hits
 * are those of the first part that matches; maxhits alone counts them too. !~
 * hits when no part matches; SpamAssassin's always hits, and so does a rule of
 * its rule sets under its quirks.
 *
 * Limits: HEADER_VALUE_MAX bytes of a field, ALL_BYTES_MAX of a part's header,
 * CONCAT_BYTES_MAX (and a part more) of parts in one text.
 */
#include "engine/rules/kinds.h"

#include <limits.h>

#include "engine/mime/word.h"
#include "engine/util/ascii.h"
#include "engine/util/buf.h"

/* SpamAssassin's limit for ALL. */
#define ALL_BYTES_MAX ((size_t)65536)
#define CONCAT_BYTES_MAX ((size_t)256 * 1024)
/* SpamAssassin looks at so many parts at the most. */
#define IMPORTED_PARTS_MAX 1000

/* Where a walk over the parts stands. */
struct part_walk {
	size_t at; /* in message->parts */
	unsigned number; /* of those that count, 1 the first */
};

static bool
is_field_name(struct slice name)
{
	for (size_t i = 0; i < name.n; i++) {
		if (!ascii_is_print(name.p[i]) || name.p[i] == ' ' || name.p[i] == ':')
			return false;
	}
	return name.n > 0;
}

bool
kind_mime_compile(struct ruleset *ruleset, struct rule *rule, struct err *err)
{
	struct slice selector = rule->def.selector;
	size_t colon = slice_find_byte(selector, 0, ':');
	struct slice modifier = slice_from(selector, colon);

	rule->part_field = slice_cut(selector, 0, colon);
	rule->part_all = slice_eq(rule->part_field, SLICE("ALL"));
	rule->part_raw = slice_eq(modifier, SLICE(":raw"));
	if (!is_field_name(rule->part_field) || (modifier.n > 0 && !rule->part_raw)) {
		err_set(err, "a mime rule reads a field's name, with :raw or not, or ALL; not %.*s",
		    SLICE_ARG(selector));
		return false;
	}
	if (rule->def.maxhits > 0)
		rule->def.tags |= RULE_MULTIPLE;
	if (rule->def.exists)
		return true;
	rule->regex = ruleset_regex(ruleset, rule->def.pattern, err);
	return rule->regex != NULL;
}

/* A field as rules see it, with its line end; false: the part has none, or the arena's cap. */
static bool
add_field(const struct rule *rule, struct views *views, const struct part *part, struct buf *out)
{
	const struct header *header = header_find_last(&part->headers, rule->part_field);
	struct header cut;
	struct slice value;

	if (header == NULL)
		return false;
	if (rule->part_raw) {
		buf_add(out, header->raw);
		return true;
	}
	/* Each rule makes its own copy: one of a megabyte for each would fill the arena. */
	cut = *header;
	cut.raw = slice_cut(cut.raw, 0, HEADER_VALUE_MAX);
	value = word_field(views->arena, views->converters, &cut);
	if (value.p == NULL)
		return false;
	buf_add(out, value);
	buf_add_byte(out, '\n');
	return true;
}

/* A raw value as a part's whole header shows it: line ends with what follows as one space. */
static void
add_unfolded(struct buf *out, struct slice raw)
{
	for (size_t i = 0; i < raw.n; i++) {
		size_t line = i + (raw.p[i] == '\r' && i + 1 < raw.n ? 1 : 0);

		if (raw.p[line] != '\n' || line + 1 == raw.n || !ascii_is_space(raw.p[line + 1])) {
			buf_add_byte(out, raw.p[i]);
			continue;
		}
		for (i = line; i + 1 < raw.n && ascii_is_space(raw.p[i + 1]);)
			i++;
		buf_add_byte(out, ' ');
	}
}

/* A part's whole header, a field a line. */
static bool
add_all(const struct rule *rule, struct views *views, const struct part *part, struct buf *out)
{
	size_t from = out->n;

	for (size_t i = 0; i < part->headers.n; i++) {
		const struct header *header = &part->headers.v[i];
		struct slice value = rule->part_raw
					 ? header->raw
					 : word_field(views->arena, views->converters, header);

		if (out->n - from + header->name.n + value.n + 2 > ALL_BYTES_MAX)
			break;
		buf_add(out, header->name);
		buf_add(out, SLICE(": "));
		if (rule->part_raw) {
			add_unfolded(out, value);
		} else {
			buf_add(out, value);
			buf_add_byte(out, '\n');
		}
	}
	return true;
}

/* Adds what the rule sees of a part. */
static void
add_part(const struct rule *rule, struct views *views, const struct part *part, struct buf *out)
{
	bool found = rule->part_all ? add_all(rule, views, part, out)
				    : add_field(rule, views, part, out);
	/* A raw value that is not there is an empty one to SpamAssassin, not one that is unset. */
	bool unset = !found && !(rule->part_raw && rule_has_quirks(views->ruleset, rule));

	if (unset && rule->def.if_unset.p != NULL)
		buf_add(out, rule->def.if_unset);
}

/* The next part that the rule looks at; NULL: no more. */
static const struct part *
next_part(const struct rule *rule, const struct views *views, struct part_walk *walk)
{
	const struct message *message = views->message;
	unsigned last = rule->def.mime_last > 0 ? rule->def.mime_last
			: rule->def.imported    ? IMPORTED_PARTS_MAX
						: UINT_MAX;

	while (walk->at < message->part_count) {
		const struct part *part = message->parts[walk->at++];

		/* A part without any type is none to SpamAssassin. */
		if (part->type.full.n == 0)
			continue;
		if (++walk->number > last)
			return NULL;
		if (walk->number >= rule->def.mime_first)
			return part;
	}
	return NULL;
}

static void
eval_exists(const struct rule *rule, struct views *views, struct outcome *outcome)
{
	struct part_walk walk = { 0, 0 };
	const struct part *part;
	bool found = false;

	while (!found && (part = next_part(rule, views, &walk)) != NULL)
		found = header_find(&part->headers, rule->part_field, 0) != NULL;
	outcome->count = found != rule->def.negated;
}

/* One text after the other, until one matches: it alone counts, however often. */
static void
eval_parts(const struct rule *rule, struct views *views, struct outcome *outcome)
{
	struct buf value = { .arena = views->arena };
	struct part_walk walk = { 0, 0 };
	const struct part *part;

	while (outcome->count == 0 && (part = next_part(rule, views, &walk)) != NULL) {
		value.n = 0;
		add_part(rule, views, part, &value);
		if (value.failed || views->spent)
			return;
		views_match(views, rule, buf_slice(&value), SLICE("mime"), outcome);
	}
}

static void
eval_concat(const struct rule *rule, struct views *views, struct outcome *outcome)
{
	struct buf all = { .arena = views->arena };
	struct part_walk walk = { 0, 0 };
	const struct part *part;

	while (all.n < CONCAT_BYTES_MAX && (part = next_part(rule, views, &walk)) != NULL) {
		size_t from = all.n;

		add_part(rule, views, part, &all);
		if (all.n == from || all.p[all.n - 1] != '\n')
			buf_add_byte(&all, '\n');
	}
	if (!all.failed)
		views_match(views, rule, buf_slice(&all), SLICE("mime"), outcome);
}

void
kind_mime_eval(const struct rule *rule, struct views *views, struct outcome *outcome)
{
	if (rule->def.exists) {
		eval_exists(rule, views, outcome);
		return;
	}
	if (rule->def.negated && rule_has_quirks(views->ruleset, rule)) {
		outcome->count = 1;
		return;
	}
	if (rule->def.concat)
		eval_concat(rule, views, outcome);
	else
		eval_parts(rule, views, outcome);
	if (rule->def.negated) {
		outcome->count = outcome->count == 0 && !views->spent;
		outcome->matched = SLICE_ABSENT;
	}
}
