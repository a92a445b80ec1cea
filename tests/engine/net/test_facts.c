/* test_facts.c - facts.c: what is asked once, what cannot be asked, what the deadline leaves */
#include "engine/net/facts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static void
answer_with(struct facts *facts, enum dns_type type, const char *name, enum dns_outcome outcome)
{
	const struct dns_record record = { .data = SLICE("\x7f\0\0\2") };

	facts_answer(facts, &(struct dns_question){ type, slice_of(name) },
	    &(struct dns_answer){ outcome, &record, outcome == DNS_FOUND, 60 });
}

static void
test_ask(void **state)
{
	struct arena *arena = arena_new(1 << 20);
	struct facts *facts = facts_new(arena, true, 1);
	const struct dns_answer *answer = facts_ask(facts, DNS_A, SLICE("Example.ORG."));
	const struct dns_question *question = facts_next(facts);

	(void)state;
	assert_int_equal(answer->outcome, DNS_OPEN);
	assert_true(slice_eq(question->name, SLICE("example.org")));
	assert_int_equal(question->type, DNS_A);
	assert_null(facts_next(facts));
	assert_ptr_equal(facts_ask(facts, DNS_A, SLICE("example.org")), answer);
	assert_int_equal(facts_ask(facts, DNS_AAAA, SLICE("example.org"))->outcome, DNS_OPEN);
	assert_int_equal(facts_open(facts), 2);
	assert_true(
	    slice_eq(facts_name(facts, DNS_AAAA, SLICE("EXAMPLE.org")), SLICE("example.org")));
	assert_null(facts_name(facts, DNS_TXT, SLICE("example.org")).p);
	assert_null(facts_name(facts, DNS_AAAA, SLICE("a..org")).p);
	answer_with(facts, DNS_A, "example.org", DNS_FOUND);
	answer_with(facts, DNS_A, "example.org", DNS_NXDOMAIN); /* late, and left aside */
	answer_with(facts, DNS_TXT, "example.org", DNS_FOUND); /* never asked */
	assert_int_equal(answer->outcome, DNS_FOUND);
	assert_int_equal(answer->record_count, 1);
	assert_true(slice_eq(answer->records[0].data, SLICE("\x7f\0\0\2")));
	assert_int_equal(facts_asked(facts), 2);
	facts_end(facts);
	assert_int_equal(facts_open(facts), 0);
	assert_int_equal(facts_ask(facts, DNS_AAAA, SLICE("example.org"))->outcome, DNS_TIMEOUT);
	assert_int_equal(facts_ask(facts, DNS_MX, SLICE("example.org"))->outcome, DNS_TIMEOUT);
	assert_null(facts_next(facts));
	arena_free(&arena);
}

static void
test_names(void **state)
{
	static const struct {
		const char *name;
		enum dns_outcome outcome;
	} rows[] = {
		{ "", DNS_NXDOMAIN },
		{ ".", DNS_NXDOMAIN },
		{ "a..b", DNS_NXDOMAIN },
		{ ".a", DNS_NXDOMAIN },
		{ "a.", DNS_OPEN },
		{ "_dmarc.a", DNS_OPEN },
		{ "123456789012345678901234567890123456789012345678901234567890123.a", DNS_OPEN },
		{ "1234567890123456789012345678901234567890123456789012345678901234.a",
		    DNS_NXDOMAIN },
	};
	struct arena *arena = arena_new(1 << 20);
	struct facts *facts = facts_new(arena, true, 1);
	char long_name[DNS_NAME_MAX + 2];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (facts_ask(facts, DNS_A, slice_of(rows[i].name))->outcome != rows[i].outcome)
			fail_msg("%s", rows[i].name);
	for (size_t i = 0; i < sizeof(long_name); i++)
		long_name[i] = i % 2 == 0 ? 'a' : '.';
	assert_int_equal(
	    facts_ask(facts, DNS_A, (struct slice){ long_name, DNS_NAME_MAX })->outcome, DNS_OPEN);
	assert_int_equal(
	    facts_ask(facts, DNS_A, (struct slice){ long_name, DNS_NAME_MAX + 2 })->outcome,
	    DNS_NXDOMAIN);
	arena_free(&arena);
}

static void
test_limits(void **state)
{
	struct arena *arena = arena_new(1 << 20);
	struct facts *facts = facts_new(arena, true, 1);
	struct facts *off = facts_new(arena, false, 1);
	char name[32];

	(void)state;
	assert_int_equal(facts_ask(off, DNS_A, SLICE("example.org"))->outcome, DNS_UNASKED);
	assert_null(facts_next(off));
	for (int i = 0; i < 1000; i++) {
		snprintf(name, sizeof(name), "h%d.example", i);
		facts_ask(facts, DNS_A, slice_of(name));
	}
	assert_int_equal(facts_asked(facts), 300);
	assert_int_equal(facts_ask(facts, DNS_A, SLICE("one.more"))->outcome, DNS_UNASKED);
	assert_int_equal(facts_ask(facts, DNS_A, SLICE("h7.example"))->outcome, DNS_OPEN);
	arena_free(&arena);
}

