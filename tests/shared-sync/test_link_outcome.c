/* test_link_outcome.c - link_outcome.c: what errors of Redis mean, and which leave us connected */
#include "shared-sync/link_outcome.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

static void
test_errors(void **state)
{
	const struct {
		const char *text, *word;
	} rows[] = {
		{ "READONLY You can't write against a read only replica.", "readonly" },
		{ "LOADING Redis is loading the dataset in memory", "loading" },
		{ "BUSY Redis is busy running a script", "loading" },
		{ "MASTERDOWN Link with MASTER is down", "masterdown" },
		{ "CLUSTERDOWN Hash slot not served", "clusterdown" },
		{ "TRYAGAIN Multiple keys request during rehashing of slot", "clusterdown" },
		{ "NOAUTH Authentication required.", "noauth" },
		{ "NOAUTH", "noauth" },
		{ "WRONGPASS invalid username-password pair", "wrongpass" },
		{ "NOPERM this user has no permissions", "noperm" },
		{ "NOPERMIT", "error" },
		{ "noperm", "error" },
		{ "ERR NOPERM", "error" },
		{ "", "error" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		enum link_outcome got = link_outcome_of_error(slice_of(rows[i].text));

		if (strcmp(link_outcome_word(got), rows[i].word) != 0)
			fail_msg("%s: got %s, want %s", rows[i].text, link_outcome_word(got),
			    rows[i].word);
		assert_true(link_outcome_connected(got));
	}
	assert_true(link_outcome_connected(LINK_OK));
	for (enum link_outcome outcome = LINK_LOST; outcome <= LINK_TLS; outcome++)
		assert_false(link_outcome_connected(outcome));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_errors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
