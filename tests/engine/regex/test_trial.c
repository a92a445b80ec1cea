/*
 * test_trial.c - what a pattern costs on texts that are hard on patterns
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "engine/regex/trial.h"

static const struct {
	const char *pattern;
	const char *why; /* NULL: it is cheap */
} cases[] = {
	{ "/make (?:money|cash) fast/i", NULL },
	{ "/\\bviagra\\b/i", NULL },
	{ "/^Subject: .{1,50}free/m", NULL },
	{ "/[a-z]+\\d+/", NULL },
	{ "/https?:\\/\\/[^\\/]{1,60}\\/[a-z]{2,9}\\.php/", NULL },
	{ "/(?:a+)+b/", "a long run of a" },
	{ "/(?:\\s+)+y/", "blanks" },
	{ "/(?:\\d+,?)+y/", "digits" },
	{ "/(?:\\w+\\s?)*z$/", "steps on" },
	{ "/(?:ab|a|b)*c/", "steps in all, on a long run of a" },
	{ "/(?:<[^>]*)*x/", "brackets" },
	{ "/(?:.*)*x/s", "steps on" },
	/* below the limit at each place, and seconds in all */
	{ "/(?:.|.){13}\\x01\\x00/s", "steps in all" },
	{ "/(?:[a-z ]|[a-z .]){12}[0-9][A-Z]/", "steps in all" },
	/* little text that becomes much */
	{ "/(?:(?:[a-m]x?|[n-z]1){1,40}q){1,12}1z/", "bytes when it is compiled" },
	{ "/(a/", "does not compile" },
};

static void
test_table(void **state)
{
	struct trial *trial = trial_new();
	size_t bad = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct err err = { 0 };
		bool cheap = trial_pattern(trial, slice_of(cases[i].pattern), 20000, &err) > 0;

		if (cheap != (cases[i].why == NULL) ||
		    (!cheap && strstr(err.text, cases[i].why) == NULL)) {
			print_message("%s: got \"%s\", want \"%s\"\n", cases[i].pattern, err.text,
			    cases[i].why == NULL ? "cheap" : cases[i].why);
			bad++;
		}
	}
	assert_int_equal(bad, 0);
	trial_free(&trial);
	trial_free(&trial);
}

static void
test_texts(void **state)
{
	struct trial *trial = trial_new();
	struct err err;

	(void)state;
	for (size_t i = 0; i < trial_count(trial); i++) {
		assert_true(trial_text(trial, i).n >= 1500);
		assert_true(trial_text(trial, i).n < 2100);
	}
	/* The limit is the caller's. */
	assert_int_equal(trial_pattern(trial, SLICE("/[ab]{1,90}bz/"), 20000, &err), 1);
	assert_int_equal(trial_pattern(trial, SLICE("/[ab]{1,90}bz/"), 100, &err), 0);
	assert_int_equal(trial_pattern(trial, SLICE("/(/"), 100, &err), -1);
	trial_free(&trial);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_texts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
