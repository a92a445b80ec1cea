/* test_word.c - word.c: encoded words; what is wanted is what SpamAssassin 4.0.1 printed */
#include "engine/mime/word.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "engine/util/buf.h"
#include "engine/util/utf8.h"
#include "milter/converters.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))
#define S(...)                                       \
	{                                            \
		__VA_ARGS__, sizeof(__VA_ARGS__) - 1 \
	}

static struct converters *converters;

static const struct {
	struct slice field, want; /* what stands behind the colon, and its value */
} cases[] = {
	{ S("=?utf-8?Q?a_b?="), S("a b") },
	{ S("x =?utf-8?Q?a?= y"), S("x a y") },
	{ S("=?utf-8?Q?a?= =?utf-8?Q?b?="), S("ab") },
	{ S("=?utf-8?Q?a?=  =?utf-8?Q?b?="), S("ab") },
	{ S("=?utf-8?Q?a?==?utf-8?Q?b?="), S("ab") },
	{ S("=?utf-8?Q?=C3?= =?utf-8?Q?=A9?="), S("\xc3\xa9") },
	{ S("=?utf-8?Q?=C3?= =?UTF-8?B?qQ==?="), S("\xc3\xa9") },
	{ S("=?utf-8?B?w6k=?="), S("\xc3\xa9") },
	{ S("=?utf-8?B?w6k?="), S("\xc3\xa9") },
	{ S("=?utf-8?B?w6k=w6k=?="), S("\xc3\xa9\x00\xc3\xa9") },
	{ S("=?iso-8859-1?Q?=E9?= =?utf-8?Q?=C3=A9?="), S("\xc3\xa9\xc3\xa9") },
	{ S("=?iso-8859-1*en?Q?=E9?="), S("\xc3\xa9") },
	{ S("=?iso-8859-1?q?=e9?="), S("\xc3\xa9") },
	{ S("=?iso-8859-1?x?=e9?="), S("=?iso-8859-1?x?=e9?=") },
	{ S("=?unknown?Q?=E9?="), S("\xc3\xa9") },
	{ S("=?unknown?Q?a?="), S("a") },
	{ S("=?utf-8?Q?=E9?="), S("\xef\xbf\xbd") },
	{ S("=?us-ascii?Q?=E9?="), S("\xef\xbf\xbd") },
	{ S("=?koi8-r?B?0NLJ18XU?="), S("\xd0\xbf\xd1\x80\xd0\xb8\xd0\xb2\xd0\xb5\xd1\x82") },
	{ S("=?iso-2022-jp?B?GyRCRnxLXBsoQg==?="), S("\xe6\x97\xa5\xe6\x9c\xac") },
	{ S("=?utf-8?Q?a?b?="), S("=?utf-8?Q?a?b?=") },
	{ S("=?utf-8?Q?a b?="), S("a b") },
	{ S("=?utf-8?Q?a\tb?="), S("a\tb") },
	{ S("=?utf-8?Q?\?="), S("") },
	{ S("=?utf-8?\?a?="), S("=?utf-8?\?a?=") },
	{ S("=?\?Q?a?="), S("=?\?Q?a?=") },
	{ S("=?utf-8?Q?a=?="), S("a=") },
	{ S("=?utf-8?Q?a=4?="), S("a=4") },
	{ S("=?utf-8?Q?a=ZZ?="), S("a=ZZ") },
	{ S("caf\xe9"), S("caf\xc3\xa9") },
	{ S("caf\xc3\xa9"), S("caf\xc3\xa9") },
	{ S("caf\xe9 =?utf-8?Q?=C3=A9?="), S("caf\xc3\xa9 \xc3\xa9") },
	{ S("caf\xc3\xa9 \xe9"), S("caf\xc3\x83\xc2\xa9 \xc3\xa9") },
	{ S("\x80\x93\xff"), S("\xe2\x82\xac\xe2\x80\x9c\xc3\xbf") },
	{ S("=?utf-8?Q?a?=\n =?utf-8?Q?b?="), S("ab") },
	{ S("a\n b"), S("a b") },
	{ S("a\n\tb"), S("a b") },
	{ S("a \n \t b"), S("a  b") },
	{ S("  a  "), S("a") },
	{ S("a\x00"
	    "b"),
	    S("a\x00"
	      "b") },
	{ S("=?utf-8?Q?a?= b =?utf-8?Q?c?="), S("a b c") },
	{ S("\"=?utf-8?Q?a?=\""), S("\"a\"") },
	{ S("(=?utf-8?Q?a?=)"), S("(a)") },
	{ S("x=?utf-8?Q?a?=y"), S("xay") },
	{ S("=?utf-8?Q?a=0Ab?="), S("a\nb") },
	{ S("=?utf-8?Q?a=00b?="), S("a\x00"
				    "b") },
	{ S("=?utf-8?Q?_a_?="), S(" a ") },
	{ S("=?utf-8?Q?=5F?="), S("_") },
	{ S("=?utf-7?Q?+AOk-?="), S("\xc3\xa9") },
	{ S("=?windows-1252?Q?=93a=94?="), S("\xe2\x80\x9c"
					     "a\xe2\x80\x9d") },
	{ S("=?iso-8859-1?Q?=93a=94?="), S("\xe2\x80\x9c"
					   "a\xe2\x80\x9d") },
	{ S("=?gb2312?B?xOO6ww==?="), S("\xe4\xbd\xa0\xe5\xa5\xbd") },
	{ S("=?big5?B?p0GmbA==?="), S("\xe4\xbd\xa0\xe5\xa5\xb8") },
	{ S("=?shift_jis?B?k/qWew==?="), S("\xe6\x97\xa5\xe6\x9c\xac") },
	{ S("=?utf-8?Q?=F0=9F=98=80?="), S("\xf0\x9f\x98\x80") },
	{ S("=?utf-8?Q?=ED=A0=80?="), S("\xef\xbf\xbd") },
	{ S("=?x-unknown?B?4Q==?="), S("\xc3\xa1") },
	{ S("=?8bit?Q?=E9?="), S("\xc3\xa9") },
	{ S("=?utf8?Q?=C3=A9?="), S("\xc3\xa9") },
	{ S("=?iso-8859-15?Q?=A4?="), S("\xe2\x82\xac") },
	{ S("=?cp1251?Q?=CF?="), S("\xd0\x9f") },
	{ S("=?utf-8?b?YQ==?= =?utf-8?b?YQ==?= z"), S("aa z") },
	{ S("=?utf-8?Q?a?=,=?utf-8?Q?b?="), S("a,b") },
	{ S("=?utf-8?Q?=C3?= x =?utf-8?Q?=A9?="), S("\xef\xbf\xbd x \xef\xbf\xbd") },
	{ S("=?utf-8?Q?=C3?==?utf-8?Q?=A9?="), S("\xc3\xa9") },
	{ S("=?utf-8?B?w?= =?utf-8?B?6k=?="), S("\xef\xbf\xbd") },
	{ S("=?utf-8?B?w6k?= =?utf-8?B?w6k?="), S("\xc3\xa9\xc3\xa9") },
	{ S("=?utf-8?Q?a?= =?iso-8859-1?Q?b?= =?iso-8859-1?Q?c?="), S("abc") },
	{ S("=?utf-8?Q?a?= =?bad"), S("a =?bad") },
	{ S("=?=?utf-8?Q?a?="), S("=?a") },
	{ S("=?utf-8?Q?=?utf-8?Q?a?=?="), S("=?utf-8?Q?a?=") },
	{ S("=?utf-8*en-us?B?w6k=?= =?utf-8*de?B?w6k=?="), S("\xc3\xa9\xc3\xa9") },
	{ S("=?ISO-8859-1?Q?=C3=A9?="), S("\xc3\x83\xc2\xa9") },
	{ S("=?utf.8?Q?a?="), S("=?utf.8?Q?a?=") },
	{ S("=?utf+8?Q?a?="), S("=?utf+8?Q?a?=") },
	{ S("=?utf-8?Q?a\n b?="), S("a b") },
	{ S("=?utf-8?B?w6\n k=?="), S("\xc3\xa9") },
	{ S("\xe2\x80\x8b\xa0"), S("\xc3\xa2\xe2\x82\xac\xe2\x80\xb9\xc2\xa0") },
	{ S("=?utf-8?Q?=?="), S("=") },
	{ S("=?utf-8?Q?=C3=A9=?= x"), S("\xc3\xa9= x") },
	{ S("\xef\xbb\xbf"
	    "a"),
	    S("\xef\xbb\xbf"
	      "a") },
	{ S("=?utf-8?Q?a_=20_?="), S("a   ") },
	{ S("ab=?utf-8?q?cd"), S("ab=?utf-8?q?cd") },
	{ S("=?utf-8?q?cd?"), S("=?utf-8?q?cd?") },
	{ S("=?ibm852?Q?=82?="), S("\xc3\xa9") },
	{ S("=?macintosh?Q?=8E?="), S("\xc3\xa9") },
	{ S("=?tis-620?Q?=A1?="), S("\xe0\xb8\x81") },
	{ S("=?ks_c_5601-1987?B?sKE=?="), S("\xea\xb0\x80") },
	{ S("=?euc-kr?B?sKE=?="), S("\xea\xb0\x80") },
	{ S("=?hz-gb-2312?Q?~{VP~}?="), S("~{VP~}") },
	{ S("\xc3\xa9 =?utf-8?Q?a?= \xe9"), S("\xc3\x83\xc2\xa9 a \xc3\xa9") },
	{ S("\xc3\xa9 =?utf-8?Q?=C3?=\xa9"), S("\xc3\x83\xc2\xa9 \xef\xbf\xbd\xc2\xa9") },
	{ S("=?utf-8?Q?a?= \xe9"), S("a \xc3\xa9") },
	{ S("=?utf-8?Q?a?= =?utf-8?Q?b?=\xe9"), S("ab\xc3\xa9") },
	{ S("=?utf-8?Q?a?=\xc2\xa0=?utf-8?Q?b?="), S("a\xc2\xa0"
						     "b") },
	{ S("=?utf-8?Q?a?= =?utf-8?X?b?="), S("a =?utf-8?X?b?=") },
	{ S("=?utf-8?Q?a?= =?utf-8?Q?b? =?utf-8?Q?c?="), S("a =?utf-8?Q?b? c") },
	{ S("=?utf-8?Q?a?=\x0b=?utf-8?Q?b?="), S("ab") },
	{ S("=?utf-8?Q?a?= =?utf-8?Q?b?= =?utf-8?Q?c?="), S("abc") },
	{ S("=?utf-8*?Q?a?="), S("a") },
	{ S("=?utf-8*e n?Q?a?="), S("=?utf-8*e n?Q?a?=") },
	{ S("=?-?Q?a?="), S("a") },
	{ S("=?utf-8?Q?a  ?= x"), S("a   x") },
	{ S("=?utf-8?B? w6k= ?="), S("\xc3\xa9") },
	{ S("=?utf-8?B?=?="), S("") },
	{ S("=?utf-8?Q?a?= ?= b"), S("a ?= b") },
	{ S("=?utf-8?Q?=C3?= =?utf-8?Q?\?= =?utf-8?Q?=A9?="), S("\xc3\xa9") },
	{ S("=?utf-8?Q?=C3?= =?iso-8859-1?Q?\?= =?utf-8?Q?=A9?="), S("\xef\xbf\xbd\xef\xbf\xbd") },
	{ S("=?utf-8?Q?\xe9?="), S("\xc3\xa9") },
	{ S("=?iso-8859-5?Q?\xe9?="), S("\xd0\xa3\xd0\x89") },
	{ S("=?utf-8?Q?a=3D?="), S("a=") },
	{ S("=?utf-8?Q?a?==20"), S("a=20") },
	{ S("=?utf8?Q?=C3?= =?utf-8?Q?=A9?="), S("\xef\xbf\xbd\xef\xbf\xbd") },
};

