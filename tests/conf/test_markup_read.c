/* test_markup_read.c - markup_read.c: what SpamAssassin's directives come to */
#include "conf/markup_read.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "engine/util/buf.h"

#define COUNT(v) (sizeof(v) / sizeof((v)[0]))
#define LINES_MAX 4

/* Lines come behind clear_headers and remove nothing of the rest. */
static const struct {
	const char *lines[LINES_MAX];
	const char
	    *want; /* "spam: NAME=TEXT; ham: ..." without Checker-Version; answers but TAKEN */
} cases[] = {
	{ { "clear_headers" }, "" },
	{ { "add_header all A a b" }, "spam A=a b;ham A=a b;" },
	{ { "add_header spam A \"a  b \"" }, "spam A=a  b ;" },
	{ { "add_header ham  A-_1   x" }, "ham A-_1=x;" },
	{ { "add_header all A a\\tb\\nc\\\\d\\x\\" }, "spam A=a\tb\nc\\d\\;ham A=a\tb\nc\\d\\;" },
	{ { "add_header all A \\\\tb" }, "spam A=\\tb;ham A=\\tb;" },
	{ { "add_header all A 1", "add_header all B 2", "add_header spam a 3" },
	    "spam B=2;spam a=3;ham A=1;ham B=2;" },
	{ { "add_header all A 1", "remove_header ham A" }, "spam A=1;" },
	{ { "add_header all A 1", "remove_header all a" }, "" },
	{ { "add_header all A 1", "clear_headers" }, "" },
	{ { "remove_header all Checker-Version" }, "" },
	{ { "report_safe 0" }, "spam Report=_REPORT_;" },
	{ { "report_safe 0", "remove_header all Report" }, "" },
	{ { "add_header all Report x", "report_safe 0" }, "spam Report=x;ham Report=x;" },
	{ { "report_safe 1" }, "noted;spam Report=_REPORT_;" },
	{ { "report_safe 3" }, "wrong;" },
	{ { "rewrite_header subject [SPAM (x)]" }, "Subject=[SPAM (x)];" },
	{ { "rewrite_header FROM (x)", "rewrite_header To y" }, "From=[x];To=y;" },
	{ { "rewrite_header Subject x", "rewrite_header Subject" }, "" },
	{ { "rewrite_header Cc x" }, "wrong;" },
	{ { "report_contact me" }, "contact=me;" },
	{ { "report_hostname mx" }, "hostname=mx;" },
	{ { "report_wrap_width 50" }, "width=50;" },
	{ { "report_wrap_width x" }, "wrong;" },
	{ { "fold_headers 0" }, "flat;" },
	{ { "fold_headers maybe" }, "wrong;" },
	{ { "clear_report_template", "report a", "report \" b\"", "report" }, "report=a\n b\n\n;" },
	{ { "unsafe_report x", "report_charset utf-8", "report_safe_copy_headers To" }, "" },
	{ { "add_header all A" }, "wrong;" },
	{ { "add_header some A x" }, "wrong;" },
	{ { "add_header all A.B x" }, "wrong;" },
	{ { "score A 1" }, "unknown;" },
};

static void
show_fields(struct buf *out, const char *which, const struct markup_fields *fields)
{
	for (size_t i = 0; i < fields->n; i++) {
		if (!slice_eq(fields->v[i].name, SLICE("Checker-Version")))
			buf_printf(out, "%s %.*s=%.*s;", which, SLICE_ARG(fields->v[i].name),
			    SLICE_ARG(fields->v[i].text));
	}
}

/* What differs from the standard. */
static void
show(struct buf *out, const struct markup *markup, const struct markup *standard)
{
	static const char *const names[] = { "Subject", "From", "To" };

	show_fields(out, "spam", &markup->spam);
	show_fields(out, "ham", &markup->ham);
	for (unsigned i = 0; i < MARKUP_REWRITE_COUNT; i++) {
		if (markup->rewrite[i].p != NULL)
			buf_printf(out, "%s=%.*s;", names[i], SLICE_ARG(markup->rewrite[i]));
	}
	if (!slice_eq(markup->report, standard->report))
		buf_printf(out, "report=%.*s;", SLICE_ARG(markup->report));
	if (!slice_eq(markup->contact, standard->contact))
		buf_printf(out, "contact=%.*s;", SLICE_ARG(markup->contact));
	if (!slice_eq(markup->hostname, standard->hostname))
		buf_printf(out, "hostname=%.*s;", SLICE_ARG(markup->hostname));
	if (markup->wrap_width != standard->wrap_width)
		buf_printf(out, "width=%u;", markup->wrap_width);
	if (!markup->fold)
		buf_printf(out, "flat;");
}

