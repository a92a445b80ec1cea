/*
 * test_strict.c - what a pattern of strangers may not hold
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "engine/regex/pcre.h"
#include "engine/regex/strict.h"

static const struct {
	const char *pattern;
	const char *why; /* NULL: it is taken */
} cases[] = {
	{ "/plain (?:text|words)/i", NULL },
	{ "/a(?i)b(?-i)c(?=d)(?!e)(?<=f)(?<!g)(?>h)(i)\\1/", NULL },
	{ "/\\(*x/", NULL },
	{ "/\\\\\\(*x/", NULL },
	{ "/[(*]+x/", NULL },
	{ "/[^](*]x/", NULL },
	{ "/[[:alpha:](*]x/", NULL },
	{ "/[\\](*]x/", NULL },
	{ "/&#(?:\\d+);/", NULL },
	{ "/a(*ACCEPT)b/", "verbs" },
	{ "/(*UTF)b/", "verbs" },
	{ "/(*LIMIT_MATCH=5)b/", "verbs" },
	{ "/(*pla:b)/", "verbs" },
	{ "/\\\\(*ACCEPT)/", "verbs" },
	{ "/[a](*ACCEPT)[b]/", "verbs" },
	{ "/[]a](*ACCEPT)[b]/", "verbs" },
	{ "/[[:](*ACCEPT)[b]/", "verbs" },
	{ "/# [\n(*ACCEPT)]/x", "verbs" },
	{ "/(?#[)(*ACCEPT)]/", "verbs" },
	{ "/(?#[)[(*]/", "verbs" }, /* harmless, but it could hide */
	{ "/\\c\\(*ACCEPT)/", "\\c" },
	{ "/\\Qa\\E(*ACCEPT)/", "\\Q" },
	{ "/[\\Qa\\E]/", "\\Q" },
	{ "/a(?C1)b/", "callouts" },
	{ "/a(?C'x')b/", "callouts" },
	{ "/a(?R)?b/", "recursion" },
	{ "/(?<n>a)/", "named groups" },
	{ "/(?P<n>a)/", "named groups" },
	{ "/(?'n'a)/", "named groups" },
	{ "/x%{TAG}/", "tags" },
	{ "/(?&n)/", "recursion" },
	{ "/(?P>n)/", "recursion" },
	{ "/(a)(?1)/", "calls" },
	{ "/(a)(?-1)/", "calls" },
	{ "/(?+1)(a)/", "calls" },
	{ "/(?0)?/", "calls" },
	{ "/(a)\\g<1>/", "calls" },
	{ "/(a)\\g'1'/", "calls" },
	{ "/(?(R)a|b)/", "conditions" },
	{ "/(?(DEFINE)(?<n>a))/", "conditions" },
	{ "/a\\Cb/", "\\C" },
	{ "/[a\\C]b/", "\\C" },
	{ "/a/u", "flag u" },
	{ "/a/iu", "flag u" },
	{ "/a", "closing" },
};

static void
test_table(void **state)
{
	size_t bad = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct err err = { 0 };
		bool taken = strict_pattern(slice_of(cases[i].pattern), &err);

		if (taken != (cases[i].why == NULL) ||
		    (!taken && strstr(err.text, cases[i].why) == NULL)) {
			print_message("%s: got \"%s\", want \"%s\"\n", cases[i].pattern, err.text,
			    cases[i].why == NULL ? "taken" : cases[i].why);
			bad++;
		}
	}
	assert_int_equal(bad, 0);
}

static void
test_length(void **state)
{
	char text[STRICT_PATTERN_MAX + 2];
	struct err err = { 0 };

	(void)state;
	memset(text, 'a', sizeof(text));
	text[0] = '/';
	text[STRICT_PATTERN_MAX - 1] = '/';
	assert_true(strict_pattern((struct slice){ text, STRICT_PATTERN_MAX }, &err));
	text[STRICT_PATTERN_MAX - 1] = 'a';
	text[STRICT_PATTERN_MAX] = '/';
	assert_false(strict_pattern((struct slice){ text, STRICT_PATTERN_MAX + 1 }, &err));
}

/*
 * Patterns put together of pieces that hide and show brackets: where PCRE2 finds that the
 * text is accepted by a verb, it must have been refused.
 */
static void
test_hidden_verbs(void **state)
{
	static const char *const pieces[] = { "[", "]", "[^", "[:", ":]", "\\", "\\\\", "(", ")",
		"a", "\\c", "[:alpha:]", "#", "\n", "(?x)", "(?xx)", " ", "(?#", "\\]", "-", "^",
		"[.", "\\E" };
	struct regex_compiler *compiler = regex_compiler_new();
	struct regex_scratch *scratch = regex_scratch_new();
	unsigned seed = 1;
	size_t live = 0;

	(void)state;
	for (unsigned n = 0; n < 60000; n++) {
		char text[128] = "/";
		struct err err = { 0 };
		struct regex *regex;

		for (unsigned k = 0; k < 9; k++) {
			seed = seed * 1103515245 + 12345;
			if (k == 4)
				strcat(text, "(*FAIL)");
			else
				strcat(text,
				    pieces[(seed >> 16) % (sizeof(pieces) / sizeof(pieces[0]))]);
		}
		strcat(text, "|/");
		regex = regex_new(compiler, slice_of(text), &err);
		if (regex == NULL)
			continue;
		regex_free(&regex);
		/* In a class or escaped it stays legal when its name is spoiled; as a verb not. */
		memcpy(strstr(text, "(*FAIL)"), "(*FXIL)", 7);
		regex = regex_new(compiler, slice_of(text), &err);
		if (regex != NULL) {
			regex_free(&regex);
			continue;
		}
		live++;
		if (strict_pattern(slice_of(text), &err))
			fail_msg("taken: %s", text);
	}
	assert_true(live > 50);
	regex_scratch_free(&scratch);
	regex_compiler_free(&compiler);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_length),
		cmocka_unit_test(test_hidden_verbs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
