/* test_ctype.c - ctype.c: media types, boundaries and parameters, whole and broken */
#include "engine/mime/ctype.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "engine/util/buf.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))
#define S(literal)                           \
	{                                    \
		literal, sizeof(literal) - 1 \
	}
#define NONE "(none)"

/* Type and boundary as SpamAssassin 4.0.1 reads them; charset and name as mail readers do. */
static const struct {
	struct slice value;
	const char *type, *boundary, *charset, *name;
} cases[] = {
	{ S("text/plain"), "text/plain", NONE, NONE, NONE },
	{ S("TEXT/HTML; charset=UTF-8"), "text/html", NONE, "utf-8", NONE },
	{ S("text/html; charset=\"utf-8\"; name=\"a b.txt\""), "text/html", NONE, "utf-8",
	    "a b.txt" },
	{ S("text/html; charset='utf-8'; name='a b.txt'"), "text/html", NONE, "utf-8", "a b.txt" },
	{ S("text/html;charset=utf-8;boundary=abc"), "text/html", "abc", "utf-8", NONE },
	{ S("text/html charset=utf-8"), "text/html", NONE, "utf-8", NONE },
	{ S("text/html; charset = \"utf-8\""), "text/html", NONE, "utf-8", NONE },
	{ S("text/html; charset=utf-8 (comment)"), "text/html", NONE, "utf-8", NONE },
	{ S("text/html (comment); charset=utf-8"), "text/html", NONE, "utf-8", NONE },
	{ S("(comment) text/html; charset=utf-8"), "commenttext/html", NONE, "utf-8", NONE },
	{ S("text /html"), "text/plain", NONE, NONE, NONE },
	{ S("text/ html"), "text/plain", NONE, NONE, NONE },
	{ S("text"), "text/plain", NONE, NONE, NONE },
	{ S("html"), "html", NONE, NONE, NONE },
	{ S("/plain"), "/plain", NONE, NONE, NONE },
	{ S("text/x-vcard"), "text/x-vcard", NONE, NONE, NONE },
	{ S("text/calendar"), "text/calendar", NONE, NONE, NONE },
	{ S("text/foo"), "text/plain", NONE, NONE, NONE },
	{ S("text/html2"), "text/plain", NONE, NONE, NONE },
	{ S("textual/foo"), "textual/foo", NONE, NONE, NONE },
	{ S("\"text/html\""), "text/html", NONE, NONE, NONE },
	{ S("text/html,text/plain"), "text/plain", NONE, NONE, NONE },
	{ S("Content-Type: text/html"), "content-typetext/html", NONE, NONE, NONE },
	{ S("text/html\0; charset=y"), "text/plain", NONE, "y", NONE },
	{ S("; charset=x"), "text/plain", NONE, "x", NONE },
	{ S("text/plain;; charset=x"), "text/plain", NONE, "x", NONE },
	{ S("text/plain; charset"), "text/plain", NONE, NONE, NONE },
	{ S("text/html; charset=\"\""), "text/html", NONE, NONE, NONE },
	{ S("multipart/mixed; boundary=\"----=_a b(c)\""), "multipart/mixed", "----=_a b(c)", NONE,
	    NONE },
	{ S("multipart/mixed; boundary=----=_a b(c)"), "multipart/mixed", "----=_a", NONE, NONE },
	{ S("multipart/mixed; boundary='----=_a'"), "multipart/mixed", "'----=_a'", NONE, NONE },
	{ S("multipart/mixed; boundary=\"a\\\"b\""), "multipart/mixed", "a\\", NONE, NONE },
	{ S("multipart/mixed; boundary=\"abc"), "multipart/mixed", "abc", NONE, NONE },
	{ S("multipart/mixed; boundary=abc\""), "multipart/mixed", NONE, NONE, NONE },
	{ S("multipart/mixed; boundary=\"\""), "multipart/mixed", NONE, NONE, NONE },
	{ S("multipart/mixed; boundary= ; x=y"), "multipart/mixed", NONE, NONE, NONE },
	{ S("multipart/mixed; boundary=a; boundary=b"), "multipart/mixed", "a", NONE, NONE },
	{ S("multipart/mixed; xboundary=a"), "multipart/mixed", NONE, NONE, NONE },
	{ S("multipart/mixed; x-boundary=a"), "multipart/mixed", "a", NONE, NONE },
	{ S("multipart/mixed; BOUNDARY=a"), "multipart/mixed", "a", NONE, NONE },
	{ S("multipart/mixed; boundary*0=abc; boundary*1=def"), "multipart/mixed", NONE, NONE,
	    NONE },
	{ S("multipart/mixed; x=\"boundary=abc\"; boundary=def"), "multipart/mixed", "def", NONE,
	    NONE },
	{ S("multipart/mixed; boundary=a@b<c>d[e]f"), "multipart/mixed", "a@b<c>d[e]f", NONE,
	    NONE },
	{ S("multipart/mixed; boundary=\"  a  \""), "multipart/mixed", "  a  ", NONE, NONE },
	{ S("multipart/mixed boundary=abc"), "multipart/mixed", "abc", NONE, NONE },
	{ S("multipart/mixed;boundary:a"), "multipart/mixed", NONE, NONE, NONE },
	{ S("a/b; name*=utf-8''a%20%C3%A9.txt"), "a/b", NONE, NONE, "a \xc3\xa9.txt" },
	{ S("a/b; name*=iso-8859-1'en'%E9.txt; name=plain"), "a/b", NONE, NONE, "\xc3\xa9.txt" },
	{ S("a/b; name*0=\"abc\"; name*1=\"def.txt\""), "a/b", NONE, NONE, "abcdef.txt" },
	{ S("a/b; name*1=\"def.txt\"; name*0=\"abc\""), "a/b", NONE, NONE, "abcdef.txt" },
	{ S("a/b; name*0*=utf-8''a%20; name*1=\"b%20\"; name*2*=%63"), "a/b", NONE, NONE,
	    "a b%20c" },
	{ S("a/b; name*0=a; name*2=c"), "a/b", NONE, NONE, "a" },
	{ S("a/b; name*x=a; name=b"), "a/b", NONE, NONE, "a" },
	{ S("a/b; name*99999999999=a; name=b"), "a/b", NONE, NONE, "a" },
	{ S("a/b; name=\"a;b.txt\"; x=y"), "a/b", NONE, NONE, "a;b.txt" },
	{ S("a/b; name=a b.txt; x=y"), "a/b", NONE, NONE, "a b.txt" },
	{ S("a/b; name=\"a\\\"b.txt\""), "a/b", NONE, NONE, "a\"b.txt" },
	{ S("a/b; name=\"C:\\dir\\b.txt\""), "a/b", NONE, NONE, "C:\\dir\\b.txt" },
	{ S("a/b; name=\"open"), "a/b", NONE, NONE, "open" },
	{ S("a/b; name=\""), "a/b", NONE, NONE, "" },
	{ S("a/b; name="), "a/b", NONE, NONE, "" },
	{ S("a/b; (c) name=x"), "a/b", NONE, NONE, "x" },
	{ S("a/b; (c name=x"), "a/b", NONE, NONE, "x" },
};

