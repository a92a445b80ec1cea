/* test_eval_fromname.c - eval_fromname.c: addresses in the author's name */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/engine/rules/eval_rows.h"

#define FROM(name, address) "From: \"" name "\" <" address ">\nTo: user@home.com\n\nx"
#define SPOOF "check_fromname_spoof()"
#define EMAIL "check_fromname_contains_email()"
#define DIFFERENT "check_fromname_different()"
#define DOMAIN "check_fromname_domain_differ()"
#define OWNERS "check_fromname_owners_differ()"
#define EQUALS_TO "check_fromname_equals_to()"
#define EQUALS_REPLY "check_fromname_equals_replyto()"
#define FIFTY "01234567890123456789012345678901234567890123456789"

static const struct eval_row rows[] = {
	{ SPOOF, FROM("bank@bank.com", "x@evil.net"), true, false },
	{ SPOOF, FROM("info@bank.com", "x@mail.bank.com"), false, false },
	{ SPOOF, FROM("Bob at home", "x@evil.net"), false, false },
	/* another TLD is another domain, yet the same owner */
	{ SPOOF, FROM("a@bank.com", "a@bank.net"), false, false },
	{ DOMAIN, FROM("a@bank.com", "a@bank.net"), true, false },
	{ OWNERS, FROM("a@bank.com", "a@bank.net"), false, false },
	{ OWNERS, FROM("a@bank.com", "a@evil.net"), true, false },
	{ DIFFERENT, FROM("a@bank.com", "a@bank.net"), true, false },
	{ DIFFERENT, FROM("A@Bank.com", "a@bank.COM"), false, false },
	{ "check_fromname_spoof(0)", FROM("a@bank.com", "b@bank.com"), true, false },
	{ "check_fromname_spoof(2)", FROM("a@bank.com", "b@bank.com"), false, false },
	{ "check_fromname_spoof(2)", FROM("a@bank.com", "a@bank.net"), true, false },
	{ "check_fromname_spoof(3)", FROM("a@bank.com", "a@bank.net"), false, false },
	{ DOMAIN, FROM("a@x.bank.com", "a@y.bank.com"), false, false },
	{ DOMAIN, FROM("a@bank.co.uk", "a@evil.co.uk"), true, false },
	/* what is an address */
	{ EMAIL, FROM("a@bank.com", "x@evil.net"), true, false },
	{ EMAIL, FROM("'a@bank.com'", "x@evil.net"), true, false },
	{ EMAIL, FROM("Bob (a@bank.com)", "x@evil.net"), true, false },
	{ EMAIL, FROM("a@bank.com.", "x@evil.net"), false, false },
	{ EMAIL, FROM("a@bank.com, b@bank.com", "x@evil.net"), true, false },
	{ EMAIL, FROM("a@b_ank.com", "x@evil.net"), false, false },
	{ EMAIL, FROM("a@bank.c", "x@evil.net"), false, false },
	{ EMAIL, FROM("a@bank.notatld", "x@evil.net"), false, false },
	{ EMAIL, FROM("a@-bank.com", "x@evil.net"), false, false },
	{ EMAIL, FROM("!@bank.com", "x@evil.net"), false, false },
	{ EMAIL, FROM("@bank.com a@", "x@evil.net"), false, false },
	{ EMAIL, FROM("a@bank", "x@evil.net"), false, false },
	{ EMAIL, FROM("a@192.0.2.1", "x@evil.net"), true, false },
	{ EMAIL, FROM("a@co.uk", "x@evil.net"), true, false },
	{ EMAIL, FROM("a@bank.com", "x@evil.notatld"), false, false },
	{ EMAIL, FROM("a@bank.com", "x@192.0.2.1"), true, false },
	{ EMAIL, FROM("a@bank.com a@b@bank.com", "x@evil.net"), true, false },
	{ EMAIL, "From: a@bank.com\n\nx", false, false },
	/* a name that is much more than the address */
	{ SPOOF, FROM("a@bank.com " FIFTY, "x@evil.net"), false, false },
	{ EMAIL, FROM("a@bank.com " FIFTY, "x@evil.net"), true, false },
	{ SPOOF, FROM("a@bank.com 012345678901234567890123456789012345678901234567", "x@evil.net"),
	    true, false },
	{ SPOOF, FROM("a@bank.com 0123456789012345678901234567890123456789012345678", "x@evil.net"),
	    false, false },
	{ SPOOF, FROM("a@bank.com 0123456789012345678901234567890123456789012345..", "x@evil.net"),
	    false, false },
	{ EQUALS_TO, FROM("user@home.com", "x@evil.net"), true, false },
	{ EQUALS_TO, FROM("User@home.com", "x@evil.net"), true, false },
	{ EQUALS_TO, FROM("user2@home.com", "x@evil.net"), false, false },
	{ EQUALS_TO, "From: \"a@home.com\" <b@home.com>\nCc: a@home.com\n\nx", true, false },
	{ EQUALS_TO, "From: \"a@home.com\" <b@home.com>\nCc: A@home.com\n\nx", false, false },
	{ EQUALS_TO, "From: user@home.com\nTo: user@home.com\n\nx", false, false },
	{ EQUALS_REPLY, "From: \"a@home.com\" <b@home.com>\nReply-To: X <A@home.com>\n\nx", true,
	    false },
	{ EQUALS_REPLY, "From: \"a@home.com\" <b@home.com>\nReply-To: b@home.com\n\nx", false,
	    false },
};

