/*
 * kind_mime.c - mime: a pattern over a field of each part's header, enclosed messages' too
 *
 * The selector is a field's name with :raw or not, or ALL for a part's whole
 * header. A field's value is unfolded, with its encoded words decoded, and
 * ends in a newline, as SpamAssassin's mimeheader sees it; a part without the
 * field shows an empty text (or if-unset). !~ hits when no part matches.
 * Limit: HEADER_VALUE_MAX bytes of a field.
 */
#include "engine/rules/kinds.h"

#include "engine/mime/word.h"
#include "engine/util/ascii.h"
#include "engine/util/buf.h"

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
	if (rule->def.exists)
		return true;
	rule->regex = ruleset_regex(ruleset, rule->def.pattern, err);
	return rule->regex != NULL;
}

/* Absent: the part has no such field (or the arena's cap). */
static struct slice
part_value(const struct rule *rule, struct views *views, const struct part *part)
{
	const struct header *header;
	struct header cut;
	struct slice value;
	struct buf out = { .arena = views->arena };

	if (rule->part_all)
		return part->headers.bytes;
	header = header_find(&part->headers, rule->part_field, 0);
	if (header == NULL)
		return SLICE_ABSENT;
	if (rule->part_raw)
		return header->raw;
	/* Each rule makes its own copy: one of a megabyte for each would fill the arena. */
	cut = *header;
	cut.raw = slice_cut(cut.raw, 0, HEADER_VALUE_MAX);
	value = word_field(views->arena, views->converters, &cut);
	if (value.p == NULL)
		return SLICE_ABSENT;
	buf_reserve(&out, value.n + 1);
	buf_add(&out, value);
	buf_add_byte(&out, '\n');
	return out.failed ? SLICE_ABSENT : buf_slice(&out);
}

static void
eval_exists(const struct rule *rule, struct views *views, struct outcome *outcome)
{
	bool found = false;

	for (size_t i = 0; i < views->message->part_count && !found; i++)
		found = header_find(&views->message->parts[i]->headers, rule->part_field, 0) !=
			NULL;
	outcome->count = found != rule->def.negated;
}

void
kind_mime_eval(const struct rule *rule, struct views *views, struct outcome *outcome)
{
	if (rule->def.exists) {
		eval_exists(rule, views, outcome);
		return;
	}
	for (size_t i = 0; i < views->message->part_count; i++) {
		struct slice value = part_value(rule, views, views->message->parts[i]);

		if (value.p == NULL)
			value = rule->def.if_unset.p != NULL ? rule->def.if_unset : SLICE("");
		if (views_match(views, rule, value, SLICE("mime"), outcome))
			break;
	}
	if (rule->def.negated) {
		outcome->count = outcome->count == 0 && !views->spent;
		outcome->matched = SLICE_ABSENT;
	}
}
