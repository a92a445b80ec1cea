/*
 * test_capture.c - capture.c: tags that rules set, and rules that look for them
 *
 * The laws are SpamAssassin's; the first message and its rules are asked of it too (tests/oracle).
 */
#include "engine/rules/capture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/engine/scan_helper.h"

static const char letter[] = "From: Ann Lee <ann@shop.example.com>\n"
			     "To: bob@example.org\n"
			     "Subject: news for example.org\n"
			     "X-Special: a.b*(c)/[d]\n"
			     "\n"
			     "Hello, Ann\n\n"
			     "your account Ann is open\n\n"
			     "code a1 code b2 code a1\n\n"
			     "use b2 now\n\n"
			     "lit a.b*(c)/[d] end, not axb*(c)/[d]\n\n"
			     "100%{HELLO} see http://shop.example.com/x\n";

#define URI(id, re)                                                       \
	{                                                                 \
		.name = SLICE(id), .kind = RULE_URI, .pattern = SLICE(re) \
	}

static const struct rule_def rules[] = {
	BODY("__NAME", "/Hello, (?<HELLONAME>\\w+)/"),
	BODY("__CODE", "/code (?P<CODE>\\w\\d)/"),
	HEADER("__SPECIAL", "X-Special", "/(?'SPEC'.+)/"),
	URI("__HOST", "m{^http://(?<URIHOST>[a-z.]+)/}"),
	BODY("__LOWER", "/Hello, (?<lower>\\w+)/"),
	BODY("__EMPTY", "/Hello(?<NOTHING>x*)/"),
	BODY("__TWO", "/(?J)(?:lit (?<DUP>.)|(?<DUP>z))/"),
	HEADER("IN_FROM", "From:name", "/\\b%{HELLONAME}\\b/i"),
	BODY("BODY", "/your account %{HELLONAME} is/"),
	BODY("BODY_NO", "/wrong %{HELLONAME}/"),
	BODY("CODE", "/use %{CODE} now/"),
	BODY("QUOTED", "/lit %{SPEC} end/"),
	BODY("NOT_QUOTED", "/not %{SPEC}/"),
	HEADER("HOST", "From:addr", "/\\@%{URIHOST}$/"),
	HEADER("FIELD", "Subject", "/%{HEADER(To:addr:domain)}/"),
	BODY("FIELD_NO", "/%{HEADER(X-None)}|Hello/"),
	BODY("FIELD_BAD", "/%{HEADER(:)}|Hello/"),
	BODY("UNSET", "/%{NOSUCHTAG}|Hello/"),
	BODY("LOWER_NO", "/%{LOWER}|Hello/"),
	BODY("EMPTY_NO", "/%{NOTHING}|Hello/"),
	BODY("ESCAPED", "/100\\%{HELLO}/"),
	BODY("TWICE", "/%{DUP}\\.b.*end/"),
	{ .name = SLICE("NEGATED"),
	    .kind = RULE_HEADER,
	    .selector = SLICE("Subject"),
	    .pattern = SLICE("/%{HELLONAME}/"),
	    .negated = true },
	{ .name = SLICE("NEGATED_UNSET"),
	    .kind = RULE_HEADER,
	    .selector = SLICE("Subject"),
	    .pattern = SLICE("/%{NOSUCHTAG}/"),
	    .negated = true },
	META("METAS", "__NAME && BODY && !UNSET"),
};

static void
scan(const struct rule_def *defs, size_t count, const char *message, struct buf *got)
{
	struct ruleset *ruleset = helper_build(defs, count, NULL, NULL);
	struct slot *slot = helper_slot();
	struct arena *arena = arena_new(1 << 24);

	helper_scan(arena, ruleset, slot, slice_of(message), got);
	arena_free(&arena);
	slot_free(&slot);
	ruleset_unref(&ruleset);
}

static void
test_hits(void **state)
{
	static const char want[] = "BODY,ESCAPED,FIELD,HOST,IN_FROM,METAS,NEGATED,QUOTED,TWICE,"
				   "__CODE,__EMPTY,__HOST,__LOWER,__NAME,__SPECIAL,__TWO";
	struct buf got = { 0 };

	(void)state;
	scan(rules, sizeof(rules) / sizeof(rules[0]), letter, &got);
	if (strcmp(buf_text(&got), want) != 0)
		fail_msg("got  %s\nwant %s", buf_text(&got), want);
	buf_clear(&got);
}

/* With `multiple` every match gives a value; without it, the first. */
static void
test_multiple(void **state)
{
	struct rule_def defs[] = {
		BODY("__CODE", "/code (?<CODE>\\w\\d)/"),
		BODY("USES", "/use %{CODE} now/"),
	};
	struct buf got = { 0 };

	(void)state;
	defs[0].tags = RULE_MULTIPLE;
	scan(defs, 2, letter, &got);
	assert_string_equal(buf_text(&got), "USES,__CODE");
	buf_clear(&got);
}

