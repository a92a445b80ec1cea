/* test_host_set.c - host_set.c: which hosts a set holds */
#include "engine/rules/host_set.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static const struct slice entries[] = {
	SLICE("Example.com"),
	SLICE("!good.example.com"),
	SLICE("bad.good.example.com"),
	SLICE("icu"),
	SLICE("192.0.2.1"),
	SLICE("2.7"),
	SLICE("twice.example"),
	SLICE("!twice.example"),
	SLICE("deep.1.2.3.4.5.6.7.8.9.10.example"),
};

static const struct {
	const char *host;
	bool want;
} cases[] = {
	{ "example.com", true },
	{ "www.EXAMPLE.com", true },
	{ "notexample.com", false },
	{ "example.com.org", false },
	{ "good.example.com", false },
	{ "very.good.example.com", false },
	{ "bad.good.example.com", true },
	{ "x.bad.good.example.com", true },
	{ "any.icu", true },
	{ "192.0.2.1", true },
	{ "192.0.2.7", false },
	{ "twice.example", false },
	{ "deep.1.2.3.4.5.6.7.8.9.10.example", false },
	{ "a.b.c.d.e.f.g.h.i.j.k.l.m.n.o.p.example.com", true },
	{ "", false },
};

static void
test_hosts(void **state)
{
	struct arena *arena = arena_new(SIZE_MAX);
	struct vec list = VEC_OF(struct slice, arena);
	const struct host_set *set;

	(void)state;
	for (size_t i = 0; i < sizeof(entries) / sizeof(entries[0]); i++)
		*(struct slice *)vec_push(&list) = entries[i];
	set = host_set_new(arena, &list);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (host_set_has(set, slice_of(cases[i].host)) != cases[i].want)
			fail_msg(
			    "%s: got %d, want %d", cases[i].host, !cases[i].want, cases[i].want);
	}
	assert_false(host_set_has(NULL, SLICE("example.com")));
	arena_free(&arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_hosts) };

	return cmocka_run_group_tests_name("host_set", tests, NULL, NULL);
}