static void
test_table(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct arena *arena = arena_new(1 << 20);
		struct header header = { .name = SLICE("X-T"), .raw = cases[i].field };
		struct slice got = word_field(arena, converters, &header);

		if (!slice_eq(got, cases[i].want))
			fail_msg("\"%.*s\": got \"%.*s\", want \"%.*s\"", SLICE_ARG(cases[i].field),
			    SLICE_ARG(got), SLICE_ARG(cases[i].want));
		arena_free(&arena);
	}
}

static void
test_allowed(void **state)
{
	static const struct {
		struct slice name;
		bool want;
	} names[] = {
		{ S("Subject"), true },
		{ S("From"), true },
		{ S("Content-Type"), true },
		{ S("X-Received"), true },
		{ S("Resent-References"), true },
		{ S("Listx"), true },
		{ S("Received"), false },
		{ S("message-id"), false },
		{ S("Resent-Message-ID"), false },
		{ S("DATE"), false },
		{ S("Resent-Date"), false },
		{ S("MIME-Version"), false },
		{ S("References"), false },
		{ S("In-Reply-To"), false },
		{ S("List-Id"), false },
		{ S("List-Foo"), false },
	};
	struct arena *arena = arena_new(1 << 20);

	(void)state;
	for (size_t i = 0; i < COUNT(names); i++) {
		struct header header = { .name = names[i].name,
			.raw = SLICE(" caf\xe9 =?utf-8?Q?a?=\n") };
		struct slice want = names[i].want ? SLICE("caf\xc3\xa9 a")
						  : SLICE("caf\xc3\xa9 =?utf-8?Q?a?=");
		struct slice got = word_field(arena, converters, &header);

		if (word_allowed(names[i].name) != names[i].want || !slice_eq(got, want))
			fail_msg("%.*s: got \"%.*s\", want \"%.*s\"", SLICE_ARG(names[i].name),
			    SLICE_ARG(got), SLICE_ARG(want));
	}
	arena_free(&arena);
}

