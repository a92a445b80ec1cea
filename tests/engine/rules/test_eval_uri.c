/* test_eval_uri.c - eval_uri.c: links that show one address and lead to another */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/engine/rules/eval_rows.h"

#define HTML "Content-Type: text/html; charset=utf-8\n\n"

static const struct eval_row rows[] = {
	{ "check_https_ip_mismatch()", HTML "<a href=\"http://u@192.0.2.1/\">see https://x</a>",
	    true, false },
	{ "check_https_ip_mismatch()",
	    HTML "<a href=\"http://192.0.2.1/\">https://192.0.2.1 or https://x</a>", false, false },
	{ "check_https_ip_mismatch()", HTML "<a href=\"http://192.0.2.1/\">http://x</a>", false,
	    false },
	{ "check_https_ip_mismatch()", HTML "<a href=\"http://192.0.2/\">https://x</a>", false,
	    false },
	{ "check_https_http_mismatch('1', '10')",
	    HTML "<a href=\"http://evil.net/\">go to https://www.bank.com/</a>", true, false },
	{ "check_https_http_mismatch('1', '10')",
	    HTML "<a href=\"http://login.bank.com/\">https://www.bank.com/</a>", false, false },
	{ "check_https_http_mismatch('1', '10')",
	    HTML "<a href=\"http://192.0.2.1/\">https://www.bank.com/</a>", false, false },
	{ "check_https_http_mismatch('1', '10')",
	    HTML "<a href=\"http://evil.net/\">https://192.0.2.1/</a>", true, false },
	{ "check_https_http_mismatch('1', '10')",
	    HTML "<a href=\"http://evil.net/\">https://nosuchhost/</a>", false, false },
	{ "check_https_http_mismatch('1', '10')",
	    HTML "<a href=\"http://evil.net/\">http://www.bank.com/</a>", false, false },
	{ "check_https_http_mismatch('2', '3')",
	    HTML
	    "<a href=\"http://evil.net/\">https://www.bank.com/</a><a href=\"http://evil.net/\">x</a>",
	    false, false },
	{ "check_https_http_mismatch('2', '3')",
	    HTML
	    "<a href=\"http://evil.net/\">https://www.bank.com/</a><a href=\"http://evil.net/x\">x</a>",
	    true, false },
	{ "check_https_http_mismatch('2', '2')",
	    HTML
	    "<a href=\"http://evil.net/\">https://www.bank.com/</a><a href=\"http://evil.net/x\">x</a>",
	    false, false },
	{ "check_https_http_mismatch()",
	    HTML "<a href=\"http://evil.net/\">https://www.bank.com/</a>", true, false },
	{ "check_for_http_redirector()", "Subject: x\n\nhttp://a.com/?u=http://b.org/\n", true,
	    false },
	{ "check_for_http_redirector()", "Subject: x\n\nhttp://a.com/?u=http://www.a.com/\n", false,
	    false },
	{ "check_for_http_redirector()",
	    "Subject: x\n\nhttp://a.com/?u=http://a.com/http://b.org/\n", true, false },
	{ "check_for_http_redirector()", "Subject: x\n\nhttp://a.com/?u=http:///\n", false, false },
	{ "check_for_http_redirector()", "Subject: x\n\nhttp://a.com/ and http://b.org/\n", false,
	    false },
};

static void
test_rows(void **state)
{
	(void)state;
	eval_rows_check(rows, ROWS(rows), NULL, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_rows) };

	return cmocka_run_group_tests_name("eval_uri", tests, NULL, NULL);
}
