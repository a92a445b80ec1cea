/* test_eval_freemail.c - eval_freemail.c: which addresses are freemail, and which differ */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/engine/rules/eval_rows.h"

#define FROM "check_freemail_from()"
#define BODY "check_freemail_body()"
#define REPLYTO "check_freemail_replyto('replyto')"
#define REPLY "check_freemail_replyto('reply')"
#define HTML "MIME-Version: 1.0\nContent-Type: text/html\n\n"
#define FOUR "\n\na@x.com b@x.com c@x.com d@x.com\n"

static const struct eval_row rows[] = {
	{ FROM, "From: a@free.com\n\nx", true, false },
	{ FROM, "From: A@FREE.com\n\nx", true, false },
	{ FROM, "From: a@b.free.com\n\nx", false, false },
	{ FROM, "Return-Path: <a@free.com>\nFrom: a@b.com\n\nx", true, false },
	{ FROM, "From: a@wild.com\n\nx", true, false },
	{ FROM, "From: a@wild.co.uk\n\nx", false, false },
	{ FROM, "From: a@two.co.uk\n\nx", true, false },
	{ FROM, "From: a@q1.com\n\nx", true, false },
	{ FROM, "From: a@q12.com\n\nx", false, false },
	{ FROM, "From: a@bad_domain.com\n\nx", false, false },
	{ FROM, "From: welcome@free.com\n\nx", false, false },
	{ FROM, "From: a@wild.org\n\nx", false, false },
	/* nobody's */
	{ FROM, "From: info@free.com\n\nx", false, false },
	{ FROM, "From: infos@free.com\n\nx", true, false },
	{ FROM, "From: postmaster@free.com\n\nx", false, false },
	{ FROM, "From: undisclosed-recipients@free.com\n\nx", false, false },
	{ FROM, "From: request-0123456789abcdef@free.com\n\nx", false, false },
	{ FROM, "From: request-0123456789abcdeg@free.com\n\nx", true, false },
	{ FROM, "From: bounce-@free.com\n\nx", false, false },
	{ FROM, "From: 0123abcd.0123abcd@free.com\n\nx", false, false },
	{ FROM, "From: 0123abcd-0123-abcd-4567-0123456789ab@free.com\n\nx", false, false },
	{ FROM, "From: a=b=c@free.com\n\nx", false, false },
	{ FROM, "From: =b=c@free.com\n\nx", true, false },
	{ FROM, "From: a==c@free.com\n\nx", true, false },
	{ "check_freemail_from('\\d@')", "From: a1@free.com\n\nx", true, false },
	{ "check_freemail_from('\\d@')", "From: a@free.com\n\nx", false, false },
	{ "check_freemail_from('^A')", "From: A@free.com\n\nx", false, false },
	{ "check_freemail_header('Cc')", "Cc: x@b.com, a@free.com\n\nx", true, false },
	{ "check_freemail_header('Cc')", "To: a@free.com\n\nx", false, false },
	{ "check_freemail_header('Cc', '\\d@')", "Cc: a@free.com, a2@free.com\n\nx", true, false },
	{ "check_freemail_header('EnvelopeFrom')", "Return-Path: <a@free.com>\n\nx", true, false },
	/* the body */
	{ BODY, "Subject: x\n\nwrite to a@free.com\n", true, false },
	{ BODY, "Subject: x\n\nwrite to a@b.com\n", false, false },
	{ BODY, "Subject: x\n\n<a@free.com> wrote\n", false, false },
	{ BODY, HTML "<a href=\"mailto:A@free.com?subject=x\">here</a>", true, false },
	{ BODY, HTML "<a href=\"mailto:x%20<a@free.com>\">here</a>", false, false },
	{ BODY, HTML "<form action=\"mailto:a@free.com\">here</form>", false, false },
	{ "check_freemail_body('^a')", "Subject: x\n\nb@free.com a@free.com\n", true, false },
	{ "check_freemail_body('^a')", "Subject: x\n\nb@free.com c@free.com\n", false, false },
	/* too many */
	{ BODY, "Subject: x\n\na@free.com b@free.com A@free.com\n", true, false },
	{ BODY, "Subject: x\n\na@free.com b@free.com c@free.com\n", false, false },
	{ BODY, "Subject: x\n\na@free.com\n\na@x.com b@x.com c@x.com\n", true, false },
	{ BODY, "Subject: x\n\na@free.com" FOUR, false, false },
	/* From against Reply-To */
	{ REPLYTO, "From: a@free.com\nReply-To: b@free.com\n\nx", true, false },
	{ REPLYTO, "From: a@free.com\nReply-To: A@free.com\n\nx", false, false },
	{ REPLYTO, "From: a@free.com\nReply-To: b@x.com\n\nx", false, false },
	{ "check_freemail_replyto()", "From: a@free.com\nReply-To: b@free.com\n\nx", true, false },
	{ "check_freemail_replyto('what')", "From: a@free.com\nReply-To: b@free.com\n\nx", false,
	    false },
	{ REPLYTO, "Return-Path: <x-request@l.com>\nFrom: a@free.com\nReply-To: b@free.com\n\nx",
	    false, false },
	{ REPLYTO, "Return-Path: <no-reply@l.com>\nFrom: a@free.com\nReply-To: b@free.com\n\nx",
	    true, false },
	{ REPLYTO, "Return-Path: <no_reply@l.com>\nFrom: a@free.com\nReply-To: b@free.com\n\nx",
	    false, false },
	{ REPLYTO, "Return-Path: <a=b@l.com>\nFrom: a@free.com\nReply-To: b@free.com\n\nx", false,
	    false },
	{ REPLYTO, "Return-Path: <owner-x@l.com>\nFrom: a@free.com\nReply-To: b@free.com\n\nx",
	    false, false },
	/* Reply-To against the body */
	{ REPLYTO, "From: a@x.com\nReply-To: b@free.com\n\nto c@free.com", true, false },
	{ REPLYTO, "From: a@x.com\nReply-To: b@free.com\n\nto B@free.com", false, false },
	{ REPLYTO, "From: a@free.com\n\nto c@free.com", false, false },
	{ REPLY, "From: a@free.com\n\nto c@free.com", true, false },
	{ REPLY, "From: a@free.com\n\nto a@free.com", false, false },
	{ REPLY, "From: a@free.com\nReply-To: b@x.com\n\nto c@free.com", false, false },
	{ REPLY, "From: a@x.com\nReply-To: b@free.com\n\nto c@free.com", false, false },
};

