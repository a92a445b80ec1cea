/* test_factor.c - syntax.c and factor.c: what patterns require */
#include "engine/regex/factor.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "engine/util/buf.h"

/* Clauses as "a|b & c", sorted by rareness; "-": none; "?": not understood. */
static const struct {
	const char *pattern;
	const char *want;
} cases[] = {
	{ "/viagra/", "viagra" },
	{ "/ViAgRa/i", "viagra" },
	{ "/ab/", "-" },
	{ "/foo|bar/", "bar|foo" },
	{ "/foo|b/", "-" },
	{ "/(?:make|earn) (?:money|cash)/", "earn cash|earn money|make cash|make money" },
	{ "/buy\\s+now/", "buy now" },
	{ "/buy\\s*now/", "buy now|buynow" },
	{ "/buy *  now/", "buy now" },
	{ "/buy\\n\\tnow/", "buy now" },
	{ "/foo.bar/", "bar & foo" },
	{ "/foo.+bar.*extraordinary/", "extraordinary & bar" },
	{ "/colou?r/", "color|colour" },
	{ "/fre{2,3}/", "free" },
	{ "/(?:abc){2}/", "abcabc" },
	{ "/(?:abc)+/", "abc" },
	{ "/(?:abc)*/", "-" },
	{ "/(?:abc){0}x/", "-" },
	{ "/[vw][i1]agra/", "v1agra|viagra|w1agra|wiagra" },
	{ "/[a-z]{3}/", "-" },
	{ "/^Subject: \\[spam\\]$/", "subject: [spam]" },
	{ "/(?=xyzzy)abcd/", "abcd" },
	{ "/abcd(?!xyzzy)/", "abcd" },
	{ "/(?<=xyzzy)abcd/", "abcd" },
	{ "/(abc)\\1def/", "abc & def" },
	{ "/(?<tag>abc)d(?&tag)e/", "abcdabce" },
	{ "/(?(DEFINE)(?<tag>[a4]|\\/\\\\))(?&tag)bcd/", "/\\bcd|4bcd|abcd" },
	{ "/(?(DEFINE)(?<tag>a(?&tag)?z))pre(?&tag)/", "prea" },
	{ "/(?(1)abc|def)ghi/", "ghi" },
	{ "/(?>abc|abd)++e/", "abce|abde" },
	{ "/(?i)ABC(?-i:DEF)/", "abcdef" },
	{ "/(?i:ABC)|DEF/", "abc|def" },
	{ "/a b c # more/x", "abc" },
	{ "/a[ b]c\\ d/x", "a c d|abc d" },
	{ "/\\Qa.b*c\\E/", "a.b*c" },
	{ "/\\x61\\142c\\x{64}/", "-" }, /* \142 may be a reference */
	{ "/\\x61\\x62c\\x{64}/", "abcd" },
	{ "/[[:digit:]]abc[[:^digit:]]/", "abc" },
	{ "/a{,3}bcd/", "?" },
	{ "/a{b}cd/", "a{b}cd" },
	{ "/abc(*ACCEPT)def/", "?" },
	{ "/(?R)?abc/", "abc" },
	{ "/abc\\Kdef/", "abcdef" },
	{ "/(?:foo|)bar/", "bar" },
	{ "/(?#c)abc/", "abc" },
	{ "/abc(?:)+/", "abc" },
	/* Latin-1 letters under /l are pairs; under /u, k, s and what is not ASCII are left out */
	{ "/caf\xe9/il", "caf\xc9|caf\xe9" },
	{ "/caf\xe9/i", "caf\xe9" },
	{ "/booking/iu", "boo & ing" },
	{ "/booking/u", "booking" },
	{ "/na\xc3\xafvete/u", "vete" },
	{ "/na\xc3\xafvete/", "na\xc3\xafvete" },
	{ "/abc\\Xdef/", "abc & def" },
	{ "/abc\\pLdef/", "abc & def" },
	{ "/[]a]bc[^]]def/", "]bc|abc & def" },
	{ "/[\\w-.]abc/", "abc" },
	{ "/[\\d\\-z]abc/", "abc" },
	/* the opposite of what is not known */
	{ "/[^\\pL]bar|foo/", "bar|foo" },
	{ "/[^\\p{Lu}a]bar|foo/", "bar|foo" },
	{ "/[^\\pL]bar|foo/u", "bar|foo" },
	{ "/[^[:lower:]]bar|foo/iu", "bar|foo" },
	{ "/[[:^upper:]]bar|foo/iu", "bar|foo" },
	/* a range goes on behind \E */
	{ "/[a\\E-z]bc/", "?" },
	{ "/[x\\Qa\\E-z]bc/", "?" },
	{ "/[\\w\\Qa-z\\E]bcd/", "bcd" },
	{ "/^(?(*pla:[)(])[(]b|c)def/", "?" },
	/* blanks of /x that are not of ASCII */
	{ "/ab\x85"
	  "c/x",
	    "?" },
	{ "/ab\x85"
	  "c/",
	    "ab\x85"
	    "c" },
	{ "/ab\xc3\x85"
	  "c/ux",
	    "-" },
	{ "/ab\xc2\x85"
	  "cde/ux",
	    "?" },
	{ "/ab\xe2\x80\x8e"
	  "cde/ux",
	    "?" },
	{ "/ab\xe2\x80\x8f"
	  "cde/ux",
	    "?" },
	{ "/ab\xe2\x80\xa8"
	  "cde/ux",
	    "?" },
	{ "/ab\xe2\x80\xa9"
	  "cde/ux",
	    "?" },
};

