/*
 * markup_read.c - SpamAssassin's directives on headers and reports -> struct markup
 *
 * Directives work in their order: add_header takes the place of a field of its
 * name and goes to the end, clear_headers leaves Checker-Version, which no
 * directive removes. A milter cannot put a message into a report, so
 * report_safe 1 and 2 come to 0: spam gets the field Report.
 */
#include "conf/markup_read.h"

#include <stdbool.h>
#include <stdint.h>

#include "engine/markup_write.h"
#include "engine/util/ascii.h"
#include "engine/util/buf.h"
#include "engine/util/vec.h"

#define NAME_MAX_BYTES 100
#define TEMPLATE_MAX ((size_t)64 * 1024)
#define WRAP_WIDTH_MAX 998
#define CHECKER_VERSION SLICE("Checker-Version")

static const char default_report[] =
    "Steelyard on _HOSTNAME_ takes this message for _YESNO(spam,good mail)_: it has\n"
    "_SCORE_ points, and _REQD_ make spam. Questions go to _CONTACTADDRESS_.\n"
    "\n"
    "It begins:  _PREVIEW_\n"
    "\n"
    " pts rule name              description\n"
    "---- ---------------------- --------------------------------------------------\n"
    "_SUMMARY_\n";

struct markup_reader {
	struct arena *arena;
	struct vec spam, ham; /* struct markup_field */
	struct slice rewrite[MARKUP_REWRITE_COUNT];
	struct buf report;
	struct slice contact, hostname;
	unsigned wrap_width;
	bool fold;
};

/* Takes the first word of *rest, and the blanks behind it. */
static struct slice
take_word(struct slice *rest)
{
	size_t n = 0;
	struct slice word;

	while (n < rest->n && !ascii_is_space(rest->p[n]))
		n++;
	word = slice_cut(*rest, 0, n);
	*rest = slice_trim(slice_from(*rest, n));
	return word;
}

static bool
name_valid(struct slice name)
{
	for (size_t i = 0; i < name.n; i++) {
		if (!ascii_is_word(name.p[i]) && name.p[i] != '-')
			return false;
	}
	return name.n > 0 && name.n <= NAME_MAX_BYTES;
}

static void
remove_field(struct vec *fields, struct slice name)
{
	struct markup_field *v = fields->p;
	size_t kept = 0;

	for (size_t i = 0; i < fields->n; i++) {
		if (!slice_ieq(v[i].name, name))
			v[kept++] = v[i];
	}
	fields->n = kept;
}

static void
add_field(struct vec *fields, struct slice name, struct slice text)
{
	struct markup_field *field;

	remove_field(fields, name);
	field = vec_push(fields);
	if (field != NULL)
		*field = (struct markup_field){ name, text };
}

/* \t, \n and \\ are what they say; other bytes behind a backslash go with it. */
static struct slice
unescape(struct arena *arena, struct slice text)
{
	struct buf out = { .arena = arena };

	for (size_t i = 0; i < text.n; i++) {
		char next = i + 1 < text.n ? text.p[i + 1] : '\0';

		if (text.p[i] != '\\' || i + 1 == text.n) {
			buf_add_byte(&out, text.p[i]);
			continue;
		}
		i++;
		if (next == 't' || next == 'n' || next == '\\')
			buf_add_byte(&out, next == 't' ? '\t' : next == 'n' ? '\n' : '\\');
	}
	return buf_slice(&out);
}

static struct slice
unquote(struct slice text)
{
	bool quoted = text.n >= 2 && text.p[0] == '"' && text.p[text.n - 1] == '"';

	return quoted ? slice_cut(text, 1, text.n - 1) : text;
}

/* The word "ham", "spam" or "all" that begins *rest, and the name behind it. */
static bool
read_which(struct slice *rest, bool *spam_r, bool *ham_r, struct slice *name_r, struct err *err)
{
	struct slice which = take_word(rest);

	*name_r = take_word(rest);
	*spam_r = slice_eq(which, SLICE("spam")) || slice_eq(which, SLICE("all"));
	*ham_r = slice_eq(which, SLICE("ham")) || slice_eq(which, SLICE("all"));
	if ((*spam_r || *ham_r) && name_valid(*name_r))
		return true;
	err_set(err, "expected spam, ham or all, and a name of letters, digits, _ and -");
	return false;
}

static enum markup_answer
read_add_header(struct markup_reader *reader, struct slice value, struct err *err)
{
	struct slice name, text;
	bool spam, ham;

	if (!read_which(&value, &spam, &ham, &name, err))
		return MARKUP_WRONG;
	if (value.n == 0) {
		err_set(err, "expected a text behind the name");
		return MARKUP_WRONG;
	}
	name = arena_copy(reader->arena, name);
	text = unescape(reader->arena, unquote(value));
	if (ham)
		add_field(&reader->ham, name, text);
	if (spam)
		add_field(&reader->spam, name, text);
	return MARKUP_TAKEN;
}