static const struct slice domains[] = { { "free.com", 8 }, { "Wild.*", 6 }, { "two.*.*", 7 },
	{ "q?.com", 6 }, { "bad_domain.com", 14 } };
static const struct slice welcome[] = { { "welcome@free.com", 16 }, { "wild.org", 8 } };

static void
test_rows(void **state)
{
	static const struct rule_list lists[] = {
		{ { "freemail_domains", 16 }, domains, ROWS(domains), { 0 } },
		{ { "freemail_welcomelist", 20 }, welcome, ROWS(welcome), { 0 } },
	};

	(void)state;
	eval_rows_check(rows, ROWS(rows), lists, ROWS(lists));
}

static const struct eval_row lax_rows[] = {
	{ BODY, "Subject: x\n\na@free.com b@free.com c@free.com\n", true, false },
	{ BODY, "Subject: x\n\na@free.com" FOUR, true, false },
	{ FROM, "From: a@free.com\n\nx", true, false },
	{ FROM, "From: auth@free.com\n\nx", false, false },
	{ FROM, "From: def@free.com\n\nx", true, false },
	{ REPLYTO, "Return-Path: <x-request@l.com>\nFrom: a@free.com\nReply-To: b@free.com\n\nx",
	    true, false },
};

/* The settings. */
static void
test_settings(void **state)
{
	static const struct slice no[] = { { "0", 1 } }, yes[] = { { "1", 1 } };
	static const struct slice auth[] = { { "auth@*", 6 } }, def_auth[] = { { "def@*", 5 } };
	static const struct rule_list lists[] = {
		{ { "freemail_domains", 16 }, domains, ROWS(domains), { 0 } },
		{ { "freemail_skip_when_over_max", 27 }, no, 1, { 0 } },
		{ { "freemail_skip_bulk_envfrom", 26 }, no, 1, { 0 } },
		{ { "freemail_import_welcomelist_auth", 32 }, yes, 1, { 0 } },
		{ { "welcomelist_auth", 16 }, auth, 1, { 0 } },
		{ { "def_welcomelist_auth", 20 }, def_auth, 1, { 0 } },
	};

	(void)state;
	eval_rows_check(lax_rows, ROWS(lax_rows), lists, ROWS(lists));
}

static void
test_no_domains(void **state)
{
	static const struct eval_row none[] = {
		{ FROM, "From: a@free.com\n\nx", false, false },
		{ "check_freemail_header('From')", "From: a@free.com\n\nx", false, false },
		{ BODY, "Subject: x\n\na@free.com\n", false, false },
		{ REPLYTO, "From: a@free.com\nReply-To: b@free.com\n\nx", false, false },
	};

	(void)state;
	eval_rows_check(none, ROWS(none), NULL, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_settings),
		cmocka_unit_test(test_no_domains),
	};

	return cmocka_run_group_tests_name("eval_freemail", tests, NULL, NULL);
}
