/* test_eval.c - eval.c and its families: how calls are read, what functions say of messages */
#include "engine/rules/eval.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/engine/scan_helper.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct {
	const char *call;
	const char *want; /* the error; "": none */
} calls[] = {
	{ "check_no_relays()", "" },
	{ " check_no_relays ( ) ", "" },
	{ "check_for_shifted_date(-6, inf)", "" },
	{ "check_for_shifted_date('-6','undef')", "" },
	{ "check_for_shifted_date(\"1.5\" , .5)", "" },
	{ "html_text_match('comment', '/a,(b)/i')", "" },
	{ "html_range(length, 1, 2)", "" },
	{ "check_for_mime(mime_attachment)", "" },
	{ "no_such_function()", "there is no function no_such_function()" },
	{ "check_no_relays", "a function is called as name(argument, 'argument')" },
	{ "check_no_relays(", "the call has no closing ) (byte 17)" },
	{ "check_no_relays() x", "something stands behind the call (byte 17)" },
	{ "check_no_relays(1)", "check_no_relays() takes 0 arguments, not 1" },
	{ "check_for_shifted_date(1)", "check_for_shifted_date() takes 2 arguments, not 1" },
	{ "check_base64_length()", "check_base64_length() takes 1 to 2 arguments, not 0" },
	{ "check_for_shifted_date(1, x)", "\"x\" is no number" },
	{ "check_for_shifted_date(1, 1e3)", "\"1e3\" is no number" },
	{ "check_for_shifted_date(1,)", "expected , and an argument, or ) (byte 26)" },
	{ "check_for_shifted_date(1 2)", "expected , and an argument, or ) (byte 26)" },
	{ "check_for_shifted_date('1, 2)", "expected an argument, in quotes or bare (byte 24)" },
	{ "check_for_shifted_date($, 2)", "expected an argument, in quotes or bare (byte 24)" },
	{ "check_for_shifted_date(1,2,3,4,5,6,7)",
	    "check_for_shifted_date() takes 2 arguments, not 7" },
	{ "check_for_mime(mime_nonsense)", "the function knows no \"mime_nonsense\"" },
	{ "html_test(nonsense)", "the function knows no \"nonsense\"" },
	{ "check_msg_parse_flags(nonsense)", "the function knows no \"nonsense\"" },
	{ "check_from_in_list(NOBODY)", "no list is named \"NOBODY\"" },
	{ "check_attachment_name('/(/')",
	    "the pattern does not compile: missing closing parenthesis (byte 3)" },
};

static void
test_calls(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(calls); i++) {
		const struct rule_def def = { .name = SLICE("F"),
			.kind = RULE_FUNCTION,
			.expression = slice_of(calls[i].call) };
		struct problems problems = { { 0 } };
		struct ruleset *ruleset = helper_build(&def, 1, NULL, &problems);
		struct buf want = { 0 };

		if (calls[i].want[0] != '\0')
			buf_printf(&want, "e F: %s\n", calls[i].want);
		if (strcmp(buf_text(&problems.text), buf_text(&want)) != 0)
			fail_msg("%s: got %s, want %s", calls[i].call, buf_text(&problems.text),
			    buf_text(&want));
		buf_clear(&want);
		buf_clear(&problems.text);
		ruleset_unref(&ruleset);
	}
}

#define PLAIN "MIME-Version: 1.0\nContent-Type: text/plain\n\n"
#define HTML "MIME-Version: 1.0\nContent-Type: text/html; charset=utf-8\n\n"
#define ATTACH(name, type, body)                                                                   \
	"MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=x\n\n--x\nContent-Type: " type \
	"\nContent-Disposition: attachment; filename=\"" name "\"\n\n" body "\n--x--\n"
#define TEN "0123456789"
#define CAPS "ABCD efgh ABCD efgh ABCD efgh ABCD efgh "
#define LINE "ABCDEFGHIJABCDEFGHIJABCDEFGHIJABCDEFGHIJABCDEFGHIJABCDEFGHIJABCDE\n"
#define QP                                              \
	"MIME-Version: 1.0\nContent-Type: text/plain\n" \
	"Content-Transfer-Encoding: quoted-printable\n\n"
#define MULTI "MIME-Version: 1.0\nContent-Type: multipart/alternative; boundary=x\n"
#define BOTH(text, html)                                                                           \
	MULTI "\n--x\nContent-Type: text/plain\n\n" text "\n--x\nContent-Type: text/html\n\n" html \
	      "\n--x--\n"
