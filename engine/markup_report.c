/*
 * markup_report.c - what SpamAssassin's reports say of a verdict
 *
 * A line a hit, in the order of time: points, name, which text was looked at,
 * description; a rule that counts each match has a line for each. What a
 * function told of its hit stands in brackets below. Descriptions are wrapped
 * at report_wrap_width. Two oddities are SpamAssassin's own: only the first of
 * the lines in brackets gets a star in the terse report, and the bytes of a
 * preview are cut, not its characters.
 */
#include "engine/markup_report.h"

#include <stdlib.h>
#include <string.h>

#include "engine/rules/rule.h"
#include "engine/util/ascii.h"
#include "engine/wrap.h"

/* Columns of a summary: names, descriptions' further lines, the end of long brackets. */
#define NAME_COLUMNS 22
#define DESCRIBE_COLUMN 28
#define BRACKET_COLUMN 27
#define BRACKET_END 78
/* What a function told is broken between these. */
#define BRACKET_MIN 30
#define BRACKET_MAX 48

/* Of a preview. */
#define PREVIEW_LINES 3
#define PREVIEW_BYTES 200
#define PREVIEW_COLUMNS 75
#define RULE_OFF_MIN 10

#define NO_DESCRIPTION SLICE("No description available.")

/* One kind of report. */
struct layout {
	struct slice mark; /* before the points */
	struct slice prefix; /* before a description's further lines */
	size_t name_columns;
	bool columns; /* brackets stand in columns */
};

static const struct layout terse = { { "* ", 2 }, { "*      ", 7 }, 0, false };
static const struct layout summary = { { "", 0 },
	{ "                            ", DESCRIBE_COLUMN }, NAME_COLUMNS, true };

/* Which text a rule looks at, as SpamAssassin names it. */
static struct slice
area_of(const struct rule_def *def)
{
	switch (def->kind == RULE_FUNCTION ? def->call_kind : def->kind) {
	case RULE_BODY:
		return SLICE("BODY: ");
	case RULE_RAWBODY:
		return SLICE("RAW: ");
	case RULE_URI:
		return def->condition_count == 0 ? SLICE("URI: ") : SLICE("BODY: ");
	case RULE_FULL:
		return def->kind == RULE_FULL ? SLICE("FULL: ") : SLICE("");
	case RULE_MIME:
		return def->negated ? SLICE("BODY: ") : SLICE("");
	case RULE_HEADER:
	case RULE_META:
	case RULE_FUNCTION:
	case RULE_DNSBL:
	case RULE_URIBL:
	case RULE_DNS:
	case RULE_KIND_COUNT:
		break;
	}
	return SLICE("");
}

static void
add_blanks(struct buf *out, size_t n)
{
	while (n-- > 0)
		buf_add_byte(out, ' ');
}

/* The next piece of what a function told: broken at the last blank that leaves 30 to 48 bytes. */
static struct slice
take_bracket(struct slice *rest)
{
	struct slice whole = *rest;
	size_t line = slice_find_byte(whole, 0, '\n');

	for (size_t n = BRACKET_MAX; n >= BRACKET_MIN; n--) {
		if (n < whole.n && n <= line && ascii_is_space(whole.p[n])) {
			*rest = slice_from(whole, n + 1);
			return slice_cut(whole, 0, n);
		}
	}
	*rest = SLICE_ABSENT;
	return whole;
}

static void
add_bracket(struct buf *out, struct slice text, const struct layout *layout)
{
	if (layout->columns && text.n > BRACKET_MAX - 1)
		add_blanks(out, text.n + 2 < BRACKET_END ? BRACKET_END - text.n - 2 : 0);
	else if (layout->columns)
		add_blanks(out, BRACKET_COLUMN + 1);
	buf_add_byte(out, '[');
	buf_add(out, text);
	buf_add(out, SLICE("]\n"));
}

/* What functions told of the rule. */
static void
add_brackets(struct buf *out, const struct rule *rule, const struct views *views,
    const struct layout *layout)
{
	bool first = true, hidden = (rule->def.tags & RULE_NOLOG) != 0;

	for (size_t i = 0; views != NULL && i < views->logs.n; i++) {
		const struct rule_log *log = vec_at(&views->logs, i);
		struct slice rest = hidden ? SLICE("*REDACTED*") : log->text;

		if (log->rule != rule || (hidden && !first))
			continue;
		if (first && !layout->columns)
			buf_add(out, layout->prefix);
		first = false;
		while (rest.p != NULL)
			add_bracket(out, take_bracket(&rest), layout);
	}
}

static void
add_description(struct buf *out, struct slice describe, size_t column, struct slice prefix,
    const struct markup *markup)
{
	struct buf blanks = { .arena = out->arena }, text = { .arena = out->arena };
	struct wrap how = { .columns = markup->wrap_width, .prefix = prefix };
	struct slice wrapped;
	size_t start = 0;

	add_blanks(&blanks, column);
	how.first = buf_slice(&blanks);
	wrap_text(&text, describe, &how);
	wrapped = buf_slice(&text);
	while (start < wrapped.n && ascii_is_space(wrapped.p[start]))
		start++;
	buf_add(out, slice_from(wrapped, start));
}