static bool
is(struct slice got, const char *want)
{
	return strcmp(want, NONE) == 0 ? got.p == NULL
				       : got.p != NULL && slice_eq(got, slice_of(want));
}

static void
test_table(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct arena *arena = arena_new(1 << 20);
		struct content_type got = ctype_parse(arena, cases[i].value, SLICE("x/y"));

		if (!is(got.full, cases[i].type) || !is(got.boundary, cases[i].boundary) ||
		    !is(got.charset, cases[i].charset) || !is(got.name, cases[i].name) ||
		    !got.declared)
			fail_msg("\"%.*s\": got %.*s, %.*s, %.*s, %.*s", SLICE_ARG(cases[i].value),
			    SLICE_ARG(got.full), SLICE_ARG(got.boundary), SLICE_ARG(got.charset),
			    SLICE_ARG(got.name));
		arena_free(&arena);
	}
}

static void
test_fallback(void **state)
{
	struct arena *arena = arena_new(1 << 20);
	struct content_type type = ctype_parse(arena, SLICE_ABSENT, SLICE("message/rfc822"));

	(void)state;
	assert_true(slice_eq(type.full, SLICE("message/rfc822")));
	assert_true(slice_eq(type.type, SLICE("message")));
	assert_true(slice_eq(type.subtype, SLICE("rfc822")));
	assert_false(type.declared);
	assert_true(slice_eq(ctype_value(SLICE(" attachment ; x")), SLICE("attachment")));
	arena_free(&arena);
}

static void
test_long(void **state)
{
	static const char *const pieces[] = { "a=b;", "name*0=", "(", "\"", "boundary",
		"boundary=\"\" ", "=", "; ", "name=a ", "name*1*=%41;", "'" };

	(void)state;
	for (size_t i = 0; i < COUNT(pieces); i++) {
		struct buf text = { .arena = NULL };
		struct arena *arena = arena_new((size_t)64 << 20);

		buf_add(&text, SLICE("a/b; "));
		while (text.n < 1 << 20)
			buf_add(&text, slice_of(pieces[i]));
		assert_true(slice_starts(
		    ctype_parse(arena, buf_slice(&text), SLICE("x/y")).full, SLICE("a/b")));
		buf_clear(&text);
		arena_free(&arena);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_fallback),
		cmocka_unit_test(test_long),
	};

	return cmocka_run_group_tests_name("ctype", tests, NULL, NULL);
}
