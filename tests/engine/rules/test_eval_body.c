/* test_eval_body.c - eval_body.c: capitals, blanks, stock reports and signatures */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/engine/rules/eval_rows.h"

#define TEN "ABCDEFGHIJ"
#define CAPS TEN " " TEN " " TEN " " TEN " " TEN " " TEN " " TEN " "

static const struct eval_row rows[] = {
	{ "check_blank_line_ratio('49', '50')", "Subject: x\n\na\n\n", true, false },
	{ "tvd_vertical_words('100', '100')", "Subject: xxxxxx\n\n       \n\na\n", false, false },
	{ "tvd_vertical_words('50', '200')", "Subject: x\n\na b c d e f\n", true, false },
	{ "check_for_uppercase('99', '100')", "Subject: x x\n\n" CAPS CAPS "\n", false, false },
	{ "check_for_uppercase('97', '100')", "Subject: x x\n\n" CAPS CAPS CAPS "\n", true, false },
	{ "check_for_uppercase('97', '100')",
	    "Subject: x x\nContent-Type: text/plain; charset=x-EUC-y\n\n" CAPS CAPS CAPS "\n",
	    false, false },
	{ "check_for_uppercase('97', '100')",
	    "Subject: x x\n\n" CAPS CAPS CAPS "\x1b$Babcdef\x1b(B abc \x1b(B\n", true, false },
	{ "check_stock_info('0')", "Subject: x\nContent-Type: text/html\n\nx\n", true, false },
	{ "check_stock_info('1')", "Subject: x\n\n  Trading Date : Monday\n", true, false },
	{ "check_stock_info('2')", "Subject: x\n\nCurrent Price: 2\nCURRENT price: 3\n", false,
	    false },
	{ "check_stock_info('2')", "Subject: x\n\nSymbol: ABC\n5 Day Target: 3\n", true, false },
	{ "check_stock_info('1')", "Subject: x\n\nx: Symbol: ABC\nSymbol\n", false, false },
	{ "check_stock_info('1')", "Subject: x\nContent-Type: text/html\n\nSymbol: ABC\n", false,
	    false },
	{ "plaintext_body_length('3', '3')", "Subject: x\n\nab\n-- \nAnn\nx\n", true, false },
	{ "plaintext_body_length('15')", "Subject: x\n\nab\n-- \nAnn\n", false, false },
	{ "plaintext_body_length('11', '11')", "Subject: x\n\nab\n-- \nAnn\n", false, false },
	{ "plaintext_sig_length('7', '7')", "Subject: x\n\nab\n-- \nAnn\nx\n", true, false },
	{ "plaintext_sig_length('5', '5')", "Subject: x\n\nab\n--\nAnn\n", true, false },
	{ "plaintext_sig_length('0', '0')", "Subject: x\n\nab\n--\nAn\n", true, false },
	{ "plaintext_sig_length('0', '0')", "Subject: x\n\nab\n---\nAnn\n -- \n", true, false },
	{ "plaintext_sig_length('0')", "Subject: x\nContent-Type: text/html\n\nx\n", false, false },
	{ "plaintext_body_sig_ratio('0.5', '0.59')", "Subject: x\n\nab\n-- \nAnn\n", false, false },
	{ "plaintext_body_sig_ratio('0.6', '0.6')", "Subject: x\n\nab\n-- \nAnn\n", true, false },
	{ "plaintext_body_sig_ratio('1000000')", "Subject: x\n\nab\n", true, false },
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

	return cmocka_run_group_tests_name("eval_body", tests, NULL, NULL);
}