static enum markup_answer
read_remove_header(struct markup_reader *reader, struct slice value, struct err *err)
{
	struct slice name;
	bool spam, ham;

	if (!read_which(&value, &spam, &ham, &name, err))
		return MARKUP_WRONG;
	if (slice_eq(name, CHECKER_VERSION))
		return MARKUP_TAKEN;
	if (ham)
		remove_field(&reader->ham, name);
	if (spam)
		remove_field(&reader->spam, name);
	return MARKUP_TAKEN;
}

static enum markup_answer
read_clear_headers(struct markup_reader *reader, struct slice value, struct err *err)
{
	const struct markup_field *kept = NULL;
	struct markup_field copy;

	(void)value;
	(void)err;
	for (size_t i = 0; i < reader->ham.n && kept == NULL; i++) {
		const struct markup_field *field = vec_at(&reader->ham, i);

		if (slice_ieq(field->name, CHECKER_VERSION))
			kept = field;
	}
	copy = kept == NULL ? (struct markup_field){ SLICE_ABSENT, SLICE_ABSENT } : *kept;
	reader->ham.n = 0;
	reader->spam.n = 0;
	if (copy.name.p != NULL) {
		add_field(&reader->ham, copy.name, copy.text);
		add_field(&reader->spam, copy.name, copy.text);
	}
	return MARKUP_TAKEN;
}

/* Parentheses would end the comment that the text becomes in From and To. */
static enum markup_answer
read_rewrite_header(struct markup_reader *reader, struct slice value, struct err *err)
{
	enum markup_rewrite which = markup_rewrite_find(take_word(&value));
	struct buf text = { .arena = reader->arena };

	if (which == MARKUP_REWRITE_COUNT) {
		err_set(err, "expected subject, from or to, and a text");
		return MARKUP_WRONG;
	}
	for (size_t i = 0; i < value.n; i++) {
		char c = value.p[i];

		if (which != MARKUP_SUBJECT && (c == '(' || c == ')'))
			c = c == '(' ? '[' : ']';
		buf_add_byte(&text, c);
	}
	reader->rewrite[which] = text.n == 0 ? SLICE_ABSENT : buf_slice(&text);
	return MARKUP_TAKEN;
}

static enum markup_answer
read_report_safe(struct markup_reader *reader, struct slice value, struct err *err)
{
	bool there = false;

	if (value.n != 1 || value.p[0] < '0' || value.p[0] > '2') {
		err_set(err, "expected 0, 1 or 2");
		return MARKUP_WRONG;
	}
	for (size_t i = 0; i < reader->spam.n; i++) {
		const struct markup_field *field = vec_at(&reader->spam, i);

		there = there || slice_ieq(field->name, SLICE("Report"));
	}
	if (!there)
		add_field(&reader->spam, SLICE("Report"), SLICE("_REPORT_"));
	if (value.p[0] == '0')
		return MARKUP_TAKEN;
	err_set(err, "a milter cannot put the message into a report: as report_safe 0");
	return MARKUP_NOTED;
}

static enum markup_answer
read_fold_headers(struct markup_reader *reader, struct slice value, struct err *err)
{
	bool yes = slice_eq(value, SLICE("1")) || slice_ieq(value, SLICE("yes"));

	if (!yes && !slice_eq(value, SLICE("0")) && !slice_ieq(value, SLICE("no"))) {
		err_set(err, "expected 0 or 1");
		return MARKUP_WRONG;
	}
	reader->fold = yes;
	return MARKUP_TAKEN;
}

static enum markup_answer
read_report(struct markup_reader *reader, struct slice value, struct err *err)
{
	value = unquote(value);
	if (reader->report.n + value.n >= TEMPLATE_MAX) {
		err_set(err, "the report has more than %zu bytes", TEMPLATE_MAX);
		return MARKUP_WRONG;
	}
	buf_add(&reader->report, value);
	buf_add_byte(&reader->report, '\n');
	return MARKUP_TAKEN;
}

static enum markup_answer
read_clear_report_template(struct markup_reader *reader, struct slice value, struct err *err)
{
	(void)value;
	(void)err;
	buf_clear(&reader->report);
	return MARKUP_TAKEN;
}

static enum markup_answer
read_report_contact(struct markup_reader *reader, struct slice value, struct err *err)
{
	(void)err;
	reader->contact = arena_copy(reader->arena, value);
	return MARKUP_TAKEN;
}

static enum markup_answer
read_report_hostname(struct markup_reader *reader, struct slice value, struct err *err)
{
	(void)err;
	reader->hostname = arena_copy(reader->arena, value);
	return MARKUP_TAKEN;
}

static enum markup_answer
read_report_wrap_width(struct markup_reader *reader, struct slice value, struct err *err)
{
	unsigned width = 0;

	for (size_t i = 0; i < value.n && width <= WRAP_WIDTH_MAX; i++)
		width = ascii_is_digit(value.p[i]) ? width * 10 + (unsigned)(value.p[i] - '0')
						   : WRAP_WIDTH_MAX + 1;
	if (value.n == 0 || width > WRAP_WIDTH_MAX) {
		err_set(err, "expected a number up to %d", WRAP_WIDTH_MAX);
		return MARKUP_WRONG;
	}
	/* 0 is SpamAssassin's word for its wrapping's own default. */
	reader->wrap_width = width == 0 ? 77 : width;
	return MARKUP_TAKEN;
}

