/*
 * markup_write.c - a verdict -> the fields and rewritings that SpamAssassin would make of it
 *
 * A field whose text has line ends keeps them as its folds; else it is folded
 * behind blanks and commas at 79 columns. Without fold_headers each is one
 * line. Control bytes that hostile mail brings in by a tag end up in encoded
 * words (field_encode.h), so no field can end early.
 *
 * Rewriting looks at a field's first line alone: X-Spam-Prev-NAME keeps just
 * that, and the text goes before it. Of From and To it is a comment. The prefix
 * of a rule (subjprefix) goes where SpamAssassin puts it: before the old text
 * of every field that is rewritten, and of a ham's Subject. A ham without
 * Subject gets none, where SpamAssassin adds an empty one.
 */
#include "engine/markup_write.h"

#include <stdlib.h>

#include "engine/field_encode.h"
#include "engine/rules/ruleset.h"
#include "engine/util/ascii.h"
#include "engine/wrap.h"

#define FIELD_PREFIX "X-Spam-"
#define PREVIOUS_PREFIX "X-Spam-Prev-"
#define FOLD_COLUMNS 79
/* Fields that are rewritten, and bytes put before each: more are hostile. */
#define REWRITES_MAX 100
#define REWRITE_TEXT_MAX 500

/* All blanks around a line end, with it, become `fold`. */
static void
add_folded(struct buf *out, struct slice text, struct slice fold)
{
	for (size_t at = 0; at < text.n;) {
		size_t end = at, lines = 0;

		while (end < text.n && ascii_is_space(text.p[end]))
			lines += text.p[end++] == '\n';
		if (lines > 0)
			buf_add(out, fold);
		else
			buf_add(out, slice_cut(text, at, end));
		at = end;
		while (at < text.n && !ascii_is_space(text.p[at]))
			at++;
		buf_add(out, slice_cut(text, end, at));
	}
}

/* Each line end a blank. */
static void
add_flat(struct buf *out, struct slice text)
{
	for (size_t i = 0; i < text.n; i++)
		buf_add_byte(out, text.p[i] == '\n' ? ' ' : text.p[i]);
}

/* Without lines of blanks alone. */
static void
add_without_blank_lines(struct buf *out, struct slice text)
{
	while (text.n > 0) {
		size_t end = slice_find_byte(text, 0, '\n');

		if (end == text.n || slice_trim(slice_cut(text, 0, end)).n > 0)
			buf_add(out, slice_cut(text, 0, end + 1));
		text = slice_from(text, end + 1);
	}
}

/* Folded where it grows too long, counting the name and two bytes that no fold goes between. */
static void
add_wrapped(struct buf *out, struct slice name, struct slice text)
{
	const struct wrap how = {
		.columns = FOLD_COLUMNS, .prefix = { "\t", 1 }, .behind_commas = true
	};
	struct buf line = { .arena = out->arena }, wrapped = { .arena = out->arena };

	buf_printf(&line, FIELD_PREFIX "%.*s!!", SLICE_ARG(name));
	buf_add(&line, text);
	wrap_text(&wrapped, buf_slice(&line), &how);
	buf_clear(&line);
	add_without_blank_lines(&line, buf_slice(&wrapped));
	buf_add(out, slice_from(buf_slice(&line), sizeof(FIELD_PREFIX) - 1 + name.n + 2));
}

/* Without line ends behind. */
static struct slice
cut_line_ends(struct slice text)
{
	while (text.n > 0 && text.p[text.n - 1] == '\n')
		text.n -= text.n > 1 && text.p[text.n - 2] == '\r' ? 2 : 1;
	return text;
}

struct slice
markup_value(
    struct arena *arena, struct slice name, struct slice text, const struct markup_source *source)
{
	struct buf expanded = { .arena = arena }, folded = { .arena = arena };
	struct buf value = { .arena = arena };
	struct slice whole;

	markup_expand(&expanded, text, source);
	whole = cut_line_ends(slice_cut(buf_slice(&expanded), 0, MARKUP_TEXT_MAX));
	if (!source->policy->markup.fold)
		add_flat(&folded, whole);
	else if (slice_find_byte(whole, 0, '\n') < whole.n)
		add_folded(&folded, whole, SLICE("\n\t"));
	else
		add_wrapped(&folded, name, whole);
	field_encode(&value, buf_slice(&folded));
	if (expanded.failed || folded.failed || value.failed)
		return SLICE_ABSENT;
	return value.n == 0 ? SLICE("") : buf_slice(&value);
}

