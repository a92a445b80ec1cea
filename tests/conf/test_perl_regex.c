/*
 * test_perl_regex.c - patterns of SpamAssassin's rules in our words, or why not, against tables
 *
 * That both match the same is tests/oracle/test_regex.py's to prove.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "conf/perl_regex.h"
#include "engine/util/buf.h"

struct regex_case {
	const char *text;
	const char *want;
};

struct error_case {
	const char *text;
	const char *want; /* begins the error */
	unsigned column;
};

static const struct regex_case good[] = {
	/* delimiters and flags */
	{ "/a/", "/a/" },
	{ "m{a/b}i", "/a\\/b/il" },
	{ "qr!a\\/b!ms", "/a\\/b/ms" },
	{ "m{a}b}", "/a}b/" },
	{ "m a b ", NULL },
	{ "m;a\\;b;", "/a\\;b/" },
	{ "//", "//" },
	{ "/a||b/", "/a||b/" },
	{ "/a/xnpaa", "/a/" },
	/* kept as written */
	{ "/^a.b$|\\bc\\B[^\\w.-]{2,3}?(?:d|e)*+/", "/^a.b$|\\bc\\B[^\\w.-]{2,3}?(?:d|e)*+/" },
	{ "/(a)\\1(?=b)(?!c)(?<=d)(?<!e)(?>f)/", "/(a)\\1(?=b)(?!c)(?<=d)(?<!e)(?>f)/" },
	{ "/\\x41\\n\\t[\\n\\x80-\\xff]/", "/\\x41\\n\\t[\\n\\x80-\\xff]/" },
	{ "/$foo@bar/", "/$foo@bar/" },
	{ "/%{A_B1} %{HEADER(From:addr)}/", "/%{A_B1} %{HEADER(From:addr)}/" },
	/* put in other words */
	{ "/caf\xe9/", "/caf\\xe9/" },
	{ "/a{,3}b{ 1 , 2 }c{2,}/", "/a{0,3}b{1,2}c{2,}/" },
	{ "/{a}|x+{/", "/\\{a}|x+\\{/" },
	{ "/a b#c\\ d[ x]/x", "/ab/" },
	{ "/a\\ b[ x]/x", "/a\\ b[ x]/" },
	{ "/[a x]/xx", "/[ax]/" },
	{ "/a(?#c)b/", "/ab/" },
	{ "/(a)(?<b>c)/n", "/(?:a)(?<b>c)/" },
	{ "/(?i)a(?-i)b/", "/(?i)a(?-i)b/l" },
	{ "/(?x: a (?i: b ) )/", "/(?:a(?i:b))/l" },
	{ "/(?^i:\xe9)a/", "/(?i:(?-i:\\xe9))a/l" },
	{ "/(?^:a)/i", "/(?-i:a)/il" },
	{ "/\\x{41}\\x{ 42 }\\o{103}\\104\\cE\\N{U+46}/", "/\\x41\\x42\\x43\\x44\\x05\\x46/" },
	{ "/\\x{100}[\\x{100}][^\\x{100}]/", "/[^\\x00-\\xff][^\\x00-\\xff][\\x00-\\xff]/" },
	{ "/\\x{178}[a\\x{178}-\\x{200}]/i", "/\\xff[a\\xff]/il" },
	{ "/[a-\\x{100}]/", "/[a-\\xff]/" },
	{ "/[[a][.,.a][:,:][^]]/", "/[\\[a][\\.,.a][\\:,:][^\\]]/" },
	{ "/(a)\\g{1}\\g-1\\g{ -1 }1(?-1)(?+1)(b)/", "/(a)\\1\\1\\g{1}1(?1)(?2)(b)/" },
	{ "/(?P<n>a)(?P=n)\\k{n}\\k'n'(?P>n)(?'n'b)/",
	    "/(?J)(?<n>a)\\k<n>\\k<n>\\k<n>(?&n)(?<n>b)/" },
	{ "/(*pla:a)(*nlb:b)(*atomic:c)(*F:x)/", "/(?=a)(?<!b)(?>c)(*F)/" },
	{ "/\\b?a/", "/(?:\\b)?a/" },
	{ "/\\X\\p{Lu}/i", "/(?>\\r\\n|[\\x00-\\xff])\\p{L&}/il" },
	/* lookbehinds */
	{ "/(?<=a|bc)d/", "/(?<=a|bc)d/" },
	{ "/(?<=a?b|c)d/", "/(?<=b|c|ab)d/" },
	{ "/(?<!a{0,3})/", "/(?<!|a|a{2}|a{3})/" },
	{ "/(?<=(?:a|bc)d?)e/", "/(?<=(?:a)|(?:a)d|(?:bc)|(?:bc)d)e/" },
	{ "/(?<=\\R)/", "/(?<=(?:[\\n\\x0b\\x0c\\x85]|\\r(?!\\n))|\\r\\n)/" },
};

