/*
 * test_condition.c - conditions of `if` lines, by what SpamAssassin 4.0.1 makes of them
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "conf/spamassassin/condition.h"

static const struct {
	const char *text;
	enum condition want;
} cases[] = {
	{ "1", CONDITION_TRUE },
	{ "0", CONDITION_FALSE },
	{ "version >= 3.004000", CONDITION_TRUE },
	{ "version == 4.000001", CONDITION_TRUE },
	{ "(version < 4.000000)", CONDITION_FALSE },
	{ "perl_version >= 5.018000", CONDITION_TRUE },
	{ "local_tests_only", CONDITION_TRUE },
	{ "!local_tests_only && version > 1", CONDITION_FALSE },
	{ "plugin(Mail::SpamAssassin::Plugin::DKIM)", CONDITION_TRUE },
	{ "plugin (Mail::SpamAssassin::Plugin::DKIM) && 1", CONDITION_TRUE },
	{ "plugin(Mail::SpamAssassin::Plugin::TextCat)", CONDITION_FALSE },
	{ "!plugin(Mail::SpamAssassin::Plugin::TextCat)", CONDITION_TRUE },
	{ "plugin(Mail::SpamAssassin::Plugin::RaciallyCharged)", CONDITION_TRUE },
	{ "plugin(Mail::SpamAssassin::Plugin::WhiteListSubject)", CONDITION_FALSE },
	{ "can(Mail::SpamAssassin::Conf::feature_bug6558_free)", CONDITION_TRUE },
	{ "can(Mail::SpamAssassin::Conf::feature_nobody_has)", CONDITION_FALSE },
	{ "has(Mail::SpamAssassin::Plugin::DKIM::check_dkim_signed)", CONDITION_TRUE },
	{ "has(Mail::SpamAssassin::Plugin::TextCat::check_language)", CONDITION_FALSE },
	{ "can(Mail::SpamAssassin::Conf::compat_welcomelist_blocklist)", CONDITION_TRUE },
	{ "can(Mail::SpamAssassin::Conf::compat_other)", CONDITION_FALSE },
	{ "(2 + 3) * 4 == 20 ? 0 : 1", CONDITION_FALSE },
	{ "foo", CONDITION_TRUE },
	{ "f", CONDITION_UNKNOWN_WORD },
	{ "foo(bar)", CONDITION_FALSE },
	{ "plugin", CONDITION_FALSE },
	{ "(1", CONDITION_FALSE },
	{ "", CONDITION_FALSE },
};

static void
conditions_are_as_spamassassins(void **state)
{
	struct arena *arena = arena_new(1 << 20);
	struct sa_plugins plugins = { .compats = VEC_OF(struct slice, arena) };
	struct err err;

	(void)state;
	sa_plugins_load(&plugins, SLICE("Mail::SpamAssassin::Plugin::DKIM"));
	*(struct slice *)vec_push(&plugins.compats) = SLICE("welcomelist_blocklist");
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		enum condition got = condition_value(
		    arena, &plugins, true, slice_of(cases[i].text), &err);

		if (got != cases[i].want)
			fail_msg("%s: got %d, want %d", cases[i].text, got, cases[i].want);
	}
	arena_free(&arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(conditions_are_as_spamassassins),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
