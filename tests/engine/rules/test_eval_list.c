/* test_eval_list.c - eval_list.c and senders.c: whose addresses and which hosts are looked up */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/engine/rules/eval_rows.h"

#define FROM "check_from_in_list(L)"
#define TO "check_to_in_list(L)"
#define HOST "check_uri_host_listed(H)"
#define RECEIVED(for) "Received: from x by y with SMTP id 1 for " for "; Mon, 1 Jan 2024 10:00:00 +0000\n"
#define HTML "MIME-Version: 1.0\nContent-Type: text/html\n\n"

static const struct eval_row rows[] = {
	{ FROM, "From: X <a@shop.example>\n\nx", true, false },
	{ FROM, "From: X <A@Shop.Example>\n\nx", true, false },
	{ FROM, "From: X <a@b.shop.example>\n\nx", false, false },
	{ FROM, "From: a@b.example, a@shop.example\n\nx", true, false },
	{ FROM, "From: a@shop...example\n\nx", true, false },
	{ FROM, "From: a@b.example\nEnvelope-Sender: a@shop.example\n\nx", true, false },
	{ FROM, "From: a@b.example\nResent-Sender: a@shop.example\n\nx", true, false },
	{ FROM, "From: a@b.example\nX-Envelope-From: a@shop.example\n\nx", true, false },
	{ FROM, "Return-Path: <a@shop.example>\nFrom: a@b.example\n\nx", true, false },
	{ FROM, "From: a@b.example\nReply-To: a@shop.example\n\nx", false, false },
	{ FROM, "From: a@b.example\nSender: a@shop.example\n\nx", false, false },
	/* the topmost Resent-From stands for all, and its dots stay */
	{ FROM, "Resent-From: a@b.example\nFrom: a@shop.example\n\nx", false, false },
	{ FROM, "Resent-From: a@shop.example\nFrom: a@b.example\n\nx", true, false },
	{ FROM, "Resent-From: a@shop..example\nFrom: a@b.example\n\nx", false, false },
	{ FROM, "Resent-From: a@b.example\nResent-From: a@shop.example\n\nx", false, false },
	{ FROM, "Resent-From: nobody\nFrom: a@shop.example\n\nx", true, false },
	{ FROM, "Resent-From:\nFrom: a@shop.example\n\nx", true, false },
	{ "check_replyto_in_list(L)", "Reply-To: a@shop.example\n\nx", true, false },
	{ "check_replyto_in_list(L)", "Reply-To: a@b.example, a@shop.example\n\nx", false, false },
	{ "check_replyto_in_list(L)", "From: a@shop.example\n\nx", false, false },
	{ "check_envfrom_in_list(L)", "Return-Path: <a@shop.example>\n\nx", true, false },
	{ TO, "To: a@shop.example\n\nx", true, false },
	{ TO, "Cc: b@b.example, a@shop.example\n\nx", true, false },
	{ TO, "Bcc: a@shop.example\n\nx", false, false },
	{ TO, "X-Real-To: a@shop.example\n\nx", true, false },
	{ TO, "Resent-To: b@b.example\nTo: a@shop.example\n\nx", false, false },
	{ TO, "Resent-Cc: a@shop.example\nTo: b@b.example\n\nx", true, false },
	{ TO, RECEIVED("<a@shop.example>") "\nx", true, false },
	{ TO, RECEIVED("a@shop.example") "\nx", true, false },
	{ TO, RECEIVED("<a@shop.example> (x)") "\nx", false, false },
	{ TO, RECEIVED("<a@sh_op.example>") "\nx", false, false },
	{ TO, "Resent-To: b@b.example\n" RECEIVED("<a@shop.example>") "\nx", false, false },
	{ TO, RECEIVED("b") RECEIVED("b") RECEIVED("<a@shop.example>") "\nx", true, false },
	{ TO, RECEIVED("b") RECEIVED("b") RECEIVED("b") RECEIVED("<a@shop.example>") "\nx", false,
	    false },
	{ HOST, "Subject: x\n\nhttp://www.bad.com/\n", true, false },
	{ HOST, "Subject: x\n\nhttp://www.ok.bad.com/\n", false, false },
	{ HOST, "Subject: x\n\nsee x@bad.com\n", false, false },
	{ HOST, HTML "<a href=\"https://WWW.Bad.com:8080/\">x</a>", true, false },
	{ HOST, HTML "<a href=\"http://redirect.net/?u=http://bad.com/\">x</a>", true, false },
	{ HOST, HTML "<a href=\"mailto:x@bad.com\">x</a>", false, false },
	{ HOST, "DKIM-Signature: v=1; bd=x; d = www.bad.com; s=1\n\nx", true, false },
	{ HOST, "DomainKey-Signature: s=1;d=bad.com\n\nx", true, false },
	{ HOST, "DKIM-Signature: v=1; bd=bad.com; D=bad.com\n\nx", false, false },
	{ "check_uri_host_in_blocklist()", "Subject: x\n\nhttp://block.net/\n", true, false },
	{ "check_uri_host_in_blacklist()", "Subject: x\n\nhttp://block.net/\n", true, false },
	{ "check_uri_host_in_blocklist()", "Subject: x\n\nhttp://welcome.net/\n", false, false },
	{ "check_uri_host_in_welcomelist()", "Subject: x\n\nhttp://a.welcome.net/\n", true, false },
	{ "check_uri_host_in_whitelist()", "Subject: x\n\nhttp://block.net/\n", false, false },
	{ "check_fromname_brand(B, H)", "From: \"Big Bank\" <a@evil.example>\n\nx", true, false },
	{ "check_fromname_brand(B, H)", "From: \"Big Bank\" <a@mail.bad.com>\n\nx", false, false },
	{ "check_fromname_brand(B, H)", "From: \"Banking\" <a@evil.example>\n\nx", false, false },
};

static void
test_rows(void **state)
{
	static const struct slice addresses[] = { { "*@shop.example", 14 } };
	static const struct slice hosts[] = { { "BAD.com", 7 }, { "!ok.bad.com", 11 } };
	static const struct slice block[] = { { "block.net", 9 } };
	static const struct slice welcome[] = { { "welcome.net", 11 } };
	static const struct slice brands[] = { { "bank", 4 } };
	static const struct rule_list lists[] = {
		{ { "L", 1 }, addresses, 1, { 0 } },
		{ { "H", 1 }, hosts, 2, { 0 } },
		{ { "BLOCK", 5 }, block, 1, { 0 } },
		{ { "WELCOME", 7 }, welcome, 1, { 0 } },
		{ { "B", 1 }, brands, 1, { 0 } },
	};

	(void)state;
	eval_rows_check(rows, ROWS(rows), lists, ROWS(lists));
}

/* The lists that have functions of their own need not be there. */
static void
test_no_lists(void **state)
{
	static const struct eval_row none[] = {
		{ "check_uri_host_in_blocklist()", "Subject: x\n\nhttp://block.net/\n", false,
		    false },
		{ "check_uri_host_in_welcomelist()", "Subject: x\n\nhttp://block.net/\n", false,
		    false },
	};

	(void)state;
	eval_rows_check(none, ROWS(none), NULL, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_no_lists),
	};

	return cmocka_run_group_tests_name("eval_list", tests, NULL, NULL);
}