static const struct error_case bad[] = {
	{ "", "a pattern is written", 1 },
	{ "!a!", "a pattern is written", 1 },
	{ "maa", "a pattern is written", 1 },
	{ "m\\a\\", "a backslash", 2 },
	{ "/a", "the pattern has no closing mark", 1 },
	{ "/a/e", "the pattern has no closing mark", 4 },
	{ "/a/b/", "the closing mark stands", 3 },
	{ "m<a>b>", "the closing mark stands", 4 },
	{ "/a/g", "there is no such pattern flag here: g", 4 },
	{ "/[(?{]/", "a pattern may not hold code", 2 },
	{ "/\\Qa\\E/", "\\Q means nothing", 2 },
	{ "/[\\E]/", "\\E means nothing", 3 },
	{ "/[a-\\d]/", "a range that ends in a class", 3 },
	{ "/[\\d-z]/", "a range that ends in a class", 3 },
	{ "/[z-a]/", "a range whose end", 3 },
	{ "/[:alpha:]/", "[:alpha:] belongs inside", 2 },
	{ "/[[:foo:]]/", "there is no class [:foo:]", 3 },
	{ "/[a/", "the [ is not closed", 2 },
	{ "/a{x}/", "a { that is no quantifier", 3 },
	{ "/a**/", "a quantifier on a quantifier", 4 },
	{ "/a{2}?/", "a ? behind a fixed number", 6 },
	{ "/*a/", "a quantifier follows nothing", 2 },
	{ "/^*/", "a quantifier on what matches nothing", 3 },
	{ "/a{3,2}/", "a quantifier's numbers", 3 },
	{ "/(a/", "the ( is not closed", 2 },
	{ "/a)/", "a ) too many", 3 },
	{ "/(?[a])/", "the class operations", 2 },
	{ "/(?u)a/", "no flag or group", 4 },
	{ "/\\b{wb}/", "\\b{..} is no boundary", 2 },
	{ "/(?=a\\K)/", "\\K may not stand", 6 },
	{ "/(?<=a+)b/", "a lookbehind looks at most 255", 2 },
	{ "/(?<=(a)|bc)d/", "a lookbehind of several lengths", 2 },
	{ "/\\x{zz}/", "no hexadecimal number", 4 },
	{ "/a\\/", "a backslash at the end", 3 },
};

static void
test_good(void **state)
{
	unsigned failures = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		struct arena *arena = arena_new(1 << 22);
		struct slice pattern = SLICE("");
		struct err err;
		bool ok = perl_regex_read(arena, slice_of(good[i].text), &pattern, &err);

		if (good[i].want == NULL ? ok : !ok || !slice_eq(pattern, slice_of(good[i].want))) {
			print_error("%s: got %.*s, want %s\n", good[i].text,
			    ok ? (int)pattern.n : (int)strlen(err.text), ok ? pattern.p : err.text,
			    good[i].want == NULL ? "an error" : good[i].want);
			failures++;
		}
		arena_free(&arena);
	}
	assert_int_equal(failures, 0);
}

static void
test_bad(void **state)
{
	unsigned failures = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct arena *arena = arena_new(1 << 22);
		struct slice pattern = SLICE("");
		struct err err = { .column = 0 };
		bool ok = perl_regex_read(arena, slice_of(bad[i].text), &pattern, &err);

		if (ok || err.column != bad[i].column ||
		    strncmp(err.text, bad[i].want, strlen(bad[i].want)) != 0) {
			print_error("%s: got %u %s, want %u %s\n", bad[i].text, err.column,
			    ok ? "a pattern" : err.text, bad[i].column, bad[i].want);
			failures++;
		}
		arena_free(&arena);
	}
	assert_int_equal(failures, 0);
}

/* Deep nesting and floods end in an error or a pattern, whatever the arena holds. */
static void
test_floods(void **state)
{
	static const char *const pieces[] = { "(", "(?:", "(?<=a?", "[", "[[:", "a{", "(?#", "\\",
		"(?<=(a|bc)?", "(?(", "(?|", "\\g{", "(*", "a?", "(?<=a?b?c?d?e?f?g?h?", "%{A" };

	(void)state;
	for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
		for (size_t cap = 1024; cap <= (size_t)64 << 20; cap *= 64) {
			struct arena *arena = arena_new(cap);
			struct buf text = { 0 };
			struct slice pattern;
			struct err err;

			buf_add_byte(&text, '/');
			for (unsigned k = 0; k < 300; k++)
				buf_add(&text, slice_of(pieces[i]));
			buf_add_byte(&text, '/');
			perl_regex_read(arena, buf_slice(&text), &pattern, &err);
			buf_clear(&text);
			arena_free(&arena);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_floods),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
