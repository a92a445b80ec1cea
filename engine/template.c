/*
 * template.c - texts with _TAGS_ for header fields and SMTP replies
 *
 * A text is walked once; each tag's function appends to the output. What
 * comes out is made safe as a whole afterwards, whatever the tags put in:
 * control characters become blanks, and a field is folded anew, so no tag can
 * end a field or begin another one. Folds go after blanks and commas, as
 * SpamAssassin puts them.
 *
 * Limits: TEMPLATE_COLUMNS, TEMPLATE_LINE_MAX, FIELD_MAX, LINE_MAX_BYTES, STARS_MAX.
 */
#include "config.h"

#include "engine/template.h"

#include "engine/rules/ruleset.h"
#include "engine/rules/score.h"
#include "engine/util/ascii.h"
#include "engine/util/buf.h"
#include "engine/util/utf8.h"

#define STARS_MAX 50
#define FIELD_MAX ((size_t)16 * 1024)
#define LINE_MAX_BYTES 900
#define REPORT_NAME_COLUMNS 22

typedef void
tag_fn(struct buf *out, struct slice argument, bool given, const struct template_source *source);

/* The part of "a,b" before or after the comma. */
static struct slice
alternative(struct slice argument, bool first)
{
	size_t comma = slice_find_byte(argument, 0, ',');

	return first ? slice_cut(argument, 0, comma) : slice_from(argument, comma + 1);
}

static void
tag_yesno(struct buf *out, struct slice argument, bool given, const struct template_source *source)
{
	bool spam = source->verdict->spam;

	if (given)
		buf_add(out, alternative(argument, spam));
	else
		buf_add(out, spam ? SLICE("Yes") : SLICE("No"));
}

static void
tag_yesnocaps(
    struct buf *out, struct slice argument, bool given, const struct template_source *source)
{
	if (given)
		tag_yesno(out, argument, given, source);
	else
		buf_add(out, source->verdict->spam ? SLICE("YES") : SLICE("NO"));
}

static void
tag_score(struct buf *out, struct slice argument, bool given, const struct template_source *source)
{
	struct buf score = { .arena = out->arena };
	size_t width;

	(void)given;
	score_print_short(&score, source->verdict->score, source->verdict->required);
	/* "(00)" asks for two characters before the point */
	for (width = slice_find_byte(buf_slice(&score), 0, '.'); width < argument.n; width++)
		buf_add_byte(out, argument.p[0]);
	buf_add(out, buf_slice(&score));
}

static void
tag_reqd(struct buf *out, struct slice argument, bool given, const struct template_source *source)
{
	(void)argument;
	(void)given;
	score_print_short(out, source->verdict->required, INT64_MIN + SCORE_ONE);
}

static void
tag_stars(struct buf *out, struct slice argument, bool given, const struct template_source *source)
{
	int64_t n = score_round(source->verdict->score) / SCORE_ONE;

	for (int64_t i = 0; i < n && i < STARS_MAX; i++)
		buf_add(out, given ? argument : SLICE("*"));
}

static void
list_tests(struct buf *out, struct slice separator, bool scores, const struct verdict *verdict)
{
	for (size_t i = 0; i < verdict->hit_count; i++) {
		if (i > 0)
			buf_add(out, separator);
		buf_add(out, verdict->hits[i].name);
		if (!scores)
			continue;
		buf_add_byte(out, '=');
		score_print(out, verdict->hits[i].score);
	}
	if (verdict->hit_count == 0)
		buf_add(out, SLICE("none"));
}

static void
tag_tests(struct buf *out, struct slice argument, bool given, const struct template_source *source)
{
	list_tests(out, given ? argument : SLICE(","), false, source->verdict);
}

static void
tag_testsscores(
    struct buf *out, struct slice argument, bool given, const struct template_source *source)
{
	list_tests(out, given ? argument : SLICE(","), true, source->verdict);
}

static void
tag_subtests(
    struct buf *out, struct slice argument, bool given, const struct template_source *source)
{
	const struct verdict *verdict = source->verdict;

	for (size_t i = 0; i < verdict->subrule_count; i++) {
		if (i > 0)
			buf_add(out, given ? argument : SLICE(","));
		buf_add(out, verdict->subrules[i]);
	}
	if (verdict->subrule_count == 0)
		buf_add(out, SLICE("none"));
}