static void
test_rows(void **state)
{
	(void)state;
	eval_rows_check(rows, ROWS(rows), NULL, 0);
}

static const struct eval_row list_rows[] = {
	{ OWNERS, FROM("a@gmail.com", "b@googlemail.com"), false, false },
	{ OWNERS, FROM("a@gmail.com", "b@mail.googlemail.com"), false, false },
	{ OWNERS, FROM("a@gmail.com", "b@other.com"), true, false },
	{ OWNERS, FROM("boss@partner.net", "b@other.com"), true, false },
	{ OWNERS, FROM("boss@partner.net", "b@home.com"), false, false },
	{ DIFFERENT, FROM("a@gmail.com", "b@other.com"), true, false },
	{ DIFFERENT, FROM("a@gmail.com 012345678", "b@other.com"), true, false },
	{ DIFFERENT, FROM("a@gmail.com 0123456789", "b@other.com"), false, false },
	{ DIFFERENT, "X-Spared: x\nFrom: \"a@gmail.com\" <b@other.com>\n\nx", false, false },
	{ EMAIL, "list-id:\nFrom: \"a@gmail.com\" <b@other.com>\n\nx", false, false },
	{ SPOOF, FROM("a@gmail.com", "b@googlemail.com"), true, false },
};

/* Owners by lists of addresses, and the other settings. */
static void
test_lists(void **state)
{
	static const struct slice owners[] = { { "gmail *@googlemail.com", 22 },
		{ "home b?ss@partner.*", 19 } };
	static const struct slice headers[] = { { "X-Spared", 8 }, { "List-ID", 7 } };
	static const struct slice check[] = { { "0", 1 } };
	static const struct slice extra[] = { { "11", 2 } };
	static const struct rule_list lists[] = {
		{ { "fns_add_addrlist", 16 }, owners, 2, { 0 } },
		{ { "fns_ignore_headers", 18 }, headers, 2, { 0 } },
		{ { "fns_check", 9 }, check, 1, { 0 } },
		{ { "fns_extrachars", 14 }, extra, 1, { 0 } },
	};

	(void)state;
	eval_rows_check(list_rows, ROWS(list_rows), lists, 4);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_lists),
	};

	return cmocka_run_group_tests_name("eval_fromname", tests, NULL, NULL);
}