static void
test_table(void **state)
{
	(void)state;
	int failures = 0;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct arena *arena = arena_new(SYNTAX_ARENA_MAX);
		struct syntax_node *tree = syntax_parse(arena, slice_of(cases[i].pattern));
		struct buf got = { .arena = arena };
		struct factor factor;

		if (tree == NULL)
			buf_add(&got, SLICE("?"));
		else if (!factor_find(arena, tree, &factor))
			buf_add(&got, SLICE("-"));
		for (size_t k = 0; got.n == 0 || k < (tree == NULL ? 0 : factor.n); k++) {
			for (size_t n = 0; n < factor.clauses[k].n; n++) {
				buf_add(&got, n > 0   ? SLICE("|")
					      : k > 0 ? SLICE(" & ")
						      : SLICE(""));
				buf_add(&got, factor.clauses[k].literals[n]);
			}
		}
		if (strcmp(buf_text(&got), cases[i].want) != 0) {
			print_error("%s: got %s, want %s\n", cases[i].pattern, buf_text(&got),
			    cases[i].want);
			failures++;
		}
		arena_free(&arena);
	}
	assert_int_equal(failures, 0);
}

/* Patterns that would cost much: deep ones, ones with very many alternatives. */
static void
test_large(void **state)
{
	(void)state;
	static const struct {
		const char *piece;
		unsigned times;
	} large[] = {
		{ "(?:", 1000 },
		{ "(?:ab|cd|ef)?", 2000 },
		{ "[a-d][e-h]", 2000 },
		{ "(?:word|other|third|fourth)|", 4000 },
		{ "(?:a{1,3}b{1,3}){1,3}", 1000 },
	};

	for (size_t i = 0; i < sizeof(large) / sizeof(large[0]); i++) {
		struct arena *arena = arena_new(SYNTAX_ARENA_MAX);
		struct buf text = { .arena = NULL };
		struct syntax_node *tree;
		struct factor factor;

		buf_add_byte(&text, '/');
		for (unsigned k = 0; k < large[i].times; k++)
			buf_add(&text, slice_of(large[i].piece));
		buf_add_byte(&text, '/');
		tree = syntax_parse(arena, buf_slice(&text));
		if (tree != NULL)
			factor_find(arena, tree, &factor);
		buf_clear(&text);
		arena_free(&arena);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_large),
	};

	return cmocka_run_group_tests_name("factor", tests, NULL, NULL);
}