/* A line for each hit; `mark` stands before it. */
static void
list_report(struct buf *out, struct slice mark, const struct verdict *verdict)
{
	for (size_t i = 0; i < verdict->hit_count; i++) {
		const struct hit *hit = &verdict->hits[i];
		struct slice describe = hit->rule == NULL ? SLICE_ABSENT
							  : rule_definition(hit->rule)->describe;
		struct buf score = { .arena = out->arena };

		score_print_short(&score, hit->score, INT64_MAX);
		buf_add_byte(out, '\n');
		buf_add(out, mark);
		for (size_t n = score.n; n < 4; n++)
			buf_add_byte(out, ' ');
		buf_add(out, buf_slice(&score));
		buf_add_byte(out, ' ');
		buf_add(out, hit->name);
		for (size_t n = hit->name.n; n < REPORT_NAME_COLUMNS; n++)
			buf_add_byte(out, ' ');
		buf_add_byte(out, ' ');
		buf_add(out, describe);
	}
}

static void
tag_report(struct buf *out, struct slice argument, bool given, const struct template_source *source)
{
	(void)argument;
	(void)given;
	list_report(out, SLICE("* "), source->verdict);
}

static void
tag_summary(
    struct buf *out, struct slice argument, bool given, const struct template_source *source)
{
	(void)argument;
	(void)given;
	list_report(out, SLICE(""), source->verdict);
}

static void
tag_incomplete(
    struct buf *out, struct slice argument, bool given, const struct template_source *source)
{
	if (source->verdict->incomplete)
		buf_add(out, given ? argument : SLICE("incomplete"));
}

/* Tags that are one text: TEXT_TAG(name, expression over `source`). */
#define TEXT_TAG_TABLE(X)                                         \
	X(version, SLICE(PACKAGE_VERSION))                        \
	X(action, slice_of(action_name(source->verdict->action))) \
	X(rulesetid, source->verdict->ruleset_id)                 \
	X(hostname, source->policy->hostname)                     \
	X(queueid, source->envelope->queue_id)                    \
	X(remotehostaddr, source->envelope->client_ip)            \
	X(remotehostname, source->envelope->rdns)                 \
	X(remotehelo, source->envelope->helo)                     \
	X(sender, source->envelope->mail_from)

#define TEXT_TAG(name, value)                                                      \
	static void tag_##name(struct buf *out, struct slice argument, bool given, \
	    const struct template_source *source)                                  \
	{                                                                          \
		(void)argument;                                                    \
		(void)given;                                                       \
		(void)source;                                                      \
		buf_add(out, value);                                               \
	}
TEXT_TAG_TABLE(TEXT_TAG)
#undef TEXT_TAG

static const struct {
	const char *name;
	tag_fn *add;
} tags[] = {
	{ "YESNO", tag_yesno },
	{ "YESNOCAPS", tag_yesnocaps },
	{ "SCORE", tag_score },
	{ "REQD", tag_reqd },
	{ "STARS", tag_stars },
	{ "TESTS", tag_tests },
	{ "TESTSSCORES", tag_testsscores },
	{ "SUBTESTS", tag_subtests },
	{ "REPORT", tag_report },
	{ "SUMMARY", tag_summary },
	{ "ACTION", tag_action },
	{ "VERSION", tag_version },
	{ "RULESETID", tag_rulesetid },
	{ "RULESVERSION", tag_rulesetid },
	{ "HOSTNAME", tag_hostname },
	{ "QUEUEID", tag_queueid },
	{ "REMOTEHOSTADDR", tag_remotehostaddr },
	{ "REMOTEHOSTNAME", tag_remotehostname },
	{ "REMOTEHELO", tag_remotehelo },
	{ "SENDER", tag_sender },
	{ "INCOMPLETE", tag_incomplete },
};

/* The tag of that name, or NULL. */
static tag_fn *
find_tag(struct slice name)
{
	for (size_t i = 0; i < sizeof(tags) / sizeof(tags[0]); i++) {
		if (slice_eq(name, slice_of(tags[i].name)))
			return tags[i].add;
	}
	return NULL;
}

/* Expands the tag that begins at text[0] == '_' and returns its length; 0: there is none. */
static size_t
expand_tag(struct buf *out, struct slice text, const struct template_source *source)
{
	struct slice argument = SLICE_ABSENT;
	size_t at = 1, name_end;
	tag_fn *add;

	while (at < text.n && (ascii_is_upper(text.p[at]) || ascii_is_digit(text.p[at])))
		at++;
	name_end = at;
	if (at < text.n && text.p[at] == '(') {
		size_t close = slice_find(text, at, SLICE(")_"));

		if (close == text.n)
			return 0;
		argument = slice_cut(text, at + 1, close);
		at = close + 1;
	}
	add = find_tag(slice_cut(text, 1, name_end));
	if (add == NULL || at >= text.n || text.p[at] != '_')
		return 0;
	add(out, argument, argument.p != NULL, source);
	return at + 1;
}

