/* test_kind_uri.c - kind_uri.c: a form counts once a message; all parts of a record must hold */
#include "engine/rules/ruleset.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/engine/scan_helper.h"

static const char letter[] =
    "From: a@example.org\n"
    "Subject: links\n"
    "Content-Type: text/html; charset=us-ascii\n"
    "\n"
    "<a href=\"http://Shop.example.com/a%62c\">click here</a>\n"
    "<a href=\"http://shop.example.com/a%62c\">click there</a>\n"
    "<img src=\"http://pics.example.net/x.gif\">\n"
    "<a href=\"http://twice.example.com/\">one</a>\n"
    "<a href=\"http://twice.example.com/\">two</a>\n"
    "http://twice.example.com/ bare.example.org\n"
    "<img src=\"http://redirect.example.com/?u=http://target.example.com\">\n"
    "<video src=\"http://video.example.com/\"></video>\n";

static const struct uri_condition click[] = {
	{ SLICE("host"), SLICE("/^shop\\./"), false },
	{ SLICE("text"), SLICE("/here/"), false },
};
static const struct uri_condition not_anchor[] = {
	{ SLICE("host"), SLICE("/example/"), false },
	{ SLICE("tag"), SLICE("/^a$/"), true },
};
static const struct uri_condition nowhere[] = {
	{ SLICE("host"), SLICE("/^pics\\./"), false },
	{ SLICE("text"), SLICE("/here/"), false },
};

#define RECORD(id, list)                                                 \
	{                                                                \
		.name = SLICE(id), .kind = RULE_URI, .conditions = list, \
		.condition_count = sizeof(list) / sizeof((list)[0])      \
	}

static const struct uri_condition absent[] = {
	{ SLICE("raw"), SLICE("/pics/"), false },
	{ SLICE("text"), SLICE("/here/"), true },
};
static const struct uri_condition either_text[] = {
	{ SLICE("raw"), SLICE("/twice/"), false },
	{ SLICE("text"), SLICE("/^two$/"), false },
	{ SLICE("text"), SLICE("/^two$/"), true },
	{ SLICE("type"), SLICE("/^a$/"), false },
	{ SLICE("type"), SLICE("/^parsed$/"), false },
};
static const struct uri_condition unlinked[] = {
	{ SLICE("type"), SLICE("/^unlinked$/"), false },
	{ SLICE("type"), SLICE("/^schemeless$/"), false },
	{ SLICE("domain"), SLICE("/^example\\.org$/"), false },
};
static const struct uri_condition target[] = {
	{ SLICE("raw"), SLICE("/redirect/"), false },
	{ SLICE("host"), SLICE("/^target\\.example\\.com$/"), false },
	{ SLICE("host"), SLICE("/^redirect/"), false },
	{ SLICE("cleaned"), SLICE("/redirect/"), true },
};
static const struct uri_condition video[] = {
	{ SLICE("host"), SLICE("/^video/"), false },
};

static const struct rule_def rules[] = {
	{ .name = SLICE("DECODED"),
	    .kind = RULE_URI,
	    .pattern = SLICE("/\\/abc$/"),
	    .tags = RULE_MULTIPLE },
	{ .name = SLICE("PICTURE"), .kind = RULE_URI, .pattern = SLICE("/x\\.gif$/") },
	RECORD("CLICK", click),
	RECORD("NOT_ANCHOR", not_anchor),
	RECORD("NOWHERE", nowhere),
	RECORD("ABSENT", absent),
	RECORD("EITHER_TEXT", either_text),
	RECORD("UNLINKED", unlinked),
	RECORD("TARGET", target),
	RECORD("VIDEO", video),
	{ .name = SLICE("VIDEO_IMPORTED"),
	    .kind = RULE_URI,
	    .conditions = video,
	    .condition_count = 1,
	    .imported = true },
};

/* The decoded form of both links is the same but for the case of the host as it was written. */
static void
test_hits(void **state)
{
	static const char want[] =
	    "CLICK,DECODED=2,EITHER_TEXT,NOT_ANCHOR,PICTURE,TARGET,UNLINKED,VIDEO";
	struct ruleset *ruleset = helper_build(rules, sizeof(rules) / sizeof(rules[0]), NULL, NULL);
	struct slot *slot = helper_slot();
	struct arena *arena = arena_new(1 << 24);
	struct buf got = { 0 };

	(void)state;
	helper_scan(arena, ruleset, slot, slice_of(letter), &got);
	if (strcmp(buf_text(&got), want) != 0)
		fail_msg("got  %s\nwant %s", buf_text(&got), want);
	buf_clear(&got);
	arena_free(&arena);
	slot_free(&slot);
	ruleset_unref(&ruleset);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hits),
	};

	return cmocka_run_group_tests_name("kind_uri", tests, NULL, NULL);
}
