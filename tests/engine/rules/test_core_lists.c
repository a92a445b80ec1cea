/* test_core_lists.c - core_lists.c: lists that change what the engine itself reads */
#include "engine/rules/core_lists.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/engine/scan_helper.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))
#define LIST(name, entries)                           \
	{                                             \
		SLICE(name), entries, COUNT(entries), \
		{                                     \
			NULL                          \
		}                                     \
	}

static const char letter[] =
    "From: a@mail.shop.example\n"
    "Subject: links\n"
    "Content-Type: text/plain; charset=us-ascii\n"
    "\n"
    "Go to http://go.example.org/r?to=a.www.example.com/x&id=1 or (a.example.zz) or\n"
    "http://jump.example.org/no-host http://user@jump.example.org:80/b.example.com\n";

static const struct slice tlds[] = { { "com", 3 }, { "org", 3 }, { "example", 7 } };
static const struct slice two[] = { { "shop.example", 12 } };
static const struct slice redirectors[] = {
	SLICE("/(broken/"),
	SLICE("m'^http://jump\\.example\\.org(?::80)?/([^?]*)'"),
	SLICE("/^http:\\/\\/go\\..*[?&]to=(.*?)(?:&|$)/i"),
};

static const struct rule_list lists[] = {
	LIST("util_rb_tld", tlds),
	LIST("util_rb_2tld", two),
	LIST("redirector_pattern", redirectors),
};

static const struct rule_def rules[] = {
	HEADER("DOMAIN", "From:addr:domain", "/^mail\\.shop\\.example$/"),
	{ .name = SLICE("GO"),
	    .kind = RULE_URI,
	    .pattern = SLICE("m{^http://a\\.www\\.example\\.com/x$}") },
	{ .name = SLICE("JUMP"), .kind = RULE_URI, .pattern = SLICE("m{^b\\.example\\.com$}") },
	{ .name = SLICE("NO_HOST"), .kind = RULE_URI, .pattern = SLICE("m{^no-host}") },
	{ .name = SLICE("NO_TLD"), .kind = RULE_URI, .pattern = SLICE("m{example\\.zz}") },
};

static void
check_hits(size_t list_count, const char *want, const char *want_problems)
{
	const struct ruleset_source source = {
		.defs = rules,
		.def_count = COUNT(rules),
		.lists = lists,
		.list_count = list_count,
	};
	struct problems problems = { { 0 } };
	const struct ruleset_report report = { helper_keep, &problems };
	struct ruleset *ruleset = ruleset_build(&source, &report);
	struct slot *slot = helper_slot();
	struct arena *arena = arena_new(1 << 24);
	struct buf got = { 0 };

	helper_scan(arena, ruleset, slot, slice_of(letter), &got);
	if (strcmp(buf_text(&got), want) != 0)
		fail_msg("got  %s\nwant %s", buf_text(&got), want);
	if (strstr(buf_text(&problems.text), want_problems) == NULL)
		fail_msg("got  %s\nwant %s", buf_text(&problems.text), want_problems);
	buf_clear(&problems.text);
	buf_clear(&got);
	arena_free(&arena);
	slot_free(&slot);
	ruleset_unref(&ruleset);
}

/* Without lists: no redirector is known, and .example is no top-level domain. */
static void
test_lists(void **state)
{
	(void)state;
	check_hits(0, "", "");
	check_hits(2, "DOMAIN", "");
	check_hits(
	    3, "DOMAIN,GO,JUMP", "redirector_pattern: \"/(broken/\" is left out: the pattern");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lists),
	};

	return cmocka_run_group_tests_name("core_lists", tests, NULL, NULL);
}
