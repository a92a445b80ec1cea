/* test_eval_antivirus.c - eval_antivirus.c: programs, and names that fit no type */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/engine/rules/eval_rows.h"

static const struct eval_row rows[] = {
	{ "check_microsoft_executable()", "Content-Type: application/x; name=\"a.SCR\"\n\nx\n",
	    true, false },
	{ "check_microsoft_executable()", "Content-Type: application/x; name=a.scrap\n\nx\n", false,
	    false },
	{ "check_microsoft_executable()", "Content-Disposition: attachment; filename=a.exe\n\nx\n",
	    false, false },
	{ "check_microsoft_executable()",
	    "Content-Transfer-Encoding: base64\nContent-Type: application/x\n\nTVqQAAMAAAAEAAAA\n",
	    true, false },
	{ "check_microsoft_executable()",
	    "Content-Transfer-Encoding: base64\nContent-Type: application/x\n\nAAAA\nTVqQAAMAAAAEAAAA\n",
	    false, false },
	{ "check_microsoft_executable()", "Subject: x\n\nbegin 644 a\nM35J0``,````$````\n", true,
	    false },
	{ "check_suspect_name()", "Content-Type: text/plain; name=a.b.txt\n\nx\n", false, false },
	{ "check_suspect_name()", "Content-Type: image/x; name=a.txt\n\nx\n", true, false },
	{ "check_suspect_name()", "Content-Type: application/x; name=a.gif\n\nx\n", true, false },
	{ "check_suspect_name()", "Content-Type: text/x-vcard; name=a.vcf\n\nx\n", false, false },
	{ "check_suspect_name()", "Content-Type: application/vnd.ms-excel; name=a.xls\n\nx\n",
	    false, false },
	{ "check_suspect_name()", "Content-Type: application/x-word; name=a.ppt\n\nx\n", true,
	    false },
	{ "check_suspect_name()", "Content-Type: application/octet-stream; name=a.gif\n\nx\n",
	    false, false },
	{ "check_suspect_name()", "Content-Type: image/png; name=gif\n\nx\n", false, false },
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

	return cmocka_run_group_tests_name("eval_antivirus", tests, NULL, NULL);
}
