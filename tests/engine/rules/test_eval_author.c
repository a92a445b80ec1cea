/* test_eval_author.c - eval_author.c: names of domains that had no part in the message */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/engine/rules/eval_rows.h"

#define FROM(name, domain) "From: " name "<a@" domain ">\nSubject: x\n\nx\n"
/* A signature whose hash of the body is wrong. */
#define SIGNED(domain)                                                     \
	"DKIM-Signature: v=1; a=rsa-sha256; d=" domain "; s=s1; h=from;\n" \
	"\tbh=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=; b=AAAAAAAAAAAAAAAAAAAAAAAAAAAA\n"
#define KEY                                                                            \
	"MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDZgm0gKVaWyIrIRuk6JTXHb8fdADXtdzHGBknY" \
	"axnmClw1WTK89cf6B5b4JeLEza7pXcPqDYgF8/X3/nLaKCeQISpJm7EdSbD7oeKxr89oitiiQcj0" \
	"cgNpSoRVqFChbpn2PVYXHeNM77gWZwAE99afjFpXSWHtdMld8HQ3KOMEfQIDAQAB"

static const char zone[] = "shared.example TXT \"v=spf1 ip4:198.51.100.0/24 -all\"\n"
			   "other.example TXT \"v=spf1 -all\"\n"
			   "failed.example TXT !SERVFAIL\n"
			   "s1._domainkey.shared.example TXT \"v=DKIM1; p=" KEY "\"\n"
			   "s1._domainkey.failed.example TXT !SERVFAIL\n"
			   "_dmarc.brand.com TXT \"v=DMARC1; p=reject\"\n"
			   "_dmarc.shop.com TXT \"v=DMARC1; p=quarantine\"\n"
			   "_dmarc.lax.com TXT \"v=DMARC1; p=none\"\n"
			   "_dmarc.failed.com TXT !SERVFAIL\n"
			   "brand.com TXT \"v=spf1 ip4:198.51.100.10 -all\"\n"
			   "shop.com TXT \"v=spf1 -all\"\n";

#define CLIENT(ip, sender)                                                                      \
	{                                                                                       \
		.known = true, .smtp = true, .client_ip = SLICE(ip), .mail_from = SLICE(sender) \
	}

static const struct envelope shared = CLIENT("198.51.100.10", "b@bounces.example");
static const struct envelope elsewhere = CLIENT("203.0.113.1", "b@bounces.example");
static const struct envelope home = CLIENT("192.168.1.1", "b@bounces.example");
static const struct envelope brand = CLIENT("198.51.100.10", "b@brand.com");

#define ROW(function, text, want_, ...)                                                    \
	{                                                                                  \
		.call = function, .message = text, .want = want_, .dns = zone, __VA_ARGS__ \
	}
#define ON(who) .envelope = &(who)

static const struct dns_row rows[] = {
	ROW("check_from_spf_pass()", FROM("", "shared.example"), true, ON(shared)),
	ROW("check_from_spf_pass()", FROM("", "shared.example"), false, ON(elsewhere)),
	ROW("check_from_spf_pass()", FROM("", "other.example"), false, ON(shared)),
	ROW("check_from_spf_pass()", FROM("", "nothing.example"), false, ON(shared)),
	ROW("check_from_spf_pass()", FROM("", "failed.example"), false, ON(shared),
	    .unknown = true),
	ROW("check_from_spf_pass()", FROM("", "shared.example"), false, ON(home), .asked = ""),
	ROW("check_from_spf_pass()", "Subject: x\n\nx\n", false, ON(shared), .asked = ""),

	ROW("check_from_dkim_broken()", SIGNED("shared.example") FROM("", "shared.example"), true,
	    ON(shared)),
	ROW("check_from_dkim_broken()", SIGNED("shared.example") FROM("", "mail.shared.example"),
	    true, ON(shared)),
	ROW("check_from_dkim_broken()", SIGNED("shared.example") FROM("", "other.example"), false,
	    ON(shared)),
	ROW("check_from_dkim_broken()", SIGNED("other.example") FROM("", "other.example"), false,
	    ON(shared)), /* no key: a permanent error, not a broken signature */
	ROW("check_from_dkim_broken()", FROM("", "shared.example"), false, ON(shared)),

	ROW("check_fromname_protected()", FROM("\"help@brand.com\" ", "gmail.com"), true,
	    ON(shared)),
	ROW("check_fromname_protected()", FROM("\"www.brand.com\" ", "gmail.com"), true,
	    ON(shared)),
	ROW("check_fromname_protected()", FROM("\"Shop.COM.\" ", "gmail.com"), true, ON(shared)),
	ROW("check_fromname_protected()", FROM("\"help@lax.com\" ", "gmail.com"), false,
	    ON(shared)),
	ROW("check_fromname_protected()", FROM("\"help@none.com\" ", "gmail.com"), false,
	    ON(shared)),
	ROW("check_fromname_protected()", FROM("\"help@lax.com or shop.com\" ", "gmail.com"), true,
	    ON(shared)),
	ROW("check_fromname_protected()", FROM("\"help@failed.com\" ", "gmail.com"), false,
	    ON(shared), .unknown = true),
	/* brand.com sent it, and its SPF says so */
	ROW("check_fromname_protected()", FROM("\"help@brand.com\" ", "gmail.com"), false,
	    ON(brand)),
	ROW("check_fromname_protected()", FROM("\"help@brand.com\" ", "brand.com"), false,
	    ON(shared)),
	ROW("check_fromname_protected()", FROM("\"help@brand.com\" ", "a.brand.com"), false,
	    ON(shared)),
	ROW("check_fromname_protected()", FROM("\"brand.com\" ", "brand.co.uk"), false, ON(shared)),
	ROW("check_fromname_protected()", FROM("\"Dr. B.Rand\" ", "gmail.com"), false, ON(shared),
	    .asked = ""),
	ROW("check_fromname_protected()", FROM("", "gmail.com"), false, ON(shared), .asked = ""),
};

static void
test_rows(void **state)
{
	(void)state;
	dns_rows_check(rows, ROWS(rows), NULL, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_rows) };

	return cmocka_run_group_tests_name("eval_author", tests, NULL, NULL);
}
