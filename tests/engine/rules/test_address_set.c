/* test_address_set.c - address_set.c: which addresses a set of patterns holds */
#include "engine/rules/address_set.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static const struct slice patterns[] = {
	SLICE("Ann@Home.example"),
	SLICE("*@shop.example"),
	SLICE("*@*.bank.example"),
	SLICE("*.net.example"),
	SLICE("bob*@a?c.example"),
	SLICE("*list@*"),
	SLICE("a(b@x.example"),
	SLICE("c\\*@x.example"),
	SLICE("plain"),
};

static const struct {
	const char *address;
	bool want;
} cases[] = {
	{ "ann@home.example", true },
	{ "ANN@HOME.EXAMPLE", true },
	{ "joann@home.example", false },
	{ "ann@home.example.org", false },
	{ "@shop.example", true },
	{ "x@SHOP.example", true },
	{ "x@y@shop.example", true },
	{ "x@a.shop.example", false },
	{ "xshop.example", false },
	{ "x@bank.example", false },
	{ "x@.bank.example", true },
	{ "x@a.b.bank.example", true },
	{ "x.bank.example", false },
	{ "x.bank.example@y.example", false },
	{ "x@a.net.example", true },
	{ "a.net.example", true },
	{ "x@net.example", false },
	{ "bob@abc.example", true },
	{ "bobby@a.c.example", true },
	{ "bob@ac.example", false },
	{ "a-list@anywhere", true },
	{ "a-list", false },
	{ "a(b@x.example", true },
	{ "a_b@x.example", true },
	{ "a-b@x.example", false },
	{ "c_d@x.example", true },
	{ "c\\d@x.example", false },
	{ "plain", true },
	{ "plain@x.example", false },
	{ "", false },
};

static void
test_addresses(void **state)
{
	struct arena *arena = arena_new(SIZE_MAX);
	struct vec list = VEC_OF(struct slice, arena);
	const struct address_set *set;

	(void)state;
	for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++)
		*(struct slice *)vec_push(&list) = patterns[i];
	set = address_set_new(arena, &list);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (address_set_has(set, slice_of(cases[i].address)) != cases[i].want)
			fail_msg(
			    "%s: got %d, want %d", cases[i].address, !cases[i].want, cases[i].want);
	}
	assert_false(address_set_has(NULL, SLICE("x@shop.example")));
	arena_free(&arena);
}

static bool
add_number(void *p, size_t pattern)
{
	*(size_t *)p += (size_t)1 << pattern;
	return false;
}

/* All patterns that match are told of, also of one text. */
static void
test_each(void **state)
{
	static const struct slice same[] = { SLICE("*@x.example"), SLICE("a@x.example"),
		SLICE("A@x.example"), SLICE("b@x.example"), SLICE("*") };
	struct arena *arena = arena_new(SIZE_MAX);
	struct vec list = VEC_OF(struct slice, arena);
	size_t told = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++)
		*(struct slice *)vec_push(&list) = same[i];
	assert_false(address_set_each(
	    address_set_new(arena, &list), SLICE("a@x.example"), add_number, &told));
	assert_int_equal(told, 1 + 2 + 4 + 16);
	arena_free(&arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_each),
	};

	return cmocka_run_group_tests_name("address_set", tests, NULL, NULL);
}