static void
test_lines(void **state)
{
	static const char *const answers[] = {
		[MARKUP_NOTED] = "noted;", [MARKUP_WRONG] = "wrong;", [MARKUP_UNKNOWN] = "unknown;"
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct arena *arena = arena_new(SIZE_MAX);
		struct markup_reader *reader = markup_reader_new(arena);
		struct markup markup, standard;
		struct buf got = { 0 };
		struct err err;

		markup_reader_view(markup_reader_new(arena), &standard);
		markup_read(reader, SLICE("clear_headers"), SLICE(""), &err);
		for (size_t k = 0; k < LINES_MAX && cases[i].lines[k] != NULL; k++) {
			struct slice line = slice_of(cases[i].lines[k]);
			size_t blank = slice_find_byte(line, 0, ' ');
			enum markup_answer answer = markup_read(reader, slice_cut(line, 0, blank),
			    slice_trim(slice_from(line, blank)), &err);

			if (answer != MARKUP_TAKEN)
				buf_add(&got, slice_of(answers[answer]));
		}
		markup_reader_view(reader, &markup);
		show(&got, &markup, &standard);
		if (strcmp(buf_text(&got), cases[i].want) != 0)
			fail_msg("%s: got \"%s\", want \"%s\"", cases[i].lines[0], buf_text(&got),
			    cases[i].want);
		assert_true(
		    markup.ham.n > 0 && slice_eq(markup.ham.v[0].name, SLICE("Checker-Version")));
		buf_clear(&got);
		arena_free(&arena);
	}
}

/* The fields that SpamAssassin's own rules set, in their order. */
static void
test_standard(void **state)
{
	struct arena *arena = arena_new(SIZE_MAX);
	struct markup markup;
	struct buf got = { 0 };

	(void)state;
	markup_reader_view(markup_reader_new(arena), &markup);
	for (size_t i = 0; i < markup.spam.n; i++)
		buf_printf(&got, "%.*s ", SLICE_ARG(markup.spam.v[i].name));
	assert_string_equal(buf_text(&got), "Checker-Version Flag Level Status Report ");
	assert_int_equal(markup.ham.n, 3);
	assert_true(slice_ends(markup.report, SLICE("_SUMMARY_\n")));
	assert_false(markup.on);
	buf_clear(&got);
	arena_free(&arena);
}

/* Only what stands in the end is told of. */
static void
test_notes(void **state)
{
	static const struct markup_line lines[] = {
		{ SLICE("report_safe"), SLICE("1"), { "a.cf", 3, 1, "local" } },
		{ SLICE("add_header"), SLICE("x"), { "a.cf", 4, 1, "local" } },
		{ SLICE("report_safe"), SLICE("2"), { "b.cf", 5, 1, "local" } },
		{ SLICE("report_safe"), SLICE("0"), { "b.cf", 6, 1, "local" } },
	};
	static const struct markup_line refused[] = {
		{ SLICE("report_safe"), SLICE("1"), { "a.cf", 3, 1, "local" } },
		{ SLICE("report_safe"), SLICE("x"), { "a.cf", 4, 1, "local" } },
	};
	struct arena *other = arena_new(SIZE_MAX);
	struct diagnostics *both = diagnostics_new();

	(void)state;
	markup_read_lines(markup_reader_new(other), refused, COUNT(refused), both);
	assert_int_equal(diagnostics_kept(both), 2);
	diagnostics_free(&both);
	arena_free(&other);
	for (size_t n = COUNT(lines); n >= COUNT(lines) - 1; n--) {
		struct arena *arena = arena_new(SIZE_MAX);
		struct diagnostics *found = diagnostics_new();

		markup_read_lines(markup_reader_new(arena), lines, n, found);
		assert_int_equal(diagnostics_kept(found), n == COUNT(lines) ? 1 : 2);
		assert_int_equal(diagnostics_at(found, 0)->line, 4);
		if (n < COUNT(lines))
			assert_int_equal(diagnostics_at(found, 1)->line, 5);
		diagnostics_free(&found);
		arena_free(&arena);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_standard),
		cmocka_unit_test(test_notes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
