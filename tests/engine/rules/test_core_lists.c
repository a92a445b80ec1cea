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
			0                             \
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

static struct ruleset *
build(const struct rule_list *networks, size_t count, const struct policy *policy,
    struct problems *problems)
{
	const struct ruleset_source source = {
		.lists = networks,
		.list_count = count,
		.policy = policy,
	};
	const struct ruleset_report report = { helper_keep, problems };

	return ruleset_build(&source, &report);
}

static const struct slice trusted[] = { { "!10.0.0.9", 9 }, { "10.", 3 },
	{ "192.0.2.1-192.0.2.6", 19 }, { "nonsense", 8 } };
static const struct slice internal[] = { { "10.1/16", 7 }, { "127.0.0.1", 9 },
	{ "198.51.100.1", 12 }, { "!0/0", 4 } };
static const struct slice msa[] = { { "10.0.0.9", 8 } };

static const struct rule_list networks[] = {
	LIST("trusted_networks", trusted),
	LIST("internal_networks", internal),
	LIST("msa_networks", msa),
};

/* Lists join the policy; what is not trusted is not internal; one that is emptied has nothing. */
static void
test_networks(void **state)
{
	static const char want[] =
	    "w trusted_networks: \"nonsense\" is left out: \"nonsense\" is no network: expected "
	    "192.0.2.0/24, 192.0.2., 2001:db8::/32 or an address\n"
	    "w internal_networks: \"198.51.100.1/32\" is left out: it is not within "
	    "trusted_networks\n"
	    "w msa_networks: \"10.0.0.9/32\" is left out: it is not within trusted_networks\n";
	static const struct network mine = { .address = { 0x20, 1 }, .bits = 32 };
	const struct policy policy = { .trusted_networks = { &mine, 1 } };
	struct problems problems = { { 0 } };
	struct ruleset *ruleset = build(networks, COUNT(networks), &policy, &problems);
	const struct policy *got = ruleset_policy(ruleset);

	(void)state;
	assert_string_equal(buf_text(&problems.text), want);
	/* .1, .2/31, .4/31 and .6 of the range */
	assert_int_equal(got->trusted_networks.n, 1 + 2 + 4);
	assert_int_equal(got->trusted_networks.v[4].bits, 96 + 31);
	assert_int_equal(got->internal_networks.n, 3);
	assert_int_equal(got->msa_networks.n, 1);
	assert_true(got->msa_networks.v[0].negated);
	buf_clear(&problems.text);
	ruleset_unref(&ruleset);
}

/* One of the two lists alone is both; then MSAs are within internal_networks. */
static void
test_networks_alone(void **state)
{
	struct problems problems = { { 0 } };
	struct ruleset *ruleset = build(&networks[1], 1, NULL, &problems);

	(void)state;
	assert_int_equal(ruleset_policy(ruleset)->trusted_networks.n, 4);
	ruleset_unref(&ruleset);
	ruleset = build(&networks[1], 2, NULL, &problems);
	assert_true(ruleset_policy(ruleset)->msa_networks.v[0].negated);
	assert_string_equal(buf_text(&problems.text),
	    "w msa_networks: \"10.0.0.9/32\" is left out: it is not within internal_networks\n");
	ruleset_unref(&ruleset);
	ruleset = build(&networks[0], 1, NULL, &problems);
	assert_int_equal(ruleset_policy(ruleset)->internal_networks.n, 6);
	ruleset_unref(&ruleset);
	buf_clear(&problems.text);
}

static const struct slice off[] = { { "0", 1 } };
static const struct slice some[] = { { "123", 3 } };
static const struct slice sender[] = { { "X-Env", 5 } };
static const struct slice many[] = { { "1 MB", 4 } };

static const struct rule_list options[] = {
	LIST("normalize_charset", off),
	LIST("body_part_scan_size", off),
	LIST("rawbody_part_scan_size", some),
	LIST("envelope_sender_header", sender),
	LIST("body_part_scan_size", many),
};

static void
test_options(void **state)
{
	const struct policy given = { .body_part_scan_size = 9 };
	struct problems problems = { { 0 } };
	struct ruleset *ruleset = build(options, 4, &given, NULL);
	const struct policy *policy = ruleset_policy(ruleset);

	(void)state;
	assert_true(policy->keep_charset);
	assert_true(policy->body_part_scan_size == SIZE_MAX);
	assert_int_equal(policy->rawbody_part_scan_size, 123);
	assert_true(slice_eq(policy->envelope_sender_header, SLICE("X-Env")));
	ruleset_unref(&ruleset);
	ruleset = build(&options[4], 1, &given, &problems);
	policy = ruleset_policy(ruleset);
	assert_false(policy->keep_charset);
	assert_int_equal(policy->body_part_scan_size, 9);
	assert_string_equal(buf_text(&problems.text),
	    "w body_part_scan_size: \"1 MB\" is left out: it is no number of bytes\n");
	buf_clear(&problems.text);
	ruleset_unref(&ruleset);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lists),
		cmocka_unit_test(test_networks),
		cmocka_unit_test(test_options),
		cmocka_unit_test(test_networks_alone),
	};

	return cmocka_run_group_tests_name("core_lists", tests, NULL, NULL);
}