/* Whoever asks too much, the others may ask as ever; all together no more than the maximum. */
static void
test_shares(void **state)
{
	(void)state;
	for (int greedy = 0; greedy < FACTS_SHARE_COUNT; greedy++) {
		struct arena *arena = arena_new(1 << 20);
		struct facts *facts = facts_new(arena, true, 1);
		size_t taken;

		for (int i = 0; i < 2 * FACTS_QUESTIONS_MAX; i++)
			facts_ask_made(facts, (enum facts_share)greedy, DNS_TXT, "g%d.example", i);
		taken = facts_asked(facts);
		if (taken < 50 || taken > FACTS_QUESTIONS_MAX / 2)
			fail_msg("share %d: %zu questions", greedy, taken);
		for (int share = 0; share < FACTS_SHARE_COUNT; share++) {
			const struct dns_answer *new = facts_ask_made(
			    facts, (enum facts_share)share, DNS_TXT, "s%d.example", share);
			const struct dns_answer *known = facts_ask_share(
			    facts, (enum facts_share)share, DNS_TXT, SLICE("G0.example"));

			if (new->outcome != (share == greedy ? DNS_UNASKED : DNS_OPEN) ||
			    known->outcome != DNS_OPEN)
				fail_msg("share %d after %d: %d", share, greedy, new->outcome);
		}
		for (int i = 0; i < 5 * FACTS_QUESTIONS_MAX; i++)
			facts_ask_made(facts, (enum facts_share)(i % FACTS_SHARE_COUNT), DNS_TXT,
			    "x%d.example", i);
		assert_int_equal(facts_asked(facts), FACTS_QUESTIONS_MAX);
		arena_free(&arena);
	}
}

/* A name that is made: as long as may be, with the dot, and longer. */
static void
test_made(void **state)
{
	struct arena *arena = arena_new(1 << 20);
	struct facts *facts = facts_new(arena, true, 1);
	struct facts *off = facts_new(arena, false, 1);
	char name[DNS_NAME_MAX + 2];

	(void)state;
	for (size_t i = 0; i < sizeof(name); i++)
		name[i] = i % 2 == 0 ? 'a' : '.';
	name[DNS_NAME_MAX + 1] = '\0';
	assert_int_equal(facts_ask_made(facts, FACTS_ARC, DNS_TXT, "%s", name)->outcome, DNS_OPEN);
	assert_int_equal(facts_next(facts)->name.n, DNS_NAME_MAX);
	assert_int_equal(
	    facts_ask_made(facts, FACTS_ARC, DNS_TXT, "b%s", name)->outcome, DNS_NXDOMAIN);
	assert_int_equal(
	    facts_ask_made(facts, FACTS_ARC, DNS_TXT, "a.%s", name)->outcome, DNS_NXDOMAIN);
	assert_int_equal(
	    facts_ask_made(facts, FACTS_ARC, DNS_TXT, "%s%s", name, name)->outcome, DNS_NXDOMAIN);
	assert_int_equal(
	    facts_ask_made(off, FACTS_ARC, DNS_TXT, "a.%s", name)->outcome, DNS_UNASKED);
	assert_int_equal(facts_asked(facts), 1);
	arena_free(&arena);
}

/* Wherever the arena's cap falls: what could be asked ends as any question does. */
static void
test_cap(void **state)
{
	(void)state;
	for (size_t cap = 1024; cap < 48 * 1024; cap += 64) {
		struct arena *arena = arena_new(cap);
		struct facts *facts = facts_new(arena, true, 1);
		size_t open = 0, given = 0;
		char name[48];

		for (int i = 0; facts != NULL && i < 200; i++) {
			snprintf(name, sizeof(name), "a-longer-name-%d.example", i);
			open += facts_ask(facts, DNS_A, slice_of(name))->outcome == DNS_OPEN;
		}
		while (facts != NULL && facts_next(facts) != NULL)
			given++;
		if (facts != NULL) {
			assert_int_equal(given, open);
			assert_int_equal(facts_open(facts), open);
			facts_end(facts);
			assert_int_equal(facts_open(facts), 0);
		}
		arena_free(&arena);
	}
}

/* What is asked again costs no memory. */
static void
test_again(void **state)
{
	struct arena *arena = arena_new(1 << 20);
	struct facts *facts = facts_new(arena, true, 1);
	size_t used;

	(void)state;
	facts_ask(facts, DNS_TXT, SLICE("example.org"));
	used = arena_used(arena);
	for (int i = 0; i < 100000; i++)
		facts_ask(facts, DNS_TXT, SLICE("Example.ORG"));
	assert_int_equal(arena_used(arena), used);
	arena_free(&arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ask),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_shares),
		cmocka_unit_test(test_made),
		cmocka_unit_test(test_cap),
		cmocka_unit_test(test_again),
	};

	return cmocka_run_group_tests_name("facts", tests, NULL, NULL);
}
