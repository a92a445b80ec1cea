/* test_eval_forged.c - eval_forged.c: Received fields against the provider that From names */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/engine/rules/eval_rows.h"

#define PLACE "by mx.example.org (Postfix) with ESMTP id 4ABC; Mon, 1 Jan 2024 10:00:00 +0000\n"
#define HOP "Received: from a.example (a.example [192.0.2.7])\n\t" PLACE
#define SIXTY "0123456789012345678901234567890123456789012345678901234567890"
#define EZMLM                                                   \
	"Mailing-List: contact x@lists.example; run by ezmlm\n" \
	"Delivered-To: mailing list x@lists.example\n"          \
	"Received: (qmail 12 invoked from network); 1 Jan 2024 10:00:00 -0000\n"
#define MSN_TO "To: <Birds@groups.msn.com>\n"
#define MSN_HOP \
	"Received: from mail pickup service by p04.groups.msn.com with Microsoft SMTPSVC; x\n"

static const struct eval_row rows[] = {
	{ "gated_through_received_hdr_remover()", "Subject: x\n\nx", true, false },
	{ "gated_through_received_hdr_remover()", HOP "\nx", false, false },
	{ "gated_through_received_hdr_remover()", EZMLM "\nx", true, false },
	{ "gated_through_received_hdr_remover()",
	    "Mailing-List: contact x@lists.example; run by ezmlm\n" HOP "\nx", false, false },
	{ "gated_through_received_hdr_remover()",
	    "Received: from groups.msn.com (a.msn.com [1.2.3.4]) by x\n\nx", true, false },
	{ "check_for_fake_aol_relay_in_rcvd()",
	    "Received: from x (HELO y) (1.2.3.4)\n by rly-xw01.mx.aol.com with QMQP; x\n\nx", true,
	    false },
	{ "check_for_fake_aol_relay_in_rcvd()",
	    "Received: from x by rly-xw01.mx.aol.com (8.8/8.8/AOL-5.0.0) with SMTP\n\nx", false,
	    false },
	{ "check_for_fake_aol_relay_in_rcvd()",
	    "Received: from rly-xw01.mx.aol.com by x with ESMTP id RELAYIN7\n\nx", false, false },
	{ "check_for_msn_groups_headers()",
	    "Return-Path: <Birds-bounce@groups.msn.com>\n" MSN_TO MSN_HOP
	    "Message-ID: <Birds-12@groups.msn.com>\n\nx",
	    true, false },
	{ "check_for_msn_groups_headers()",
	    "Return-Path: <Birds-bounce@groups.msn.com>\n" MSN_TO MSN_HOP
	    "Message-ID: <Bird-12@groups.msn.com>\n\nx",
	    false, false },
	{ "check_for_msn_groups_headers()",
	    "Return-Path: <x@groups.msn.com>\n" MSN_TO MSN_HOP
	    "Message-ID: <Birds-12@groups.msn.com>\n\nx",
	    false, false },
	{ "check_for_msn_groups_headers()",
	    "To: <notifications@groups.msn.com>\n" MSN_HOP
	    "Message-ID: <x@p04.groups.msn.com>\n\nx",
	    true, false },
	{ "check_for_msn_groups_headers()",
	    "To: <notifications@groups.msn.com>\n" MSN_HOP "Message-ID: <@p04.groups.msn.com>\n\nx",
	    false, false },
	{ "check_for_forged_hotmail_received_headers()",
	    "Received: from hotmail.com (x.example [1.2.3.4])\n\t" PLACE "\nx", true, false },
	{ "check_for_forged_hotmail_received_headers()", "From: a@hotmail.com\n" HOP "\nx", false,
	    false },
	{ "check_for_no_hotmail_received_headers()", "From: a@hotmail.com\n" HOP "\nx", true,
	    false },
	{ "check_for_no_hotmail_received_headers()", "From: a@nothotmail.com\n" HOP "\nx", false,
	    false },
	{ "check_for_forged_hotmail_received_headers()",
	    "Received: from hotmail.com (f1.law8.hotmail.com [1.2.3.4])\n\t" PLACE
	    "X-Originating-IP: [5.6.7.8]\n\nx",
	    false, false },
	{ "check_for_forged_hotmail_received_headers()",
	    "Received: from hotmail.com (f1.law8.hotmail.com [1.2.3.4])\n\t" PLACE
	    "X-Originating-IP: [5.6.7.888]\n\nx",
	    true, false },
	{ "check_for_no_hotmail_received_headers()",
	    "From: a@hotmail.com\nX-OriginatorOrg: outlook-msonline-outlook-x\n"
	    "Received: from VI1.eurprd04.prod.outlook.com (2603:10a6:802:b::13)\n\t" PLACE "\nx",
	    false, false },
	{ "check_for_forged_eudoramail_received_headers()", "From: a@eudoramail.com\n" HOP "\nx",
	    true, false },
	{ "check_for_forged_eudoramail_received_headers()",
	    "From: a@eudoramail.com\nX-Sender-Ip: 1.2.3.4\n"
	    "Received: from x by m.whowhere.com; x\n\nx",
	    false, false },
	{ "check_for_forged_yahoo_received_headers()", "From: a@yahoo.com\n" HOP "\nx", true,
	    false },
	{ "check_for_forged_yahoo_received_headers()", "From: a@yahoo.com\n\nx", false, false },
	{ "check_for_forged_yahoo_received_headers()",
	    "From: a@yahoo.com\nReceived: from x (m.mail.yahoo.com [1.2.3.4])\n\t" PLACE "\nx",
	    false, false },
	{ "check_for_forged_yahoo_received_headers()",
	    "From: a@yahoo.com\nReceived: from [1.2.3.4] by web1.mail.x.yahoo.com\n"
	    " via HTTP; x\n" HOP "\nx",
	    false, false },
	{ "check_for_forged_yahoo_received_headers()",
	    "From: a@yahoo.com\nResent-From: b@b.example\nResent-To: c@c.example\n"
	    "X-Received: x by smtp1.x.yahoo.com with SMTP\n" HOP "\nx",
	    false, false },
	{ "check_for_forged_yahoo_received_headers()",
	    "From: a@yahoo.com\nX-Received: x by smtp1.x.yahoo.com with SMTP\n" HOP "\nx", true,
	    false },
	{ "check_for_forged_yahoo_received_headers()",
	    "From: a@reply.yahoo.com\nReceived: x mailer1.bulk.scd.yahoo.com\n\nx", false, false },
	{ "check_for_forged_juno_received_headers()", "From: a@juno.com\n" HOP "\nx", true, false },
	{ "check_for_forged_juno_received_headers()",
	    "From: a@juno.com\nX-Originating-IP: x\nX-Mailer: Juno 5\n"
	    "Received: from m.juno.com (m.untd.com [1.2.3.4]) by x\n\nx",
	    false, false },
	{ "check_for_forged_juno_received_headers()",
	    "From: a@juno.com\nX-Originating-IP: x\nX-Mailer: Juno 5\n" HOP "\nx", true, false },
	{ "check_for_forged_gmail_received_headers()", "From: a@gmail.com\n" HOP "\nx", true,
	    false },
	{ "check_for_forged_gmail_received_headers()",
	    "From: a@gmail.com\nX-Gm-Message-State: " SIXTY "\nX-Google-Smtp-Source: " SIXTY
	    "\n\nx",
	    false, false },
	{ "check_for_forged_gmail_received_headers()",
	    "From: a@gmail.com\nX-Received: by 2002:a05:6214:1 with SMTP id x\n\nx", false, false },
	{ "check_for_forged_gmail_received_headers()",
	    "From: a@gmail.com\nReceived: by smtp.googlemail.com with ESMTPSA id x\n\nx", false,
	    false },
	{ "check_for_forged_gw05_received_headers()",
	    HOP "Received: from a.example by gw05 with ESMTP; Thu, 21 Jun 2001 02:28:32 -0400\n\nx",
	    true, false },
	{ "check_for_forged_gw05_received_headers()",
	    HOP "Received: from a.example by g.w with ESMTP; Thu, 21 Jun 2001 02:28:32 -0400\n\nx",
	    false, false },
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

	return cmocka_run_group_tests_name("eval_forged", tests, NULL, NULL);
}
