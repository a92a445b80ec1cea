/* test_eval_relay.c - eval_relay.c and eval_trail.c: the hosts that a message passed */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/engine/rules/eval_rows.h"

#define HOP(helo, rdns, ip, by)                                                               \
	"Received: from " helo " (" rdns " [" ip "]) by " by " (Postfix) with SMTP id 4ABC; " \
	"Mon, 1 Jan 2024 10:00:00 +0000\n"
#define HELO(helo) HOP(helo, "unknown", "5.6.7.8", "mx.example.org")
#define OLD HOP("y", "host.example.net", "5.6.7.9", "relay.example.com")

static const struct eval_row rows[] = {
	{ "check_relays_unparseable()", "Received: from a b c d\n\nx", true, false },
	{ "check_for_no_rdns_dotcom_helo()", HELO("x.yahoo.com") "\nx", true, false },
	{ "check_for_no_rdns_dotcom_helo()", HELO("lycos.co.uk") "\nx", true, false },
	{ "check_for_no_rdns_dotcom_helo()", HELO("x-yahoo.com") "\nx", false, false },
	{ "check_for_no_rdns_dotcom_helo()", HELO("x.yahoo.com") OLD "\nx", false, false },
	{ "check_for_no_rdns_dotcom_helo()", OLD HELO("x.yahoo.com") "\nx", true, false },
	{ "check_for_no_rdns_dotcom_helo()",
	    HELO("x.yahoo.com") HOP("z", "unknown", "10.0.0.1", "y") "\nx", true, false },
	{ "helo_ip_mismatch()", HELO("5.6.8.1") "\nx", true, false },
	{ "helo_ip_mismatch()", HELO("5.6.7.1") "\nx", false, false },
	{ "helo_ip_mismatch()", HELO("[5.6.8.1]") "\nx", false, false },
	{ "helo_ip_mismatch()", HELO("10.6.8.1") "\nx", false, false },
	{ "check_for_numeric_helo()", HELO("5.6.8.1") "\nx", true, false },
	{ "check_for_numeric_helo()", HELO("10.6.8.1") "\nx", true, false },
	{ "check_for_numeric_helo()", HELO("a.5.6.8.1") "\nx", false, false },
	{ "check_for_numeric_helo()", HELO("5.6.8.1.a") "\nx", false, false },
	{ "check_for_illegal_ip()", HELO("300.6.8.1") "\nx", false, false },
	{ "check_for_sender_no_reverse()", HELO("a") OLD "\nx", true, false },
	{ "check_for_sender_no_reverse()", OLD HELO("a") "\nx", false, false },
	{ "check_for_from_domain_in_received_headers('example.com', 'true')",
	    "From: a@example.com\n" HOP("x", "a.example.com", "5.6.7.8", "b.example.com") "\nx",
	    true, false },
	{ "check_for_from_domain_in_received_headers('example.com', 'true')",
	    "From: a@example.com\n" HOP("x", "a.example.com", "5.6.7.8", "b.example.net") "\nx",
	    false, false },
	{ "check_for_from_domain_in_received_headers('example.com', 'false')",
	    "From: a@example.com\n" HOP("x", "a.example.com", "5.6.7.8", "b.example.net") "\nx",
	    true, false },
	{ "check_for_from_domain_in_received_headers('example.com', 'false')",
	    "From: a@example.net\n" HELO("x") "\nx", false, false },
	/* two hops where the name of one and the next one's "by" disagree */
	{ "check_for_forged_received_trail()", OLD OLD OLD "\nx", true, false },
	{ "check_for_forged_received_trail()", OLD OLD "\nx", false, false },
	{ "check_for_forged_received_trail()",
	    HOP("x", "a.relay.co.uk", "5.6.7.8", "mx.example.org")
		HOP("x", "a.relay.co.uk", "5.6.7.8", "b.relay.co.uk")
		    HOP("x", "a.relay.co.uk", "5.6.7.8", "b.relay.co.uk") "\nx",
	    false, false },
	{ "check_for_forged_received_trail()",
	    HOP("x", "a.hotmail.com", "5.6.7.8", "mx.example.org") HOP("x", "a.hotmail.com",
		"5.6.7.8", "b.msn.com") HOP("x", "a.hotmail.com", "5.6.7.8", "b.msn.com") "\nx",
	    false, false },
	{ "check_for_forged_received_ip_helo()", HELO("6.6.7.8") "\nx", true, false },
	{ "check_for_forged_received_ip_helo()", HELO("5.6.9.8") "\nx", false, false },
	{ "check_for_forged_received_ip_helo()", HELO("10.0.0.8") "\nx", false, false },
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

	return cmocka_run_group_tests_name("eval_relay", tests, NULL, NULL);
}