static void
add_hit(struct buf *out, const struct hit *hit, const struct markup_source *source,
    const struct layout *layout)
{
	const struct rule_def *def = rule_definition(hit->rule);
	int64_t score = hit->score / (hit->count == 0 ? 1 : hit->count);
	struct slice area = area_of(def);
	double points = (double)score / SCORE_ONE;
	size_t start;

	buf_add(out, layout->mark);
	start = out->n;
	buf_printf(out, points >= 10 || points <= -10 ? "%4.0f" : "%4.1f", points);
	start = out->n - start;
	buf_add_byte(out, ' ');
	buf_add(out, hit->name);
	if (hit->name.n < layout->name_columns)
		add_blanks(out, layout->name_columns - hit->name.n);
	buf_add_byte(out, ' ');
	buf_add(out, area);
	add_description(out, def->describe.n == 0 ? NO_DESCRIPTION : def->describe,
	    (layout->columns ? 3 : 4) + hit->name.n + start + area.n, layout->prefix,
	    &source->policy->markup);
	buf_add_byte(out, '\n');
	add_brackets(out, hit->rule, source->views, layout);
}

static int
by_turn(const void *a, const void *b)
{
	const struct hit *left = *(const struct hit *const *)a;
	const struct hit *right = *(const struct hit *const *)b;

	return left->turn < right->turn ? -1 : left->turn > right->turn;
}

static void
add_hits(struct buf *out, const struct markup_source *source, const struct layout *layout)
{
	const struct verdict *verdict = source->verdict;
	const struct hit **hits = arena_array(out->arena, verdict->hit_count + 1, sizeof(*hits));

	if (hits == NULL)
		return;
	for (size_t i = 0; i < verdict->hit_count; i++)
		hits[i] = &verdict->hits[i];
	qsort(hits, verdict->hit_count, sizeof(*hits), by_turn);
	for (size_t i = 0; i < verdict->hit_count; i++) {
		for (unsigned k = 0; k < hits[i]->count && out->n < MARKUP_TEXT_MAX; k++)
			add_hit(out, hits[i], source, layout);
	}
}

void
markup_report_terse(struct buf *out, const struct markup_source *source)
{
	add_hits(out, source, &terse);
}

void
markup_report_summary(struct buf *out, const struct markup_source *source)
{
	add_hits(out, source, &summary);
}

/* A line of the text, cut. */
static void
add_preview_line(struct buf *out, struct slice line)
{
	struct slice rest = slice_from(
	    line, slice_find(line, 0, SLICE("-----Original Message-----")));

	if (rest.n > 0)
		line = slice_cut(line, 0, line.n - rest.n);
	buf_add(out, slice_cut(line, 0, PREVIEW_BYTES));
	if (line.n > PREVIEW_BYTES)
		buf_add(out, SLICE(" [...]"));
}

/* Without lines that are drawn, and each run of white space as one blank. */
static void
add_tidy(struct buf *out, struct slice text)
{
	for (size_t i = 0; i < text.n;) {
		size_t n = i;

		while (n < text.n && memchr("-_*.", text.p[n], 4) != NULL)
			n++;
		if (n - i >= RULE_OFF_MIN) {
			i = n;
			continue;
		}
		for (; i < n; i++)
			buf_add_byte(out, text.p[i]);
		if (i == text.n)
			break;
		if (!ascii_is_space(text.p[i]))
			buf_add_byte(out, text.p[i]);
		else if (out->n == 0 || out->p[out->n - 1] != ' ')
			buf_add_byte(out, ' ');
		i++;
	}
}

void
markup_report_preview(struct buf *out, struct views *views)
{
	static const struct slice heading = { "Content preview:  ", 18 };
	const struct wrap how = { .columns = PREVIEW_COLUMNS,
		.first = heading,
		.prefix = { "  ", 2 },
		.overflow = true };
	struct slice_list body = views == NULL ? (struct slice_list){ NULL, 0 } : views_body(views);
	struct buf text = { .arena = out->arena }, lines = { .arena = out->arena };
	struct buf tidy = { .arena = out->arena }, wrapped = { .arena = out->arena };
	struct slice rest, line;

	for (size_t i = 1; i < body.n && i <= PREVIEW_LINES && text.n < PREVIEW_BYTES; i++)
		buf_add(&text, body.v[i]);
	rest = buf_slice(&text);
	while (slice_next_line(&rest, &line)) {
		add_preview_line(&lines, line);
		buf_add_byte(&lines, '\n');
	}
	if (text.n == 0)
		buf_add_byte(&lines, '\n');
	add_tidy(&tidy, buf_slice(&lines));
	wrap_text(&wrapped, buf_slice(&tidy), &how);
	rest = slice_from(buf_slice(&wrapped), heading.n);
	while (rest.n > 0 && ascii_is_space(rest.p[0]))
		rest = slice_from(rest, 1);
	buf_add(out, rest);
}

void
markup_report_whole(struct buf *out, const struct markup_source *source)
{
	struct slice report = source->policy->markup.report;

	markup_expand(out, report.n == 0 ? SLICE("(no report template found)") : report, source);
	while (out->n > 0 && out->p[out->n - 1] == '\n')
		out->n--;
	buf_add(out, SLICE("\n\n"));
}