static void
write_fields(struct arena *arena, const struct markup_source *source, struct verdict *verdict)
{
	const struct markup *markup = &source->policy->markup;
	const struct markup_fields *templates = verdict->spam ? &markup->spam : &markup->ham;
	struct vec fields = VEC_OF(struct verdict_field, arena);

	for (size_t i = 0; i < templates->n; i++) {
		const struct markup_field *from = &templates->v[i];
		struct slice value = markup_value(arena, from->name, from->text, source);
		struct slice name = arena_printf(arena, FIELD_PREFIX "%.*s", SLICE_ARG(from->name));
		struct verdict_field *field = value.p == NULL || name.p == NULL ? NULL
										: vec_push(&fields);

		if (field != NULL)
			*field = (struct verdict_field){ name, value };
	}
	verdict->fields = fields.p;
	verdict->field_count = fields.n;
}

static int
by_turn(const void *a, const void *b)
{
	const struct hit *left = *(const struct hit *const *)a;
	const struct hit *right = *(const struct hit *const *)b;

	return left->turn < right->turn ? -1 : left->turn > right->turn;
}

static size_t
gather_prefixed(const struct hit **found, const struct hit *hits, size_t count)
{
	size_t n = 0;

	for (size_t i = 0; i < count; i++) {
		if (rule_definition(hits[i].rule)->subjprefix.n > 0)
			found[n++] = &hits[i];
	}
	return n;
}

/* The prefixes of all rules that hit, in the order of time, each once with a blank behind it. */
static struct slice
subject_prefix(struct arena *arena, const struct verdict *verdict)
{
	size_t count = verdict->hit_count + verdict->subrule_hit_count, n;
	const struct hit **found = arena_array(arena, count + 1, sizeof(*found));
	struct buf out = { .arena = arena };

	if (found == NULL)
		return SLICE_ABSENT;
	n = gather_prefixed(found, verdict->hits, verdict->hit_count);
	n += gather_prefixed(found + n, verdict->subrule_hits, verdict->subrule_hit_count);
	qsort(found, n, sizeof(*found), by_turn);
	for (size_t i = 0; i < n && out.n < MARKUP_TEXT_MAX; i++) {
		struct slice prefix = rule_definition(found[i]->rule)->subjprefix;

		if (slice_find(buf_slice(&out), 0, prefix) < out.n)
			continue;
		buf_add(&out, prefix);
		buf_add_byte(&out, ' ');
	}
	return out.failed || out.n == 0 ? SLICE_ABSENT : buf_slice(&out);
}

/* A template as text of a field's first line: no line ends, no control bytes. */
static struct slice
line_text(struct arena *arena, struct slice text, const struct markup_source *source)
{
	struct buf expanded = { .arena = arena }, out = { .arena = arena };

	markup_expand(&expanded, text, source);
	for (size_t i = 0; i < expanded.n && i < REWRITE_TEXT_MAX; i++)
		buf_add_byte(&out, ascii_is_control(expanded.p[i]) ? ' ' : expanded.p[i]);
	return out.failed ? SLICE_ABSENT : buf_slice(&out);
}

/* What is put before fields' texts. */
struct rewriting {
	const struct markup_source *source;
	struct arena *arena;
	struct slice tags[MARKUP_REWRITE_COUNT]; /* absent: that field is let be */
	struct slice prefix; /* absent: none */
	struct vec rewrites; /* struct verdict_rewrite */
	struct vec previous; /* struct verdict_field */
	bool spam;
};

/* `line` with `text` and a blank before it, once. */
static struct slice
put_before(struct arena *arena, struct slice text, struct slice line)
{
	struct buf out = { .arena = arena };

	while (line.n > 0 && ascii_is_blank(line.p[0]))
		line = slice_from(line, 1);
	if (text.n < line.n && slice_istarts(line, text) && line.p[text.n] == ' ')
		line = slice_from(line, text.n + 1);
	buf_add(&out, text);
	buf_add_byte(&out, ' ');
	buf_add(&out, line);
	return out.failed ? SLICE_ABSENT : buf_slice(&out);
}

/* One blank behind the colon is not part of the text. */
static struct slice
without_blank(struct slice raw)
{
	return slice_from(raw, raw.n > 0 && ascii_is_blank(raw.p[0]) ? 1 : 0);
}

static void
keep_previous(struct rewriting *rewriting, struct slice name, struct slice line)
{
	struct slice kept = arena_printf(rewriting->arena, PREVIOUS_PREFIX "%.*s", SLICE_ARG(name));
	struct verdict_field *field = kept.p == NULL ? NULL : vec_push(&rewriting->previous);

	if (field != NULL)
		*field = (struct verdict_field){ kept, line };
}

