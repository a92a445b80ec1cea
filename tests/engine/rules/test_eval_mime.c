/* test_eval_mime.c - eval_mime.c, mime_facts.c: charsets, encodings and boundaries of parts */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/engine/rules/eval_rows.h"

#define MULTI "Content-Type: multipart/alternative; boundary=x\n"
#define BASE64 "Content-Transfer-Encoding: base64\n"
#define QP "Content-Transfer-Encoding: quoted-printable\n\n"
#define TEN "0123456789"
#define EIGHTY TEN TEN TEN TEN TEN TEN TEN TEN

static const struct eval_row rows[] = {
	{ "check_for_mime('mime_bad_iso_charset')",
	    "Content-Type: text/plain; charset=xiso-ir-6\n\nx\n", true, false },
	{ "check_for_mime('mime_bad_iso_charset')",
	    "Content-Type: text/plain; charset=iso-2022-kr\n\nx\n", false, false },
	{ "check_for_mime('mime_bad_iso_charset')",
	    "Content-Type: text/plain; charset=iso-8859\n\nx\n", false, false },
	{ "check_for_mime('mime_html_charsets')", "Content-Type: text/plain; charset=1\n\nx\n",
	    false, false },
	{ "check_for_mime('mime_html_charsets')", "Subject: x\n\nx\n", true, false },
	{ "check_for_mime('mime_base64_encoded_text')",
	    BASE64 "Content-Type: text/x-vcard; charset=russian\n\nYWJj\n", true, false },
	{ "check_for_mime('mime_base64_encoded_text')",
	    BASE64 "Content-Type: text/plain\nContent-Disposition: inline\n\nYWJj\n", false,
	    false },
	{ "check_for_mime('mime_attachment')",
	    "Content-Disposition: inline; filename=attachment.txt\n\nx\n", true, false },
	{ "check_for_mime('mime_html_no_charset')", "Content-Type: text/html\n\nx\n", false,
	    false },
	{ "check_for_mime('mime_body_text_count')", "Content-Type: multipart/mixed\n\nx\n", false,
	    false },
	{ "check_for_mime('mime_body_text_count')", "Content-Type: text/html\n\nx\n", false,
	    false },
	{ "check_for_mime_html()", "Content-Type: text/html\nContent-Type: text/plain\n\nx\n", true,
	    false },
	{ "check_for_mime_html_only()",
	    MULTI
	    "\n--x\nContent-Type: text/html\n\nx\n--x\nContent-Type: text/enriched\n\nx\n--x--\n",
	    false, false },
	{ "check_for_mime('mime_qp_count')", QP "a=41\n", true, false },
	{ "check_for_mime('mime_qp_count')", QP "a=3D=E9=4a=20=09\n", false, false },
	{ "check_for_mime('mime_qp_count')", QP "a=20b\n", true, false },
	{ "check_for_mime('mime_qp_count')", QP "", true, false },
	{ "check_for_mime('mime_qp_count')", "Content-Transfer-Encoding: quoted-printable;\n\na\n",
	    true, false },
	{ "check_for_mime('mime_qp_long_line')",
	    "Content-Transfer-Encoding: quoted-printable;\n\n" EIGHTY "\n", false, false },
	{ "check_for_mime('mime_qp_long_line')", QP EIGHTY "\n", true, false },
	{ "check_for_mime('mime_qp_long_line')", QP "SPAM: " EIGHTY "\n", false, false },
	{ "check_qp_ratio('0.75')", QP "=41\n", false, false },
	{ "check_qp_ratio('0.25')", QP "=41\n", true, false },
	{ "check_qp_ratio('0')", "Subject: x\n\nx\n", true, false },
	{ "check_for_mime('mime_missing_boundary')", MULTI "\na\n--x--\n", true, false },
	{ "check_for_mime('mime_missing_boundary')",
	    MULTI
	    "\n--x\nContent-Type: multipart/mixed; boundary=y\n\n--y\n\na\n--x\nContent-Type: multipart/mixed; boundary=y\n\n--y\n\na\n--y--\n--x--\n",
	    false, false },
	{ "check_for_mime('mime_missing_boundary')",
	    MULTI
	    "\n--x\nContent-Type: multipart/mixed; boundary=y\n\n--y\n\na\n--y--\n--x\nContent-Type: multipart/mixed; boundary=y\n\n--y\n\na\n--x--\n",
	    true, false },
	{ "check_msg_parse_flags('mime_epilogue_exists')", MULTI "\n--x\n\na\n--x--\n\n.\n", false,
	    false },
	{ "check_msg_parse_flags('mime_epilogue_exists')", MULTI "\n--x\n\na\n--x--\n\n.a\n", true,
	    false },
	{ "check_msg_parse_flags('bare_cr')", "Subject: x\n\na\rb\n", false, false },
	{ "check_msg_oddity('bare_cr')", "Subject: x\n\na\rb\n", true, false },
	{ "check_msg_oddity('unclosed_boundary')", MULTI "\n--x\n\na\n", true, false },
	{ "check_base64_length('0', '0')", "Subject: x\n\nx\n", true, false },
	{ "check_base64_length('5')", BASE64 "Content-Type: application/ics\n\nYWJj\n", false,
	    false },
	{ "check_base64_length('4', '4')", BASE64 "Content-Type: image/x\n\nYWJj", true, false },
	{ "check_ma_non_text()",
	    MULTI
	    "\n--x\nContent-Type: application/rtf\n\na\n--x\nContent-Type: multipart/related; boundary=y\n\n--y\nContent-Type: image/gif\n\na\n--y--\n--x--\n",
	    false, false },
	{ "check_ma_non_text()", MULTI "\n--x\nContent-Type: image/gif\n\na\n--x--\n", true,
	    false },
	{ "check_for_ascii_text_illegal()", "Content-Type: text/plain; charset=utf-8\n\n\xe9\n",
	    false, false },
	{ "check_for_ascii_text_illegal()", "Content-Type: text/html\n\n\xe9\n", false, false },
	{ "check_for_ascii_text_illegal()", "Subject: x\n\na\rb\n", true, false },
	{ "check_for_ascii_text_illegal()", QP "=E9\n", false, false },
	{ "check_abundant_unicode_ratio('0.25')", "Subject: x\n\n&#x12AB;abc\n", true, false },
	{ "check_abundant_unicode_ratio('0.251')", "Subject: x\n\n&#x12AB;abc\n", false, false },
	{ "check_abundant_unicode_ratio('1')", "Subject: x\n\n&#x12AB;\n", false, false },
	{ "check_abundant_unicode_ratio('0.01')", "Subject: x\n\n&#x12ab;&#1234;\n", false, false },
	{ "check_abundant_unicode_ratio('0.01')", QP "&#x12AB;\n", false, false },
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

	return cmocka_run_group_tests_name("eval_mime", tests, NULL, NULL);
}
