/* test_eval_authres.c - eval_authres.c and authres.c: which fields count, and what spoils one */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/engine/rules/eval_rows.h"

#define RELAYS                                                                               \
	"Received: from a.example (a.example [192.0.2.7]) by mx.example.org (Postfix) with " \
	"ESMTP id 4ABC; Mon, 1 Jan 2024 10:00:00 +0000\n"
#define TOP(value) "Authentication-Results: " value "\n" RELAYS "\nx"
#define BELOW(value) RELAYS "Authentication-Results: " value "\n\nx"
#define ARC(value) "ARC-Authentication-Results: " value "\n" RELAYS "\nx"
#define DKIM(result) "check_authres_result('dkim', '" result "')"
#define SPF(result) "check_authres_result('spf', '" result "')"

static const struct eval_row rows[] = {
	{ DKIM("pass"), TOP("mx.example.org; dkim=pass"), true, false },
	{ DKIM("PASS"), TOP("MX.example.org 1; DKIM / 1 = pass"), true, false },
	{ "check_authres_result('DKIM', 'pass')", TOP("mx; dkim=pass"), false, false },
	{ DKIM("missing"), TOP("mx; dkim=pass"), false, false },
	{ DKIM("missing"), TOP("mx; spf=pass"), true, false },
	{ DKIM("missing"), "Subject: x\n\nx", true, false },
	{ DKIM("pass"), "Subject: x\n\nx", false, false },
	/* only fields above the first Received of an outer host */
	{ DKIM("pass"), BELOW("mx; dkim=pass"), false, false },
	{ DKIM("missing"), BELOW("mx; dkim=pass"), true, false },
	/* the first result, but any pass */
	{ DKIM("fail"), TOP("mx; dkim=fail; dkim=neutral"), true, false },
	{ DKIM("neutral"), TOP("mx; dkim=fail; dkim=neutral"), false, false },
	{ DKIM("pass"), TOP("mx; dkim=fail; dkim=pass header.d=a.example"), true, false },
	{ DKIM("fail"), TOP("mx; dkim=fail\nAuthentication-Results: b; dkim=pass"), false, false },
	/* a field that cannot be read to its end does not count */
	{ DKIM("pass"), TOP("mx; dkim=pass; none"), false, false },
	{ DKIM("pass"), TOP("mx; dkim=pass; nonsense=pass"), false, false },
	{ DKIM("pass"), TOP("mx; dkim=pass; spf=maybe"), false, false },
	{ DKIM("pass"), TOP("mx; dkim=Pass"), false, false },
	{ DKIM("pass"), TOP("mx dkim=pass"), false, false },
	{ DKIM("pass"), TOP("dkim=pass; spf=pass"), false, false },
	{ DKIM("pass"), TOP("mx; dkim=pass header.x=1"), false, false },
	{ DKIM("pass"), TOP("mx; dkim=pass smtp.mailfrom=a"), false, false },
	{ DKIM("pass"), TOP("mx; dkim=pass header.d"), false, false },
	{ DKIM("pass"), TOP("mx; dkim=pass header.d="), false, false },
	{ DKIM("pass"), TOP("mx; dkim/x=pass"), false, false },
	{ DKIM("pass"), TOP("; dkim=pass"), false, false },
	/* comments, one at a place */
	{ DKIM("pass"), TOP("mx (a (b) c); (x) dkim (y) = (z) pass (1)"), true, false },
	{ DKIM("pass"), TOP("mx (a) (b); dkim=pass"), false, false },
	{ DKIM("pass"), TOP("mx (a; dkim=pass"), false, false },
	{ DKIM("pass"), TOP("mx; dkim=pass (2048-bit key) header.d=a.example header.i=@a.example;"),
	    true, false },
	/* reasons, actions, properties */
	{ DKIM("fail"), TOP("mx; dkim=fail reason=\"bad; \\\" sig\" header.d=x"), true, false },
	{ DKIM("fail"), TOP("mx; dkim=fail reason=bad action = none header.b=\"a b"), true, false },
	{ DKIM("fail"), TOP("mx; dkim=fail reason=<bad> header.d=x"), false, false },
	{ DKIM("fail"), TOP("mx; dkim=fail reason=<bad header.d=x"), true, false },
	{ DKIM("fail"), TOP("mx; dkim=fail reason="), false, false },
	{ SPF("pass"), TOP("mx; spf=pass smtp.mailfrom=bounce+a=b@x.example.org;dkim=none"), true,
	    false },
	{ SPF("pass"), TOP("mx; spf=pass smtp.mailfrom=<a@b.example>"), false, false },
	{ SPF("pass"), TOP("mx; spf=pass smtp.mailfrom=<a@b.example"), true, false },
	{ SPF("pass"), TOP("mx; spf=pass smtp.mailfrom=a.b.; dkim=none"), true, false },
	{ SPF("pass"), TOP("mx; spf=pass smtp.mailfrom=@a..b; dkim=none"), true, false },
	{ "check_authres_result('sender-id', 'hardfail')",
	    TOP("mx; sender-id=hardfail header.anything=x"), true, false },
	/* the server's name once more */
	{ SPF("pass"), TOP("mx.example; mx.example; spf=pass"), true, false },
	{ SPF("pass"), TOP("MX.example; MX.example; spf=pass"), false, false },
	/* ARC's have a number */
	{ SPF("pass"), ARC("i=1; mx; spf=pass"), true, false },
	{ SPF("pass"), ARC("i = 50 (x) ; mx; spf=pass"), true, false },
	{ SPF("pass"), ARC("i=51; mx; spf=pass"), false, false },
	{ SPF("pass"), ARC("i=0; mx; spf=pass"), false, false },
	{ SPF("pass"), ARC("I=1; mx; spf=pass"), false, false },
	{ SPF("pass"), ARC("mx; spf=pass"), false, false },
	{ SPF("pass"), TOP("i=1; mx; spf=pass"), false, false },
};

static void
test_rows(void **state)
{
	(void)state;
	eval_rows_check(rows, ROWS(rows), NULL, 0);
}

static const struct eval_row all_rows[] = {
	{ DKIM("pass"), BELOW("MX.example; dkim=pass"), true, false },
	{ DKIM("pass"), BELOW("mx.example.org; dkim=pass"), true, false },
	{ DKIM("pass"), BELOW("other.example; dkim=pass"), false, false },
	{ DKIM("pass"), BELOW("evil.example; dkim=pass"), false, false },
};

/* Servers that are believed, or not, and fields from everywhere. */
static void
test_lists(void **state)
{
	static const struct slice all[] = { { "all", 3 } };
	static const struct slice trusted[] = { { "mx.example", 10 }, { "evil.example", 12 },
		{ "mx.EXAMPLE.org", 14 } };
	static const struct slice ignored[] = { { "evil.example", 12 } };
	static const struct rule_list lists[] = {
		{ { "authres_networks", 16 }, all, 1, { 0 } },
		{ { "authres_trusted_authserv", 24 }, trusted, 3, { 0 } },
		{ { "authres_ignored_authserv", 24 }, ignored, 1, { 0 } },
	};

	(void)state;
	eval_rows_check(all_rows, ROWS(all_rows), lists, 3);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_lists),
	};

	return cmocka_run_group_tests_name("eval_authres", tests, NULL, NULL);
}
