/* test_dns_query.c - dns_query.c: what a rule comes to, in whatever order the answers to it come */
#include "engine/rules/dns_query.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "engine/rules/eval.h"
#include "engine/rules/rule.h"

static const struct {
	const char *name;
	const char
	    *answers; /* h: hits, e: an error code hits, E: one does not, o: open, f: failed */
	unsigned one, multiple; /* what comes of it, also of a rule that counts each hit */
} cases[] = {
	{ "nothing", "", 0, 0 },
	{ "two hits", "hh", 2, 2 },
	{ "a hit before an open one", "ho", 1, EVAL_OPEN },
	{ "an open one", "o", EVAL_OPEN, EVAL_OPEN },
	{ "a failed one", "f", EVAL_UNKNOWN, EVAL_UNKNOWN },
	{ "a hit beside a failed one", "fh", 1, 1 },
	{ "an error code", "e", EVAL_TOLD, EVAL_TOLD },
	{ "one that is no hit", "E", EVAL_UNKNOWN, EVAL_UNKNOWN },
	{ "one that is no hit, beside a hit", "Eh", 1, 1 },
	{ "one beside a hit", "eh", 1, 1 },
	{ "one behind a hit", "he", 1, 1 },
	{ "one, and a hit may come", "eo", EVAL_OPEN, EVAL_OPEN },
};

static void
take(struct dns_tally *tally, char what)
{
	static const struct dns_answer open = { .outcome = DNS_OPEN };
	static const struct dns_answer failed = { .outcome = DNS_TIMEOUT };
	static const struct dns_answer found = { .outcome = DNS_FOUND };
	bool looked = dns_tally_take(tally, what == 'o' ? &open : what == 'f' ? &failed : &found);

	assert_true(looked == (what != 'o' && what != 'f'));
	if (what == 'e' || what == 'E') /* as dns_tally_listing has it */
		tally->telling = tally->failed = true;
	if (what == 'h' || what == 'e')
		dns_tally_hit(tally);
}

static void
test_results(void **state)
{
	static const struct rule one, multiple = { .def = { .tags = RULE_MULTIPLE } };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct dns_tally tally = { 0 };
		unsigned got, got_multiple;

		for (const char *p = cases[i].answers; *p != '\0'; p++)
			take(&tally, *p);
		got = dns_tally_result(&tally, &one);
		got_multiple = dns_tally_result(&tally, &multiple);
		if (got != cases[i].one || got_multiple != cases[i].multiple)
			fail_msg("%s: got %u and %u, want %u and %u", cases[i].name, got,
			    got_multiple, cases[i].one, cases[i].multiple);
	}
}

/* The log names the first hit alone. */
static void
test_first_hit(void **state)
{
	struct dns_tally tally = { 0 };

	(void)state;
	assert_true(dns_tally_hit(&tally));
	assert_false(dns_tally_hit(&tally));
	tally.telling = true;
	assert_false(dns_tally_hit(&tally));
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_results),
		cmocka_unit_test(test_first_hit),
	};

	return cmocka_run_group_tests_name("dns_query", tests, NULL, NULL);
}
