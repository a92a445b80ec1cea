/* test_eval_ratware.c - eval_ratware.c: Message-IDs and envelopes of mailing programs */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/engine/rules/eval_rows.h"

/* The clock says 12 March 2004. */
#define OUTLOOK "Message-ID: <000001c40837$12345678$0a0b0c0d@x.example>\n"
#define CAPITALS "ABCDEFGHIJKLMNOPQRSTUVWXYZAB"
#define HOP                                                                                      \
	"Received: from a.example (a.example [192.0.2.7]) by mx.example.org with ESMTP id 4ABC;" \
	" Fri, 12 Mar 2004 10:00:00 +0000\n"

static const struct eval_row rows[] = {
	{ "check_outlook_message_id()", OUTLOOK "Date: Fri, 12 Mar 2004 12:00:00 +0000\n\nx", false,
	    false },
	{ "check_outlook_message_id()", OUTLOOK "Date: Sun, 14 Mar 2004 12:00:00 +0000\n\nx", true,
	    false },
	{ "check_outlook_message_id()", OUTLOOK "Date: x\n" HOP "\nx", false, false },
	{ "check_outlook_message_id()", OUTLOOK "\nx", true, false },
	{ "check_outlook_message_id()", "Message-ID: <1@x>\n\nx", false, false },
	{ "check_messageid_not_usable()", "List-Unsubscribe: <mailto:x-unsubscribe@y>\n" HOP "\nx",
	    true, false },
	{ "check_messageid_not_usable()",
	    "List-Unsubscribe: <mailto:x-unsubscribe@y>, <x>\n" HOP "\nx", false, false },
	{ "check_messageid_not_usable()", "Received: (iPlanet Messaging Server 5)\n\nx", true,
	    false },
	{ "check_messageid_not_usable()", "Subject: x\n\nx", true, false },
	{ "check_ratware_name_id()",
	    "Message-ID: <" CAPITALS ".a@x.example>\nFrom: \"Ann\" <a@x.example>\n\nx", true,
	    false },
	{ "check_ratware_name_id()",
	    "Message-ID: <" CAPITALS ".a@x.example>\nFrom: <a@x.example>, \"Ann\" <a@x.example>\n"
	    "\nx",
	    true, false },
	{ "check_ratware_name_id()",
	    "Message-ID: <" CAPITALS ".a@x.example>\nFrom: \"\" <a@x.example>\n\nx", false, false },
	{ "check_ratware_name_id()",
	    "Message-ID: <" CAPITALS ".b@x.example>\nFrom: \"Ann\" <a@x.example>\n\nx", false,
	    false },
	{ "check_ratware_envelope_from()",
	    "To: ann@mail.example.com\nReturn-Path: <list-example.com.ann@shop.net>\n\nx", true,
	    false },
	{ "check_ratware_envelope_from()",
	    "To: ann@mail.example.com\nReturn-Path: <listexample.com.ann@shop.net>\n\nx", false,
	    false },
	{ "check_ratware_envelope_from()",
	    "To: ann@example.com\nReturn-Path: <SRS0=example.com=ann@shop.net>\n\nx", false,
	    false },
	{ "check_ratware_envelope_from()",
	    "To: ann@mail.nowhere\nReturn-Path: <mail.nowhere.ann@shop.net>\n\nx", false, false },
	{ "check_for_unique_subject_id()", "Subject: offer      8723xy\n\nx", false, false },
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

	return cmocka_run_group_tests_name("eval_ratware", tests, NULL, NULL);
}
