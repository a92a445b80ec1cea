/* test_eval_bounce.c - eval_bounce.c: which quoted Received fields name one of our relays */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/engine/rules/eval_rows.h"

#define OURS "check_welcomelist_bounce_relays()"

static const struct eval_row rows[] = {
	{ "have_any_bounce_relays()", "Subject: x\n\nx", true, false },
	{ OURS, "Subject: x\n\nReceived: by mx.ours.example with SMTP\n", true, false },
	{ "check_whitelist_bounce_relays()",
	    "Subject: x\n\nReceived: by MX.Ours.example with SMTP\n", true, false },
	{ OURS, "Subject: x\n\n> > received: by relay7.ours.example with SMTP\n", true, false },
	{ OURS, "Subject: x\n\nReceived: by mx.theirs.example with SMTP\n", false, false },
	{ OURS, "Subject: x\n\nX-Received: by mx.ours.example with SMTP\n", false, false },
	{ OURS, "Subject: x\n\nReceived: by mx.ours.example", false, false },
	{ OURS, "Subject: x\n\nReceived: by mx.ours.example; now\n", false, false },
	/* a blank serves one host only */
	{ OURS, "Subject: x\n\nReceived: by a.b.example mx.ours.example with SMTP\n", false,
	    false },
	{ OURS, "Subject: x\n\nReceived: by a.b.example x mx.ours.example with SMTP\n", true,
	    false },
	/* folded; as it came the blank behind the fold is the only one */
	{ OURS, "Subject: x\n\nReceived: from x\n by mx.ours.example\n\twith SMTP\n", true, false },
	{ OURS, "Subject: x\n\ntext\n\nReceived: from x\n\tby mx.ours.example\n with SMTP\n", true,
	    false },
	{ OURS, "Subject: x\n\ntext\nReceived: from x\n by y\nFrom: mx.ours.example x\n", false,
	    false },
	{ OURS, "Subject: x\n\nhead\n\nFrom: a\n Received: by mx.ours.example x\n", true, false },
	{ OURS,
	    "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=x\n\n--x\nContent-Type: "
	    "message/rfc822\n\nReceived: from x by mx.ours.example with SMTP\nSubject: y\n\nz\n--x--\n",
	    true, false },
	{ OURS, "Received: from x by mx.ours.example with SMTP\n\nx", false, false },
};

static void
test_rows(void **state)
{
	static const struct slice hosts[] = { { "mx.ours.example", 15 },
		{ "relay*.ours.example", 19 } };
	static const struct rule_list list = { { "welcomelist_bounce_relays", 25 }, hosts, 2,
		{ 0 } };

	(void)state;
	eval_rows_check(rows, ROWS(rows), &list, 1);
}

static void
test_no_list(void **state)
{
	static const struct eval_row none[] = {
		{ "have_any_bounce_relays()", "Subject: x\n\nx", false, false },
		{ OURS, "Subject: x\n\nReceived: by mx.ours.example with SMTP\n", false, false },
	};

	(void)state;
	eval_rows_check(none, ROWS(none), NULL, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_no_list),
	};

	return cmocka_run_group_tests_name("eval_bounce", tests, NULL, NULL);
}
