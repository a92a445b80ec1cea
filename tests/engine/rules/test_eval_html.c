/* test_eval_html.c - eval_html.c: facts of any HTML part */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/engine/rules/eval_rows.h"

#define HTML "Content-Type: text/html; charset=utf-8\n\n"
#define TWO(first, second)                                                                    \
	"Content-Type: multipart/mixed; boundary=x\n\n--x\nContent-Type: text/html\n\n" first \
	"\n--x\nContent-Type: text/html\n\n" second "\n--x--\n"

static const struct eval_row rows[] = {
	{ "html_text_match('title', '(?i)invoice')", HTML "<title>Invoice 1</title>x", true,
	    false },
	{ "html_text_match('title', '/Invoice/')", HTML "<title>Invoice 1</title>x", false, false },
	{ "html_text_match('nonsense', '.')", HTML "<title>Invoice 1</title>x", false, false },
	{ "html_text_not_match('title', 'Bill')", HTML "<title>Bill</title><title>Invoice</title>x",
	    true, false },
	{ "html_text_not_match('title', 'Bill')", HTML "<title>Bill</title>x", false, false },
	{ "html_text_not_match('title', 'Bill')", HTML "x", false, false },
	{ "html_test('html')", HTML "x", true, false },
	{ "html_test('embeds')", HTML "<b>x</b>", false, false },
	{ "html_eval('embeds', '== 0')", HTML "<b>x</b>", false, false },
	{ "html_test('embeds')", TWO("<embed>", "y"), true, false },
	{ "html_range('bad_tag_ratio', '0.33', '0.34')", HTML "<b>x</b><nosuch>", true, false },
	{ "html_range('bad_tag_ratio', '0', '1')", HTML "<nosuch>", false, false },
	{ "html_range('non_element_ratio', '0.5', '1')", HTML "<b>x</b><nosuch><nosuch>", false,
	    false },
	{ "html_range('non_element_ratio', '0.4', '0.5')", HTML "<b>x</b><nosuch><nosuch>", true,
	    false },
	{ "html_range('closed_extra_ratio', '0.3', '0.34')", HTML "<b>x</b></b>", true, false },
	{ "html_range('length', '7')", HTML "\xc3\xa9\xc3\xa9xxxxx", false, false },
	{ "html_range('length', '6', 'inf')", HTML "\xc3\xa9\xc3\xa9xxxxx", true, false },
	{ "html_eval('length', '< 2 + 4')", HTML "short", true, false },
	{ "html_eval('length', '< 10.5')", HTML "short", false, false },
	{ "html_eval('length', '1')", HTML "short", false, false },
	{ "html_tag_balance('b', '!= 0')", HTML "<b><b>x</b>", true, false },
	{ "html_tag_balance('B', '!= 0')", HTML "<b>x", false, false },
	{ "html_tag_balance('b', '== 0')", HTML "x", false, false },
	{ "html_tag_exists('img')", TWO("<img>", "y"), true, false },
	{ "html_image_only('0', '10')", HTML "x</img>", true, false },
	{ "html_image_ratio('0.09', '0.1')", HTML "<img width=5 height=2>a ", true, false },
	{ "html_title_subject_ratio('1.9')",
	    "Subject: x\n" HTML "<title>a\xc3\xa9\xc3\xa9\xc3\xa9</title>", true, false },
	{ "html_title_subject_ratio('2')",
	    "Subject: x\n" HTML "<title>a\xc3\xa9\xc3\xa9\xc3\xa9</title>", false, false },
	{ "html_title_subject_ratio('0')", HTML "<title>a</title>", false, false },
	{ "html_charset_faraway()",
	    HTML "<meta http-equiv=content-type content=\"text/html; charset=gb2312\">", false,
	    false },
	{ "check_iframe_src()", HTML "<iframe srcset=\"http://a.example/\"></iframe>", false,
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

	return cmocka_run_group_tests_name("eval_html", tests, NULL, NULL);
}