#define FETCHED                                                                                 \
	"Received: from mail.example.net [192.0.2.9] by localhost with IMAP (fetchmail-6) for " \
	"a@localhost (single-drop); Mon, 1 Jan 2024 12:00:00 +0000\n"
#define LOCAL                                                                      \
	"Received: from localhost (localhost [127.0.0.1]) by mx.example.net with " \
	"ESMTP id 1; Mon, 1 Jan 2024 12:00:00 +0000\n"
#define RECEIVED                                                                                   \
	"Received: from a.example (a.example [192.0.2.7]) by mx.example.org (Postfix) with ESMTP " \
	"id 4ABC; Mon, 1 Jan 2024 10:00:00 +0000\n"

static const struct {
	const char *call;
	const char *message;
	bool want;
} rows[] = {
	{ "check_for_missing_to_header()", "From: a@b.com\n\nx", true },
	{ "check_for_missing_to_header()", "To:\n\nx", false },
	{ "check_for_missing_to_header()", "Cc: a@b.com\n\nx", true },
	{ "check_for_missing_to_header()", "To: a@b.com\n\nx", false },
	{ "check_for_missing_to_header()", "Apparently-To: a@b.com\n\nx", false },
	{ "check_header_count_range(Subject, 2, 999)", "Subject: x\nSubject: y\n\nx", true },
	{ "check_header_count_range(Subject, 2, 999)", "Subject: x\nSubject: x\n\nx", false },
	{ "check_illegal_chars(Subject, 0.00, 2)", "Subject: \xe9\xe9\xe9 abc\n\nx", true },
	{ "check_illegal_chars(Subject, 0.5, 2)", "Subject: \xe9\xe9\xe9 abc\n\nx", false },
	{ "check_illegal_chars(Subject, 0.00, 2)", "Subject: \xc3\xa9\xc3\xa9 abc\n\nx", false },
	{ "check_illegal_chars(Subject, 0.00, 2)", "Subject: \x01\x02 abc\n\nx", true },
	{ "check_illegal_chars(Subject, 0.00, 1)", "Subject: \xa3 abc\n\nx", false },
	{ "check_illegal_chars(Subject, 0.00, 1)", "Subject: \xa3\xa3 abc\n\nx", true },
	{ "check_illegal_chars(From, 0.00, 1)", "From: \xa3 abc\n\nx", true },
	{ "check_illegal_chars('From:raw', 0.00, 1)", "From: \x7f abc\n\nx", true },
	{ "check_illegal_chars(From, 0.00, 1)", "From: \x01\xc3\xa9\n\nx", true },
	{ "check_illegal_chars(ALL, 0.00, 2)", "From: \xe9 abc\nTo: \xe9\n\nx", true },
	{ "subject_is_all_caps()", "Subject: Antwort: Re: BUY CHEAP STUFF\n\nx", true },
	{ "subject_is_all_caps()", "Subject: =?koi8-r?Q?BUY_CHEAP_STUFF_NOW?=\n\nx", false },
	{ "subject_is_all_caps()", "Subject: RE: BUY CHEAP STUFF NOW\n\nx", true },
	{ "subject_is_all_caps()", "Subject: BUYCHEAPSTUFFNOW\n\nx", false },
	{ "subject_is_all_caps()", "Subject: ABC DE\n\nx", false },
	{ "subject_is_all_caps()", "Subject: 12345 67890 !!\n\nx", false },
	{ "subject_is_all_caps()", "Subject: 12345 67890 A!!\n\nx", true },
	{ "subject_is_all_caps()", "Subject: BUY cHEAP STUFF NOW\n\nx", false },
	{ "check_unresolved_template()", "X-Mailer: %FOO_BAR\n\nx", true },
	{ "check_unresolved_template()", "X-Mailer: 5%Of\n\nx", false },
	{ "check_unresolved_template()", "Subject: %FOO_BAR\n\nx", false },
	{ "check_for_to_in_subject(user)", "To: bob@b.com\nSubject: bob, hi\n\nx", true },
	{ "check_for_to_in_subject(user)", "To: bob@b.com\nSubject: bob - hi\n\nx", true },
	{ "check_for_to_in_subject(user)", "To: bob@b.com\nSubject: bob hi\n\nx", false },
	{ "check_for_to_in_subject(user)", "To: bob@b.com\nSubject: bob,hi\n\nx", false },
	{ "check_for_to_in_subject(user)", "To: bob@b.com\nSubject: Bob, hi\n\nx", false },
	{ "check_for_to_in_subject(address)", "To: bob@b.com\nSubject: xbob@b.com\n\nx", false },
	{ "check_for_to_in_subject(address)", "To: bob@b.com\nSubject: BOB@b.com.\n\nx", true },
	{ "check_for_to_in_subject(address)", "To: bob@b.com\nSubject: is bob@b.com\n\nx", true },
	{ "check_for_to_in_subject(user)", "To: bob@b.com\nSubject: BOB\n\nx", true },
	{ "check_for_to_in_subject(user)", "To: bob@b.com\nSubject: Re: bob\n\nx", true },
	{ "check_for_to_in_subject(user)", "To: bob@b.com\nSubject: fw: hi  Bob\n\nx", true },
	{ "check_for_to_in_subject(user)", "To: bob@b.com\nSubject: fw: hi you bob\n\nx", false },
	{ "check_for_to_in_subject(user)", "To: bob@b.com\nSubject: , Bob!\n\nx", true },
	{ "check_for_to_in_subject(user)", "To: bob@b.com\nSubject: hi, Bob!\n\nx", false },
	{ "check_equal_from_domains()", "From: a@x.b.com\nReturn-Path: <a@y.b.com>\n\nx", false },
	{ "check_equal_from_domains()", "From: a@b.com\nReturn-Path: <a@c.com>\n\nx", true },
	{ "check_equal_from_domains()", "From: a@b.com\n\nx", false },
	{ "check_replyto_other_domain()", "From: a@x.example.com\nReply-To: b@example.com\n\nx",
	    false },
	{ "check_replyto_other_domain()", "From: a@example.com\nReply-To: b@example.net\n\nx",
	    true },
	{ "sorted_recipients()",
	    "To: a@x.com, b@x.com, c@x.com, d@x.com, e@x.com, f@x.com, g@x.com\n\nx", true },
	{ "sorted_recipients()",
	    "To: a@x.com, b@x.com, c@x.com, e@x.com, d@x.com, f@x.com, g@x.com\n\nx", false },
	{ "similar_recipients(0.65, undef)",
	    "To: bob1@x.com, bob2@x.com, bob3@x.com, bob4@x.com, bob5@x.com\n\nx", true },
	{ "similar_recipients(2, 2.1)",
	    "To: ab@xy1.c, ab1@xy2.c, ab2@xy3.c, ab3@xy4.c, ab4@xy5.c\n\nx", true },
	{ "sorted_recipients()",
	    "To: A@x.com, a@x.com, B@x.com, C@x.com, D@x.com, E@x.com, F@x.com, G@x.com\n\nx",
	    true },
	{ "sorted_recipients()",
	    "To: a@x.com, B@x.com, c@x.com, d@x.com, e@x.com, f@x.com, g@x.com\n\nx", false },
	{ "sorted_recipients()",
	    "To: a@x.com\nBcc: b@x.com, c@x.com, d@x.com, e@x.com, f@x.com, g@x.com\n\nx", true },
	{ "similar_recipients(0, 0.1)", "To: a@x.c, a@x.c, a@x.c, a@x.c, a@x.c\n\nx", true },
	{ "similar_recipients(0.65, undef)",
	    "To: bob1@x.com, ann2@x.com, cat3@x.com, bob4@y.com, eve5@x.com\n\nx", false },
	{ "check_for_mime(mime_attachment)", ATTACH("a.txt", "text/plain", "x"), true },
	{ "check_for_mime(mime_bad_iso_charset)", "Content-Type: text/plain; charset=iso-ir-6\n\nx",
	    true },
	{ "check_for_mime(mime_bad_iso_charset)",
	    "Content-Type: text/plain; charset=iso-8859-15\n\nx", false },
	{ "check_for_mime(mime_bad_iso_charset)",
	    "Content-Type: text/plain; charset=iso-8859-100\n\nx", true },
	{ "check_for_mime(mime_base64_encoded_text)",
	    "MIME-Version: 1.0\nContent-Type: text/plain\nContent-Transfer-Encoding: "
	    "base64\n\nYWJj\n",
	    true },
	{ "check_for_mime(mime_base64_encoded_text)",
	    "MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n"
	    "Content-Transfer-Encoding: base64\n\nYWJj\n",
	    false },
	{ "check_base64_length(5)",
	    "MIME-Version: 1.0\nContent-Type: text/plain\nContent-Transfer-Encoding: "
	    "base64\n\nYWJj\n",
	    true },
	{ "check_base64_length(6)",
	    "MIME-Version: 1.0\nContent-Type: text/plain\nContent-Transfer-Encoding: "
	    "base64\n\nYWJj\n",
	    false },
	{ "check_for_mime_html()", HTML "<b>x</b>", true },
	{ "check_for_mime_html_only()", HTML "<b>x</b>", true },
	{ "check_for_mime_html_only()", PLAIN "x", false },
	{ "check_msg_parse_flags(missing_head_body_separator)", "Subject: x\nnot a header\ny\nz\nu",
	    true },
	{ "check_for_ascii_text_illegal()", PLAIN "ab\xe9", true },
	{ "check_for_ascii_text_illegal()", PLAIN "abc", false },
	{ "check_abundant_unicode_ratio(0.05)", PLAIN "&#x1234;&#x1235; abc abc", true },
	{ "check_attachment_runs()", ATTACH("a.exe", "application/octet-stream", "x"), true },
	{ "check_attachment_runs()", ATTACH("a.txt .. ", "text/plain", "x"), false },
	{ "check_attachment_runs()", ATTACH("a.exe. ", "application/octet-stream", "x"), true },
	{ "check_attachment_runs()",
	    ATTACH("a.dat", "application/octet-stream", "MZ" TEN TEN TEN TEN TEN TEN TEN), true },
	{ "check_attachment_double_extension()", ATTACH("invoice.pdf.exe", "application/x", "x"),
	    true },
	{ "check_attachment_double_extension()", ATTACH("setup.exe", "application/x", "x"), false },
	{ "check_attachment_disguised()", ATTACH("a.exe", "image/jpeg", "x"), true },
	{ "check_attachment_disguised()", ATTACH("a.exe", "application/x", "x"), false },
	{ "check_attachment_name('/\\.docm$/i')", ATTACH("A.DOCM", "application/x", "x"), true },
	{ "check_attachment_type('/x-evil/')", ATTACH("a", "application/x-evil", "x"), true },
	{ "html_test(html)", HTML "<b>x</b>", true },
	{ "html_test(html)", PLAIN "x", false },
	{ "html_tag_exists(blink)", HTML "<BLINK>x</BLINK>", true },
	{ "html_tag_balance(b, '> 0')", HTML "<b><b>x</b>", true },
	{ "html_image_only(0, 400)", HTML "<img src=\"http://a.example/x.png\">hi", true },
	{ "html_image_only(0, 400)", HTML "hi", false },
	{ "html_text_match(title, '(?i)invoice')", HTML "<title>Invoice 1</title>x", true },
	{ "html_text_match(comment, 'secret')", HTML "<!-- secret -->x", true },
	{ "html_eval(length, '< 100')", HTML "short", true },
	{ "html_eval(length, '>= 100')", HTML "short", false },
	{ "html_range(hidden_ratio, 0.3, 1)",
	    HTML "<div style=\"display:none\">hidden hidden hidden hidden</div>seen", true },
	{ "check_iframe_src()", HTML "<iframe src=\"http://a.example/\"></iframe>", true },
	{ "check_body_length(2)", PLAIN "x\n", true },
	{ "check_body_length(1)", PLAIN "x\n", false },
	{ "check_blank_line_ratio(59, 60, 1)", PLAIN "a\n\n\n\nb\n", true },
	{ "check_blank_line_ratio(0, 20, 1)", PLAIN "a\nb\n", true },
	{ "check_blank_line_ratio(0, 20, 9)", PLAIN "a\nb\n", true },
	{ "check_blank_line_ratio(-1, 0, 1)", PLAIN "a\nb\n", true },
	{ "check_blank_line_ratio(-1, 0, 9)", PLAIN "a\nb\n", false },
	{ "check_for_uppercase(49, 50)", PLAIN CAPS CAPS CAPS CAPS CAPS "\n", true },
	{ "check_for_uppercase(49, 50)", PLAIN CAPS CAPS CAPS CAPS "\n", false },
	{ "check_for_uppercase(-1, 0)", PLAIN CAPS CAPS CAPS CAPS "\n", true },
	{ "check_for_uppercase(49, 50)", PLAIN CAPS CAPS CAPS CAPS CAPS "123456\n", false },
	{ "check_for_uppercase(49, 50)", PLAIN CAPS CAPS CAPS CAPS CAPS "\n\n" LINE LINE LINE,
	    true },
	{ "check_for_uppercase(49, 50)", PLAIN CAPS CAPS CAPS CAPS CAPS "\n\nA " LINE LINE, false },
	{ "check_for_uppercase(-1, 0)",
	    "Content-Type: text/plain; charset=koi8-r\n\n" CAPS CAPS CAPS CAPS CAPS "\n", true },
	{ "check_for_uppercase(49, 50)",
	    "Subject: ABCDE FGHIJ\nContent-Type: text/plain\n\n" CAPS CAPS CAPS CAPS CAPS "\n",
	    false },
	{ "check_for_uppercase(49, 50)", PLAIN CAPS CAPS CAPS CAPS CAPS "\x1b$BABC\x1b(B\n", true },
	{ "check_mime_multipart_ratio(0.5, 0.51)", BOTH("a", "bb"), true },
	{ "check_mime_multipart_ratio(0, 0.01)", BOTH("", "bb"), true },
	{ "check_mime_multipart_ratio(1, 1.01)", BOTH("a", ""), true },
	{ "check_mime_multipart_ratio(0.25, 0.26)",
	    BOTH("aaa\n--x\nContent-Type: text/x\n\na", "bbbb"), true },
	{ "check_mime_multipart_ratio(1, 1.01)", BOTH("a", "bb\n--x\nContent-Type: text/html\n\nb"),
	    true },
	{ "check_for_mime(mime_missing_boundary)", BOTH("a", "b"), false },
	{ "check_for_mime(mime_missing_boundary)", MULTI "\n--x\n\na\n", true },
	{ "check_for_mime(mime_missing_boundary)", MULTI "\n--x--\n--x\n\na\n", true },
	{ "check_for_mime(mime_missing_boundary)", MULTI "\na\n", false },
	{ "check_for_mime(mime_qp_count)", QP "a=41\n", true },
	{ "check_for_mime(mime_qp_count)", QP "a=3D=4a=E9=20\n", false },
	{ "check_for_mime(mime_qp_long_line)", QP "a\n" TEN TEN TEN TEN TEN TEN TEN "0123456789\n",
	    true },
	{ "check_for_mime(mime_qp_long_line)", QP TEN TEN TEN TEN TEN TEN TEN "012345678\n", true },
	{ "check_for_mime(mime_qp_long_line)", QP TEN TEN TEN TEN TEN TEN TEN "01234567\n", false },
	{ "check_for_matching_env_and_hdr_from()", "To: a@b.com\n\nx", true },
	{ "check_for_matching_env_and_hdr_from()", "From: a@b.com\n\nx", false },
	{ "check_blank_line_ratio(10, 100, 6)", PLAIN "a\n\n\n\nb\n", false },
	{ "tvd_vertical_words(99, 100)", PLAIN "a b c d e f g\n", true },
	{ "tvd_vertical_words(33, 34)", PLAIN "ab cd ef gh\n\nabcd\n", true },
	{ "tvd_vertical_words(14, 15)", PLAIN "abc def\n\nabcdefgh\n", true },
	{ "tvd_vertical_words(0, 1)", PLAIN "a b\n", false },
	{ "tvd_vertical_words(-1, 0)", PLAIN "a b\n", true },
	{ "tvd_vertical_words(50, 100)", PLAIN "a b c d e f g\n", true },
	{ "tvd_vertical_words(101, 102)", PLAIN "a b c d e f g\n", false },
	{ "check_body_words(2, 3)", PLAIN "two words\n", true },
	{ "check_mixed_scripts(1, inf)",
	    "MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n\np\xd0\xb0ypal\n", true },
	{ "check_mixed_scripts(1, inf)",
	    "MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n\n"
	    "\xd0\xb4\xd0\xb0 paypal\n",
	    false },
	{ "check_for_shifted_date(3, 6)", RECEIVED "Date: Mon, 1 Jan 2024 13:00:00 +0000\n\nx",
	    true },
	{ "check_for_shifted_date(-48, -23)", RECEIVED "Date: Sun, 31 Dec 2023 10:00:00 +0000\n\nx",
	    true },
	{ "check_for_shifted_date(-48, -24)", RECEIVED "Date: Sun, 31 Dec 2023 10:00:00 +0000\n\nx",
	    false },
	{ "check_for_shifted_date(1, 3)",
	    FETCHED RECEIVED "Date: Mon, 1 Jan 2024 12:00:00 +0000\n\nx", true },
	{ "check_for_shifted_date(-1, 1)",
	    LOCAL RECEIVED "Date: Mon, 1 Jan 2024 12:00:00 +0000\n\nx", true },
	{ "check_for_shifted_date(1, 3)",
	    LOCAL FETCHED RECEIVED "Date: Mon, 1 Jan 2024 12:00:00 +0000\n\nx", true },
	{ "check_for_shifted_date(-1, 1)", RECEIVED "Date: rubbish\n\nx", true },
	/* the oldest time is left out where it is the Date's */
	{ "check_for_shifted_date(1, 3)",
	    LOCAL RECEIVED "Date: Mon, 1 Jan 2024 14:00:00 +0000\n\nx", true },
	{ "check_for_shifted_date(-3, -1)",
	    LOCAL RECEIVED "Date: Mon, 1 Jan 2024 10:00:00 +0000\n\nx", true },
	{ "check_for_shifted_date(0, 1)", RECEIVED "Date: Mon, 1 Jan 2024 10:00:00 +0000\n\nx",
	    true },
	{ "check_for_shifted_date(3, 6)",
	    RECEIVED "Date: x\nDate: Mon, 1 Jan 2024 13:00:00 +0000\n\nx", true },
	{ "received_within_months(-2, -1)", RECEIVED "\nx", true },
	{ "received_within_months(0, undef)", RECEIVED "\nx", false },
	{ "received_within_months(640, 650)", "Subject: x\n\nx", true },
	{ "received_within_months()", "Subject: x\n\nx", true },
	{ "check_date_age(0, inf)", "Date: Mon, 1 Jan 2020 13:00:00 +0000\n\nx", true },
	{ "check_date_unreadable()", "Date: yesterday evening\n\nx", true },
	{ "check_date_unreadable()", "Date: Mon, 1 Jan 2024 13:00:00 +0000\n\nx", false },
	{ "check_no_relays()", "Subject: x\n\nx", true },
	{ "check_no_relays()", RECEIVED "\nx", false },
	{ "helo_ip_mismatch()",
	    "Received: from 198.51.100.9 (unknown [203.0.113.7]) by mx.example.org (Postfix) with "
	    "SMTP id 4ABC; Mon, 1 Jan 2024 10:00:00 +0000\n\nx",
	    true },
	{ "helo_ip_mismatch()",
	    "Received: from 203.0.113.9 (unknown [203.0.113.7]) by mx.example.org (Postfix) with "
	    "SMTP id 4ABC; Mon, 1 Jan 2024 10:00:00 +0000\n\nx",
	    false },
	{ "check_client_no_rdns()",
	    "Received: from a.example (unknown [203.0.113.7]) by mx.example.org (Postfix) with "
	    "SMTP id 4ABC; Mon, 1 Jan 2024 10:00:00 +0000\n\nx",
	    true },
	{ "check_uri_text_mismatch()",
	    HTML "<a href=\"http://evil.example.net/\">https://www.bank.com/login</a>", true },
	{ "check_uri_text_mismatch()", HTML "<a href=\"http://www.bank.com/\">bank.com</a>",
	    false },
	{ "check_https_ip_mismatch()",
	    HTML "<a href=\"http://192.0.2.1/\">https://www.bank.com/</a>", true },
	{ "check_uri_domain_count(2, inf)",
	    HTML "<a href=\"http://a.example.net/\">x</a><a href=\"http://b.example.com/\">x</a>",
	    true },
	{ "check_uri_from_domain()",
	    "From: a@example.com\n" HTML "<a href=\"http://b.example.com/\">x</a>", true },
};

static void
test_functions(void **state)
{
	struct slot *slot = helper_slot();
	struct buf failed = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct rule_def def = { .name = SLICE("F"),
			.kind = RULE_FUNCTION,
			.expression = slice_of(rows[i].call) };
		struct ruleset *ruleset = helper_build(&def, 1, NULL, NULL);
		struct arena *arena = arena_new(1 << 24);
		const struct verdict *verdict = helper_scan(
		    arena, ruleset, slot, slice_of(rows[i].message), NULL);

		if ((verdict->hit_count > 0) != rows[i].want)
			buf_printf(&failed, "%s: got %zu, want %d, on\n%s\n\n", rows[i].call,
			    verdict->hit_count, rows[i].want, rows[i].message);
		arena_free(&arena);
		ruleset_unref(&ruleset);
	}
	slot_free(&slot);
	if (failed.n > 0)
		fail_msg("%s", buf_text(&failed));
	buf_clear(&failed);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_calls),
		cmocka_unit_test(test_functions),
	};

	return cmocka_run_group_tests_name("eval", tests, NULL, NULL);
}