static enum markup_answer
read_nothing(struct markup_reader *reader, struct slice value, struct err *err)
{
	(void)reader;
	(void)value;
	(void)err;
	return MARKUP_TAKEN;
}

static const struct {
	struct slice name;
	enum markup_answer (*read)(
	    struct markup_reader *reader, struct slice value, struct err *err);
} directives[] = {
	{ { "add_header", 10 }, read_add_header },
	{ { "remove_header", 13 }, read_remove_header },
	{ { "clear_headers", 13 }, read_clear_headers },
	{ { "rewrite_header", 14 }, read_rewrite_header },
	{ { "report_safe", 11 }, read_report_safe },
	{ { "fold_headers", 12 }, read_fold_headers },
	{ { "report", 6 }, read_report },
	{ { "clear_report_template", 21 }, read_clear_report_template },
	{ { "report_contact", 14 }, read_report_contact },
	{ { "report_hostname", 15 }, read_report_hostname },
	{ { "report_wrap_width", 17 }, read_report_wrap_width },
	{ { "unsafe_report", 13 }, read_nothing },
	{ { "clear_unsafe_report_template", 28 }, read_nothing },
	{ { "report_charset", 14 }, read_nothing },
	{ { "report_safe_copy_headers", 24 }, read_nothing },
};

enum markup_answer
markup_read(
    struct markup_reader *reader, struct slice directive, struct slice value, struct err *err)
{
	for (size_t i = 0; i < sizeof(directives) / sizeof(directives[0]); i++) {
		if (slice_eq(directives[i].name, directive))
			return directives[i].read(reader, value, err);
	}
	return MARKUP_UNKNOWN;
}

static void
tell(struct diagnostics *diagnostics, const struct markup_line *line, const struct err *err)
{
	const struct origin *origin = &line->origin;

	if (diagnostics == NULL)
		return;
	diagnostics_add(diagnostics, SEVERITY_WARNING, origin->file, origin->line, origin->column,
	    "%.*s: %s", SLICE_ARG(line->directive), err->text);
}

void
markup_read_lines(struct markup_reader *reader, const struct markup_line *lines, size_t n,
    struct diagnostics *diagnostics)
{
	const struct markup_line *noted = NULL;
	struct err err, note;

	for (size_t i = 0; i < n; i++) {
		enum markup_answer answer = markup_read(
		    reader, lines[i].directive, lines[i].value, &err);

		if (answer == MARKUP_WRONG)
			tell(diagnostics, &lines[i], &err);
		if (answer == MARKUP_NOTED) {
			noted = &lines[i];
			note = err;
		} else if (answer == MARKUP_TAKEN && noted != NULL &&
			   slice_eq(noted->directive, lines[i].directive)) {
			noted = NULL;
		}
	}
	if (noted != NULL)
		tell(diagnostics, noted, &note);
}

struct markup_reader *
markup_reader_new(struct arena *arena)
{
	static const struct {
		struct slice directive, value;
	} standard[] = {
		{ { "add_header", 10 },
		    SLICE(
			"all Checker-Version SpamAssassin _VERSION_ (_SUBVERSION_) on _HOSTNAME_") },
		{ { "add_header", 10 }, SLICE("spam Flag _YESNOCAPS_") },
		{ { "add_header", 10 }, SLICE("all Level _STARS(*)_") },
		{ { "add_header", 10 },
		    SLICE("all Status _YESNO_, score=_SCORE_ required=_REQD_ tests=_TESTS_ "
			  "autolearn=_AUTOLEARN_ version=_VERSION_") },
		{ { "report_safe", 11 }, SLICE("0") },
	};
	struct markup_reader *reader = arena_alloc(arena, sizeof(*reader));
	struct err err;

	if (reader == NULL)
		return NULL;
	*reader = (struct markup_reader){ .arena = arena,
		.spam = VEC_OF(struct markup_field, arena),
		.ham = VEC_OF(struct markup_field, arena),
		.report = { .arena = arena },
		.contact = SLICE(MARKUP_CONTACT),
		.wrap_width = MARKUP_WRAP_WIDTH,
		.fold = true };
	buf_add(&reader->report, slice_of(default_report));
	for (size_t i = 0; i < sizeof(standard) / sizeof(standard[0]); i++)
		markup_read(reader, standard[i].directive, standard[i].value, &err);
	return reader;
}

void
markup_reader_view(const struct markup_reader *reader, struct markup *markup_r)
{
	*markup_r = (struct markup){ .spam = { reader->spam.p, reader->spam.n },
		.ham = { reader->ham.p, reader->ham.n },
		.report = buf_slice(&reader->report),
		.contact = reader->contact,
		.hostname = reader->hostname,
		.wrap_width = reader->wrap_width,
		.fold = reader->fold };
	for (unsigned i = 0; i < MARKUP_REWRITE_COUNT; i++)
		markup_r->rewrite[i] = reader->rewrite[i];
}