/* Scans both messages with one slot. */
static void
scan_two(bool quirks, const char *first, const char *second, struct buf *got)
{
	struct rule_def defs[] = {
		BODY("__NAME", "/Hello, (?<NAME>\\w+)/"),
		BODY("USES", "/account %{NAME}/"),
	};
	struct policy policy = { .spamassassin_quirks = quirks };
	struct slot *slot = helper_slot();
	const char *const messages[] = { first, second };
	struct ruleset *ruleset;

	defs[0].imported = defs[1].imported = true;
	ruleset = helper_build(defs, 2, &policy, NULL);
	for (size_t i = 0; i < 2; i++) {
		struct arena *arena = arena_new(1 << 24);

		got->n = 0;
		helper_scan(arena, ruleset, slot, slice_of(messages[i]), got);
		arena_free(&arena);
	}
	slot_free(&slot);
	ruleset_unref(&ruleset);
}

/* SpamAssassin's process keeps the pattern that it made for the first message. */
static void
test_frozen(void **state)
{
	static const char ann[] = "From: a@example.org\n\nHello, Ann\n\naccount Ann\n";
	static const char bob[] = "From: a@example.org\n\nHello, Bob\n\naccount Bob\n";
	static const char other[] = "From: a@example.org\n\nHello, Bob\n\naccount Ann\n";
	static const char none[] = "From: a@example.org\n\nHi\n\naccount Ann\n";
	struct buf got = { 0 };

	(void)state;
	scan_two(true, ann, bob, &got);
	assert_string_equal(buf_text(&got), "__NAME");
	scan_two(true, ann, other, &got);
	assert_string_equal(buf_text(&got), "USES,__NAME");
	scan_two(true, ann, none, &got);
	assert_string_equal(buf_text(&got), "");
	scan_two(true, none, bob, &got);
	assert_string_equal(buf_text(&got), "USES,__NAME");
	scan_two(false, ann, bob, &got);
	assert_string_equal(buf_text(&got), "USES,__NAME");
	buf_clear(&got);
}

/* A priority of its own holds: the tag is unset when the other rule runs before. */
static void
test_priority(void **state)
{
	struct rule_def defs[] = {
		BODY("__NAME", "/Hello, (?<NAME>\\w+)/"),
		BODY("USES", "/account %{NAME}/"),
	};
	struct buf got = { 0 };

	(void)state;
	defs[0].priority = 10;
	scan(defs, 2, letter, &got);
	assert_string_equal(buf_text(&got), "__NAME");
	buf_clear(&got);
}

/* Values that are many or long are bounded, and a tag is set anew by a later rule. */
static void
test_bounds(void **state)
{
	struct rule_def defs[] = {
		BODY("__A", "/(?<A>x\\d+)/"),
		BODY("__B", "/y(?<A>\\d+)/"),
		BODY("USES", "/%{A} !/"),
		BODY("LONG", "/%{L} !/"),
		BODY("__L", "/(?<L>z+)/"),
	};
	struct buf message = { 0 }, got = { 0 };

	(void)state;
	defs[0].tags = RULE_MULTIPLE;
	buf_add(&message, SLICE("From: a@example.org\n\n"));
	for (unsigned i = 0; i < 3000; i++)
		buf_printf(&message, "x%u ", i);
	for (unsigned i = 0; i < CAPTURE_VALUE_MAX + 1; i++)
		buf_add_byte(&message, 'z');
	buf_add(&message, SLICE(" ! y77 ! x5 !\n"));
	scan(defs, 5, buf_text(&message), &got);
	assert_string_equal(buf_text(&got), "USES,__A,__B,__L");
	buf_clear(&message);
	buf_clear(&got);
}

static void
test_compile(void **state)
{
	const struct rule_def defs[] = {
		BODY("BROKEN", "/(%{A}/"),
		BODY("FINE", "/[%{A]/"),
	};
	struct problems problems = { { 0 } };
	struct ruleset *ruleset = helper_build(defs, 2, NULL, &problems);

	(void)state;
	assert_string_equal(buf_text(&problems.text),
	    "e BROKEN: the pattern does not compile: missing closing parenthesis\n");
	buf_clear(&problems.text);
	ruleset_unref(&ruleset);
}

static void
test_reference(void **state)
{
	(void)state;
	assert_int_equal(capture_reference(SLICE("%{A}")), 4);
	assert_int_equal(capture_reference(SLICE("%{AB_C2}x")), 8);
	assert_int_equal(capture_reference(SLICE("%{HEADER(To:addr)}")), 18);
	assert_int_equal(capture_reference(SLICE("%{a}")), 0);
	assert_int_equal(capture_reference(SLICE("%{A_}")), 0);
	assert_int_equal(capture_reference(SLICE("%{A__B}")), 0);
	assert_int_equal(capture_reference(SLICE("%{A(}")), 0);
	assert_int_equal(capture_reference(SLICE("%{A")), 0);
	assert_int_equal(capture_reference(SLICE("")), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hits),
		cmocka_unit_test(test_multiple),
		cmocka_unit_test(test_frozen),
		cmocka_unit_test(test_priority),
		cmocka_unit_test(test_bounds),
		cmocka_unit_test(test_compile),
		cmocka_unit_test(test_reference),
	};

	return cmocka_run_group_tests_name("capture", tests, NULL, NULL);
}
