/* test_mail_scan.c - mail_scan.c: addresses that stand in a text */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "engine/rules/mail_scan.h"
#include "engine/util/buf.h"

struct row {
	const char *text;
	const char *want; /* each with a blank behind it */
	bool without_uris, without_quotes;
};

static const struct row rows[] = {
	{ "me@example.org", "me@example.org ", false, false },
	{ "<me@example.org>, (you.two@a.b.example.com).", "me@example.org you.two@a.b.example.com ",
	    false, false },
	{ ".a@example.org a..b@example.org a.@example.org", "a@example.org b@example.org ", false,
	    false },
	{ "a@b a@example.nosuchtld a@-x.org @example.org a@", "", false, false },
	{ "a@example.org.", "a@example.org ", false, false },
	{ "a@1.2.3.4.example.org", "", false, false },
	{ "a@b@example.org", "b@example.org ", false, false },
	{ "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa@example.org", "",
	    false, false },
	{ "http://x.example/?m=me@example.org you@example.org",
	    "//x.example/?m=me@example.org you@example.org ", false, false },
	{ "http://x.example/?m=me@example.org you@example.org", "you@example.org ", true, false },
	{ "On Monday <me@example.org> wrote: you@example.org wrote:\n"
	  "him@example.org tel: mailto:her@example.org>",
	    "him@example.org her@example.org ", false, true },
};

static void
test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct mail_scanner scanner = { .text = slice_of(rows[i].text),
			.without_uris = rows[i].without_uris,
			.without_quotes = rows[i].without_quotes };
		struct buf got = { 0 };
		struct slice address;

		while (mail_scan_next(&scanner, &address))
			buf_printf(&got, "%.*s ", SLICE_ARG(address));
		assert_string_equal(buf_text(&got), rows[i].want);
		buf_clear(&got);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
	};

	return cmocka_run_group_tests_name("mail_scan", tests, NULL, NULL);
}