/* Nothing to change: the same memory. No converters: still UTF-8. No room: absent. */
static void
test_edges(void **state)
{
	struct arena *arena = arena_new(1 << 20), *tiny = arena_new(1);
	struct slice plain = SLICE("plain = text?"), got;

	(void)state;
	assert_ptr_equal(word_decode(arena, converters, plain).p, plain.p);
	got = word_decode(arena, NULL, SLICE("=?koi8-r?B?0NLJ?= \xff =?utf-8?Q?=C3=A9?="));
	assert_true(utf8_valid(got));
	assert_true(slice_ends(got, SLICE("\xc3\xa9")));
	assert_null(word_decode(tiny, converters, SLICE("=?utf-8?Q?=C3=A9?=")).p);
	arena_free(&arena);
	arena_free(&tiny);
}

/* Many openings, and many words: a megabyte of each comes back at once. */
static void
test_long(void **state)
{
	static const char *const pieces[] = { "=?", "=?a?Q?", "=?a*",
		"?=", "=?a?Q?b?= ", "=?a?Q?b?= =?b?B?YQ==?=", "\xe9" };

	(void)state;
	for (size_t i = 0; i < COUNT(pieces); i++) {
		struct buf text = { .arena = NULL };
		struct arena *arena = arena_new((size_t)64 << 20);

		while (text.n < 1 << 20)
			buf_add(&text, slice_of(pieces[i]));
		assert_non_null(word_decode(arena, converters, buf_slice(&text)).p);
		buf_clear(&text);
		arena_free(&arena);
	}
}

/* Thousands of short words in one header: each takes of the arena what it needs, not a page. */
static void
test_many(void **state)
{
	struct arena *arena = arena_new(1 << 20);

	(void)state;
	for (size_t i = 0; i < 2000; i++)
		assert_non_null(
		    word_decode(arena, converters, SLICE("=?koi8-r?B?89DJ08/LLmRvYw==?=")).p);
	arena_free(&arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_allowed),
		cmocka_unit_test(test_edges),
		cmocka_unit_test(test_long),
		cmocka_unit_test(test_many),
	};
	int failures;

	converters = converters_open();
	failures = cmocka_run_group_tests_name("word", tests, NULL, NULL);
	converters_close(&converters);
	return failures;
}