/* Rewrites the index-th field of a name (0: there is none, one is added), whose value is `raw`. */
static void
rewrite(struct rewriting *rewriting, enum markup_rewrite which, struct slice name, unsigned index,
    struct slice raw)
{
	struct slice first = slice_cut(raw, 0, slice_find_byte(raw, 0, '\n'));
	struct slice line = first, rest = slice_from(raw, first.n);
	struct buf value = { .arena = rewriting->arena };
	struct verdict_rewrite *made;

	if (rewriting->spam)
		keep_previous(
		    rewriting, name, index == 0 ? SLICE("(nonexistent)") : without_blank(first));
	if (rewriting->prefix.p != NULL)
		line = put_before(rewriting->arena, rewriting->prefix, line);
	if (rewriting->spam)
		line = put_before(rewriting->arena, rewriting->tags[which], line);
	buf_add(&value, line);
	buf_add(&value, cut_line_ends(rest));
	made = value.failed ? NULL : vec_push(&rewriting->rewrites);
	if (made != NULL)
		*made = (struct verdict_rewrite){ name, index, buf_slice(&value) };
}

enum markup_rewrite
markup_rewrite_find(struct slice name)
{
	static const struct slice names[] = {
#define MARKUP_REWRITE_NAME(id, text) { text, sizeof(text) - 1 },
		MARKUP_REWRITE_TABLE(MARKUP_REWRITE_NAME)
#undef MARKUP_REWRITE_NAME
	};
	unsigned i = 0;

	while (i < MARKUP_REWRITE_COUNT && !slice_ieq(name, names[i]))
		i++;
	return (enum markup_rewrite)i;
}

/* Whether fields of that kind are rewritten at all. */
static bool
is_wanted(const struct rewriting *rewriting, enum markup_rewrite which)
{
	if (which == MARKUP_REWRITE_COUNT || rewriting->tags[which].p == NULL)
		return false;
	return rewriting->spam || (which == MARKUP_SUBJECT && rewriting->prefix.p != NULL);
}

static void
rewrite_header(struct rewriting *rewriting, const struct header_list *headers)
{
	unsigned seen[MARKUP_REWRITE_COUNT] = { 0 };

	for (size_t i = 0; i < headers->n && rewriting->rewrites.n < REWRITES_MAX; i++) {
		const struct header *header = &headers->v[i];
		enum markup_rewrite which = markup_rewrite_find(header->name);

		if (is_wanted(rewriting, which))
			rewrite(rewriting, which, header->name, ++seen[which], header->raw);
	}
	if (seen[MARKUP_SUBJECT] == 0 && is_wanted(rewriting, MARKUP_SUBJECT))
		rewrite(rewriting, MARKUP_SUBJECT, SLICE("Subject"), 0, SLICE(""));
}

static void
write_rewrites(struct arena *arena, const struct markup_source *source,
    const struct message *message, struct verdict *verdict)
{
	const struct slice *templates = source->policy->markup.rewrite;
	struct rewriting rewriting = { source, arena,
		.rewrites = VEC_OF(struct verdict_rewrite, arena),
		.previous = VEC_OF(struct verdict_field, arena), .spam = verdict->spam };

	for (unsigned i = 0; i < MARKUP_REWRITE_COUNT; i++) {
		struct slice text = templates[i].p == NULL ? SLICE_ABSENT
							   : line_text(arena, templates[i], source);

		if (text.p != NULL && i != MARKUP_SUBJECT)
			text = arena_printf(arena, "(%.*s)", SLICE_ARG(text));
		rewriting.tags[i] = text;
	}
	if (verdict->subject_prefix.n > 0)
		rewriting.prefix = line_text(arena, verdict->subject_prefix, source);
	while (rewriting.prefix.n > 0 && ascii_is_space(rewriting.prefix.p[rewriting.prefix.n - 1]))
		rewriting.prefix.n--;
	rewrite_header(&rewriting, &message->every_field);
	verdict->rewrites = rewriting.rewrites.p;
	verdict->rewrite_count = rewriting.rewrites.n;
	verdict->previous = rewriting.previous.p;
	verdict->previous_count = rewriting.previous.n;
}

void
markup_write(struct arena *arena, const struct markup_source *source, const struct message *message,
    struct verdict *verdict)
{
	if (source->policy->markup.rewrite[MARKUP_SUBJECT].p != NULL)
		verdict->subject_prefix = subject_prefix(arena, verdict);
	write_fields(arena, source, verdict);
	if (message != NULL)
		write_rewrites(arena, source, message, verdict);
}
