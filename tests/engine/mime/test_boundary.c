/*
 * test_boundary.c - registrable parts by lists in SpamAssassin's form
 */
#include "config.h"

#include "engine/mime/boundary.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static const struct slice one[] = { { "COM", 3 }, { "uk", 2 }, { "us", 2 }, { "xn--p1ai", 8 },
	{ "\xce\xb5\xce\xbb", 4 } };
static const struct slice two[] = { { "co.uk", 5 }, { "Blogspot.com", 12 } };
static const struct slice three[] = { { "demon.co.uk", 11 }, { "x.y.us", 6 } };

static const struct {
	const char *host, *want;
	bool tld;
} cases[] = {
	{ "www.foo.com", "foo.com", true },
	{ "WWW.Foo.COM", "foo.com", true },
	{ "foo.com", "foo.com", true },
	{ "com", "com", true },
	{ "www.foo.co.uk", "foo.co.uk", true },
	{ "foo.co.uk", "foo.co.uk", true },
	{ "co.uk", "co.uk", true },
	{ "a.b.demon.co.uk", "b.demon.co.uk", true },
	{ "demon.co.uk", "demon.co.uk", true },
	{ "a.b.me.blogspot.com", "me.blogspot.com", true },
	{ "..www..foo..com", "foo.com", true },
	{ "www.foo.com.", "foo.com", false },
	{ "a.b.foo.net", "foo.net", false },
	{ "192.0.2.1", "2.1", false },
	{ "", "", false },
	{ "...", "", false },
	{ "a.foo.ca.us", "a.foo.ca.us", true },
	{ "a.foo.la.ca.us", "foo.la.ca.us", true },
	{ "a.foo.ci.la.ca.us", "foo.ci.la.ca.us", true },
	{ "a.b.pvt.k12.ca.us", "b.pvt.k12.ca.us", true },
	{ "a.b.x.y.us", "y.us", true },
	{ "a.foo.us", "foo.us", true },
	{ "a.foo.xn--P1ai", "foo.xn--p1ai", true },
	{ "a.foo.xn--qxam", "foo.xn--qxam", true },
};

static const struct boundaries *
boundaries_of(struct arena *arena)
{
	return boundaries_new(arena, (struct slice_list){ one, COUNT(one) },
	    (struct slice_list){ two, COUNT(two) }, (struct slice_list){ three, COUNT(three) });
}

static void
test_lists(void **state)
{
	struct arena *arena = arena_new(1 << 16);
	const struct boundaries *boundaries = boundaries_of(arena);

	(void)state;
	assert_non_null(boundaries);
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct slice host = slice_of(cases[i].host);
		struct slice got = boundary_domain(boundaries, arena, host);

		if (!slice_eq(got, slice_of(cases[i].want)))
			fail_msg(
			    "%s: got %.*s, want %s", cases[i].host, SLICE_ARG(got), cases[i].want);
		if (boundary_has_tld(boundaries, host) != cases[i].tld)
			fail_msg("%s: want %s top-level domain", cases[i].host,
			    cases[i].tld ? "a" : "no");
	}
	arena_free(&arena);
}

/* Without lists, and without one of top-level domains, the public suffix list decides. */
static void
test_none(void **state)
{
	struct arena *arena = arena_new(1 << 16);
	struct slice_list none = { NULL, 0 };
	const struct boundaries *only_two = boundaries_new(
	    arena, none, (struct slice_list){ two, COUNT(two) }, none);

	(void)state;
	assert_null(boundaries_new(arena, none, none, none));
	assert_true(slice_eq(boundary_domain(NULL, arena, SLICE("a.b.org.au")), SLICE("b.org.au")));
	assert_null(boundary_domain(NULL, arena, SLICE("192.0.2.1")).p);
	assert_true(boundary_has_tld(NULL, SLICE("a.org")));
	assert_true(boundary_has_tld(only_two, SLICE("a.org")));
	assert_false(boundary_has_tld(only_two, SLICE("a.nothing-such")));
	assert_true(
	    slice_eq(boundary_domain(only_two, arena, SLICE("a.b.org.au")), SLICE("org.au")));
	arena_free(&arena);
}

static void
test_caps(void **state)
{
	(void)state;
	for (size_t cap = 0; cap < 8192; cap += 32) {
		struct arena *arena = arena_new(cap);
		const struct boundaries *boundaries = boundaries_of(arena);

		if (boundaries != NULL)
			(void)boundary_domain(boundaries, arena, SLICE("a.b.Demon.co.uk"));
		arena_free(&arena);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lists),
		cmocka_unit_test(test_none),
		cmocka_unit_test(test_caps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