/* Bytes that are not UTF-8, which HELO and envelope may hold, become "?". */
static void
clean_utf8(struct buf *out)
{
	for (size_t i = 0; i < out->n;) {
		uint32_t code;
		size_t n = utf8_read(slice_from(buf_slice(out), i), &code);

		if (n == 0)
			out->p[i] = '?';
		i += n == 0 ? 1 : n;
	}
}

/* All tags expanded, controls as they came. */
static struct slice
expand(struct arena *arena, struct slice text, const struct template_source *source)
{
	struct buf out = { .arena = arena };
	size_t at = 0, n;

	while (at < text.n) {
		n = text.p[at] == '_' ? expand_tag(&out, slice_from(text, at), source) : 0;
		if (n == 0)
			buf_add_byte(&out, text.p[at]);
		at += n == 0 ? 1 : n;
		if (out.n > FIELD_MAX)
			break;
	}
	clean_utf8(&out);
	return out.failed ? SLICE_ABSENT : buf_slice(&out);
}

/* Bytes up to the next place where a fold may go: after a blank or a comma. */
static size_t
word_length(struct slice text)
{
	size_t n = 0;

	while (n < text.n && n < TEMPLATE_LINE_MAX && text.p[n] != ' ' && text.p[n] != ',')
		n++;
	while (n < text.n && n < TEMPLATE_LINE_MAX && (text.p[n] == ' ' || text.p[n] == ','))
		n++;
	return n;
}

/* One line of the text, folded where it grows too long; *column is where it stands. */
static void
fold_line(struct buf *out, struct slice line, size_t *column)
{
	while (line.n > 0) {
		size_t n = word_length(line);
		size_t shown = n;

		while (shown > 0 && line.p[shown - 1] == ' ')
			shown--;
		if (*column + shown > TEMPLATE_COLUMNS && *column > 8) {
			while (out->n > 0 && out->p[out->n - 1] == ' ')
				out->n--;
			buf_add(out, SLICE("\n\t"));
			*column = 8;
		}
		for (size_t i = 0; i < n; i++)
			buf_add_byte(out, ascii_is_control(line.p[i]) ? ' ' : line.p[i]);
		*column += n;
		line = slice_from(line, n);
	}
}

struct slice
template_field(
    struct arena *arena, struct slice name, struct slice text, const struct template_source *source)
{
	struct slice rest = slice_trim(expand(arena, text, source)), line;
	struct buf out = { .arena = arena };
	size_t column = name.n + 2;
	bool first = true;

	if (rest.p == NULL)
		return SLICE_ABSENT;
	rest = slice_cut(rest, 0, FIELD_MAX);
	while (slice_next_line(&rest, &line)) {
		if (slice_trim(line).n == 0)
			continue;
		if (!first) {
			buf_add(&out, SLICE("\n\t"));
			column = 8;
		}
		first = false;
		fold_line(&out, line, &column);
		while (out.n > 0 && out.p[out.n - 1] == ' ')
			out.n--;
	}
	return out.failed ? SLICE_ABSENT : buf_slice(&out);
}

struct slice
template_line(struct arena *arena, struct slice text, const struct template_source *source)
{
	struct slice expanded = expand(arena, text, source);
	struct buf out = { .arena = arena };

	if (expanded.p == NULL)
		return SLICE_ABSENT;
	expanded = slice_cut(slice_trim(expanded), 0, LINE_MAX_BYTES);
	for (size_t i = 0; i < expanded.n; i++)
		buf_add_byte(&out, ascii_is_control(expanded.p[i]) ? ' ' : expanded.p[i]);
	return out.failed ? SLICE_ABSENT : buf_slice(&out);
}

/* The length of "_NAME" at the front of `text`, where NAME is two characters or more; or 0. */
static size_t
tag_name_length(struct slice text)
{
	size_t n = 1;

	if (text.p[0] != '_')
		return 0;
	while (n < text.n && (ascii_is_upper(text.p[n]) || ascii_is_digit(text.p[n])))
		n++;
	return n > 2 && n < text.n ? n : 0;
}

struct slice
template_unknown_tag(struct slice text)
{
	for (size_t at = 0; at < text.n; at++) {
		size_t n = tag_name_length(slice_from(text, at));

		if (n == 0 || (text.p[at + n] != '_' && text.p[at + n] != '('))
			continue;
		if (find_tag(slice_cut(text, at + 1, at + n)) == NULL)
			return slice_cut(text, at, at + n + 1);
		at += n;
	}
	return SLICE_ABSENT;
}
